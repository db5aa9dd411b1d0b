/** Who says that probes cannot be delivered: of all probes, or of some of them. */
import type { ResponderFigures } from "./hop.ts";
import type { PathFigures, Refusal } from "./path.ts";
import { type Row, type Verdict, verdict } from "./row.ts";
import { targetByRounds } from "./target.ts";

/** One alone may be of a moment. */
const LEAST_REFUSALS = 2;
const TOO_LONG = "!F";

/** The first reason why the path ends, else a router that refuses some of the probes. */
export function refusals(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const whole = rows.flatMap(({ hop }) => {
    const refusal = path.refusalAt(hop);
    if (refusal === undefined) return [];
    const isEnd = path.refusal?.ttl === hop.ttl || (hop.ttl === path.reachedTtl && refusal.isOfTarget);
    return isTooLong(refusal) || isEnd ? [refusalVerdict(refusal, rows, {})] : [];
  }).slice(0, 1);
  return whole.length > 0 ? whole : partial(rows, path);
}

/** Whether what sounds like a refusal is the target's own answer: nobody takes there what was asked for. */
export function isOfTarget(responder: ResponderFigures, path: PathFigures): boolean {
  if (responder.refusal === undefined) return false;
  return path.refusalAt({ ttl: 0, main: responder, latestAnswer: responder.refusal })?.isOfTarget ?? true;
}

function isTooLong({ mtu, marker }: Refusal): boolean {
  return mtu > 0 || marker === TOO_LONG;
}

function refusalVerdict(refusal: Refusal, rows: readonly Row[], counts: Verdict["numbers"]): Verdict {
  const { icmpType, icmpCode, mtu } = refusal;
  const numbers = { icmpType, icmpCode, ...(mtu > 0 && { mtuBytes: mtu }), ...counts };
  const place = placeOf(refusal.from, refusal.ttl, rows);
  return { ...verdict(isTooLong(refusal) ? "MTU" : "REFUSED", place, numbers), refusal };
}

/** Who refuses what goes further answers at a place of its own, too. */
function placeOf(address: string, ttl: number, rows: readonly Row[]): Pick<Row, "ttl" | "address"> {
  const own = rows.find(({ hop: { responders } }) => responders.some((responder) => responder.address === address));
  return { ttl: own?.ttl ?? ttl, address };
}

/** Whoever refuses a probe may pass it on all the same. */
function answeredRounds(path: PathFigures): Verdict["numbers"] {
  const { received = 0, lost = 0 } = targetByRounds(path) ?? {};
  return received === 0 ? {} : { answeredRounds: received, rounds: received + lost };
}

/** Of the router with the most of them at a row, at all rows: where others answer, too. */
function partial(rows: readonly Row[], path: PathFigures): readonly Verdict[] {
  const refusing = rows.flatMap(({ hop }) => {
    const { responders, received = 0, lost = 0, sendFailed = 0 } = hop;
    const others = responders.filter((responder) => responder.address !== path.address && !isOfTarget(responder, path));
    const by = others.map((responder) => ({
      responder,
      refused: responder.kinds.unreachable ?? 0,
    })).sort((one, other) => other.refused - one.refused)[0];
    if (by === undefined || by.refused < LEAST_REFUSALS) return [];
    return [{ ...by, hop, decided: received + lost - sendFailed }];
  });
  const [most] = refusing.sort((one, other) => other.refused - one.refused);
  if (most === undefined) return [];
  const { responder, hop: { ttl } } = most;
  const all = refusing.filter((one) => one.responder.address === responder.address);
  const ttls = all.map(({ hop }) => hop.ttl);
  const [fromHop, toHop] = [Math.min(...ttls), Math.max(...ttls)];
  const counts = {
    refused: all.reduce((sum, { refused }) => sum + refused, 0),
    decided: all.reduce((sum, { decided }) => sum + decided, 0),
    ...(fromHop < toHop && { fromHop }),
    toHop,
    ...answeredRounds(path),
  };
  const refusal = path.refusalAt({ ttl, main: responder, latestAnswer: responder.refusal });
  if (refusal !== undefined) return [refusalVerdict(refusal, rows, counts)];
  return [verdict("REFUSED", placeOf(responder.address, ttl, rows), counts)];
}
