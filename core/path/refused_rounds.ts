/**
 * Rounds that were refused: who refused them, when that began, and whether it is over.
 *
 * What was told of rounds as lost may turn out to be otherwise (`doubt.ts`): these, and those behind them, are held, and count as
 * they are known now.
 */
import { RESPONDER_LIMIT } from "./hop_figures.ts";
import { type RefusedFigures, RefusedTally } from "./refused_tally.ts";
import { type Refuser, refuserKey, RefuserRounds } from "./refuser.ts";
import type { Heard, Round } from "./round.ts";

/** By routers, all of them and each, and by the target itself. */
export interface RefusalsFigures {
  readonly routers: RefusedFigures;
  readonly refusers: readonly Refuser[];
  readonly target: RefusedFigures;
}

/** More than an engine leaves in doubt, whatever an archive tells. */
const HELD_LIMIT = 4_096;

export class RefusalsOfRounds implements RefusalsFigures {
  readonly #settled = new Refusals();
  readonly #held: Round[] = [];
  #heldFrom = Infinity;
  /** With those that are held; absent where something has been told since. */
  #known: Refusals | undefined;

  /** In their order, when it is decided what they are. */
  add(round: Round): void {
    this.#held.push(round);
    this.#advance();
  }

  /** What became of rounds from this probe on may be told otherwise yet; `Infinity`: of none. */
  hold(from: number): void {
    this.#heldFrom = from;
    this.#advance();
  }

  /** One that is held is known as something else since. */
  revise(): void {
    this.#known = undefined;
  }

  #advance(): void {
    this.#known = undefined;
    while (this.#held.length > HELD_LIMIT || (this.#held[0]?.firstProbe ?? Infinity) < this.#heldFrom) {
      this.#settled.add(this.#held.shift()!);
    }
  }

  get #now(): Refusals {
    if (this.#held.length === 0) return this.#settled;
    if (this.#known === undefined) {
      this.#known = this.#settled.copy();
      for (const round of this.#held) this.#known.add(round);
    }
    return this.#known;
  }

  get routers(): RefusedFigures {
    return this.#now.routers;
  }

  get refusers(): readonly Refuser[] {
    return this.#now.refusers;
  }

  get target(): RefusedFigures {
    return this.#now.target;
  }
}

class Refusals implements RefusalsFigures {
  routers = new RefusedTally();
  target = new RefusedTally();
  #refusers = new Map<string, RefuserRounds>();

  copy(): Refusals {
    const copy = new Refusals();
    copy.routers = this.routers.copy();
    copy.target = this.target.copy();
    copy.#refusers = new Map([...this.#refusers].map(([key, refuser]) => [key, refuser.copy()]));
    return copy;
  }

  add(round: Round): void {
    const { known, refusal, nearerRefusal, isRefusedByTarget, lastSentUs: sentUs } = round;
    if (known === undefined || known === "unknown") return;
    const heard = known === "refused" ? refusal : known === "lost" ? nearerRefusal : undefined;
    const refuser = heard && this.#refuserOf(heard, round);
    const ofOthers = known === "lost" ? "lost" : "answered";
    for (const one of this.#refusers.values()) {
      if (one === refuser) one.addWord(known === "refused" ? "refused" : "unsaid", sentUs);
      else one.addOther(ofOthers, round);
    }
    this.routers.add(known === "lost" && refuser !== undefined && refuser.count > 0 ? "unsaid" : known, sentUs);
    this.target.add(isRefusedByTarget ? "refused" : ofOthers, sentUs);
  }

  /** Nobody whose words were none of rounds. */
  get refusers(): readonly Refuser[] {
    return [...this.#refusers.values()].filter(({ count }) => count > 0);
  }

  /** Who says that he has refused a probe of this round. */
  #refuserOf(heard: Heard, round: Round): RefuserRounds | undefined {
    const key = refuserKey(heard);
    const known = this.#refusers.get(key);
    if (known === undefined && this.#refusers.size >= RESPONDER_LIMIT) return undefined;
    const refuser = known ?? new RefuserRounds(this.routers, heard);
    refuser.noteWord(heard, round);
    this.#refusers.set(key, refuser);
    return refuser;
  }
}
