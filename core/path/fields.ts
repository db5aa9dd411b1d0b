/**
 * The one table of columns: what a letter of `--order` means, everywhere. Screen, report, CSV, JSON, help and manual
 * read it. Capital letters are mtr's, with their titles, widths and decimals; small letters are ours.
 */
import { wilson } from "./interval.ts";
import type { Figures } from "./hop_figures.ts";
import { mosOf, rFactorOf } from "./voice.ts";

/**
 * What a value counts. Times are in µs here; outputs write milliseconds. A `score` is a number by itself; a `word` is no
 * number, and known to outputs alone.
 */
export type FieldUnit = "percent" | "count" | "microseconds" | "score" | "word" | "blank";

export interface Field {
  /** Heading of the column, as in mtr; also its key in mtr's JSON. */
  readonly title: string;
  /** Name in structured output, without unit. */
  readonly key: string;
  readonly unit: FieldUnit;
  /** Least width of the column in characters, the blank before it included. */
  readonly width: number;
  readonly decimals: number;
  readonly help: string;
  /** `undefined` if there is no sample, or nothing to say of this responder. */
  readonly value: (figures: Figures) => number | undefined;
}

const PERCENT = { unit: "percent", width: 6, decimals: 1 } as const;
const COUNT = { unit: "count", width: 6, decimals: 0 } as const;
const TIME = { unit: "microseconds", width: 6, decimals: 1 } as const;
const SCORE = { unit: "score", width: 6 } as const;
const JITTER = { unit: "microseconds", width: 5, decimals: 1 } as const;

