/**
 * Whether somebody still refuses at the end of a path: a round that is not refused, though those of its time would be known to
 * be, may have gone further. Then a probe with TTL enough for any way finds out: after two of them, and as many again each time,
 * since whoever limits what he says has no answers to spare.
 *
 * To wait until such rounds are known to be lost would take as long as the timeout, and a silent router may be next.
 */
export class RefusedEnd {
  #askedRound: number;
  #refusedRound: number;
  /** Refusals have come so many rounds later. */
  #delay: number;

  /** This round is the first that was refused, and somebody was asked in that one last. */
  constructor(round: number, askedRound: number) {
    this.#askedRound = askedRound;
    this.#refusedRound = round;
    this.#delay = askedRound - round;
  }

  noteAsked(round: number): void {
    this.#askedRound = round;
  }

  noteRefusal(round: number): void {
    this.#delay = Math.max(this.#delay, this.#askedRound - round);
    this.#refusedRound = Math.max(this.#refusedRound, round);
  }

  /** Whether this round is to end with such a probe. */
  needsCheck(round: number): boolean {
    const missing = round - this.#refusedRound - this.#delay;
    return missing > 1 && Number.isInteger(Math.log2(missing));
  }
}
