/**
 * Whether answers come by a clock that counts them out, and how many a second: a token bucket keeps distances, and who
 * gives out so many in each second keeps runs.
 */
import { chanceOfDistance, chanceOfRuns } from "./chance.ts";
import {
  type DistanceFigures,
  MOST_DISTANCE,
  type RunFigures,
  type SpacingFigures,
  type TurnFigures,
} from "./spacing.ts";

/** Distances and runs that chance explains so seldom are a rule's. */
const REGULAR_BY_CHANCE = 0.001;
/** Where so much is answered, a loss now and then looks as regular. */
const MOST_REGULAR = 0.75;
const PER_SECOND_US = 1_000_000;
/** Of the answers alone, since some outages last equally long. */
const EACH_BY_CHANCE = 0.02;
/** Of the runs; with more exceptions there is no rule. */
const MOST_EXCEPTIONS = 0.25;
/** On average; single answers keep distances. */
const LEAST_AT_ONCE = 1.5;
/** By how many probes a turn may be shorter or longer than a second, and still be one of a clock. */
const SECOND_MAY_LACK = 1.5;
const SECOND_MAY_EXCEED = 0.5;

/** How many answers a second come, if they keep a distance. */
export function rateOfDistances({ answered, lost }: SpacingFigures): number | undefined {
  const total = answered.count + lost.count;
  if (answered.lastedUs === 0 || !mayTell(answered, total)) return undefined;
  if (!isRegular(answered, total) && !isRegular(lost, total)) return undefined;
  return PER_SECOND_US * (answered.count - 1) / answered.lastedUs;
}

/** The same of who gives out so many in each second, and then none. */
export function rateOfSeconds({ answered, lost, turns, lastedUs }: SpacingFigures): number | undefined {
  const total = answered.count + lost.count;
  const probesPerSecond = PER_SECOND_US * total / lastedUs;
  if (lastedUs === 0 || !mayTell(answered, total) || turns.answered.total < LEAST_AT_ONCE * turns.count) {
    return undefined;
  }
  if (!isOfSeconds(turns, probesPerSecond)) return undefined;
  // Whole turns alone, since nobody knows of the first and the last how long they were.
  return probesPerSecond * turns.answered.total / (turns.answered.total + turns.lost.total);
}

function mayTell({ count }: DistanceFigures, total: number): boolean {
  return count >= 2 && count < MOST_REGULAR * total;
}

/** Whether some distance is kept more often than chance would keep it, whichever of those that can be kept that may be. */
function isRegular({ count, distances }: DistanceFigures, total: number): boolean {
  const most = Math.min(MOST_DISTANCE, Math.ceil(total / count));
  let exceptions = 0;
  for (let distance = 2; distance <= most; distance++) {
    exceptions += distances[distance - 1] ?? 0;
    if (chanceOfDistance(count, total, { distance, exceptions }) < REGULAR_BY_CHANCE / (most - 1)) return true;
  }
  return false;
}

/**
 * Whether in each second the same number of probes is answered, and then none: whatever fails by another period is no limit,
 * as far as anybody knows. Loss in bursts has runs of any length, and so have the answers between outages.
 */
function isOfSeconds({ count, answered, lost }: TurnFigures, probesPerSecond: number): boolean {
  if (probesPerSecond >= MOST_DISTANCE) return false;
  const tries = Math.ceil(probesPerSecond) * (SECOND_MAY_LACK + SECOND_MAY_EXCEED);
  for (let run = 1; run < probesPerSecond; run++) {
    const byAnswers = chanceOf(answered, count, { length: run, spread: 0 });
    if (byAnswers >= EACH_BY_CHANCE) continue;
    const shortest = Math.max(1, Math.ceil(probesPerSecond - run - SECOND_MAY_LACK));
    for (let gap = shortest; gap <= probesPerSecond - run + SECOND_MAY_EXCEED; gap++) {
      const byLosses = chanceOf(lost, count, { length: gap, spread: 1 });
      if (byLosses < 1 && byAnswers * byLosses < REGULAR_BY_CHANCE / tries) return true;
    }
  }
  return false;
}

/** How likely so many runs are of these lengths; 1 where many are of others. */
function chanceOf(
  { total, lengths }: RunFigures,
  count: number,
  { length, spread }: { readonly length: number; readonly spread: 0 | 1 },
): number {
  const exceptions = count - (lengths[length] ?? 0) - (spread === 1 ? lengths[length + 1] ?? 0 : 0);
  return exceptions > MOST_EXCEPTIONS * count ? 1 : chanceOfRuns(count, total, { length, spread, exceptions });
}
