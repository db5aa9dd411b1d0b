/**
 * Percentiles of a series of round-trip times, by nearest rank: the least sample that so many percent of the samples do
 * not exceed, so a time that was measured, and no mean of two.
 *
 * Exact up to `EXACT_SAMPLES`; from there on the samples are counted in a sketch, and a percentile is within 1 % of the
 * exact one. Nothing is allocated before the first sample.
 */
import { type Counted, Sketch } from "./sketch.ts";

/**
 * More than the 100 rounds of a report that is to prove something; 1 KiB a hop and responder. The sketch of a usual hop is
 * no larger, so an endless run over many targets does not grow beyond it.
 */
export const EXACT_SAMPLES = 128;

export class Percentiles {
  /** In the order of their arrival; empty once there is a sketch. */
  #samples: number[] = [];
  #sketch: Sketch | undefined;
  /** The same samples sorted, once somebody has asked; as long as there is no further one. */
  #sorted: Float64Array | undefined;

  /** In µs. */
  add(rttUs: number): void {
    if (this.#sketch !== undefined) return this.#sketch.add(rttUs);
    this.#samples.push(rttUs);
    this.#sorted = undefined;
    if (this.#samples.length > EXACT_SAMPLES) this.#sketchSamples();
  }

  /** In µs; `percent` is a whole number from 1 to 100. `undefined` without a sample. */
  at(percent: number): number | undefined {
    const count = this.#sketch?.count ?? this.#samples.length;
    // Whole numbers divided last: 0.07 times 100 would be more than 7.
    const rank = Math.ceil(percent * count / 100);
    if (this.#sketch !== undefined) return this.#sketch.at(rank);
    return (this.#sorted ??= Float64Array.from(this.#samples).sort())[rank - 1];
  }

  /** All samples, or what the sketch knows of them. */
  get samples(): readonly Counted[] {
    return this.#sketch?.samples ?? this.#samples.map((us) => ({ us, count: 1 }));
  }

  #sketchSamples(): void {
    const sketch = new Sketch();
    this.#samples.forEach((rttUs) => sketch.add(rttUs));
    this.#samples = [];
    this.#sorted = undefined;
    this.#sketch = sketch;
  }
}
