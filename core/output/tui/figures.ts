/** The table of figures: mtr's first display, with the latest round trips beside it where there is room. */
import { columnsOf, type Field } from "../../path/fields.ts";
import type { HopFigures } from "../../path/hop_figures.ts";
import { cell, cellText, growingText } from "../cell.ts";
import type { Around } from "./around.ts";
import type { Line, Span } from "./frame.ts";
import { type HopName, hopNames } from "./hop_name.ts";
import { type LevelLimits, limitsOfScale } from "./levels.ts";
import { columnsOfLine, placed, span } from "./line.ts";
import { lossStyle } from "./marks.ts";
import { sparkline } from "./sparkline.ts";
import type { Subject } from "./subject.ts";
import type { Table, TableRow } from "./table.ts";

const BOLD = { bold: true } as const;
/** A name has as many columns at least, its number included; columns that do not fit beside it are left out. */
const LEAST_NAME = 16;
/** As many columns of times are left out last, though counts stand before them. */
const TIMES_KEPT = 2;
/** What the figures do not know yet. */
const NOTHING = "-";
const SPARKLINE = { least: 8, most: 40 } as const;

interface Column {
  readonly field: Field;
  readonly width: number;
}

interface Layout {
  readonly columns: readonly Column[];
  /** How many have no room; blank ones are none. */
  readonly missing: number;
  /** Where they begin. */
  readonly begin: number;
  /** Of the sparklines, which end before them; 0 without any. */
  readonly sparks: number;
  readonly limits: LevelLimits | undefined;
}

export function figuresTable(around: Around): Table {
  const { subject } = around;
  const names = hopNames(subject);
  const layout = layoutOf(names, around);
  const more = layout.missing === 0 ? "" : ` +${layout.missing}`;
  const titles = [span(`${more}${titleText(layout)}`, BOLD)];
  const begin = Math.max(0, layout.begin - more.length);
  return {
    titles: [groupTitles(layout), placed([span(" Host", BOLD)], begin, titles)],
    heading: { begin, line: titles },
    rows: names.flatMap((name) => rowsOf(name, layout, around)),
    legend: [],
  };
}

function layoutOf(names: readonly HopName[], { state, scene, subject }: Around): Layout {
  const all = columnsOf(subject.naming.view.order).map((field) => ({
    field,
    width: Math.max(field.width, ...names.map(({ hop }) => 1 + growingText(field, hop, wordOf(hop, subject)).length)),
  }));
  // mtr leaves the last column of the screen free.
  const room = Math.max(0, scene.columns - 1);
  // What is said of a hop that falls silent moves nothing.
  const longest = Math.max(0, ...names.map(({ hop, line }) => subject.alarm.has(hop.ttl) ? 0 : columnsOfLine(line)));
  const columns = fittingColumns(all, room - Math.min(LEAST_NAME, longest, room));
  const missing = all.filter(({ field }) => field.unit !== "blank").length -
    columns.filter(({ field }) => field.unit !== "blank").length;
  const begin = scene.columns - 1 - sumOf(columns);
  const spare = begin - Math.min(longest, Math.floor(scene.columns / 2)) - 2;
  const sparks = state.hasSparklines && spare >= SPARKLINE.least ? Math.min(spare, SPARKLINE.most) : 0;
  const limits = state.scaleMs && limitsOfScale(state.scaleMs);
  return { columns, missing, begin, sparks, limits };
}

/** From the right one after the other is left out, but round trips tell more than counts. */
function fittingColumns(all: readonly Column[], room: number): readonly Column[] {
  let columns = all;
  while (columns.length > 0 && sumOf(columns) > room) {
    const isTime = ({ field }: Column): boolean => field.unit === "microseconds";
    const isSpared = columns.filter(isTime).length <= TIMES_KEPT ? isTime : () => false;
    const last = columns.findLastIndex((column) => !isSpared(column) && column.field.key !== "loss");
    columns = columns.toSpliced(last < 0 ? columns.length - 1 : last, 1);
  }
  return columns;
}

function sumOf(columns: Layout["columns"]): number {
  return columns.reduce((sum, { width }) => sum + width, 0);
}

function titleText({ columns }: Layout): string {
  return columns.map(({ field, width }) => field.title.padStart(width)).join("");
}

/** What columns side by side are about; towards each other where they are not in the middle, as in mtr. */
const GROUPS = [
  { title: "Packets", units: ["percent", "count"], rounded: Math.ceil },
  { title: "Pings", units: ["microseconds"], rounded: Math.floor },
] as const;

function groupTitles({ columns, begin }: Layout): Line {
  const ends = columns.map((_, index) => begin + sumOf(columns.slice(0, index + 1)));
  const isOf = (index: number, units: readonly string[]): boolean => units.includes(columns[index]?.field.unit ?? "");
  const titles = GROUPS.flatMap(({ title, units, rounded }) => {
    const first = columns.findIndex((_, index) => isOf(index, units));
    if (first < 0) return [];
    const after = columns.findIndex((_, index) => index > first && !isOf(index, units));
    const from = first === 0 ? begin : ends[first - 1] ?? begin;
    const room = (ends[after < 0 ? columns.length - 1 : after - 1] ?? from) - from;
    return room < title.length ? [] : [{ title, at: from + rounded((room - title.length) / 2) }];
  });
  return titles.sort((one, other) => one.at - other.at)
    .reduce((line: Line, { title, at }) => placed(line, at, [span(title, BOLD)]), []);
}

function rowsOf(
  { hop, line, isSilent, below }: HopName,
  layout: Layout,
  around: Around,
): readonly TableRow[] {
  const { ttl } = hop;
  const taken = around.subject.alarm.has(ttl) ? columnsOfLine(line) + 1 : 0;
  const count = Math.max(0, Math.min(layout.sparks, layout.begin - taken));
  const own = isSilent ? line : placed(
    placed(line, layout.begin - count, sparks(hop, { ...layout, sparks: count }, around)),
    layout.begin,
    cells(hop, layout, around),
  );
  return [{ ttl, line: own }, ...below.map((line) => ({ ttl, line }))];
}

function sparks({ ttl }: HopFigures, { sparks, limits }: Layout, { scene, subject }: Around): Line {
  if (sparks === 0) return [];
  const spans = sparkline(subject.samples(ttl, sparks), { limits, isUnicode: scene.terminal.isUnicode });
  return [span(" ".repeat(sparks - columnsOfLine(spans))), ...spans];
}

/** First verdict of a hop. */
function wordOf({ ttl }: HopFigures, { verdicts }: Subject): string | undefined {
  return verdicts.find((verdict) => verdict.ttl === ttl)?.word;
}

function cells(hop: HopFigures, { columns }: Layout, { subject }: Around): Line {
  const silent = subject.alarm.get(hop.ttl);
  return columns.map(({ field, width }, index): Span => {
    const isUnknown = (silent !== undefined && field.key === "last") ||
      (silent?.isUndecided === true && field.key === "loss");
    const known = isUnknown ? NOTHING : cellText(field, hop, wordOf(hop, subject));
    const text = cell(known, width, index === columns.length - 1);
    const isLoss = field.key === "loss" || field.key === "lost";
    return span(text, isLoss && (hop.lost ?? 0) > 0 ? lossStyle(hop.ttl, subject.verdicts) : undefined);
  });
}
