/** The value of a column as text: the one place that knows how each unit is written. */
import type { Field } from "../path/fields.ts";
import type { Figures } from "../path/hop_figures.ts";
import { fixed, milliseconds } from "./number.ts";

/** How many decimals a format has for a unit; absent: those of the column. */
export type Decimals = Readonly<Partial<Record<"percent" | "microseconds" | "score", number>>>;

/** Empty where there is no value. `word` is that of the verdict. */
export function valueText(field: Field, figures: Figures, word = "", decimals: Decimals = {}): string {
  if (field.unit === "word") return word;
  const value = field.value(figures);
  if (value === undefined) return "";
  switch (field.unit) {
    case "percent":
    case "score":
      return fixed(value, decimals[field.unit] ?? field.decimals);
    case "microseconds":
      return milliseconds(value, decimals.microseconds ?? field.decimals);
    case "count":
      return String(value);
    case "blank":
      return "";
    default:
      return field.unit satisfies never;
  }
}
