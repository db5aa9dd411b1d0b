/** Who says that probes cannot be delivered: of all probes, or of some of them. */
import type { PathFigures, Refusal } from "./figures.ts";
import { losingFlows } from "./flow_rows.ts";
import type { HopFigures, ResponderFigures } from "./hop_figures.ts";
import type { RefusalsFigures } from "./refused_rounds.ts";
import type { RefusedFigures } from "./refused_tally.ts";
import { type Refuser, refuserKey } from "./refuser.ts";
import { type Row, rowOf, type Verdict, verdict } from "./row.ts";
import { targetByRounds } from "./target.ts";
import type { VerdictWord } from "./verdict.ts";

/** One alone may be of a moment. */
const LEAST_REFUSALS = 2;
const TOO_LONG = "!F";

/** What one responder refused in the same words. */
interface Refused {
  readonly count: number;
  /** `undefined` where nobody tells the words, or they are an answer of the target: nobody is at the port. */
  readonly refusal: Refusal | undefined;
  readonly isOfTarget: boolean;
  readonly from: string;
}

/**
 * The first reason why the path ends, else who refuses some of the probes: the target itself, or a router. `target` is the
 * target's own row, or its rounds.
 */
export function refusals(rows: readonly Row[], path: PathFigures, target: Row | undefined): readonly Verdict[] {
  const own = target === undefined ? [] : ofTarget(target, rows, path);
  const whole = rows.flatMap(({ hop }) => {
    const refusal = path.refusalAt(hop);
    if (refusal === undefined) return [];
    const isEnd = path.refusal?.ttl === hop.ttl || (hop.ttl === path.reachedTtl && refusal.isOfTarget);
    return isTooLong(refusal) || isEnd ? [refusal] : [];
  }).slice(0, 1).filter(({ isOfTarget }) => own.length === 0 || !isOfTarget);
  const some = path.reached || whole.length === 0 ? ofRounds(rows, path) : [];
  if (some.length > 0) return [...own, ...some];
  const others = whole.map((refusal) =>
    refusalVerdict(refusal, { rows, path }, timeNumbers(refusedOf(path, "routers")))
  );
  return [...own, ...(others.length > 0 ? others : ofRows(rows, path))];
}

/** Answers as only the target gives them: what refuses for it is none, unless it says what only a target says. */
export function targetAnswers(responder: ResponderFigures, path: PathFigures): number {
  const { timeExceeded: _, unreachable: __, ...answers } = responder.kinds;
  const refused = refusedBy(responder, path).filter(({ isOfTarget }) => isOfTarget);
  return summed([...Object.values(answers), ...refused.map(({ count }) => count)]);
}

/** Of those who refuse for the target, who does it most: of how many probes, if there are answers, too. */
function ofTarget({ hop, ttl, isOfRounds }: Row, rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const { received = 0 } = hop;
  const own = hop.responders.flatMap((responder) => refusedBy(responder, path))
    .flatMap(({ refusal, isOfTarget, count }) => refusal === undefined || !isOfTarget ? [] : [{ refusal, count }])
    .sort((one, other) => other.count - one.count);
  const [most] = own;
  if (most === undefined) return [];
  const refused = summed(own.map(({ count }) => count));
  const refusal = { ...most.refusal, ttl };
  if (refused >= received) return [refusalVerdict(refusal, { rows, path }, {})];
  if (refused < LEAST_REFUSALS) return [];
  const decided = decidedOf(hop);
  const place = isOfRounds ? { rounds: decided } : { toHop: ttl };
  return [
    refusalVerdict(refusal, { rows, path }, { refused, decided, ...place, ...timeNumbers(refusedOf(path, "target")) }),
  ];
}

function decidedOf({ received = 0, lost = 0, sendFailed = 0 }: HopFigures): number {
  return received + lost - sendFailed;
}

function refusedBy(responder: ResponderFigures, path: PathFigures): readonly Refused[] {
  const { kinds: { unreachable = 0 }, refusals, address: from } = responder;
  if (refusals === undefined) {
    return unreachable === 0
      ? []
      : [{ count: unreachable, refusal: undefined, isOfTarget: from === path.address, from }];
  }
  return refusals.map(({ answer, count }) => {
    const refusal = path.refusalAt({ ttl: 0, main: responder, latestAnswer: answer });
    return { count, refusal, isOfTarget: refusal?.isOfTarget ?? true, from };
  });
}

