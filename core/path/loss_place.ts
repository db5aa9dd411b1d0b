/** Where what is missing at the target most likely begins to be lost, between which hops it may, and where more does. */
import { chanceOfAtLeast, chanceOfMore, type Portion } from "./chance.ts";
import { BY_CHANCE, type Row, shareOf, summed, type Verdict } from "./row.ts";

/** Probability of a loss that nobody would open a ticket for. */
const USUAL_LOSS = 0.01;
/** Where more is missing than behind, and by chance only so seldom, a hop may leave out answers of its own. */
const OWN_BY_CHANCE = 0.2;
/** Hops less likely than the likeliest by more than this (natural logarithm) are no place where loss begins. */
const SUPPORT = 2;

export interface Places {
  readonly likeliest: Row;
  readonly earliest: Row;
  readonly latest: Row;
}

/** A further place, from which on more is lost than before it, beyond what chance explains. */
export interface Step extends Places {
  readonly before: Portion;
  readonly there: Portion;
  /** The rows that tell of it. */
  readonly rows: readonly Row[];
}

/**
 * Where loss begins, by these rows, and where more of it does. A hop that loses more than those before it, and no other as it
 * does, is no step but where all would be lost from there on else: routers leave out answers of their own.
 */
export function placesOf(
  rows: readonly Row[],
): { readonly first: Places; readonly telling: readonly Row[]; readonly steps: readonly Step[] } {
  const only = likeliestPlaces(rows);
  const bounded = boundedByThoseBehind(rows);
  const parts = partsOf(rows).filter((part, index, parts) => {
    if (index === parts.length - 1) return true;
    const { count, total } = summed(part.map((row) => bounded[rows.indexOf(row)]!));
    return isLossy({ count: Math.floor(count), total }) && (part.length > 1 || part.includes(only.likeliest));
  });
  if (parts.length < 2) return { first: only, telling: rows, steps: [] };
  const telling = rows.slice(0, 1 + rows.indexOf(parts[0]!.at(-1)!));
  return {
    first: likeliestPlaces(telling),
    telling,
    steps: parts.slice(1).map((part, index) => stepBetween(parts[index]!, part)),
  };
}

/** Rows that chance parts into no more, by what they lose: each part loses more than that before it. */
function partsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const chances = rows.slice(1).map((_, index) =>
    chanceOfMore(summed(rows.slice(index + 1)), summed(rows.slice(0, index + 1)))
  );
  const least = Math.min(...chances);
  if (rows.length < 2 || least * chances.length >= BY_CHANCE) return [rows];
  const at = 1 + chances.indexOf(least);
  return [...partsOf(rows.slice(0, at)), ...partsOf(rows.slice(at))];
}

function stepBetween(before: readonly Row[], there: readonly Row[]): Step {
  const rows = [...before, ...there];
  const likelihoods = rows.slice(1).map((_, index) => {
    const [one, other] = [summed(rows.slice(0, index + 1)), summed(rows.slice(index + 1))];
    return logLikelihood(one, shareOf(one)) + logLikelihood(other, shareOf(other));
  });
  const least = Math.max(...likelihoods) - SUPPORT;
  const supported = rows.slice(1).filter((_, index) => likelihoods[index]! >= least);
  return {
    ...{ likeliest: there[0]!, earliest: supported[0]!, latest: supported.at(-1)! },
    ...{ before: summed(before), there: summed(there), rows },
  };
}

/** Nobody before a hop that loses little can have lost more on the path. */
function boundedByThoseBehind(rows: readonly Row[]): readonly Portion[] {
  let floor = 1;
  return rows.toReversed().map((row) => {
    floor = Math.min(floor, shareOf(row));
    return { count: row.total * floor, total: row.total };
  }).reverse();
}

/** More is lost than usually, by more than chance. */
export function isLossy({ count, total }: Portion): boolean {
  return count >= 2 && chanceOfAtLeast(count, total, USUAL_LOSS) < BY_CHANCE;
}

/** Where the share of what is lost most likely steps up for good, and between which hops it may. */
export function likeliestPlaces(rows: readonly Row[]): Places {
  const bounded = boundedByThoseBehind(rows);
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
  return (count > 0 ? count * Math.log(probability) : 0) + (answered > 0 ? answered * Math.log1p(-probability) : 0);
}
