/** Where what is missing at the target most likely begins to be lost, and between which hops it may. */
import { chanceOfMore, type Portion } from "./chance.ts";
import { type Row, shareOf, summed, type Verdict } from "./row.ts";

/** Probability of a loss that nobody would open a ticket for. */
export const USUAL_LOSS = 0.01;
/** Where more is missing than behind, and by chance only so seldom, a hop may leave out answers of its own. */
export const OWN_BY_CHANCE = 0.2;
/** Hops less likely than the likeliest by more than this (natural logarithm) are no place where loss begins. */
const SUPPORT = 2;

export interface Places {
  readonly likeliest: Row;
  readonly earliest: Row;
  readonly latest: Row;
}

/** Where the share of what is lost most likely steps up for good, and between which hops it may. */
export function likeliestPlaces(rows: readonly Row[]): Places {
  // Nobody before a hop that loses little can have lost more on the path.
  let floor = 1;
  const bounded = rows.toReversed().map((row) => {
    floor = Math.min(floor, shareOf(row));
    return { count: row.total * floor, total: row.total };
  }).reverse();
  const likelihoods = rows.map((_, from) => {
    const share = Math.max(USUAL_LOSS, shareOf(summed(bounded.slice(from))));
    return logLikelihood(summed(bounded.slice(0, from)), USUAL_LOSS) +
      logLikelihood(summed(bounded.slice(from)), share);
  });
  const most = Math.max(...likelihoods);
  const supported = rows.filter((_, index) => (likelihoods[index] ?? -Infinity) >= most - SUPPORT);
  return { likeliest: rows[likelihoods.indexOf(most)]!, earliest: supported[0]!, latest: supported.at(-1)! };
}

/** Hops that tell nothing, since they are silent or leave out answers of their own, may be where it begins. */
export function boundsOf(
  { earliest, latest }: Places,
  answering: readonly Row[],
  rows: readonly Row[],
): Verdict["numbers"] {
  const before = answering[answering.indexOf(earliest) - 1];
  const behind = answering.slice(Math.max(0, answering.indexOf(latest)));
  const telling = behind.find((row, index) =>
    row.received > 0 && chanceOfMore(row, summed(behind.slice(index + 1))) >= OWN_BY_CHANCE
  );
  return {
    earliestHop: before === undefined ? rows[0]?.ttl ?? earliest.ttl : before.ttl + 1,
    latestHop: (telling ?? behind.at(-1) ?? latest).ttl,
  };
}

function logLikelihood({ count, total }: Portion, probability: number): number {
  const answered = total - count;
  return count * Math.log(probability) + (answered > 0 ? answered * Math.log1p(-probability) : 0);
}
