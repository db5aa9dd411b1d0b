/** The screen without anything before it: what is above the table, the window of its rows, and what they mean. */
import { toldHops } from "../../path/target.ts";
import { printable } from "../../name/text.ts";
import { nameOf } from "../naming.ts";
import { sentenceOf } from "../sentence.ts";
import { secondsText } from "./alarm.ts";
import { chartTable } from "./chart.ts";
import { figuresTable } from "./figures.ts";
import type { Frame, Line } from "./frame.ts";
import { compactLine, keysLine, routeLine, tabLines, titleLine, withTime } from "./header.ts";
import type { Around } from "./around.ts";
import { cutLine, fittedLine, placed, span, styled, textOf, wrapped } from "./line.ts";
import { ALARM, styleOf } from "./marks.ts";
import { noteLines, warningLines } from "./notes.ts";
import type { Scene } from "./scene.ts";
import type { State } from "./state.ts";
import { type Subject, subjectOf } from "./subject.ts";

export interface TableRow {
  readonly ttl: number;
  readonly line: Line;
}

export interface Table {
  /** Two lines above the rows. */
  readonly titles: readonly [Line, Line];
  /** What of the second one a compact screen has beside the route, and where; absent: only the route, and the time. */
  readonly heading?: { readonly begin: number; readonly line: Line };
  readonly rows: readonly TableRow[];
  /** Lines below the rows that explain them. */
  readonly legend: readonly Line[];
}

/** Figures, or a chart. */
const TABLES = [figuresTable, chartTable, chartTable, chartTable] as const;
export const DISPLAY_MODES = TABLES.length;

/** Below so many rows nothing but the table is shown. */
const LEAST_ROWS = 10;
const MORE = "...";
/** Of so many rows one is for the keys. */
const ROWS_WITH_KEYS = 12;

/** The parts of a screen. */
export interface Layout {
  readonly header: readonly Line[];
  readonly rows: readonly TableRow[];
  /** The rows from the first that is shown. */
  readonly window: readonly TableRow[];
  /** How many rows the window has, whether there is something in them or not. */
  readonly height: number;
  readonly footer: readonly Line[];
}

export function tableFrame(state: State, scene: Scene): Frame {
  const { header, window, height, footer } = layoutOf(state, scene);
  const rows = window.map(({ ttl, line }) => ttl === state.selectedTtl ? selected(line, scene) : line);
  const empty: Line[] = new Array(Math.max(0, height - rows.length)).fill([]);
  const message = messageLine(state, scene);
  const shown = [...header, ...rows, ...footer, ...empty].slice(0, scene.rows);
  if (message === undefined) return { lines: shown };
  const last = scene.rows - 1;
  return { lines: [...Array.from({ length: last }, (_, at) => shown[at] ?? []), message] };
}

export function layoutOf(state: State, scene: Scene): Layout {
  const subject = subjectOf(state, scene);
  if (subject === undefined) return { header: [], rows: [], window: [], height: scene.rows, footer: [] };
  const table = tableOf(state, scene, subject);
  const header = headerLines(table, { state, scene, subject });
  const around = { state, scene, subject };
  const verdicts = [
    ...alarmLines(subject, scene),
    ...warningLines(around),
    ...verdictLines(subject, scene),
    ...noteLines(around),
  ];
  const room = Math.max(0, scene.rows - header.length);
  // The worst one, however long the path is.
  const kept = scene.rows >= LEAST_ROWS ? 1 : 0;
  const footer = footerOf(table.legend, verdicts, {
    room: Math.max(Math.min(kept, verdicts.length), room - table.rows.length),
    columns: scene.columns,
  });
  const height = Math.max(0, room - footer.length);
  const first = firstRow(state.scroll, table.rows.length, height);
  const below = table.rows.length - first - height;
  const hinted = isCompact(state, scene) ? header : header.with(-2, withBelow(header.at(-2) ?? [], below));
  return { header: hinted, rows: table.rows, window: table.rows.slice(first, first + height), height, footer };
}

