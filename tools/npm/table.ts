/**
 * `@cliffy/table` where jsr cannot be reached: the subset that mtr-deno uses, over cli-table3, to the same bytes. Cells hold
 * no line feeds; those of a column with a fixed width are wrapped at single blanks, and hold no colours and no longer
 * word. Spans, other limits of width, and options of single rows and cells are not offered.
 */

import CliTable from "npm:cli-table3@0.6.5";

export type Direction = "left" | "right" | "center";
export type CellValue = number | string;
export type RowType = Array<CellValue | undefined>;

export interface ColumnOptions {
  /** Alignment of the body; the header has the table's. */
  align?: Direction;
  /** Always with the same `maxWidth`: the width of the column, padding excluded. */
  minWidth?: number;
  maxWidth?: number;
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
  #align: Direction = "left";
  #body: RowType[];
  #border = false;
  #columns: ColumnOptions[] = [];
  #header: RowType | undefined;
  #indent = 0;
  #padding = 1;

  constructor(...rows: RowType[]) {
    this.#body = rows;
  }

  header(header: RowType): this {
    this.#header = header;
    return this;
  }

  body(rows: RowType[]): this {
    this.#body = [...rows];
    return this;
  }

  columns(columns: ColumnOptions[]): this {
    this.#columns = columns;
    return this;
  }

  /** Alignment of the header, and of the body where its column says none. */
  align(direction: Direction): this {
    this.#align = direction;
    return this;
  }

  border(enable = true): this {
    this.#border = enable;
    return this;
  }

  /** Spaces left and right of a cell; without border between cells only. */
  padding(padding: number): this {
    this.#padding = padding;
    return this;
  }

  indent(width: number): this {
    this.#indent = width;
    return this;
  }

  toString(): string {
    const rows = this.#header === undefined ? this.#body : [this.#header, ...this.#body];
    const columns = Math.max(0, ...rows.map((row) => row.length));
    if (columns === 0) return "";

    const paddingLeft = this.#border ? this.#padding : 0;
    const widths = Array.from({ length: columns }, (_, column) => this.#widthOf(column));
    const table = new CliTable({
      ...(this.#border ? {} : { chars: NO_BORDER }),
      colWidths: widths.map((width) => width === undefined ? null : paddingLeft + width + this.#padding),
      wordWrap: true,
      style: {
        "padding-left": paddingLeft,
        "padding-right": this.#padding,
        head: [],
        border: [],
      },
    });
    rows.forEach((row, at) => {
      const isHeader = at === 0 && this.#header !== undefined;
      table.push(Array.from({ length: columns }, (_, column) => ({
        content: contentOf(row[column], widths[column]),
        hAlign: (isHeader ? undefined : this.#columns[column]?.align) ?? this.#align,
      })));
    });

    // Only a border needs the padding after the last cell.
    const endsAt = this.#border || this.#padding === 0 ? undefined : -this.#padding;
    return table.toString().split("\n").map((line) => " ".repeat(this.#indent) + line.slice(0, endsAt)).join("\n")
      .replaceAll(PLACEHOLDER, NO_BREAK_SPACE);
  }

  #widthOf(column: number): number | undefined {
    const { minWidth, maxWidth } = this.#columns[column] ?? {};
    if (minWidth !== maxWidth) {
      throw new Error(`Cannot make a column of ${minWidth} to ${maxWidth}: minWidth and maxWidth must be equal`);
    }
    return minWidth;
  }
}

/** cli-table3 breaks lines at no-break spaces, too, and cuts a word that is too long, which @cliffy/table breaks. */
function contentOf(value: CellValue | undefined, width = Infinity): string {
  const content = String(value ?? "").replaceAll(NO_BREAK_SPACE, PLACEHOLDER);
  const long = content.split(" ").find((word) => word.length > width);
  if (long !== undefined) throw new Error(`Cannot wrap "${long}": its column is ${width} wide`);
  return content;
}
