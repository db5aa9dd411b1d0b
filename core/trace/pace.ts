/**
 * When the next probe of all targets may leave, so that together they are never more than the rate.
 *
 * Each probe has a slot of its own. Who comes too late for his slot, as a thread that wakes late does, may make up for it
 * at twice the pace, never in a burst, and never for more than some milliseconds: in any time T there are at most
 * rate x (T + 10 ms) + 1 probes.
 */

// Longer than a thread waits for its turn as a rule, and one hundredth of a second's probes.
const MOST_LATE_US = 10_000;
const LEAST_GAP = 0.5;

export class Pace {
  readonly #gapUs: number;
  #slotUs = -Infinity;
  #openUs = -Infinity;

  constructor({ probesPerSecond }: { readonly probesPerSecond: number }) {
    this.#gapUs = 1_000_000 / probesPerSecond;
  }

  /** From then on a probe may leave. */
  get openUs(): number {
    return this.#openUs;
  }

  noteSent(nowUs: number): void {
    this.#slotUs = Math.max(this.#slotUs, nowUs - MOST_LATE_US) + this.#gapUs;
    this.#openUs = Math.max(this.#slotUs, nowUs + this.#gapUs * LEAST_GAP);
  }
}
