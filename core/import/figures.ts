/** Figures that another program has made, as the outputs read them: what it does not tell is `undefined`. */
import { hostText } from "../name/text.ts";
import type { IpInfo } from "../name/ip_info.ts";
import { canonicalAddress } from "../packet/address.ts";
import { FIELDS } from "../path/fields.ts";
import type { HopFigures, ResponderFigures } from "../path/hop_figures.ts";
import type { PathFigures } from "../path/figures.ts";
import type { RttFigures } from "../path/statistics.ts";
import { type Status, STATUSES } from "../path/status.ts";
import type { RunRecord, TargetRecord } from "../output/mod.ts";
import type { ToldPlan } from "../plan.ts";
import { familyOf } from "./address_text.ts";

/** A row of figures. Times in ms, as they are printed. */
export interface FiguresRow {
  readonly ttl: number;
  /** `???`, a name, an address, or `NAME (ADDRESS)`. */
  readonly host: string;
  /** Where it is told beside the name. */
  readonly address?: string | undefined;
  /** By title of the column. */
  readonly values: ReadonlyMap<string, number>;
  readonly info: IpInfo;
}

export interface FiguresTarget {
  readonly typed: string;
  readonly address?: string | undefined;
  readonly startedAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
  /** A word of the program that can be believed. */
  readonly status?: string | undefined;
  readonly failure?: string | undefined;
  readonly rows: readonly FiguresRow[];
}

export interface FiguresRun {
  readonly program: string;
  readonly version: string;
  readonly host: string;
  readonly plan: ToldPlan;
  readonly targets: readonly FiguresTarget[];
}

/** Columns that a row of figures may hold. */
export const TITLES: ReadonlySet<string> = new Set(
  Object.values(FIELDS).filter(({ unit }) => unit !== "blank" && unit !== "word").map(({ title }) => title),
);
/** mtr's sum behind it runs over on long round trips: below 0 it tells nothing. */
export const OVERFLOWING = "Jint";
const COUNTS = Object.values(FIELDS).filter(({ unit }) => unit === "count").map(({ title }) => title);

const SILENT = "???";
// Up to here a percentage of two digits behind the point, or of one, stands for one whole number only.
const MOST_FOR_PERCENT = 900;
/** mtr's interarrival jitter is 16 times that of RFC 3550. */
const MTR_JITTER_SCALE = 16;
export const OWN_PROGRAM = "mtr-deno";

/** A figure that no run can have, by title, and what it must be; `undefined` if all are possible. */
export function impossibleFigure(
  values: ReadonlyMap<string, number>,
): { readonly title: string; readonly must: string } | undefined {
  if ((values.get("Loss%") ?? 0) > 100) return { title: "Loss%", must: "a number from 0 to 100" };
  const broken = COUNTS.find((title) => !Number.isSafeInteger(values.get(title) ?? 0));
  if (broken !== undefined) return { title: broken, must: "a whole number" };
  const sent = values.get("Snt") ?? Infinity;
  const lost = values.get("Drop") ?? 0;
  if (lost > sent) return { title: "Drop", must: `at most ${sent}, as many as were sent` };
  if ((values.get("Rcv") ?? 0) <= sent - lost) return undefined;
  return { title: "Rcv", must: `at most ${sent - lost}, as many as were sent and not lost` };
}

/** Figures that one program of one host has made, one after another, are one run; only settings that all tell are told. */
export function* joinedRuns(runs: Iterable<FiguresRun>): Generator<FiguresRun> {
  let first: FiguresRun | undefined;
  let others: FiguresRun[] = [];
  for (const run of runs) {
    if (first !== undefined && makerOf(first) === makerOf(run)) {
      others.push(run);
      continue;
    }
    if (first !== undefined) yield joined(first, others);
    first = run;
    others = [];
  }
  if (first !== undefined) yield joined(first, others);
}

function makerOf({ program, version, host }: FiguresRun): string {
  return JSON.stringify([program, version, host]);
}

function joined(first: FiguresRun, others: readonly FiguresRun[]): FiguresRun {
  const theirs = others.map(({ plan }) => new Map(Object.entries(plan)));
  const settings = Object.entries(first.plan).filter(([name, value]) =>
    theirs.every((told) => told.get(name) === value)
  );
  const plan: ToldPlan = Object.fromEntries(settings);
  return { ...first, plan, targets: [first, ...others].flatMap(({ targets }) => targets) };
}

/** A record without a view, and the names that stand in it. */
export function recordOf({ program, version, host, plan, targets }: FiguresRun): Omit<RunRecord, "view"> {
  const names = new Map<string, string>();
  const infos = new Map<string, IpInfo>();
  const jitterScale = program === OWN_PROGRAM ? 1 : MTR_JITTER_SCALE;
  return {
    program: { name: program, version },
    localHost: host,
    plan,
    targets: targets.map((target) => targetOf(target, { names, infos, jitterScale })),
    names: { host: (address) => names.get(address), ipInfo: (address) => infos.get(address) },
  };
}

interface Known {
  readonly names: Map<string, string>;
  readonly infos: Map<string, IpInfo>;
  readonly jitterScale: number;
}

function targetOf(target: FiguresTarget, known: Known): TargetRecord {
  const { typed, startedAtMs, endedAtMs, failure } = target;
  const base = { typed, startedAtMs, endedAtMs, utcOffsetMinutes: 0 };
  if (target.rows.length === 0) {
    const status = statusWord(target.status) ?? "FAILED";
    return { ...base, status, failure: failure ?? `Nothing is known of ${typed}` };
  }
  const hops = target.rows.map((row) => hopOf(row, known));
  const path = pathOf(target, hops);
  return { ...base, status: statusWord(target.status) ?? (path.reached ? "OK" : "UNREACHED"), path };
}

