/**
 * The one table of columns: what a letter of `--order` means, everywhere. Screen, report, CSV, JSON, help and manual
 * read it. Capital letters are mtr's, with their titles, widths and decimals; small letters are ours.
 */
import type { Figures } from "./hop.ts";

/** What a value counts. Times are in µs here; outputs write milliseconds. */
export type FieldUnit = "percent" | "count" | "microseconds" | "blank";

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
const JITTER = { unit: "microseconds", width: 5, decimals: 1 } as const;

export const FIELDS = {
  " ": { unit: "blank", width: 1, decimals: 0, title: " ", key: "", help: "Empty column", value: () => undefined },
  L: { ...PERCENT, title: "Loss%", key: "loss", help: "Lost probes, in percent", value: (f) => f.lossPercent },
  D: { ...COUNT, width: 5, title: "Drop", key: "lost", help: "Lost probes", value: (f) => f.lost },
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
    help: "Standard deviation of the round-trip times",
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
    help: "Difference of the last two round-trip times",
    value: (f) => f.rtt.jitterUs,
  },
  M: { ...JITTER, title: "Javg", key: "meanJitter", help: "Mean jitter", value: (f) => f.rtt.meanJitterUs },
  X: { ...JITTER, title: "Jmax", key: "maxJitter", help: "Greatest jitter", value: (f) => f.rtt.maxJitterUs },
  I: {
    ...JITTER,
    title: "Jint",
    key: "interarrivalJitter",
    help: "Interarrival jitter (RFC 3550)",
    value: (f) => f.rtt.interarrivalJitterUs,
  },
  m: { ...TIME, title: "P50", key: "p50", help: "Round-trip time that 50 % did not exceed", value: (f) => f.rtt.p50Us },
  n: { ...TIME, title: "P90", key: "p90", help: "Round-trip time that 90 % did not exceed", value: (f) => f.rtt.p90Us },
  p: { ...TIME, title: "P95", key: "p95", help: "Round-trip time that 95 % did not exceed", value: (f) => f.rtt.p95Us },
  q: { ...TIME, title: "P99", key: "p99", help: "Round-trip time that 99 % did not exceed", value: (f) => f.rtt.p99Us },
} as const satisfies Record<string, Field>;

export type FieldLetter = keyof typeof FIELDS;

export function isFieldLetter(letter: string): letter is FieldLetter {
  return Object.hasOwn(FIELDS, letter);
}

/** The columns of an order, from the left. `_` stands for no column, as in mtr; options have refused any other letter. */
export function columnsOf(order: string): readonly Field[] {
  return [...order].filter(isFieldLetter).map((letter) => FIELDS[letter]);
}
