/**
 * The latest probes of each hop, for charts and sparklines: four bytes a sample, of `SAMPLE_LIMIT` rounds. Where a round has
 * several probes to a hop, of several flows, the worst of them counts.
 */
import type { TraceEvent } from "../../messages.ts";

/** RTT in µs; `lost`, `waiting` (in flight) and `unsent` (this hop was not probed in that round) are no times. */
export type Sample = number | "lost" | "waiting" | "unsent";

/** More than a terminal has columns. */
export const SAMPLE_LIMIT = 400;

/** How what is no time is kept among times. */
const CODES = { lost: -3, unsent: -2, waiting: -1 } as const;
const NO_TIMES: ReadonlyMap<number, keyof typeof CODES> = new Map([[-3, "lost"], [-2, "unsent"], [-1, "waiting"]]);

export class SampleHistory {
  /** By ttl: sample by round, in a ring. */
  readonly #hops: Float32Array[] = [];
  /** Round of each probe that is in flight. */
  readonly #rounds = new Map<number, number>();
  #latestRound = -1;

  /** The caller hands over the events of one target only, in their order. */
  apply(event: TraceEvent): void {
    switch (event.kind) {
      case "sent":
        this.#rounds.set(event.probe, event.round);
        this.#set(event.ttl, event.round, CODES.waiting);
        return;
      case "sendFailed":
        this.#set(event.ttl, event.round, CODES.lost);
        return;
      case "reply":
        this.#decide(event, event.rttUs);
        return;
      case "lost":
      case "unsent":
        this.#decide(event, CODES.lost);
        return;
    }
  }

  reset(): void {
    this.#hops.length = 0;
    this.#rounds.clear();
  }

  /** The latest round of which anything is known; -1 before the first. */
  get latestRound(): number {
    return this.#latestRound;
  }

  /** The samples of a hop, of `count` rounds up to `lastRound`, oldest first; fewer where fewer are kept. */
  latest(ttl: number, count: number, lastRound = this.#latestRound): readonly Sample[] {
    const hop = this.#hops[ttl];
    const oldest = Math.max(0, this.#latestRound - SAMPLE_LIMIT + 1);
    const first = Math.max(oldest, lastRound - count + 1);
    return Array.from({ length: Math.max(0, lastRound - first + 1) }, (_, at) => {
      const sample = hop?.[(first + at) % SAMPLE_LIMIT] ?? CODES.unsent;
      return NO_TIMES.get(sample) ?? sample;
    });
  }

  #decide({ probe, ttl }: { readonly probe: number; readonly ttl: number }, sample: number): void {
    const round = this.#rounds.get(probe);
    if (round === undefined) return;
    this.#rounds.delete(probe);
    this.#set(ttl, round, sample);
  }

  #set(ttl: number, round: number, sample: number): void {
    if (round > this.#latestRound) this.#begin(round);
    if (round <= this.#latestRound - SAMPLE_LIMIT) return;
    const hop = this.#hops[ttl] ??= new Float32Array(SAMPLE_LIMIT).fill(CODES.unsent);
    const at = round % SAMPLE_LIMIT;
    const before = hop[at] ?? CODES.unsent;
    hop[at] = Math.min(before, sample) === CODES.lost ? CODES.lost : Math.max(before, sample);
  }

  /** Makes room for the rounds up to this one. */
  #begin(round: number): void {
    const first = Math.max(this.#latestRound + 1, round - SAMPLE_LIMIT + 1);
    for (const hop of this.#hops) {
      for (let at = first; at <= round; at++) if (hop !== undefined) hop[at % SAMPLE_LIMIT] = CODES.unsent;
    }
    this.#latestRound = round;
  }
}
