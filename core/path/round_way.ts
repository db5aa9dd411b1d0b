/**
 * The routers that one round of a flow has met, by those who say that the time of a probe was up.
 *
 * Whoever is met again further on is in a loop, or ways of several lengths lead by him. A loop is proved by two who are where it
 * would have them, or by one who is as far as the round went, where nobody else is in the place of any: a single one with silence
 * behind it is of another way, maybe. Where routers limit their answers a round meets few of them; so rounds on end that were lost
 * are looked at as one, if none met somebody else where another did. A way that has become longer has each router in two places, so
 * one in three is the proof.
 */
import type { TraceEvent } from "../messages.ts";
import type { LastOfRound } from "./last_answers.ts";
import { type Cycle, cycleIn } from "./cycle.ts";

type Heard = Extract<TraceEvent, { kind: "reply" }>;

const LEAST_REPEATS = 2;
/** So many of the last that a loop would have a round meet: more are hardly ever all lost. */
const LAST_OF_LOOP = 2;
/** Whoever answers at the next ttl as well answers for somebody behind it. */
const LEAST_ROUTERS = 2;

/** In the place of an address. */
const SILENT = "silent";

/** Who is met again nearest, and after so many routers. */
export interface LoopPlace {
  readonly ttl: number;
  readonly address: string;
  readonly routers: number;
}

/** Where packets go round, and when the first of a round left that did, and the last that was answered: µs. */
export interface RoundLoop extends LoopPlace {
  /** Whom packets meet at this ttl; "silent" where nobody answers each time; `undefined` where nobody knows. */
  readonly whoAt: (ttl: number) => string | undefined;
  readonly beginUs: number;
  readonly endUs: number;
}

export class RoundWay {
  /** By ttl. */
  readonly #addresses: string[] = [];
  readonly #sentUs: number[] = [];
  #hasRepeats = false;

  /** Whether this router was met nearer. */
  add({ ttl, from, atUs, rttUs }: Heard): boolean {
    this.#addresses[ttl] = from;
    this.#sentUs[ttl] = atUs - rttUs;
    const nearest = this.#addresses.indexOf(from);
    const isRepeat = nearest <= ttl - LEAST_ROUTERS;
    this.#hasRepeats ||= isRepeat || this.#addresses.lastIndexOf(from) > ttl;
    return isRepeat;
  }

