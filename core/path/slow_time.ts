/**
 * The times of a run in which answers were slower: parts of the course that are slower than the rest of it.
 *
 * Without a trend slow stretches lie in any order among the others, whatever jitter is like: where they lie together there
 * are few runs of either kind (Wald and Wolfowitz, exactly), and what is called slow is tried at all times, which it pays for.
 * Queues that come and go lie together as well, but have times in between: so nearly all of either side has to be apart.
 */
import { chanceOfFewRuns } from "./chance.ts";
import type { CourseFigures, Stretch } from "./course.ts";
import { BY_CHANCE } from "./row.ts";

/** In µs, of probes as they left since the run began. */
export interface SlowTime {
  /** `undefined`: from the beginning. */
  readonly sinceUs: number | undefined;
  /** `undefined`: to the end. */
  readonly untilUs: number | undefined;
}

/** Of the quickest answers of stretches. */
export interface Slowing {
  /** By medians: within these times, and at others. */
  readonly slowUs: number;
  readonly beforeUs: number;
  /** What nearly all exceed at other times. */
  readonly leastUs: number;
}

const LEAST_STEP_US = 20_000;
/** Of what it takes at other times. */
const LEAST_PART = 0.2;
/** Of a slow time, of one between two, and in all of either. */
const LEAST_ANSWERS = 8;
/** Of slow stretches, and of the others. */
const NEARLY_ALL = 0.9;
/** Of the step, by which nearly all are slower than nearly all others. */
const LEAST_GAP = 0.5;
/** Fewer on a side say nothing of times that were found elsewhere. */
const LEAST_STRETCHES = 3;

/** In their order; none where chance explains the course. */
export function slowTimesOf({ size, stretches }: CourseFigures): readonly SlowTime[] {
  const times = stretches.map(({ leastUs }) => leastUs);
  const least = Math.ceil(LEAST_ANSWERS / size);
  if (Math.max(...times) - Math.min(...times) < LEAST_STEP_US) return [];
  const limits = [...new Set(times)].flatMap((limitUs) => {
    const isSlow = times.map((time) => time >= limitUs);
    const slow = isSlow.filter(Boolean).length;
    const others = times.length - slow;
    return Math.min(slow, others) < least
      ? []
      : [{ isSlow, chance: chanceOfFewRuns(runsOf(isSlow).length - 1, slow, others) }];
  });
  const [likeliest] = limits.toSorted((one, other) => one.chance - other.chance);
  if (likeliest === undefined || likeliest.chance * limits.length >= BY_CHANCE) return [];
  const found = slowParts(withoutShort(likeliest.isSlow, least)).map(([from, to]): SlowTime => ({
    sinceUs: from === 0 ? undefined : stretches[from - 1]!.slowerUs ?? stretches[from]!.firstUs,
    untilUs: stretches[to]?.firstUs,
  }));
  return isStep(stretches, found) ? found : [];
}

/** How much slower it was at these times here; `undefined` where too little is known. */
export function slowingIn(stretches: readonly Stretch[], times: readonly SlowTime[]): Slowing | undefined {
  return slowingOf(parted(stretches, times));
}

function slowingOf({ slow, others }: Sides): Slowing | undefined {
  if (Math.min(slow.length, others.length) < LEAST_STRETCHES) return undefined;
  return {
    slowUs: quantile(slow, 0.5),
    beforeUs: quantile(others, 0.5),
    leastUs: quantile(others, 1 - NEARLY_ALL),
  };
}

function isStep(stretches: readonly Stretch[], times: readonly SlowTime[]): boolean {
  const sides = parted(stretches, times);
  const slowing = slowingOf(sides);
  if (slowing === undefined) return false;
  const stepUs = slowing.slowUs - slowing.beforeUs;
  const gapUs = quantile(sides.slow, 1 - NEARLY_ALL) - quantile(sides.others, NEARLY_ALL);
  return stepUs >= Math.max(LEAST_STEP_US, LEAST_PART * slowing.beforeUs) && gapUs >= LEAST_GAP * stepUs;
}

/** The quickest of stretches within some times, and of the others, in rising order. */
interface Sides {
  readonly slow: readonly number[];
  readonly others: readonly number[];
}

/** The quickest of a stretch that is partly of such a time left outside of it. */
function parted(stretches: readonly Stretch[], times: readonly SlowTime[]): Sides {
  const sorted = stretches.toSorted((one, other) => one.leastUs - other.leastUs);
  const isWithin = ({ firstUs }: Stretch): boolean =>
    times.some(({ sinceUs = -Infinity, untilUs = Infinity }) => firstUs >= sinceUs && firstUs < untilUs);
  const sides = Map.groupBy(sorted, isWithin);
  const side = (isSlow: boolean): readonly number[] => (sides.get(isSlow) ?? []).map(({ leastUs }) => leastUs);
  return { slow: side(true), others: side(false) };
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.round(part * (sorted.length - 1))] ?? NaN;
}

/** Runs that are too short for a time of their own are of those around them, the shortest first. */
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

function slowParts(isSlow: readonly boolean[]): readonly Run[] {
  return runsOf(isSlow).filter(([from]) => isSlow[from]);
}
