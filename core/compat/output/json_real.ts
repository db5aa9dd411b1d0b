/** Real numbers as jansson writes them: C's `%.5g`, with a `.0` where nothing else tells that it is no whole number. */
import { fixed } from "../../output/number.ts";

const DIGITS = 5;

/**
 * Five significant digits without zeros behind them, rounded to the nearest of the binary value, a tie to the even
 * digit. Exponents (from 100000 on, and below 0.0001) are written without sign `+` and without leading zeros.
 */
export function significant(value: number): string {
  // A tie that lies directly below a power of ten goes up by either rule, so this is the exponent of what is written.
  const exponent = value === 0 ? 0 : Number(value.toExponential(DIGITS - 1).split("e")[1]);
  if (exponent >= DIGITS || exponent < -4) return scientific(value, exponent);
  return withPoint(trimmed(fixed(value, DIGITS - 1 - exponent)));
}

function scientific(value: number, exponent: number): string {
  const decimals = DIGITS - 1;
  const unit = 10 ** (exponent - decimals);
  // From 100000 on, ties are whole multiples of half a unit, and a remainder is exact.
  const isTie = exponent >= DIGITS && Math.abs(value) % unit === unit / 2;
  const mantissa = isTie
    ? fixed(Math.floor(Math.abs(value) / unit) + 0.5, 0)
    : value.toExponential(decimals).split("e")[0]!.replace(/[-.]/g, "");
  const sign = value < 0 ? "-" : "";
  return `${sign}${trimmed(`${mantissa.slice(0, 1)}.${mantissa.slice(1)}`)}e${exponent}`;
}

function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

function withPoint(decimal: string): string {
  return decimal.includes(".") ? decimal : `${decimal}.0`;
}
