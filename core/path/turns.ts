/**
 * Hops where several addresses answer, and why: told apart by the order in which they answered each flow.
 *
 * A flow that meets several addresses in turn is balanced by packet, where its probes look the same to routers; where they
 * do not, nobody can tell by what. Flows that meet one address each, and not the same, are balanced by flow. A flow whose
 * address changes, and stays, has got another path. The target is one, whichever of its addresses it answers from.
 */
import { chanceOfFewRuns } from "./chance.ts";
import type { HopFigures } from "./hop_figures.ts";
import { loopOf } from "./loops.ts";
import type { PathFigures } from "./figures.ts";
import { targetAnswers } from "./refusals.ts";
import { BY_CHANCE } from "./row.ts";
import type { Change, SequenceFigures } from "./sequence.ts";

export type TurnWord = "CHANGED" | "PER_FLOW" | "PER_PACKET" | "BALANCED" | "VARYING";

export interface Turn {
  readonly word: TurnWord;
  readonly ttl: number;
  /** Who answers there now; of a change, in the flow that showed it first. */
  readonly address: string | undefined;
  /** Of a change: who answered there before. */
  readonly before?: string;
  /** How many answered, of flows that are balanced at the end; of how many flows. */
  readonly addresses: number;
  readonly flows: number;
  readonly changes: number;
  readonly answers: number;
  /** Of a change: at how many hops it shows, and when the first answer of the other path came, if anybody tells times. */
  readonly hops?: number;
  readonly afterUs?: number;
  /** Of several flows: how many of them changed then, and how many from the same address to the same. */
  readonly flowsChanged?: number;
  readonly flowsAlike?: number;
}

/** A path that changes stays so for some rounds; a balance that is not even seems to stay, too, but not always. */
const LEAST_STAY = 3;
const LEAST_STAY_OF_GAPS = 2;
/** Of the time between two probes; less is no answer that is missing. */
const GAP = 1.5;
/** What is as seldom as this among those who are balanced may be a change. */
const SELDOM_BY_CHANCE = 0.05;
/** In the place of 1 %, where somebody has not stayed each time. */
const SHORT_BY_CHANCE = 0.001;
const LEAST_TURNS = 8;
const LEAST_TURNS_OF_SEVERAL = 6;
const LEAST_STAY_OF_SEVERAL = 2;
/** So many further answers of flows, none of them from another address: of two routers taken by chance once in 32 runs. */
const LEAST_REPEATS = 5;

/** What one flow met at one hop. */
interface Turning {
  readonly hop: HopFigures;
  readonly sequence: SequenceFigures;
  /** Answers of each address, refusals aside. */
  readonly groups: readonly number[];
  readonly total: number;
}

interface Judged extends Turning {
  readonly word: "CHANGED" | "BALANCED" | "VARYING" | undefined;
  /** Of a change: who on the way shows first how often it was, and when. */
  readonly shown: SequenceFigures;
}

/** In the order of the hops; a change of the path, which shows at several of them, where it begins. */
export function turnsOf(path: PathFigures): readonly Turn[] {
  const flows = path.flows === undefined || path.flows.length === 0 ? [path] : path.flows;
  const judged = flows.flatMap((flow) => judgedHops(flow));
  const rows = path.hops().map((hop) => {
    const met = withLikeChanges(judged.filter(({ hop: { ttl } }) => ttl === hop.ttl));
    return { hop, met, words: wordsOf(met, path) };
  });
  const changed = rows.filter(({ words }) => words.includes("CHANGED"));
  return rows.flatMap(({ hop, met, words }) =>
    words.filter((word) => word !== "CHANGED" || hop === changed[0]?.hop).map((word) => ({
      word,
      ttl: hop.ttl,
      address: hop.main?.address,
      addresses: (word === "PER_FLOW" ? settled(met) : answersAt(hop, path)).size,
      flows: met.length,
      changes: sum(met.map(({ sequence }) => sequence.changes)),
      answers: hop.received ?? 0,
      ...(word === "CHANGED" && { hops: changed.length, ...changeOf(met, path) }),
    }))
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Answers of each, the target's together; refusals aside, which say that nobody forwards, not who does. */
function answersAt({ responders }: HopFigures, path: PathFigures): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const responder of responders) {
    const { address, received = 0, refused = 0 } = responder;
    const by = path.address !== undefined && targetAnswers(responder, path) > 0 ? path.address : address;
    if (received > refused) counts.set(by, received - refused + (counts.get(by) ?? 0));
  }
  return counts;
}

