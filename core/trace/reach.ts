/**
 * What is known of one target's path while it is being probed: enough to decide how far a round has to go.
 *
 * The latest answer at a ttl counts, so a path that grows or shrinks during the run is followed.
 */
type Knowledge = "silent" | "onTheWay" | "end";

const TTLS = 256;

export class Reach {
  readonly #known: Knowledge[] = new Array<Knowledge>(TTLS).fill("silent");
  #endTtl = Infinity;
  #lastKnownTtl = 0;

  /** The least ttl at which the path ends: the target answered, or a router refused. `Infinity` while unknown. */
  get endTtl(): number {
    return this.#endTtl;
  }

  /** The greatest ttl that anybody answered, 0 if nobody did. */
  get lastKnownTtl(): number {
    return this.#lastKnownTtl;
  }

  note(ttl: number, isEnd: boolean): void {
    this.#known[ttl] = isEnd ? "end" : "onTheWay";
    this.#lastKnownTtl = Math.max(this.#lastKnownTtl, ttl);
    if (isEnd) this.#endTtl = Math.min(this.#endTtl, ttl);
    else if (ttl === this.#endTtl) this.#endTtl = this.#nextEnd(ttl + 1);
  }

  #nextEnd(from: number): number {
    const ttl = this.#known.indexOf("end", from);
    return ttl < 0 ? Infinity : ttl;
  }
}
