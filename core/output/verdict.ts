/** What the figures of a path mean, in words and numbers, as outputs tell it. */
import { printable } from "../name/text.ts";
import type { Field } from "../path/fields.ts";
import type { PathFigures } from "../path/figures.ts";
import type { RunCounts } from "../path/run_counts.ts";
import { type Verdict, verdictsOf, type VerdictWord } from "../path/verdict.ts";
import { real } from "./number.ts";
import type { TargetRecord } from "./record.ts";
import { Facts } from "./verdict_facts.ts";
import { SENTENCES } from "./verdict_sentences.ts";

/** A verdict as outputs tell it. */
export interface ToldVerdict {
  readonly word: VerdictWord;
  readonly ttl: number;
  /** One printable line without full stop. */
  readonly sentence: string;
  /** By name: times in ms, real numbers with a decimal point, counts without. */
  readonly numbers: Readonly<Record<string, string>>;
  /** The same as they were measured: times in µs. */
  readonly figures: Verdict["numbers"];
}

/** All that can be said of a target, the worst first; nothing of one that was never probed. */
export function toldVerdicts(
  { path, access }: Pick<TargetRecord, "path" | "access">,
  counts?: RunCounts,
): readonly ToldVerdict[] {
  if (path === undefined) return [];
  const options = { counts, access };
  return verdictsOf(path).map((verdict) => ({
    word: verdict.word,
    ttl: verdict.ttl,
    sentence: printable(SENTENCES[verdict.word](new Facts(verdict, path, options))),
    numbers: Object.fromEntries(Object.entries(verdict.numbers).map(([name, value]) => numberText(name, value))),
    figures: verdict.numbers,
  }));
}

/** The first verdict of each hop by its ttl, if the columns ask for it. */
export function firstWords(path: PathFigures, columns: readonly Field[]): ReadonlyMap<number, VerdictWord> {
  if (columns.every(({ unit }) => unit !== "word")) return new Map();
  return new Map(verdictsOf(path).toReversed().map(({ ttl, word }) => [ttl, word]));
}

/** A line of the report, which some other formats have, too. */
export function verdictLine({ word, sentence }: ToldVerdict): string {
  return `${word}: ${sentence}`;
}

function numberText(name: string, value: number): readonly [name: string, text: string] {
  if (name.endsWith("Us")) return [name.replace(/Us$/, "Ms"), real(value / 1000)];
  return [name, /(?:Percent|PerSecond)$/.test(name) ? real(value) : String(value)];
}
