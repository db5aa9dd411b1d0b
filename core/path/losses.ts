/** What is not answered: whether it is lost on the path, and from where on, or left out by routers of their own accord. */
import { chanceOfMore, choices, type Portion } from "./chance.ts";
import { wilson } from "./interval.ts";
import { losingFlows, narrowed } from "./flow_rows.ts";
import { longLoss } from "./lengths.ts";
import { boundsOf, isLossy, likeliestPlaces, type Places, placesOf, type Step } from "./loss_place.ts";
import type { PathFigures } from "./figures.ts";
import { targetAnswers } from "./refusals.ts";
import { isAnsweredBeside, isOutgrown, silentSince } from "./resized.ts";
import { besides, silenceNumbers, silencesOf } from "./silences.ts";
import type { LastAnswer } from "./last_answers.ts";
import { isOfItsOwn, MOST_LATE, NO_RATE, type Rate, rateOf, type TargetRate, targetRate } from "./row_rates.ts";
import {
  BY_CHANCE,
  hopVerdict,
  ownRowOf,
  type Row,
  rowOf,
  shareOf,
  summed,
  unloadedRowOf,
  type Verdict,
  verdict,
} from "./row.ts";

/** A silent hop is of little consequence: three probes are enough, where three others had an answer. */
const SILENT_BY_CHANCE = 0.06;
const LEAST_PROBES = 3;
/** So many times as many probes are of the same time. */
const SAME_TIME = 1.2;
const LEAST_CHECKED = 4;
const CHECKED_BY_CHANCE = 0.05;
/** There are many to choose from. */
const NEAR_BY_CHANCE = 0.001;
/** On average by so much of the other's time: who is asked in the last four fifths of it alone. */
const LATER = 0.1;
/** What is behind the target. */
const NOBODY: Portion = { count: 0, total: 0 };

export function unanswered(rows: readonly Row[], { reached, refusal }: PathFigures): readonly Verdict[] {
  if (reached || refusal !== undefined) return [];
  const last = rows.findLast((row) => row.received > 0 && !("silentSinceUs" in silentSince(row)));
  const behind = rows.find(({ ttl }) => last === undefined || ttl > last.ttl);
  if (behind === undefined || behind.count < LEAST_PROBES) return [];
  const since = behind.received > 0 ? silentSince(behind) : {};
  const place = last ?? { ...behind, address: undefined };
  const numbers = { lost: behind.count, decided: behind.total, ...since };
  return [withLate(hopVerdict("UNANSWERED", place, numbers), behind)];
}

/** The same with what came too late there, and when: whoever gives no answer in time may give all of them so. */
function withLate(found: Verdict, { hop: { late = 0, lateness } }: Row): Verdict {
  if (late === 0 || lateness === undefined) return found;
  const { from, leastUs, mostUs } = lateness;
  const numbers = { ...found.numbers, late, lateLeastUs: leastUs, lateMostUs: mostUs };
  return { ...found, lateAddress: from, numbers };
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
    const behind = lessOf(row, others.filter((other) => !isLater(other, row)));
    if (behind === undefined) others.unshift(row);
    else limited.set(row.ttl, behind);
  }
  return limited;
}

/**
 * What those behind lose, if that is significantly less: all of them, or the nearest alone, since what these do not lose is not
 * lost before them, whatever is lost behind them.
 */
function lessOf(row: Row, behind: readonly Row[]): Portion | undefined {
  const atOnce = behind.map((other) => whileAsked(row, other));
  if (chanceOfMore(row, summed(atOnce)) < BY_CHANCE) return summed(behind);
  const few = atOnce.findIndex((_, index) =>
    chanceOfMore(row, summed(atOnce.slice(0, index + 1))) < NEAR_BY_CHANCE / behind.length
  );
  return few < 0 ? undefined : summed(behind.slice(0, few + 1));
}

