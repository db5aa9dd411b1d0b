/**
 * How the answered probes of a hop and the lost ones lie, by the order of sending: who counts answers out by a clock keeps
 * distances that chance does not.
 *
 * Only what is behind the first lost probe counts: before it a token bucket gives out what it has gathered. Bounded:
 * distances are counted up to `MOST_DISTANCE`, and longer ones with that.
 */
import type { Asked } from "./buckets.ts";

/** In probes. */
export const MOST_DISTANCE = 64;
/** Probes that are kept one by one: the first ones. */
const MOST_KEPT = 256;

export interface SpacingFigures {
  readonly answered: DistanceFigures;
  readonly lost: DistanceFigures;
  /** The first ones one by one; absent where none is lost. */
  readonly asked?: Asked | undefined;
}

export interface DistanceFigures {
  readonly count: number;
  /** How many lie so many probes behind the one before of their kind, by that number. */
  readonly distances: readonly number[];
  /** From the first to the last, in the time of the events. */
  readonly lastedUs: number;
}

const NO_DISTANCES: DistanceFigures = { count: 0, distances: [], lastedUs: 0 };

export class Spacing implements SpacingFigures {
  /** What is behind the first lost probe; most hops of most targets have lost none. */
  #counted: Counted | undefined;
  /** Before it. */
  #answered = 0;
  #firstUs = 0;

  add(isLost: boolean, atUs: number, flow = 0): void {
    if (this.#counted !== undefined) return this.#counted.add(isLost, atUs, flow);
    if (this.#answered === 0) this.#firstUs = atUs;
    if (isLost) this.#counted = new Counted(atUs, flow, this.#answered, this.#firstUs);
    else this.#answered += 1;
  }

  get answered(): DistanceFigures {
    return this.#counted?.answered ?? NO_DISTANCES;
  }

  get lost(): DistanceFigures {
    return this.#counted?.lost ?? NO_DISTANCES;
  }

  get asked(): Asked | undefined {
    return this.#counted?.asked;
  }
}

class Counted {
  readonly answered = new Distances();
  readonly lost = new Distances();
  readonly asked:
    & { readonly timesUs: number[]; readonly answers: boolean[]; readonly flows: number[]; answeredBefore: number }
    & Asked;
  /** Decided probes behind the first that is lost. */
  #place = 0;

  constructor(lostAtUs: number, flow: number, answeredBefore: number, firstUs: number) {
    this.asked = { timesUs: [lostAtUs], answers: [false], flows: [flow], answeredBefore, firstUs };
  }

  add(isLost: boolean, atUs: number, flow: number): void {
    if (this.asked.timesUs.length < MOST_KEPT) this.#ask(isLost, atUs, flow);
    this.#place += 1;
    (isLost ? this.lost : this.answered).add(this.#place, atUs);
  }

  /** Of several flows those of a round may have left in another order than they began in. */
  #ask(isLost: boolean, atUs: number, flow: number): void {
    const { timesUs, answers, flows } = this.asked;
    const place = 1 + timesUs.findLastIndex((beforeUs) => beforeUs <= atUs);
    if (place === 0 && !isLost) {
      this.asked.answeredBefore += 1;
      return;
    }
    timesUs.splice(place, 0, atUs);
    answers.splice(place, 0, !isLost);
    flows.splice(place, 0, flow);
  }
}

class Distances implements DistanceFigures {
  count = 0;
  readonly distances: number[] = [];
  #latestPlace = 0;
  #firstUs = 0;
  #latestUs = 0;

  add(place: number, atUs: number): void {
    if (this.count === 0) {
      this.#firstUs = atUs;
    } else {
      note(this.distances, place - this.#latestPlace);
    }
    this.count += 1;
    this.#latestPlace = place;
    this.#latestUs = atUs;
  }

  get lastedUs(): number {
    return this.#latestUs - this.#firstUs;
  }
}

function note(counts: number[], value: number): void {
  const at = Math.min(MOST_DISTANCE, value);
  counts[at] = (counts[at] ?? 0) + 1;
}
