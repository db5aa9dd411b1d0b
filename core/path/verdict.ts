/**
 * What the figures of a path mean: words of a fixed list, each with the hop where it holds and the numbers behind it.
 *
 * A pure reading of the fold, made once at the end: nothing is counted for it that the hops do not have. A verdict is given
 * only where chance does not explain the figures; what is no verdict is no proof of the contrary. "Loss" is what reaches the
 * target; answers that a router alone does not give are no loss.
 */
import { arrivalsOf } from "./arrivals.ts";
import { bloat } from "./bloat.ts";
import type { HopFigures } from "./hop.ts";
import { limitedRows, limits, lossOf, silences, silentSince, silentWays, unanswered } from "./losses.ts";
import type { PathFigures } from "./path.ts";
import { refusals, targetAnswers } from "./refusals.ts";
import { hopVerdict, type Row, rowOf, unloadedRowOf, type Verdict, verdict } from "./row.ts";
import { targetByRounds, targetOf } from "./target.ts";
import { turnsOf } from "./turns.ts";

export type { Verdict } from "./row.ts";

interface VerdictMeaning {
  readonly meaning: string;
}

/** The worst first. Words are added, never renamed. */
export const VERDICTS = {
  REFUSED: { meaning: "a router, or the target itself, says that probes cannot be delivered: all of them, or some" },
  MTU: { meaning: "a router says that packets of this length do not fit" },
  LOOP: { meaning: "the same routers answer again and again, and the target does not: all packets, or some" },
  UNANSWERED: { meaning: "nobody answers from behind this hop" },
  LOSS: { meaning: "from here on probes or their answers are lost, up to the target" },
  BLOAT: {
    meaning: "from here on answers are late, or lost, while this host sends load: a queue fills before this hop",
  },
  UNSENT: { meaning: "some probes did not leave this host: they count as lost, and are no loss of the path" },
  ELSEWHERE: { meaning: "answers that only the target should give come from another address" },
  CHANGED: { meaning: "the path became another one during the run" },
  PER_PACKET: { meaning: "packets of one flow are balanced over several routers" },
  PER_FLOW: { meaning: "flows are balanced over several routers, each flow over one" },
  BALANCED: { meaning: "packets are balanced over several routers, by what the probes cannot tell" },
  VARYING: { meaning: "several addresses answer, too seldom to tell balancing from a change" },
  LATENCY: { meaning: "from here on everything is slower, up to the target" },
  CONGESTED: { meaning: "probes arrive here with a mark of congestion (ECN)" },
  RATE_LIMIT: {
    meaning:
      "answers of this hop are missing, and those of the hops behind are not, or fewer; of the target: a limit, maybe",
  },
  TRANSLATED: {
    meaning: "probes arrive here with other addresses, ports or checksums: mostly a translator (NAT), here or before",
  },
  REMARKED: { meaning: "probes arrive here with another DSCP, or other ECN bits, than they were sent with" },
  BLEACHED: { meaning: "probes arrive here without the ECN bits that they were sent with" },
  SILENT: { meaning: "nobody answers here, at all, any more or on one of several ways, but hops behind it do" },
  TTL_ZERO: { meaning: "the router before this hop passes on probes without TTL, so that the next one shows twice" },
  TUNNEL: { meaning: "probes seem to be inside a tunnel (MPLS, mostly) here, which has a TTL of its own" },
  ASYMMETRIC: { meaning: "from here on answers take a way of another length than probes, as their TTL hints" },
} as const satisfies Record<string, VerdictMeaning>;

export type VerdictWord = keyof typeof VERDICTS;

/** What a router keeps to itself. */
const OWN_LIMITS: readonly VerdictWord[] = ["RATE_LIMIT", "SILENT"];

const LEAST_PROBES = 3;
const LEAST_STEP_US = 50_000;
/** Of fewer answers the best has to rise, too. */
const LEAST_FOR_MEDIAN = 10;
/** In hops; fewer are usual, since not every host begins with the same TTL. */
const LEAST_ASYMMETRY = 3;
/** No way is so many times as long as another one. */
const LEAST_TIMES_ROUND = 2;
/** Of the answers in time; times of so many are not in the median. */
const MANY_LATE = 0.1;
const INITIAL_TTLS = [64, 128, 255];