/** What the other one lost while the row was asked: as far as anybody knows all that it lacks, if it was asked at other times, too. */
function whileAsked({ total }: Row, other: Row): Portion {
  return other.total > SAME_TIME * total ? { count: Math.min(other.count, total), total } : other;
}

export function limits(
  rows: readonly Row[],
  limited: ReadonlyMap<number, Portion>,
  path: PathFigures,
): readonly Verdict[] {
  return rows.flatMap((row) => {
    const behind = limited.get(row.ttl);
    if (behind === undefined || isRefusersRow(row, path)) return [];
    const silences = silencesOf(
      row,
      rows.filter((other) => other.ttl > row.ttl && other.received > 0 && !limited.has(other.ttl)),
    );
    const since = silenceNumbers(silences);
    const isSteady = "answersPerSecond" in rateOf(row);
    // Who answers from further away is no router here: packets that he does not answer here have gone on.
    if (isOutgrown(row, path) && !isSteady) return [further(row, path, { ...since, ...limitNumbers(row, behind, {}) })];
    const parted = losingFlows(row.flows ?? []);
    const losing = parted ?? row.flows ?? [];
    const place = parted === undefined ? row : narrowed(row, parted);
    const numbers = { ...limitNumbers(row, behind), ...flowNumbers(row, losing) };
    const isSilent = !isSteady && silences.length > 0 && chanceOfMore(besides(row, silences), behind) >= BY_CHANCE;
    return [
      isSilent ? hopVerdict("SILENT", place, { ...since, ...numbers }) : hopVerdict("RATE_LIMIT", place, numbers),
    ];
  });
}

/** Whoever answers there refuses, and nobody else does; or he does not say so always, and has no rate of his own. */
function isRefusersRow(row: Row, { refusals }: PathFigures): boolean {
  const { responders, refused = 0 } = row.hop;
  const unsaid = refusals?.refusers.filter(({ unsaid }) => unsaid > 0) ?? [];
  const isRefused = responders.some(({ refused = 0 }) => refused > 0);
  const isHis = responders.some(({ address }) => unsaid.some(({ from }) => from === address));
  return isRefused ? refused === 0 || unsaid.length > 0 : isHis && !("answersPerSecond" in rateOf(row));
}

function limitNumbers(row: Row, behind: Portion, rate: Rate = rateOf(row)): Verdict["numbers"] {
  return {
    unanswered: row.count,
    decided: row.total,
    ...lateOf(row),
    ...(behind.total > 0 && { unansweredBehind: behind.count, decidedBehind: behind.total }),
    ...rate,
  };
}

/**
 * What the target does not answer beyond the usual, and the hop from which on the same is missing everywhere: in the flows that
 * lose more than the others, and by probes to this target alone, since others may have been routed otherwise. The last row is
 * the target's.
 */
