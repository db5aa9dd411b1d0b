/**
 * What the figures of a path mean: words of a fixed list, each with the hop where it holds and the numbers behind it.
 *
 * A pure reading of the fold, made once at the end: nothing is counted for it that the hops do not have. A verdict is given
 * only where chance does not explain the figures; what is no verdict is no proof of the contrary. "Loss" is what reaches the
 * target; answers that a router alone does not give are no loss.
 */
import { arrivalsOf } from "./arrivals.ts";
import { chanceOfAtLeast, chanceOfMore, type Portion, wilson } from "./chance.ts";
import type { HopFigures } from "./hop.ts";
import type { LoadFigures } from "./load.ts";
import type { PathFigures } from "./path.ts";
import { turnsOf } from "./turns.ts";

interface VerdictMeaning {
  readonly meaning: string;
}

/** The worst first. Words are added, never renamed. */
export const VERDICTS = {
  REFUSED: { meaning: "a router, or the target itself, says that the probes cannot be delivered" },
  MTU: { meaning: "a router passes no packets of this length" },
  LOOP: { meaning: "the same routers answer again and again, and the target does not" },
  UNANSWERED: { meaning: "nobody answers from behind this hop" },
  LOSS: { meaning: "from here on probes or their answers are lost, up to the target" },
  BLOAT: { meaning: "from here on answers are late while this host sends load: a queue fills before this hop" },
  CHANGED: { meaning: "the path became another one during the run" },
  PER_PACKET: { meaning: "packets of one flow are balanced over several routers" },
  PER_FLOW: { meaning: "flows are balanced over several routers, each flow over one" },
  BALANCED: { meaning: "packets are balanced over several routers, by what the probes cannot tell" },
  VARYING: { meaning: "several addresses answer, too seldom to tell balancing from a change" },
  LATENCY: { meaning: "from here on everything is slower, up to the target" },
  CONGESTED: { meaning: "probes arrive here with a mark of congestion (ECN)" },
  RATE_LIMIT: { meaning: "this hop does not answer every probe, but passes them on: no loss of the path" },
  TRANSLATED: { meaning: "probes arrive here with other addresses or ports: a translator (NAT) is before this hop" },
  REMARKED: { meaning: "probes arrive here with another DSCP, or other ECN bits, than they were sent with" },
  BLEACHED: { meaning: "probes arrive here without the ECN bits that they were sent with" },
  SILENT: { meaning: "this router never answers, but passes the probes on" },
  TTL_ZERO: { meaning: "the router before this hop passes on probes without TTL, so that the next one shows twice" },
  TUNNEL: { meaning: "probes are inside a tunnel (MPLS, mostly) here, which has a TTL of its own" },
  ASYMMETRIC: { meaning: "from here on answers take a way of another length than probes, as their TTL hints" },
} as const satisfies Record<string, VerdictMeaning>;

export type VerdictWord = keyof typeof VERDICTS;

