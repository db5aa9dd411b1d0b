/** Pseudo-random numbers in [0, 1) from a seed: the same seed gives the same run again (xorshift32, Marsaglia 2003). */
export function pseudoRandom(seed: number): () => number {
  // Spread first (Knuth's multiplier), since small states give small numbers; zero is the one state that is never left.
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
