/**
 * The probes that an answer may still name, found by family and sequence number.
 *
 * A closed one stays until its sequence number is needed again, or `MOST_KEPT` newer ones are there: so a second answer is
 * known as such, and an answer after the time as late. The table holds at most one for each number of a family, of which
 * there are 65,536 at most.
 */
import type { Family } from "../network.ts";

export interface Numbered {
  readonly family: Family;
  readonly sequence: number;
}

/** The sequence numbers of a protocol. */
export interface Sequences {
  readonly first: number;
  readonly last: number;
}

// Some 6 MB; a screen that is left open for hours takes no more. At ten rounds a second of ten hops they are minutes.
const MOST_KEPT = 16_384;

export class InFlight<Probe extends Numbered> {
  readonly #probes: Readonly<Record<Family, Map<number, Probe>>> = { 4: new Map(), 6: new Map() };
  readonly #open: Readonly<Record<Family, Set<number>>> = { 4: new Set(), 6: new Set() };
  readonly #next: Record<Family, number>;
  readonly #sequences: Sequences;

  /** `startAt` is the first number to be taken. */
  constructor(sequences: Sequences, startAt = sequences.first) {
    this.#sequences = sequences;
    this.#next = { 4: startAt, 6: startAt };
  }

  /** A sequence number that no open probe has; `undefined` if all are in flight. */
  takeSequence(family: Family): number | undefined {
    const { first, last } = this.#sequences;
    const open = this.#open[family];
    // Else each probe that cannot be sent would look at all of them.
    if (open.size > last - first) return undefined;
    for (;;) {
      const sequence = this.#next[family];
      this.#next[family] = sequence === last ? first : sequence + 1;
      if (open.has(sequence)) continue;
      this.#probes[family].delete(sequence);
      return sequence;
    }
  }

  /** Adds a probe in flight, under its own sequence number. */
  add(probe: Probe): void {
    const probes = this.#probes[probe.family];
    const open = this.#open[probe.family];
    probes.set(probe.sequence, probe);
    open.add(probe.sequence);
    if (probes.size <= MOST_KEPT) return;
    // The oldest comes first; one that is still waited for stays.
    const [oldest] = probes.keys();
    if (oldest !== undefined && !open.has(oldest)) probes.delete(oldest);
  }

  /** A probe is decided; once closed, it never is in flight again. */
  close(probe: Numbered): void {
    // The number may be another's by now.
    if (this.find(probe.family, probe.sequence) === probe) this.#open[probe.family].delete(probe.sequence);
  }

  /** It is in flight. */
  isOpen({ family, sequence }: Numbered): boolean {
    return this.#open[family].has(sequence);
  }

  find(family: Family, sequence: number): Probe | undefined {
    return this.#probes[family].get(sequence);
  }
}
