/**
 * In which order things happened at one hop, where the figures keep only how often: how often another address took the
 * place of the one before, and when. Bounded: numbers alone.
 *
 * All times are those of the events, in µs. Refusals are not told to it: they say that nobody forwards, not who does. The target
 * has one address here, whichever of its own it answers from: that makes no other way.
 */

/** As many as a path that changes has in a long run; who is balanced has more. */
const LATEST_CHANGES = 16;

/** Between two answers that came one after the other, from different addresses. */
export interface Change {
  readonly afterUs: number;
  readonly atUs: number;
}

export interface SequenceFigures {
  /** How often the next answer came from another address. */
  readonly changes: number;
  /** Answers before the first of those changes, and since the last one. */
  readonly untilFirstChange: number;
  readonly sinceLastChange: number;
  /** Fewest answers in a row between two changes, or before the first; infinite without a change. */
  readonly shortestStay: number;
  /** The least time between an answer and the next one, from another address; infinite without a change. */
  readonly leastChangeGapUs: number;
  /** The latest of those changes, in their order. */
  readonly latestChanges: readonly Change[];
  /** Who answered before it. */
  readonly changedFrom: string | undefined;
  /** Who gave the latest answer; `undefined` if nobody has answered. */
  readonly latest: string | undefined;
  /** From the first probe to the last that left. */
  readonly sentOverUs: number;
  /** When the last of them left. */
  readonly lastSentUs: number;
  /** When its probes left, on average; `undefined` if none has. */
  readonly sentMeanUs: number | undefined;
}

export class Sequence implements SequenceFigures {
  changes = 0;
  untilFirstChange = 0;
  sinceLastChange = 0;
  shortestStay = Infinity;
  leastChangeGapUs = Infinity;
  changedFrom: string | undefined;
  latest: string | undefined;
  lastSentUs = 0;
  /** None in common for all that do not change: most hops. */
  #latestChanges: Change[] | undefined;
  #latestAtUs = 0;
  #firstSentUs: number | undefined;
  #sent = 0;
  #sentSumUs = 0;

  addSent(atUs: number): void {
    this.#firstSentUs ??= atUs;
    this.lastSentUs = atUs;
    this.#sent += 1;
    this.#sentSumUs += atUs;
  }

  /** `from`: who answers. */
  addReply(from: string, atUs: number): void {
    if (this.latest !== undefined && this.latest !== from) {
      this.changes += 1;
      this.shortestStay = Math.min(this.shortestStay, this.sinceLastChange);
      this.sinceLastChange = 0;
      this.leastChangeGapUs = Math.min(this.leastChangeGapUs, atUs - this.#latestAtUs);
      const latest = this.#latestChanges ??= [];
      if (latest.length === LATEST_CHANGES) latest.shift();
      latest.push({ afterUs: this.#latestAtUs, atUs });
      this.changedFrom = this.latest;
    }
    // The text of an event lives no longer than it must.
    if (this.latest !== from) this.latest = from;
    this.sinceLastChange += 1;
    this.#latestAtUs = atUs;
    if (this.changes === 0) this.untilFirstChange += 1;
  }

  get latestChanges(): readonly Change[] {
    return this.#latestChanges ?? [];
  }

  get sentMeanUs(): number | undefined {
    return this.#sent === 0 ? undefined : this.#sentSumUs / this.#sent;
  }

  get sentOverUs(): number {
    return this.#firstSentUs === undefined ? 0 : this.lastSentUs - this.#firstSentUs;
  }
}
