/**
 * Ranges of addresses of one family, found by halving: two bounds and the number of an owner each, in typed arrays that
 * grow by doubling.
 */
import type { Words } from "./address_words.ts";

const FIRST_ROOM = 1024;

export class Ranges {
  readonly #words: Words;
  #room = FIRST_ROOM;
  /** First and last address of each range. */
  #bounds: Uint32Array;
  #owners: Uint32Array;
  #length = 0;

  constructor(words: Words) {
    this.#words = words;
    this.#bounds = new Uint32Array(FIRST_ROOM * 2 * words);
    this.#owners = new Uint32Array(FIRST_ROOM);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether a range that starts here stands behind all others. */
  isBehind(start: Uint32Array): boolean {
    return this.#length === 0 || this.#compareEnd(this.#length - 1, start) < 0;
  }

  /** A range behind all others. */
  add(start: Uint32Array, end: Uint32Array, owner: number): void {
    if (this.#length === this.#room) this.#grow();
    const at = this.#length * 2 * this.#words;
    for (let word = 0; word < this.#words; word++) {
      this.#bounds[at + word] = start[word]!;
      this.#bounds[at + this.#words + word] = end[word]!;
    }
    this.#owners[this.#length++] = owner;
  }

  /** The range around an address; `undefined` if there is none. */
  find(address: Uint32Array): { readonly owner: number; readonly prefixLength: number } | undefined {
    // The first range that does not end before the address.
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compareEnd(middle, address) < 0) low = middle + 1;
      else high = middle;
    }
    if (low === this.#length || this.#compareAt(low * 2 * this.#words, address) > 0) return undefined;
    return { owner: this.#owners[low]!, prefixLength: this.#prefixLength(low, address) };
  }

  /** Length of the largest prefix around an address that lies within its range: ranges need not be prefixes. */
  #prefixLength(range: number, address: Uint32Array): number {
    const bits = this.#words * 32;
    const first = new Uint32Array(this.#words);
    const last = new Uint32Array(this.#words);
    for (let length = 0; length < bits; length++) {
      for (let word = 0; word < this.#words; word++) {
        const mask = maskOf(length - word * 32);
        first[word] = address[word]! & mask;
        last[word] = address[word]! | ~mask;
      }
      const isWithin = this.#compareAt(range * 2 * this.#words, first) <= 0 && this.#compareEnd(range, last) >= 0;
      if (isWithin) return length;
    }
    return bits;
  }

  #compareEnd(range: number, address: Uint32Array): number {
    return this.#compareAt((range * 2 + 1) * this.#words, address);
  }

  /** Negative if the bound at this place lies before the address. */
  #compareAt(at: number, address: Uint32Array): number {
    for (let word = 0; word < this.#words; word++) {
      const difference = this.#bounds[at + word]! - address[word]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #grow(): void {
    this.#room *= 2;
    const bounds = new Uint32Array(this.#room * 2 * this.#words);
    bounds.set(this.#bounds);
    this.#bounds = bounds;
    const owners = new Uint32Array(this.#room);
    owners.set(this.#owners);
    this.#owners = owners;
  }
}

/** The first `bits` of a word. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}
