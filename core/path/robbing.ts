/**
 * How many rounds are lost since a target that limits its answers has given one to another probe of this program.
 *
 * Behind a round with a further probe that the target may have answered more rounds are lost then than beside such ones, and which
 * rounds have one is left to chance. So what is lost of them beyond the usual is the limit's, and what is lost on the path is told
 * as it is: that never depends on what another round has asked.
 */
import { chanceOfMore, type Portion } from "./chance.ts";

/** What is known of a round before it leaves, which is no news of what becomes of it: whether the one before has such a probe. */
export type Side = "behind" | "beside";
/** The probe that counts: an arrival probe, besides which nearer ones are further probes; or the furthest, before a check. */
export const KINDS = ["arrival", "plain"] as const;
export type Kind = typeof KINDS[number];

const NOTHING: Portion = { count: 0, total: 0 };
/** Each round is one more look. */
const BY_CHANCE = 0.005;

export class Robbing {
  readonly #lost: Record<Kind, Record<Side, Portion>> = {
    arrival: { behind: NOTHING, beside: NOTHING },
    plain: { behind: NOTHING, beside: NOTHING },
  };
  readonly #returned: Record<Kind, number> = { arrival: 0, plain: 0 };

  noteRound(kind: Kind, side: Side, isLost: boolean): void {
    const { count, total } = this.#lost[kind][side];
    this.#lost[kind][side] = { count: count + (isLost ? 1 : 0), total: total + 1 };
  }

  /** Gives so many rounds back that were lost behind further probes; each is asked for once. */
  take(kind: Kind): number {
    const { behind, beside } = this.#lost[kind];
    if (behind.count === 0 || beside.total === 0 || chanceOfMore(behind, beside) >= BY_CHANCE) return 0;
    const usual = Math.round(behind.total * beside.count / beside.total);
    const count = Math.max(0, behind.count - usual - this.#returned[kind]);
    this.#returned[kind] += count;
    return count;
  }
}
