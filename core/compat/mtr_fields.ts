/** mtr's columns: the one table of them. */
import { fixed } from "../output/number.ts";
import type { DialectName } from "./dialect.ts";
import type { MtrFigures } from "./mtr_statistics.ts";

export interface MtrField {
  readonly title: string;
  /** Bytes that a column of the report takes. */
  readonly width: number;
  /** A count; or thousandths of what is shown: of ms, or of a percent. */
  readonly value: (figures: MtrFigures) => number;
  /** As printf has it in a column, with blanks in front; more than `width` if the value needs more. */
  readonly format: (value: number) => string;
  readonly kind: "count" | "thousandths" | "blank";
}

/** Shown values are thousandths of what a user reads: µs of ms. */
export const THOUSANDTHS = 1000;

/** How the release writes loss: decimals, digits with them, width of the column. */
const LOSS = {
  "0.95": { decimals: 1, digits: 4, width: 6 },
  "0.96": { decimals: 2, digits: 6, width: 8 },
} as const satisfies Record<DialectName, unknown>;

const BLANK: MtrField = {
  title: " ",
  width: 1,
  value: ({ dropped }) => dropped,
  format: () => " ",
  kind: "blank",
};

type FieldLetter = string;

const FIELDS: Readonly<Record<DialectName, ReadonlyMap<FieldLetter, MtrField>>> = {
  "0.95": fieldsWith(loss("0.95")),
  "0.96": fieldsWith(loss("0.96")),
};

/** The columns that the letters of `-o` ask for. Letters without a column, `_` among them, are passed over. */
export function fieldsOf(order: string, dialect: DialectName): readonly MtrField[] {
  return [...order].flatMap((letter) => FIELDS[dialect].get(letter) ?? []);
}

function fieldsWith(lossField: MtrField): ReadonlyMap<FieldLetter, MtrField> {
  return new Map<FieldLetter, MtrField>([
    [" ", BLANK],
    ["L", lossField],
    ["D", count("Drop", 4, ({ dropped }) => dropped)],
    ["R", count("Rcv", 5, ({ received }) => received)],
    ["S", count("Snt", 5, ({ sent }) => sent)],
    ["N", time("Last", 5, ({ lastUs }) => lastUs)],
    ["B", time("Best", 5, ({ bestUs }) => bestUs)],
    ["A", time("Avg", 5, ({ averageUs }) => averageUs)],
    ["W", time("Wrst", 5, ({ worstUs }) => worstUs)],
    ["V", time("StDev", 5, ({ deviationUs }) => deviationUs)],
    ["G", time("Gmean", 5, ({ geometricMeanUs }) => geometricMeanUs)],
    ["J", time("Jttr", 4, ({ jitterUs }) => jitterUs)],
    ["M", time("Javg", 4, ({ averageJitterUs }) => averageJitterUs)],
    ["X", time("Jmax", 4, ({ worstJitterUs }) => worstJitterUs)],
    ["I", time("Jint", 4, ({ interarrivalJitterUs }) => interarrivalJitterUs)],
  ]);
}

function loss(dialect: DialectName): MtrField {
  const { decimals, digits, width } = LOSS[dialect];
  return {
    title: "Loss%",
    width,
    value: ({ lossThousandths }) => lossThousandths,
    format: (value) => ` ${fixed(value / THOUSANDTHS, decimals).padStart(digits)}%`,
    kind: "thousandths",
  };
}

function count(title: string, digits: number, value: MtrField["value"]): MtrField {
  return { title, width: digits + 1, value, format: (value) => ` ${String(value).padStart(digits)}`, kind: "count" };
}

function time(title: string, digits: number, value: MtrField["value"]): MtrField {
  const format = (value: number): string => ` ${fixed(value / THOUSANDTHS, 1).padStart(digits)}`;
  return { title, width: digits + 1, value, format, kind: "thousandths" };
}
