/**
 * How far two clocks are apart that run at the same rate, until somebody sets one of them. Numbers only; no clock is read.
 *
 * One clock is read between two readings of the other, so each look gives an interval, as wide as the look took. What all
 * looks have in common is the distance; a look that has nothing in common with those before it proves that a clock was
 * set. A thread that is interrupted during a look costs width, not truth.
 */

// Readings are rounded to the nanosecond, and doubles of days in µs to a tenth of that.
const ROUNDING_US = 0.01;

export class ClockDistance {
  #leastUs = -Infinity;
  #mostUs = Infinity;
  /** By how much the distance may be off at most: a step that the latest look could not see is inside its own interval. */
  errorUs = Infinity;

  /** The first clock minus the second one, in µs; meaningless before the first look. */
  get us(): number {
    return (this.#leastUs + this.#mostUs) / 2;
  }

  /** The second clock said `otherUs`, between two readings of the first. True if one of them was set since the last look. */
  look(beforeUs: number, otherUs: number, afterUs: number): boolean {
    const leastUs = beforeUs - otherUs;
    const mostUs = afterUs - otherUs;
    const wasSet = leastUs > this.#mostUs + ROUNDING_US || mostUs < this.#leastUs - ROUNDING_US;
    this.#leastUs = wasSet ? leastUs : Math.max(leastUs, this.#leastUs);
    // Two looks that only touch may miss each other by the rounding.
    this.#mostUs = Math.max(this.#leastUs, wasSet ? mostUs : Math.min(mostUs, this.#mostUs));
    this.errorUs = Math.max(mostUs - this.us, this.us - leastUs);
    return wasSet;
  }
}
