/**
 * Rounds that went round in a loop: when that began, and whether it is over.
 *
 * One round is no proof: by ways of several lengths a router may be met twice. Two of them are, if what it would meet in a loop is
 * what it has met.
 */
import type { Repeat } from "./repeats.ts";

const LEAST_REPEATS = 2;

/** What one round has met twice. */
export class RoundLoop {
  readonly place: Pick<Repeat, "ttl" | "address" | "routers">;
  readonly beginUs: number;
  endUs: number;
  #repeats = 0;
  #furthestTtl = 0;
  #isBroken = false;

  constructor(first: Repeat) {
    this.place = first;
    this.beginUs = first.beginUs;
    this.endUs = first.endUs;
  }

  add({ ttl, routers, endUs }: Repeat): void {
    if (routers !== this.place.routers) this.#isBroken = true;
    this.#repeats += 1;
    this.#furthestTtl = Math.max(this.#furthestTtl, ttl + routers);
    this.endUs = Math.max(this.endUs, endUs);
  }

  /** Another router answers where the loop would have one that was met. */
  break(): void {
    this.#isBroken = true;
  }

  /** Nobody else has answered, as far as the round went: a single repeat with silence behind it is of another way, maybe. */
  isLoop(furthestTtl: number): boolean {
    return !this.#isBroken && (this.#repeats >= LEAST_REPEATS || this.#furthestTtl === furthestTtl);
  }
}

export interface LoopFigures {
  /** Rounds that went round, and others that are decided. */
  readonly rounds: number;
  readonly others: number;
  /** Where, of the nearest of them, and over how many routers; `undefined` where arrival probes alone tell. */
  readonly place: Pick<Repeat, "ttl" | "address" | "routers"> | undefined;
  /** How often that began after other rounds; of the latest when its first packet left, and when its last. */
  readonly loops: number;
  readonly beginUs: number;
  readonly endUs: number;
  /** Later rounds do not go round any more. */
  readonly isOver: boolean;
  /** The latest of all has, or the target has answered it. */
  readonly isAtTarget: boolean;
}

interface Looped {
  readonly place: LoopFigures["place"];
  readonly beginUs: number;
  readonly endUs: number;
}

/** Rounds are told in their order. */
export class LoopRounds implements LoopFigures {
  rounds = 0;
  others = 0;
  place: LoopFigures["place"];
  loops = 0;
  beginUs = 0;
  endUs = 0;
  isOver = true;
  #isAnswered = false;

  add({ place, beginUs, endUs }: Looped): void {
    this.rounds += 1;
    if (place !== undefined && place.ttl < (this.place?.ttl ?? Infinity)) this.place = place;
    if (this.isOver) {
      this.loops += 1;
      this.beginUs = beginUs;
    }
    this.isOver = false;
    this.endUs = endUs;
  }

  /** A further answer of the latest. */
  extend(repeat: Repeat): void {
    if (repeat.ttl < (this.place?.ttl ?? Infinity)) this.place = repeat;
    if (!this.isOver) this.endUs = Math.max(this.endUs, repeat.endUs);
  }

  addOther(isAnswered: boolean): void {
    this.others += 1;
    this.isOver = true;
    this.#isAnswered = isAnswered;
  }

  get isAtTarget(): boolean {
    return this.rounds > 0 && (!this.isOver || this.#isAnswered);
  }
}
