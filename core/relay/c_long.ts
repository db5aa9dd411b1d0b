/** Whole numbers as C's `strtol` reads them, in base 10 and 64 bits, and as they fit into an `int` afterwards. */

const LONG = { least: -(2n ** 63n), most: 2n ** 63n - 1n } as const;
const INT_BITS = 32;

export interface LongRead {
  readonly value: bigint;
  /** More than 64 bits: then `value` is the nearest that fits. */
  readonly isOutOfRange: boolean;
  /** The number was all there was. */
  readonly isWhole: boolean;
}

/** The number that `text` begins with; 0, and not whole, if there is none. */
export function readLong(text: string): LongRead {
  const match = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text);
  if (match === null) return { value: 0n, isOutOfRange: false, isWhole: false };
  const exact = BigInt(match[1]!.replace("+", ""));
  const value = exact < LONG.least ? LONG.least : exact > LONG.most ? LONG.most : exact;
  return { value, isOutOfRange: value !== exact, isWhole: match[0].length === text.length };
}

/** The lower 32 bits, as a signed number. */
export function toInt(value: bigint): number {
  return Number(BigInt.asIntN(INT_BITS, value));
}
