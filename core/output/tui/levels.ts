/** The levels of charts: how slow a reply is among those shown, or by the limits of `--scale`. Symbols are mtr's. */
import type { Style } from "./frame.ts";
import type { Sample } from "./samples.ts";

export interface Level {
  /** One column of ASCII. */
  readonly symbol: string;
  readonly style: Style;
}

export const LEVELS: readonly Level[] = [
  { symbol: ".", style: { bold: true, colour: "green" } },
  { symbol: "1", style: { bold: true, colour: "green" } },
  { symbol: "2", style: { bold: true, colour: "green" } },
  { symbol: "3", style: { bold: true, colour: "yellow" } },
  { symbol: "4", style: { bold: true, colour: "yellow" } },
  { symbol: "5", style: { bold: true, colour: "magenta" } },
  { symbol: "a", style: { bold: true, colour: "red" } },
  { symbol: "b", style: { bold: true, colour: "red" } },
  { symbol: "c", style: { colour: "red" } },
  { symbol: ">", style: { colour: "red" } },
];

const US_PER_MS = 1000;
/** From here on whole milliseconds are written without decimals. */
const FINE_MOST_US = 10 * US_PER_MS;

/** The greatest time of each level, in µs; that of the last one may be infinite. */
export type LevelLimits = readonly number[];

/** Levels that grow by the square from the least to the greatest of these times, in whole µs. */
export function limitsOfSamples(rttsUs: readonly number[]): LevelLimits {
  const [least, greatest] = rttsUs.reduce(
    ([low, high], rttUs) => [Math.min(low, rttUs), Math.max(high, rttUs)],
    [Infinity, 0],
  );
  const low = least === Infinity ? 0 : least;
  return LEVELS.map((_, at) => Math.trunc(low + (greatest - low) * ((at + 1) / LEVELS.length) ** 2));
}

export function limitsOfScale(scaleMs: readonly number[]): LevelLimits {
  return [...scaleMs.map((ms) => ms * US_PER_MS), Infinity];
}

/** From 0. */
export function levelOf(rttUs: number, limits: LevelLimits): number {
  const level = limits.findIndex((limitUs) => rttUs <= limitUs);
  return level < 0 ? LEVELS.length - 1 : level;
}

export function levelAt(level: number): Level {
  return LEVELS[Math.min(level, LEVELS.length - 1)] ?? { symbol: ">", style: {} };
}

/** `0.4 ms`; all of them in µs where a tenth of a ms does not tell them apart. */
export function limitTexts(limitsUs: LevelLimits): readonly string[] {
  const texts = limitsUs.map((limitUs) => `${millisecondsText(limitUs)} ms`);
  const isTold = new Set(texts).size === new Set(limitsUs).size;
  return isTold || limitsUs.some((limitUs) => limitUs >= FINE_MOST_US) ? texts : limitsUs.map((us) => `${us} us`);
}

function millisecondsText(limitUs: number): string {
  const isFine = limitUs < FINE_MOST_US && limitUs % US_PER_MS !== 0;
  return isFine || limitUs < US_PER_MS ? (limitUs / US_PER_MS).toFixed(1) : String(Math.trunc(limitUs / US_PER_MS));
}

/** What a sample that is no time looks like in any chart. */
export const NO_TIME: Readonly<Record<Exclude<Sample, number>, Level>> = {
  lost: { symbol: "?", style: { bold: true, colour: "red" } },
  // Nobody knows yet.
  waiting: { symbol: "?", style: { dim: true } },
  unsent: { symbol: " ", style: {} },
};

export function timesOf(samples: readonly Sample[]): readonly number[] {
  return samples.filter((sample) => typeof sample === "number");
}
