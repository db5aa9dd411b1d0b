/** The table of figures: mtr's first display, with the latest round trips beside it where there is room. */
import { columnsOf, type Field } from "../../path/fields.ts";
import type { HopFigures } from "../../path/hop.ts";
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
/** A name needs as many columns at least, its number included; columns that do not fit beside it are left out. */
const LEAST_NAME = 16;
/** What the figures do not know yet. */
const NOTHING = "-";
const SPARKLINE = { least: 8, most: 40 } as const;

interface Layout {
  readonly columns: readonly { readonly field: Field; readonly width: number }[];
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
  const titles = [span(titleText(layout), BOLD)];
  return {
    titles: [groupTitles(layout), placed([span(" Host", BOLD)], layout.begin, titles)],
    heading: { begin: layout.begin, line: titles },
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
  const room = scene.columns - 1 - Math.min(LEAST_NAME, scene.columns - 1);
  const count = all.findLastIndex((_, last) => sumOf(all.slice(0, last + 1)) <= room) + 1;
  const columns = all.slice(0, count);
  const begin = scene.columns - 1 - sumOf(columns);
  const longest = Math.max(0, ...names.map(({ line }) => columnsOfLine(line)));
  const spare = begin - longest - 2;
  const sparks = state.hasSparklines && spare >= SPARKLINE.least ? Math.min(spare, SPARKLINE.most) : 0;
  const limits = state.scaleMs && limitsOfScale(state.scaleMs);
  return { columns, begin, sparks, limits };
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
  const own = isSilent ? line : placed(
    placed(line, layout.begin - layout.sparks, sparks(hop, layout, around)),
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
