/** Who says that probes cannot be delivered: of all probes, or of some of them. */
import type { HopFigures, ResponderFigures } from "./hop.ts";
import type { PathFigures, Refusal } from "./figures.ts";
import { type Row, type Verdict, verdict } from "./row.ts";
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
  const { received = 0, lost = 0, sendFailed = 0 } = hop;
  const own = hop.responders.flatMap((responder) => refusedBy(responder, path))
    .flatMap(({ refusal, isOfTarget, count }) => refusal === undefined || !isOfTarget ? [] : [{ refusal, count }])
    .sort((one, other) => other.count - one.count);
  const [most] = own;
  if (most === undefined) return [];
  const refused = summed(own.map(({ count }) => count));
  const refusal = { ...most.refusal, ttl };
  if (refused >= received) return [refusalVerdict(refusal, rows, {})];
  if (refused < LEAST_REFUSALS) return [];
  const decided = received + lost - sendFailed;
  return [refusalVerdict(refusal, rows, { refused, decided, ...(isOfRounds ? { rounds: decided } : { toHop: ttl }) })];
}

function refusedBy(responder: ResponderFigures, path: PathFigures): readonly Refused[] {
  const { kinds: { unreachable = 0 }, refusals, address } = responder;
  if (refusals === undefined) return [{ count: unreachable, refusal: undefined, isOfTarget: address === path.address }];
  return refusals.map(({ answer, count }) => {
    const refusal = path.refusalAt({ ttl: 0, main: responder, latestAnswer: answer });
    return { count, refusal, isOfTarget: refusal?.isOfTarget ?? true };
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

/** Of the router with the most of them at a row, at all rows: where others answer, too. */
function partial(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const refusing = rows.flatMap(({ hop }) => {
    const { responders, received = 0, lost = 0, sendFailed = 0 } = hop;
    const by = responders.map((responder) => {
      const own = refusedBy(responder, path).filter(({ isOfTarget }) => !isOfTarget);
      const refusal = own.toSorted((one, other) => other.count - one.count)[0]?.refusal;
      return { from: responder.address, refusal, refused: summed(own.map(({ count }) => count)) };
    }).sort((one, other) => other.refused - one.refused)[0];
    if (by === undefined || by.refused < LEAST_REFUSALS) return [];
    return [{ ...by, ttl: hop.ttl, decided: received + lost - sendFailed, sinceUs: sinceOf(hop, by.from) }];
  });
  const [most] = refusing.sort((one, other) => other.refused - one.refused);
  if (most === undefined) return [];
  const { from, ttl, refusal } = most;
  const all = refusing.filter((one) => one.from === from);
  const ttls = all.map((one) => one.ttl);
  const [fromHop, toHop] = [Math.min(...ttls), Math.max(...ttls)];
  const counts = {
    refused: summed(all.map(({ refused }) => refused)),
    decided: summed(all.map(({ decided }) => decided)),
    ...(fromHop < toHop && { fromHop }),
    toHop,
    ...sinceAll(all.map(({ sinceUs }) => sinceUs)),
    ...answeredRounds(path),
  };
  if (refusal !== undefined) return [refusalVerdict({ ...refusal, ttl }, rows, counts)];
  return [verdict("REFUSED", placeOf({ from, ttl, isOfTarget: false }, rows), counts)];
}

/** When he gave his first answer there, which are refusals, if nobody else has answered since; else `undefined`. */
function sinceOf({ responders }: HopFigures, from: string): number | undefined {
  const own = responders.find(({ address }) => address === from);
  const { firstAtUs } = own ?? {};
  if (firstAtUs === undefined || own?.kinds.timeExceeded !== undefined) return undefined;
  const isLast = responders.every(({ address, latestAtUs }) =>
    address === from || (latestAtUs ?? Infinity) < firstAtUs
  );
  return isLast ? firstAtUs : undefined;
}

/** Where all of them have: then somebody refuses for good. */
function sinceAll(since: readonly (number | undefined)[]): Verdict["numbers"] {
  const known = since.flatMap((atUs) => atUs ?? []);
  return known.length < since.length ? {} : { refusedSinceUs: Math.min(...known) };
}

function summed(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
