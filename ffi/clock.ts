/**
 * Time for the engine: CLOCK_MONOTONIC in µs, and kernel stamps, which are wall-clock, brought onto the same line.
 *
 * The distance of the two clocks is looked at again with each batch of stamps, after they were read: whoever sets the wall
 * clock before that is noticed. From then on stamps are passed over for a while, since one that was taken before lies in a
 * queue with those that were taken after.
 */
import type { Stamp } from "../core/network.ts";
import { ClockDistance } from "./clock_distance.ts";
import { libc } from "./libc.ts";
import { Timespec } from "./struct.ts";

// A look as short as this was not interrupted, and was no look of cold code.
const GOOD_SPAN_US = 2;
const MOST_LOOKS = 4;
// What was queued before the wall clock was set has long been read by then.
const DISTRUST_US = 1_000_000;

/** A time of CLOCK_REALTIME; 0 s is none. */
export interface KernelStamp {
  readonly seconds: number;
  readonly ns: number;
}

/** A clock that can be read. */
export interface Readable {
  /** Seconds that are taken off each reading, so that it keeps its nanoseconds as a number of µs. */
  readonly baseSeconds: number;
  readUs(): number;
}

export class Clock {
  readonly #monotonic: Readable;
  readonly #wall: Readable;
  /** Monotonic minus wall time, both in µs since their bases. */
  readonly #distance = new ClockDistance();
  #trustedFromUs = -Infinity;
  #lookedAtUs = 0;

  /** With the system's clocks unless told otherwise. */
  constructor(
    monotonic = systemClock(libc().constants.CLOCK_MONOTONIC),
    wall = systemClock(libc().constants.CLOCK_REALTIME),
  ) {
    this.#monotonic = monotonic;
    this.#wall = wall;
    this.look();
  }

  nowUs(): number {
    return this.#monotonic.readUs();
  }

  /** When the latest look was over. */
  get lookedAtUs(): number {
    return this.#lookedAtUs;
  }

  /** By how much a kernel stamp may be off on the monotonic line. */
  get errorUs(): number {
    return this.#distance.errorUs;
  }

  /** A kernel stamp (seconds and ns of CLOCK_REALTIME) on the monotonic line. */
  fromWall(seconds: number, ns: number): number {
    return (seconds - this.#wall.baseSeconds) * 1e6 + ns / 1e3 + this.#distance.us;
  }

  /**
   * A kernel stamp on the monotonic line, if it was read before the latest look; `undefined` if there is none (0 s), if it
   * lies ahead or before `earliestUs`, or if the wall clock was set.
   */
  kernelTime({ seconds, ns }: KernelStamp, earliestUs = -Infinity): number | undefined {
    if (seconds === 0) return undefined;
    const atUs = this.fromWall(seconds, ns);
    const isKnown = atUs <= this.#lookedAtUs && this.#lookedAtUs >= this.#trustedFromUs;
    return isKnown && atUs >= earliestUs ? atUs : undefined;
  }

  /**
   * When a message arrived that was read before the latest look, and was not there yet at `earliestUs`: by the kernel's
   * stamp, unless the wall clock was set.
   */
  received(stamp: KernelStamp, earliestUs: number): Stamp {
    const atUs = this.kernelTime(stamp);
    if (atUs !== undefined) return { atUs, source: "driver", errorUs: this.errorUs };
    const nowUs = this.nowUs();
    return { atUs: nowUs, source: "program", errorUs: nowUs - earliestUs };
  }

  /** Looks at both clocks, as quickly as this thread is let: whenever stamps were read. */
  look(): void {
    for (let looks = 1;; looks++) {
      const beforeUs = this.#monotonic.readUs();
      const wallUs = this.#wall.readUs();
      const afterUs = this.#lookedAtUs = this.#monotonic.readUs();
      const wasSet = this.#distance.look(beforeUs, wallUs, afterUs);
      if (wasSet) this.#trustedFromUs = afterUs + DISTRUST_US;
      if (afterUs - beforeUs <= GOOD_SPAN_US || looks === MOST_LOOKS) return;
    }
  }
}

/** A clock of the system, by its C name. */
export function systemClock(id: number): Readable {
  const { call } = libc();
  const time = new Timespec();
  call.clock_gettime(id, time.bytes);
  const baseSeconds = time.seconds;
  return {
    baseSeconds,
    readUs: () => {
      call.clock_gettime(id, time.bytes);
      return time.us(baseSeconds);
    },
  };
}
