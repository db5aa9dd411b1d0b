/**
 * Routers that a flow meets twice in one round: its packets go round in a loop, or ways of several lengths lead by them.
 *
 * Whoever answers at the next ttl as well answers for somebody behind it, and is no loop.
 */
import type { TraceEvent } from "../messages.ts";

type Heard = Extract<TraceEvent, { kind: "reply" }>;

/** Answers may be this many rounds late. */
const ROUNDS_LIMIT = 16;
const LEAST_ROUTERS = 2;

/** Times are those of sending. */
export interface Repeat {
  /** Where the router was met before. */
  readonly ttl: number;
  readonly address: string;
  /** So many routers further on it was met again. */
  readonly routers: number;
  readonly beginUs: number;
  readonly endUs: number;
}

interface Met {
  readonly probe: number;
  readonly address: string;
  readonly sentUs: number;
}

export class Repeats {
  /** First probes of the latest rounds. */
  readonly #rounds: number[] = [];
  /** By ttl, the router that answered the latest probe there with an answer. */
  readonly #met: Met[] = [];

  addRound(firstProbe: number): void {
    this.#rounds.push(firstProbe);
    if (this.#rounds.length > ROUNDS_LIMIT) this.#rounds.shift();
  }

  /** A router says that the time of this probe was up: the place nearest before where it was met in the same round. */
  addAnswer({ ttl, probe, from, atUs, rttUs }: Heard): Repeat | undefined {
    const sentUs = atUs - rttUs;
    this.#met[ttl] = { probe, address: from, sentUs };
    for (let nearer = ttl - LEAST_ROUTERS; nearer > 0; nearer--) {
      if (this.#met[nearer]?.address !== from) continue;
      const met = this.#metBefore(nearer, probe);
      if (met === undefined) continue;
      return { ttl: nearer, address: from, routers: ttl - nearer, beginUs: met.sentUs, endUs: sentUs };
    }
    return undefined;
  }

  /** Whether somebody else was met in the same round where this router would have been in a loop of so many. */
  breaks({ ttl, probe, from }: Heard, routers: number): boolean {
    const met = this.#metBefore(ttl - routers, probe);
    return met !== undefined && met.address !== from;
  }

  /** In the round of this probe. */
  #metBefore(ttl: number, probe: number): Met | undefined {
    const met = this.#met[ttl];
    if (met === undefined || met.probe > probe) return undefined;
    const first = this.#rounds.findLast((firstProbe) => firstProbe <= probe);
    return first !== undefined && met.probe >= first ? met : undefined;
  }
}
