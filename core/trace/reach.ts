/**
 * What is known of one target's path while it is being probed: enough to decide how far a round has to go.
 *
 * The latest answer at a ttl counts, so a path that grows or shrinks during the run is followed. An end that falls silent
 * is looked behind.
 */
import { DOUBTFUL_AFTER_LOST } from "../messages.ts";

type Knowledge = "silent" | "onTheWay" | "end";

const TTLS = 256;

export class Reach {
  readonly #known: Knowledge[] = new Array<Knowledge>(TTLS).fill("silent");
  #endTtl = Infinity;
  #lastKnownTtl = 0;
  #lostAtEnd = 0;

  /** The least ttl at which the path ends: the target answered, or a router refused. `Infinity` while unknown. */
  get endTtl(): number {
    return this.#endTtl;
  }

  /** The greatest ttl that anybody answered, 0 if nobody did. */
  get lastKnownTtl(): number {
    return this.#lastKnownTtl;
  }

  noteAnswer(ttl: number, isEnd: boolean): void {
    this.#lastKnownTtl = Math.max(this.#lastKnownTtl, ttl);
    this.#set(ttl, isEnd ? "end" : "onTheWay");
  }

  noteLoss(ttl: number): void {
    if (ttl === this.#endTtl && ++this.#lostAtEnd >= DOUBTFUL_AFTER_LOST) this.#set(ttl, "silent");
  }

  #set(ttl: number, knowledge: Knowledge): void {
    this.#known[ttl] = knowledge;
    // The losses count for the end that there is, until it answers or another one takes its place.
    if (ttl > this.#endTtl || (ttl < this.#endTtl && knowledge !== "end")) return;
    const end = this.#known.indexOf("end");
    this.#endTtl = end < 0 ? Infinity : end;
    this.#lostAtEnd = 0;
  }
}
