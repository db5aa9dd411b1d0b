/**
 * Frames → what a terminal is sent: only cells that have changed, each at its place, with attributes that end where they
 * are (ECMA-48 §8.3.14 CUP, §8.3.117 SGR). It knows no terminal's name: `TerminalTraits` says what may be used.
 */
import { unicodeWidth } from "@std/cli/unicode-width";
import type { Colour, Frame, Line, Style } from "./frame.ts";
import type { TerminalTraits } from "./scene.ts";

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
    const parameters = style === undefined ? "" : parametersOf(style, terminal);
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

const ATTRIBUTES = { bold: "1", dim: "2", underline: "4", reverse: "7" } as const;

function parametersOf(style: Style, { colours, background }: TerminalTraits): string {
  const names = ["bold", "dim", "underline", "reverse"] as const;
  const attributes = names.filter((name) => style[name]).map((name) => ATTRIBUTES[name]);
  const colour = style.colour === undefined || colours === 0 ? [] : [PALETTES[colours][background][style.colour]];
  return [...attributes, ...colour].join(";");
}

type Palette = Readonly<Record<Colour, string>>;

/** Parameters of SGR for text on a background; legible on it, and as far from each other as can be. */
const PALETTES: Readonly<
  Record<Exclude<TerminalTraits["colours"], 0>, Readonly<Record<TerminalTraits["background"], Palette>>>
> = {
  16: {
    // The dark blue and black of sixteen colours are hard to read on black, their bright ones on white.
    dark: { red: "91", green: "32", yellow: "93", blue: "94", magenta: "95", cyan: "36", grey: "37" },
    light: { red: "31", green: "32", yellow: "33", blue: "34", magenta: "35", cyan: "36", grey: "90" },
  },
  256: {
    dark: indexed({ red: 203, green: 113, yellow: 221, blue: 111, magenta: 176, cyan: 80, grey: 245 }),
    light: indexed({ red: 160, green: 28, yellow: 130, blue: 26, magenta: 127, cyan: 30, grey: 242 }),
  },
  16_777_216: {
    dark: mixed({
      red: 0xff6b6b,
      green: 0x7bc96f,
      yellow: 0xf2cc60,
      blue: 0x79b8ff,
      magenta: 0xd2a8ff,
      cyan: 0x56d4dd,
      grey: 0x8b949e,
    }),
    light: mixed({
      red: 0xb31d28,
      green: 0x1a7f37,
      yellow: 0x9a6700,
      blue: 0x0550ae,
      magenta: 0x8250df,
      cyan: 0x1b7c83,
      grey: 0x6e7781,
    }),
  },
};

function indexed(numbers: Readonly<Record<Colour, number>>): Palette {
  return mapped(numbers, (number) => `38;5;${number}`);
}

/** Of colours as 0xRRGGBB. */
function mixed(numbers: Readonly<Record<Colour, number>>): Palette {
  return mapped(numbers, (number) => `38;2;${number >> 16};${(number >> 8) & 0xff};${number & 0xff}`);
}

function mapped(
  { red, green, yellow, blue, magenta, cyan, grey }: Readonly<Record<Colour, number>>,
  text: (number: number) => string,
): Palette {
  return {
    red: text(red),
    green: text(green),
    yellow: text(yellow),
    blue: text(blue),
    magenta: text(magenta),
    cyan: text(cyan),
    grey: text(grey),
  };
}
