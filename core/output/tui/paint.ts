/**
 * Frames → what a terminal is sent: only cells that have changed, each at its place, with attributes that end where they
 * are (ECMA-48 §8.3.14 CUP, §8.3.117 SGR). It knows no terminal's name: `TerminalTraits` says what may be used.
 */
import { unicodeWidth } from "@std/cli/unicode-width";
import type { Frame, Line } from "./frame.ts";
import type { TerminalTraits } from "./scene.ts";
import { sgrOf } from "./theme.ts";

/** What stands in one column; a character of two columns leaves the second one empty (`""`). */
interface Cell {
  readonly text: string;
  /** Parameters of SGR; `""` is plain text. */
  readonly style: string;
}

/** A whole screen: all its rows with all their columns. */
export interface Picture {
  readonly rows: readonly (readonly Cell[])[];
  readonly cursor: Frame["cursor"];
}

interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly terminal: TerminalTraits;
}

const BLANK: Cell = { text: " ", style: "" };
const SECOND_COLUMN = "";
const SUBSTITUTE = "?";
// Names have one or two accents a letter; more is somebody's play with the rows around.
const MOST_COMBINING = 4;
// What might move the cursor stands for itself nowhere.
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
const INVISIBLE = /\p{Cf}/u;

const CLEAR = "\x1b[m\x1b[2J";
const PLAIN = "\x1b[m";
const SHOW_CURSOR = "\x1b[?25h";
const HIDE_CURSOR = "\x1b[?25l";

/** What a terminal shows of a frame: cut at its edges, in the colours and characters that it has. */
export function pictureOf({ lines, cursor }: Frame, canvas: Canvas): Picture {
  const isOnScreen = cursor !== undefined && cursor.row < canvas.rows && cursor.column < canvas.columns;
  return {
    rows: Array.from({ length: canvas.rows }, (_, row) => cellsOf(lines[row] ?? [], canvas)),
    cursor: isOnScreen ? cursor : undefined,
  };
}

/** What makes a picture of the one before, which has the same size; without one the screen is cleared first. */
export function paint({ rows, cursor }: Picture, previous: Picture | undefined): string {
  const changes = rows.map((row, at) => changesOf(row, at, previous?.rows[at])).join("");
  const isPlaced = previous !== undefined && changes === "" &&
    cursor?.row === previous.cursor?.row && cursor?.column === previous.cursor?.column;
  if (isPlaced) return "";
  const place = cursor === undefined ? "" : `${moveTo(cursor.row, cursor.column)}${SHOW_CURSOR}`;
  return `${HIDE_CURSOR}${previous === undefined ? CLEAR : ""}${changes}${place}`;
}

function changesOf(row: readonly Cell[], at: number, previous: readonly Cell[] | undefined): string {
  let text = "";
  let style = "";
  /** Where the cursor is, if that is sure. */
  let stands: number | undefined;
  for (const [column, cell] of row.entries()) {
    const before = previous?.[column] ?? BLANK;
    if ((cell.text === before.text && cell.style === before.style) || cell.text === SECOND_COLUMN) continue;
    if (stands !== column) text += moveTo(at, column);
    if (style !== cell.style) text += cell.style === "" ? PLAIN : `\x1b[0;${cell.style}m`;
    text += cell.text;
    style = cell.style;
    // How far a terminal goes for anything else is its own matter.
    stands = cell.text.length === 1 && row[column + 1]?.text !== SECOND_COLUMN ? column + 1 : undefined;
  }
  return style === "" ? text : text + PLAIN;
}

function moveTo(row: number, column: number): string {
  return `\x1b[${row + 1};${column + 1}H`;
}

function cellsOf(line: Line, { columns, terminal }: Canvas): Cell[] {
  const cells: Cell[] = [];
  let combining = 0;
  for (const { text, style } of line) {
    const parameters = sgrOf(style, terminal);
    for (const character of text) {
      const { shown, width } = shownAs(character, terminal);
      if (width === 0) {
        const at = cells.at(-1)?.text === SECOND_COLUMN ? cells.length - 2 : cells.length - 1;
        const base = cells[at];
        if (base !== undefined && ++combining <= MOST_COMBINING) cells[at] = { ...base, text: base.text + shown };
        continue;
      }
      if (cells.length + width > columns) return filled(cells, columns);
      combining = 0;
      cells.push({ text: shown, style: parameters });
      if (width === 2) cells.push({ text: shown === SUBSTITUTE ? shown : SECOND_COLUMN, style: parameters });
    }
  }
  return filled(cells, columns);
}

function filled(cells: Cell[], columns: number): Cell[] {
  while (cells.length < columns) cells.push(BLANK);
  return cells;
}

/** The character, or what stands for one that the terminal must not have, and the columns that it takes. */
function shownAs(character: string, { isUnicode }: TerminalTraits): { readonly shown: string; readonly width: number } {
  if (character >= " " && character <= "~") return { shown: character, width: 1 };
  if (CONTROL.test(character)) return { shown: SUBSTITUTE, width: 1 };
  if (INVISIBLE.test(character)) return { shown: "", width: 0 };
  const width = unicodeWidth(character);
  if (isUnicode) return { shown: character, width };
  return { shown: width === 0 ? "" : SUBSTITUTE, width };
}
