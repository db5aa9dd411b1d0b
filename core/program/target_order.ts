/** In which order outputs show the targets of a run. */
import type { TargetRecord } from "../output/mod.ts";
import type { TargetOrder } from "../view.ts";

/** What came of a target: `finishedAs` counts those that were finished before it. */
interface Fate {
  readonly path?: unknown;
  readonly finishedAs?: number | undefined;
}

/**
 * Records of `fates`, one of each. Whoever could not be probed was done with first, or when that was known, and who is
 * not finished comes last.
 */
export function inOrder(
  targets: readonly TargetRecord[],
  fates: readonly Fate[],
  order: TargetOrder,
): readonly TargetRecord[] {
  if (order === "input") return targets;
  const places = fates.map(placeOf);
  const numbers = targets.map((_, number) => number);
  // Equal places keep the order of input: the sort is stable.
  return numbers.sort((one, other) => places[one]! - places[other]!).map((number) => targets[number]!);
}

function placeOf({ path, finishedAs }: Fate): number {
  return finishedAs ?? (path === undefined ? -1 : Number.MAX_SAFE_INTEGER);
}