export function lossOf(
  rows: readonly Row[],
  limited: ReadonlyMap<number, Portion>,
  path: PathFigures,
): readonly Verdict[] {
  const target = rows.at(-1);
  if (target === undefined || !isLossy(target)) return [];
  // What is missing by a rule is missing all the same: whose rule it is, nobody can tell.
  const rate = path.arrivals !== undefined ? NO_RATE : targetRate(rows, target, path);
  // Whoever has so many answers for all flows gives them to those whose way is shorter.
  const parted = rate.perSecond === undefined ? losingFlows(target.flows ?? []) : undefined;
  const isApart = parted !== undefined;
  const losing = parted ?? target.flows ?? [];
  const own = rows.map((row) => ownRowOf(isApart ? narrowed(row, losing) : row));
  const { place, bounds, steps, limiting } = placeOf(own, limited, rate);
  const isAtTarget = place.ttl === target.ttl;
  const mayTell = rate.perSecond === undefined && (place.received === 0 || (isAtTarget && target.isOfRounds));
  const last = mayTell ? lastAnswerOf(path, isApart ? losing : undefined) : undefined;
  const { count, total } = target;
  const { low, high } = wilson(count, total);
  const since = silentSince(target);
  const found = hopVerdict("LOSS", isAtTarget ? { ...place, address: target.address } : place, {
    lost: count,
    decided: total,
    lossPercent: 100 * shareOf(target),
    lowPercent: 100 * low,
    highPercent: 100 * high,
    ...(target.refused > 0 && { refused: target.refused }),
    ...lateOf(target),
    ...(isAnsweredBeside(since.silentSinceUs ?? Infinity, path) || rate.perSecond !== undefined ? {} : since),
    ...(last !== undefined && { lastAnswerHop: last.ttl, lastAnswerRounds: last.rounds }),
    // The ways of the rounds that went another one are in no row.
    ...(!(isAtTarget && target.isOfRounds) && bounds),
    ...(target.isOfRounds && { rounds: total, ...arrivalsOf(path, target) }),
    ...longLossOf(target),
    ...checksOf(own, path),
    ...rate.told,
    ...flowNumbers(target, losing),
    ...(isApart && partNumbers(target, losing)),
  });
  return [
    { ...found, ...(last !== undefined && { lastAddress: last.address }) },
    ...(target.isOfRounds ? [] : steps),
    ...starved(target, path),
    ...(rate.perSecond === undefined
      ? []
      : [hopVerdict("RATE_LIMIT", target, limitNumbers(target, NOBODY, rate.told))]),
    ...rows.filter(({ ttl }) => limiting.has(ttl)).map((row) =>
      hopVerdict("RATE_LIMIT", row, limitNumbers(row, NOBODY))
    ),
  ];
}

interface Place {
  readonly place: Row;
  readonly bounds: Verdict["numbers"];
  /** Where more is lost. */
  readonly steps: readonly Verdict[];
  /** Hops of these ttls answer by a clock of their own, and tell nothing. */
  readonly limiting: ReadonlySet<number>;
}

/** Where what is missing in the last of these rows, the target's, begins to be lost. */
function placeOf(rows: readonly Row[], limited: ReadonlyMap<number, Portion>, rate: TargetRate): Place {
  const target = rows.at(-1)!;
  const also = limitedRows(rows);
  const lastTtl = rows.findLast(({ received }) => received > 0)?.ttl ?? 0;
  const answering = rows.filter((row) =>
    // Whoever is silent, as all behind him are, has lost as much as the target.
    row.total > 0 && (row.received > 0 || row.ttl > lastTtl) && !limited.has(row.ttl) && !also.has(row.ttl) &&
    // Hops that are there since a part of the time know nothing of what was lost before.
    (!isLater(row, target) || shareOf(row) >= shareOf(target))
  );
  const limiting = answering.filter((row) => row !== target && isOfItsOwn(row, rate));
  // Nor do those who count out their answers as the target does.
  const { steadyFromHop = target.ttl } = rate.told;
  // Nor does who took another's place, where others count out theirs: of two clocks none shows.
  const mayLimit = (row: Row): boolean => limiting.length > 0 && row.hop.responders.length > 1;
  const routers = answering.filter((row) =>
    row !== target && row.ttl < steadyFromHop && !limiting.includes(row) && !mayLimit(row)
  );
  const telling = [...withoutLimited(routers, target), target];
  const { first, telling: ofFirst, steps } = placesOf(telling);
  const isAnywhere = "steadyFromHop" in rate.told && first.likeliest === target;
  return {
    place: first.likeliest,
    bounds: isAnywhere ? {} : boundsOf(first, ofFirst, rows),
    steps: rate.perSecond !== undefined ? [] : steps.map((step) => moreLost(step, rows)),
    limiting: new Set(limiting.map(({ ttl }) => ttl)),
  };
}

/**
 * The same without those that lose more than the target, and do so with all behind them: of each alone that may be chance, but where
 * among them loss begins nobody can tell from what they leave out of their own.
 */
function withoutLimited(routers: readonly Row[], target: Row): readonly Row[] {
  const first = routers.findIndex((_, index) => chanceOfMore(summed(routers.slice(index)), target) < BY_CHANCE);
  return routers.filter((row, index) => first < 0 || index < first || shareOf(row) <= shareOf(target));
}

