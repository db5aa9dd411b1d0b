/** A line of text that is typed: what a key makes of it. */
import { printable } from "../../name/text.ts";
import type { Key } from "./key.ts";
import { columnsOfText, span } from "./line.ts";
import type { Frame, Line } from "./frame.ts";

export interface Typing {
  /** `undefined`: nothing has been typed yet, and the present value stands there. */
  readonly text: string | undefined;
  /** The present value, as it would be typed. */
  readonly initial: string;
  /** As many characters are heard. */
  readonly most: number;
}

export type Stroke =
  | { readonly kind: "typed"; readonly text: string | undefined }
  | { readonly kind: "done" }
  | { readonly kind: "cancelled" };

const MEANINGS: ReadonlyMap<Key, "done" | "cancelled"> = new Map([
  ["enter", "done"],
  ["escape", "cancelled"],
  ["\x03", "cancelled"],
]);
export const ERASING: readonly Key[] = ["backspace", "delete"];

export function stroke(key: Key, { text, initial, most }: Typing): Stroke {
  const meaning = MEANINGS.get(key);
  if (meaning !== undefined) return { kind: meaning };
  if (ERASING.includes(key)) return { kind: "typed", text: [...(text ?? initial)].slice(0, -1).join("") };
  const given = text ?? "";
  return { kind: "typed", text: isCharacter(key) && [...given].length < most ? given + key : text };
}

/** Names of keys have more than one; what a terminal must not have is none. */
function isCharacter(key: Key): boolean {
  return [...key].length === 1 && printable(key) === key;
}

/** A label with what is typed behind it, and the cursor. */
export function typedLine(
  label: string,
  { text, initial }: Pick<Typing, "text" | "initial">,
): { readonly line: Line; readonly column: number } {
  return {
    line: [span(label, { bold: true }), span(text ?? initial, text === undefined ? { dim: true } : undefined)],
    column: columnsOfText(label) + columnsOfText(text ?? ""),
  };
}

/** Where the cursor stands, on the screen in any case. */
export function cursorAt(row: number, column: number, columns: number): NonNullable<Frame["cursor"]> {
  return { row, column: Math.max(0, Math.min(column, columns - 1)) };
}
