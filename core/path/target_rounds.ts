/**
 * The target by itself, counted by rounds of each flow: what became of the furthest probe of each.
 *
 * A row of the table is a ttl, and who answers there may be the target now and a router then; a row knows nothing of rounds
 * that went by another length of the way. So the target has figures of its own, in a hop that has one probe a round.
 *
 * - A round is what becomes of its furthest probe: with several that might be answered more would be than of other packets. A
 *   further answer of the target, where somebody else was quicker, counts, too.
 * - It is missed when its last probe has been sent (`round`) and everything is decided otherwise. A refusal of that makes it
 *   refused, a probe that did not leave makes it unsent: both are lost, and counted apart as of any hop. A late answer of the
 *   target to the probe that counts is the round's.
 * - Whoever refuses a probe may pass it on all the same. Where that has been so, a round that is refused when nothing comes any
 *   more tells nothing.
 * - Where a router answers the furthest probe, though rounds may go further, the round was too short for the way that it went,
 *   and tells nothing: it does not count.
 * - A round that begins with an arrival probe is what becomes of that one, which no way is too long for: whoever else answers
 *   it, it is lost. But where a router that is met nowhere else says that its time was up, rounds may not go far enough at all.
 *   One that ends with such a probe, which only finds out whether they are needed, is what became of the probe before that.
 * - A target that limits its answers gives one to a further probe of ours that the one that counts lacks then. Where that shows
 *   (`robbing.ts`), such a round is answered: the packet was not lost.
 * - A round in which routers are met again and again (`round_way.ts`) is lost, even if it was too short, where the next is lost, too.
 *
 * Of a round that was lost without a word it is not known whether its packets were, where a silent router may stand in the
 * target's place. That it does is shown later: the target answers from behind that place, and not there (`pass`), or rounds begin
 * with arrival probes. Then all rounds of that time are judged alike (`doubt.ts`): a round counts as what packets with TTL enough
 * met then, as lost or as arrived, though without a time. So neither are lost rounds left out where answered ones count, nor the
 * other way round; and bursts and outages keep their places. Where ways differ from packet to packet, so that this cannot be said
 * of single rounds, as many are lost as arrival probes tell (`short_rounds.ts`).
 *
 * Memory is bounded: rounds without an answer of the target, and of those the latest.
 */
import type { TraceEvent } from "../messages.ts";
import { type ArrivalCounts, ArrivalTally } from "./arrival_tally.ts";
import { FlowRounds, type Meaning } from "./flow_rounds.ts";
import { Hop, type HopOptions } from "./hop.ts";
import { LastAnswers } from "./last_answers.ts";
import { type LoopFigures, LoopRounds } from "./loop_rounds.ts";
import { type RefusalsFigures, RefusalsOfRounds } from "./refused_rounds.ts";
import { Robbing } from "./robbing.ts";
import type { Heard } from "./round.ts";
import type { Outcomes, RoundsTally } from "./rounds_tally.ts";

type Sent = Extract<TraceEvent, { kind: "sent" | "sendFailed" }>;
type Late = Extract<TraceEvent, { kind: "late" }>;
type OfProbe = Extract<TraceEvent, { probe: number }>;

/** Further answers to single probes, which a round does not count. */
const UNKNOWN = "duplicates";

/** So many rounds, of which these were lost, and the probes with TTL enough for any way that they ended with. */
export interface CheckedRounds {
  readonly rounds: number;
  readonly lost: number;
  readonly checksLost: number;
}

export class TargetRounds {
  readonly hop: Hop;
  readonly #tally: RoundsTally;
  readonly #flows: FlowRounds[] = [];

