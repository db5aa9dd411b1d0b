/** Numbers as text. Every value is rounded once, from what was measured to what is written. */

const US_PER_MS = 1000;

/**
 * `value` with so many decimals, rounded as C's printf does: to the nearest of the binary value, a tie to the even
 * digit (`toFixed` alone takes ties away from zero).
 */
export function fixed(value: number, decimals: number): string {
  const rounded = value.toFixed(decimals);
  if (Number.isInteger(value)) return rounded;
  // Only a multiple of 2^-(decimals+1) can lie in the middle; it has at most so many decimals, so these are exact.
  if (!Number.isInteger(value * 2 ** (decimals + 1))) return rounded;
  const exact = value.toFixed(decimals + 1);
  if (!exact.endsWith("5")) return rounded;
  const lower = decimals > 0 ? exact.slice(0, -1) : exact.slice(0, -2);
  return isEvenDigit(lower.at(-1)) ? lower : rounded;
}

function isEvenDigit(digit: string | undefined): boolean {
  return digit !== undefined && "02468".includes(digit);
}

export function milliseconds(us: number, decimals: number): string {
  return fixed(us / US_PER_MS, decimals);
}

/** A real number in JSON: three decimals at most, one at least, so that it is never taken for a whole number. */
export function real(value: number): string {
  const text = fixed(value, 3);
  return text.endsWith("00") ? text.slice(0, -2) : text.endsWith("0") ? text.slice(0, -1) : text;
}
