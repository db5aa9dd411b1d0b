/**
 * For how long events are gathered before they are told. Each time costs both threads as much as several probes do, most of
 * all where a machine has little to do and its caches are cold. Numbers only; no clock is read.
 */

/** No later than somebody who watches would notice. From the first time on it is done as soon as nothing is due. */
export const WATCHED_US = { least: 170_000, most: 250_000 } as const;
/** Nobody watches; but names are looked up as addresses are told, and what a crash would lose stays little. */
const UNWATCHED_MOST_US = 10_000_000;
// More come often enough, and are work for the main thread that is done better a little at a time.
const ENOUGH_EVENTS = 512;
// After two seconds a path is known, and there is little to look up.
const MOST_GROWTH = 8;

export class Slice {
  readonly #isUnwatched: boolean;
  #us = 0;

  constructor(isUnwatched: boolean) {
    this.#isUnwatched = isUnwatched;
  }

  /** Further targets begin, whose addresses are news. What leaves first is told at once. */
  begin(): void {
    this.#us = Math.min(this.#us, WATCHED_US.most);
  }

  get mostUs(): number {
    return this.#us;
  }

  get leastUs(): number {
    return this.#us * WATCHED_US.least / WATCHED_US.most;
  }

  /** A slice is over, and had so many events: while there are few the next one is much longer. */
  note(events: number): void {
    const factor = Math.min(MOST_GROWTH, ENOUGH_EVENTS / Math.max(1, events));
    const mostUs = this.#isUnwatched ? UNWATCHED_MOST_US : WATCHED_US.most;
    this.#us = Math.max(WATCHED_US.most, Math.min(mostUs, this.#us * factor));
  }
}
