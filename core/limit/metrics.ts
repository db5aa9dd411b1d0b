/** What a limit can be set to: the one table of its words, and where each finds its figure. */
import type { PathFigures } from "../path/path.ts";
import type { RttFigures } from "../path/statistics.ts";

/** Times are in µs here, whatever the user wrote. */
export type MetricUnit = "percent" | "count" | "microseconds";

/**
 * The target's own figures: those of the row where it answers. `undefined` is what nobody measured. Of a target that has
 * never answered the last row of its path stands for it, as what was sent and lost; who answered there does not count.
 */
export interface TargetFigures {
  readonly sent: number | undefined;
  readonly received: number | undefined;
  readonly lost: number | undefined;
  readonly lossPercent: number | undefined;
  readonly rtt: RttFigures | undefined;
  /** The ttl of that row. */
  readonly hops: number | undefined;
}

export interface Metric {
  readonly unit: MetricUnit;
  readonly meaning: string;
  readonly value: (figures: TargetFigures) => number | undefined;
}

const COUNT = { unit: "count" } as const;
const TIME = { unit: "microseconds" } as const;

export const METRICS = {
  loss: { unit: "percent", meaning: "lost probes in percent", value: (f) => f.lossPercent },
  sent: { ...COUNT, meaning: "probes sent", value: (f) => f.sent },
  received: { ...COUNT, meaning: "probes answered in time", value: (f) => f.received },
  lost: { ...COUNT, meaning: "probes lost", value: (f) => f.lost },
  hops: { ...COUNT, meaning: "the ttl where the target answers", value: (f) => f.hops },
  last: { ...TIME, meaning: "latest round-trip time", value: (f) => f.rtt?.lastUs },
  best: { ...TIME, meaning: "least", value: (f) => f.rtt?.bestUs },
  avg: { ...TIME, meaning: "mean", value: (f) => f.rtt?.meanUs },
  worst: { ...TIME, meaning: "greatest", value: (f) => f.rtt?.worstUs },
  stdev: { ...TIME, meaning: "standard deviation", value: (f) => f.rtt?.standardDeviationUs },
  jitter: { ...TIME, meaning: "mean jitter", value: (f) => f.rtt?.meanJitterUs },
  p50: { ...TIME, meaning: "not exceeded by 50 %", value: (f) => f.rtt?.p50Us },
  p90: { ...TIME, meaning: "not exceeded by 90 %", value: (f) => f.rtt?.p90Us },
  p95: { ...TIME, meaning: "not exceeded by 95 %", value: (f) => f.rtt?.p95Us },
  p99: { ...TIME, meaning: "not exceeded by 99 %", value: (f) => f.rtt?.p99Us },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;

export function isMetricName(word: string): word is MetricName {
  return Object.hasOwn(METRICS, word);
}

export function targetFiguresOf(path: PathFigures): TargetFigures {
  const rows = path.hops();
  const row = rows.find(({ ttl }) => ttl === path.reachedTtl);
  if (row !== undefined) {
    const { sent, received, lost, lossPercent, rtt, ttl } = row;
    return { sent, received, lost, lossPercent, rtt, hops: ttl };
  }
  const sent = rows.at(-1)?.sent;
  const unknown = {
    sent,
    received: undefined,
    lost: undefined,
    lossPercent: undefined,
    rtt: undefined,
    hops: undefined,
  };
  // It has answered at a place that is another router's by now.
  if (path.reached) return unknown;
  const lost = sent === undefined ? undefined : sent - (rows.at(-1)?.inFlight ?? 0);
  return { ...unknown, received: 0, lost, lossPercent: lost !== undefined && lost > 0 ? 100 : undefined };
}
