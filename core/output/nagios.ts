/**
 * One line for a monitor, as its plugins print it: `MTR STATE - TEXT|PERFORMANCE DATA`, and a line for each of several
 * targets below, behind each what its figures mean. The exit status is that of the state.
 *
 * Who sets a limit to what may be missing decides what is wrong; of a target without such a limit the verdicts do.
 *
 * Performance data has all targets on the first line: label in quotes, value with unit, nothing for a warning, the range of
 * a limit of `--fail-if` as that of a critical state, least and greatest. `U` is what was not measured.
 */
import { type Judgement, type MetricName, METRICS, OPERATORS, targetFiguresOf } from "../limit/mod.ts";
import { printable } from "../name/text.ts";
import type { PathFigures } from "../path/figures.ts";
import type { RunCounts } from "../path/run_counts.ts";
import { STATUSES } from "../path/status.ts";
import type { VerdictWord } from "../path/verdict.ts";
import { amountText, crossingsOf, UNITS } from "./limit.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";
import { type ToldVerdict, toldVerdicts, verdictLine } from "./verdict.ts";
import { sentenceOf } from "./sentence.ts";

interface StateMeaning {
  readonly exit: number;
  readonly meaning: string;
}

/** The worst first: what somebody has to be woken for hides behind nothing else. */
export const STATES = {
  CRITICAL: { exit: 2, meaning: "a target did not answer, or a limit was crossed" },
  UNKNOWN: { exit: 3, meaning: "a target could not be measured, or the program could not do its work" },
  WARNING: { exit: 1, meaning: "the run was ended early, or a verdict tells of probes that a target does not answer" },
  OK: { exit: 0, meaning: "every target answered, and nothing of the above" },
} as const satisfies Record<string, StateMeaning>;

type State = keyof typeof STATES;

const WORST_FIRST: readonly State[] = ["CRITICAL", "UNKNOWN", "WARNING", "OK"];

/** What is not well of a target that has answered. */
const WARNINGS: readonly VerdictWord[] = ["REFUSED", "MTU", "LOOP", "LOSS", "UNSENT"];
/** With a limit to one of these somebody has decided how much may be missing. */
const OF_WHAT_IS_MISSING: readonly MetricName[] = ["loss", "received", "lost", "burst", "outage", "mos", "r"];

export const nagios: OutputFormat = {
  help: "A line for a monitor",
  render: renderRun,
  exitStatus: ({ targets }) => STATES[worstOf(targets.map(stateOf))].exit,
  showsNoNames: true,
};

/** What is printed instead of a run that there was none of; further lines of the message stand below. */
export function unknownText(message: string): { readonly text: string; readonly exit: number } {
  return { text: `MTR UNKNOWN - ${message.split("\n").map(plain).join("\n")}\n`, exit: STATES.UNKNOWN.exit };
}

/** Of the status alone; 2 is what could not even be asked. */
const STATES_OF_EXITS: Readonly<Record<0 | 1 | 2, State>> = { 0: "OK", 1: "CRITICAL", 2: "UNKNOWN" };

function stateOf(target: TargetRecord): State {
  const own = target.status === "PARTIAL" ? "WARNING" : STATES_OF_EXITS[STATUSES[target.status].exit];
  if (crossingsOf(target).length > 0) return worstOf([own, "CRITICAL"]);
  return own === "OK" && warningOf(target) !== undefined ? "WARNING" : own;
}

/** The worst that is said of a target that has answered, and no limit is about. */
function warningOf(target: TargetRecord, counts?: RunCounts): ToldVerdict | undefined {
  const { status, limits = [] } = target;
  if (status !== "OK" || limits.some(({ limit }) => OF_WHAT_IS_MISSING.includes(limit.metric))) return undefined;
  return toldVerdicts(target, counts).find(({ word }) => WARNINGS.includes(word));
}

