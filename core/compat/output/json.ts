/** mtr's JSON, as the library jansson writes it. */
import { fieldsOf, type MtrField, THOUSANDTHS } from "../mtr_fields.ts";
import type { MtrHop } from "../mtr_path.ts";
import { asNumberText } from "./as_text.ts";
import { significant } from "./json_real.ts";
import { hopNameOf } from "./naming.ts";
import { bitPatternText, packetSizeText } from "./probe_text.ts";
import type { CompatRun } from "./run.ts";

export function json(run: CompatRun): string {
  const { settings, localHost, target } = run;
  const mtr = new Map<string, Value>([
    ["src", localHost],
    ["dst", target],
    ["tos", count(settings.tos)],
    ["tests", count(settings.cycles)],
    ["psize", packetSizeText(settings)],
    ["bitpattern", bitPatternText(settings)],
  ]);
  const hubs = run.path.rows().map((hop) => hubOf(hop, run));
  const document = new Map<string, Value>([["report", new Map<string, Value>([["mtr", mtr], ["hubs", hubs]])]]);
  return `${write(document, 0)}\n`;
}

/** A number as it is written; keys stay in the order in which they were set first. */
type Value = string | { readonly number: string } | readonly Value[] | ReadonlyMap<string, Value>;

function hubOf(hop: MtrHop, run: CompatRun): Value {
  const { order, dialect } = run.settings;
  const hub = new Map<string, Value>([["count", count(hop.index + 1)], ["host", hopNameOf(hop, run)]]);
  const asNumber = asNumberText(hop.latest?.address, run);
  if (asNumber !== undefined) hub.set("ASN", asNumber.trim());
  for (const field of fieldsOf(order, dialect)) {
    if (field.kind !== "blank") hub.set(field.title, numberOf(field, hop));
  }
  return hub;
}

function numberOf({ kind, value }: MtrField, { figures }: MtrHop): Value {
  const number = value(figures);
  return kind === "thousandths" ? { number: significant(number / THOUSANDTHS) } : count(number);
}

function count(value: number): Value {
  return { number: String(value) };
}

const INDENT = "    ";

function write(value: Value, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value)) return block("[", "]", value.map((item) => write(item, depth + 1)), depth);
  if ("number" in value) return value.number;
  const members = [...value].map(([key, member]) => `${JSON.stringify(key)}: ${write(member, depth + 1)}`);
  return block("{", "}", members, depth);
}

function isList(value: Exclude<Value, string>): value is readonly Value[] {
  return Array.isArray(value);
}

function block(open: string, close: string, items: readonly string[], depth: number): string {
  if (items.length === 0) return `${open}${close}`;
  const lines = items.map((item) => `${INDENT.repeat(depth + 1)}${item}`).join(",\n");
  return `${open}\n${lines}\n${INDENT.repeat(depth)}${close}`;
}
