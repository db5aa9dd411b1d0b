/**
 * What a TOML text sets, with the line of each. The package reads all of it; it tells no lines, so that each statement is
 * shown to it alone, too: the fewest lines that are TOML by themselves.
 */
import { parse, TomlError } from "smol-toml";
import { quoted } from "./problem.ts";

/** A key with its tables before it, and a value that is no table, unless that is empty. */
export interface TomlEntry {
  readonly path: readonly string[];
  readonly value: unknown;
  /** Counted from 1; the first one of the statement. */
  readonly line: number;
}

export type TomlEntries =
  | { readonly ok: true; readonly entries: readonly TomlEntry[] }
  | { readonly ok: false; readonly line: number; readonly why: string };

/** Each line more is another attempt, which would be quadratic without a limit. */
const MOST_LINES_OF_A_VALUE = 1_024;
/** Lists in tables are all that a configuration has. */
const OPTIONS = { integersAsBigInt: true, maxDepth: 16 } as const;

export function tomlEntries(text: string): TomlEntries {
  const whole = tryParse(text);
  if (!whole.ok) return whole;
  const entries: TomlEntry[] = [];
  let tables: readonly string[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length;) {
    const statement = statementAt(lines, at);
    if (statement === undefined) {
      return { ok: false, line: at + 1, why: `a value must have at most ${MOST_LINES_OF_A_VALUE} lines` };
    }
    const isHeader = lines[at]?.trimStart().startsWith("[") === true;
    if (isHeader) tables = [];
    const found = leavesOf(statement.value, tables);
    entries.push(...found.map(({ path, value }) => ({ path, value, line: at + 1 })));
    if (isHeader) tables = found[0]?.path ?? [];
    at += statement.lines;
  }
  return { ok: true, entries };
}

type Parsed =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly line: number; readonly why: string };

function tryParse(text: string): Parsed {
  try {
    return { ok: true, value: parse(text, OPTIONS) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The package puts the lines around the place below its sentence.
    const [sentence = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    return { ok: false, line: error.line, why: quoted(sentence).slice(1, -1) };
  }
}

function statementAt(
  lines: readonly string[],
  at: number,
): { lines: number; value: Record<string, unknown> } | undefined {
  for (let count = 1; count <= MOST_LINES_OF_A_VALUE && at + count <= lines.length; count++) {
    const parsed = tryParse(`${lines.slice(at, at + count).join("\n")}\n`);
    if (parsed.ok) return { lines: count, value: parsed.value };
  }
  return undefined;
}

function leavesOf(value: unknown, path: readonly string[]): { path: readonly string[]; value: unknown }[] {
  if (!isTable(value)) return [{ path, value }];
  const keys = Object.keys(value);
  if (keys.length === 0 && path.length > 0) return [{ path, value }];
  return keys.flatMap((key) => leavesOf(value[key], [...path, key]));
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
