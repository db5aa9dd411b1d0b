/** How sure one can be of a share. A file of its own, since columns need no more of chance than that. */

/** A share of so many, with its confidence interval; all from 0 to 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 95 % of a normal distribution lie within so many standard deviations. */
const Z95 = 1.959964;

/** The 95 % interval of Wilson for `count` out of `total`; everything is possible of none. */
export function wilson(count: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 };
  const share = count / total;
  const square = Z95 ** 2;
  const middle = share + square / (2 * total);
  const half = Z95 * Math.sqrt(share * (1 - share) / total + square / (4 * total ** 2));
  const scale = 1 + square / total;
  return {
    low: count === 0 ? 0 : Math.max(0, (middle - half) / scale),
    high: count === total ? 1 : Math.min(1, (middle + half) / scale),
  };
}