/** The latest change, when it showed first, and in how many of several flows; where nobody tells times, nobody knows when. */
function changeOf(met: readonly Judged[], { durationUs }: PathFigures): Partial<Turn> {
  const changed = met.filter(({ word }) => word === "CHANGED").sort((one, other) =>
    changedAtUs(other.shown) - changedAtUs(one.shown)
  );
  const begins = changed.flatMap((one, index) => index === 0 || !isAtOnce(changed[index - 1]!, one) ? [index] : []);
  // One change of the path shows in each flow, and some flows may have had none of it.
  const changes = Math.max(begins.length, ...changed.map(({ shown }) => shown.changes));
  const same = changed.slice(0, begins[1]);
  const { sequence, shown } = same.at(-1)!;
  const { latest: address, changedFrom: before } = sequence;
  if (before === undefined) return { changes };
  const atUs = changedAtUs(shown);
  const alike = same.filter(({ sequence: { latest, changedFrom } }) => latest === address && changedFrom === before);
  return {
    changes,
    address,
    before,
    ...(durationUs !== undefined && { afterUs: Math.max(0, atUs) }),
    ...(met.length > 1 && { flowsChanged: same.length, flowsAlike: alike.length }),
  };
}

/** When the last change showed first. */
function changedAtUs({ latestChanges }: SequenceFigures): number {
  return latestChanges.at(-1)?.atUs ?? 0;
}

/** Both changed last within as many rounds as a path that changes stays for. */
function isAtOnce(one: Judged, other: Judged): boolean {
  return Math.abs(changedAtUs(one.shown) - changedAtUs(other.shown)) <= LEAST_STAY * intervalOf(one);
}

function judgedHops(flow: PathFigures): readonly Judged[] {
  // Who is met again in a loop is on no other way for that.
  const loop = loopOf(flow);
  const roundTtl = loop === undefined ? Infinity : loop.ttl + (loop.numbers["routers"] ?? 0);
  const turnings = flow.hops().flatMap((hop) => {
    const { sequence } = hop;
    if (sequence === undefined || (hop.received ?? 0) === 0 || hop.ttl >= roundTtl) return [];
    const groups = [...answersAt(hop, flow).values()];
    return [{ hop, sequence, groups, total: sum(groups) }];
  });
  const turning = turnings.filter(({ sequence }) => sequence.changes > 0);
  const words = turnings.map((one) => ({
    ...{ ...one, shown: one.sequence },
    word: turning.includes(one) ? wordOf(one, turning) : undefined,
  }));
  const changed = words.filter(({ word }) => word === "CHANGED").sort((one, other) =>
    changedAtUs(one.shown) - changedAtUs(other.shown)
  );
  return words.map((one) => {
    const like = one.word === undefined ? undefined : changed.find((other) => mayBeOf(one, other));
    return like === undefined ? one : { ...one, shown: like.sequence, word: "CHANGED" };
  });
}

/** Whether what this hop met, as often as it changed, may be no more than the changes that this other one proves. */
function mayBeOf({ sequence }: Turning, proof: Turning): boolean {
  const { sequence: proved } = proof;
  const interval = intervalOf(proof);
  return sequence.changes <= proved.changes &&
    sequence.latestChanges.every(({ afterUs, atUs }) =>
      proved.latestChanges.some((other) => afterUs <= other.atUs + interval && atUs >= other.afterUs - interval)
    );
}

/** What all flows together say of a hop: how it is balanced, or whether its path changed, or both. */
function wordsOf(met: readonly Judged[], { hasConstantFlows, flows = [] }: PathFigures): readonly TurnWord[] {
  const has = (word: Judged["word"]): boolean => met.some((one) => one.word === word);
  if (has("BALANCED")) return [hasConstantFlows ? "PER_PACKET" : "BALANCED"];
  // A flow that met several, and not for good, is the proof that flows do not decide.
  if (has("VARYING")) return has("CHANGED") ? ["CHANGED"] : ["VARYING"];
  const isSplit = flows.length > 1 && settled(met).size > 1;
  const repeats = sum(met.map(({ total }) => Math.max(0, total - 1)));
  const split: readonly TurnWord[] = !isSplit ? [] : [repeats >= LEAST_REPEATS ? "PER_FLOW" : "VARYING"];
  return has("CHANGED") ? [...split, "CHANGED"] : split;
}

