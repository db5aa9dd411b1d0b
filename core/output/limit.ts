/** What became of the limits of a target, in words. */
import { type Judgement, METRICS, type MetricUnit } from "../limit/mod.ts";
import { printable } from "../name/text.ts";
import { fixed, milliseconds } from "./number.ts";
import type { TargetRecord } from "./record.ts";

/** How a figure is written: never rounded to less than a µs, or a thousandth of a percent. */
export const UNITS: Readonly<
  Record<MetricUnit, { readonly name: string; readonly symbol: string; readonly text: (value: number) => string }>
> = {
  percent: { name: "percent", symbol: "%", text: (value) => short(fixed(value, 3)) },
  count: { name: "count", symbol: "", text: String },
  score: { name: "score", symbol: "", text: (value) => short(fixed(value, 3)) },
  microseconds: { name: "ms", symbol: "ms", text: (value) => short(milliseconds(value, 3)) },
};

/** Without zeros at the end. */
function short(decimal: string): string {
  return decimal.replace(/\.?0+$/, "");
}

/** `93.21 ms`. */
export function amountText(value: number, unit: MetricUnit): string {
  const { symbol, text } = UNITS[unit];
  return symbol === "" ? text(value) : `${text(value)} ${symbol}`;
}

/** A printable line without full stop for each limit that was crossed. */
export function crossingsOf({ typed, limits = [] }: TargetRecord): readonly string[] {
  return limits.filter(({ isCrossed }) => isCrossed).map((judgement) => printable(crossing(typed, judgement)));
}

/** `loss > 5%: 0 %; p95 > 80ms: 93.21 ms, crossed`; `undefined` without limits. */
export function limitsText({ limits = [] }: TargetRecord): string | undefined {
  if (limits.length === 0) return undefined;
  return limits.map(({ limit: { text, metric }, measured, isCrossed }) => {
    const found = measured === undefined ? "not measured" : amountText(measured, METRICS[metric].unit);
    return `${text}: ${found}${isCrossed ? ", crossed" : ""}`;
  }).join("; ");
}

function crossing(typed: string, { limit: { metric, text }, measured }: Judgement): string {
  const found = measured === undefined ? "was not measured" : `is ${amountText(measured, METRICS[metric].unit)}`;
  return `${metric} of ${typed} ${found} (${text})`;
}
