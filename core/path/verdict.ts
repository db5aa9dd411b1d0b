/**
 * What the figures of a path mean: words of a fixed list, each with the hop where it holds and the numbers behind it.
 *
 * A pure reading of the fold, made once at the end: nothing is counted for it that the hops do not have. A verdict is given
 * only where chance does not explain the figures; what is no verdict is no proof of the contrary. "Loss" is what reaches the
 * target; answers that a router alone does not give are no loss.
 */
import { arrivalsOf } from "./arrivals.ts";
import { bloat } from "./bloat.ts";
import type { HopFigures } from "./hop_figures.ts";
import { withFlows } from "./flow_rows.ts";
import { latency } from "./latency.ts";
import { isOver, loops } from "./loops.ts";
import {
  limitedRows,
  limits,
  lossOf,
  silences,
  silencesFrom,
  silencesOfSome,
  silentWays,
  unanswered,
  withoutSilentFlows,
} from "./losses.ts";
import type { PathFigures } from "./figures.ts";
import { refusals, targetAnswers } from "./refusals.ts";
import { resized } from "./resized.ts";
import { hopVerdict, type Row, rowOf, type Verdict, verdict } from "./row.ts";
import { targetByRounds, targetOf } from "./target.ts";
import { pathRowsOf, roundRowOf } from "./unsaid.ts";
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
  UNANSWERED: { meaning: "nobody answers in time from behind this hop" },
  LOSS: { meaning: "from here on probes or their answers are lost, up to the target" },
  BLOAT: {
    meaning: "from here on answers are late, or lost, while this host sends load: a queue fills before this hop",
  },
  UNSENT: { meaning: "some probes did not leave this host: they count as lost, and are no loss of the path" },
  ELSEWHERE: { meaning: "answers that only the target should give come from another address" },
  CHANGED: { meaning: "the path became another one during the run" },
  PER_PACKET: { meaning: "packets of one flow are balanced over several addresses: routers, or one router's" },
  PER_FLOW: { meaning: "flows are balanced over several addresses, each flow over one: routers, or one router's" },
  BALANCED: { meaning: "packets are balanced over several addresses, by what the probes cannot tell" },
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
  REMARKED: {
    meaning: "probes arrive here with another DSCP, or other ECN bits, than they were sent with, or as sent again",
  },
  BLEACHED: { meaning: "probes arrive here without the ECN bits that they were sent with" },
  SILENT: { meaning: "nobody answers here, at all, any more or on one of several ways, but hops behind it do" },
  TTL_ZERO: { meaning: "the router before this hop passes on probes without TTL, so that the next one shows twice" },
  TUNNEL: { meaning: "probes seem to be inside a tunnel (MPLS, mostly) here, which has a TTL of its own" },
  ASYMMETRIC: { meaning: "from here on answers take a way of another length than probes, as their TTL hints" },
} as const satisfies Record<string, VerdictMeaning>;

export type VerdictWord = keyof typeof VERDICTS;

/** What a router keeps to itself. */
const OWN_LIMITS: readonly VerdictWord[] = ["RATE_LIMIT", "SILENT"];

/** In hops; fewer are usual, since not every host begins with the same TTL. */
const LEAST_ASYMMETRY = 3;
const INITIAL_TTLS = [64, 128, 255];

/** All that can be said of a path, the worst first. */
export function verdictsOf(path: PathFigures): readonly Verdict[] {
  const rows = path.hops().map(rowOf);
  const unloaded = pathRowsOf(path);
  const isTarget = ({ ttl }: Row): boolean => ttl === path.reachedTtl;
  const target = rows.find(isTarget);
  const lastRow = target ?? rows.at(-1);
  const end = roundsRowOf(path, lastRow) ?? unloaded.find(isTarget);
  const upToTarget = withoutSilentFlows(
    withFlows(end === undefined ? unloaded : [...unloaded.filter(({ ttl }) => ttl < end.ttl), end], path, end),
  );
  const own = ownRowOf(path, lastRow);
  const limited = limitedRows(upToTarget);
  const loop = loops(path, lastRow);
  const onWay = onTheWay(rows, path);
  const ofPath = target === undefined ? [] : [
    ...bloat(onWay, target),
    ...latency(onWay, (own ?? target).hop, path),
    ...asymmetry(onWay),
  ];
  const all = [
    ...refusals(rows, path, own),
    ...loop,
    ...(loop.every(isOver) ? unanswered(rows, path) : []),
    ...(end === undefined ? [] : lossOf(upToTarget, limited, path)),
    ...ofPath,
    ...(own === undefined ? [] : elsewhere(own, path)),
    ...unsent(rows, path),
    ...turns(path, loop),
    ...unloaded.filter(({ ttl }) => ttl <= (path.reachedTtl ?? 0)).flatMap((row) => resized(row, end, path)),
    ...limits(upToTarget, limited, path).filter((limit) => !isMixed(limit, loop)),
    ...silences(unloaded, limited),
    ...silencesOfSome(upToTarget),
    ...silencesFrom(end, path),
    ...silentWays(unloaded.find(isTarget), end, path),
    ...translation(rows),
    ...arrivals(path),
  ];
  return all.sort((one, other) => rankOf(one) - rankOf(other) || one.ttl - other.ttl);
}

/** What is over comes behind what the target has lost by it. */
function rankOf(verdict: Verdict): number {
  const order = Object.keys(VERDICTS);
  return isOver(verdict) ? order.indexOf("LOSS") + 0.5 : order.indexOf(verdict.word);
}

/** The target's own figures in the place of its row, where they are not that row's. */
function roundsRowOf(path: PathFigures, row: Row | undefined): Row | undefined {
  const own = targetByRounds(path);
  return own === undefined || row === undefined
    ? undefined
    : { ...roundRowOf(own, path), ttl: row.ttl, isOfRounds: true };
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

/** Behind where a loop begins a row is of two ways, and whoever answers on one of them limits nothing, unless a rate shows it. */
function isMixed({ ttl, numbers }: Verdict, loop: readonly Verdict[]): boolean {
  return !("answersPerSecond" in numbers) && loop.some((one) => ttl > one.ttl);
}

/** Hops where several addresses answer; in a loop they are no question. */
function turns(path: PathFigures, loop: readonly Verdict[]): readonly Verdict[] {
  const loopTtl = Math.min(...loop.map(({ ttl }) => ttl));
  return turnsOf(path).filter(({ word, ttl }) => word !== "VARYING" || ttl < loopTtl).map((
    { word, ttl, address, before, ...numbers },
  ) => ({
    ...verdict(word, { ttl, address }, numbers),
    ...(before !== undefined && { before }),
  }));
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

/** Rows of the flows that get to the target: whoever is met by others alone, round and round maybe, is not on the way to it. */
function onTheWay(rows: readonly Row[], { flows = [] }: PathFigures): readonly Row[] {
  const ttls = flows.map(({ reachedTtl = 0 }) => reachedTtl);
  if (!ttls.includes(0)) return rows;
  return rows.filter(({ ttl }) => ttl <= Math.max(...ttls)).flatMap((row) => {
    const met = row.hop.responders.filter(({ flows = [] }) => flows.some((flow) => ttls[flow - 1] !== 0));
    const { address } = met.find(({ address }) => address === row.address) ?? met.at(-1) ?? {};
    return address === undefined ? [] : [{ ...row, address }];
  });
}

/** How many more hops the answers of this row seem to have passed than its probes; `undefined` if nothing tells. */
function asymmetryAt({ ttl, address, hop: { responders } }: Row): number | undefined {
  const replyTtl = responders.find((responder) => responder.address === address)?.replyTtl;
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
