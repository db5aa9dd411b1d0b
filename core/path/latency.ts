/** From which hop on everything is slower, up to the target: always, or at one time of the run. */
import { stepsOf } from "./course_steps.ts";
import type { HopFigures } from "./hop_figures.ts";
import { hopVerdict, type Row, type Verdict } from "./row.ts";
import { type SlowTime, slowTimesOf, usualUs } from "./slow_time.ts";

const LEAST_PROBES = 3;
const LEAST_STEP_US = 50_000;
/** Of fewer answers the best has to rise, too. */
const LEAST_FOR_MEDIAN = 10;
/** Of the answers in time; times of so many are not in the median. */
const MANY_LATE = 0.1;
/** Times of which one is no more than so many times as slow as the other are told as one. */
const LIKE = 2;

/** `rows`: those on the way, the target's the last of them. `target`: its own figures. */
export function latency(rows: readonly Row[], { load, course }: HopFigures): readonly Verdict[] {
  const times = load === undefined && course !== undefined ? slowTimesOf(rows, stepsOf(course)) : [];
  return [...latencySteps(rows, times), ...slower(times)];
}

/** Where the least median of all that is behind rises, and of few answers the best of it with it. */
function latencySteps(rows: readonly Row[], times: readonly SlowTime[]): readonly Verdict[] {
  const timed = rows.filter(({ received, hop }) => received >= LEAST_PROBES && hop.rtt.p50Us !== undefined);
  // What was slower for a time has a verdict of its own.
  const usual = timed.map((row) =>
    Math.min(row.hop.rtt.p50Us ?? Infinity, times.length === 0 ? Infinity : usualUs(row, times) ?? Infinity)
  );
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

/** Of times like each other, one after the other from the same hop on, the latest. */
function slower(times: readonly SlowTime[]): readonly Verdict[] {
  const series: SlowTime[][] = [];
  for (const time of times) {
    const before = series.find(([latest]) => isLike(latest!, time));
    if (before === undefined) series.push([time]);
    else before.unshift(time);
  }
  return series.map(([latest, ...others]) => {
    const { row, stepUs, beforeUs, sinceUs, untilUs } = latest!;
    return hopVerdict("LATENCY", row, {
      stepUs,
      beforeUs,
      medianUs: beforeUs + stepUs,
      ...(sinceUs !== undefined && { slowerSinceUs: Math.max(0, sinceUs) }),
      ...(untilUs !== undefined && { slowerUntilUs: Math.max(0, untilUs) }),
      ...(others.length > 0 && { slowerTimes: 1 + others.length }),
    });
  });
}

function isLike({ row, stepUs, untilUs = Infinity }: SlowTime, next: SlowTime): boolean {
  const isAlike = Math.max(stepUs, next.stepUs) <= LIKE * Math.min(stepUs, next.stepUs);
  return row === next.row && isAlike && untilUs <= (next.sinceUs ?? 0);
}
