/**
 * Running figures of a series of round-trip times, in the order in which the answers arrived.
 *
 * Everything is kept in double precision and nothing is truncated, so a long run does not drift. Bounded memory: samples
 * are stored for the percentiles alone, and only the first of them.
 */
import { Percentiles } from "./percentiles.ts";
import type { Counted } from "./sketch.ts";

/** All times are in µs; `undefined` means that there is no sample. */
export interface RttFigures {
  readonly lastUs: number | undefined;
  readonly bestUs: number | undefined;
  readonly worstUs: number | undefined;
  readonly meanUs: number | undefined;
  /** Sample standard deviation (n-1); 0 of a single sample. */
  readonly standardDeviationUs: number | undefined;
  readonly geometricMeanUs: number | undefined;
  /** Distance between the last two samples; 0 of a single sample. */
  readonly jitterUs: number | undefined;
  /** Mean of the n-1 distances between neighbours; 0 of a single sample. */
  readonly meanJitterUs: number | undefined;
  readonly maxJitterUs: number | undefined;
  /** Smoothed interarrival jitter (RFC 3550 §6.4.1), at its true scale; 0 of a single sample. */
  readonly interarrivalJitterUs: number | undefined;
  /** Percentiles by nearest rank; of many samples within 1 % (`percentiles.ts`). */
  readonly p50Us: number | undefined;
  readonly p90Us: number | undefined;
  readonly p95Us: number | undefined;
  readonly p99Us: number | undefined;
}

/** A time below the resolution of the stamps is zero by rounding only, and must not zero a geometric mean for good. */
const LEAST_FOR_LOGARITHM_US = 0.001;

/** Gain of the filter of RFC 3550 §6.4.1. */
const JITTER_GAIN = 1 / 16;

export class RttStatistics implements RttFigures {
  #count = 0;
  #last = 0;
  #best = Infinity;
  #worst = -Infinity;
  #mean = 0;
  #squares = 0;
  #logarithms = 0;
  #jitter = 0;
  #jitters = 0;
  #maxJitter = 0;
  #interarrival = 0;
  readonly #percentiles = new Percentiles();

  add(rttUs: number): void {
    if (this.#count > 0) this.#addJitter(Math.abs(rttUs - this.#last));
    this.#count += 1;
    this.#last = rttUs;
    this.#best = Math.min(this.#best, rttUs);
    this.#worst = Math.max(this.#worst, rttUs);
    // Welford's update: stable where the sum of squares would cancel.
    const fromOldMean = rttUs - this.#mean;
    this.#mean += fromOldMean / this.#count;
    this.#squares += fromOldMean * (rttUs - this.#mean);
    this.#logarithms += Math.log(Math.max(rttUs, LEAST_FOR_LOGARITHM_US));
    this.#percentiles.add(rttUs);
  }

  get count(): number {
    return this.#count;
  }

  get lastUs(): number | undefined {
    return this.#known(this.#last);
  }

  get bestUs(): number | undefined {
    return this.#known(this.#best);
  }

  get worstUs(): number | undefined {
    return this.#known(this.#worst);
  }

  get meanUs(): number | undefined {
    return this.#known(this.#mean);
  }

  get standardDeviationUs(): number | undefined {
    return this.#known(this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0);
  }

  get geometricMeanUs(): number | undefined {
    return this.#known(Math.exp(this.#logarithms / this.#count));
  }

  get jitterUs(): number | undefined {
    return this.#known(this.#jitter);
  }

  get meanJitterUs(): number | undefined {
    return this.#known(this.#count > 1 ? this.#jitters / (this.#count - 1) : 0);
  }

  get maxJitterUs(): number | undefined {
    return this.#known(this.#maxJitter);
  }

  get interarrivalJitterUs(): number | undefined {
    return this.#known(this.#interarrival);
  }

  get p50Us(): number | undefined {
    return this.#percentiles.at(50);
  }

  get p90Us(): number | undefined {
    return this.#percentiles.at(90);
  }

  get p95Us(): number | undefined {
    return this.#percentiles.at(95);
  }

  get p99Us(): number | undefined {
    return this.#percentiles.at(99);
  }

  /** Of many within 1 %, as the percentiles. */
  get samples(): readonly Counted[] {
    return this.#percentiles.samples;
  }

  #addJitter(jitterUs: number): void {
    this.#jitter = jitterUs;
    this.#jitters += jitterUs;
    this.#maxJitter = Math.max(this.#maxJitter, jitterUs);
    this.#interarrival += (jitterUs - this.#interarrival) * JITTER_GAIN;
  }

  #known(value: number): number | undefined {
    return this.#count > 0 ? value : undefined;
  }
}
