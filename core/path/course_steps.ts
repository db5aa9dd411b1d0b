/**
 * The steps in a course: where a part of it that is slower, or quicker, than the one before begins.
 *
 * Without a trend slow stretches lie in any order among the others, whatever jitter is like: where they lie together there
 * are few runs of either kind (Wald and Wolfowitz, exactly), and what is called slow is tried at all times, which it pays for.
 * So the course is parted into runs, and each run again, while chance does not explain it. Queues that come and go lie together as
 * well, but have times in between: of both sides of a step nearly all have to be apart.
 */
import { chanceOfFewRuns, runsScore, UNMIXED_SCORE } from "./chance.ts";
import type { CourseFigures, Stretch } from "./course.ts";
import { BY_CHANCE } from "./row.ts";

/** From one part of the course to the next. Times in µs, those of probes as they left since the run began. */
export interface Step {
  /** Of the first probe that met it. */
  readonly atUs: number;
  /** Of one before that had not: in between nobody knows, as while rounds were too short for a way that had grown. */
  readonly wasAtUs: number;
  /** By medians of the quickest answers of stretches. */
  readonly wasUs: number;
  readonly isUs: number;
}

const LEAST_STEP_US = 10_000;
/** Of what it takes without. */
const LEAST_PART = 0.2;
/** Of a part. */
const LEAST_ANSWERS = 8;
const LEAST_STRETCHES = 3;
/** Of the stretches of either side. */
const NEARLY_ALL = 0.9;
/** Of the step, by which nearly all are slower than nearly all others. */
const LEAST_GAP = 0.6;

/** In their order; none where chance explains the course, or would one of `tries` courses. */
export function stepsOf({ size, stretches }: CourseFigures, tries = 1): readonly Step[] {
  const times = stretches.map(({ leastUs }) => leastUs);
  if (Math.max(...times) - Math.min(...times) < LEAST_STEP_US) return [];
  const least = Math.max(LEAST_STRETCHES, Math.ceil(LEAST_ANSWERS / size));
  return proved(times, edgesIn(times, least, BY_CHANCE / tries), least).map(({ edge, wasUs, isUs }) => {
    const [last, first] = [stretches[edge - 1]!, stretches[edge]!];
    return { wasUs, isUs, atUs: isUs < wasUs ? first.firstUs : last.slowerUs ?? first.beginUs, wasAtUs: last.beginUs };
  });
}

/** The median of the quickest answers of stretches; `undefined` where these are too few to tell. */
export function levelOf(stretches: readonly Stretch[]): number | undefined {
  return stretches.length < LEAST_STRETCHES ? undefined : medianOf(stretches.map(({ leastUs }) => leastUs));
}

/** Where parts begin but for the first one; each has so many at least. */
function edgesIn(times: readonly number[], least: number, mostChance: number): readonly number[] {
  const limitUs = likeliestLimit(times, least, mostChance);
  if (limitUs === undefined) return [];
  const [first, ...others] = runsOf(withoutShort(times.map((time) => time >= limitUs), least));
  if (first === undefined || others.length === 0) return [];
  return [first, ...others].flatMap(([from, to]) => [
    from,
    ...edgesIn(times.slice(from, to), least, mostChance).map((edge) => from + edge),
  ]).slice(1);
}

/** From which on a time is slow, so that there are fewer runs of slow and other ones than chance makes; `undefined`: none. */
function likeliestLimit(times: readonly number[], least: number, mostChance: number): number | undefined {
  const order = times.map((_, at) => at).sort((one, other) => times[other]! - times[one]!);
  const isSlow = times.map(() => false);
  let [changes, limits, best] = [0, 0, { score: Infinity, changes: 0, slow: 0, limitUs: NaN }];
  for (const [index, at] of order.entries()) {
    for (const beside of [at - 1, at + 1]) {
      if (beside in isSlow) changes += isSlow[beside] ? -1 : 1;
    }
    isSlow[at] = true;
    const [slow, limitUs] = [index + 1, times[at]!];
    if (Math.min(slow, times.length - slow) < least || times[order[slow]!] === limitUs) continue;
    limits += 1;
    const score = runsScore(changes, [slow, times.length - slow]) ?? Infinity;
    if (score < best.score) best = { score, changes, slow, limitUs };
  }
  // The exact chance takes long, and is nowhere else as small.
  if (best.score > UNMIXED_SCORE) return undefined;
  const chance = chanceOfFewRuns(best.changes, best.slow, times.length - best.slow);
  return chance * limits < mostChance ? best.limitUs : undefined;
}