export const FIELDS = {
  " ": { unit: "blank", width: 1, decimals: 0, title: " ", key: "", help: "Empty column", value: () => undefined },
  L: {
    ...PERCENT,
    title: "Loss%",
    key: "loss",
    help: "Lost probes in percent of those decided",
    value: (f) => f.lossPercent,
  },
  D: {
    ...COUNT,
    width: 5,
    title: "Drop",
    key: "lost",
    help: "Lost probes, those that could not leave this host among them",
    value: (f) => f.lost,
  },
  R: { ...COUNT, title: "Rcv", key: "received", help: "Probes answered in time", value: (f) => f.received },
  S: { ...COUNT, title: "Snt", key: "sent", help: "Probes sent", value: (f) => f.sent },
  N: { ...TIME, title: "Last", key: "last", help: "Latest round-trip time", value: (f) => f.rtt.lastUs },
  B: { ...TIME, title: "Best", key: "best", help: "Least round-trip time", value: (f) => f.rtt.bestUs },
  A: { ...TIME, title: "Avg", key: "mean", help: "Mean round-trip time", value: (f) => f.rtt.meanUs },
  W: { ...TIME, title: "Wrst", key: "worst", help: "Greatest round-trip time", value: (f) => f.rtt.worstUs },
  V: {
    ...TIME,
    title: "StDev",
    key: "standardDeviation",
    help: "Sample standard deviation of the round-trip times",
    value: (f) => f.rtt.standardDeviationUs,
  },
  G: {
    ...TIME,
    title: "Gmean",
    key: "geometricMean",
    help: "Geometric mean of the round-trip times",
    value: (f) => f.rtt.geometricMeanUs,
  },
  J: {
    ...JITTER,
    title: "Jttr",
    key: "jitter",
    help: "Difference of the last two round-trip times, as they arrive",
    value: (f) => f.rtt.jitterUs,
  },
  M: {
    ...JITTER,
    title: "Javg",
    key: "meanJitter",
    help: "Mean difference of two in a row",
    value: (f) => f.rtt.meanJitterUs,
  },
  X: {
    ...JITTER,
    title: "Jmax",
    key: "maxJitter",
    help: "Greatest difference of two in a row",
    value: (f) => f.rtt.maxJitterUs,
  },
  I: {
    ...JITTER,
    title: "Jint",
    key: "interarrivalJitter",
    help: "Interarrival jitter of RFC 3550; mtr prints 16 times that",
    value: (f) => f.rtt.interarrivalJitterUs,
  },
  m: { ...TIME, title: "P50", key: "p50", help: "Round-trip time that 50 % did not exceed", value: (f) => f.rtt.p50Us },
  n: { ...TIME, title: "P90", key: "p90", help: "Round-trip time that 90 % did not exceed", value: (f) => f.rtt.p90Us },
  p: { ...TIME, title: "P95", key: "p95", help: "Round-trip time that 95 % did not exceed", value: (f) => f.rtt.p95Us },
  q: { ...TIME, title: "P99", key: "p99", help: "Round-trip time that 99 % did not exceed", value: (f) => f.rtt.p99Us },
  l: {
    ...PERCENT,
    width: 7,
    title: "LossLo",
    key: "lossLow",
    help: "Least loss within the 95 % interval of Wilson",
    value: (f) => lossIntervalOf(f)?.lowPercent,
  },
  h: {
    ...PERCENT,
    width: 7,
    title: "LossHi",
    key: "lossHigh",
    help: "Greatest loss within it",
    value: (f) => lossIntervalOf(f)?.highPercent,
  },
  i: {
    ...COUNT,
    title: "InFl",
    key: "inFlight",
    help: "Probes not yet decided: neither answered nor lost",
    value: (f) => f.inFlight,
  },
  f: {
    ...COUNT,
    title: "Fail",
    key: "sendFailed",
    help: "Probes that could not leave this host",
    value: (f) => f.sendFailed,
  },
  a: { ...COUNT, title: "Late", key: "late", help: "Answers to probes that had been given up", value: (f) => f.late },
  d: {
    ...COUNT,
    title: "Dup",
    key: "duplicates",
    help: "Further answers to a probe that had one",
    value: (f) => f.duplicates,
  },
  o: {
    ...COUNT,
    title: "Reord",
    key: "reordered",
    help: "Answers in time that came after the answer to a later probe",
    value: (f) => f.reordered,
  },
  k: {
    ...COUNT,
    title: "Shrd",
    key: "shared",
    help: "Probes to other targets that count here, too",
    value: (f) => f.shared,
  },
  c: {
    ...COUNT,
    width: 7,
    title: "Bursts",
    key: "bursts",
    help: "Rows of lost probes, single ones among them",
    value: (f) => f.lossRuns?.bursts,
  },
  b: {
    ...COUNT,
    title: "Burst",
    key: "longestBurst",
    help: "Lost probes of the longest one",
    value: (f) => f.lossRuns?.longestBurst,
  },
  t: {
    ...TIME,
    width: 9,
    title: "Outage",
    key: "outage",
    help: "How long all rows of loss over three rounds and more lasted",
    value: (f) => f.lossRuns?.outageUs,
  },
  r: { ...SCORE, decimals: 1, title: "R", key: "rFactor", help: "R-factor of a call (ITU-T G.107)", value: rFactorOf },
  s: { ...SCORE, decimals: 2, title: "MOS", key: "mos", help: "Its mean opinion score, from 1 to 4.5", value: mosOf },
  v: {
    unit: "word",
    width: 12,
    decimals: 0,
    title: "Verdict",
    key: "verdict",
    help: "First verdict that begins at this hop",
    value: () => undefined,
  },
} as const satisfies Record<string, Field>;

export type FieldLetter = keyof typeof FIELDS;

export function isFieldLetter(letter: string): letter is FieldLetter {
  return Object.hasOwn(FIELDS, letter);
}

/** What is known of each responder by itself. */
export const RESPONDER_TIMES: readonly Field[] = Object.values<Field>(FIELDS).filter((field) =>
  field.unit === "microseconds" && field !== FIELDS.t
);

/** The 95 % interval of the loss; `undefined` while nothing is decided. */
export function lossIntervalOf(
  { received, lost }: Figures,
): { readonly lowPercent: number; readonly highPercent: number } | undefined {
  if (received === undefined || lost === undefined || received + lost === 0) return undefined;
  const { low, high } = wilson(lost, received + lost);
  return { lowPercent: 100 * low, highPercent: 100 * high };
}

/** The columns of an order, from the left. `_` stands for no column, as in mtr; options have refused any other letter. */
export function columnsOf(order: string): readonly Field[] {
  return [...order].filter(isFieldLetter).map((letter) => FIELDS[letter]);
}
