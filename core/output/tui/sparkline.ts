/** The latest round trips of a hop in one short row: as high as they are among themselves, coloured as in the charts. */
import type { Line } from "./frame.ts";
import { levelAt, type LevelLimits, levelOf, NO_TIME, timesOf } from "./levels.ts";
import { joined, span } from "./line.ts";
import type { Sample } from "./samples.ts";

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/** Times that differ by less than this share of the greatest are the same height: noise is no mountain. */
const LEAST_RANGE = 0.2;

export function sparkline(samples: readonly Sample[], limits: LevelLimits, isUnicode: boolean): Line {
  const timesUs = timesOf(samples);
  const greatest = timesUs.reduce((high, rttUs) => Math.max(high, rttUs), 0);
  const least = timesUs.reduce((low, rttUs) => Math.min(low, rttUs), Infinity);
  const range = Math.max(greatest - least, greatest * LEAST_RANGE);
  return joined(samples.map((sample) => {
    if (typeof sample !== "number") return span(NO_TIME[sample].symbol, NO_TIME[sample].style);
    const { symbol, style } = levelAt(levelOf(sample, limits));
    const height = range > 0 ? Math.floor((sample - least) / range * BARS.length) : 0;
    return span(isUnicode ? BARS[Math.min(height, BARS.length - 1)] ?? symbol : symbol, style);
  }));
}
