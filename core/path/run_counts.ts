/** What came during a run that belongs to no target: a fold of the events without one. No figure of a hop knows of it. */
import type { CountName, TraceEvent } from "../messages.ts";
import { knownCount } from "./unknown_counts.ts";

/** `undefined` is what this run cannot know. */
export interface RunCounts {
  /** Messages that answered no probe of ours, all of them. */
  readonly foreign: number | undefined;
  /** Those among them that named a probe of ours and did not fit it: another address, port or payload. */
  readonly forged: number | undefined;
  /** Those among them that nobody could read: cut short, or with a wrong checksum. */
  readonly malformed: number | undefined;
  /** Messages that the kernel dropped unread: there was no room for them, or their checksum was wrong. */
  readonly overflowed: number | undefined;
}

export class RunCounter implements RunCounts {
  readonly #counts = { foreign: 0, forged: 0, malformed: 0, overflowed: 0 };
  #unknown: readonly CountName[] = [];

  /** What one of the targets cannot tell is not known of the run. */
  cannotKnow(unknown: readonly CountName[]): void {
    this.#unknown = [...new Set([...this.#unknown, ...unknown])];
  }

  apply(event: Extract<TraceEvent, { kind: "foreign" | "overflow" }>): void {
    const counts = this.#counts;
    if (event.kind === "overflow") {
      counts.overflowed += event.count;
      return;
    }
    counts.foreign += event.count;
    counts.forged += event.forged ?? 0;
    counts.malformed += event.malformed ?? 0;
  }

  get foreign(): number | undefined {
    return this.#known("foreign");
  }

  get forged(): number | undefined {
    return this.#known("forged");
  }

  get malformed(): number | undefined {
    return this.#known("malformed");
  }

  get overflowed(): number | undefined {
    return this.#known("overflowed");
  }

  #known(name: keyof RunCounts): number | undefined {
    return knownCount(this.#unknown, name, this.#counts[name]);
  }
}
