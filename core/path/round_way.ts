/**
 * The routers that one round of a flow has met, by those who say that the time of a probe was up.
 *
 * Whoever is met again further on is in a loop, or ways of several lengths lead by him. A loop is proved by two who are where it
 * would have them, or by one who is as far as the round went, where nobody else is in the place of any: a single one with silence
 * behind it is of another way, maybe.
 */
import type { TraceEvent } from "../messages.ts";
import { type Cycle, cycleIn } from "./cycle.ts";

type Heard = Extract<TraceEvent, { kind: "reply" }>;

const LEAST_REPEATS = 2;
/** Whoever answers at the next ttl as well answers for somebody behind it. */
const LEAST_ROUTERS = 2;

/** Who is met again nearest, and after so many routers. */
export interface LoopPlace {
  readonly ttl: number;
  readonly address: string;
  readonly routers: number;
}

/** Where packets go round, and when the first of a round left that did, and the last that was answered: µs. */
export interface RoundLoop extends LoopPlace {
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

  /** Nobody asks any more. */
  clear(): void {
    this.#addresses.length = 0;
    this.#sentUs.length = 0;
  }

  /** `furthestTtl`: as far as the round went. */
  loop(furthestTtl: number): RoundLoop | undefined {
    return this.#cycle(({ repeats, last }) => repeats >= LEAST_REPEATS || last === furthestTtl);
  }

  /** The same without a proof: somebody was met again. */
  get repeat(): RoundLoop | undefined {
    return this.#cycle(() => true);
  }

  #cycle(isProved: (cycle: Cycle) => boolean): RoundLoop | undefined {
    if (!this.#hasRepeats) return undefined;
    const cycle = cycleIn(this.#addresses, (cycle) => cycle.period >= LEAST_ROUTERS && isProved(cycle));
    if (cycle === undefined) return undefined;
    const { first: ttl, period: routers, last } = cycle;
    const [address = "", beginUs = NaN, endUs = NaN] = [this.#addresses[ttl], this.#sentUs[ttl], this.#sentUs[last]];
    return { ttl, address, routers, beginUs, endUs };
  }
}
