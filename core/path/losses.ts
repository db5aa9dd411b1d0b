/** What is not answered: whether it is lost on the path, and from where on, or left out by routers of their own accord. */
import { chanceOfAtLeast, chanceOfMore, type Portion, wilson } from "./chance.ts";
import { longLoss } from "./lengths.ts";
import type { PathFigures } from "./path.ts";
import { steadyRate } from "./rate.ts";
import { BY_CHANCE, hopVerdict, type Row, shareOf, summed, unloadedRowOf, type Verdict, verdict } from "./row.ts";

/** A silent hop is of little consequence: three probes are enough, where three others had an answer. */
const SILENT_BY_CHANCE = 0.06;
/** Probability of a loss that nobody would open a ticket for. */
const USUAL_LOSS = 0.01;
/** Hops less likely than the likeliest by more than this (natural logarithm) are no place where loss begins. */
const SUPPORT = 2;
/** Where more is missing than behind, and by chance only so seldom, a hop may leave out answers of its own. */
const OWN_BY_CHANCE = 0.2;
const LEAST_PROBES = 3;
/** Where more of what is missing came late, it is no clock that leaves out answers. */
const MOST_LATE = 0.25;
/** Rates that differ by no more than this part are the same. */
const SAME_RATE = 0.1;
/** On average by so much of the other's time: who is asked in the last four fifths of it alone. */
const LATER = 0.1;
/** What is behind the target. */
const NOBODY: Portion = { count: 0, total: 0 };

export function unanswered(rows: readonly Row[], { reached, refusal }: PathFigures): readonly Verdict[] {
  if (reached || refusal !== undefined) return [];
  const last = rows.findLast(({ received }) => received > 0);
  const behind = rows.find(({ ttl }) => last === undefined || ttl > last.ttl);
  if (behind === undefined || behind.count < LEAST_PROBES) return [];
  return [hopVerdict("UNANSWERED", last ?? behind, { lost: behind.count, decided: behind.total })];
}

/** It was asked so much later than this other one that losses may lie before: the path has grown since. */
function isLater({ hop: { sequence } }: Row, { hop: { sequence: of } }: Row): boolean {
  if (sequence?.sentMeanUs === undefined || of?.sentMeanUs === undefined) return false;
  return sequence.sentMeanUs - of.sentMeanUs > LATER * of.sentOverUs;
}

/** Hops that answer significantly less often than those behind them, by ttl; what is behind them beside. */
export function limitedRows(rows: readonly Row[]): ReadonlyMap<number, Portion> {
  const limited = new Map<number, Portion>();
  const others: Row[] = [];
  for (const row of rows.toReversed()) {
    if (row.received === 0) continue;
    const behind = summed(others.filter((other) => !isLater(other, row)));
    if (chanceOfMore(row, behind) < BY_CHANCE) limited.set(row.ttl, behind);
    else others.push(row);
  }
  return limited;
}

export function limits(
  rows: readonly Row[],
  limited: ReadonlyMap<number, Portion>,
  path: PathFigures,
): readonly Verdict[] {
  return rows.flatMap((row) => {
    const behind = limited.get(row.ttl);
    if (behind === undefined) return [];
    const since = silentSince(row);
    const found = "silentSinceUs" in since
      ? hopVerdict("SILENT", row, { ...since, ...limitNumbers(row, behind) })
      : hopVerdict("RATE_LIMIT", row, limitNumbers(row, behind));
    return [ofFlows(found, flowRows(path, row.ttl), (flow) => chanceOfMore(flow, behind))];
  });
}

function limitNumbers(row: Row, behind: Portion): Verdict["numbers"] {
  return {
    unanswered: row.count,
    decided: row.total,
    ...lateOf(row),
    ...(behind.total > 0 && { unansweredBehind: behind.count, decidedBehind: behind.total }),
    ...rateOf(row),
  };
}

/** How many answers a second come, if they come by a clock that counts them out: their distances are told. */
function rateOf({ count, hop: { spacing, late = 0 } }: Row): { readonly answersPerSecond?: number } {
  if (spacing === undefined || late > MOST_LATE * count) return {};
  const answersPerSecond = steadyRate(spacing);
  return answersPerSecond === undefined ? {} : { answersPerSecond };
}

