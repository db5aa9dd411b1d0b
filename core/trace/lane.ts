/**
 * One flow to a target: how far it reaches, what of it is in flight, and who has answered just now.
 *
 * Arrival probes (`evenness.ts`) are on any path and nobody's hop: here is where they are told from the others.
 */
import type { ProtocolName } from "../plan.ts";
import type { Probe } from "./probe.ts";
import { Reach } from "./reach.ts";

export class Lane {
  readonly reach: Reach;
  /** By ttl, how many probes are in flight, as far as any was sent; at 0 the arrival probes. */
  readonly #inFlight: number[] = [];
  /** By ttl, when the latest probe that was answered in time was. */
  readonly #answeredAtUs: (number | undefined)[] = [];

  constructor(protocol: ProtocolName) {
    this.reach = new Reach(protocol === "udp");
  }

  /** It is in flight, or told to be. */
  add(probe: Probe): void {
    const place = placeOf(probe);
    this.#inFlight[place] = (this.#inFlight[place] ?? 0) + 1;
  }

  /** It is decided. */
  remove(probe: Probe): void {
    this.#inFlight[placeOf(probe)]!--;
  }

  /** Nothing on the path is in flight; probes beyond its end concern nobody. */
  get isDecided(): boolean {
    const inFlight = this.#inFlight;
    const lastTtl = Math.min(this.reach.endTtl, inFlight.length - 1);
    for (let ttl = 0; ttl <= lastTtl; ttl++) if (inFlight[ttl]! > 0) return false;
    return true;
  }

  noteSent({ isArrival, ttl, round }: Probe): void {
    if (isArrival) this.reach.noteArrivalSent(round);
    else this.reach.noteSent(ttl, round);
  }

  noteLost({ isArrival, ttl, round }: Probe): void {
    if (isArrival) this.reach.noteArrival(round, false);
    else this.reach.noteLoss(ttl, round);
  }

  /** It was taken for sent, and had not left. */
  noteUnsent({ isArrival, ttl, round }: Probe): void {
    if (isArrival) this.reach.noteArrivalUnsent(round);
    else this.reach.noteUnsent(ttl, round);
  }

  /** A probe to this hop, which may have been another target's, was answered in time. */
  noteAnswered(ttl: number, atUs: number): void {
    this.#answeredAtUs[ttl] = atUs;
  }

  /** Has been answered within so long before `nowUs`. */
  isFresh(ttl: number, cacheUs: number, nowUs: number): boolean {
    const atUs = this.#answeredAtUs[ttl];
    return atUs !== undefined && nowUs - atUs <= cacheUs;
  }
}

function placeOf({ ttl, isArrival }: Probe): number {
  return isArrival ? 0 : ttl;
}
