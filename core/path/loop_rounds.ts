/**
 * Rounds that went round in a loop: when that began, and whether it is over.
 *
 * Among them may be rounds that were lost without a word, as on any path: an answer ends a loop, or more of these on end than
 * chance explains. Where routers of it are silent a round may go too short to meet anybody again: those that were lost just before
 * the first that did, and met all whom it met as far as they went, went round as well. Where they limit their answers none may meet
 * anybody again: then those on end tell together.
 */
import { chanceOfRun } from "./chance.ts";
import type { Round } from "./round.ts";
import { type LoopPlace, type RoundLoop, RoundWay } from "./round_way.ts";
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

type Lost = Pick<Round, "way" | "furthestTtl" | "sentUs">;

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
  /** The latest. */
  #loop: RoundLoop | undefined;
  /** None of its rounds has proved it alone. */
  #isJoint = false;

  /** `loop` is absent of one of which an arrival probe alone tells. */
  add(loop: RoundLoop | undefined, round: Lost): void {
    if (loop === undefined && this.#addJoint(round)) return;
    if (loop !== undefined) this.#note(loop);
    if (this.isOver) this.#isJoint = false;
    const { sentUs } = round;
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
    this.#begin("looped", loop === undefined);
  }

  addOther(outcome: "answered" | "refused"): void {
    this.#endJoint();
    this.others += 1;
    this.answered += 1;
    this.#begin(outcome);
  }

  /** Of one that was lost without a word. What routers it met has to be known until the next is told that was not, or more are. */
  addLoss(round: Lost): void {
    const { way } = round;
    const loop = this.isOver ? undefined : this.#loop;
    if (loop !== undefined && way.isWithin(loop)) return this.add({ ...loop, endUs: way.lastSentUs }, round);
    if (this.#addJoint(round)) return;
    this.others += 1;
    this.#lostSince += 1;
  }

  /** Whether this one and the last that were lost prove a loop together: several do, so that counts as two. */
  #addJoint(round: Lost): boolean {
    this.#lost.push(round);
    if (this.#lost.length > LOST_LIMIT) this.#lost.shift()!.way.clear();
    const joint = RoundWay.jointLoop(this.#lost.map(({ way }) => way));
    if (joint === undefined) return false;
    const { loop, first } = joint;
    // If all that were lost since the latest went round, it goes on.
    const isNew = this.isOver && !(this.#latest === "looped" && first === 0);
    if (isNew) this.#isJoint = true;
    this.#note(loop);
    const among = isNew
      ? this.#lost.length - 1 - first
      : this.#lostSince + this.#lost.slice(first).filter(({ sentUs }) => sentUs < this.beginUs).length;
    if (isNew) this.loops += 1;
    this.beginUs = isNew ? loop.beginUs : Math.min(this.beginUs, loop.beginUs);
    this.rounds += 1 + among;
    this.lost += Math.max(0, 1 + among - LEAST_ROUNDS);
    this.others -= among;
    this.endUs = loop.endUs;
    this.#begin("looped");
    return true;
  }

  /** Rounds of a loop that is met so seldom go round up to its end, as far as nobody was met who contradicts it. */
  #endJoint(): void {
    const loop = this.#isJoint && !this.isOver ? this.#loop : undefined;
    if (loop === undefined) return;
    const other = this.#lost.findIndex(({ way }) => way.isOther(loop));
    const within = other < 0 ? this.#lost : this.#lost.slice(0, other);
    this.rounds += within.length;
    this.lost += within.length;
    this.others -= within.length;
    this.endUs = within.at(-1)?.sentUs ?? this.endUs;
  }

  #note(loop: RoundLoop): void {
    this.#loop = loop;
    if (this.place === undefined || isNearer(loop, this.place)) this.place = loop;
  }

  /** Those that were lost on end, and went round as well as far as anybody knows. */
  #lostBefore(loop: RoundLoop): readonly Lost[] {
    const onEnd = this.#lost.slice(1 + this.#lost.findLastIndex(({ way }) => way.isOther(loop)));
    const first = onEnd.findIndex(({ way, furthestTtl }) => way.isLike(loop, furthestTtl));
    return first < 0 ? [] : onEnd.slice(first);
  }

  /** `isJoining`: those before may tell together with those that come. */
  #begin(latest: "looped" | "answered" | "refused", isJoining = false): void {
    this.#latest = latest;
    this.#lostSince = 0;
    if (isJoining) return;
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

/** Where routers answer seldom a round may have met one only after going round several times. */
function isNearer(one: LoopPlace, other: LoopPlace): boolean {
  if (one.routers < other.routers && other.routers % one.routers === 0) return true;
  if (other.routers < one.routers && one.routers % other.routers === 0) return false;
  return one.ttl < other.ttl || (one.ttl === other.ttl && one.routers < other.routers);
}
