/**
 * The times of a run in which everything from a hop on was slower: between steps of the target's course that all hops from there
 * on have as well.
 *
 * A step down ends what the latest steps up at the same hop began, as far as it goes. What else it ends was so from the beginning.
 */
import { levelOf, type Step } from "./course_steps.ts";
import type { HopFigures } from "./hop_figures.ts";
import type { Row } from "./row.ts";

export interface SlowTime {
  /** From here on. */
  readonly row: Row;
  readonly stepUs: number;
  /** What the target's quick answers take without it. */
  readonly beforeUs: number;
  /** In µs, of probes as they left since the run began; `undefined`: from the beginning. */
  readonly sinceUs: number | undefined;
  /** `undefined`: to the end. */
  readonly untilUs: number | undefined;
}

/** Of the target's step. */
const LEAST_PART = 0.5;
/** Of a step, which is not told beside the rest of it: medians are as exact. */
const NEGLIGIBLE = 0.25;
/** Near a step, so that what a router does by itself at other times says nothing. */
const MOST_STRETCHES = 15;

/** `rows`: those on the way, the target's the last of them. `steps`: of the target's course. */
export function slowTimesOf(rows: readonly Row[], steps: readonly Step[]): readonly SlowTime[] {
  const end = rows.at(-1);
  if (end === undefined) return [];
  const over: SlowTime[] = [];
  let open: readonly SlowTime[] = [];
  for (const [index, step] of steps.entries()) {
    const row = placeOf(step, rows, [steps[index - 1]?.atUs ?? -Infinity, steps[index + 1]?.atUs ?? Infinity]) ?? end;
    const { atUs, wasUs, isUs } = step;
    if (isUs > wasUs) {
      open = [{ row, stepUs: isUs - wasUs, beforeUs: wasUs, sinceUs: atUs, untilUs: undefined }, ...open];
      continue;
    }
    let restUs = wasUs - isUs;
    const leastUs = NEGLIGIBLE * restUs;
    open = open.flatMap((time) => {
      if (time.row !== row || restUs < leastUs) return [time];
      const leftUs = time.stepUs - restUs < leastUs ? 0 : time.stepUs - restUs;
      over.push({ ...time, stepUs: time.stepUs - leftUs, beforeUs: time.beforeUs + leftUs, untilUs: atUs });
      restUs -= time.stepUs;
      return leftUs === 0 ? [] : [{ ...time, stepUs: leftUs }];
    });
    if (restUs >= leastUs) over.push({ row, stepUs: restUs, beforeUs: isUs, sinceUs: undefined, untilUs: atUs });
  }
  return [...over, ...open].sort((one, other) => (one.sinceUs ?? 0) - (other.sinceUs ?? 0));
}

/** The first hop from which on all have it that can tell; between these times there is no other step. */
function placeOf(step: Step, rows: readonly Row[], [fromUs, toUs]: readonly [number, number]): Row | undefined {
  const telling = rows.slice(0, -1).flatMap((row) => {
    const stepUs = stepIn(row.hop, step.atUs, [fromUs, toUs]);
    return stepUs === undefined ? [] : [{ row, isIn: stepUs / (step.isUs - step.wasUs) >= LEAST_PART }];
  });
  return telling[1 + telling.findLastIndex(({ isIn }) => !isIn)]?.row;
}

/** How much slower it became then; `undefined` where too little is known. A stretch that is partly slow is none of the slow ones. */
function stepIn({ course }: HopFigures, atUs: number, [fromUs, toUs]: readonly [number, number]): number | undefined {
  const stretches = (course?.stretches ?? []).filter(({ firstUs }) => firstUs >= fromUs && firstUs < toUs);
  const wasUs = levelOf(stretches.filter(({ firstUs }) => firstUs < atUs).slice(-MOST_STRETCHES));
  const isUs = levelOf(stretches.filter(({ firstUs }) => firstUs >= atUs).slice(0, MOST_STRETCHES));
  return wasUs === undefined || isUs === undefined ? undefined : isUs - wasUs;
}

/** What a hop's quick answers take, without what was slower for a time; `undefined` where nobody can tell. */
export function usualUs({ hop: { course }, ttl }: Row, times: readonly SlowTime[]): number | undefined {
  const edges = times.flatMap(({ sinceUs, untilUs }) => [sinceUs ?? 0, untilUs ?? Infinity]);
  const begins = [...new Set([0, ...edges])].sort((one, other) => one - other);
  const stretches = course?.stretches ?? [];
  const levels = begins.flatMap((fromUs, index) => {
    const toUs = begins[index + 1] ?? Infinity;
    const level = levelOf(stretches.filter(({ firstUs }) => firstUs >= fromUs && firstUs < toUs));
    const slowerUs = times.reduce(
      (sum, { row, stepUs, sinceUs = 0, untilUs = Infinity }) =>
        sum + (row.ttl <= ttl && sinceUs <= fromUs && fromUs < untilUs ? stepUs : 0),
      0,
    );
    return level === undefined ? [] : [level - slowerUs];
  });
  return levels.length === 0 ? undefined : Math.min(...levels);
}
