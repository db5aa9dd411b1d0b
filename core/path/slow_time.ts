/**
 * The times of a run in which everything from a hop on was slower: between steps of the target's course that all hops from there
 * on have as well.
 *
 * A step down ends what the latest steps up at the same hop began, as far as it goes. What else it ends was so from the beginning.
 * Where hops say nothing, either may have its place among them: then what one of the two proves is the place of both.
 */
import { chanceOfWins } from "./chance.ts";
import type { Stretch } from "./course.ts";
import { levelOf, type Step } from "./course_steps.ts";
import type { HopFigures } from "./hop_figures.ts";
import { BY_CHANCE, type Row } from "./row.ts";

interface Place {
  /** From here on. */
  readonly row: Row;
  /** Those from here on to there say nothing, and may have it as well. */
  readonly earliestTtl: number;
}

export interface SlowTime extends Place {
  readonly stepUs: number;
  /** What the target's quick answers take without it. */
  readonly beforeUs: number;
  /** In µs, of probes as they left since the run began; `undefined`: from the beginning. */
  readonly sinceUs: number | undefined;
  /** `undefined`: to the end. */
  readonly untilUs: number | undefined;
}

/** Of a step: so little is not told beside the rest of it, and no hop has the step for it; medians are as exact. */
const NEGLIGIBLE = 0.25;
/** Near a step, so that what a router does by itself at other times says nothing. */
const MOST_STRETCHES = 20;

/** `rows`: those on the way, the target's the last of them. `steps`: of the target's course. */
export function slowTimesOf(rows: readonly Row[], steps: readonly Step[]): readonly SlowTime[] {
  if (rows.length === 0) return [];
  const over: SlowTime[] = [];
  let open: readonly SlowTime[] = [];
  for (const [index, step] of steps.entries()) {
    const place = placeOf(step, rows, [steps[index - 1]?.atUs ?? -Infinity, steps[index + 1]?.atUs ?? Infinity]);
    const { atUs, wasUs, isUs } = step;
    if (isUs > wasUs) {
      open = [{ ...place, stepUs: isUs - wasUs, beforeUs: wasUs, sinceUs: atUs, untilUs: undefined }, ...open];
      continue;
    }
    let restUs = wasUs - isUs;
    const leastUs = NEGLIGIBLE * restUs;
    open = open.flatMap((time) => {
      if (!isMaybeAt(time, place) || restUs < leastUs) return [time];
      const leftUs = time.stepUs - restUs < leastUs ? 0 : time.stepUs - restUs;
      const { row } = time.row.ttl < place.row.ttl ? time : place;
      over.push({
        ...time,
        row,
        stepUs: time.stepUs - leftUs,
        beforeUs: time.beforeUs + leftUs,
        untilUs: atUs,
      });
      restUs -= time.stepUs;
      return leftUs === 0 ? [] : [{ ...time, stepUs: leftUs }];
    });
    if (restUs >= leastUs) {
      over.push({ ...place, stepUs: restUs, beforeUs: isUs, sinceUs: undefined, untilUs: atUs });
    }
  }
  return [...over, ...open].sort((one, other) => (one.sinceUs ?? 0) - (other.sinceUs ?? 0));
}

function isMaybeAt(one: Place, other: Place): boolean {
  return one.earliestTtl <= other.row.ttl && other.earliestTtl <= one.row.ttl;
}

/** The first hop from which on all have it that can tell, else the target's; between these times there is no other step. */
function placeOf(step: Step, rows: readonly Row[], [fromUs, toUs]: readonly [number, number]): Place {
  const telling = rows.slice(0, -1).flatMap((row) => {
    const isThere = hasStep(row.hop, step, [fromUs, toUs]);
    return isThere === undefined ? [] : [{ row, isThere }];
  });
  const last = telling.findLastIndex(({ isThere }) => !isThere);
  return { row: telling[last + 1]?.row ?? rows.at(-1)!, earliestTtl: 1 + (telling[last]?.row.ttl ?? 0) };
}

/**
 * Whether its answers have a part of the step that is not negligible, since several hops may have become slower within few
 * answers, or else less than half of it, and not by chance (Mann and Whitney's test); `undefined` where nobody can tell. A
 * stretch that is partly slow is none of the slow ones.
 */
function hasStep({ course }: HopFigures, step: Step, [fromUs, toUs]: readonly [number, number]): boolean | undefined {
  const near = (course?.stretches ?? []).filter(({ firstUs }) => firstUs >= fromUs && firstUs < toUs);
  const before = near.filter(({ firstUs }) => firstUs <= step.wasAtUs).slice(-MOST_STRETCHES);
  const behind = near.filter(({ firstUs }) => firstUs >= step.atUs).slice(0, MOST_STRETCHES);
  const [quick, slow] = step.isUs < step.wasUs ? [behind, before] : [before, behind];
  const stepUs = Math.abs(step.isUs - step.wasUs);
  if (chanceOfSlower(slow, quick, NEGLIGIBLE * stepUs) < BY_CHANCE) return true;
  return chanceOfSlower(quick, slow, -stepUs / 2) < BY_CHANCE ? false : undefined;
}

/** That so many of the ones are slower than the others by more than this. */
function chanceOfSlower(ones: readonly Stretch[], others: readonly Stretch[], byUs: number): number {
  const wins = ones.reduce(
    (sum, { leastUs: oneUs }) => sum + others.filter(({ leastUs }) => oneUs - leastUs > byUs).length,
    0,
  );
  return chanceOfWins(wins, ones.length, others.length);
}

/**
 * What a hop's quick answers take while nothing is slower for a time; `undefined` where nobody can tell, as of a hop that has
 * answered only then: how much of it that has, its times do not say.
 */
export function usualUs({ hop: { course }, ttl }: Row, times: readonly SlowTime[]): number | undefined {
  const edges = times.flatMap(({ sinceUs, untilUs }) => [sinceUs ?? 0, untilUs ?? Infinity]);
  const begins = [...new Set([0, ...edges])].sort((one, other) => one - other);
  const stretches = course?.stretches ?? [];
  const levels = begins.flatMap((fromUs, index) => {
    const toUs = begins[index + 1] ?? Infinity;
    const isSlow = times.some(({ row, sinceUs = 0, untilUs = Infinity }) =>
      row.ttl <= ttl && sinceUs <= fromUs && fromUs < untilUs
    );
    if (isSlow) return [];
    return levelOf(stretches.filter(({ firstUs }) => firstUs >= fromUs && firstUs < toUs)) ?? [];
  });
  return levels.length === 0 ? undefined : Math.min(...levels);
}
