/**
 * What stands above the table: the program, the way from here to the target, the keys, and the targets if there are
 * several.
 */
import { printable } from "../../name/text.ts";
import { localHostOf } from "../naming.ts";
import { reportTime, timeOfDay } from "../time.ts";
import type { Around } from "./around.ts";
import type { Line } from "./frame.ts";
import { columnsOfLine, columnsOfText, cutLine, cutText, joined, placed, span, styled } from "./line.ts";
import { ALARM, type Mark } from "./marks.ts";
import { loadWords } from "./notes.ts";
import type { Scene } from "./scene.ts";
import { shownHost } from "./shown_name.ts";
import type { State } from "./state.ts";
import type { Subject } from "./subject.ts";

const BOLD = { bold: true } as const;
const REVERSE = { bold: true, reverse: true } as const;
/** Columns of a time, with its distance from UTC. */
const TIME = 25;
/** Typed targets may be as long as somebody likes. */
const TAB_MOST = 24;

/** Keys as mtr names them; the letters to type stand out. */
const KEYS: Line = "Keys:  |H|elp   |D|isplay mode   |R|estart statistics   |O|rder of fields   |q|uit".split("|")
  .map((text, index) => span(text, index % 2 === 1 ? BOLD : undefined));

export function titleLine(around: Around): Line {
  const { columns, record } = around.scene;
  const { program, plan } = record;
  const protocol = plan.protocol?.toUpperCase() ?? "";
  const title = `${program.name} on ${localHostOf(record)}  [v${program.version}] ${protocol}`;
  const begin = Math.max(0, Math.floor((columns - columnsOfText(title)) / 2));
  const line = placed([], begin, [span(title, BOLD)]);
  const status = statusSpans(around);
  const room = columnsOfLine(status);
  // The title gives way: that the picture stands still is more important.
  return room === 0
    ? line
    : [...status, ...placed([], Math.max(0, begin - room), [span(room < begin ? title : ` ${title}`, BOLD)])];
}

/** `vm (192.0.2.1) -> example.com (192.0.2.9)` */
export function routeLine(scene: Scene, subject: Subject): Line {
  return [span(routeOf(scene, subject))];
}

/** The time of the picture at the right edge; not on narrow screens, if it would hide what is there. */
export function withTime(line: Line, { scene, state, subject }: Around): Line {
  const { columns, utcOffsetMinutes } = scene;
  const begin = columns - TIME;
  if (begin < TIME && begin <= columnsOfLine(line)) return line;
  const style = state.frozen === undefined ? undefined : REVERSE;
  return placed(line, begin, [span(reportTime(subject.unixMs, utcOffsetMinutes), style)]);
}

export function keysLine(): Line {
  return KEYS;
}

/** The only line above the rows of a compact screen. */
export function compactLine(around: Around): Line {
  const { scene, state, subject } = around;
  const { targets } = scene.record;
  const place = targets.length > 1 ? [span(`${state.target + 1}/${targets.length} `)] : [];
  return [...place, ...statusSpans(around), span(routeOf(scene, subject))];
}

/**
 * The targets in a row, beginning so that the one that is shown is among them, with the worst sign of each; behind them how
 * many have no room, and how many of those are in trouble. Nothing of a single one.
 */
export function tabLines(scene: Scene, { target }: State): readonly Line[] {
  const { columns, record: { targets } } = scene;
  if (targets.length < 2) return [];
  // Of a thousand only those that may be shown are made.
  const tabs = new Map<number, Line>();
  const tabAt = (index: number): Line => {
    const known = tabs.get(index) ?? tab(scene, index, index === target);
    tabs.set(index, known);
    return known;
  };
  const isRoomFor = (first: number, end: number, room: number): boolean => {
    let left = room;
    for (let index = first; index < end && left >= 0; index++) left -= columnsOfLine(tabAt(index));
    return left >= 0;
  };
  const room = isRoomFor(0, targets.length, columns) ? columns : Math.max(0, columns - HIDDEN);
  let first = target;
  while (first > 0 && isRoomFor(first - 1, target + 1, room)) first -= 1;
  let end = target + 1;
  while (end < targets.length && isRoomFor(first, end + 1, room)) end += 1;
  const shown = Array.from({ length: end - first }, (_, at) => tabAt(first + at));
  const hidden = [...targets.keys()].filter((index) => index < first || index >= end);
  return [[...cutLine(shown.flat(), room), ...hiddenSpans(hidden, scene)]];
}

/** Columns of ` +1000 (100!)`. */
const HIDDEN = 13;

function tab(scene: Scene, index: number, isShown: boolean): Line {
  const name = cutText(printable(shownHost(scene.record.targets[index]?.typed ?? "", scene.terminal)), TAB_MOST);
  const mark = markOf(scene, index);
  const sign = mark === undefined ? span(" ") : span(mark.sign, mark.style);
  const line = [span(` ${index + 1}`), sign, span(`${name} `)];
  return joined(isShown ? styled(line, REVERSE) : line);
}

function hiddenSpans(hidden: readonly number[], scene: Scene): Line {
  if (hidden.length === 0) return [];
  const troubled = hidden.filter((index) => markOf(scene, index) === ALARM).length;
  return [
    span(` +${hidden.length}`, BOLD),
    ...(troubled === 0 ? [] : [span(` (${troubled}${ALARM.sign})`, ALARM.style)]),
  ];
}

function markOf({ record, histories }: Scene, index: number): Mark | undefined {
  const { path, failure } = record.targets[index] ?? {};
  if (failure !== undefined) return ALARM;
  return path && histories[index]?.glance(path);
}

function statusSpans(around: Around): Line {
  const { scene: { isPaused, utcOffsetMinutes }, state: { frozen }, subject: { unixMs } } = around;
  const words = [
    ...(isPaused ? ["PAUSED"] : []),
    ...(frozen === undefined ? [] : [`FROZEN ${timeOfDay(unixMs, utcOffsetMinutes)}`]),
    ...[loadWords(around)].filter((words) => words !== undefined),
  ];
  return words.length === 0 ? [] : [span(` ${words.join(", ")} `, REVERSE), span(" ")];
}

function routeOf({ record, terminal }: Scene, { target }: Subject): string {
  const { typed, source, path } = target;
  const from = source === undefined ? localHostOf(record) : `${localHostOf(record)} (${source})`;
  const name = printable(shownHost(typed, terminal));
  const to = path?.address === undefined ? name : `${name} (${path.address})`;
  return `${from} -> ${to}`;
}
