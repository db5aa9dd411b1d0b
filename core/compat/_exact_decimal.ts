/** For tests: how C's printf writes a double, by exact arithmetic: the nearest of the binary value, a tie to even. */

/** `%.Nf`. */
export function exactFixed(value: number, decimals: number): string {
  const digits = String(scaled(Math.abs(value), decimals)).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const sign = value < 0 ? "-" : "";
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** The digits and the exponent of `%.Ne`, for a positive value. */
export function exactDigits(value: number, decimals: number): { digits: string; exponent: number } {
  let exponent = Math.floor(Math.log10(value)) - 1;
  while (scaled(value, decimals - exponent) >= 10n ** BigInt(decimals + 1)) exponent++;
  return { digits: String(scaled(value, decimals - exponent)), exponent };
}

/** `value`, which is not negative, times this power of ten, rounded. */
function scaled(value: number, power: number): bigint {
  let numerator = mantissaOf(value);
  let denominator = 1n;
  const shift = exponentOf(value);
  if (shift < 0) denominator <<= BigInt(-shift);
  else numerator <<= BigInt(shift);
  if (power < 0) denominator *= 10n ** BigInt(-power);
  else numerator *= 10n ** BigInt(power);
  const floor = numerator / denominator;
  const rest = 2n * (numerator % denominator);
  const isUp = rest > denominator || (rest === denominator && floor % 2n === 1n);
  return isUp ? floor + 1n : floor;
}

const MANTISSA_BITS = 52n;
const EXPONENT_BIAS = 1075;

function mantissaOf(value: number): bigint {
  const mantissa = bitsOf(value) & ((1n << MANTISSA_BITS) - 1n);
  return value < Number.MIN_VALUE * 2 ** 52 ? mantissa : mantissa | (1n << MANTISSA_BITS);
}

function exponentOf(value: number): number {
  return Math.max(1, Number(bitsOf(value) >> MANTISSA_BITS)) - EXPONENT_BIAS;
}

function bitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}
