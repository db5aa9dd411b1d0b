/** How help stands on the screen: its lists and paragraphs, as tables without borders. What they say is in `help.ts`. */
import { Table } from "@cliffy/table";

/** What is explained, and the explanation. */
export type Entry = readonly [name: string, text: string];

/** Before the names, and between names and texts. */
const GAP = 2;
const INDENT_BELOW_NAME = 6;
/** Narrower, two columns would be one word wide each. It has room for every word; a longer one would be broken. */
const LEAST_TEXT_WIDTH = 30;

/** Names at the left, their texts in one column; on a narrow terminal the texts below the names. */
export function list(entries: readonly Entry[], { nameWidth, width }: { nameWidth: number; width: number }): string {
  const textWidth = width - GAP - nameWidth - GAP;
  if (textWidth >= LEAST_TEXT_WIDTH) return table(entries, [nameWidth, textWidth], GAP);
  return entries.flatMap(([name, text]) => [
    table([[name]], [nameWidth], GAP),
    table([[text]], [Math.max(width - INDENT_BELOW_NAME, LEAST_TEXT_WIDTH)], INDENT_BELOW_NAME),
  ]).join("\n");
}

export function paragraph(text: string, width: number): string {
  return table([[text]], [Math.max(width, LEAST_TEXT_WIDTH)], 0);
}

/** A blank at which the table breaks no line. */
const NO_BREAK = "\u00a0";

/** Columns of these widths, wrapped at the blanks outside quotation marks; no line ends with a blank. */
function table(rows: readonly (readonly string[])[], widths: readonly number[], indent: number): string {
  const unbroken = (text: string): string => text.replaceAll(/"[^"]*"/g, (quoted) => quoted.replaceAll(" ", NO_BREAK));
  return new Table()
    .body(rows.map((row) => row.map(unbroken)))
    // With a greatest width alone, the longest of the first lines would limit the lines after it.
    .columns(widths.map((width) => ({ minWidth: width, maxWidth: width })))
    .padding(GAP)
    .indent(indent)
    .toString()
    .replaceAll(/ +$/gm, "")
    .replaceAll(NO_BREAK, " ");
}
