/** `METRIC OPERATOR VALUE[UNIT] [@TARGET]`: what a user allows, read from text. */
import { isMetricName, type MetricName, METRICS, type MetricUnit } from "./metrics.ts";
import { type OperatorName, OPERATORS } from "./operators.ts";

export interface Limit {
  /** As it was typed. */
  readonly text: string;
  readonly metric: MetricName;
  readonly operator: OperatorName;
  /** In the unit of the metric. */
  readonly threshold: number;
  /** A host as typed, or an address; `undefined`: of every target. */
  readonly target: string | undefined;
  /** The hosts that `target` is a name of; left out where it is no such name. */
  readonly hosts?: readonly string[];
}

/** What must stand there, and what does. */
export interface LimitMistake {
  readonly expected: string;
  /** The character from which on it is wrong, the first is 1. */
  readonly column: number;
  /** `undefined`: the text ends there. */
  readonly found: string | undefined;
}

export type ParsedLimit =
  | { readonly ok: true; readonly limit: Limit }
  | { readonly ok: false; readonly mistake: LimitMistake };

/** How the values of a kind are written; the first unit is that of a bare number. */
interface ValueRule {
  readonly units: Readonly<Record<string, number>>;
  readonly number: RegExp;
  readonly expected: string;
  /** In the unit of the metric. */
  readonly most: number;
}

const DECIMAL = /\d+(?:\.\d*)?|\.\d+/y;
const DAY_US = 86_400e6;

const VALUES: Readonly<Record<MetricUnit, ValueRule>> = {
  percent: { units: { "%": 1 }, number: DECIMAL, expected: "a number from 0 to 100", most: 100 },
  count: { units: {}, number: /\d+(?![\d.])/y, expected: "a whole number", most: Number.MAX_SAFE_INTEGER },
  score: { units: {}, number: DECIMAL, expected: "a number from 0 to 100", most: 100 },
  microseconds: { units: { ms: 1_000, us: 1, s: 1e6 }, number: DECIMAL, expected: "a time up to a day", most: DAY_US },
};

/** Blanks may stand between any two parts; letters may be large or small, but for those of the target. */
export function parseLimit(text: string): ParsedLimit {
  const scanner = new Scanner(text);
  try {
    const metric = metricOf(scanner);
    const operator = scanner.oneOf(Object.keys(OPERATORS).filter(isOperator), "one of > >= < <= == !=");
    const threshold = thresholdOf(scanner, VALUES[METRICS[metric].unit]);
    const target = targetOf(scanner);
    return { ok: true, limit: { text: text.trim(), metric, operator, threshold, target } };
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    return { ok: false, mistake: error.mistake };
  }
}

function isOperator(text: string): text is OperatorName {
  return Object.hasOwn(OPERATORS, text);
}

function metricOf(scanner: Scanner): MetricName {
  const at = scanner.here();
  const word = scanner.take(/[a-z][a-z0-9]*/iy)?.toLowerCase() ?? "";
  if (isMetricName(word)) return word;
  scanner.fail(`one of ${Object.keys(METRICS).join(" ")}`, at);
}

function thresholdOf(scanner: Scanner, { units, number, expected, most }: ValueRule): number {
  const at = scanner.here();
  const digits = scanner.take(number) ?? scanner.fail(expected);
  const unitAt = scanner.here();
  const unit = scanner.take(/[^\s@]+/y)?.toLowerCase() ?? Object.keys(units)[0];
  const factor = unit === undefined ? 1 : Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) {
    const names = Object.keys(units);
    scanner.fail(names.length > 0 ? `${names.join(", ")} or no unit` : "no unit", unitAt);
  }
  const threshold = Number(digits) * factor;
  return threshold <= most ? threshold : scanner.fail(expected, at);
}

function targetOf(scanner: Scanner): string | undefined {
  if (scanner.isAtEnd()) return undefined;
  if (scanner.take(/@/y) === undefined) scanner.fail("@ and a target, or nothing");
  const at = scanner.here();
  const quoted = scanner.take(/"[^"]+"|'[^']+'/y);
  const target = quoted?.slice(1, -1) ?? scanner.take(/[^\s"'][^\s]*/y) ?? scanner.fail("a target", at);
  return scanner.isAtEnd() ? target : scanner.fail("nothing behind the target");
}

/** Ends the reading of one limit, and goes no further than `parseLimit`. */
class Unexpected extends Error {
  readonly mistake: LimitMistake;

  constructor(mistake: LimitMistake) {
    super(mistake.expected);
    this.mistake = mistake;
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The place behind the blanks. */
  here(): number {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#at;
  }

  isAtEnd(): boolean {
    return this.here() === this.#text.length;
  }

  /** What fits a sticky pattern here. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.here();
    const [found] = pattern.exec(this.#text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  oneOf<Word extends string>(words: readonly Word[], expected: string): Word {
    const at = this.here();
    const found = words.find((word) => this.#text.startsWith(word, at)) ?? this.fail(expected);
    this.#at += found.length;
    return found;
  }

  fail(expected: string, at: number = this.here()): never {
    const [found] = /^\S+/.exec(this.#text.slice(at)) ?? [];
    throw new Unexpected({ expected, column: [...this.#text.slice(0, at)].length + 1, found });
  }
}
