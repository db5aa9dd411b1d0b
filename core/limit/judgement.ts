/** Which limits a target keeps and which it crosses. */
import { canonicalAddress } from "../packet/address.ts";
import type { PathFigures } from "../path/figures.ts";
import type { Limit } from "./limit.ts";
import { METRICS, targetFiguresOf } from "./metrics.ts";
import { OPERATORS } from "./operators.ts";

export interface Judgement {
  readonly limit: Limit;
  /** In the unit of the metric; `undefined` if there was no sample. */
  readonly measured: number | undefined;
  readonly isCrossed: boolean;
}

export interface JudgedTarget {
  readonly typed: string;
  readonly address: string | undefined;
}

/**
 * Of the limits that are this target's. What was not measured crosses its limit, since nothing was measured that would keep
 * it; but for a run that was ended early, where it might have been.
 */
export function judge(
  limits: readonly Limit[],
  target: JudgedTarget & { readonly path: PathFigures; readonly isComplete: boolean },
): readonly Judgement[] {
  const own = limits.filter((limit) => isOf(limit, target));
  if (own.length === 0) return [];
  const figures = targetFiguresOf(target.path);
  return own.map((limit) => {
    const measured = METRICS[limit.metric].value(figures);
    const isCrossed = measured === undefined
      ? target.isComplete
      : OPERATORS[limit.operator].holds(measured, limit.threshold);
    return { limit, measured, isCrossed };
  });
}

/** A target is named as it was typed, by its address, or by a name that stands for either. */
export function isOf(limit: Limit, { typed, address }: JudgedTarget): boolean {
  if (limit.target === undefined) return true;
  return namesOf(limit).some((name) =>
    name === typed || (address !== undefined && (name === address || canonicalAddress(name) === address))
  );
}

function namesOf({ target, hosts = [] }: Limit): readonly string[] {
  return target === undefined ? hosts : [target, ...hosts];
}

/** The first limit that is nobody's; where an address is not known yet, it may be any that a limit names. */
export function idleLimit(limits: readonly Limit[], targets: readonly JudgedTarget[]): Limit | undefined {
  const isSettled = targets.every(({ address }) => address !== undefined);
  return limits.find((limit) =>
    !targets.some((target) => isOf(limit, target)) &&
    (isSettled || namesOf(limit).every((name) => canonicalAddress(name) === undefined))
  );
}