export interface Verdict {
  readonly word: VerdictWord;
  /** Where it holds, or begins. */
  readonly ttl: number;
  /** Who answers there; `undefined` of a silent hop. */
  readonly address: string | undefined;
  /** Of names that end in their unit; counts have none. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** What a router keeps to itself. */
const OWN_LIMITS: readonly VerdictWord[] = ["RATE_LIMIT", "SILENT"];

/** What is as likely as this by chance is no verdict. */
const BY_CHANCE = 0.01;
/** A silent hop is of little consequence: three probes are enough, where three others had an answer. */
const SILENT_BY_CHANCE = 0.06;
/** Probability of a loss that nobody would open a ticket for. */
const USUAL_LOSS = 0.01;
/** Hops less likely than the likeliest by more than this (natural logarithm) are no place where loss begins. */
const SUPPORT = 2;
const LEAST_PROBES = 3;
const LEAST_STEP_US = 50_000;
/** A rise that nobody notices is no bloat. */
const LEAST_BLOAT_US = 5_000;
/** In hops; fewer are usual, since not every host begins with the same TTL. */
const LEAST_ASYMMETRY = 3;
const INITIAL_TTLS = [64, 128, 255];
/** Answers are regular if their distances vary by less than a tenth of what chance would make of them. */
const REGULAR = { leastGaps: 12, mostOfChance: 0.1, mostAnswered: 0.75 } as const;
const PER_SECOND_US = 1_000_000;

/** A hop as the tests read it. */
interface Row {
  readonly hop: HopFigures;
  readonly ttl: number;
  readonly address: string | undefined;
  /** Probes that left and are decided, and those of them without an answer. */
  readonly total: number;
  readonly count: number;
  readonly received: number;
}

/** All that can be said of a path, the worst first. */
export function verdictsOf(path: PathFigures): readonly Verdict[] {
  const rows = path.hops().map(rowOf);
  const target = path.reachedTtl === undefined ? undefined : rows.find(({ ttl }) => ttl === path.reachedTtl);
  const limited = limitedRows(rows);
  const loop = target === undefined ? loopOf(rows, path) : [];
  const all = [
    ...refusals(rows, path),
    ...loop,
    ...(loop.length === 0 ? unanswered(rows, path) : []),
    ...(target === undefined ? [] : lossOf(rows, target, limited)),
    ...(target === undefined ? [] : bloat(rows, target)),
    ...turns(path),
    ...(target === undefined ? [] : latencySteps(rows)),
    ...limitVerdicts(rows, limited),
    ...silences(rows, limited),
    ...translation(rows),
    ...arrivals(path),
    ...asymmetry(rows),
  ];
  const order = Object.keys(VERDICTS);
  return all.sort((one, other) => order.indexOf(one.word) - order.indexOf(other.word) || one.ttl - other.ttl);
}

/**
 * Whether what is lost at a hop is lost up to the target: `false` where this router leaves out answers by itself, so that
 * its figure is none of the path; `undefined` where nothing is missing, or nobody can tell.
 */
export function lossReachesTarget(
  { ttl, lost = 0 }: HopFigures,
  verdicts: readonly Pick<Verdict, "word" | "ttl">[],
): boolean | undefined {
  if (lost === 0) return undefined;
  if (verdicts.some((verdict) => OWN_LIMITS.includes(verdict.word) && verdict.ttl === ttl)) return false;
  return verdicts.some((verdict) => verdict.word === "LOSS" && verdict.ttl <= ttl) ? true : undefined;
}

function rowOf(hop: HopFigures): Row {
  const failed = (hop.sendFailed ?? 0) + (hop.refused ?? 0);
  const received = hop.received ?? 0;
  // Whatever did not leave this host is no figure of the path, and what was refused is told as that.
  const count = Math.max(0, (hop.lost ?? 0) - failed);
  return { hop, ttl: hop.ttl, address: hop.main?.address, total: received + count, count, received };
}

function verdict(
  word: VerdictWord,
  { ttl, address }: Pick<Row, "ttl" | "address">,
  numbers: Verdict["numbers"],
): Verdict {
  return { word, ttl, address, numbers };
}

function shareOf({ count, total }: Portion): number {
  return total === 0 ? 0 : count / total;
}

function summed(rows: readonly Portion[]): Portion {
  return rows.reduce((sum, { count, total }) => ({ count: sum.count + count, total: sum.total + total }), {
    count: 0,
    total: 0,
  });
}

function refusals(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  return rows.flatMap(({ hop }) => {
    const refusal = path.refusalAt(hop);
    if (refusal === undefined) return [];
    const { from, icmpType, icmpCode, mtu } = refusal;
    const isTooLong = mtu > 0 || refusal.marker === "!F";
    if (!isTooLong && path.refusal?.ttl !== hop.ttl) return [];
    // Who refuses what goes further answers at a place of its own, too.
    const own = rows.find(({ hop: { responders } }) => responders.some(({ address }) => address === from));
    const place = { ttl: own?.ttl ?? hop.ttl, address: from };
    const numbers = { icmpType, icmpCode, ...(mtu > 0 && { mtuBytes: mtu }) };
    return [verdict(isTooLong ? "MTU" : "REFUSED", place, numbers)];
  }).slice(0, 1);
}

/** Routers that answer in turns from some hop on, up to the last that answers. */
function loopOf(rows: readonly Row[], { refusal }: PathFigures): readonly Verdict[] {
  const last = rows.findLastIndex(({ received }) => received > 0);
  if (refusal !== undefined) return [];
  for (let first = 0; first < last; first++) {
    // A router that answers for those behind it looks like a loop of one, so that one has to be longer.
    for (let period = 1; first + Math.max(3, 2 * period) <= last; period++) {
      if (!repeats(rows.slice(first, last + 1), period)) continue;
      return [verdict("LOOP", rows[first]!, { routers: period, times: Math.floor((last + 1 - first) / period) })];
    }
  }
  return [];
}

function repeats(rows: readonly Row[], period: number): boolean {
  if (rows[0]?.address === undefined) return false;
  let matches = 0;
  for (const [index, { address, hop }] of rows.entries()) {
    const before = rows[index - period]?.address;
    if (address === undefined || before === undefined) continue;
    if (address !== before || hop.latestAnswer?.kind !== "timeExceeded") return false;
    matches += 1;
  }
  return matches >= 2;
}

function unanswered(rows: readonly Row[], { reached, refusal }: PathFigures): readonly Verdict[] {
  if (reached || refusal !== undefined) return [];
  const last = rows.findLast(({ received }) => received > 0);
  const behind = rows.find(({ ttl }) => last === undefined || ttl > last.ttl);
  if (behind === undefined || behind.count < LEAST_PROBES) return [];
  return [verdict("UNANSWERED", last ?? behind, { lost: behind.count, decided: behind.total })];
}

/** Hops that answer significantly less often than those behind them, by ttl; what is behind them beside. */
function limitedRows(rows: readonly Row[]): ReadonlyMap<number, Portion> {
  const limited = new Map<number, Portion>();
  const others: Row[] = [];
  for (const row of rows.toReversed()) {
    if (row.received === 0) continue;
    const behind = summed(others);
    if (chanceOfMore(row, behind) < BY_CHANCE) limited.set(row.ttl, behind);
    else others.push(row);
  }
  return limited;
}

function limitVerdicts(rows: readonly Row[], limited: ReadonlyMap<number, Portion>): readonly Verdict[] {
  return rows.flatMap((row) => {
    const behind = limited.get(row.ttl);
    return behind === undefined ? [] : [verdict("RATE_LIMIT", row, limitNumbers(row, behind))];
  });
}

function limitNumbers(row: Row, behind: Portion): Verdict["numbers"] {
  return {
    unanswered: row.count,
    decided: row.total,
    ...(behind.total > 0 && { unansweredBehind: behind.count, decidedBehind: behind.total }),
    ...(isRegular(row) && { answersPerSecond: PER_SECOND_US / (row.hop.sequence?.gaps.meanUs ?? NaN) }),
  };
}

/** Answers come at a steady rate, as of a router that counts them out, where chance would scatter them. */
function isRegular({ hop: { sequence, sent = 0 }, received, total }: Row): boolean {
  if (sequence === undefined || sent < 2 || received > REGULAR.mostAnswered * total) return false;
  const { count, meanUs, varianceUs2 } = sequence.gaps;
  const intervalUs = sequence.sentOverUs / (sent - 1);
  if (count < REGULAR.leastGaps || intervalUs <= 0) return false;
  // Distances of independent answers are geometric.
  const answered = Math.min(1, intervalUs / meanUs);
  const byChanceUs2 = (1 - answered) / answered ** 2 * intervalUs ** 2;
  return varianceUs2 < REGULAR.mostOfChance * byChanceUs2;
}

/** What the target does not answer beyond the usual, and the hop from which on the same is missing everywhere. */
function lossOf(rows: readonly Row[], target: Row, limited: ReadonlyMap<number, Portion>): readonly Verdict[] {
  const { count, total } = target;
  if (count < 2 || chanceOfAtLeast(count, total, USUAL_LOSS) >= BY_CHANCE) return [];
  const answering = rows.filter(({ ttl, received }) => received > 0 && !limited.has(ttl));
  // Imported figures may know who the target is and no answer of anybody.
  const { likeliest, earliest, latest } = likeliestPlaces(answering.length === 0 ? [target] : answering);
  if (likeliest.ttl === target.ttl && isRegular(target)) {
    return [verdict("RATE_LIMIT", target, limitNumbers(target, { count: 0, total: 0 }))];
  }
  const { low, high } = wilson(count, total);
  return [verdict("LOSS", likeliest, {
    lost: count,
    decided: total,
    lossPercent: 100 * shareOf(target),
    lowPercent: 100 * low,
    highPercent: 100 * high,
    earliestHop: earliest.ttl,
    latestHop: latest.ttl,
  })];
}

interface Places {
  readonly likeliest: Row;
  readonly earliest: Row;
  readonly latest: Row;
}

/** Where the share of what is lost most likely steps up for good, and between which hops it may. */
function likeliestPlaces(rows: readonly Row[]): Places {
  // Nobody before a hop that loses little can have lost more on the path.
  let floor = 1;
  const bounded = rows.toReversed().map((row) => {
    floor = Math.min(floor, shareOf(row));
    return { count: row.total * floor, total: row.total };
  }).reverse();
  const likelihoods = rows.map((_, from) => {
    const share = Math.max(USUAL_LOSS, shareOf(summed(bounded.slice(from))));
    return logLikelihood(summed(bounded.slice(0, from)), USUAL_LOSS) +
      logLikelihood(summed(bounded.slice(from)), share);
  });
  const most = Math.max(...likelihoods);
  const supported = rows.filter((_, index) => (likelihoods[index] ?? -Infinity) >= most - SUPPORT);
  return { likeliest: rows[likelihoods.indexOf(most)]!, earliest: supported[0]!, latest: supported.at(-1)! };
}

function logLikelihood({ count, total }: Portion, probability: number): number {
  const answered = total - count;
  return count * Math.log(probability) + (answered > 0 ? answered * Math.log1p(-probability) : 0);
}

function silences(rows: readonly Row[], limited: ReadonlyMap<number, Portion>): readonly Verdict[] {
  return rows.flatMap((row) => {
    if (row.received > 0 || row.total < LEAST_PROBES) return [];
    const behind = summed(rows.filter(({ ttl, received }) => ttl > row.ttl && received > 0 && !limited.has(ttl)));
    if (chanceOfMore(row, behind) >= SILENT_BY_CHANCE) return [];
    return [
      verdict("SILENT", row, { decided: row.total, decidedBehind: behind.total, unansweredBehind: behind.count }),
    ];
  });
}

/** Hops where several addresses answer. */
function turns(path: PathFigures): readonly Verdict[] {
  return turnsOf(path).map(({ word, ttl, address, ...numbers }) => verdict(word, { ttl, address }, numbers));
}

/** The first hop whose answers quote probes that are not as they were sent. */
function translation(rows: readonly Row[]): readonly Verdict[] {
  const first = rows.find(({ hop: { rewritten = [] } }) => rewritten.length > 0);
  return first === undefined ? [] : [verdict("TRANSLATED", first, {})];
}

/** How probes arrive there. */
function arrivals(path: PathFigures): readonly Verdict[] {
  return arrivalsOf(path).map(({ word, ttl, address, numbers }) => verdict(word, { ttl, address }, numbers));
}

/** Where the least median of all that is behind rises, and the best of it with it. */
function latencySteps(rows: readonly Row[]): readonly Verdict[] {
  const timed = rows.filter(({ received, hop }) => received >= LEAST_PROBES && hop.rtt.p50Us !== undefined);
  let beforeUs = 0;
  return timed.flatMap((row, index) => {
    const behind = timed.slice(index);
    const medianUs = Math.min(...behind.map(({ hop }) => hop.rtt.p50Us ?? Infinity));
    const bestUs = Math.min(...behind.map(({ hop }) => hop.rtt.bestUs ?? Infinity));
    const [wasUs, stepUs] = [beforeUs, medianUs - beforeUs];
    beforeUs = medianUs;
    if (stepUs < LEAST_STEP_US || bestUs - wasUs < LEAST_STEP_US / 2) return [];
    return [verdict("LATENCY", row, { stepUs, beforeUs: wasUs, medianUs })];
  });
}

/**
 * From which hop on the median rises under load, by more than chance explains. A hop with so few answers that they could
 * prove nothing says nothing either, but for the target.
 */
function bloat(rows: readonly Row[], target: Row): readonly Verdict[] {
  const compared = rows.flatMap((row) => {
    const { load } = row.hop;
    return load !== undefined && load.leastChance < BY_CHANCE ? [{ row, load }] : [];
  });
  const first = compared[1 + compared.findLastIndex(({ load }) => !isBloated(load))];
  if (first === undefined || compared.at(-1)?.row !== target) return [];
  const { row, load: { idle, loaded } } = first;
  return [verdict("BLOAT", row, {
    idleMedianUs: idle.p50Us ?? NaN,
    idleP95Us: idle.p95Us ?? NaN,
    loadedMedianUs: loaded.p50Us ?? NaN,
    loadedP95Us: loaded.p95Us ?? NaN,
  })];
}

function isBloated({ idle, loaded, chance }: LoadFigures): boolean {
  return (loaded.p50Us ?? 0) - (idle.p50Us ?? 0) > LEAST_BLOAT_US && chance < BY_CHANCE;
}

/** How many more hops the answers of this row seem to have passed than its probes; `undefined` if nothing tells. */
function asymmetryAt({ ttl, hop: { main } }: Row): number | undefined {
  const replyTtl = main?.replyTtl;
  const initial = replyTtl === undefined ? undefined : INITIAL_TTLS.find((least) => least >= replyTtl);
  return replyTtl === undefined || initial === undefined ? undefined : initial - replyTtl - (ttl - 1);
}

function asymmetry(rows: readonly Row[]): readonly Verdict[] {
  const known = rows.flatMap((row) => {
    const hops = asymmetryAt(row);
    return hops === undefined ? [] : [{ row, hops }];
  });
  const sign = Math.sign(known.at(-1)?.hops ?? 0);
  const first = 1 + known.findLastIndex(({ hops }) => hops * sign < LEAST_ASYMMETRY);
  const [from, last] = [known[first], known.at(-1)];
  if (from === undefined || last === undefined || known.length - first < 2) return [];
  return [verdict("ASYMMETRIC", from.row, { hopsThere: last.row.ttl, hopsBack: last.row.ttl + last.hops })];
}
