/** What goes on in the worker from the first target on: an engine that somebody drives. */
import { toColumns } from "../core/event_columns.ts";
import type { Notice, Target } from "../core/messages.ts";
import type { PlanChange } from "../core/plan.ts";
import type { Prober } from "../core/probe/prober.ts";
import type { Engine } from "../core/trace/engine.ts";

/** What carries the probes, and goes on until the worker is stopped. */
export interface Drive {
  readonly engine: Engine;
  begin(targets: readonly Target[]): void;
  /** Gives why nothing can change so, if that is so. */
  change(change: PlanChange): string | undefined;
  /** Something is to be done that is not waited for: an end, or sending again. */
  wake(): void;
}

export type MakeProber = <Tag>() => Prober<Tag>;

/** The worker, as those who drive want it. */
export interface WorkerDoor {
  readonly stopped: boolean;
  post(notice: Notice): void;
  /** A defect of the program. */
  crash(error: unknown): void;
}

// Of fewer it costs no less to make columns, since that code is cold then.
const MANY_EVENTS = 64;

/** Goes on until then, or until `isWanted`, tells what happened, and gives the number of events. */
export function tell(
  engine: Engine,
  { post }: WorkerDoor,
  untilUs: number,
  isWanted?: (nowUs: number) => boolean,
): number {
  const events = engine.step(untilUs, isWanted);
  if (events.length >= MANY_EVENTS) post({ kind: "eventColumns", columns: toColumns(events) });
  else if (events.length > 0) post({ kind: "events", events });
  return events.length;
}
