/** The releases of mtr that `--compat` speaks as, in every byte that a script can see. */

export const DIALECT_NAMES = ["0.95", "0.96"] as const;
/** `0.96` is mtr's development head of June 2026, which calls itself so. */
export type DialectName = typeof DIALECT_NAMES[number];
