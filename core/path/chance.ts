/** How likely figures are by chance alone. Exact tests, in closed or quickly ending sums; nothing is drawn at random. */

/** Terms of a sum that add less than this to it are left out. */
const NEGLIGIBLE = 1e-12;
/** Standard deviations that one of a hundred mixed rows is below. */
export const UNMIXED_SCORE = -2.33;

/** How likely at least `count` of `total` are, where each is so with this probability. 1 where no fewer are expected. */
export function chanceOfAtLeast(count: number, total: number, probability: number): number {
  if (count <= total * probability) return 1;
  let term = Math.exp(
    logChoose(total, count) + count * Math.log(probability) + (total - count) * Math.log1p(-probability),
  );
  return sumOf(term, (step) => {
    const at = count + step;
    term *= at >= total ? 0 : (total - at) / (at + 1) * probability / (1 - probability);
    return term;
  });
}

/** Some of a number of things. */
export interface Portion {
  readonly count: number;
  readonly total: number;
}

/**
 * How likely at least so great a part of what both have in common falls to `one`, if both had the same probability: Fisher's
 * exact test, one-sided. 1 where `one` has no more than its share.
 */
export function chanceOfMore(one: Portion, other: Portion): number {
  const count = one.count + other.count;
  const total = one.total + other.total;
  if (total === 0 || one.count <= count * one.total / total) return 1;
  const most = Math.min(count, one.total);
  let term = Math.exp(
    logChoose(one.total, one.count) + logChoose(other.total, other.count) - logChoose(total, count),
  );
  return sumOf(term, (step) => {
    const at = one.count + step;
    term *= at >= most ? 0 : (one.total - at) / (at + 1) * (count - at) / (other.total - count + at + 1);
    return term;
  });
}

/** The ways to arrange so many things in two groups are counted without rounding. */
const MOST_EXACT_RANKS = 50;

/**
 * How likely at least so many `wins` are, of all pairs of `ones` and `others` things, if all come from one distribution: the
 * rank-sum test of Mann and Whitney, one-sided. Exact for 50 things in all; of more, by the normal distribution.
 */
export function chanceOfWins(wins: number, ones: number, others: number): number {
  const pairs = ones * others;
  if (wins <= pairs / 2) return 1;
  if (ones + others <= MOST_EXACT_RANKS) {
    const ways = waysToWin(ones, others);
    return sum(ways.slice(Math.ceil(wins))) / sum(ways);
  }
  const deviation = Math.sqrt(pairs * (ones + others + 1) / 12);
  return normalTail((wins - 0.5 - pairs / 2) / deviation);
}

