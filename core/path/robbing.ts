/**
 * Whether a target that limits its answers gives some to this program's further probes that the one that counts lacks then.
 *
 * A target that has an answer for one of two probes gives it to either. So where it did not answer the arrival probe of a round it
 * answers another one of that all the more; and rounds are lost above all behind a round that ended with a check which it has
 * answered. What is lost on the path, or meets a silent router on some ways, never looks like that.
 */
import { chanceOfMore, type Portion } from "./chance.ts";

/** What is known of a round before it leaves, which is no news of what becomes of it. */
export type Side = "behindCheck" | "beside";

const NOTHING: Portion = { count: 0, total: 0 };
/** Each round is one more look, and there are many in which arrival probes count, few behind checks. */
const BY_CHANCE = { ofArrival: 0.0003, behindCheck: 0.005 } as const;

export class Robbing {
  #arrived = 0;
  /** Of the rounds whose arrival probe is lost those in which another one is answered. */
  #answeredNear: Portion = NOTHING;
  /** What is lost of other rounds. */
  readonly #lost: Record<Side, Portion> = { behindCheck: NOTHING, beside: NOTHING };

  noteArrived(): void {
    this.#arrived += 1;
  }

  noteLostArrival(isAnsweredNear: boolean): void {
    this.#answeredNear = counted(this.#answeredNear, isAnsweredNear);
  }

  noteRound(side: Side, isLost: boolean): void {
    this.#lost[side] = counted(this.#lost[side], isLost);
  }

  get isProved(): boolean {
    const arrivals = { count: this.#arrived, total: this.#arrived + this.#answeredNear.total };
    const { behindCheck, beside } = this.#lost;
    return chanceOfMore(this.#answeredNear, arrivals) < BY_CHANCE.ofArrival ||
      chanceOfMore(behindCheck, beside) < BY_CHANCE.behindCheck;
  }
}

function counted({ count, total }: Portion, counts: boolean): Portion {
  return { count: count + (counts ? 1 : 0), total: total + 1 };
}
