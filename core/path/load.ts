/** The round-trip times of a hop while this host sent load of its own, and while it did not. */
import type { LoadPhase } from "../messages.ts";
import { chanceOfWins } from "./chance.ts";
import type { Counted } from "./sketch.ts";
import { type RttFigures, RttStatistics } from "./statistics.ts";

export type PhaseFigures = RttFigures & { readonly count: number };

export interface LoadFigures extends Readonly<Record<LoadPhase, PhaseFigures>> {
  /** How likely it is by chance alone that the times with load are so much longer (Mann and Whitney's test, one-sided). */
  readonly chance: number;
  /** The same if every one of them were longer: what so many answers can prove at most. */
  readonly leastChance: number;
}

export class LoadComparison implements LoadFigures {
  readonly idle = new RttStatistics();
  readonly loaded = new RttStatistics();

  add(phase: LoadPhase, rttUs: number): void {
    this[phase].add(rttUs);
  }

  get chance(): number {
    return chanceOfWins(wins(this.loaded.samples, this.idle.samples), this.loaded.count, this.idle.count);
  }

  get leastChance(): number {
    return chanceOfWins(this.loaded.count * this.idle.count, this.loaded.count, this.idle.count);
  }
}

/** In how many pairs the time of the first is longer. Equal ones are none, which errs on the safe side. */
function wins(ones: readonly Counted[], others: readonly Counted[]): number {
  let sum = 0;
  for (const one of ones) {
    for (const other of others) if (one.us > other.us) sum += one.count * other.count;
  }
  return sum;
}
