/** The probes of the latest rounds that were lost without a word, and who was the last to answer each of these rounds. */
import type { LastAnswers, LastOfRound } from "./last_answers.ts";

/** The engine knows no more probes that a late answer may be to. */
const MISSED_LIMIT = 16_384;

export class MissedRounds {
  readonly #last: LastAnswers;
  /** In the order of sending. */
  readonly #missed = new Map<number, LastOfRound | undefined>();

  constructor(last: LastAnswers) {
    this.#last = last;
  }

  add(probe: number, last: LastOfRound | undefined): void {
    this.#missed.set(probe, last);
    const [oldest] = this.#missed.keys();
    if (this.#missed.size > MISSED_LIMIT && oldest !== undefined) this.#missed.delete(oldest);
    if (last !== undefined) this.#last.addMissed(last);
  }

  /** It is none any more; false if it was none. */
  take(probe: number): boolean {
    const last = this.#missed.get(probe);
    if (last !== undefined) this.#last.takeMissed(last);
    return this.#missed.delete(probe);
  }
}