interface Edge {
  readonly edge: number;
  readonly wasUs: number;
  readonly isUs: number;
  /** By how much of the step nearly all of either side are apart; of those that are too small less than any. */
  readonly gap: number;
}

/** The edges of which both sides are apart: the one that is so least is none, until all are. */
function proved(times: readonly number[], edges: readonly number[], least: number): readonly Edge[] {
  const fitting = around(edges, times.length).map((place) => fitted(times, place));
  const found = around(fitting, times.length).map((place) => edgeAt(times, place, least));
  const weakest = found.toSorted((one, other) => one.gap - other.gap)[0];
  return weakest === undefined || weakest.gap >= LEAST_GAP
    ? found
    : proved(times, edges.toSpliced(found.indexOf(weakest), 1), least);
}

/** Where the part before an edge begins, the edge, and where the part behind it ends. */
type Place = readonly [from: number, edge: number, to: number];

function around(edges: readonly number[], length: number): readonly Place[] {
  return edges.map((edge, index) => [edges[index - 1] ?? 0, edge, edges[index + 1] ?? length]);
}

/** Where as few as can be are on the wrong side of the middle between both levels. */
function fitted(times: readonly number[], [from, edge, to]: Place): number {
  const [wasUs, isUs] = [medianOf(times.slice(from, edge)), medianOf(times.slice(edge, to))];
  const middleUs = (wasUs + isUs) / 2;
  let [right, most, best] = [0, -Infinity, edge];
  for (let at = from; at < to - 1; at++) {
    right += times[at]! < middleUs === wasUs < middleUs ? 1 : -1;
    if (right > most) [most, best] = [right, at + 1];
  }
  return best;
}

function edgeAt(times: readonly number[], [from, edge, to]: Place, least: number): Edge {
  const [before, behind] = [times.slice(from, edge), times.slice(edge, to)];
  const [wasUs, isUs] = [medianOf(before), medianOf(behind)];
  const [quick, slow] = isUs < wasUs ? [behind, before] : [before, behind];
  const stepUs = Math.abs(isUs - wasUs);
  const isSmall = stepUs < Math.max(LEAST_STEP_US, LEAST_PART * Math.min(wasUs, isUs));
  const isShort = Math.min(edge - from, to - edge) < least;
  const gapUs = quantile(inPairs(slow), 1 - NEARLY_ALL) - quantile(inPairs(quick), NEARLY_ALL);
  return { edge, wasUs, isUs, gap: isSmall || isShort ? -Infinity : gapUs / stepUs };
}

/** The quicker of every two. */
function inPairs(times: readonly number[]): readonly number[] {
  return times.flatMap((time, at) => at % 2 === 0 ? [Math.min(time, times[at + 1] ?? time)] : []);
}

function medianOf(times: readonly number[]): number {
  return quantile(times, 0.5);
}

function quantile(times: readonly number[], part: number): number {
  return times.toSorted((one, other) => one - other)[Math.round(part * (times.length - 1))] ?? NaN;
}

/** Runs that are too short for a part of their own are of those around them, the shortest first. */
function withoutShort(isSlow: readonly boolean[], least: number): readonly boolean[] {
  const runs = runsOf(isSlow);
  const [shortest] = runs.toSorted(([from, to], [otherFrom, otherTo]) => to - from - (otherTo - otherFrom));
  if (shortest === undefined || runs.length === 1) return isSlow;
  const [from, to] = shortest;
  return to - from >= least
    ? isSlow
    : withoutShort(isSlow.map((isThis, at) => (at >= from && at < to) !== isThis), least);
}

/** Each from one stretch to before another. */
type Run = readonly [from: number, to: number];

function runsOf(isSlow: readonly boolean[]): readonly Run[] {
  const begins = isSlow.flatMap((isThis, at) => at === 0 || isThis !== isSlow[at - 1] ? [at] : []);
  return begins.map((begin, index) => [begin, begins[index + 1] ?? isSlow.length]);
}
