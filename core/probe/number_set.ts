/**
 * A set of numbers from 0 to 65,535, as bits. Unlike a `Set` it makes nothing and moves nothing while numbers come and go,
 * as those of probes do with each of them.
 */
const BYTES = 8_192;

export class NumberSet {
  readonly #bits = new Uint8Array(BYTES);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return (this.#bits[number >> 3]! >> (number & 7) & 1) === 1;
  }

  add(number: number): void {
    if (this.has(number)) return;
    this.#bits[number >> 3]! |= 1 << (number & 7);
    this.#size++;
  }

  /** False if it was not there. */
  delete(number: number): boolean {
    if (!this.has(number)) return false;
    this.#bits[number >> 3]! &= ~(1 << (number & 7));
    this.#size--;
    return true;
  }
}
