/**
 * A path as it was at one time, kept small: its figures are numbers in one typed array, 104 bytes a hop, and become hops
 * again when somebody looks at them. Single responders keep address, answers and labels, without times of their own.
 */
import { toldHops } from "../../path/target.ts";
import type { Answer } from "../../messages.ts";
import type { HopFigures, ResponderFigures } from "../../path/hop_figures.ts";
import type { PathFigures, Refusal } from "../../path/figures.ts";
import type { RunCounts } from "../../path/run_counts.ts";
import type { RttFigures } from "../../path/statistics.ts";
import { type ToldVerdict, toldVerdicts } from "../verdict.ts";
import type { Alarm } from "./alarm.ts";

export interface Moment {
  /** In the time of the events. */
  readonly atUs: number;
  /** The latest round that had begun. */
  readonly round: number;
  readonly path: PathFigures;
  readonly verdicts: readonly ScreenVerdict[];
  readonly alarm: Alarm;
}

/** What the screen shows of a verdict. */
export type ScreenVerdict = Pick<ToldVerdict, "word" | "ttl" | "sentence">;

const RTT_NAMES = [
  "lastUs",
  "bestUs",
  "worstUs",
  "meanUs",
  "standardDeviationUs",
  "geometricMeanUs",
  "jitterUs",
  "meanJitterUs",
  "maxJitterUs",
  "interarrivalJitterUs",
  "p50Us",
  "p90Us",
  "p95Us",
  "p99Us",
] as const satisfies readonly (keyof RttFigures)[];
const COUNT_NAMES = ["sent", "received", "lost", "inFlight", "sendFailed", "late", "duplicates", "reordered"] as const;
const RUN_NAMES = ["bursts", "longestBurst", "outageCount", "outageUs"] as const;
const NUMBERS = RTT_NAMES.length + COUNT_NAMES.length + RUN_NAMES.length;
/** As many as a screen has room for. */
const RESPONDERS_KEPT = 16;

const NO_TIMES: RttFigures = Object.freeze(rttOf(() => undefined));

export function momentOf(path: PathFigures, at: Omit<Moment, "path">): Moment {
  return { ...at, path: new PastPath(path) };
}

export function verdictsNow(path: PathFigures, counts: RunCounts | undefined): readonly ScreenVerdict[] {
  return toldVerdicts({ path }, counts).map(({ word, ttl, sentence }) => ({ word, ttl, sentence }));
}

/** What of a hop is no number. */
interface HopRest {
  readonly ttl: number;
  /** Index of the main one among the responders; -1 where it is none of them. */
  readonly main: number;
  readonly responders: readonly PastResponder[];
  readonly answersFromOthers: number;
  readonly latestAnswer: Answer | undefined;
  readonly refusal: Refusal | undefined;
}

type PastResponder = Pick<ResponderFigures, "address" | "received" | "replyTtl" | "labels">;

class PastPath implements PathFigures {
  readonly address;
  readonly family;
  readonly counts;
  readonly reached;
  readonly reachedTtl;
  readonly refusal;
  readonly sendFailure;
  readonly durationUs;
  readonly #numbers: Float32Array;
  readonly #rest: readonly HopRest[];

  constructor(path: PathFigures) {
    this.address = path.address;
    this.family = path.family;
    this.counts = path.counts;
    this.reached = path.reached;
    this.reachedTtl = path.reachedTtl;
    this.refusal = path.refusal;
    this.sendFailure = path.sendFailure;
    this.durationUs = path.durationUs;
    const hops = toldHops(path);
    this.#numbers = Float32Array.from(hops.flatMap(numbersOf), (value) => value ?? NaN);
    this.#rest = hops.map((hop) => restOf(hop, path));
  }

  hops(): readonly HopFigures[] {
    return this.#rest.map(({ main, responders: past, ...rest }, index) => {
      const responders = past.map(responderOf);
      const value = (at: number): number | undefined => {
        const number = this.#numbers[index * NUMBERS + at];
        return number === undefined || Number.isNaN(number) ? undefined : number;
      };
      const [sent, received, lost, inFlight, sendFailed, late, duplicates, reordered] = COUNT_NAMES.map((_, at) =>
        value(RTT_NAMES.length + at)
      );
      const [bursts = 0, longestBurst = 0, outageCount = 0, outageUs] = RUN_NAMES.map((_, at) =>
        value(RTT_NAMES.length + COUNT_NAMES.length + at)
      );
      const decided = (received ?? 0) + (lost ?? 0);
      return {
        ...rest,
        ...{ sent, received, lost, inFlight, sendFailed, late, duplicates, reordered },
        // When the outages were is not kept.
        lossRuns: { bursts, longestBurst, outageCount, outageUs, outages: undefined },
        main: responders[main],
        responders,
        rtt: rttOf(value),
        lossPercent: decided > 0 ? 100 * (lost ?? 0) / decided : undefined,
        stamps: [],
      };
    });
  }

  refusalAt({ ttl }: HopFigures): Refusal | undefined {
    return this.#rest.find((hop) => hop.ttl === ttl)?.refusal;
  }
}

function numbersOf(hop: HopFigures): readonly (number | undefined)[] {
  return [
    ...RTT_NAMES.map((name) => hop.rtt[name]),
    ...COUNT_NAMES.map((name) => hop[name]),
    ...RUN_NAMES.map((name) => hop.lossRuns?.[name]),
  ];
}

function rttOf(value: (at: number) => number | undefined): RttFigures {
  const [lastUs, bestUs, worstUs, meanUs, standardDeviationUs, geometricMeanUs, ...rest] = RTT_NAMES.map((_, at) =>
    value(at)
  );
  const [jitterUs, meanJitterUs, maxJitterUs, interarrivalJitterUs, p50Us, p90Us, p95Us, p99Us] = rest;
  return {
    ...{ lastUs, bestUs, worstUs, meanUs, standardDeviationUs, geometricMeanUs },
    ...{ jitterUs, meanJitterUs, maxJitterUs, interarrivalJitterUs, p50Us, p90Us, p95Us, p99Us },
  };
}

function restOf(hop: HopFigures, path: PathFigures): HopRest {
  const { ttl, answersFromOthers, latestAnswer } = hop;
  const responders = hop.responders.slice(0, RESPONDERS_KEPT).map(({ address, received, replyTtl, labels }) => ({
    ...{ address, received, replyTtl, labels },
  }));
  return {
    ttl,
    main: responders.findIndex(({ address }) => address === hop.main?.address),
    responders,
    answersFromOthers: answersFromOthers + Math.max(0, hop.responders.length - RESPONDERS_KEPT),
    latestAnswer,
    refusal: path.refusalAt(hop),
  };
}

function responderOf(past: PastResponder): ResponderFigures {
  return {
    ...past,
    ...{ sent: undefined, lost: undefined, lossPercent: undefined },
    rtt: NO_TIMES,
    kinds: {},
    firstLabels: past.labels,
  };
}