function isTooLong({ mtu, marker }: Refusal): boolean {
  return mtu > 0 || marker === TOO_LONG;
}

function refusalVerdict(refusal: Refusal, ground: Ground, counts: Verdict["numbers"]): Verdict {
  const { icmpType, icmpCode, mtu } = refusal;
  const numbers = { icmpType, icmpCode, ...(mtu > 0 && { mtuBytes: mtu }), ...counts };
  return { ...placed(isTooLong(refusal) ? "MTU" : "REFUSED", refusal, ground, numbers), refusal };
}

/**
 * Who refuses what goes further answers at a place of its own, too, which may lie behind the rows that are left; the target's own
 * place is where it refuses. Whoever refuses arrival probes alone, and is met at no place, stands at the end of the rows.
 */
function placeOf({ from, ttl, isOfTarget }: Placed, { rows, path }: Ground): number {
  const own = isOfTarget ? undefined : path.placeOf?.(from);
  const refusing = rows.find(({ hop: { responders } }) =>
    responders.some(({ address, kinds: { unreachable = 0 } }) => address === from && (!isOfTarget || unreachable > 0))
  );
  return own ?? refusing?.ttl ?? Math.min(ttl, lastOf(rows) ?? ttl);
}

/** At which hop the reason stands why the path ends: where whoever says it answers, too. */
export function refusalHop(path: PathFigures): number | undefined {
  return path.refusal && placeOf(path.refusal, { rows: path.hops().map(rowOf), path });
}

/** At a row, as all verdicts are: at the last one where its place lies behind that. */
function placed(word: VerdictWord, refuser: Placed, ground: Ground, counts: Verdict["numbers"]): Verdict {
  const hop = placeOf(refuser, ground);
  const ttl = Math.min(hop, lastOf(ground.rows) ?? hop);
  return verdict(word, { ttl, address: refuser.from }, { ...counts, ...(ttl < hop && { refuserHop: hop }) });
}

function lastOf(rows: readonly Row[]): number | undefined {
  return rows.at(-1)?.ttl;
}

interface Ground {
  readonly rows: readonly Row[];
  readonly path: PathFigures;
}

type Placed = Pick<Refusal, "from" | "ttl" | "isOfTarget">;

/** Of each who refuses rounds, in each of his words: of the rounds of those flows that he refuses. */
function ofRounds(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const refusers = refusalsOf(path).flatMap(({ refusers }) => refusers);
  if (summed(refusers.map(({ count, unsaid }) => count + unsaid)) < LEAST_REFUSALS) return [];
  return [...Map.groupBy(refusers, refuserKey).values()].flatMap((same) => ofRefuser(same, rows, path));
}

/** `same`: he, in each of the flows. */
function ofRefuser(same: readonly Refuser[], rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const { ttl, from, answer } = same[0]!;
  const refusal = path.refusalAt({ ttl, main: { address: from }, latestAnswer: answer });
  if (refusal === undefined) return [];
  const flows = refusalsOf(path).map(({ routers: { total }, refusers }) => {
    const own = refusers.find((other) => same.includes(other));
    return { count: own?.count ?? 0, total, own };
  });
  const some = losingFlows(flows);
  const refused = some ?? flows;
  const rounds = summed(refused.map(({ total }) => total));
  const unanswered = summed(refused.map(({ own }) => own?.unsaid ?? 0));
  const counts = {
    ...{ refused: summed(refused.map(({ count }) => count)), decided: rounds, rounds },
    ...(unanswered > 0 && { unanswered }),
    ...timeNumbers(refused.flatMap(({ own }) => own ?? [])),
    ...(some !== undefined && { flowsLosing: some.length, flows: flows.length }),
  };
  return [refusalVerdict(refusal, { rows, path }, counts)];
}