/** How many rows are not shown, on the line above the titles where nothing else is. */
function withBelow(line: Line, below: number): Line {
  const hint = ` (${below} ${below === 1 ? "line" : "lines"} below)`;
  const text = textOf(line);
  if (below <= 0 || text.slice(0, hint.length + 1).trim() !== "") return line;
  return [span(hint, { dim: true }), span(text.slice(hint.length), { bold: true })];
}

/** The first row that is shown, never so far down that rows of the screen stay empty. */
export function firstRow(scroll: number, rows: number, height: number): number {
  return Math.max(0, Math.min(scroll, rows - height));
}

function tableOf(state: State, scene: Scene, subject: Subject): Table {
  if (subject.path === undefined) {
    const lines = wrapped(sentenceOf(subject.target) ?? "", scene.columns);
    return { titles: [[], []], rows: lines.map((line) => ({ ttl: 0, line: [span(line)] })), legend: [] };
  }
  return (TABLES[state.displayMode] ?? figuresTable)({ state, scene, subject });
}

export function isCompact({ compact }: State, { rows }: Scene): boolean {
  return compact || rows < LEAST_ROWS;
}

function headerLines({ titles, heading }: Table, around: Around): readonly Line[] {
  const { state, scene, subject } = around;
  if (!isCompact(state, scene)) {
    return [
      titleLine(around),
      withTime(routeLine(scene, subject), around),
      ...(scene.rows < ROWS_WITH_KEYS ? [] : [keysLine()]),
      ...tabLines(scene, state),
      ...titles,
    ];
  }
  const line = compactLine(around);
  return [
    heading === undefined ? withTime(line, around) : placed(line, heading.begin, heading.line),
  ];
}

/**
 * Each part behind an empty line; where there is no room for both, what the figures mean goes before what the signs
 * mean, and where there is none for all of that, an empty line is none of it.
 */
function footerOf(
  legend: readonly Line[],
  verdicts: readonly Line[],
  { room, columns }: { readonly room: number; readonly columns: number },
): readonly Line[] {
  if (room <= 0) return [];
  const parts = [legend, verdicts].filter((part) => part.length > 0);
  const isRoom = legend.length + 1 + Math.min(verdicts.length, 1) * 2 <= room;
  const lines = (isRoom ? parts : parts.slice(-1)).flatMap((part) => [[], ...part]);
  const shown = lines.length <= room || isRoom ? lines.slice(0, room) : lines.slice(1, room + 1);
  return shown.at(-1) === lines.at(-1) ? shown : shown.with(-1, unfinished(shown.at(-1) ?? [], columns));
}

/** More would follow. */
function unfinished(line: Line, columns: number): Line {
  const kept = cutLine(line, columns - MORE.length);
  return [...kept, span(MORE, kept.at(-1)?.style)];
}

function alarmLines({ alarm, path, naming }: Subject, { columns }: Scene): readonly Line[] {
  const [last] = alarm;
  if (last === undefined || path === undefined) return [];
  const [ttl, silent] = last;
  const main = toldHops(path).find((hop) => hop.ttl === ttl)?.main;
  const who = ttl === path.reachedTtl ? path.address : main === undefined ? `hop ${ttl}` : nameOf(main, naming);
  const first = Math.min(...alarm.keys());
  const others = first === ttl ? "" : `, nor has anybody from hop ${first} on`;
  const text = printable(`${who} has not answered for ${secondsText(silent)}${others}`);
  return wrapped(text, columns, 2).map((line) => [span(line, ALARM.style)]);
}

function verdictLines({ verdicts }: Subject, { columns }: Scene): readonly Line[] {
  return verdicts.flatMap((verdict) => {
    const style = styleOf(verdict);
    return wrapped(`${verdict.word}: ${verdict.sentence}`, columns, 2).map((text, at): Line =>
      at > 0 ? [span(text, "dim" in style ? style : undefined)] : [
        span(text.slice(0, verdict.word.length + 1), style),
        span(text.slice(verdict.word.length + 1), "dim" in style ? style : undefined),
      ]
    );
  });
}

function selected(line: Line, { columns }: Scene): Line {
  return styled(fittedLine(line, columns), { reverse: true });
}

function messageLine({ notice }: State, { message, columns }: Scene): Line | undefined {
  const text = notice ?? message;
  return text === undefined ? undefined : styled(cutLine([span(` ${text} `)], columns), { reverse: true });
}
