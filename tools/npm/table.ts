/**
 * `@cliffy/table` where jsr cannot be reached: the subset that mtr-deno uses, over cli-table3, to the same bytes:
 * tables without border and header, in columns of fixed widths. Cells are wrapped at single blanks, and hold no line
 * feeds, no colours and no longer word.
 */

import CliTable from "npm:cli-table3@0.6.5";

/** The width of a column, padding excluded: both the same. */
export interface ColumnOptions {
  minWidth: number;
  maxWidth: number;
}

const NO_BREAK_SPACE = "\u00a0";
/** One column wide and, as it is no white space, nothing to break a line at. Private, so no text has it. */
const PLACEHOLDER = "\ue000";

const NO_BORDER = Object.fromEntries(
  ["top", "bottom", "mid"].flatMap((line) => ["", "-mid", "-left", "-right"].map((end) => [line + end, ""])).concat(
    ["left", "left-mid", "mid-mid", "right", "right-mid", "middle"].map((part) => [part, ""]),
  ),
);

export class Table {
  #body: string[][] = [];
  #columns: ColumnOptions[] = [];
  #indent = 0;
  #padding = 1;

  body(rows: string[][]): this {
    this.#body = [...rows];
    return this;
  }

  columns(columns: ColumnOptions[]): this {
    this.#columns = columns;
    return this;
  }

  /** Blanks between cells. */
  padding(padding: number): this {
    this.#padding = padding;
    return this;
  }

  indent(width: number): this {
    this.#indent = width;
    return this;
  }

  toString(): string {
    const widths = this.#columns.map(widthOf);
    const table = new CliTable({
      chars: NO_BORDER,
      colWidths: widths.map((width) => width + this.#padding),
      wordWrap: true,
      style: { "padding-left": 0, "padding-right": this.#padding, head: [], border: [] },
    });
    table.push(...this.#body.map((row) => row.map((cell, column) => contentOf(cell, widths[column]))));
    // Nothing stands behind the last cell.
    const endsAt = this.#padding === 0 ? undefined : -this.#padding;
    return table.toString().split("\n").map((line) => " ".repeat(this.#indent) + line.slice(0, endsAt)).join("\n")
      .replaceAll(PLACEHOLDER, NO_BREAK_SPACE);
  }
}

function widthOf({ minWidth, maxWidth }: ColumnOptions): number {
  if (minWidth !== maxWidth) {
    throw new Error(`Cannot make a column of ${minWidth} to ${maxWidth}: minWidth and maxWidth must be equal`);
  }
  return minWidth;
}

/** cli-table3 breaks lines at no-break spaces, too, and cuts a word that is too long, which @cliffy/table breaks. */
function contentOf(cell: string, width: number | undefined): string {
  if (width === undefined) throw new Error(`Cannot place "${cell}": its column has no width`);
  const content = cell.replaceAll(NO_BREAK_SPACE, PLACEHOLDER);
  const long = content.split(" ").find((word) => word.length > width);
  if (long !== undefined) throw new Error(`Cannot wrap "${long}": its column is ${width} wide`);
  return content;
}
