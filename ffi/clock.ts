/**
 * Time for the engine: CLOCK_MONOTONIC in µs, and kernel stamps, which are wall-clock, brought onto the same line.
 *
 * Both clocks run at the same rate, so the distance between them is constant until somebody sets the wall clock (or the
 * host sleeps). It is measured again whenever stamps are read; when it has moved, the stamps of that moment are not
 * trusted.
 */
import type { Stamp } from "../core/network.ts";
import { type Libc, libc } from "./libc.ts";
import { Timespec } from "./struct.ts";

// Two readings this near to each other were not interrupted in between.
const GOOD_SPAN_US = 3;
const MOST_READINGS = 4;
// Readings differ by less than this without any step.
const NOISE_US = 2;

/** A time of CLOCK_REALTIME; 0 s is none. */
export interface KernelStamp {
  readonly seconds: number;
  readonly ns: number;
}

export class Clock {
  readonly #libc: Libc = libc();
  readonly #monotonic = new Timespec();
  readonly #wall = new Timespec();
  readonly #monotonicBase: number;
  readonly #wallBase: number;
  /** Monotonic minus wall time, both in µs since their bases. */
  #offsetUs: number;
  #spanUs = 0;

  constructor() {
    const { call, constants } = this.#libc;
    call.clock_gettime(constants.CLOCK_MONOTONIC, this.#monotonic.bytes);
    call.clock_gettime(constants.CLOCK_REALTIME, this.#wall.bytes);
    this.#monotonicBase = this.#monotonic.seconds;
    this.#wallBase = this.#wall.seconds;
    this.#offsetUs = this.#measure();
  }

  nowUs(): number {
    this.#libc.call.clock_gettime(this.#libc.constants.CLOCK_MONOTONIC, this.#monotonic.bytes);
    return this.#monotonic.us(this.#monotonicBase);
  }

  /** Looks at both clocks; true if the wall clock was set since the last look, so that its stamps mean nothing now. */
  wasSet(): boolean {
    const offsetUs = this.#measure();
    if (Math.abs(offsetUs - this.#offsetUs) <= this.#spanUs / 2 + NOISE_US) return false;
    this.#offsetUs = offsetUs;
    return true;
  }

  /** A kernel stamp (seconds and ns of CLOCK_REALTIME) on the monotonic line. */
  fromWall(seconds: number, ns: number): number {
    return (seconds - this.#wallBase) * 1e6 + ns / 1e3 + this.#offsetUs;
  }

  /** A kernel stamp on the monotonic line; `undefined` if there is none (0 s), or if it lies ahead. */
  kernelTime({ seconds, ns }: KernelStamp): number | undefined {
    if (seconds === 0) return undefined;
    const atUs = this.fromWall(seconds, ns);
    return atUs <= this.nowUs() ? atUs : undefined;
  }

  /** When a message arrived: by the kernel's stamp, unless the wall clock was just set. */
  received(stamp: KernelStamp, isTrusted: boolean): Stamp {
    const atUs = isTrusted ? this.kernelTime(stamp) : undefined;
    return atUs === undefined ? { atUs: this.nowUs(), source: "program" } : { atUs, source: "driver" };
  }

  /** Distance of the clocks, read as close together as this thread is let. */
  #measure(): number {
    const { call, constants } = this.#libc;
    let offsetUs = 0;
    this.#spanUs = Infinity;
    for (let reading = 0; reading < MOST_READINGS && this.#spanUs > GOOD_SPAN_US; reading++) {
      const beforeUs = this.nowUs();
      call.clock_gettime(constants.CLOCK_REALTIME, this.#wall.bytes);
      const afterUs = this.nowUs();
      if (afterUs - beforeUs >= this.#spanUs) continue;
      this.#spanUs = afterUs - beforeUs;
      offsetUs = (beforeUs + afterUs) / 2 - this.#wall.us(this.#wallBase);
    }
    return offsetUs;
  }
}
