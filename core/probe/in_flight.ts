/**
 * The probes that an answer may still name, found by family and sequence number.
 *
 * A closed one stays for `keptUs` after it left, unless its number is needed before, or `MOST_KEPT` were closed since: so a
 * second answer is known as such, and an answer after the time as late. Without the time a run would grow until that many
 * are there, which takes hours where little is sent.
 */
import type { Family } from "../network.ts";
import { NumberSet } from "./number_set.ts";

export interface Numbered {
  readonly family: Family;
  readonly sequence: number;
}

/** A probe that has left. */
export interface Departed extends Numbered {
  readonly sent: { readonly atUs: number };
}

/** The sequence numbers of a protocol, 65,535 at most. */
export interface Sequences {
  readonly first: number;
  readonly last: number;
}

/** How long the answer to a probe can be on its way after it was given up: no longer, as a rule, than a minute. */
export const KEPT_BEHIND_TIMEOUT_US = 60_000_000;
// Some 6 MB; at the usual greatest rate they are three seconds.
const MOST_KEPT = 16_384;

export class InFlight<Probe extends Departed> {
  readonly #probes: Readonly<Record<Family, Map<number, Probe>>> = { 4: new Map(), 6: new Map() };
  readonly #open: Readonly<Record<Family, NumberSet>> = { 4: new NumberSet(), 6: new NumberSet() };
  /** In the order in which they were closed, from `#oldest` on; none of those before it is kept. */
  #closed: (Probe | undefined)[] = [];
  #oldest = 0;
  readonly #next: Record<Family, number>;
  readonly #sequences: Sequences;
  readonly #keptUs: number;

  /** `startAt` is the first number to be taken. */
  constructor(sequences: Sequences, keptUs: number, startAt = sequences.first) {
    this.#sequences = sequences;
    this.#keptUs = keptUs;
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
    this.#probes[probe.family].set(probe.sequence, probe);
    this.#open[probe.family].add(probe.sequence);
    this.#forget(probe.sent.atUs - this.#keptUs);
  }

  /** A probe is decided; once closed, it never is in flight again. */
  close(probe: Numbered): void {
    const known = this.find(probe.family, probe.sequence);
    // The number may be another's by now.
    if (known === probe && this.#open[probe.family].delete(probe.sequence)) this.#closed.push(known);
  }

  /** Those in flight; it costs as much as there are closed ones. */
  open(family: Family): readonly Probe[] {
    return [...this.#probes[family].values()].filter((probe) => this.isOpen(probe));
  }

  /** It is in flight. */
  isOpen({ family, sequence }: Numbered): boolean {
    return this.#open[family].has(sequence);
  }

  find(family: Family, sequence: number): Probe | undefined {
    return this.#probes[family].get(sequence);
  }

  /** Forgets those that were closed first, as far as they left before a time or are too many. */
  #forget(beforeUs: number): void {
    const closed = this.#closed;
    for (; this.#oldest < closed.length; this.#oldest++) {
      const probe = closed[this.#oldest]!;
      if (closed.length - this.#oldest <= MOST_KEPT && probe.sent.atUs >= beforeUs) break;
      if (this.find(probe.family, probe.sequence) === probe) this.#probes[probe.family].delete(probe.sequence);
      closed[this.#oldest] = undefined;
    }
    // Moving the rest forward each time half of them are forgotten costs a constant per probe.
    if (this.#oldest * 2 <= closed.length) return;
    this.#closed = closed.slice(this.#oldest);
    this.#oldest = 0;
  }
}
