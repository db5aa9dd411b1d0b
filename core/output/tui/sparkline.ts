/** The latest round trips of a hop in one short row: as high as they are among themselves, coloured only by `--scale`. */
import type { Line } from "./frame.ts";
import { levelAt, type LevelLimits, levelOf, NO_TIME, timesOf } from "./levels.ts";
import { joined, span } from "./line.ts";
import type { Sample } from "./samples.ts";

/** From the lowest to the highest. */
const BARS = { unicode: [..."▁▂▃▄▅▆▇█"], ascii: [..."_.-=+*#%"] } as const;
/** From bottom to top it is as much of the greatest time at least: noise is no mountain. */
const LEAST_RANGE = 0.2;
/** Times that differ by no more are the same, and so are those that differ by no more than this share of their median. */
const FLAT = { us: 1000, ofMedian: 0.05 } as const;

export interface SparklineOptions {
  readonly isUnicode: boolean;
  /** Colours tell by these; `undefined`: what is slow on one path is fast on another, so there are none. */
  readonly limits: LevelLimits | undefined;
}

export function sparkline(samples: readonly Sample[], { isUnicode, limits }: SparklineOptions): Line {
  const timesUs = timesOf(samples);
  const greatest = timesUs.reduce((high, rttUs) => Math.max(high, rttUs), 0);
  const least = timesUs.reduce((low, rttUs) => Math.min(low, rttUs), Infinity);
  const range = isFlat(timesUs, greatest - least) ? Infinity : Math.max(greatest - least, greatest * LEAST_RANGE);
  const bars = isUnicode ? BARS.unicode : BARS.ascii;
  return joined(samples.map((sample) => {
    if (typeof sample !== "number") return span(NO_TIME[sample].symbol, NO_TIME[sample].style);
    const height = Math.floor((sample - least) / range * bars.length);
    const style = limits === undefined ? undefined : levelAt(levelOf(sample, limits)).style;
    return span(bars[Math.min(height, bars.length - 1)] ?? " ", style);
  }));
}

function isFlat(timesUs: readonly number[], spreadUs: number): boolean {
  const medianUs = timesUs.toSorted((one, other) => one - other)[Math.floor(timesUs.length / 2)] ?? 0;
  return spreadUs <= Math.max(FLAT.us, FLAT.ofMedian * medianUs);
}