/** Who answers these flows for good; nobody while somebody new has not stayed. */
function settled(met: readonly Judged[]): ReadonlySet<string> {
  return new Set(met.flatMap(({ sequence: { changes, sinceLastChange, latest } }) => {
    const isSettled = changes === 0 || sinceLastChange >= LEAST_STAY;
    return latest === undefined || !isSettled ? [] : [latest];
  }));
}

/**
 * A flow that changed once, when another changed for good or most others did so, has got another path, too, however few of its
 * answers there are.
 */
function withLikeChanges(met: readonly Judged[]): readonly Judged[] {
  const once = met.filter(({ sequence, total }) => sequence.changes === 1 && total >= LEAST_TURNS);
  return met.map((one) => {
    const isOf = (other: Judged): boolean => isAtOnce(one, other);
    const isLike = met.some((other) => other.word === "CHANGED" && isOf(other)) ||
      (met.length > 1 && once.filter(isOf).length > met.length / 2);
    return one.sequence.changes === 1 && isLike ? { ...one, word: "CHANGED" } : one;
  });
}

function wordOf(one: Turning, all: readonly Turning[]): "CHANGED" | "BALANCED" | "VARYING" {
  const { sequence: { changes, shortestStay, untilFirstChange, sinceLastChange }, total } = one;
  const others = all.filter((other) => other !== one && isSameChange(one, other));
  if (changes === 1) {
    const isSettled = total >= LEAST_TURNS && untilFirstChange >= 2 && sinceLastChange >= 2;
    return isSettled || others.length > 0 ? "CHANGED" : "VARYING";
  }
  const isBlip = changes === 2 && total >= LEAST_TURNS && shortestStay >= LEAST_STAY_OF_SEVERAL;
  if (isBlip && others.length > 0) return "CHANGED";
  // Who is balanced does not wait for an outage each time.
  if (isAcrossGaps(one) && shortestStay >= LEAST_STAY_OF_GAPS) return "CHANGED";
  const chance = chanceOfStays(one);
  const isShared = others.some((other) => chanceOfFew(one) * chanceOfFew(other) < BY_CHANCE);
  if (chance < BY_CHANCE || isShared) return "CHANGED";
  const isAlike = others.length > 0 && total >= LEAST_STAY_OF_SEVERAL * (changes + 1);
  return changes < 3 || chance < SELDOM_BY_CHANCE || isAlike ? "VARYING" : "BALANCED";
}

/** How likely who is balanced stays as long: whoever does not each time may do so by turns that keep on for a while. */
function chanceOfStays(one: Turning): number {
  const { sequence: { changes, shortestStay }, total } = one;
  if (shortestStay >= LEAST_STAY) return chanceOfFew(one, LEAST_STAY);
  return total < LEAST_STAY * (changes + 1) ? 1 : chanceOfFew(one) * BY_CHANCE / SHORT_BY_CHANCE;
}

/** How likely who is balanced changes as seldom, and stays for so many answers at least. */
function chanceOfFew({ sequence: { changes }, groups }: Turning, leastStay = 1): number {
  if (groups.length < 2) return 1;
  // Of several addresses those on one side are one: they change no more often for it.
  const sides: [number, number] = [0, 0];
  for (const group of groups.toSorted((one, other) => other - one)) sides[sides[0] > sides[1] ? 1 : 0] += group;
  return chanceOfFewRuns(changes, ...sides, leastStay);
}

/** Each time another address answered after the answer to a probe at least was missing. */
function isAcrossGaps(one: Turning): boolean {
  return one.sequence.leastChangeGapUs >= GAP * intervalOf(one);
}

function intervalOf({ sequence: { sentOverUs }, hop: { sent = 0 } }: Turning): number {
  return sentOverUs / Math.max(1, sent - 1);
}

/** Both hops changed as seldom, and at the same times: two that are balanced hardly would. */
function isSameChange(one: Turning, other: Turning): boolean {
  if (one.sequence.changes !== other.sequence.changes) return false;
  if (Math.min(one.total, other.total) < LEAST_TURNS_OF_SEVERAL) return false;
  const [changes, others] = [one.sequence.latestChanges, other.sequence.latestChanges];
  return changes.every((change, index) => isAtSameTime(change, others[index]!, intervalOf(one)));
}

/** Within one round, or as many as neither can tell apart, since answers are missing. */
function isAtSameTime(one: Change, other: Change, intervalUs: number): boolean {
  const spansUs = [one, other].map(({ afterUs, atUs }) => atUs - afterUs);
  return Math.abs(one.atUs - other.atUs) <= Math.max(intervalUs, ...spansUs);
}
