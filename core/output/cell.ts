/** The cells of a table for people: the report and the screen have the same. */
import type { Field } from "../path/fields.ts";
import type { Figures } from "../path/hop_figures.ts";
import { valueText } from "./value_text.ts";

/** A value as it is shown, without blanks before it: `-` where there is none. `word` is that of its verdict. */
export function cellText(field: Field, figures: Figures, word?: string): string {
  if (field.unit === "blank") return "";
  const text = valueText(field, figures, word);
  if (text === "") return "-";
  return field.unit === "percent" ? `${text}%` : text;
}

/** The part of a cell that must not be cut: mtr drops the `%` of 100 %, and so do we. */
export function growingText(field: Field, figures: Figures, word?: string): string {
  return cellText(field, figures, word).replace("%", "");
}

/** A cell in its column, with what separates it from the one before. */
export function cell(text: string, width: number, isLast: boolean): string {
  const cut = text.length < width || isLast ? text : text.replace("%", "");
  return cut === text && text.length >= width ? ` ${text}` : cut.padStart(width);
}