  constructor({ isUntimed = false, unknown = [] }: HopOptions, maxTtl: number) {
    this.hop = new Hop(0, { isUntimed, unknown: [...unknown, UNKNOWN] });
    this.#tally = {
      hop: this.hop,
      judged: [],
      maxTtl,
      over: 0,
      last: new LastAnswers(),
      arrivals: new ArrivalTally(),
      short: new Map(),
      doubted: { received: 0, lost: 0, checked: 0, outlived: 0 },
      revised: 0,
      loops: new LoopRounds(),
      refused: new RefusalsOfRounds(),
      robbing: new Robbing(),
    };
  }

  /** No round goes further. */
  set maxTtl(maxTtl: number) {
    this.#tally.maxTtl = maxTtl;
  }

  /** Rounds of which the last probe has been sent. */
  get over(): number {
    return this.#tally.over;
  }

  /** Absent where no round has begun with one. */
  get arrivals(): ArrivalCounts | undefined {
    return this.#tally.arrivals.counts;
  }

  /** Rounds whose ways differed from one to the next: of those that were lost nobody knows what became of their packets. */
  get doubted(): Outcomes {
    return this.#tally.doubted;
  }

  /** Absent where none has. */
  get loops(): LoopFigures | undefined {
    return this.#tally.loops.rounds === 0 ? undefined : this.#tally.loops;
  }

  get refusals(): RefusalsFigures {
    return this.#tally.refused;
  }

  /** By the ttl of their furthest probe, rounds that were too short. */
  get short(): ReadonlyMap<number, number> {
    return this.#tally.short;
  }

  /** Of the latest rounds those that ended with an arrival probe; absent where none did, or rounds begin with one. */
  get checked(): CheckedRounds | undefined {
    const rounds = this.arrivals === undefined ? this.#flows.flatMap((flow) => flow.checked) : [];
    return rounds.length === 0 ? undefined : {
      rounds: rounds.length,
      lost: rounds.filter(({ outcome }) => outcome === "lost").length,
      checksLost: rounds.filter(({ checkOutcome }) => checkOutcome !== "answered").length,
    };
  }

  /** Whether arrival probes speak for a longer way of any flow, as far as any were sent. */
  get isLongerLikely(): boolean {
    return this.#flows.length === 0 || this.#flows.some(({ isLongerLikely }) => isLongerLikely);
  }

  /** Rounds that were told as lost, and are not any more. */
  get revised(): number {
    return this.#tally.revised;
  }

  /** The target is no more at this ttl, on the way of this flow, or of all. */
  pass(ttl: number, flow?: number): void {
    this.#flows.forEach((rounds, of) => (flow === undefined || of === flow) && rounds.pass(ttl));
  }

  get lastAnswers(): LastAnswers {
    return this.#tally.last;
  }

  addSent(event: Sent, atUs: number): void {
    const flow = event.flow ?? 0;
    (this.#flows[flow] ??= new FlowRounds(this.#tally)).addSent(event, atUs);
  }

  addUnsent(event: OfProbe): void {
    this.#flowOf(event)?.addUnsent(event.probe);
  }

  addLoss(event: Extract<TraceEvent, { kind: "lost" }>): void {
    this.#flowOf(event)?.addLoss(event.probe, event.arrival);
  }

  /** Whether a router that says that the time of a probe was up has been met nearer in the same round. */
  addRouter(event: Extract<Heard, { kind: "reply" }>): boolean {
    return this.#flowOf(event)?.addRouter(event) ?? false;
  }

  /** Whether the target has answered this round now. */
  addAnswer(event: Heard, meaning: Meaning): boolean {
    return this.#flowOf(event)?.addAnswer(event, meaning) ?? false;
  }

  /** Of the target. */
  addLate(event: Late): void {
    this.#flowOf(event)?.addLate(event.probe);
  }

  /** The last probe of this round has been sent. */
  endRound(round: number): void {
    this.#flows.forEach((flow) => flow.endRound(round));
  }

  /** Nothing comes any more: what is undecided concerns nobody. */
  finish(): void {
    this.#flows.forEach((flow) => flow.finish());
  }

  #flowOf({ flow = 0 }: OfProbe): FlowRounds | undefined {
    return this.#flows[flow];
  }
}
