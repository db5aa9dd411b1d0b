/** Where whoever reads a path finds the target's own figures. */
import { type HopFigures, RESPONDER_LIMIT } from "./hop_figures.ts";
import type { PathFigures } from "./figures.ts";

/** The target's own figures; `undefined` if it has never answered, or nobody can tell them. */
export function targetOf(path: PathFigures): HopFigures | undefined {
  if (!path.reached || isUnknown(path.target)) return undefined;
  return path.target ?? path.hops().find(({ ttl }) => ttl === path.reachedTtl);
}

/** Nothing of it counts. */
function isUnknown(target: HopFigures | undefined): boolean {
  return target?.received === 0 && target.lost === 0;
}

/** The same where they are those of no row; `undefined` where they are a row's. */
export function targetByRounds(path: PathFigures): HopFigures | undefined {
  return path.target !== undefined && path.hops().includes(path.target) ? undefined : path.target && targetOf(path);
}

/**
 * The rows as outputs tell them: where others answer in the target's row, too, it has the target's own figures. Those who go by
 * the last row would else be told of answers that are none of the target's.
 */
export function toldHops(path: PathFigures): readonly HopFigures[] {
  const hops = path.hops();
  const own = targetByRounds(path);
  const row = hops.at(-1);
  return own === undefined || row === undefined || row.ttl !== path.reachedTtl
    ? hops
    : [...hops.slice(0, -1), ownRow(row, own)];
}

/** Who else answers there stays, behind the target. */
function ownRow(row: HopFigures, own: HopFigures): HopFigures {
  const { sent, received, lost, lossPercent, rtt, inFlight, sendFailed, late, reordered, refused, lossRuns, stamps } =
    own;
  const { ttl, duplicates, shared, sharedLost, answersFromOthers, rewritten } = row;
  const main = own.main ?? row.main;
  const others = row.responders.filter(({ address }) =>
    own.responders.every((responder) => responder.address !== address)
  );
  return {
    ttl,
    sent,
    received,
    lost,
    lossPercent,
    rtt,
    inFlight,
    sendFailed,
    late,
    duplicates,
    reordered,
    refused,
    shared,
    sharedLost,
    answersFromOthers,
    lossRuns,
    stamps,
    main,
    latestAnswer: own.main === undefined ? row.latestAnswer : own.latestAnswer,
    responders: [...own.responders, ...others].slice(0, RESPONDER_LIMIT),
    ...(rewritten && { rewritten }),
    ...(own.load && { load: own.load }),
  };
}