/** All that can be said of a path, the worst first. */
export function verdictsOf(path: PathFigures): readonly Verdict[] {
  const rows = path.hops().map(rowOf);
  const unloaded = path.hops().map(unloadedRowOf);
  const isTarget = ({ ttl }: Row): boolean => ttl === path.reachedTtl;
  const target = rows.find(isTarget);
  const ofRounds = roundsRowOf(path, target ?? rows.at(-1));
  const upToTarget = ofRounds === undefined
    ? unloaded
    : [...unloaded.filter(({ ttl }) => ttl < ofRounds.ttl), ofRounds];
  const unloadedTarget = upToTarget.find((row) => row.isOfRounds || isTarget(row));
  const own = ownRowOf(path, target ?? rows.at(-1));
  const limited = limitedRows(upToTarget);
  const loop = [...(target === undefined ? loopOf(rows, path) : []), ...loopOfSome(target ?? rows.at(-1), path)].slice(
    0,
    1,
  );
  const ofPath = target === undefined ? [] : [
    ...bloat(rows, target),
    ...latencySteps(rows),
    ...asymmetry(rows),
  ];
  const all = [
    ...refusals(rows, path, own),
    ...loop,
    ...(loop.length === 0 ? unanswered(rows, path) : []),
    ...(unloadedTarget === undefined ? [] : lossOf(upToTarget, unloadedTarget, limited, path)),
    ...ofPath,
    ...(own === undefined ? [] : elsewhere(own, path)),
    ...unsent(rows, path),
    ...turns(path),
    ...outgrown(upToTarget, path),
    ...limits(upToTarget, limited, path),
    ...silences(unloaded, limited),
    ...silentWays(unloaded.find(isTarget), path),
    ...translation(rows),
    ...arrivals(path),
  ];
  const order = Object.keys(VERDICTS);
  return all.sort((one, other) => order.indexOf(one.word) - order.indexOf(other.word) || one.ttl - other.ttl);
}

/** The target's own figures in the place of its row, where they are not that row's. */
function roundsRowOf(path: PathFigures, row: Row | undefined): Row | undefined {
  const own = targetByRounds(path);
  return own === undefined || row === undefined ? undefined : { ...unloadedRowOf(own), ttl: row.ttl, isOfRounds: true };
}

/** All that is the target's: its row, or its rounds in the place of this one; nothing where it has never answered. */
function ownRowOf(path: PathFigures, row: Row | undefined): Row | undefined {
  const own = targetOf(path);
  if (own === undefined || row === undefined) return row?.ttl === path.reachedTtl ? row : undefined;
  return { ...rowOf(own), ttl: row.ttl, ...(targetByRounds(path) !== undefined && { isOfRounds: true as const }) };
}

/**
 * Whether what is lost at a hop is lost up to the target: `false` where this router leaves out answers by itself, so that
 * its figure is none of the path; `undefined` where nothing is missing, or nobody can tell.
 */
