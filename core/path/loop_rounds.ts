/**
 * Rounds that went round in a loop: when that began, and whether it is over.
 *
 * Among them may be rounds that were lost without a word, as on any path: an answer ends a loop, or more of these on end than
 * chance explains. Where routers of it are silent a round may go too short to meet anybody again: those that were lost just before
 * the first that did, and met all whom it met as far as they went, went round as well.
 */
import { chanceOfRun } from "./chance.ts";
import type { Round } from "./round.ts";
import type { LoopPlace, RoundLoop } from "./round_way.ts";
import { BY_CHANCE } from "./row.ts";

const LEAST_ROUNDS = 2;
/** More than are lost before the engine looks further: three, and those that left until that was known. */
const LOST_LIMIT = 64;

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

type Lost = Pick<Round, "way" | "furthestTtl">;

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
  /** So many rounds were lost since then, and the latest of them. */
  #lostSince = 0;
  readonly #lost: Lost[] = [];
  /** Those that were lost before the first of a loop that met anybody again. */
  #lostInto = 0;

  /** `sentUs`: when the round began. */
  add(loop: RoundLoop | undefined, sentUs: number): void {
    if (loop !== undefined && (this.place === undefined || isNearer(loop, this.place))) this.place = loop;
    const alike = loop === undefined ? [] : this.#lostBefore(loop);
    const among = this.isOver ? alike.length : this.#lostSince;
    if (this.isOver) {
      this.loops += 1;
      this.#lostInto += alike.length;
      this.beginUs = (loop && alike[0]?.way.sentFrom(loop.ttl)) ?? loop?.beginUs ?? sentUs;
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

  /** Of one that was lost without a word. What routers it met has to be known until the next is told that was not, or more are. */
  addLoss(round: Lost): void {
    this.others += 1;
    this.#lostSince += 1;
    this.#lost.push(round);
    if (this.#lost.length > LOST_LIMIT) this.#lost.shift()!.way.clear();
  }

  /** Those that were lost on end, and went round as well as far as anybody knows. */
  #lostBefore(loop: RoundLoop): readonly Lost[] {
    const onEnd = this.#lost.slice(1 + this.#lost.findLastIndex(({ way }) => way.isOther(loop)));
    const first = onEnd.findIndex(({ way, furthestTtl }) => way.isLike(loop, furthestTtl));
    return first < 0 ? [] : onEnd.slice(first);
  }

  #begin(latest: "looped" | "answered" | "refused"): void {
    this.#latest = latest;
    this.#lostSince = 0;
    for (const { way } of this.#lost.splice(0)) way.clear();
  }

  get isOver(): boolean {
    const [count, total] = [this.lost - this.#lostInto, this.rounds - this.#lostInto];
    return this.#latest !== "looped" || total * chanceOfRun(this.#lostSince, { count, total }) < BY_CHANCE;
  }

  get isProved(): boolean {
    return this.rounds - this.lost >= LEAST_ROUNDS;
  }

  get isAtTarget(): boolean {
    if (this.rounds === 0 || this.#latest === "refused") return false;
    return this.#lostSince === 0 || (this.isProved && !this.isOver);
  }
}

function isNearer(one: LoopPlace, other: LoopPlace): boolean {
  return one.ttl < other.ttl || (one.ttl === other.ttl && one.routers < other.routers);
}
