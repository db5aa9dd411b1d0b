/** Which rounds of a flow are to be compared (`robbing.ts`): those behind a further probe to the target, and those beside them. */
import type { Side } from "./robbing.ts";
import type { Round } from "./round.ts";

/** Later ones may be of another time. */
const SOON_ROUNDS = { behindCheck: 3, behindAsked: 7 } as const;

export class Sides {
  /** The latest that has ended with an arrival probe. */
  #checkedRound = -Infinity;
  /** The latest behind one that has asked the target again, while the one before that had not. */
  #askedRound = -Infinity;

  noteCheck({ number }: Round): void {
    this.#checkedRound = number;
  }

  /** By what is known before it leaves, which is no news of what becomes of it; `undefined`: it is not compared. */
  of({ number, isOfArrival }: Round, before: Round | undefined): Side | undefined {
    if (before === undefined || before.isOfArrival !== isOfArrival) return undefined;
    if (isOfArrival) return this.#ofArrival(number, before);
    if (before.check !== undefined) return before.checkOutcome === "answered" ? "behind" : undefined;
    return number - this.#checkedRound <= SOON_ROUNDS.behindCheck ? "beside" : undefined;
  }

  /** While all rounds ask the target again, or none does, nothing can be compared. */
  #ofArrival(number: number, { asksTargetAgain, isBehindAsked }: Round): Side | undefined {
    if (!asksTargetAgain) return number - this.#askedRound <= SOON_ROUNDS.behindAsked ? "beside" : undefined;
    if (isBehindAsked) return undefined;
    this.#askedRound = number;
    return "behind";
  }
}
