/**
 * Whether the packets of a flow go ways of one length, as far as its answers show: no router answers where the target has
 * answered, or behind that.
 *
 * Where one does, packets are balanced over ways of unequal length, or some go in a loop, or the path has become another
 * one; what would have become of that packet with more TTL, its answer does not say. What lies further back than
 * `MEMORY_ROUNDS` is forgotten, so that a path that has changed once is an even one again.
 */

/** A change of the path costs so many probes; a balance that shows more seldom moves no figure by more than one round of so many. */
export const MEMORY_ROUNDS = 100;

export class Evenness {
  /** The furthest router and the nearest place of the target, and the latest round in which each answered there. */
  #routerTtl = 0;
  #routerRound = -Infinity;
  #targetTtl = Infinity;
  #targetRound = -Infinity;

  noteRouter(ttl: number, round: number): void {
    if (ttl < this.#routerTtl && !isForgotten(this.#routerRound, round)) return;
    this.#routerRound = ttl === this.#routerTtl ? Math.max(round, this.#routerRound) : round;
    this.#routerTtl = ttl;
  }

  noteTarget(ttl: number, round: number): void {
    if (ttl > this.#targetTtl && !isForgotten(this.#targetRound, round)) return;
    this.#targetRound = ttl === this.#targetTtl ? Math.max(round, this.#targetRound) : round;
    this.#targetTtl = ttl;
  }

  /** Whether packets of this round may go further than to where the target is nearest, and need more TTL than that. */
  isUneven(round: number, maxTtl: number): boolean {
    return this.#routerTtl >= this.#targetTtl && this.#targetTtl < maxTtl &&
      !isForgotten(this.#routerRound, round) && !isForgotten(this.#targetRound, round);
  }
}

function isForgotten(latest: number, round: number): boolean {
  return round - latest > MEMORY_ROUNDS;
}