/** What the target does not answer beyond the usual, and the hop from which on the same is missing everywhere. */
export function lossOf(
  rows: readonly Row[],
  target: Row,
  limited: ReadonlyMap<number, Portion>,
  path: PathFigures,
): readonly Verdict[] {
  if (!isLossy(target)) return [];
  // Hops that are there since a part of the time know nothing of what was lost before.
  const answering = rows.filter((row) =>
    row.received > 0 && !limited.has(row.ttl) && (!isLater(row, target) || shareOf(row) >= shareOf(target))
  );
  // What is missing by a rule is missing all the same: whose rule it is, nobody can tell.
  const rate = target.isOfRounds ? {} : targetRate(rows, target);
  const limiting = target.isOfRounds ? [] : answering.filter((row) => row !== target && isOfItsOwn(row, rate));
  const telling = answering.filter((row) => !limiting.includes(row));
  // Imported figures may know who the target is and no answer of anybody.
  const places = likeliestPlaces(telling.length === 0 ? [target] : telling);
  const { likeliest } = places;
  const { count, total } = target;
  const { low, high } = wilson(count, total);
  const found = hopVerdict("LOSS", likeliest, {
    lost: count,
    decided: total,
    lossPercent: 100 * shareOf(target),
    lowPercent: 100 * low,
    highPercent: 100 * high,
    ...lateOf(target),
    ...silentSince(target),
    // The ways of the rounds that went another one are in no row.
    ...(target.isOfRounds && likeliest === target ? lastAnswerOf(path) : boundsOf(places, telling, rows)),
    ...(target.isOfRounds && { rounds: total, ...arrivalsOf(path, target) }),
    ...longLossOf(target),
    ...checksOf(path),
    ...rate,
  });
  const chanceIn = ({ count, total }: Row): number => chanceOfAtLeast(count, total, USUAL_LOSS);
  return [
    target.isOfRounds
      ? ofFlows(found, flowTargets(path), chanceIn)
      : ofFlows(found, flowRows(path, target.ttl), chanceIn, path),
    ...("answersPerSecond" in rate
      ? [hopVerdict("RATE_LIMIT", target, { ...limitNumbers(target, NOBODY), ...rate })]
      : []),
    ...limiting.map((row) => hopVerdict("RATE_LIMIT", row, limitNumbers(row, NOBODY))),
  ];
}

/** The target's, and from which hop on all that answer have the same, each by itself. */
function targetRate(rows: readonly Row[], target: Row): { answersPerSecond?: number; steadyFromHop?: number } {
  const { answersPerSecond } = rateOf(target);
  if (answersPerSecond === undefined) return {};
  const before = rows.filter(({ ttl, received }) => ttl < target.ttl && received > 0);
  const first = before[1 + before.findLastIndex((row) => !isSameRate(rateOf(row), answersPerSecond))];
  return { answersPerSecond, ...(first !== undefined && { steadyFromHop: first.ttl }) };
}

function isSameRate({ answersPerSecond = 0 }: { readonly answersPerSecond?: number }, other: number): boolean {
  return Math.abs(answersPerSecond / other - 1) <= SAME_RATE;
}

/** Who answers by a clock that is not the target's tells nothing of what is lost on the path. */
function isOfItsOwn(row: Row, { answersPerSecond }: { readonly answersPerSecond?: number }): boolean {
  const own = rateOf(row);
  return own.answersPerSecond !== undefined && (answersPerSecond === undefined || !isSameRate(own, answersPerSecond));
}

/** Those of the lost that were answered late; nobody tells which of them left while there was load. */
function lateOf({ hop: { late = 0, load } }: Row): { readonly late?: number } {
  return late > 0 && load === undefined ? { late } : {};
}

/** Of which length on more is lost, if probes have several. */
function longLossOf({ hop: { lengths = [], load } }: Row): Verdict["numbers"] {
  const found = load === undefined ? longLoss(lengths) : undefined;
  if (found === undefined) return {};
  const { aboveBytes, longer, others } = found;
  return {
    aboveBytes,
    lostAbove: longer.count,
    decidedAbove: longer.total,
    lostUpTo: others.count,
    decidedUpTo: others.total,
  };
}

/** When the first probe of an outage left that has not ended, and that all losses are of. */
export function silentSince({ count, hop: { late = 0, lossRuns, load } }: Row): { readonly silentSinceUs?: number } {
  const outage = lossRuns?.outages?.at(-1);
  const isAll = outage?.endUs === undefined && outage?.lost === count;
  return isAll && late === 0 && load === undefined ? { silentSinceUs: outage.beginUs } : {};
}

function isLossy({ count, total }: Portion): boolean {
  return count >= 2 && chanceOfAtLeast(count, total, USUAL_LOSS) < BY_CHANCE;
}

/** The same hop of each flow, where there are several. */
function flowRows({ flows = [] }: PathFigures, ttl: number): readonly Row[] {
  return flows.length < 2
    ? []
    : flows.flatMap((flow) => flow.hops().filter((hop) => hop.ttl === ttl).map(unloadedRowOf));
}

/** The target's own rounds of each flow, where there are several. */
function flowTargets({ flows = [] }: PathFigures): readonly Row[] {
  return flows.length < 2 ? [] : flows.flatMap(({ target }) => target === undefined ? [] : [unloadedRowOf(target)]);
}

