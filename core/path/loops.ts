/** Routers that answer in turns, up to the last that answers: packets go round, and the target does not answer. */
import { isUnmixed } from "./chance.ts";
import { cycleIn } from "./cycle.ts";
import type { PathFigures } from "./figures.ts";
import type { LoopFigures } from "./loop_rounds.ts";
import type { LoopPlace } from "./round_way.ts";
import { type Row, rowOf, type Verdict, verdict } from "./row.ts";

/** No way is so many times as long as another one. */
const LEAST_TIMES_ROUND = 2;
/** As a time, on average; fewer on end are of ways that differ from packet to packet. */
const LEAST_ROUNDS = 2;

/** Of all packets, or of some flows, for good or for a time; or of some of the probes that any way is short enough for. */
export function loops(path: PathFigures, row: Row | undefined): readonly Verdict[] {
  const { flows = [] } = path;
  const whole = flows.length < 2 ? loopOf(path) : undefined;
  return [...(whole === undefined ? loopOfFlows(flows) : [whole]), ...loopOfSome(row, path)].slice(0, 1);
}

/** Where packets of one flow go round, each time over so many routers; `undefined` if they do not. */
export function loopOf(path: PathFigures): Verdict | undefined {
  return loopOfTime(path) ?? loopOfRows(path);
}

/** Packets do not go round any more. */
export function isOver({ word, numbers }: Pick<Verdict, "word" | "numbers">): boolean {
  return word === "LOOP" && "loopedUntilUs" in numbers;
}

/** All packets of some time, before which or after which they did not. */
function loopOfTime(path: PathFigures): Verdict | undefined {
  const { loops, durationUs, reached } = path;
  if (loops?.place === undefined || durationUs === undefined || !loops.isProved) return undefined;
  const { rounds, others, loops: count, beginUs, endUs, isOver } = loops;
  const place = nearestOf(loops.place, path);
  if ((!reached && !isOver) || !isOfTime(loops)) return undefined;
  return verdict("LOOP", place, {
    routers: place.routers,
    loopedRounds: rounds,
    rounds: rounds + others,
    loops: count,
    loopedFromUs: beginUs,
    ...(isOver && { loopedUntilUs: endUs }),
  });
}

/** Routers that answer seldom may not have been met in the nearest of their places while packets went round, but at other times. */
function nearestOf(place: LoopPlace, path: PathFigures): LoopPlace {
  const met = path.hops().map(({ responders }) => responders.map(({ address }) => address));
  const first = path.hops()[0]!.ttl;
  const isMetAgain = (index: number): boolean =>
    met.some((addresses, later) =>
      later > index && (later - index) % place.routers === 0 &&
      addresses.some((address) => met[index]!.includes(address))
    );
  let nearest = place.ttl - first;
  while (met[nearest - 1] !== undefined && isMetAgain(nearest - 1)) nearest -= 1;
  if (nearest === place.ttl - first) return place;
  return { ...place, ttl: first + nearest, address: met[nearest]![0]! };
}

/** What goes round by chance does so now and then; what was lost without a word may have done either. */
function isOfTime({ loops, rounds, lost, answered }: LoopFigures): boolean {
  return loops === 1 || (rounds - lost >= LEAST_ROUNDS * loops && isUnmixed(2 * loops, [rounds - lost, answered]));
}

/** Of a path that the target is not on, by the rows of all its time. */
function loopOfRows(path: PathFigures): Verdict | undefined {
  if (path.reachedTtl !== undefined || path.refusal !== undefined) return undefined;
  const rows = path.hops().map(rowOf);
  const met = rows.map(({ address, hop }) => hop.latestAnswer?.kind === "timeExceeded" ? address : undefined);
  const cycle = cycleIn(met, ({ first, period, repeats, last }) => repeats >= 2 && first + 2 * period <= last);
  if (cycle === undefined) return undefined;
  const { first, period, last } = cycle;
  return verdict("LOOP", rows[first]!, { routers: period, times: Math.floor((last + 1 - first) / period) });
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
