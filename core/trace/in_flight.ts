/**
 * The probes that an answer may still name, found by family and sequence number.
 *
 * A decided probe stays until its sequence number is needed again: so a second answer is known as a duplicate, and an
 * answer after the time as late. The table holds at most one probe for each number of a family, of which there are 65,536 at most.
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
  /** Port that it asked for, 0 where that is not the same for all probes of the target. */
  readonly port: number;
  /** Length of its payload, and the byte that fills it. */
  readonly payloadBytes: number;
  readonly fill: number;
  sent: Stamp;
  /** When it is given up. */
  deadlineUs: number;
  state: ProbeState;
}

/** The sequence numbers of a protocol. */
export interface Sequences {
  readonly first: number;
  readonly last: number;
}

export class InFlight {
  readonly #probes: Readonly<Record<Family, Map<number, Probe>>> = { 4: new Map(), 6: new Map() };
  readonly #next: Record<Family, number>;
  /** How many are undecided. */
  readonly #open: Record<Family, number> = { 4: 0, 6: 0 };
  readonly #sequences: Sequences;

  /** `startAt` is the first number to be taken. */
  constructor(sequences: Sequences, startAt = sequences.first) {
    this.#sequences = sequences;
    this.#next = { 4: startAt, 6: startAt };
  }

  /** A sequence number that no probe in flight has; `undefined` if all are in flight. */
  takeSequence(family: Family): number | undefined {
    const { first, last } = this.#sequences;
    // Else each probe that cannot be sent would look at all of them.
    if (this.#open[family] > last - first) return undefined;
    const probes = this.#probes[family];
    for (let tries = first; tries <= last; tries++) {
      const sequence = this.#next[family];
      this.#next[family] = sequence === last ? first : sequence + 1;
      if (probes.get(sequence)?.state !== "inFlight") {
        probes.delete(sequence);
        return sequence;
      }
    }
    return undefined;
  }

  /** Adds a probe in flight, under its own sequence number. */
  add(probe: Probe): void {
    this.#probes[probe.family].set(probe.sequence, probe);
    this.#open[probe.family]++;
  }

  /** A probe is decided; once decided, it never is in flight again. */
  settle(probe: Probe, state: Exclude<ProbeState, "inFlight">): void {
    if (probe.state === "inFlight") this.#open[probe.family]--;
    probe.state = state;
  }

  find(family: Family, sequence: number): Probe | undefined {
    return this.#probes[family].get(sequence);
  }
}
