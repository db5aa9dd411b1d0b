/** The latest probes of each hop, for charts and sparklines. */
import type { TraceEvent } from "../../messages.ts";

/** RTT in µs; `lost`, `waiting` (in flight) and `unsent` (this hop was not probed in that round) are no times. */
export type Sample = number | "lost" | "waiting" | "unsent";

/** More than a terminal has columns. */
export const SAMPLE_LIMIT = 400;

interface HopSamples {
  /** Sample by round; those older than `SAMPLE_LIMIT` rounds are gone. */
  readonly byRound: Map<number, Sample>;
}

export class SampleHistory {
  readonly #hops: HopSamples[] = [];
  /** Round of each probe that is in flight. */
  readonly #rounds = new Map<number, number>();
  #latestRound = -1;

  /** The caller hands over the events of one target only, in their order. */
  apply(event: TraceEvent): void {
    switch (event.kind) {
      case "sent":
        this.#rounds.set(event.probe, event.round);
        this.#set(event.ttl, event.round, "waiting");
        return;
      case "sendFailed":
        this.#set(event.ttl, event.round, "lost");
        return;
      case "reply":
        this.#decide(event, event.rttUs);
        return;
      case "lost":
      case "unsent":
        this.#decide(event, "lost");
        return;
    }
  }

  reset(): void {
    this.#hops.length = 0;
    this.#rounds.clear();
  }

  /** The latest `count` samples of a hop, oldest first. */
  latest(ttl: number, count: number): readonly Sample[] {
    const hop = this.#hops[ttl];
    const first = Math.max(0, this.#latestRound - Math.min(count, SAMPLE_LIMIT) + 1);
    const rounds = Array.from({ length: this.#latestRound - first + 1 }, (_, at) => first + at);
    return rounds.map((round) => hop?.byRound.get(round) ?? "unsent");
  }

  #decide({ probe, ttl }: { readonly probe: number; readonly ttl: number }, sample: Sample): void {
    const round = this.#rounds.get(probe);
    if (round === undefined) return;
    this.#rounds.delete(probe);
    this.#set(ttl, round, sample);
  }

  #set(ttl: number, round: number, sample: Sample): void {
    const { byRound } = this.#hops[ttl] ??= { byRound: new Map() };
    this.#latestRound = Math.max(this.#latestRound, round);
    byRound.set(round, sample);
    if (byRound.size > SAMPLE_LIMIT) byRound.delete(byRound.keys().next().value ?? round);
  }
}
