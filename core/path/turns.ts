/**
 * Hops where several addresses answer, and why: told apart by the order in which they answered each flow.
 *
 * A flow that meets several addresses in turn is balanced by packet, where its probes look the same to routers; where they
 * do not, nobody can tell by what. Flows that meet one address each, and not the same, are balanced by flow. A flow whose
 * address changes, and stays, has got another path.
 */
import { isUnmixed } from "./chance.ts";
import type { HopFigures } from "./hop.ts";
import { loopOf } from "./loops.ts";
import type { PathFigures } from "./figures.ts";
import type { SequenceFigures } from "./sequence.ts";

export type TurnWord = "CHANGED" | "PER_FLOW" | "PER_PACKET" | "BALANCED" | "VARYING";

export interface Turn {
  readonly word: TurnWord;
  readonly ttl: number;
  /** Who answers there now; of a change, in the flow that changed last. */
  readonly address: string | undefined;
  /** Of a change: who answered there before. */
  readonly before?: string;
  /** How many answered, of how many flows, and with how many changes in how many answers. */
  readonly addresses: number;
  readonly flows: number;
  readonly changes: number;
  readonly answers: number;
  /** Of a change: at how many hops it shows, and when the first answer of the other path came, if anybody tells times. */
  readonly hops?: number;
  readonly afterUs?: number;
}

/** A path that changes stays so for some rounds; a balance that is not even seems to stay, too, but not always. */
const LEAST_STAY = 3;
const LEAST_STAY_OF_GAPS = 2;
/** Of the time between two probes; less is no answer that is missing. */
const GAP = 1.5;
const LEAST_TURNS = 8;
const LEAST_TURNS_OF_SEVERAL = 6;
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
}

/** In the order of the hops; a change of the path, which shows at several of them, where it begins. */
export function turnsOf(path: PathFigures): readonly Turn[] {
  const flows = path.flows === undefined || path.flows.length === 0 ? [path] : path.flows;
  const judged = flows.map(judgedHops);
  const changed = new Set(judged.flat().filter(({ word }) => word === "CHANGED").map(({ hop }) => hop.ttl));
  const begin = Math.min(...changed);
  return path.hops().flatMap((hop) => {
    const met = judged.flatMap((hops) => hops.filter(({ hop: { ttl } }) => ttl === hop.ttl));
    return wordsOf(met, path).filter((word) => word !== "CHANGED" || hop.ttl === begin).map((word) => ({
      word,
      ttl: hop.ttl,
      address: hop.main?.address,
      addresses: hop.responders.filter(isForwarding).length,
      flows: met.length,
      // One change of the path shows in each flow.
      changes: (word === "CHANGED" ? greatest : sum)(met.map(({ sequence }) => sequence.changes)),
      answers: hop.received ?? 0,
      ...(word === "CHANGED" && { hops: changed.size, ...changeOf(met, path) }),
    }));
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function greatest(values: readonly number[]): number {
  return Math.max(0, ...values);
}

/** Answers other than refusals, which say that nobody forwards, not who does; the target's word is none. */
function forwarded({ received = 0, refused = 0 }: HopFigures["responders"][number]): number {
  return received - refused;
}

function isForwarding(responder: HopFigures["responders"][number]): boolean {
  return forwarded(responder) > 0;
}

/** The last change; where nobody tells times, nobody knows when. */
function changeOf(met: readonly Judged[], { durationUs }: PathFigures): Partial<Turn> {
  const [last] = met.filter(({ word }) => word === "CHANGED").map(({ sequence }) => sequence)
    .sort((one, other) => (other.changedAtUs ?? 0) - (one.changedAtUs ?? 0));
  if (last?.changedFrom === undefined || last.changedAtUs === undefined) return {};
  return {
    address: last.latest,
    before: last.changedFrom,
    ...(durationUs !== undefined && { afterUs: Math.max(0, last.changedAtUs) }),
  };
}

function judgedHops(flow: PathFigures): readonly Judged[] {
  // Who is met again in a loop is on no other way for that.
  const loop = loopOf(flow);
  const roundTtl = loop === undefined ? Infinity : loop.ttl + (loop.numbers["routers"] ?? 0);
  const turnings = flow.hops().flatMap((hop) => {
    const { sequence, responders } = hop;
    if (sequence === undefined || (hop.received ?? 0) === 0 || hop.ttl >= roundTtl) return [];
    const groups = responders.map(forwarded).filter((count) => count > 0);
    return [{ hop, sequence, groups, total: sum(groups) }];
  });
  const turning = turnings.filter(({ sequence }) => sequence.changes > 0);
  return turnings.map((one) => ({ ...one, word: turning.includes(one) ? wordOf(one, turning) : undefined }));
}

/** What all flows together say of a hop: how it is balanced, or whether its path changed, or both. */
function wordsOf(met: readonly Judged[], { hasConstantFlows, flows = [] }: PathFigures): readonly TurnWord[] {
  const has = (word: Judged["word"]): boolean => met.some((one) => one.word === word);
  if (has("BALANCED")) return [hasConstantFlows ? "PER_PACKET" : "BALANCED"];
  // A flow that met several, and not for good, is the proof that flows do not decide.
  if (has("VARYING")) return has("CHANGED") ? ["CHANGED"] : ["VARYING"];
  const isSplit = flows.length > 1 && new Set(met.flatMap(settledOf)).size > 1;
  const repeats = sum(met.map(({ total }) => Math.max(0, total - 1)));
  const split: readonly TurnWord[] = !isSplit ? [] : [repeats >= LEAST_REPEATS ? "PER_FLOW" : "VARYING"];
  return has("CHANGED") ? [...split, "CHANGED"] : split;
}

/** Who answers this flow for good; nobody while somebody new has not stayed. */
function settledOf({ sequence }: Judged): readonly string[] {
  const isSettled = sequence.changes === 0 || sequence.sinceLastChange >= LEAST_STAY;
  return sequence.latest === undefined || !isSettled ? [] : [sequence.latest];
}

function wordOf(one: Turning, all: readonly Turning[]): "CHANGED" | "BALANCED" | "VARYING" {
  const { sequence: { changes, shortestStay, untilFirstChange, sinceLastChange }, groups, total } = one;
  if (changes === 1) {
    const isSettled = total >= LEAST_TURNS && untilFirstChange >= 2 && sinceLastChange >= 2;
    return isSettled || all.some((other) => other !== one && isSameChange(one, other)) ? "CHANGED" : "VARYING";
  }
  // Who is balanced does not wait for an outage each time.
  if (isAcrossGaps(one) && shortestStay >= LEAST_STAY_OF_GAPS) return "CHANGED";
  if (isUnmixed(changes, groups) && shortestStay >= LEAST_STAY) return "CHANGED";
  return changes >= 3 ? "BALANCED" : "VARYING";
}

/** Each time another address answered after the answer to a probe at least was missing. */
function isAcrossGaps(one: Turning): boolean {
  return one.sequence.leastChangeGapUs >= GAP * intervalOf(one);
}

function intervalOf({ sequence: { sentOverUs }, hop: { sent = 0 } }: Turning): number {
  return sentOverUs / Math.max(1, sent - 1);
}

/** Both hops changed once, within one round: two that are balanced hardly would. */
function isSameChange(one: Turning, other: Turning): boolean {
  if (other.sequence.changes !== 1 || Math.min(one.total, other.total) < LEAST_TURNS_OF_SEVERAL) return false;
  return Math.abs((one.sequence.changedAtUs ?? 0) - (other.sequence.changedAtUs ?? 0)) <= intervalOf(one);
}
