/** What a view draws: lines of styled text. What a terminal makes of it is somebody else's concern (`paint.ts`). */

export type Colour = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "grey";

export interface Style {
  readonly bold?: true;
  readonly dim?: true;
  readonly reverse?: true;
  readonly underline?: true;
  readonly colour?: Colour;
}

/** Printable text: no controls, no line ends. A wide character takes two columns, a combining one none. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

/** The screen from its top; what does not fit its rows or columns is cut, and rows that are missing are empty. */
export interface Frame {
  readonly lines: readonly Line[];
  /** Where the cursor stands, from 0; hidden if absent. */
  readonly cursor?: { readonly row: number; readonly column: number };
}