/** In how many orders each number of wins comes about, by that number: the Gaussian binomial coefficient. */
function waysToWin(ones: number, others: number): Float64Array {
  const ways = new Float64Array(ones * others + 1);
  ways[0] = 1;
  for (let one = 1; one <= ones; one++) {
    for (let at = ways.length - 1; at >= others + one; at--) ways[at]! -= ways[at - others - one]!;
    for (let at = one; at < ways.length; at++) ways[at]! += ways[at - one]!;
  }
  return ways;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How likely a normal value is above so many deviations, these not negative (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalTail(deviations: number): number {
  const t = 1 / (1 + 0.2316419 * deviations);
  const series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.exp(-(deviations ** 2) / 2) / Math.sqrt(2 * Math.PI) * series;
}

/**
 * How likely so many things in a row of `total` places, each in one of its own, keep a distance of `distance` to the one
 * before, all but `exceptions` of them, if they lie anywhere. An upper bound, exact without exceptions: ways to lie in which
 * the distances of a chosen few are free, over all choices.
 */
export function chanceOfDistance(
  count: number,
  total: number,
  { distance, exceptions }: { readonly distance: number; readonly exceptions: number },
): number {
  const kept = count - 1 - exceptions;
  if (kept <= 0) return 1;
  const places = Math.max(count, total - kept * (distance - 1));
  return Math.min(1, Math.exp(logChoose(count - 1, exceptions) + logChoose(places, count) - logChoose(total, count)));
}

/** Terms that grow smaller. */
function sumOf(first: number, next: (step: number) => number): number {
  let sum = first;
  for (let step = 0;; step++) {
    const term = next(step);
    sum += term;
    if (term <= sum * NEGLIGIBLE) return Math.min(1, sum);
  }
}

/** In how many ways so many of `total` can be chosen, about. */
export function choices(total: number, count: number): number {
  return Math.exp(logChoose(total, count));
}

/** Logarithm of the number of ways to choose `count` of `total`. */
export function logChoose(total: number, count: number): number {
  return logFactorial(total) - logFactorial(count) - logFactorial(total - count);
}

/** Stirling's series, whose error is below 1e-10 from here on. */
const SERIES_FROM = 16;

function logFactorial(value: number): number {
  if (value < SERIES_FROM) {
    let product = 1;
    for (let factor = 2; factor <= value; factor++) product *= factor;
    return Math.log(product);
  }
  return value * Math.log(value) - value + Math.log(2 * Math.PI * value) / 2 + 1 / (12 * value) -
    1 / (360 * value ** 3) + 1 / (1260 * value ** 5);
}

/**
 * How likely at most so many changes from one kind of thing to the other are in a row of so many of each, if these lie in any
 * order: the runs test of Wald and Wolfowitz, exact. With `leastStay`: and runs of so many things at least, but for the last one.
 */
export function chanceOfFewRuns(changes: number, ones: number, others: number, leastStay = 1): number {
  const logOrders = logChoose(ones + others, ones);
  const part = (first: number, second: number, runs: number): number => {
    // Runs of either kind; the last one may go on.
    const [more, fewer] = [Math.ceil(runs / 2), Math.floor(runs / 2)];
    const [long, longToo] = runs % 2 === 0 ? [more, fewer - 1] : [more - 1, fewer];
    const left = [first - long * (leastStay - 1), second - longToo * (leastStay - 1)] as const;
    return Math.exp(logWaysToPart(left[0], more) + logWaysToPart(left[1], fewer) - logOrders);
  };
  let chance = 0;
  for (let runs = 2; runs <= changes + 1; runs++) chance += part(ones, others, runs) + part(others, ones, runs);
  return Math.min(1, chance);
}

/** Into so many runs. */
function logWaysToPart(count: number, runs: number): number {
  return runs > count || runs === 0 ? -Infinity : logChoose(count - 1, runs - 1);
}

/** Whether groups of these sizes change too seldom to be mixed: one of a hundred mixed rows does. */
export function isUnmixed(changes: number, groups: readonly number[]): boolean {
  return (runsScore(changes, groups) ?? 0) <= UNMIXED_SCORE;
}

/**
 * How far a row of things in groups is from being mixed, in standard deviations of the number of its runs (Wald and
 * Wolfowitz, for any number of groups): far below 0 where things of a group stand together. `undefined` without two groups.
 */
export function runsScore(changes: number, groups: readonly number[]): number | undefined {
  const total = groups.reduce((sum, size) => sum + size, 0);
  if (groups.length < 2 || total < 3) return undefined;
  const squares = groups.reduce((sum, size) => sum + size ** 2, 0);
  const cubes = groups.reduce((sum, size) => sum + size ** 3, 0);
  const mean = (total * (total + 1) - squares) / total;
  const variance = (squares * (squares + total * (total + 1)) - 2 * total * cubes - total ** 3) /
    (total ** 2 * (total - 1));
  if (variance <= 0) return undefined;
  const runs = changes + 1;
  // Half a run nearer, since runs are whole numbers.
  const towards = Math.sign(mean - runs) / 2;
  return (runs + towards - mean) / Math.sqrt(variance);
}

/** The share that so many of so many suggest of the next one: Laplace's rule of succession, so neither 0 nor 1. */
export function expectedShare({ count, total }: Portion): number {
  return (count + 1) / (total + 2);
}

/** How likely so many on end are by chance, where this is the portion of the others. */
export function chanceOfRun(length: number, others: Portion): number {
  return expectedShare(others) ** length;
}
