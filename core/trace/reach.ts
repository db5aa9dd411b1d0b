/**
 * What is known of one target's path while it is being probed: enough to decide how far a round has to go.
 *
 * The latest answer at a ttl counts, so a path that grows or shrinks during the run is followed. A refusal ends the path
 * only where nobody is known behind it: one bad moment of a router takes no probe from the hops that it leads to. An end
 * that falls silent is looked behind. Where packets go ways of unequal length no ttl is the end for all of them (`evenness.ts`).
 */
import { DOUBTFUL_AFTER_LOST } from "../messages.ts";
import { Evenness } from "./evenness.ts";

/** What a ttl was answered: by a router on the way, by the target, or by a router that refuses to pass probes on. */
export type Position = "onTheWay" | "target" | "refusal";
type Knowledge = "silent" | Position;

export class Reach {
  /** By ttl, up to the last that answered. */
  readonly #known: Knowledge[] = [];
  #endTtl = Infinity;
  #lastKnownTtl = 0;
  #lostAtEnd = 0;
  #isRefused = false;
  readonly #evenness = new Evenness();

  /**
   * How far a round has to go: the least ttl at which the path ends, since the target answered or a router refused, and one
   * further each time that so many more losses there put it in doubt. `Infinity` while unknown.
   */
  get endTtl(): number {
    return this.#endTtl + (this.#isDoubtful && this.#lostAtEnd % DOUBTFUL_AFTER_LOST === 0 ? 1 : 0);
  }

  /** The greatest ttl that anybody answered, 0 if nobody did. */
  get lastKnownTtl(): number {
    return this.#lastKnownTtl;
  }

  /** Whether, in this round, a probe of its own has to go as far as any way may be long, to tell whether the target is reached. */
  needsArrival(round: number, maxTtl: number): boolean {
    return !this.#isRefused && this.#evenness.isUneven(round, maxTtl);
  }

  noteAnswer(ttl: number, position: Position, round = 0): void {
    if (position === "onTheWay") this.#evenness.noteRouter(ttl, round);
    else if (position === "target") this.#evenness.noteTarget(ttl, round);
    this.#lastKnownTtl = Math.max(this.#lastKnownTtl, ttl);
    // A router behind the end is the proof that it is none any more. The target itself answers from behind it, too.
    if (this.#isDoubtful && ttl > this.#endTtl && position === "onTheWay") this.#set(this.#endTtl, "silent");
    if (ttl === this.#endTtl) this.#lostAtEnd = 0;
    const known = this.#known[ttl] ?? "silent";
    if (known === position || (position === "refusal" && known !== "silent")) return;
    this.#set(ttl, position);
  }

  noteLoss(ttl: number): void {
    if (ttl === this.#endTtl) this.#lostAtEnd++;
  }

  get #isDoubtful(): boolean {
    return this.#lostAtEnd >= DOUBTFUL_AFTER_LOST;
  }

  #set(ttl: number, knowledge: Knowledge): void {
    this.#known[ttl] = knowledge;
    const target = this.#known.indexOf("target");
    const refusal = this.#known.indexOf("refusal", this.#known.lastIndexOf("onTheWay") + 1);
    this.#isRefused = target < 0 && refusal >= 0;
    const end = this.#isRefused ? refusal : target;
    const endTtl = end < 0 ? Infinity : end;
    // The losses count for the end that there is, until it answers or another one takes its place.
    if (endTtl !== this.#endTtl) this.#lostAtEnd = 0;
    this.#endTtl = endTtl;
  }
}
