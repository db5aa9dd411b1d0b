/** What drives probes for some targets, step by step: `tracer.ts`, or mtr's own schedule. */
import type { Target, TraceEvent } from "../messages.ts";
import type { PlanChange } from "../plan.ts";

export interface Engine {
  /** Every target is finished that has begun; true before `begin`. */
  readonly done: boolean;
  /** Targets that have begun, or are to, and are not finished. */
  readonly unfinished: number;
  /** When it has something to do next, unless something is heard before, in µs. */
  readonly nextUs: number;
  /** Starts to trace `targets`, whose indexes go on counting, from 0; the rounds of those that come later are their own. */
  begin(targets: readonly Target[]): void;
  /** Nothing is sent until `resume`; what is in flight is still heard, and given up when its time is over. */
  pause(): void;
  resume(): void;
  /** Probes otherwise, from the next round of each target on, and at another pace at once. Absent: it cannot. */
  change?(change: PlanChange): void;
  /**
   * Works until `untilUs` or until all targets are finished, and gives what happened, in order. After each wait it asks
   * whether to return at once, with the time; a wait may have ended early for that.
   */
  step(untilUs: number, isWanted?: (nowUs: number) => boolean): TraceEvent[];
}
