/** Who says that probes cannot be delivered: of all probes, or of some of them. */
import { chanceOfRun } from "./chance.ts";
import type { HopFigures, RefusalCount, ResponderFigures } from "./hop.ts";
import type { PathFigures, Refusal } from "./figures.ts";
import { BY_CHANCE, type Row, type Verdict, verdict } from "./row.ts";
import { targetByRounds } from "./target.ts";

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
  /** When the first came and when the latest; `undefined` where nobody tells. */
  readonly times: Pick<RefusalCount, "firstAtUs" | "latestAtUs"> | undefined;
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
  const others = whole.map((refusal) => refusalVerdict(refusal, rows, {}));
  return [...own, ...(others.length > 0 ? others : partial(rows, path))];
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
  if (refused >= received) return [refusalVerdict(refusal, rows, {})];
  if (refused < LEAST_REFUSALS) return [];
  const decided = decidedOf(hop);
  const place = isOfRounds ? { rounds: decided } : { toHop: ttl };
  const times = timesOf(hop, path, ({ refusal, isOfTarget }) => isOfTarget && refusal !== undefined);
  return [refusalVerdict(refusal, rows, { refused, decided, ...place, ...timeNumbers([times]) })];
}

function decidedOf({ received = 0, lost = 0, sendFailed = 0 }: HopFigures): number {
  return received + lost - sendFailed;
}

function refusedBy(responder: ResponderFigures, path: PathFigures): readonly Refused[] {
  const { kinds: { unreachable = 0 }, refusals, address: from } = responder;
  if (refusals === undefined) {
    const isOfTarget = from === path.address;
    return unreachable === 0 ? [] : [{ count: unreachable, refusal: undefined, isOfTarget, from, times: undefined }];
  }
  return refusals.map((times) => {
    const refusal = path.refusalAt({ ttl: 0, main: responder, latestAnswer: times.answer });
    return { count: times.count, refusal, isOfTarget: refusal?.isOfTarget ?? true, from, times };
  });
}

function isTooLong({ mtu, marker }: Refusal): boolean {
  return mtu > 0 || marker === TOO_LONG;
}

function refusalVerdict(refusal: Refusal, rows: readonly Row[], counts: Verdict["numbers"]): Verdict {
  const { icmpType, icmpCode, mtu } = refusal;
  const numbers = { icmpType, icmpCode, ...(mtu > 0 && { mtuBytes: mtu }), ...counts };
  return { ...verdict(isTooLong(refusal) ? "MTU" : "REFUSED", placeOf(refusal, rows), numbers), refusal };
}

/** Who refuses what goes further answers at a place of its own, too; the target's own place is where it refuses. */
function placeOf({ from, ttl, isOfTarget }: Placed, rows: readonly Row[]): Pick<Row, "ttl" | "address"> {
  const own = rows.find(({ hop: { responders } }) =>
    responders.some(({ address, kinds: { unreachable = 0 } }) => address === from && (!isOfTarget || unreachable > 0))
  );
  return { ttl: own?.ttl ?? ttl, address: from };
}

type Placed = Pick<Refusal, "from" | "ttl" | "isOfTarget">;

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
  readonly times: Times;
}

/** Of the router with the most of them at a row, at all rows: where others answer, too; of the flows that it refuses. */
function partial(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
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
    ...timeNumbers(all.map(({ times }) => times)),
    ...(isOfSome && { flowsLosing: ofFlows.length, flows: flows.length }),
    ...answeredRounds(path),
  };
  if (refusal !== undefined) return [refusalVerdict({ ...refusal, ttl }, rows, counts)];
  return [verdict("REFUSED", placeOf({ from, ttl, isOfTarget: false }, rows), counts)];
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
  const isItsOwn = (one: Refused): boolean => !one.isOfTarget && one.from === from;
  return { from, refusal, hop, refused, times: refused === 0 ? MIXED : timesOf(hop, path, isItsOwn) };
}

/** When all that goes there began to be refused, and from when on nothing comes any more. */
interface Times {
  /** `undefined`: refused from the first answer on. */
  readonly sinceUs?: number;
  readonly untilUs?: number;
  /** Others have answered in between, or nobody tells. */
  readonly isMixed?: true;
}

const MIXED: Times = { isMixed: true };

/** Of these refusals at one row. */
function timesOf(hop: HopFigures, path: PathFigures, isOne: (refused: Refused) => boolean): Times {
  const all = hop.responders.flatMap((responder) => refusedBy(responder, path));
  const [ones, others] = [all.filter(isOne), all.filter((refused) => !isOne(refused))];
  const firstAtUs = Math.min(...ones.map(({ times }) => times?.firstAtUs ?? NaN));
  const otherAtUs = Math.max(
    -Infinity,
    ...others.map(({ times }) => times?.latestAtUs ?? NaN),
    ...hop.responders.map(({ answeredAtUs = -Infinity }) => answeredAtUs),
  );
  if (!(otherAtUs < firstAtUs)) return MIXED;
  const untilUs = silentAfter(hop, summed(ones.map(({ count }) => count)));
  return { ...(otherAtUs > -Infinity && { sinceUs: firstAtUs }), ...(untilUs !== undefined && { untilUs }) };
}

/** From when on all is lost, by no chance, behind so many refusals: the refusing has ended, too. */
function silentAfter(
  { lost = 0, refused = 0, sendFailed = 0, lossRuns }: HopFigures,
  told: number,
): number | undefined {
  const { silence } = lossRuns ?? {};
  if (silence === undefined) return undefined;
  const before = Math.max(0, lost - refused - sendFailed - silence.lost);
  const chance = chanceOfRun(silence.lost, { count: before, total: before + told });
  return chance < BY_CHANCE ? silence.beginUs : undefined;
}

/** Where nowhere others have answered since; then somebody refuses for good, or until nobody does any more. */
function timeNumbers(times: readonly Times[]): Verdict["numbers"] {
  const since = times.flatMap(({ sinceUs }) => sinceUs ?? []);
  const until = times.flatMap(({ untilUs }) => untilUs ?? []);
  if (since.length === 0 || times.some(({ isMixed }) => isMixed)) return {};
  return {
    refusedSinceUs: Math.min(...since),
    ...(until.length === times.length && { refusedUntilUs: Math.max(...until) }),
  };
}

function summed(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