/** Of each flow, or of all rounds where flows do not count. */
function refusalsOf({ flows = [], refusals }: PathFigures): readonly RefusalsFigures[] {
  const all = flows.length > 0 ? flows.map(({ refusals }) => refusals) : [refusals];
  return all.flatMap((one) => one ?? []);
}

/** Of those of them in which somebody was refused. */
function refusedOf(path: PathFigures, by: "routers" | "target"): readonly RefusedFigures[] {
  return refusalsOf(path).map((one) => one[by]).filter(({ count }) => count > 0);
}

/** Since when, and until when, if each of these tells it; how often, if not once. */
function timeNumbers(refused: readonly RefusedFigures[]): Verdict["numbers"] {
  const spells = refused.flatMap(({ spell }) => spell ?? []);
  if (spells.length < refused.length) return {};
  const since = spells.flatMap(({ sinceUs }) => sinceUs ?? []);
  const until = spells.flatMap(({ untilUs }) => untilUs ?? []);
  const times = Math.max(...refused.map(({ spells }) => spells));
  return {
    ...(times > 1 && { refusedTimes: times }),
    ...(since.length > 0 && { refusedSinceUs: Math.min(...since) }),
    ...(until.length > 0 && until.length === refused.length && { refusedUntilUs: Math.max(...until) }),
  };
}

/** Whoever refuses a probe may pass it on all the same. */
function answeredRounds(path: PathFigures): Verdict["numbers"] {
  const { received = 0, lost = 0 } = targetByRounds(path) ?? {};
  return received === 0 ? {} : { answeredRounds: received, rounds: received + lost };
}

/** What one router refused at a row. */
interface Refusing {
  readonly from: string;
  readonly refusal: Refusal | undefined;
  readonly hop: HopFigures;
  readonly refused: number;
}

/**
 * Of the router with the most of them at a row, at all rows: where others answer, too; of the flows that it refuses. So it is told
 * where no rounds are refused, or nobody tells of rounds.
 */
function ofRows(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const refusing = refusingOf(rows.map(({ hop }) => hop), path);
  const [most] = refusing.sort((one, other) => other.refused - one.refused);
  if (most === undefined) return [];
  const { from, hop: { ttl }, refusal } = most;
  const { flows = [] } = path;
  const ofFlows = flows.map((flow) => refusingOf(flow.hops(), path).filter((one) => one.from === from))
    .filter((all) => all.length > 0);
  const isOfSome = ofFlows.length > 0 && ofFlows.length < flows.length;
  const all = isOfSome ? ofFlows.flat() : refusing.filter((one) => one.from === from);
  const ttls = all.map(({ hop }) => hop.ttl);
  const [fromHop, toHop] = [Math.min(...ttls), Math.max(...ttls)];
  const counts = {
    refused: summed(all.map(({ refused }) => refused)),
    decided: summed(all.map(({ hop }) => decidedOf(hop))),
    ...(fromHop < toHop && { fromHop }),
    toHop,
    ...(isOfSome && { flowsLosing: ofFlows.length, flows: flows.length }),
    ...answeredRounds(path),
  };
  if (refusal !== undefined) return [refusalVerdict({ ...refusal, ttl }, { rows, path }, counts)];
  return [placed("REFUSED", { from, ttl, isOfTarget: false }, { rows, path }, counts)];
}

/** Of the rows at which a router has refused more than one. */
function refusingOf(hops: readonly HopFigures[], path: PathFigures): Refusing[] {
  return hops.map((hop) => refusingMost(hop, path)).filter(({ refused }) => refused >= LEAST_REFUSALS);
}

/** The router that refuses most there. */
function refusingMost(hop: HopFigures, path: PathFigures): Refusing {
  const [most] = hop.responders.map((responder) => {
    const own = refusedBy(responder, path).filter(({ isOfTarget }) => !isOfTarget);
    const refusal = own.toSorted((one, other) => other.count - one.count)[0]?.refusal;
    return { from: responder.address, refusal, refused: summed(own.map(({ count }) => count)) };
  }).sort((one, other) => other.refused - one.refused);
  const { from = "", refusal, refused = 0 } = most ?? {};
  return { from, refusal, hop, refused };
}

function summed(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
