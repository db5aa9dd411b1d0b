/** Whether answers come by a clock that counts them out, and how many a second, by the distances that these keep. */
import { chanceOfDistance } from "./chance.ts";
import { type DistanceFigures, MOST_DISTANCE, type SpacingFigures } from "./spacing.ts";

/** Distances that chance explains so seldom are a rule's. */
const REGULAR_BY_CHANCE = 0.001;
/** Where so much is answered, a loss now and then looks as regular. */
const MOST_REGULAR = 0.75;
const PER_SECOND_US = 1_000_000;

/** How many answers a second come, if they keep a distance. */
export function rateOfDistances({ answered, lost }: SpacingFigures): number | undefined {
  const total = answered.count + lost.count;
  if (answered.lastedUs === 0 || answered.count >= MOST_REGULAR * total) return undefined;
  if (!isRegular(answered, total) && !isRegular(lost, total)) return undefined;
  return PER_SECOND_US * (answered.count - 1) / answered.lastedUs;
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