export function lossReachesTarget(
  { ttl, lost = 0 }: Pick<HopFigures, "ttl" | "lost">,
  verdicts: readonly (Pick<Verdict, "word" | "ttl"> & { readonly numbers: object })[],
): boolean | undefined {
  if (lost === 0) return undefined;
  // Behind the target is nobody to compare it with.
  const isOwn = verdicts.some(({ word, ttl: at, numbers }) =>
    at === ttl && OWN_LIMITS.includes(word) && "decidedBehind" in numbers
  );
  const losses = verdicts.filter((verdict) => verdict.word === "LOSS" && verdict.ttl <= ttl);
  if (isOwn) return false;
  // Where the target may leave out answers by itself, too, nobody can tell.
  const mayBeLimit = losses.some(({ numbers }) => "answersPerSecond" in numbers);
  return losses.length > 0 && !mayBeLimit ? true : undefined;
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

/** Arrival probes that have gone twice as far as the target is, and did not get there. */
function loopOfSome(row: Row | undefined, { arrivals }: PathFigures): readonly Verdict[] {
  if (row === undefined || arrivals === undefined) return [];
  const { received, lost, expired, expiredTtl, expiredAt } = arrivals;
  if (expired === 0 || expiredTtl < LEAST_TIMES_ROUND * row.ttl) return [];
  return [verdict("LOOP", { ttl: row.ttl, address: expiredAt }, { looped: expired, arrivals: received + lost })];
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

/** Probes that never left this host, where others did: without any the status says so. */
function unsent(rows: readonly Row[], { counts: { sent, sendFailed } }: PathFigures): readonly Verdict[] {
  const first = rows.find(({ hop }) => (hop.sendFailed ?? 0) > 0);
  if (first === undefined || sendFailed >= sent) return [];
  return [verdict("UNSENT", { ttl: first.ttl, address: undefined }, { unsent: sendFailed, probes: sent })];
}

/** Who else answers as only the target should. Wherever the target itself has answered, it has not never done so. */
function elsewhere({ ttl, hop: { responders } }: Row, path: PathFigures): readonly Verdict[] {
  const target = path.address;
  const counts = responders.filter(({ isNameOnly }) => isNameOnly === undefined)
    .map((responder) => ({ address: responder.address, count: targetAnswers(responder, path) }));
  const others = counts.filter(({ address, count }) => address !== target && count > 0);
  const [first] = others.sort((one, other) => other.count - one.count);
  if (target === undefined || first === undefined) return [];
  const fromOthers = others.reduce((sum, { count }) => sum + count, 0);
  const inRows = path.hops().flatMap((hop) => hop.responders.filter(({ address }) => address === target))
    .map((responder) => targetAnswers(responder, path));
  const fromTarget = counts.find(({ address, count }) => address === target && count > 0)?.count ??
    Math.max(0, ...inRows);
  const place = { ttl, address: first.address };
  return [{
    ...verdict("ELSEWHERE", place, { fromOthers, fromTarget }),
    ...(others.length > 1 && { others: others.length - 1 }),
  }];
}

/** Hops where several addresses answer. */
function turns(path: PathFigures): readonly Verdict[] {
  return turnsOf(path).map(({ word, ttl, address, before, ...numbers }) => ({
    ...verdict(word, { ttl, address }, numbers),
    ...(before !== undefined && { before }),
  }));
}

/** Where the target was before the path grew by silent routers. */
function outgrown(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const { address, reachedTtl = 0 } = path;
  return rows.flatMap((row) => {
    const { silentSinceUs: afterUs } = silentSince(row);
    if (address === undefined || row.address !== address || row.ttl >= reachedTtl || afterUs === undefined) return [];
    const numbers = { addresses: 1, flows: 1, changes: 1, answers: row.received, hops: 1, afterUs };
    return [{ ...verdict("CHANGED", { ttl: row.ttl, address: undefined }, numbers), before: address }];
  });
}

/** The first hop whose answers quote probes that are not as they were sent. */
function translation(rows: readonly Row[]): readonly Verdict[] {
  const first = rows.find(({ hop: { rewritten = [] } }) => rewritten.length > 0);
  return first === undefined ? [] : [hopVerdict("TRANSLATED", first, {})];
}

/** How probes arrive there. */
function arrivals(path: PathFigures): readonly Verdict[] {
  return arrivalsOf(path).map(({ word, ttl, address, numbers }) => verdict(word, { ttl, address }, numbers));
}

/** Where the least median of all that is behind rises, and of few answers the best of it with it. */
function latencySteps(rows: readonly Row[]): readonly Verdict[] {
  const timed = rows.filter(({ received, hop }) => received >= LEAST_PROBES && hop.rtt.p50Us !== undefined);
  const { received = 0, hop: { late = 0 } = {} } = timed.at(-1) ?? {};
  const lateOnes = late >= MANY_LATE * received ? { late } : {};
  let beforeUs: number | undefined;
  return timed.flatMap((row, index) => {
    const behind = timed.slice(index);
    const medianUs = Math.min(...behind.map(({ hop }) => hop.rtt.p50Us ?? Infinity));
    const bestUs = Math.min(...behind.map(({ hop }) => hop.rtt.bestUs ?? Infinity));
    const [wasUs, stepUs] = [beforeUs, medianUs - (beforeUs ?? 0)];
    beforeUs = medianUs;
    const isSteady = behind.every(({ received }) => received >= LEAST_FOR_MEDIAN);
    if (stepUs < LEAST_STEP_US || (!isSteady && bestUs - (wasUs ?? 0) < LEAST_STEP_US / 2)) return [];
    return [
      hopVerdict("LATENCY", row, { stepUs, ...(wasUs !== undefined && { beforeUs: wasUs }), medianUs, ...lateOnes }),
    ];
  });
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
  return [hopVerdict("ASYMMETRIC", from.row, { hopsThere: last.row.ttl, hopsBack: last.row.ttl + last.hops })];
}
