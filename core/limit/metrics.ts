/** What a limit can be set to: the one table of its words, and where each finds its figure. */
import type { HopFigures } from "../path/hop_figures.ts";
import type { PathFigures } from "../path/figures.ts";
import type { RttFigures } from "../path/statistics.ts";
import { targetOf } from "../path/target.ts";
import { mosOf, rFactorOf } from "../path/voice.ts";

/** Times are in µs here, whatever the user wrote. */
export type MetricUnit = "percent" | "count" | "microseconds" | "score";

/**
 * The target's own figures: those of the row where it answers, or of the rounds in which it did, where that row is not
 * its alone. `undefined` is what nobody measured. Of a target that has never answered the last row of its path stands
 * for it, as what was sent and lost; who answered there does not count.
 */
export interface TargetFigures {
  readonly sent: number | undefined;
  readonly received: number | undefined;
  readonly lost: number | undefined;
  readonly lossPercent: number | undefined;
  readonly rtt: RttFigures | undefined;
  readonly reordered: number | undefined;
  readonly longestBurst: number | undefined;
  readonly outageUs: number | undefined;
  readonly rFactor: number | undefined;
  readonly mos: number | undefined;
  /** The ttl of that row. */
  readonly hops: number | undefined;
}

export interface Metric {
  readonly unit: MetricUnit;
  readonly meaning: string;
  readonly value: (figures: TargetFigures) => number | undefined;
}

const COUNT = { unit: "count" } as const;
const SCORE = { unit: "score" } as const;
const TIME = { unit: "microseconds" } as const;

export const METRICS = {
  loss: { unit: "percent", meaning: "lost probes in percent", value: (f) => f.lossPercent },
  sent: { ...COUNT, meaning: "probes sent", value: (f) => f.sent },
  received: { ...COUNT, meaning: "probes answered in time", value: (f) => f.received },
  lost: { ...COUNT, meaning: "probes lost", value: (f) => f.lost },
  hops: { ...COUNT, meaning: "the ttl where the target answers", value: (f) => f.hops },
  reordered: { ...COUNT, meaning: "answers overtaken by a later one", value: (f) => f.reordered },
  burst: { ...COUNT, meaning: "most probes lost in a row", value: (f) => f.longestBurst },
  outage: { ...TIME, meaning: "time in which three cycles and more were lost", value: (f) => f.outageUs },
  mos: { ...SCORE, meaning: "mean opinion score of a call, 1 to 4.5", value: (f) => ofSeveral(f, f.mos) },
  r: { ...SCORE, meaning: "R-factor of a call, 0 to 93.2", value: (f) => ofSeveral(f, f.rFactor) },
  last: { ...TIME, meaning: "latest round-trip time", value: (f) => f.rtt?.lastUs },
  best: { ...TIME, meaning: "least", value: (f) => f.rtt?.bestUs },
  avg: { ...TIME, meaning: "mean", value: (f) => f.rtt?.meanUs },
  worst: { ...TIME, meaning: "greatest", value: (f) => f.rtt?.worstUs },
  stdev: { ...TIME, meaning: "standard deviation", value: (f) => ofSeveral(f, f.rtt?.standardDeviationUs) },
  jitter: { ...TIME, meaning: "mean jitter", value: (f) => ofSeveral(f, f.rtt?.meanJitterUs) },
  p50: { ...TIME, meaning: "not exceeded by 50 %", value: (f) => f.rtt?.p50Us },
  p90: { ...TIME, meaning: "not exceeded by 90 %", value: (f) => f.rtt?.p90Us },
  p95: { ...TIME, meaning: "not exceeded by 95 %", value: (f) => f.rtt?.p95Us },
  p99: { ...TIME, meaning: "not exceeded by 99 %", value: (f) => f.rtt?.p99Us },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

export function isMetricName(word: string): word is MetricName {
  return Object.hasOwn(METRICS, word);
}

/** What differs between samples: a single one has measured nothing of it, though mtr's columns have 0 there. */
function ofSeveral({ received }: TargetFigures, value: number | undefined): number | undefined {
  return received !== undefined && received < 2 ? undefined : value;
}

export function targetFiguresOf(path: PathFigures): TargetFigures {
  const target = targetOf(path);
  if (target !== undefined) return { ...figuresOf(target), hops: path.reachedTtl };
  const rows = path.hops();
  const sent = rows.at(-1)?.sent;
  // It has answered at a place that is another router's by now.
  if (path.reached) return { ...NOTHING, sent };
  const lost = sent === undefined ? undefined : sent - (rows.at(-1)?.inFlight ?? 0);
  const lossPercent = lost !== undefined && lost > 0 ? 100 : undefined;
  return { ...NOTHING, sent, received: 0, lost, lossPercent, longestBurst: lost };
}

const NOTHING: TargetFigures = {
  sent: undefined,
  received: undefined,
  lost: undefined,
  lossPercent: undefined,
  rtt: undefined,
  reordered: undefined,
  longestBurst: undefined,
  outageUs: undefined,
  rFactor: undefined,
  mos: undefined,
  hops: undefined,
};

function figuresOf(row: HopFigures): Omit<TargetFigures, "hops"> {
  const { sent, received, lost, lossPercent, rtt, reordered, lossRuns } = row;
  return {
    sent,
    received,
    lost,
    lossPercent,
    rtt,
    reordered,
    longestBurst: lossRuns?.longestBurst,
    outageUs: lossRuns?.outageUs,
    rFactor: rFactorOf(row),
    mos: mosOf(row),
  };
}
