/** How a limit compares: the one table. */

interface Operator {
  /** Whether the limit is crossed. */
  readonly holds: (measured: number, threshold: number) => boolean;
  /** The range of monitoring plugins that raises an alert in the same cases, of values from 0 on. */
  readonly range: (threshold: string) => string;
}

/** Those of two characters first, as they are looked for in this order. */
export const OPERATORS = {
  ">=": { holds: (measured, threshold) => measured >= threshold, range: (threshold) => `@${threshold}:` },
  "<=": { holds: (measured, threshold) => measured <= threshold, range: (threshold) => `@~:${threshold}` },
  "==": { holds: (measured, threshold) => measured === threshold, range: (threshold) => `@${threshold}:${threshold}` },
  "!=": { holds: (measured, threshold) => measured !== threshold, range: (threshold) => `${threshold}:${threshold}` },
  ">": { holds: (measured, threshold) => measured > threshold, range: (threshold) => threshold },
  "<": { holds: (measured, threshold) => measured < threshold, range: (threshold) => `${threshold}:` },
} as const satisfies Record<string, Operator>;

export type OperatorName = keyof typeof OPERATORS;
