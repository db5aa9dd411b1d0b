/** Charts of the latest round trips, a row each hop: as mtr's second, third and fourth display. */
import type { Around } from "./around.ts";
import type { Line, Span } from "./frame.ts";
import { hopNames, infoColumns } from "./hop_name.ts";
import {
  levelAt,
  type LevelLimits,
  levelOf,
  LEVELS,
  limitsOfSamples,
  limitsOfScale,
  limitTexts,
  NO_TIME,
  timesOf,
} from "./levels.ts";
import { columnsOfText, joined, placed, span } from "./line.ts";
import { type Sample, SAMPLE_LIMIT } from "./samples.ts";
import type { TerminalTraits } from "./scene.ts";
import type { Table, TableRow } from "./table.ts";

/** Where charts begin, without fields of AS information. */
const BEGIN = 30;
/** Samples need as many columns at least, names as many. */
const LEAST_CHART = 4;
const LEAST_NAME = 6;

/** Draws one row of samples into as many spans as they need columns. */
interface ChartKind {
  readonly samplesPerColumn: number;
  readonly needsUnicode?: true;
  readonly spans: (samples: readonly Sample[], limits: LevelLimits, firstRound: number) => readonly Span[];
  /** How a level looks in the legend. */
  readonly sign: (level: number) => Span;
}

const COLOURS: ChartKind = {
  samplesPerColumn: 1,
  spans: (samples, limits) => samples.map((sample) => signOf(sample, (rttUs) => levelSpan(levelOf(rttUs, limits)))),
  sign: levelSpan,
};

const KINDS: readonly ChartKind[] = [
  {
    samplesPerColumn: 1,
    spans: (samples, limits) =>
      samples.map((sample) => signOf(sample, (rttUs) => span(levelOf(rttUs, limits) < LEVELS.length - 1 ? "." : ">"))),
    sign: (level) => span(levelAt(level).symbol),
  },
  COLOURS,
  {
    samplesPerColumn: 2,
    needsUnicode: true,
    spans: brailleSpans,
    sign: (level) => span("⣿", levelAt(level).style),
  },
];

/** `displayMode` counts from 1 here. */
export function chartTable({ state, scene, subject }: Around): Table {
  const wanted = KINDS[state.displayMode - 1] ?? COLOURS;
  const kind = wanted.needsUnicode && !scene.terminal.isUnicode ? COLOURS : wanted;
  const begin = Math.max(LEAST_NAME, Math.min(BEGIN + infoColumns(subject), scene.columns - LEAST_CHART));
  const columns = Math.max(0, Math.min(scene.columns - begin, SAMPLE_LIMIT / kind.samplesPerColumn));
  const names = hopNames(subject);
  // Pairs stay pairs: what has been drawn moves to the left, and nothing else of it changes.
  const ahead = (subject.round + 1) % kind.samplesPerColumn;
  const samples = names.map(({ hop: { ttl } }) => subject.samples(ttl, columns * kind.samplesPerColumn - ahead));
  const limits = state.scaleMs === undefined ? limitsOfSamples(samples.flatMap(timesOf)) : limitsOfScale(state.scaleMs);
  const rows = names.map(({ hop, line }, index): TableRow => {
    const shown = samples[index] ?? [];
    const spans = kind.spans(shown, limits, subject.round - shown.length + 1);
    return {
      ttl: hop.ttl,
      line: placed(line, begin - 2, [span(" "), ...blanks(columns - spans.length), ...joined(spans)]),
    };
  });
  const title = ` Last ${String(columns * kind.samplesPerColumn).padStart(3)} pings`;
  return {
    titles: [[], placed([], begin - 2, [span(title)])],
    rows,
    legend: hasLegend(kind, scene.terminal) ? legendLines(kind, limits, scene.columns) : [],
  };
}

function signOf(sample: Sample, time: (rttUs: number) => Span): Span {
  if (typeof sample === "number") return time(sample);
  const { symbol, style } = NO_TIME[sample];
  return span(symbol, style);
}

function levelSpan(level: number): Span {
  const { symbol, style } = levelAt(level);
  return span(symbol, style);
}

function blanks(count: number): readonly Span[] {
  return count > 0 ? [span(" ".repeat(count))] : [];
}

/** Dots of a column of braille from the bottom, one to four of them (Unicode, "Braille Patterns"). */
const DOTS = { left: [0x40, 0x44, 0x46, 0x47], right: [0x80, 0xa0, 0xb0, 0xb8] } as const;
const BRAILLE = 0x2800;

/** Two samples a column, as high as they are among those of their row. */
function brailleSpans(samples: readonly Sample[], limits: LevelLimits, firstRound: number): readonly Span[] {
  const timesUs = timesOf(samples);
  const least = timesUs.reduce((low, rttUs) => Math.min(low, rttUs), Infinity);
  const range = timesUs.reduce((high, rttUs) => Math.max(high, rttUs), 0) - least;
  const dots = (sample: Sample | undefined, column: readonly number[]): number => {
    if (typeof sample !== "number") return 0;
    const height = range > 0 ? Math.floor((sample - least) / range * column.length) : 0;
    return column[Math.min(height, column.length - 1)] ?? 0;
  };
  const isHalf = firstRound % 2 !== 0 && samples.length > 0;
  const all: readonly Sample[] = isHalf ? ["unsent", ...samples] : samples;
  return Array.from({ length: Math.ceil(all.length / 2) }, (_, at) => {
    const pair = all.slice(2 * at, 2 * at + 2);
    const [left, right] = pair;
    if (pair.includes("lost")) return signOf("lost", levelSpan);
    const slower = Math.max(-1, ...timesOf(pair));
    if (slower < 0) return signOf(pair.includes("waiting") ? "waiting" : "unsent", levelSpan);
    const cell = BRAILLE + dots(left, DOTS.left) + dots(right, DOTS.right);
    return span(String.fromCodePoint(cell), levelAt(levelOf(slower, limits)).style);
  });
}

/** Without colours the levels of braille are all the same. */
function hasLegend({ sign }: ChartKind, { colours }: TerminalTraits): boolean {
  return colours > 0 || new Set(LEVELS.map((_, level) => sign(level).text)).size > 1;
}

/** Every level with its greatest time; entries are not torn. */
function legendLines(kind: ChartKind, limits: LevelLimits, columns: number): readonly Line[] {
  const lines: Span[][] = [[span("Scale:", { bold: true })]];
  let used = "Scale:".length;
  const texts = limitTexts(limits);
  LEVELS.forEach((_, level) => {
    const isLast = level === LEVELS.length - 1;
    const rest = isLast ? "" : `:${texts[level]}`;
    const entry = [span("  "), kind.sign(level), span(rest)];
    const width = 2 + columnsOfText(kind.sign(level).text) + rest.length;
    if (used + width > columns && used > 0) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(...entry);
    used += width;
  });
  return lines;
}
