/** Lines put together of styled text, measured in columns of a terminal. */
import { unicodeWidth } from "@std/cli/unicode-width";
import type { Line, Span, Style } from "./frame.ts";

/** One column a character: ASCII, and what charts are drawn with (Block Elements, Braille Patterns). */
const PLAIN = /^[\x20-\x7e\u2580-\u259f\u2800-\u28ff]*$/;

export function span(text: string, style?: Style): Span {
  return style === undefined ? { text } : { text, style };
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join("");
}

/** The columns that a text takes. */
export function columnsOfText(text: string): number {
  return PLAIN.test(text) ? text.length : unicodeWidth(text);
}

export function columnsOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + columnsOfText(text), 0);
}

/** What of a text fits into so many columns; of a wide character there is no half. */
export function cutText(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (PLAIN.test(text)) return text.slice(0, columns);
  let kept = "";
  let width = 0;
  for (const character of text) {
    width += unicodeWidth(character);
    if (width > columns) break;
    kept += character;
  }
  return kept;
}

export function cutLine(line: Line, columns: number): Line {
  const kept: Span[] = [];
  let left = columns;
  for (const { text, ...rest } of line) {
    const cut = cutText(text, left);
    if (cut !== "") kept.push({ text: cut, ...rest });
    // What follows a wide character that was cut would stand in its place.
    if (cut !== text) break;
    left -= columnsOfText(cut);
  }
  return kept;
}

/** Cut or filled up with blanks to exactly so many columns. */
export function fittedLine(line: Line, columns: number): Line {
  const cut = cutLine(line, columns);
  const missing = columns - columnsOfLine(cut);
  return missing > 0 ? [...cut, span(" ".repeat(missing))] : cut;
}

/** `over` from a column on, whatever stood there and behind it. */
export function placed(line: Line, column: number, over: Line): Line {
  return [...fittedLine(line, Math.max(0, column)), ...over];
}

/** The same with as few spans as its styles need; a style is the same if it is the same object. */
export function joined(line: Line): Line {
  const spans: Span[] = [];
  for (const next of line) {
    const last = spans.at(-1);
    if (last !== undefined && last.style === next.style) {
      spans[spans.length - 1] = { ...last, text: last.text + next.text };
    } else spans.push(next);
  }
  return spans;
}

/** All of a line in one style more. */
export function styled(line: Line, style: Style): Line {
  return line.map(({ text, style: own }) => span(text, { ...own, ...style }));
}

/** Words in lines of at most so many columns; a word that is longer is torn. Lines but the first are indented. */
export function wrapped(text: string, columns: number, indent = 0): readonly string[] {
  const room = Math.max(1, columns);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const next = line === "" ? word : `${line} ${word}`;
    if (columnsOfText(next) <= room) {
      line = next;
      continue;
    }
    if (line.trim() !== "") lines.push(line);
    line = lines.length === 0 ? word : " ".repeat(Math.min(indent, room - 1)) + word;
    while (columnsOfText(line) > room) {
      // A wide character that does not fit into a single column is left out.
      const cut = cutText(line, room) || " ";
      lines.push(cut);
      line = cut === " " ? "" : line.slice(cut.length);
    }
  }
  return line === "" ? lines : [...lines, line];
}
