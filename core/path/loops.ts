/** Routers that answer in turns, up to the last that answers: packets go round, and the target does not answer. */
import type { PathFigures } from "./figures.ts";
import { type Row, rowOf, type Verdict, verdict } from "./row.ts";

/** No way is so many times as long as another one. */
const LEAST_TIMES_ROUND = 2;

/** Of all packets; or of some flows, or of some of the probes that any way is short enough for. */
export function loops(path: PathFigures, row: Row | undefined): readonly Verdict[] {
  const { flows = [] } = path;
  const whole = flows.length < 2 ? loopOf(path) : undefined;
  return [...(whole === undefined ? loopOfFlows(flows) : [whole]), ...loopOfSome(row, path)].slice(0, 1);
}

/** Where the path goes round, each time over so many routers; `undefined` if it does not. */
export function loopOf(path: PathFigures): Verdict | undefined {
  if (path.reachedTtl !== undefined || path.refusal !== undefined) return undefined;
  const rows = path.hops().map(rowOf);
  const last = rows.findLastIndex(({ received }) => received > 0);
  for (let first = 0; first < last; first++) {
    // A router that answers for those behind it looks like a loop of one, so that one has to be longer.
    for (let period = 1; first + Math.max(3, 2 * period) <= last; period++) {
      if (!repeats(rows.slice(first, last + 1), period)) continue;
      return verdict("LOOP", rows[first]!, { routers: period, times: Math.floor((last + 1 - first) / period) });
    }
  }
  return undefined;
}

/** The nearest of them, which are mostly one. */
function loopOfFlows(flows: readonly PathFigures[]): readonly Verdict[] {
  const all = flows.flatMap((flow) => loopOf(flow) ?? []);
  const [nearest] = all.toSorted((one, other) => one.ttl - other.ttl);
  if (nearest === undefined) return [];
  return [{ ...nearest, numbers: { ...nearest.numbers, flowsLosing: all.length, flows: flows.length } }];
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