function worstOf(states: readonly State[]): State {
  return WORST_FIRST.find((state) => states.includes(state)) ?? "OK";
}

function renderRun({ targets, counts }: RunRecord): string {
  const state = worstOf(targets.map(stateOf));
  const worst = targets.filter((target) => stateOf(target) === state);
  const [first] = worst;
  const count = targets.length > 1 ? `${worst.length} of ${targets.length} targets: ` : "";
  const text = first === undefined ? "no target" : `${count}${textOf(first, counts)}`;
  const data = targets.flatMap(performanceOf).join(" ");
  return [
    `MTR ${state} - ${text}${data === "" ? "" : `|${data}`}`,
    ...targets.flatMap((target) => [
      ...(targets.length > 1 ? [`${stateOf(target)}: ${textOf(target, counts)}`] : []),
      ...toldVerdicts(target, counts).map((verdict) => plain(verdictLine(verdict))),
    ]),
  ].map((line) => `${line}\n`).join("");
}

/** What is wrong, and what was measured where nothing is, or is only a warning. */
function textOf(target: TargetRecord, counts: RunCounts | undefined): string {
  const wrong = [sentenceOf(target) ?? [], crossingsOf(target)].flat();
  const figures = target.path === undefined || !target.path.reached ? [] : [figuresText(target.typed, target.path)];
  const isAllWell = wrong.length === 0 || target.status === "PARTIAL";
  const warning = wrong.length === 0 ? warningOf(target, counts) : undefined;
  return plain([
    ...wrong,
    ...(isAllWell ? figures : []),
    ...(warning === undefined ? [] : [verdictLine(warning)]),
  ].join("; "));
}

function figuresText(typed: string, path: PathFigures): string {
  const figures = targetFiguresOf(path);
  const parts = (["loss", "avg", "hops"] as const).map((metric) => {
    const value = METRICS[metric].value(figures);
    const label = LABELS.find(([name]) => name === metric)?.[1];
    return `${label} ${value === undefined ? "unknown" : amountText(value, METRICS[metric].unit)}`;
  });
  return `${printable(typed)}: ${parts.join(", ")}`;
}

/** Printable text in which a monitor does not take what stands behind a `|` for performance data. */
function plain(text: string): string {
  return text.replaceAll("|", "\\u{7C}");
}

/** What every target has, under the labels of other plugins that measure round trips. */
const LABELS: readonly (readonly [metric: MetricName, label: string])[] = [
  ["loss", "loss"],
  ["avg", "rta"],
  ["best", "rtmin"],
  ["worst", "rtmax"],
  ["jitter", "jitter"],
  ["hops", "hops"],
];

function performanceOf({ typed, path, limits = [] }: TargetRecord): readonly string[] {
  if (path === undefined) return [];
  const figures = targetFiguresOf(path);
  const labels = new Map<MetricName, string>(LABELS);
  for (const { limit: { metric } } of limits) if (!labels.has(metric)) labels.set(metric, metric);
  return [...labels].map(([metric, label]) => {
    const { unit, value: valueOf } = METRICS[metric];
    const value = valueOf(figures);
    const text = value === undefined ? "U" : `${UNITS[unit].text(value)}${UNITS[unit].symbol}`;
    const most = unit === "percent" ? ";100" : "";
    return `'${labelText(typed)} ${label}'=${text};;${criticalRange(metric, limits)};0${most}`;
  });
}

/** Of the first limit of this metric: there is room for one. */
function criticalRange(metric: MetricName, limits: readonly Judgement[]): string {
  const own = limits.find(({ limit }) => limit.metric === metric)?.limit;
  return own === undefined ? "" : OPERATORS[own.operator].range(UNITS[METRICS[metric].unit].text(own.threshold));
}

/** A label has no `=`, and a quote in it is doubled. */
function labelText(typed: string): string {
  return plain(printable(typed)).replaceAll("=", "_").replaceAll("'", "''");
}