function lastAnswerOf({ lastAnswer }: PathFigures): Verdict["numbers"] {
  return lastAnswer === undefined ? {} : { lastAnswerHop: lastAnswer.ttl, lastAnswerRounds: lastAnswer.rounds };
}

/** Nothing where none was needed, and where those with load count apart: nobody tells of how many which was. */
function arrivalsOf({ arrivals }: PathFigures, { hop: { load } }: Row): Verdict["numbers"] {
  return arrivals === undefined || load !== undefined ? {} : { arrivals: arrivals.received + arrivals.lost };
}

/** Where packets with TTL enough for any way seem to fare better at the same time, though nothing is proved. */
function checksOf({ checked }: PathFigures): Verdict["numbers"] {
  if (checked === undefined) return {};
  const { rounds, lost, checksLost } = checked;
  const isLikely = chanceOfMore({ count: lost, total: rounds }, { count: checksLost, total: rounds }) < OWN_BY_CHANCE;
  return isLikely ? { checks: rounds, checksLost, lostChecked: lost } : {};
}

/** How many flows it is about, and the address, if they have but one there. */
function ofFlows(
  found: Verdict,
  rows: readonly Row[],
  chanceIn: (row: Row) => number,
  path?: PathFigures,
): Verdict {
  const losing = rows.map((row) => row.count >= 2 && chanceIn(row) < BY_CHANCE);
  const flowsLosing = losing.filter(Boolean).length;
  if (flowsLosing === 0) return found;
  const there = path === undefined ? rows : flowRows(path, found.ttl);
  const addresses = new Set(there.flatMap(({ address }, index) => losing[index] && address ? [address] : []));
  const numbers = { ...found.numbers, flowsLosing, flows: rows.length };
  const [address] = addresses;
  if (addresses.size !== 1) return { ...found, numbers };
  return verdict(found.word, { ttl: found.ttl, address }, numbers);
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

/** Hops that tell nothing, since they are silent or leave out answers of their own, may be where it begins. */
function boundsOf({ earliest, latest }: Places, answering: readonly Row[], rows: readonly Row[]): Verdict["numbers"] {
  const before = answering[answering.indexOf(earliest) - 1];
  const behind = answering.slice(Math.max(0, answering.indexOf(latest)));
  const telling = behind.find((row, index) => chanceOfMore(row, summed(behind.slice(index + 1))) >= OWN_BY_CHANCE);
  return {
    earliestHop: before === undefined ? rows[0]?.ttl ?? earliest.ttl : before.ttl + 1,
    latestHop: telling?.ttl ?? latest.ttl,
  };
}

function logLikelihood({ count, total }: Portion, probability: number): number {
  const answered = total - count;
  return count * Math.log(probability) + (answered > 0 ? answered * Math.log1p(-probability) : 0);
}

export function silences(rows: readonly Row[], limited: ReadonlyMap<number, Portion>): readonly Verdict[] {
  return rows.flatMap((row) => {
    if (row.received > 0 || row.total < LEAST_PROBES) return [];
    const behind = summed(rows.filter(({ ttl, received }) => ttl > row.ttl && received > 0 && !limited.has(ttl)));
    if (chanceOfMore(row, behind) >= SILENT_BY_CHANCE) return [];
    return [
      verdict("SILENT", row, { decided: row.total, decidedBehind: behind.total, unansweredBehind: behind.count }),
    ];
  });
}

/** Where the target answers less often than packets with TTL enough for any way: nobody answers those that go another one. */
export function silentWays(
  target: Row | undefined,
  { arrivals, arrivalProbes = NOBODY }: PathFigures,
): readonly Verdict[] {
  if (target === undefined || arrivals === undefined || chanceOfMore(target, arrivalProbes) >= SILENT_BY_CHANCE) {
    return [];
  }
  const numbers = { ...limitNumbers(target, arrivalProbes), arrivals: arrivalProbes.total };
  return [verdict("SILENT", target, numbers)];
}

/** Where it is lost that this host's own load is too much, beyond what is lost without it; by the target's figures. */
export function lossUnderLoad(
  rows: readonly Row[],
  target: Row,
): { readonly from: Row; readonly isProved: boolean; readonly numbers: Verdict["numbers"] } | undefined {
  const { losses } = target.hop.load ?? {};
  if (losses === undefined || losses.loaded.count === 0) return undefined;
  const { idle, loaded } = losses;
  const places = rows.flatMap((row) => {
    const portion = row.hop.load?.losses?.loaded;
    return portion === undefined ? [] : [{ ...row, ...portion }];
  });
  return {
    from: likeliestPlaces(places).likeliest,
    isProved: chanceOfMore(loaded, idle) < BY_CHANCE,
    numbers: {
      loadedLost: loaded.count,
      loadedDecided: loaded.total,
      idleLost: idle.count,
      idleDecided: idle.total,
    },
  };
}
