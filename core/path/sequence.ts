/**
 * In which order things happened at one hop, where the figures keep only how often: when each address answered first and
 * last, how often another one took its place, and how evenly the answered probes lie. Bounded: numbers alone, and a moment
 * per address that the hop keeps.
 *
 * All times are those of the events, in µs. Refusals are no turn: they say that nobody forwards, not who does.
 */
import type { TraceEvent } from "../messages.ts";

type Reply = Extract<TraceEvent, { kind: "reply" }>;

export interface SequenceFigures {
  /** How often the next answer came from another address. */
  readonly changes: number;
  /** Answers before the first of those changes, and since the last one. */
  readonly untilFirstChange: number;
  readonly sinceLastChange: number;
  /** Fewest answers in a row between two changes, or before the first; infinite without a change. */
  readonly shortestStay: number;
  /** When the first answer behind the last change came; `undefined` if there was none. */
  readonly changedAtUs: number | undefined;
  /** From the first probe to the last that left. */
  readonly sentOverUs: number;
  /** Distances between answered probes that left one after another: how many, their mean and their variance. */
  readonly gaps: { readonly count: number; readonly meanUs: number; readonly varianceUs2: number };
}

export class Sequence implements SequenceFigures {
  changes = 0;
  untilFirstChange = 0;
  sinceLastChange = 0;
  shortestStay = Infinity;
  changedAtUs: number | undefined;
  #latest: string | undefined;
  #firstSentUs: number | undefined;
  #lastSentUs = 0;
  #answeredUs: number | undefined;
  #gaps = 0;
  #meanUs = 0;
  #squaresUs2 = 0;

  addSent(atUs: number): void {
    this.#firstSentUs ??= atUs;
    this.#lastSentUs = atUs;
  }

  addReply({ from, atUs, rttUs, answer }: Reply): void {
    this.#addGap(atUs - rttUs);
    if (answer.kind === "unreachable") return;
    if (this.#latest !== undefined && this.#latest !== from) {
      this.changes += 1;
      this.shortestStay = Math.min(this.shortestStay, this.sinceLastChange);
      this.sinceLastChange = 0;
      this.changedAtUs = atUs;
    }
    this.#latest = from;
    this.sinceLastChange += 1;
    if (this.changes === 0) this.untilFirstChange += 1;
  }

  get sentOverUs(): number {
    return this.#firstSentUs === undefined ? 0 : this.#lastSentUs - this.#firstSentUs;
  }

  get gaps(): SequenceFigures["gaps"] {
    return { count: this.#gaps, meanUs: this.#meanUs, varianceUs2: this.#gaps > 1 ? this.#squaresUs2 / this.#gaps : 0 };
  }

  /** Welford's update. A probe whose answer was overtaken has none. */
  #addGap(sentUs: number): void {
    const gapUs = this.#answeredUs === undefined ? 0 : sentUs - this.#answeredUs;
    if (this.#answeredUs === undefined || gapUs > 0) this.#answeredUs = sentUs;
    if (gapUs <= 0) return;
    this.#gaps += 1;
    const fromOldMean = gapUs - this.#meanUs;
    this.#meanUs += fromOldMean / this.#gaps;
    this.#squaresUs2 += fromOldMean * (gapUs - this.#meanUs);
  }
}