function moreLost(step: Step, rows: readonly Row[]): Verdict {
  return hopVerdict("LOSS", step.likeliest, {
    beforePercent: 100 * shareOf(step.before),
    therePercent: 100 * shareOf(step.there),
    ...boundsOf(step, step.rows, rows),
  });
}

/**
 * Whoever limits his answers may have given them to the probes that go no further than to him; of loss, those with TTL enough
 * for any way never have more.
 */
function starved(target: Row, path: PathFigures): readonly Verdict[] {
  const { arrivals, arrivalProbes = NOBODY, address, reachedTtl } = path;
  const row = path.hops().find(({ ttl }) => ttl === reachedTtl);
  if (arrivals === undefined || row === undefined || (target.hop.late ?? 0) > MOST_LATE * target.count) return [];
  const near = unloadedRowOf(row);
  const { total, refused } = near;
  // Of another time it tells nothing; and who limits his answers lacks some there, too.
  if (total > SAME_TIME * arrivalProbes.total || !isLossy(near)) return [];
  const own = row.responders.find((responder) => responder.address === address);
  const answers = own === undefined ? 0 : targetAnswers(own, path);
  if (chanceOfMore(arrivalProbes, { count: total - refused - answers, total }) >= BY_CHANCE) return [];
  const { count: unanswered, total: decided } = arrivalProbes;
  return [hopVerdict("RATE_LIMIT", target, { unanswered, decided, answeredNear: answers, decidedNear: total })];
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

/**
 * Who was the last to answer most of what these flows lost; of all flows if none are named. Where he is so as often of what the
 * target has answered, by any flow, it tells nothing: so it is where each probe is lost by itself.
 */
function lastAnswerOf(
  { lastAnswers = [], flows = [] }: PathFigures,
  losing: readonly Row[] | undefined,
): LastAnswer | undefined {
  const all = losing === undefined ? lastAnswers : flows.flatMap(({ lastAnswers = [] }, index) => {
    const isLosing = losing.some(({ flow }) => flow === index + 1);
    return lastAnswers.map((last) => isLosing ? last : { ...last, rounds: 0 });
  });
  const sumOf = (some: readonly LastAnswer[], of: "rounds" | "answeredRounds"): number =>
    some.reduce((sum, last) => sum + last[of], 0);
  const places = [...Map.groupBy(all, ({ ttl, address }) => `${ttl} ${address}`).values()];
  const [most] = places.sort((one, other) => sumOf(other, "rounds") - sumOf(one, "rounds"));
  if (most === undefined) return undefined;
  const [rounds, answeredRounds] = [sumOf(most, "rounds"), sumOf(most, "answeredRounds")];
  const chance = chanceOfMore(
    { count: rounds, total: sumOf(all, "rounds") },
    { count: answeredRounds, total: sumOf(all, "answeredRounds") },
  );
  return chance * places.length < BY_CHANCE ? { ...most[0]!, rounds, answeredRounds } : undefined;
}

/** Nothing where none was needed, and where those with load count apart: nobody tells of how many which was. */
function arrivalsOf({ arrivals }: PathFigures, { hop: { load } }: Row): Verdict["numbers"] {
  return arrivals === undefined || load !== undefined ? {} : { arrivals: arrivals.received + arrivals.lost };
}

/**
 * Where packets with TTL enough for any way seem to fare better at the same time, though nothing is proved; and the hop before
 * the target, where such packets may be lost just as well, better than it.
 */
function checksOf(rows: readonly Row[], { checked }: PathFigures): Verdict["numbers"] {
  const target = rows.at(-1);
  const before = rows.findLast((row) => row !== target && row.received > 0);
  if (checked === undefined || target === undefined || checked.rounds < LEAST_CHECKED) return {};
  const { rounds, lost, checksLost } = checked;
  if (chanceOfMore({ count: lost, total: rounds }, { count: checksLost, total: rounds }) >= CHECKED_BY_CHANCE) {
    return {};
  }
  if (before !== undefined && chanceOfMore(target, before) >= CHECKED_BY_CHANCE) return {};
  return { checks: rounds, checksLost, lostChecked: lost };
}

/** Whether these lose more than the others, beyond what chance gives any so many of all. */
function areApart(some: readonly Row[], all: readonly Row[], byChance = BY_CHANCE): boolean {
  const others = all.filter((row) => !some.includes(row));
  if (some.length === 0 || others.length === 0) return false;
  return chanceOfMore(summed(some), summed(others)) * choices(all.length, some.length) < byChance;
}

/** Of how many flows it can be told; nothing where it can of none. */
function flowNumbers({ flows = [], silent = [] }: Row, losing: readonly Row[]): Verdict["numbers"] {
  return losing.length === 0 ? {} : { flowsLosing: losing.length, flows: flows.length + silent.length };
}

/** What these flows lose, and what the others do. */
function partNumbers({ flows = [] }: Row, losing: readonly Row[]): Verdict["numbers"] {
  const others = flows.filter((flow) => !losing.includes(flow));
  return { losingPercent: 100 * shareOf(summed(losing)), othersPercent: 100 * shareOf(summed(others)) };
}

/**
 * The same rows without the flows that nobody answers there, though somebody does behind it: whoever answers others has not been
 * asked by these. Unless others miss answers, too: who limits his answers may give none to some.
 */
export function withoutSilentFlows(rows: readonly Row[]): readonly Row[] {
  const flows = new Set(rows.flatMap(({ flows = [] }) => flows.map(({ flow }) => flow)));
  const silent = new Set([...flows].flatMap((number) => {
    const own = rows.flatMap(({ flows = [] }) => flows.filter(({ flow }) => flow === number));
    const found = silences(own);
    return own.filter((row) => found.some(({ ttl }) => ttl === row.ttl));
  }));
  if (silent.size === 0) return rows;
  const parted = rows.map((row) => {
    const { flows = [], address } = row;
    const some = flows.filter((flow) => silent.has(flow));
    if (!areApart(some, flows, SILENT_BY_CHANCE)) return row;
    return { ...narrowed(row, flows.filter((flow) => !some.includes(flow))), address, silent: some };
  });
  const limited = limitedRows(parted);
  return parted.map((row, index) => limited.has(row.ttl) ? rows[index]! : row);
}

/** Of hops that nobody answers at, though somebody does behind them. */
export function silences(rows: readonly Row[], limited = limitedRows(rows)): readonly Verdict[] {
  return rows.flatMap((row) => silenceOf(row, rows, limited) ?? []);
}

/** Of hops that are silent for some flows only. */
export function silencesOfSome(rows: readonly Row[]): readonly Verdict[] {
  return rows.flatMap((row) => {
    const { silent = [] } = row;
    if (silent.length === 0) return [];
    const own = rows.map((other) =>
      other === row ? narrowed({ ...row, flows: silent }, silent) : narrowed(other, silent)
    );
    const found = silences(own).find(({ ttl }) => ttl === row.ttl);
    if (found === undefined) return [];
    return [{ ...found, numbers: { ...found.numbers, ...flowNumbers(row, silent) } }];
  });
}

/** Of hops on the ways of some flows that are longer than that to this one, where others have the target. */
export function silencesFrom(end: Row | undefined, { flows = [] }: PathFigures): readonly Verdict[] {
  if (end === undefined || flows.length < 2) return [];
  const silent = flows.flatMap((flow) => silences(flow.hops().map(unloadedRowOf))).filter(({ ttl }) => ttl >= end.ttl);
  return [...Map.groupBy(silent, ({ ttl }) => ttl).values()].flatMap((alike) => {
    const sum = (name: string): number => alike.reduce((sum, { numbers }) => sum + (numbers[name] ?? 0), 0);
    const [decided, decidedBehind, unansweredBehind] = [sum("decided"), sum("decidedBehind"), sum("unansweredBehind")];
    const chance = chanceOfMore({ count: decided, total: decided }, { count: unansweredBehind, total: decidedBehind });
    if (chance * choices(flows.length, alike.length) >= SILENT_BY_CHANCE) return [];
    const numbers = { decided, decidedBehind, unansweredBehind, flowsLosing: alike.length, flows: flows.length };
    return [{ ...alike[0]!, numbers }];
  });
}

function silenceOf(row: Row, rows: readonly Row[], limited: ReadonlyMap<number, Portion>): Verdict | undefined {
  if (row.received > 0 || row.total < LEAST_PROBES) return undefined;
  const behind = summed(rows.filter(({ ttl, received }) => ttl > row.ttl && received > 0 && !limited.has(ttl)));
  if (chanceOfMore(row, behind) >= SILENT_BY_CHANCE) return undefined;
  const numbers = { decided: row.total, decidedBehind: behind.total, unansweredBehind: behind.count };
  return withLate(verdict("SILENT", row, numbers), row);
}

/** Where the target answers less often than packets with TTL enough for any way: nobody answers those that go another one. */
export function silentWays(target: Row | undefined, end: Row | undefined, path: PathFigures): readonly Verdict[] {
  const { arrivals, arrivalProbes = NOBODY, flows = [] } = path;
  if (target === undefined || end === undefined || arrivals === undefined) return [];
  // Any of the flows may have been the first that chance let look so.
  if (chanceOfMore(target, arrivalProbes) * Math.max(1, flows.length) >= BY_CHANCE) return [];
  const silences = silencesOf(target, [end]);
  const isAllSilence = chanceOfMore(besides(target, silences), arrivalProbes) >= BY_CHANCE;
  const silent = further(target, path, {
    ...(isAllSilence && silenceNumbers(silences)),
    ...limitNumbers(target, arrivalProbes),
    arrivals: arrivalProbes.total,
  });
  const { silentSinceUs } = silentSince(target);
  // Who answers nothing at all any more is no silent router's successor.
  return silentSinceUs === undefined || isAnsweredBeside(silentSinceUs, path) ? [silent] : [];
}

/**
 * What packets meet at the target's place that go further: nobody who answers, or routers that answer some, and limit that, or
 * have a silent one beside them.
 */
function further(row: Row, path: PathFigures, numbers: Verdict["numbers"]): Verdict {
  const { total, refused } = rowOf(row.hop);
  const [targets, routers] = [true, false].map((isTarget) =>
    row.hop.responders.filter((responder) => targetAnswers(responder, path) > 0 === isTarget)
      .reduce((sum, { received = 0, refused = 0 }) => sum + received - refused, 0)
  ) as [number, number];
  if (routers === 0 || "silentSinceUs" in numbers) return verdict("SILENT", row, numbers);
  const decidedFurther = total - refused - targets;
  return hopVerdict("RATE_LIMIT", row, { ...numbers, answeredFurther: routers, decidedFurther });
}

/** Where it is lost that this host's own load is too much, beyond what is lost without it; by the target's figures. */
export function lossUnderLoad(
  rows: readonly Row[],
  target: Row,
): { readonly places: Places; readonly isProved: boolean; readonly numbers: Verdict["numbers"] } | undefined {
  const { losses } = target.hop.load ?? {};
  if (losses === undefined || losses.loaded.count === 0) return undefined;
  const { idle, loaded } = losses;
  const places = rows.flatMap((row) => {
    const portion = row.hop.load?.losses?.loaded;
    return portion === undefined ? [] : [{ ...row, ...portion }];
  });
  return {
    places: likeliestPlaces(places),
    isProved: chanceOfMore(loaded, idle) < BY_CHANCE,
    numbers: {
      loadedLost: loaded.count,
      loadedDecided: loaded.total,
      idleLost: idle.count,
      idleDecided: idle.total,
    },
  };
}
