/**
 * Values as users write them, into the one form that settings have: whole decimal numbers in the setting's own unit.
 *
 * Numbers are decimal or, with 0x, hexadecimal; a leading zero means nothing, so 010 is ten. Seconds may have fractions
 * and an exponent. The whole text must be a number, and neither `inf` nor `nan` is one.
 */
import type { NumberFlag, SecondsFlag, ValueFlag } from "./flag.ts";
import { optionName } from "./option_name.ts";
import { type Mistake, quoted } from "./problem.ts";

export type CanonicalValue =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly mistake: Mistake };

export function canonicalValue(flag: ValueFlag, text: string): CanonicalValue {
  const value = valueOf(flag, text);
  if (value !== undefined) return { ok: true, value };
  const because = requirementOf(flag, text);
  return { ok: false, mistake: { cannot: `use ${quoted(text)} as ${flag.noun} (${optionName(flag)})`, because } };
}

/** `undefined` if the flag cannot have this value. */
function valueOf(flag: ValueFlag, text: string): string | undefined {
  switch (flag.kind) {
    case "number":
      return wholeNumber(flag, text)?.toFixed(0);
    case "seconds":
      return microseconds(flag, text)?.toFixed(0);
    case "text":
      return flag.requirement(text) === undefined ? text : undefined;
  }
}

const WHOLE_NUMBER = /^[+-]?(?:\d+|0x[\da-f]+)$/i;
const DECIMAL_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function wholeNumber({ limits, also }: NumberFlag, text: string): number | undefined {
  if (!WHOLE_NUMBER.test(text)) return undefined;
  const amount = Number(text.replace(/^[+-]/, ""));
  // Not -amount for 0: settings hold no negative zero.
  const number = text.startsWith("-") ? 0 - amount : amount;
  return isWithin(limits, number) || (also !== undefined && isWithin(also, number)) ? number : undefined;
}

const SECOND_US = 1_000_000;

function microseconds({ limits }: SecondsFlag, text: string): number | undefined {
  if (!DECIMAL_NUMBER.test(text)) return undefined;
  const number = Math.round(Number(text) * SECOND_US);
  return isWithin(limits, number) ? number : undefined;
}

function isWithin(range: { readonly least: number; readonly most: number }, number: number): boolean {
  return range.least <= number && number <= range.most;
}

function requirementOf(flag: ValueFlag, text: string): string {
  switch (flag.kind) {
    case "number":
      return `it must be a whole number ${rangeOf(flag)}`;
    case "seconds":
      return `it must be a number of seconds ${rangeOf(flag)}`;
    case "text":
      return flag.requirement(text) ?? "";
  }
}

/** "from 1 to 255" */
export function rangeOf(flag: NumberFlag | SecondsFlag): string {
  const range = `from ${inUnitOfUser(flag, flag.limits.least)} to ${inUnitOfUser(flag, flag.limits.most)}`;
  if (flag.kind === "seconds" || flag.also === undefined) return range;
  const { least, most, meaning } = flag.also;
  return `${range}, or ${least === most ? least : `from ${least} to ${most}`} for ${meaning}`;
}

/** A value of the setting as users write it. */
export function inUnitOfUser(flag: NumberFlag | SecondsFlag, value: number): number {
  return flag.kind === "seconds" ? value / SECOND_US : value;
}
