/**
 * What mtr makes of the numbers that C reads, and `strtod` of a 64-bit system in the C locale. 0.95 takes unsigned
 * decimal numbers; 0.96 takes C's own notations and stores 32 bits of them unchecked.
 */
import { type Integer, strtol, strtoul } from "../text/c_integer.ts";
import type { DialectName } from "./dialect.ts";

/** `errno` is its text behind a colon, and empty if C set none. */
export type NumberReading =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly errno: string };

const ERANGE = ": Numerical result out of range";
/** What 0.96's errno says when it reads its options: the file that marks a run under sudo was not there. */
const ENOENT = ": No such file or directory";

/** Reads the numbers of one command line, in order: 0.96 tells of an errno that the last number left behind. */
export class NumberReader {
  readonly #dialect: DialectName;
  #errno: string;

  constructor(dialect: DialectName) {
    this.#dialect = dialect;
    this.#errno = ERRNO_AT_START[dialect];
  }

  /** An `int`. */
  int(text: string): NumberReading {
    return this.#whole(text, INTEGERS[this.#dialect].int);
  }

  /** An `unsigned int`. */
  unsigned(text: string): NumberReading {
    return this.#whole(text, INTEGERS[this.#dialect].unsigned);
  }

  /** A `float`: may be infinite or NaN. */
  float(text: string): NumberReading {
    return this.#whole(text, (number) => {
      const { value, rest, outOfRange } = strtod(number);
      return { value: Math.fround(value), whole: rest === "", outOfRange };
    });
  }

  /** The decimal number that `text` starts with, and what follows it; `undefined` if it starts with none. */
  decimalPrefix(text: string): { readonly value: number; readonly rest: string } | undefined {
    this.#errno = "";
    const { value, rest } = strtol(text, 10);
    return rest === text ? undefined : { value: Number(value), rest };
  }

  #whole(text: string, read: (text: string) => Converted): NumberReading {
    if (text === "") return { ok: false, errno: this.#errno };
    this.#errno = "";
    const { value, whole, outOfRange } = read(text);
    if (outOfRange) return { ok: false, errno: ERANGE };
    return whole ? { ok: true, value } : { ok: false, errno: "" };
  }
}

/** "invalid argument: '5x'" */
export function invalidArgument(text: string, { errno }: { readonly errno: string }): string {
  return `invalid argument: '${text}'${errno}`;
}

const ERRNO_AT_START: Readonly<Record<DialectName, string>> = { "0.95": "", "0.96": ENOENT };

interface Converted {
  readonly value: number;
  /** All of the text is the number, and mtr takes it. */
  readonly whole: boolean;
  readonly outOfRange: boolean;
}

type Conversion = (text: string) => Converted;

const INTEGERS: Readonly<Record<DialectName, { readonly int: Conversion; readonly unsigned: Conversion }>> = {
  "0.95": { int: below(2n ** 31n - 1n), unsigned: below(2n ** 32n - 1n) },
  "0.96": {
    int: (text) => stored(strtol(text, 0), (value) => BigInt.asIntN(32, value)),
    unsigned: (text) => stored(strtoul(text, 0), (value) => BigInt.asUintN(32, value)),
  },
};

function below(limit: bigint): Conversion {
  return (text) => {
    const { value, rest, outOfRange } = strtoul(text, 10);
    return { value: Number(value), whole: rest === "" && value < limit, outOfRange };
  };
}

function stored({ value, rest, outOfRange }: Integer, store: (value: bigint) => bigint): Converted {
  return { value: Number(store(value)), whole: rest === "", outOfRange };
}

interface Float {
  readonly value: number;
  readonly rest: string;
  readonly outOfRange: boolean;
}

const DECIMAL_FLOAT = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i;
const HEX_FLOAT = /^0x(?:([\da-f]+)\.?([\da-f]*)|\.([\da-f]+))(?:p([+-]?\d+))?/i;
const INFINITE = /^inf(?:inity)?/i;
const NOT_A_NUMBER = /^nan(?:\(\w*\))?/i;
const LEAST_NORMAL = 2 ** -1022;

function strtod(text: string): Float {
  const [start = "", sign] = /^[ \t\n\v\f\r]*([+-]?)/.exec(text) ?? [];
  const unsigned = text.slice(start.length);
  for (const { notation, read } of FLOAT_NOTATIONS) {
    const match = notation.exec(unsigned);
    if (match === null) continue;
    const { value, outOfRange } = read(match);
    return { value: sign === "-" ? -value : value, rest: unsigned.slice(match[0].length), outOfRange };
  }
  return { value: 0, rest: text, outOfRange: false };
}

interface FloatNotation {
  readonly notation: RegExp;
  readonly read: (match: RegExpExecArray) => Pick<Float, "value" | "outOfRange">;
}

const FLOAT_NOTATIONS: readonly FloatNotation[] = [
  { notation: HEX_FLOAT, read: hexFloat },
  { notation: DECIMAL_FLOAT, read: decimalFloat },
  { notation: INFINITE, read: () => ({ value: Infinity, outOfRange: false }) },
  { notation: NOT_A_NUMBER, read: () => ({ value: NaN, outOfRange: false }) },
];

/** Too small is what is rounded below the normal numbers; the decimals that are exact there have over 700 digits. */
function decimalFloat([text]: RegExpExecArray): Pick<Float, "value" | "outOfRange"> {
  const value = Number(text);
  const isZero = !/[1-9]/.test(text.replace(/e.*/i, ""));
  return { value, outOfRange: value === Infinity || (!isZero && value < LEAST_NORMAL) };
}

/** Below it no double has a bit. */
const LEAST_EXPONENT = -1074;
/** Beyond it every number with as many digits as an argument can have is infinite or 0. */
const MOST_EXPONENT = 2 ** 24;

function hexFloat(
  [, whole = "", fraction = "", onlyFraction = "", power = "0"]: RegExpExecArray,
): Pick<Float, "value" | "outOfRange"> {
  const digits = whole + fraction + onlyFraction;
  const significant = digits.replace(/^0+/, "").replace(/0+$/, "");
  if (significant === "") return { value: 0, outOfRange: false };
  const trailing = /0*$/.exec(digits)?.[0].length ?? 0;
  const written = Math.min(Math.max(Number(power), -MOST_EXPONENT), MOST_EXPONENT);
  // The exponent of the last digit that is not 0.
  const exponent = written + 4 * (trailing - fraction.length - onlyFraction.length);
  // Sixteen digits decide the value, and one more of any kind whether it lies above the middle of two doubles.
  const kept = significant.slice(0, 16) + (significant.length > 16 ? "1" : "");
  const scale = exponent + 4 * (significant.length - kept.length);
  const value = scaled(Number(BigInt(`0x${kept}`)), scale);
  const lowestBit = exponent + Math.log2(lastBit(significant));
  return { value, outOfRange: value === Infinity || (value < LEAST_NORMAL && lowestBit < LEAST_EXPONENT) };
}

/** In two steps: the power alone may be out of range where the product is not. */
function scaled(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** 1, 2, 4 or 8: the least bit that is set in the last digit. */
function lastBit(digits: string): number {
  const digit = parseInt(digits.slice(-1), 16);
  return digit & -digit;
}