function statusWord(word: string | undefined): Status | undefined {
  return Object.keys(STATUSES).find((known): known is Status => known === word);
}

function pathOf({ typed, address: told, status }: FiguresTarget, hops: readonly HopFigures[]): PathFigures {
  const last = hops.at(-1);
  const asked = told ?? canonicalAddress(typed);
  // mtr's rows end with the one where the target answered; else a silent one follows.
  const isTarget = last?.main !== undefined &&
    (asked === undefined || last.main.isNameOnly === true || last.main.address === asked);
  const reached = status === undefined ? isTarget : isTarget && status === "OK";
  const address = asked ?? (reached && last?.main?.isNameOnly !== true ? last?.main?.address : undefined);
  const sum = (of: (hop: HopFigures) => number | undefined): number =>
    hops.reduce((total, hop) => total + (of(hop) ?? 0), 0);
  return {
    address,
    family: address === undefined ? undefined : familyOf(address),
    counts: {
      sent: sum((hop) => hop.sent),
      received: sum((hop) => hop.received),
      lost: sum((hop) => hop.lost),
      inFlight: 0,
      sendFailed: 0,
      late: 0,
      duplicates: 0,
    },
    reached,
    reachedTtl: reached ? last?.ttl : undefined,
    refusal: undefined,
    sendFailure: undefined,
    durationUs: undefined,
    hops: () => hops,
    refusalAt: () => undefined,
  };
}

function hopOf(row: FiguresRow, known: Known): HopFigures {
  const { ttl, host, values } = row;
  const isSilent = host === SILENT;
  const sent = values.get("Snt");
  const lossPercent = values.get("Loss%") ?? percentOf(values);
  const lost = values.get("Drop") ?? countOf(sent, lossPercent);
  const received = isSilent
    ? 0
    : values.get("Rcv") ?? (sent !== undefined && lost !== undefined ? sent - lost : undefined);
  const rtt = rttOf(isSilent ? new Map() : values, known.jitterScale);
  const figures = { sent, received, lost, lossPercent, rtt };
  const main = isSilent ? undefined : responderOf(row, { received, rtt }, known);
  return {
    ...figures,
    ttl,
    inFlight: undefined,
    sendFailed: undefined,
    late: undefined,
    duplicates: undefined,
    reordered: undefined,
    main,
    latestAnswer: undefined,
    responders: main === undefined ? [] : [main],
    answersFromOthers: 0,
    stamps: [],
  };
}

function percentOf(values: ReadonlyMap<string, number>): number | undefined {
  const sent = values.get("Snt");
  const lost = values.get("Drop");
  return sent === undefined || lost === undefined || sent === 0 ? undefined : 100 * lost / sent;
}

function countOf(sent: number | undefined, percent: number | undefined): number | undefined {
  if (sent === undefined || percent === undefined || sent > MOST_FOR_PERCENT) return undefined;
  return Math.round(sent * percent / 100);
}

function responderOf(
  { host, address: told, info }: FiguresRow,
  { received, rtt }: Pick<ResponderFigures, "received" | "rtt">,
  { names, infos }: Known,
): ResponderFigures {
  const [, name, behind] = /^(.*) \(([^()]*)\)$/s.exec(host) ?? [];
  const address = told ?? canonicalAddress(behind ?? host);
  const isNameOnly = address === undefined;
  // A name in the place of an address is printed as it stands.
  const key = address ?? hostText(host) ?? SILENT;
  const spoken = name ?? host;
  if (!isNameOnly && canonicalAddress(spoken) === undefined) names.set(key, spoken);
  if (Object.keys(info).length > 0) infos.set(key, info);
  return {
    address: key,
    ...(isNameOnly && { isNameOnly }),
    sent: undefined,
    received,
    lost: undefined,
    lossPercent: undefined,
    rtt,
    kinds: {},
    replyTtl: undefined,
    firstLabels: [],
    labels: [],
  };
}

function rttOf(values: ReadonlyMap<string, number>, jitterScale: number): RttFigures {
  const us = (title: string, scale = 1): number | undefined => {
    const ms = values.get(title);
    return ms === undefined ? undefined : ms * 1_000 / scale;
  };
  return {
    lastUs: us("Last"),
    bestUs: us("Best"),
    worstUs: us("Wrst"),
    meanUs: us("Avg"),
    standardDeviationUs: us("StDev"),
    geometricMeanUs: us("Gmean"),
    jitterUs: us("Jttr"),
    meanJitterUs: us("Javg"),
    p50Us: us("P50"),
    p90Us: us("P90"),
    p95Us: us("P95"),
    p99Us: us("P99"),
    maxJitterUs: us("Jmax"),
    interarrivalJitterUs: us("Jint", jitterScale),
  };
}

/** Fields of AS information by their titles, in small letters. */
export const INFO_FIELDS: Readonly<Record<string, keyof IpInfo>> = {
  asn: "asn",
  prefix: "prefix",
  country: "country",
  registry: "registry",
  allocated: "allocated",
  organization: "organization",
};

/** What stands in such a field; `undefined` if it is not known. */
export function infoText(field: keyof IpInfo, text: string): string | undefined {
  const value = field === "asn" ? text.replace(/^AS/, "") : text;
  return value === "" || value === SILENT ? undefined : value;
}
