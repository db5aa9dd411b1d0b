/**
 * When a hop has been looked at often enough: the stopping rule of the Multipath Detection Algorithm (Augustin, Friedman,
 * Teixeira, "Multipath tracing with Paris traceroute", E2EMON 2007; Veitch et al., "Failure control in multipath route
 * tracing", INFOCOM 2009).
 *
 * Where k next hops are known, there may be k + 1 that are equally likely. With n flows all of those would have been met
 * with a probability that is the coupon collector's; the rule is the least n for which it is the confidence at least.
 */
const MOST_MISSED = 1 - 0.95;

/** By the number of next hops known, from 1. */
const points: number[] = [0];

/** How many flows have to be decided before nobody looks for one more than `known` next hops, 1 or more. */
export function stoppingPoint(known: number): number {
  while (points.length <= known) points.push(leastFlows(points.length + 1, points.at(-1)!));
  return points[known]!;
}

/** The least number of draws, `from` or more, with which all of `count` equally likely things are met often enough. */
function leastFlows(count: number, from: number): number {
  /** By number of different things met: how likely that is after so many draws. */
  let met = new Float64Array(count + 1);
  met[0] = 1;
  for (let draws = 0;; draws++) {
    if (draws >= from && 1 - met[count]! <= MOST_MISSED) return draws;
    const next = new Float64Array(count + 1);
    for (let kinds = 0; kinds <= count; kinds++) {
      next[kinds]! += met[kinds]! * kinds / count;
      if (kinds < count) next[kinds + 1]! += met[kinds]! * (count - kinds) / count;
    }
    met = next;
  }
}
