/**
 * When load of our own is due, and in which rounds: a part of the tracer, in its time.
 *
 * Packets leave one by one, spread evenly. What is late is made up for at twice the pace, never in a burst; what a pause, or
 * a host that slept, has left out is not.
 */
import type { LoadPhase, TraceEvent } from "../messages.ts";
import { LOAD_PACKET_BYTES } from "../probe/load_packets.ts";
import type { LoadSending } from "../probe/prober.ts";
import { isLoaded, loadBlockRounds, type TracePlan } from "../plan.ts";

/** A packet that is late is made up for at twice the pace. */
const LEAST_GAP = 0.5;
/** Longer than a busy system keeps a thread waiting, and than any gap. */
const MOST_BEHIND_US = 100_000;

const BITS_A_BYTE = 8;
const SECOND_US = 1_000_000;

/** In the first round of a block queues fill or run empty, so it is neither. `undefined` also without load. */
export function phaseOf(round: number, plan: Pick<TracePlan, "rounds" | "loadBps">): LoadPhase | undefined {
  if (plan.loadBps === undefined || (round > 0 && round % loadBlockRounds(plan) === 0)) return undefined;
  return isLoaded(round, plan) ? "loaded" : "idle";
}

/** As events tell it. */
type Sent = Omit<Extract<TraceEvent, { kind: "load" }>, "kind" | "target">;

export class Load {
  readonly #gapUs: number;
  readonly #send: () => LoadSending;
  #isOn = false;
  /** When the next packet has its time, and when it is due, which is later if it would follow the one before in a burst. */
  #gridUs = 0;
  #dueUs = 0;
  #latestUs: number | undefined;
  #packets = 0;
  #bytes = 0;
  #durationUs = 0;
  #failed = 0;
  #detail: string | undefined;

  /** `bps`: bits a second of whole IP packets. */
  constructor(bps: number, send: () => LoadSending) {
    this.#gapUs = LOAD_PACKET_BYTES * BITS_A_BYTE * SECOND_US / bps;
    this.#send = send;
  }

  /** A round begins. */
  begin(round: number, plan: Pick<TracePlan, "rounds">, nowUs: number): void {
    if (!this.#isOn) this.#gridUs = this.#dueUs = nowUs;
    if (isLoaded(round, plan)) this.#isOn = true;
    else this.stop();
  }

  stop(): void {
    this.#isOn = false;
    this.#latestUs = undefined;
  }

  /** Sends what is due by now, a packet at most, and gives when it has something to do next. */
  advance(nowUs: number): number {
    if (!this.#isOn) return Infinity;
    if (nowUs < this.#dueUs) return this.#dueUs;
    const sending = this.#send();
    if (sending.ok) {
      this.#packets += 1;
      this.#bytes += sending.packetBytes;
    } else {
      this.#failed += 1;
      this.#detail = sending.detail;
    }
    this.#durationUs += this.#latestUs === undefined ? this.#gapUs : Math.min(nowUs - this.#latestUs, MOST_BEHIND_US);
    this.#latestUs = nowUs;
    const isTooLate = nowUs - this.#gridUs > MOST_BEHIND_US;
    this.#gridUs = (isTooLate ? nowUs : this.#gridUs) + this.#gapUs;
    this.#dueUs = Math.max(this.#gridUs, nowUs + this.#gapUs * LEAST_GAP);
    return this.#dueUs;
  }

  /** What has been sent since the last time; `undefined` if nothing was. */
  take(): Sent | undefined {
    if (this.#packets + this.#failed === 0) return undefined;
    const detail = this.#detail;
    const sent = {
      packets: this.#packets,
      bytes: this.#bytes,
      durationUs: this.#durationUs,
      failed: this.#failed,
      ...(detail && { detail }),
    };
    this.#packets = 0;
    this.#bytes = 0;
    this.#durationUs = 0;
    this.#failed = 0;
    this.#detail = undefined;
    return sent;
  }
}
