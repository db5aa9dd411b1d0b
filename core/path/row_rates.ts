/** At which rates hops answer, where a rule gives it, and which of them have the target's. */
import {
  type Asked,
  askedOfFlows,
  type Bucket,
  BUCKETS,
  type Evidence,
  evidenceBefore,
  evidencesAmong,
  givenBy,
  LINUX_BUCKETS,
  oddsOfTurns,
  SECONDS,
} from "./buckets.ts";
import { rateOfDistances } from "./rate.ts";
import type { PathFigures } from "./figures.ts";
import type { Row } from "./row.ts";

/** Where more of what is missing came late, it is no clock that leaves out answers. */
export const MOST_LATE = 0.25;
/** Rates that differ by no more than this part are the same. */
const SAME_RATE = 0.1;
/** Chance alone comes to so much in less than one of so many runs. */
const PROOF = 500;
/** Where others prove it, too, this is enough of one more. */
const HINTS = { any: 20, linux: 4 } as const;
const SECOND_US = 1_000_000;

export interface Rate {
  readonly answersPerSecond?: number;
  /** So many routers give these answers together, each to some flows. */
  readonly routersTogether?: number;
}

export interface TargetRate {
  readonly told: Rate & { readonly steadyFromHop?: number };
  /** How many its clock counts out; `undefined` if it has none. */
  readonly perSecond: number | undefined;
}

export const NO_RATE: TargetRate = { told: {}, perSecond: undefined };

/** What counts answers out. */
interface Clock {
  /** By which it is told from others: on average of each router that some flows meet. */
  readonly perSecond: number;
  /** How many come, as far as is known; fewer than those may. */
  readonly answersPerSecond: number;
  readonly routers: number;
}

export function rateOf(row: Row): Rate {
  const clock = clockOf(row);
  if (clock === undefined) return {};
  const { answersPerSecond, routers } = clock;
  return { answersPerSecond, ...(routers > 1 && { routersTogether: routers }) };
}

/**
 * By so many answers in each second, if a token bucket bounds them, though some are lost besides, or by their distances, which may be
 * longer than they must be. `answersUs`: when probes left that whoever it is has answered.
 */
function clockOf(row: Row, answersUs?: readonly number[]): Clock | undefined {
  const { steady, inSeconds, oddsInSeconds } = evidencesOf(row, answersUs);
  const [bucket, second] = [likeliest(BUCKETS, steady), likeliest(SECONDS, inSeconds)];
  const isInSeconds = (second?.evidence ?? 0) * oddsInSeconds > (bucket?.evidence ?? 0);
  const likelier = isInSeconds ? second : bucket;
  if (likelier === undefined) return ofEachFlow(row);
  const routers = routersOf(row.flows);
  const { perSecond } = likelier.bucket;
  const answersPerSecond = isInSeconds ? perSecond : toldOf(likelier.bucket, row, answersUs);
  return { perSecond: perSecond / routers, answersPerSecond, routers };
}

/** Who answers these flows there, each of them mostly. */
function routersOf(flows: readonly Row[] = []): number {
  return Math.max(1, new Set(flows.flatMap(({ address }) => address ?? [])).size);
}

/** Its rate, if who asks at these times gets so much of it; else buckets of other rates would look the same: what came. */
function toldOf(bucket: Bucket, row: Row, answersUs: readonly number[] = []): number {
  const { timesUs, answers } = askedOf(row)!;
  if (isSameRate(perSecondOf(givenBy(bucket, timesUs)), bucket.perSecond)) return bucket.perSecond;
  const came = answersUs.length > 0
    ? answersUs.filter((atUs) => atUs > timesUs[0]!)
    : timesUs.filter((_, place) => answers[place]);
  return perSecondOf(came) ?? bucket.perSecond;
}

function perSecondOf(timesUs: readonly number[]): number | undefined {
  const lastedUs = (timesUs.at(-1) ?? 0) - (timesUs[0] ?? 0);
  return lastedUs > 0 ? (timesUs.length - 1) * SECOND_US / lastedUs : undefined;
}

/** Of several flows it has to show in each that is answered in part: those of a way where all is lost make a rhythm of others. */
function ofEachFlow(row: Row): Clock | undefined {
  const partial = (row.flows ?? [row]).filter(({ count, received }) => count > 0 && received > 0);
  const rates = partial.flatMap((flow) => {
    const { spacing } = flow.hop;
    const rate = spacing === undefined || isMostlyLate(flow) ? undefined : rateOfDistances(spacing);
    return rate === undefined ? [] : [rate];
  });
  if (rates.length === 0 || rates.length < partial.length) return undefined;
  const answersPerSecond = rates.reduce((sum, rate) => sum + rate);
  const routers = routersOf(partial);
  return { perSecond: answersPerSecond / routers, answersPerSecond, routers };
}

/** Of each of `BUCKETS`, and of `SECONDS`; nothing of those that tell nothing. */
interface Evidences {
  readonly steady: Evidence;
  readonly inSeconds: Evidence;
  /** What has the one evidence is so much likelier than what has the same of the other. */
  readonly oddsInSeconds: number;
}

const NO_EVIDENCES: Evidences = { steady: [], inSeconds: [], oddsInSeconds: 1 };

/** What was found of a hop, and of what: a screen asks again and again. */
const FOUND = new WeakMap<Asked, { readonly of: string; readonly evidences: Evidences }>();