  /** The furthest. */
  get last(): LastOfRound | undefined {
    const ttl = this.#addresses.length - 1;
    return ttl < 0 ? undefined : { ttl, address: this.#addresses[ttl]! };
  }

  /** Where he was met; further than anywhere if he was not. */
  ttlOf(address: string): number {
    const ttl = this.#addresses.indexOf(address);
    return ttl < 0 ? Infinity : ttl;
  }

  /** The furthest that a router was met before there; 0 if none was. */
  furthestBefore(ttl: number): number {
    return Math.max(0, this.#addresses.findLastIndex((address, at) => at < ttl && address !== undefined));
  }

  /** Nobody asks any more. */
  clear(): void {
    this.#addresses.length = 0;
    this.#sentUs.length = 0;
  }

  /** When the first left that was answered at this ttl or behind it. */
  sentFrom(ttl: number): number | undefined {
    return this.#sentUs.find((_, at) => at >= ttl && this.#addresses[at] !== undefined);
  }

  /** Whether somebody was met who would not be where packets go round so. */
  isOther({ whoAt }: RoundLoop): boolean {
    return this.#addresses.some((met, ttl) => ![met, undefined].includes(whoAt(ttl)));
  }

  /** Whether a round that went so far, and met nobody else, has met those that a loop would have it meet last. */
  isLike({ whoAt }: RoundLoop, furthestTtl: number): boolean {
    const ttls = Array.from({ length: furthestTtl }, (_, index) => index + 1);
    const last = ttls.filter((ttl) => ![SILENT, undefined].includes(whoAt(ttl))).slice(-LAST_OF_LOOP);
    return last.some((ttl) => this.#addresses[ttl] !== undefined);
  }

  /** Whether somebody was met where packets come by going round so alone, and nobody who would not be there. */
  isWithin(loop: RoundLoop): boolean {
    const { ttl: first, routers, whoAt } = loop;
    return !this.isOther(loop) &&
      this.#addresses.some((met, ttl) => met !== undefined && ttl >= first + routers && met === whoAt(ttl));
  }

  /** When the last left that was answered. */
  get lastSentUs(): number {
    return this.#sentUs.reduce((latest, atUs) => Math.max(latest, atUs), -Infinity);
  }

  /** Takes whom this other round met, if nobody of it is where somebody else was met; whether it did. */
  #take(other: RoundWay): boolean {
    const isOther = other.#addresses.some((met, ttl) => (this.#addresses[ttl] ?? met) !== met);
    if (isOther) return false;
    other.#addresses.forEach((address, ttl) => this.#addresses[ttl] ??= address);
    other.#sentUs.forEach((sentUs, ttl) => this.#sentUs[ttl] ??= sentUs);
    return true;
  }

  /** Of the last of these rounds as one, in their order, and which is the first of them. */
  static jointLoop(ways: readonly RoundWay[]): { readonly loop: RoundLoop; readonly first: number } | undefined {
    const joint = new RoundWay();
    let from = ways.length;
    while (from > 0 && joint.#take(ways[from - 1]!)) from -= 1;
    joint.#hasRepeats = new Set(joint.#addresses.filter((address) => address !== undefined)).size < joint.#met;
    const loop = joint.#cycle(({ again, period }) => again > period);
    if (loop === undefined) return undefined;
    const beginUs = ways.slice(from).flatMap((way) => way.sentFrom(1) ?? [])[0] ?? loop.beginUs;
    return { loop: { ...loop, beginUs, endUs: joint.lastSentUs }, first: from };
  }

  /** So many were. */
  get #met(): number {
    return this.#addresses.reduce((sum, address) => address === undefined ? sum : sum + 1, 0);
  }

  /** `furthestTtl`: as far as the round went. */
  loop(furthestTtl: number): RoundLoop | undefined {
    return this.#cycle(({ repeats, last }) => repeats >= LEAST_REPEATS || (repeats > 0 && last === furthestTtl));
  }

  #cycle(isProved: (cycle: Cycle) => boolean): RoundLoop | undefined {
    if (!this.#hasRepeats) return undefined;
    const cycle = cycleIn(this.#addresses, (cycle) => cycle.period >= LEAST_ROUTERS && isProved(cycle));
    if (cycle === undefined) return undefined;
    const { first: ttl, period: routers, last } = cycle;
    const [address = "", beginUs = NaN, endUs = NaN] = [this.#addresses[ttl], this.#sentUs[ttl], this.#sentUs[last]];
    return { ttl, address, routers, beginUs, endUs, whoAt: whoAtOf([...this.#addresses], cycle) };
  }
}

/** Whoever was asked there twice and not met is silent, from just before the place on where the round begins to repeat itself. */
function whoAtOf(met: readonly (string | undefined)[], { first, period, last }: Cycle): RoundLoop["whoAt"] {
  const ttls = Array.from({ length: last }, (_, index) => index + 1).filter((ttl) => ttl > first - period);
  const placeOf = (ttl: number): number => (ttl - first + period) % period;
  const round = Array.from({ length: period }, (_, place) => {
    const all = ttls.filter((ttl) => placeOf(ttl) === place);
    const isSilent = all.length > 1 && all.every((ttl) => met[ttl] === undefined);
    return isSilent ? SILENT : met[all.find((ttl) => ttl >= first && met[ttl] !== undefined) ?? -1];
  });
  let from = first;
  while (from > 1 && met[from - 1] === undefined && round[placeOf(from - 1)] === SILENT) from -= 1;
  return (ttl) => ttl < from ? met[ttl] : round[placeOf(ttl)];
}
