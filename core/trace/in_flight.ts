/**
 * The probes that an answer may still name, found by family and sequence number.
 *
 * A decided probe stays until its sequence number is needed again: so a second answer is known as a duplicate, and an
 * answer after the time as late. The table holds at most one probe for each of the 65,536 numbers of a family.
 */
import type { Family, Stamp } from "../network.ts";

export type ProbeState = "inFlight" | "answered" | "lost";

export interface Probe {
  /** Number within the run, from 0. */
  readonly number: number;
  readonly target: number;
  /** Address that the probe was sent to. */
  readonly destination: string;
  readonly family: Family;
  readonly ttl: number;
  readonly sequence: number;
  /** Length of its payload, and the byte that fills it. */
  readonly payloadBytes: number;
  readonly fill: number;
  sent: Stamp;
  /** When it is given up. */
  deadlineUs: number;
  state: ProbeState;
}

const SEQUENCES = 65_536;
// Where traceroute's and mtr's counters start, too: a reader of a packet capture knows the number.
const FIRST_SEQUENCE = 33_434;

export class InFlight {
  readonly #probes: Readonly<Record<Family, Map<number, Probe>>> = { 4: new Map(), 6: new Map() };
  readonly #next: Record<Family, number> = { 4: FIRST_SEQUENCE, 6: FIRST_SEQUENCE };

  /** A sequence number that no probe in flight has; `undefined` if all 65,536 are in flight. */
  takeSequence(family: Family): number | undefined {
    const probes = this.#probes[family];
    for (let tries = 0; tries < SEQUENCES; tries++) {
      const sequence = this.#next[family];
      this.#next[family] = (sequence + 1) % SEQUENCES;
      if (probes.get(sequence)?.state !== "inFlight") {
        probes.delete(sequence);
        return sequence;
      }
    }
    return undefined;
  }

  add(probe: Probe): void {
    this.#probes[probe.family].set(probe.sequence, probe);
  }

  find(family: Family, sequence: number): Probe | undefined {
    return this.#probes[family].get(sequence);
  }
}
