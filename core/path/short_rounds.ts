/**
 * How many rounds that were too short for their way are to be lost, and how many that were lost are not, by what arrival probes
 * tell: these know what becomes of all packets.
 */
import { chanceOfMore, type Portion } from "./chance.ts";
import type { Hop } from "./hop.ts";
import { BY_CHANCE } from "./row.ts";
import type { TargetRounds } from "./target_rounds.ts";

const MOSTLY = 0.5;

/** What is known beside the rounds. */
interface Beside {
  /** Of all arrival probes. */
  readonly arrivalProbes: Portion;
  hop(ttl: number): Hop;
  /** Answers of the target by ttl. */
  readonly targetReplies: readonly number[];
}

/** Rounds to be counted as lost; less than 0 where more were lost than can have been. */
export function roundsToLose(rounds: TargetRounds, beside: Beside): number {
  return countShort(rounds, beside) - rounds.passed - countDoubted(rounds, beside);
}

/**
 * Where more arrival probes are lost than are lost at the end of such a round, and most of those that a router answers there
 * must be among these, such rounds are lost. Without them the first packet of each loop would be missing in the target's loss.
 */
function countShort({ arrivals, short }: TargetRounds, { hop, targetReplies }: Beside): number {
  if (arrivals === undefined) return 0;
  const share = arrivals.lost / (arrivals.lost + arrivals.received);
  let sum = 0;
  for (const [ttl, rounds] of short) {
    const { received, lost } = hop(ttl);
    const passed = received - (targetReplies[ttl] ?? 0);
    if (share * (received + lost) - lost >= passed * MOSTLY) sum += rounds;
  }
  return sum;
}

/**
 * Of rounds in doubt significantly more may be lost than of arrival probes, those at the same time among them: so many as that
 * were too short for their way, on which a silent router was in the target's place, and tell nothing.
 */
function countDoubted({ doubted }: TargetRounds, { arrivalProbes: { count, total } }: Beside): number {
  const { received, lost, checked, outlived } = doubted;
  if (outlived === 0 || count === total) return 0;
  if (chanceOfMore({ count: lost, total: received + lost }, { count, total }) >= BY_CHANCE) return 0;
  const usual = Math.max(received * count / (total - count), lost * (checked - outlived) / checked);
  return Math.max(0, lost - Math.round(usual));
}
