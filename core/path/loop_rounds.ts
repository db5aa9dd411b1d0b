/**
 * Rounds that went round in a loop: when that began, and whether it is over.
 *
 * Among them may be rounds that were lost without a word, as on any path: an answer ends a loop, or more of these on end than
 * chance explains.
 */
import { chanceOfRun } from "./chance.ts";
import type { LoopPlace, RoundLoop } from "./round_way.ts";
import { BY_CHANCE } from "./row.ts";

const LEAST_ROUNDS = 2;

export interface LoopFigures {
  /** Rounds that went round, those among them that were lost without a word, and others that are decided. */
  readonly rounds: number;
  readonly lost: number;
  readonly others: number;
  /** Those of the others that somebody has answered, or refused. */
  readonly answered: number;
  /** Where, of the nearest of them, and over how many routers; `undefined` where arrival probes alone tell. */
  readonly place: LoopPlace | undefined;
  /** How often that began after other rounds; of the latest when its first packet left, and when its last. */
  readonly loops: number;
  readonly beginUs: number;
  readonly endUs: number;
  /** One alone may have met a router twice by ways of several lengths. */
  readonly isProved: boolean;
  /** Later rounds do not go round any more. */
  readonly isOver: boolean;
  /** The latest of all has, or is lost in a loop, or the target has answered it. */
  readonly isAtTarget: boolean;
}

/** Rounds are told in their order. */
export class LoopRounds implements LoopFigures {
  rounds = 0;
  lost = 0;
  others = 0;
  answered = 0;
  place: LoopPlace | undefined;
  loops = 0;
  beginUs = 0;
  endUs = 0;
  /** The latest of all that were not lost. */
  #latest: "looped" | "answered" | "refused" = "answered";
  /** Rounds that were lost since then. */
  #lostSince = 0;
  /** So many of them since the first that met a router again, which proves nothing by itself. */
  #like: { readonly loop: RoundLoop; rounds: number } | undefined;

  /** `sentUs`: when the round began. */
  add(loop: RoundLoop | undefined, sentUs: number): void {
    if (loop !== undefined && (this.place === undefined || isNearer(loop, this.place))) this.place = loop;
    const like = this.#like !== undefined && isAlike(this.#like.loop, loop) ? this.#like : undefined;
    const among = this.isOver ? like?.rounds ?? 0 : this.#lostSince;
    if (this.isOver) {
      this.loops += 1;
      this.beginUs = like?.loop.beginUs ?? loop?.beginUs ?? sentUs;
    }
    this.rounds += 1 + among;
    this.lost += among;
    this.others -= among;
    this.endUs = loop?.endUs ?? sentUs;
    this.#begin("looped");
  }

  addOther(outcome: "answered" | "refused"): void {
    this.others += 1;
    this.answered += 1;
    this.#begin(outcome);
  }

  /** Of one that was lost without a word; `like`: what it seems to have met. */
  addLoss(like: RoundLoop | undefined): void {
    this.others += 1;
    this.#lostSince += 1;
    if (this.#like !== undefined) this.#like.rounds += 1;
    else if (like !== undefined) this.#like = { loop: like, rounds: 1 };
  }

  #begin(latest: "looped" | "answered" | "refused"): void {
    this.#latest = latest;
    this.#lostSince = 0;
    this.#like = undefined;
  }

  get isOver(): boolean {
    const { rounds, lost: count } = this;
    return this.#latest !== "looped" || rounds * chanceOfRun(this.#lostSince, { count, total: rounds }) < BY_CHANCE;
  }

  get isProved(): boolean {
    return this.rounds - this.lost >= LEAST_ROUNDS;
  }

  get isAtTarget(): boolean {
    if (this.rounds === 0 || this.#latest === "refused") return false;
    return this.#lostSince === 0 || (this.isProved && !this.isOver);
  }
}

function isAlike(one: LoopPlace, other: LoopPlace | undefined): boolean {
  return one.ttl === other?.ttl && one.routers === other.routers;
}

function isNearer(one: LoopPlace, other: LoopPlace): boolean {
  return one.ttl < other.ttl || (one.ttl === other.ttl && one.routers < other.routers);
}
