/**
 * When the next probe of all targets may leave, so that together they are never more than the rate.
 *
 * Each probe has a slot of its own. Who comes too late for his slot, as a thread that wakes late does, may make up for it
 * at twice the pace, and never for more than some milliseconds: in any time T there are at most rate x (T + 10 ms) + 1
 * probes, and at most 2 x rate x (T + `togetherUs`) + 1. What fits into the latter leaves together: to wake up costs as much
 * as a probe, and no thread can sleep for less than 0.2 ms.
 */

// Longer than a thread waits for its turn as a rule, and one hundredth of a second's probes.
const MOST_LATE_US = 10_000;
// The kernel wakes who sleeps some 60 µs late, and going to sleep takes its time.
const LEAST_TOGETHER_US = 200;
// Four small packets are behind each other on any link, and a millisecond of waiting in line is nobody's.
const MOST_TOGETHER = { probes: 4, us: 1_000 } as const;
const LEAST_GAP = 0.5;

/** How far apart probes are, at most, that leave together where many wait. */
export function togetherUs(probesPerSecond: number): number {
  const { probes, us } = MOST_TOGETHER;
  return Math.max(LEAST_TOGETHER_US, Math.min(us, probes * 1e6 / probesPerSecond));
}

export class Pace {
  readonly #gapUs: number;
  readonly #togetherUs: number;
  /** The next probe's slot at the rate, and at twice the rate. */
  #slotUs = -Infinity;
  #quickUs = -Infinity;

  constructor({ probesPerSecond }: { readonly probesPerSecond: number }) {
    this.#gapUs = 1_000_000 / probesPerSecond;
    this.#togetherUs = togetherUs(probesPerSecond);
  }

  /** From then on a probe may leave. */
  get openUs(): number {
    return Math.max(this.#slotUs, this.#quickUs);
  }

  /** From then on so many that wait may leave together, or as many as ever do. */
  openForUs(waiting: number): number {
    const further = Math.min(waiting, Math.round(this.#togetherUs / this.#gapUs)) - 1;
    return Math.max(this.#slotUs + Math.max(0, further) * this.#gapUs, this.#quickUs);
  }

  noteSent(nowUs: number): void {
    this.#slotUs = Math.max(this.#slotUs, nowUs - MOST_LATE_US) + this.#gapUs;
    this.#quickUs = Math.max(this.#quickUs, nowUs - this.#togetherUs) + this.#gapUs * LEAST_GAP;
  }
}
