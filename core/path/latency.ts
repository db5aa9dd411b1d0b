/** From which hop on everything is slower, up to the target: always, or at one time of the run. */
import type { HopFigures } from "./hop_figures.ts";
import { hopVerdict, type Row, type Verdict } from "./row.ts";
import { slowingIn, type SlowTime, slowTimesOf } from "./slow_time.ts";

const LEAST_PROBES = 3;
const LEAST_STEP_US = 50_000;
/** Of fewer answers the best has to rise, too. */
const LEAST_FOR_MEDIAN = 10;
/** Of the answers in time; times of so many are not in the median. */
const MANY_LATE = 0.1;
/** Of what the target is slower by. */
const LEAST_PART = 0.5;

/** `rows`: those on the way, the target's the last of them. `target`: its own figures. */
export function latency(rows: readonly Row[], target: HopFigures): readonly Verdict[] {
  const times = target.load === undefined && target.course !== undefined ? slowTimesOf(target.course) : [];
  return [...latencySteps(rows, times), ...slower(rows, target, times)];
}

/** Where the least median of all that is behind rises, and of few answers the best of it with it. */
function latencySteps(rows: readonly Row[], times: readonly SlowTime[]): readonly Verdict[] {
  const timed = rows.filter(({ received, hop }) => received >= LEAST_PROBES && hop.rtt.p50Us !== undefined);
  const usual = timed.map(({ hop }) => usualUs(hop, times));
  const { received = 0, hop: { late = 0 } = {} } = timed.at(-1) ?? {};
  const lateOnes = late >= MANY_LATE * received ? { late } : {};
  let beforeUs: number | undefined;
  return timed.flatMap((row, index) => {
    const behind = timed.slice(index);
    const medianUs = Math.min(...usual.slice(index));
    const bestUs = Math.min(...behind.map(({ hop }) => hop.rtt.bestUs ?? Infinity));
    const [wasUs, stepUs] = [beforeUs, medianUs - (beforeUs ?? 0)];
    beforeUs = medianUs;
    const isSteady = behind.every(({ received }) => received >= LEAST_FOR_MEDIAN);
    if (stepUs < LEAST_STEP_US || (!isSteady && bestUs - (wasUs ?? 0) < LEAST_STEP_US / 2)) return [];
    return [
      hopVerdict("LATENCY", row, { stepUs, ...(wasUs !== undefined && { beforeUs: wasUs }), medianUs, ...lateOnes }),
    ];
  });
}

/** The median; what was slower for a time has a verdict of its own. */
function usualUs({ rtt, course }: HopFigures, times: readonly SlowTime[]): number {
  const { p50Us = Infinity } = rtt;
  if (times.length === 0) return p50Us;
  const { leastUs = Infinity } = slowingIn(course?.stretches ?? [], times) ?? {};
  return Math.min(p50Us, leastUs);
}

/** A hop says whether it was slower, too, at the time when the target was; one that has answered too little says nothing. */
function slower(rows: readonly Row[], target: HopFigures, times: readonly SlowTime[]): readonly Verdict[] {
  const [end, latest] = [rows.at(-1), times.at(-1)];
  if (latest === undefined || end === undefined) return [];
  const own = slowingIn(target.course?.stretches ?? [], times);
  if (own === undefined) return [];
  const stepUs = own.slowUs - own.beforeUs;
  const telling = rows.slice(0, -1).flatMap((row) => {
    const slowing = slowingIn(row.hop.course?.stretches ?? [], times);
    return slowing === undefined ? [] : [{ row, isSlower: slowing.slowUs - slowing.beforeUs >= LEAST_PART * stepUs }];
  });
  const { row: from } = telling[1 + telling.findLastIndex(({ isSlower }) => !isSlower)] ?? { row: end };
  return [hopVerdict("LATENCY", from, {
    stepUs,
    beforeUs: own.beforeUs,
    medianUs: own.slowUs,
    ...(latest.sinceUs !== undefined && { slowerSinceUs: Math.max(0, latest.sinceUs) }),
    ...(latest.untilUs !== undefined && { slowerUntilUs: Math.max(0, latest.untilUs) }),
    ...(times.length > 1 && { slowerTimes: times.length }),
  })];
}
