/** What came during a run that belongs to no target: a fold of the events without one. No figure of a hop knows of it. */
import type { TraceEvent } from "../messages.ts";

export interface RunCounts {
  /** Messages that answered no probe of ours, all of them. */
  readonly foreign: number;
  /** Those among them that named a probe of ours and did not fit it: another address, port or payload. */
  readonly forged: number;
  /** Those among them that nobody could read: cut short, or with a wrong checksum. */
  readonly malformed: number;
  /** Messages that the kernel dropped unread: there was no room for them, or their checksum was wrong. */
  readonly overflowed: number;
}

export class RunCounter implements RunCounts {
  foreign = 0;
  forged = 0;
  malformed = 0;
  overflowed = 0;

  apply(event: Extract<TraceEvent, { kind: "foreign" | "overflow" }>): void {
    if (event.kind === "overflow") {
      this.overflowed += event.count;
      return;
    }
    this.foreign += event.count;
    this.forged += event.forged ?? 0;
    this.malformed += event.malformed ?? 0;
  }
}
