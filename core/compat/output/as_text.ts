/** The answers of the AS lookup as columns. */
import type { DialectName } from "../dialect.ts";
import { originPart } from "../origin_answer.ts";
import type { CompatRun } from "./run.ts";

const NUMBER_FIELD = 0;
const NUMBER_PREFIX = "AS";

/** By field: number (behind its prefix), prefix, country, registry, date. */
const WIDTHS = {
  "0.95": [7, 19, 4, 8, 11],
  "0.96": [12, 19, 4, 8, 11],
} as const satisfies Record<DialectName, readonly number[]>;

type AsNamer = Pick<CompatRun, "settings" | "names">;

/** The columns in front of a name; empty without -y and -z. Texts that are too long are not cut. */
export function asColumns(address: string | undefined, namer: AsNamer): string {
  const { dialect, ipinfoFields } = namer.settings;
  return ipinfoFields.map((field) => column(originPart(originOf(address, namer), field), field, dialect)).join(" ");
}

/** Their width, if no text is too long. */
export function asColumnsWidth({ dialect, ipinfoFields }: CompatRun["settings"]): number {
  return ipinfoFields.map((field) => column("", field, dialect)).join(" ").length;
}

/** `AS64496`; `undefined` if the number is not asked for. */
export function asNumberText(address: string | undefined, namer: AsNamer): string | undefined {
  if (!namer.settings.ipinfoFields.includes(NUMBER_FIELD)) return undefined;
  return `${NUMBER_PREFIX}${originPart(originOf(address, namer), NUMBER_FIELD)}`;
}

function originOf(address: string | undefined, { names }: AsNamer): string | undefined {
  return address === undefined ? undefined : names.origin(address);
}

function column(text: string, field: number, dialect: DialectName): string {
  const padded = text.padEnd(WIDTHS[dialect][field] ?? 0);
  return field === NUMBER_FIELD ? `${NUMBER_PREFIX}${padded}` : padded;
}
