/** Small seeded generator for the tests of this room: the same seed gives the same cases (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Zero is the one state that xorshift never leaves.
    this.#state = (seed | 0) || 1;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % below;
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** At most `longest` characters out of `characters`. */
  text(characters: string, longest: number): string {
    const all = [...characters];
    return Array.from({ length: this.below(longest + 1) }, () => all[this.below(all.length)]).join("");
  }
}
