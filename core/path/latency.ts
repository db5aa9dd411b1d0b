/** From which hop on everything is slower, up to the target: always, or at one time of the run. */
import { stepsOf } from "./course_steps.ts";
import type { PathFigures } from "./figures.ts";
import type { HopFigures } from "./hop_figures.ts";
import { hopVerdict, type Row, rowOf, type Verdict } from "./row.ts";
import { type SlowTime, slowTimesOf, usualUs } from "./slow_time.ts";
import { targetOf } from "./target.ts";

const LEAST_PROBES = 3;
const LEAST_STEP_US = 50_000;
/** Of fewer answers the best has to rise, too. */
const LEAST_FOR_MEDIAN = 10;
/** Of the answers in time; times of so many are not in the median. */
const MANY_LATE = 0.1;
/** Times of which one is no more than so many times as slow as the other are told as one. */
const LIKE = 2;
/** Of the run, by which the times of flows that are told as one may differ. */
const NEAR = 0.05;

/** `rows`: those on the way, the target's the last of them. `target`: its own figures. */
export function latency(rows: readonly Row[], target: HopFigures, path: PathFigures): readonly Verdict[] {
  const { flows = [], durationUs = 0 } = path;
  const ofFlows = flows.length < 2 ? [timesOf(rows, target, 1)] : flows.map((flow) => {
    const own = targetOf(flow);
    const met = flow.hops().filter(({ ttl }) => ttl <= (flow.reachedTtl ?? 0)).map(rowOf);
    return own === undefined ? [] : timesOf(met, own, flows.length);
  });
  const shared = sharedTimes(ofFlows, NEAR * durationUs);
  const ofAll = shared.filter(({ flowsSlower }) => flowsSlower === ofFlows.length);
  return [...latencySteps(rows, ofAll), ...slower(shared, ofFlows.length)];
}

/** `tries`: among so many courses it is looked for. */
function timesOf(rows: readonly Row[], { load, course }: HopFigures, tries: number): readonly SlowTime[] {
  return load === undefined && course !== undefined ? slowTimesOf(rows, stepsOf(course, tries)) : [];
}

interface SharedTime extends SlowTime {
  readonly flowsSlower: number;
}

/** Those of several flows from the same hop on, as slow as each other and at the same times but for so long, as one. */
function sharedTimes(ofFlows: readonly (readonly SlowTime[])[], nearUs: number): readonly SharedTime[] {
  const isNear = (us = NaN, otherUs = NaN): boolean => Object.is(us, otherUs) || Math.abs(us - otherUs) <= nearUs;
  const shared: SharedTime[] = [];
  for (const time of ofFlows.flat()) {
    const at = shared.findIndex((other) =>
      isAlike(other, time) && isNear(other.sinceUs, time.sinceUs) && isNear(other.untilUs, time.untilUs)
    );
    const { flowsSlower, ...first } = shared[at] ?? { ...time, flowsSlower: 0 };
    shared.splice(at === -1 ? shared.length : at, 1, { ...first, flowsSlower: flowsSlower + 1 });
  }
  return shared.sort((one, other) => (one.sinceUs ?? 0) - (other.sinceUs ?? 0));
}

/** Where the least median of all that is behind rises, and of few answers the best of it with it. */
function latencySteps(rows: readonly Row[], times: readonly SlowTime[]): readonly Verdict[] {
  // What was slower for a time has a verdict of its own.
  const known = rows.flatMap((row) => {
    const { received, hop: { rtt: { p50Us } } } = row;
    const withoutUs = times.length === 0 ? p50Us : usualUs(row, times);
    if (received < LEAST_PROBES || p50Us === undefined || withoutUs === undefined) return [];
    return [{ row, usualUs: Math.min(p50Us, withoutUs) }];
  });
  const [timed, usual] = [known.map(({ row }) => row), known.map(({ usualUs }) => usualUs)];
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
function slower(times: readonly SharedTime[], flows: number): readonly Verdict[] {
  const series: SharedTime[][] = [];
  for (const time of times) {
    const before = series.find(([latest]) =>
      isAlike(latest!, time) && latest!.flowsSlower === time.flowsSlower && isBefore(latest!, time)
    );
    if (before === undefined) series.push([time]);
    else before.unshift(time);
  }
  return series.map(([latest, ...others]) => {
    const { row, stepUs, beforeUs, sinceUs, untilUs, flowsSlower } = latest!;
    return hopVerdict("LATENCY", row, {
      stepUs,
      beforeUs,
      medianUs: beforeUs + stepUs,
      ...(sinceUs !== undefined && { slowerSinceUs: Math.max(0, sinceUs) }),
      ...(untilUs !== undefined && { slowerUntilUs: Math.max(0, untilUs) }),
      ...(others.length > 0 && { slowerTimes: 1 + others.length }),
      ...(flows > 1 && { flowsLosing: flowsSlower, flows }),
    });
  });
}

/** From the same hop on, and as slow as each other. */
function isAlike(one: SlowTime, other: SlowTime): boolean {
  const [stepUs, otherUs] = [one.stepUs, other.stepUs];
  return one.row.ttl === other.row.ttl && Math.max(stepUs, otherUs) <= LIKE * Math.min(stepUs, otherUs);
}

function isBefore({ untilUs = Infinity }: SlowTime, { sinceUs = 0 }: SlowTime): boolean {
  return untilUs <= sinceUs;
}
