/**
 * How far apart the answered probes of a hop lie, and the lost ones, by the order of sending: who counts answers out by a
 * clock keeps a distance that chance does not.
 *
 * Only what is behind the first lost probe counts: before it a token bucket gives out what it has gathered. Bounded:
 * distances are counted up to `MOST_DISTANCE`, and longer ones with that.
 */

/** In probes. */
export const MOST_DISTANCE = 64;

export interface SpacingFigures {
  readonly answered: DistanceFigures;
  readonly lost: DistanceFigures;
}

export interface DistanceFigures {
  readonly count: number;
  /** How many lie so many probes behind the one before of their kind, by that number. */
  readonly distances: readonly number[];
  /** From the first to the last, in the time of the events. */
  readonly lastedUs: number;
}

export class Spacing implements SpacingFigures {
  readonly answered = new Distances();
  readonly lost = new Distances();
  /** Decided probes behind the first that is lost; `undefined` before that. */
  #place: number | undefined;

  add(isLost: boolean, atUs: number): void {
    if (this.#place === undefined) {
      if (isLost) this.#place = 0;
      return;
    }
    this.#place += 1;
    (isLost ? this.lost : this.answered).add(this.#place, atUs);
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
      const distance = Math.min(MOST_DISTANCE, place - this.#latestPlace);
      this.distances[distance] = (this.distances[distance] ?? 0) + 1;
    }
    this.count += 1;
    this.#latestPlace = place;
    this.#latestUs = atUs;
  }

  get lastedUs(): number {
    return this.#latestUs - this.#firstUs;
  }
}
