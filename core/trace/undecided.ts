/**
 * Probes of one target that have left and whose result nobody knows, in the order of their deadlines.
 *
 * As many as are in flight at most, and those that are decided and still among them.
 */
import type { Flight } from "../probe/prober.ts";
import type { Probe } from "./probe.ts";

/** So many decided probes may stay among them. */
const MOST_DECIDED = 16;

export class Undecided {
  #flights: Flight<Probe>[] = [];
  /** Those before it are decided. */
  #oldest = 0;

  add(flight: Flight<Probe>): void {
    this.#flights.push(flight);
  }

  /** It will be told of no more; who sends its probe again adds what leaves then. */
  remove(flight: Flight<Probe>): void {
    this.#flights = this.#flights.filter((other) => other !== flight);
  }

  /** Takes out the next one whose time is over where everything is known that arrived until then. */
  takeOverdue(heardUs: number): Flight<Probe> | undefined {
    const flights = this.#flights;
    for (; this.#oldest < flights.length; this.#oldest++) {
      const flight = flights[this.#oldest]!;
      if (flight.tag.state !== "inFlight") continue;
      if (flight.tag.deadlineUs > heardUs) break;
      this.#oldest++;
      return flight;
    }
    // Moving the rest forward each time half of them is decided costs a constant per probe.
    if (this.#oldest > MOST_DECIDED && this.#oldest * 2 > flights.length) {
      this.#flights = flights.slice(this.#oldest);
      this.#oldest = 0;
    }
    return undefined;
  }

  /** When the time of the next one is over, once all that are overdue have been taken; `Infinity` if there is none. */
  get nextUs(): number {
    return this.#flights[this.#oldest]?.tag.deadlineUs ?? Infinity;
  }

  /** Nobody waits for one of them any longer than until then. */
  shorten(latestUs: number): void {
    for (const { tag } of this.#flights) tag.deadlineUs = Math.min(tag.deadlineUs, latestUs);
  }

  /** Takes out all that are left, and some that are decided. */
  takeAll(): readonly Flight<Probe>[] {
    const flights = this.#flights;
    this.#flights = [];
    this.#oldest = 0;
    return flights;
  }
}