function evidencesOf(row: Row, answersUs: readonly number[] = []): Evidences {
  const all = row.hop.spacing?.asked;
  if (all === undefined || isMostlyLate(row)) return NO_EVIDENCES;
  const of = [all.timesUs.length, answersUs.length, ...(answeredFlows(row) ?? [])].join();
  const known = FOUND.get(all);
  if (known?.of === of) return known.evidences;
  const asked = askedOf(row);
  const evidences = asked === undefined ? NO_EVIDENCES : {
    steady: evidencesAmong(BUCKETS, asked, answersUs),
    inSeconds: evidencesAmong(SECONDS, asked, answersUs),
    oddsInSeconds: oddsOfTurns(asked),
  };
  FOUND.set(all, { of, evidences });
  return evidences;
}

function isMostlyLate({ count, hop: { late = 0 } }: Row): boolean {
  return late > MOST_LATE * count;
}

/** What it was asked by flows that it answers now and then: of a way where all is lost nothing comes, whatever a bucket has left. */
function askedOf(row: Row): Asked | undefined {
  const asked = row.hop.spacing?.asked;
  if (asked === undefined || isMostlyLate(row)) return undefined;
  const answered = answeredFlows(row);
  return answered === undefined ? asked : askedOfFlows(asked, answered);
}

function answeredFlows({ flows }: Row): readonly number[] | undefined {
  return flows?.flatMap(({ received, flow }) => received > 0 && flow !== undefined ? [flow] : []);
}

/** The one that explains most, if on average all of them prove that there is one. */
function likeliest(
  buckets: readonly Bucket[],
  evidences: Evidence,
): { readonly bucket: Bucket; readonly evidence: number } | undefined {
  const known = evidences.filter((evidence) => evidence !== undefined);
  const sum = known.reduce((sum, evidence) => sum + evidence, 0);
  if (sum <= PROOF * known.length) return undefined;
  const evidence = Math.max(...known);
  return { bucket: buckets[evidences.indexOf(evidence)]!, evidence };
}

/** The target's, and from which hop on all that answer have the same, each by itself. */
export function targetRate(rows: readonly Row[], target: Row, { targetAnswersUs }: PathFigures): TargetRate {
  const before = rows.filter(({ ttl, received }) => ttl < target.ttl && received > 0);
  const own = clockOf(target, targetAnswersUs);
  if (own === undefined) return linuxRate(before, target, targetAnswersUs);
  const { perSecond, answersPerSecond } = own;
  const isOther = (row: Row): boolean =>
    !isSameRate(clockOf(row)?.perSecond, perSecond) && !mayHaveRate(row, perSecond);
  const first = before[1 + before.findLastIndex(isOther)];
  return { told: { answersPerSecond, ...(first !== undefined && { steadyFromHop: first.ttl }) }, perSecond };
}

/** Where others have proved it, less is enough. */
function mayHaveRate(row: Row, rate: number): boolean {
  const together = rate * routersOf(row.flows);
  const evidences = evidencesOf(row).steady.filter((_, index) => isSameRate(BUCKETS[index]!.perSecond, together));
  const known = evidences.filter((evidence) => evidence !== undefined);
  return known.reduce((sum, evidence) => sum + evidence, 0) > HINTS.any * known.length;
}

/**
 * What all hops from some on up to the target prove together that leave out errors as Linux does: too few of each, maybe, but each
 * suggests the same. Of the target counts, too, that it answered all until its bucket was empty: who is near has most of that asked by
 * the rounds alone, and after it a short run has no more than some answers.
 */
function linuxRate(before: readonly Row[], target: Row, answersUs: readonly number[] | undefined): TargetRate {
  // Whoever answers echo requests, or opens and closes ports, does not count that out.
  if ((target.hop.main?.kinds.unreachable ?? 0) === 0) return NO_RATE;
  const ofTarget = askedOf(target);
  if (ofTarget === undefined) return NO_RATE;
  const rows = [target, ...before.toReversed()];
  const evidences = rows.map((row) => {
    const asked = askedOf(row);
    return asked === undefined ? [] : evidencesAmong(LINUX_BUCKETS, asked, row === target ? answersUs : undefined);
  });
  // Buckets that are asked too seldom to be a limit are none to choose from.
  const choices = evidences[0]!.filter((evidence) => evidence !== undefined).length;
  const chains = LINUX_BUCKETS.map((bucket, index) => {
    const ofBucket = evidences.map((ofRow) => ofRow[index] ?? 0);
    const end = ofBucket.findIndex((evidence) => evidence < HINTS.linux);
    const chain = end < 0 ? ofBucket : ofBucket.slice(0, end);
    const product = chain.reduce(multiplied, evidenceBefore(bucket, ofTarget, answersUs));
    return { perSecond: bucket.perSecond, first: rows[chain.length - 1], product: chain.length === 0 ? 0 : product };
  });
  const { perSecond, first, product } = chains.reduce((one, other) => other.product > one.product ? other : one);
  if (first === undefined || product < PROOF * choices) return NO_RATE;
  return { told: { answersPerSecond: perSecond, ...(first !== target && { steadyFromHop: first.ttl }) }, perSecond };
}

/** Both are finite. */
function multiplied(one: number, other: number): number {
  return Math.min(one * other, Number.MAX_VALUE);
}

function isSameRate(one: number | undefined, other: number): boolean {
  return one !== undefined && Math.abs(one / other - 1) <= SAME_RATE;
}

/** Who answers by a clock that is not the target's tells nothing of what is lost on the path. */
export function isOfItsOwn(row: Row, { perSecond }: TargetRate): boolean {
  const own = clockOf(row)?.perSecond;
  return own !== undefined && (perSecond === undefined || !(isSameRate(own, perSecond) || mayHaveRate(row, perSecond)));
}
