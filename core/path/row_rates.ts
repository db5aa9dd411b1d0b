/** At which rates hops answer, where a rule gives it, and which of them have the target's. */
import { type Bucket, BUCKETS, evidenceOf, LINUX_BUCKETS } from "./buckets.ts";
import { steadyRate } from "./rate.ts";
import type { PathFigures } from "./figures.ts";
import type { Row } from "./row.ts";

/** Where more of what is missing came late, it is no clock that leaves out answers. */
export const MOST_LATE = 0.25;
/** Rates that differ by no more than this part are the same. */
const SAME_RATE = 0.1;
/** Chance alone comes to so much in less than one of a thousand runs. */
const PROOF = 1_000;
/** Where others prove it, too, this is enough of one more. */
const HINTS = { any: 20, linux: 4 } as const;

export interface Rate {
  readonly answersPerSecond?: number;
}

export interface TargetRate extends Rate {
  readonly steadyFromHop?: number;
}

/**
 * How many answers a second come, if a token bucket bounds them, though some are lost besides, or else if they keep distances.
 * Of several flows distances have to show in each that is answered in part, and a bucket answers all: those that go a way where
 * all is lost make a rhythm of the others, too. `answersUs`: when probes left that whoever it is has answered.
 */
export function rateOf(row: Row, answersUs?: readonly number[]): Rate {
  const bucket = likeliest(evidencesOf(row, answersUs));
  if (bucket !== undefined) return { answersPerSecond: bucket.perSecond };
  const partial = (row.flows ?? [row]).filter(({ count, received }) => count > 0 && received > 0);
  const rates = partial.flatMap(({ count, hop: { spacing, late = 0 } }) => {
    const rate = spacing === undefined || late > MOST_LATE * count ? undefined : steadyRate(spacing);
    return rate === undefined ? [] : [rate];
  });
  if (rates.length === 0 || rates.length < partial.length) return {};
  return { answersPerSecond: rates.reduce((sum, rate) => sum + rate) };
}

type Evidence = readonly (number | undefined)[];

/** Of each bucket; nothing of those that tell nothing. */
function evidencesOf(
  { count, flows = [], hop: { spacing, late = 0 } }: Row,
  answersUs: readonly number[] = [],
  buckets: readonly Bucket[] = BUCKETS,
): Evidence {
  const asked = spacing?.asked;
  if (asked === undefined || flows.some(({ received }) => received === 0) || late > MOST_LATE * count) return [];
  return buckets.map((bucket) => evidenceOf(asked, bucket, answersUs));
}

/** The one that explains most, if on average all of them prove that there is one. */
function likeliest(evidences: Evidence): Bucket | undefined {
  const known = evidences.filter((evidence) => evidence !== undefined);
  const sum = known.reduce((sum, evidence) => sum + evidence, 0);
  return sum <= PROOF * known.length ? undefined : BUCKETS[evidences.indexOf(Math.max(...known))];
}

/** The target's, and from which hop on all that answer have the same, each by itself. */
export function targetRate(rows: readonly Row[], target: Row, { targetAnswersUs }: PathFigures): TargetRate {
  const before = rows.filter(({ ttl, received }) => ttl < target.ttl && received > 0);
  const own = rateOf(target, targetAnswersUs).answersPerSecond;
  if (own === undefined) return linuxRate(before, target, targetAnswersUs);
  const first = before[1 + before.findLastIndex((row) => !isSameRate(rateOf(row), own) && !mayHaveRate(row, own))];
  return { answersPerSecond: own, ...(first !== undefined && { steadyFromHop: first.ttl }) };
}

/** Where others have proved it, less is enough. */
function mayHaveRate(row: Row, rate: number): boolean {
  const evidences = evidencesOf(row).filter((_, index) =>
    isSameRate({ answersPerSecond: BUCKETS[index]!.perSecond }, rate)
  );
  const known = evidences.filter((evidence) => evidence !== undefined);
  return known.reduce((sum, evidence) => sum + evidence, 0) > HINTS.any * known.length;
}

/**
 * What all hops from some on up to the target prove together that leave out errors as Linux does: too few of each, maybe, but each
 * suggests the same.
 */
function linuxRate(before: readonly Row[], target: Row, answersUs: readonly number[] | undefined): TargetRate {
  // Whoever answers echo requests, or opens and closes ports, does not count that out.
  if ((target.hop.main?.kinds.unreachable ?? 0) === 0) return {};
  const rows = [target, ...before.toReversed()];
  const evidences = rows.map((row) => evidencesOf(row, row === target ? answersUs : undefined, LINUX_BUCKETS));
  const chains = LINUX_BUCKETS.map(({ perSecond }, index) => {
    const ofBucket = evidences.map((ofRow) => ofRow[index] ?? 0);
    const end = ofBucket.findIndex((evidence) => evidence < HINTS.linux);
    const chain = end < 0 ? ofBucket : ofBucket.slice(0, end);
    return { perSecond, first: rows[chain.length - 1], product: chain.reduce(multiplied, 1) };
  });
  const { perSecond, first, product } = chains.reduce((one, other) => other.product > one.product ? other : one);
  if (first === undefined || product < PROOF * chains.length) return {};
  return { answersPerSecond: perSecond, ...(first !== target && { steadyFromHop: first.ttl }) };
}

/** Both are finite. */
function multiplied(one: number, other: number): number {
  return Math.min(one * other, Number.MAX_VALUE);
}

function isSameRate({ answersPerSecond = 0 }: Rate, other: number): boolean {
  return Math.abs(answersPerSecond / other - 1) <= SAME_RATE;
}

/** Who answers by a clock that is not the target's tells nothing of what is lost on the path. */
export function isOfItsOwn(row: Row, { answersPerSecond }: Rate): boolean {
  const own = rateOf(row);
  if (own.answersPerSecond === undefined) return false;
  return answersPerSecond === undefined || !(isSameRate(own, answersPerSecond) || mayHaveRate(row, answersPerSecond));
}
