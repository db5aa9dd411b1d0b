/** Whole numbers as C reads them: `strtol` and `strtoul` of a 64-bit system in the C locale. */

const INT_BITS = 32;

export interface Integer {
  /** 0 if there is no number. */
  readonly value: bigint;
  /** What follows the number; all of the text if there is none. */
  readonly rest: string;
  readonly outOfRange: boolean;
}

/** 10 is decimal; 0 takes the base from the notation, as C's literals do. */
export type Base = 0 | 10;

const INTEGER_NOTATIONS: Readonly<Record<Base, RegExp>> = {
  0: /^[ \t\n\v\f\r]*([+-]?)(0x[\da-f]+|0[0-7]*|[1-9]\d*)/i,
  10: /^[ \t\n\v\f\r]*([+-]?)(\d+)/,
};

const LONG = { least: -(2n ** 63n), most: 2n ** 63n - 1n } as const;
const UNSIGNED_LONG_MOST = 2n ** 64n - 1n;

export function strtol(text: string, base: Base): Integer {
  const { magnitude, negative, rest } = integerPrefix(text, base);
  const value = negative ? -magnitude : magnitude;
  if (value < LONG.least) return { value: LONG.least, rest, outOfRange: true };
  if (value > LONG.most) return { value: LONG.most, rest, outOfRange: true };
  return { value, rest, outOfRange: false };
}

/** A negative number wraps around, as in C: -18446744073709551615 is 1. */
export function strtoul(text: string, base: Base): Integer {
  const { magnitude, negative, rest } = integerPrefix(text, base);
  if (magnitude > UNSIGNED_LONG_MOST) return { value: UNSIGNED_LONG_MOST, rest, outOfRange: true };
  return { value: BigInt.asUintN(64, negative ? -magnitude : magnitude), rest, outOfRange: false };
}

/** More digits than 64 bits have in any base. Without a limit a long argument would cost time squared. */
const MOST_DIGITS = 24;

function integerPrefix(
  text: string,
  base: Base,
): { readonly magnitude: bigint; readonly negative: boolean; readonly rest: string } {
  const [all, sign, notation] = INTEGER_NOTATIONS[base].exec(text) ?? [];
  if (all === undefined || notation === undefined) return { magnitude: 0n, negative: false, rest: text };
  return { magnitude: magnitudeOf(notation, base), negative: sign === "-", rest: text.slice(all.length) };
}

function magnitudeOf(notation: string, base: Base): bigint {
  const [prefix, digits] = base === 0 && /^0x/i.test(notation)
    ? ["0x", notation.slice(2)]
    : base === 0 && notation.startsWith("0")
    ? ["0o", notation]
    : ["", notation];
  const significant = digits.replace(/^0+(?=.)/, "");
  return significant.length > MOST_DIGITS ? 2n ** 64n : BigInt(prefix + significant);
}

export interface LongRead {
  readonly value: bigint;
  /** More than 64 bits: then `value` is the nearest that fits. */
  readonly isOutOfRange: boolean;
  /** The number was all there was. */
  readonly isWhole: boolean;
}

/** The decimal number that `text` begins with; 0, and not whole, if there is none. */
export function readLong(text: string): LongRead {
  const { value, rest, outOfRange } = strtol(text, 10);
  return { value, isOutOfRange: outOfRange, isWhole: rest === "" && text !== "" };
}

/** The lower 32 bits, as a signed number. */
export function toInt(value: bigint): number {
  return Number(BigInt.asIntN(INT_BITS, value));
}
