/** Pseudo-random numbers in [0, 1) from a seed: the same seed gives the same run again (xorshift32, Marsaglia 2003). */
export function pseudoRandom(seed: number): () => number {
  // Zero is the one state that xorshift never leaves.
  let state = (seed | 0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
