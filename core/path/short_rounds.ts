/**
 * How many rounds are to be lost of those that were too short for their way, and of those whose ways nobody knows, by what
 * arrival probes tell: these know what becomes of all packets.
 */
import type { Portion } from "./chance.ts";
import type { Hop } from "./hop.ts";
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

/** Rounds to be counted as lost. */
export function roundsToLose(rounds: TargetRounds, beside: Beside): number {
  return countShort(rounds, beside) + countDoubted(rounds, beside);
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
 * Of rounds whose ways differed from one to the next those that were answered say as little of loss as those that were lost: of
 * all of them as many are lost as of arrival probes, and as of those beside the lost ones, but no more than were.
 */
function countDoubted({ doubted }: TargetRounds, { arrivalProbes: { count, total } }: Beside): number {
  const { received, lost, checked, outlived } = doubted;
  if (lost === 0 || count === total) return lost;
  const beside = checked === 0 ? 0 : lost * (checked - outlived) / checked;
  return Math.min(lost, Math.round(Math.max(received * count / (total - count), beside)));
}
