/** The round-trip times and the losses of a hop while this host sent load of its own, and while it did not. */
import type { LoadPhase } from "../messages.ts";
import { chanceOfWins, type Portion } from "./chance.ts";
import type { Counted } from "./sketch.ts";
import { type RttFigures, RttStatistics } from "./statistics.ts";

export type PhaseFigures = RttFigures & { readonly count: number };

export interface LoadFigures extends Readonly<Record<LoadPhase, PhaseFigures>> {
  /** How likely it is by chance alone that the times with load are so much longer (Mann and Whitney's test, one-sided). */
  readonly chance: number;
  /** The same if every one of them were longer: what so many answers can prove at most. */
  readonly leastChance: number;
  /** Lost probes of those that left and are decided, refused ones among them; absent where nobody tells. */
  readonly losses?: Readonly<Record<LoadPhase, Portion>>;
}

export class LoadComparison implements LoadFigures {
  readonly idle = new RttStatistics();
  readonly loaded = new RttStatistics();
  readonly #lost: Record<LoadPhase, number> = { idle: 0, loaded: 0 };
  readonly #refused: Record<LoadPhase, number> = { idle: 0, loaded: 0 };

  addLoss(phase: LoadPhase): void {
    this.#lost[phase] += 1;
  }

  addRefused(phase: LoadPhase): void {
    this.#refused[phase] += 1;
  }

  /** One of these is none. */
  takeLoss(phase: LoadPhase): void {
    this.#lost[phase] -= 1;
  }

  get hasTimes(): boolean {
    return this.idle.count + this.loaded.count > 0;
  }

  get losses(): Readonly<Record<LoadPhase, Portion>> {
    const portion = (phase: LoadPhase): Portion => ({
      count: this.#lost[phase],
      total: this.#lost[phase] + this.#refused[phase] + this[phase].count,
    });
    return { idle: portion("idle"), loaded: portion("loaded") };
  }

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
