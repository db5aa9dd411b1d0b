/**
 * When the next probe of all targets may leave, so that together they are never more than the rate.
 *
 * Each probe has a slot of its own. Who comes too late for his slot, as a thread that wakes late does, may make up for it
 * at twice the pace, and never for more than some milliseconds: in any time T there are at most rate x (T + 10 ms) + 1
 * probes, and at most 2 x rate x (T + 0.2 ms) + 1. What fits into the latter 0.2 ms leaves together: no thread can sleep
 * for less, and from 10,000 probes a second on it would spend its time with waking up.
 */

// Longer than a thread waits for its turn as a rule, and one hundredth of a second's probes.
const MOST_LATE_US = 10_000;
// The kernel wakes who sleeps some 60 µs late, and going to sleep takes its time.
const TOGETHER_US = 200;
const LEAST_GAP = 0.5;

export class Pace {
  readonly #gapUs: number;
  /** The next probe's slot at the rate, and at twice the rate. */
  #slotUs = -Infinity;
  #quickUs = -Infinity;

  constructor({ probesPerSecond }: { readonly probesPerSecond: number }) {
    this.#gapUs = 1_000_000 / probesPerSecond;
  }

  /** From then on a probe may leave. */
  get openUs(): number {
    return Math.max(this.#slotUs, this.#quickUs);
  }

  noteSent(nowUs: number): void {
    this.#slotUs = Math.max(this.#slotUs, nowUs - MOST_LATE_US) + this.#gapUs;
    this.#quickUs = Math.max(this.#quickUs, nowUs - TOGETHER_US) + this.#gapUs * LEAST_GAP;
  }
}
