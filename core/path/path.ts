/**
 * The path to one target: a pure fold of the events of that target.
 *
 * It reads no clock, looks up no names and knows no output. Names, the calendar and the status of a run are joined to
 * it by whoever renders it.
 *
 * Which rows are shown: from the first ttl to
 * 1. the lowest ttl at which the target answers (an echo reply from any address, since a subnet-router anycast address
 *    is answered by another one; or anything that comes from the target's own address; or, where probes ask for a port,
 *    that it is closed, or that nobody knows their protocol, which only a target says (`isOfDestination`), unless whoever
 *    says it has passed probes on: then it is a firewall), else
 * 2. the lowest ttl at which a router refuses to pass the probes on: nothing lies behind it, else
 * 3. one silent row after the last hop that answered, if that ttl was probed, else
 * 4. with nothing known, the first ttl.
 * Only the latest answer at a ttl counts for this, so a path that grows or shrinks during the run is shown as it is at
 * the end; where a router behind the target's place has answered since the target did there, that place is none any more, unless
 * it was met nearer in the same round: a loop is no longer path.
 * Probes beyond the last row (sent before the target had answered for the first time) are not shown. Arrival probes are of no
 * row: they are counted, and tell of the target.
 */
import { type Answer, type AnswerKind, type CountName, DOUBTFUL_AFTER_LOST, type TraceEvent } from "../messages.ts";
import type { Family } from "../network.ts";
import { describeUnreachable, isOfDestination, type UnreachableCode } from "../packet/icmp_code.ts";
import type { ArrivalCounts } from "./arrival_tally.ts";
import { chanceOfMore, type Portion } from "./chance.ts";
import { Ends } from "./ends.ts";
import { type FlowEnd, placeOf } from "./flow_place.ts";
import type { Answered, LoadCounts, PathCounts, PathFigures, Refusal, SendFailed, SurveyFigures } from "./figures.ts";
import { Hop, type Reply } from "./hop.ts";
import type { ResponderFigures } from "./hop_figures.ts";
import { BY_CHANCE, rowOf } from "./row.ts";
import type { LoopFigures } from "./loop_rounds.ts";
import type { RefusalsFigures } from "./refused_rounds.ts";
import { roundsToLose } from "./short_rounds.ts";
import { SilentEnd } from "./silent_end.ts";
import type { LastAnswer } from "./last_answers.ts";
import { type CheckedRounds, TargetRounds } from "./target_rounds.ts";

export interface PathOptions {
  /** `undefined` where nobody tells whom the probes were for. */
  readonly address: string | undefined;
  readonly family: Family;
  readonly firstTtl: number;
  readonly maxTtl: number;
  /** The probes ask for a port: that it is unreachable is then how the target itself answers, and no refusal. */
  readonly asksForPort?: boolean;
  /** Below this ttl the target does not count as reached. */
  readonly dueTtl?: number | undefined;
  /** The times of the events are none: all are the same. */
  readonly isUntimed?: boolean;
  /** Whether all probes of a flow look the same to routers that balance; `undefined` where nobody tells. */
  readonly hasConstantFlows?: boolean | undefined;
  /** What this run cannot count; nothing if absent. */
  readonly unknown?: readonly CountName[];
  /** Rounds leave out hops that are known, the target's among them, so that they tell nothing of it. */
  readonly hasPartialRounds?: boolean;
}

const PORT_UNREACHABLE = "!p";
/** No way is so many hops long. */
const FAR = 30;
/** As many as are looked at of a hop. */
const TARGET_ANSWERS_LIMIT = 256;

export class Path implements PathFigures {
  readonly address: string | undefined;
  readonly family: Family;
  readonly #isUntimed: boolean;
  #unknown: readonly CountName[];
  #firstTtl: number;
  #maxTtl: number;
  #asksForPort: boolean;
  readonly #dueTtl: number;
  /** By ttl, so at most 256. */
  readonly #hops: Hop[] = [];
  /** What is counted of arrival probes; and whether the target has answered them; those that were refused beside. */
  #arrivals: Hop | undefined;
  #arrivalProbes: Portion = { count: 0, total: 0 };
  #arrivalsRefused = 0;
  readonly #ends = new Ends();
  readonly #options: PathOptions;
  /** Of several flows. Their ways may differ in length: rows and end of the whole are made of theirs. */
  readonly #flows: Path[] = [];
  /** All flows to the same target, where this is the path of one of them. */
  #beside: readonly Path[] = [];
  #rounds: TargetRounds;
  /** Rounds up to this one do not count: they had begun before it was to count. */
  #leftOutRound = -1;
  #latestRound = -1;
  /** Answers of the target by ttl. */
  readonly #targetReplies: number[] = [];
  /** When the probes left to which they are; the first ones. */
  readonly #targetAnswersUs: number[] = [];
  /** Rounds of which nobody knows what became of their packets, and that count as lost. */
  #assumedLost = 0;
  #silentEnd = new SilentEnd();
  /** Where the target has just turned out not to be any more. */
  #passed: number | undefined;
  /** When the latest probe left that the target has answered. */
  #answeredSentUs: number | undefined;
  #reached = false;
  #portsVary = false;
  #survey: SurveyFigures | undefined;
  #sendFailure: SendFailed | undefined;
  #load: LoadCounts | undefined;
  #firstAtUs = Infinity;
  #latestAtUs = -Infinity;
  #latestSentUs = 0;
  /** The first probe that counts, and one more than the last one heard of. */
  #firstProbe = 0;
  #nextProbe = 0;

  constructor(options: PathOptions) {
    const { address, family, firstTtl, maxTtl, asksForPort = false, dueTtl = 0, isUntimed = false } = options;
    this.#options = options;
    this.address = address;
    this.family = family;
    this.#firstTtl = firstTtl;
    this.#maxTtl = maxTtl;
    this.#asksForPort = asksForPort;
    this.#dueTtl = dueTtl;
    this.#isUntimed = isUntimed;
    this.#unknown = options.unknown ?? [];
    this.#rounds = new TargetRounds(options, maxTtl);
  }

  /** Forgets everything; what becomes of the probes until now is nobody's concern any more. */
  reset(): void {
    this.#hops.length = 0;
    this.#arrivals = undefined;
    this.#arrivalProbes = { count: 0, total: 0 };
    this.#arrivalsRefused = 0;
    this.#silentEnd = new SilentEnd();
    this.#answeredSentUs = undefined;
    this.#ends.clear();
    this.#flows.forEach((path) => path.reset());
    this.#targetReplies.length = 0;
    this.#targetAnswersUs.length = 0;
    this.#leaveRoundsOut();
    this.#reached = false;
    this.#sendFailure = undefined;
    this.#load = undefined;
    this.#firstAtUs = Infinity;
    this.#latestAtUs = -Infinity;
    this.#latestSentUs = 0;
    this.#firstProbe = this.#nextProbe;
  }

  /** It is probed otherwise from now on; what was measured until now counts on. */
  adapt(
    { firstTtl, maxTtl, asksForPort = false, unknown = [] }: Pick<
      PathOptions,
      "firstTtl" | "maxTtl" | "asksForPort" | "unknown"
    >,
  ): void {
    this.#unknown = unknown;
    this.#firstTtl = firstTtl;
    this.#maxTtl = maxTtl;
    this.#asksForPort = asksForPort;
    this.#rounds.maxTtl = maxTtl;
  }

  /** The caller hands over the events of this target only, in their order. */
  apply(event: TraceEvent): void {
    if ("probe" in event) {
      if (event.probe < this.#firstProbe) return;
      this.#nextProbe = Math.max(this.#nextProbe, event.probe + 1);
    }
    // What has not left is no row's, whoever's it was.
    if ((event.kind === "reply" || event.kind === "lost") && event.shared !== undefined) {
      this.#hop(event.ttl).addShared(event.kind === "lost");
    }
    if ("flow" in event && event.flow !== undefined) {
      this.#flow(event.flow).apply({ ...event, flow: undefined });
      this.#followFlow(event.flow);
    }
    if ("atUs" in event) this.#latestAtUs = Math.max(this.#latestAtUs, event.atUs);
    switch (event.kind) {
      case "sent":
        this.#hopOf(event).addSent(event);
        if (!event.arrival) this.#silentEnd.addSent(event.ttl, event.probe, event.round);
        this.#latestSentUs = event.atUs;
        this.#addToRound(event);
        this.#firstAtUs = Math.min(this.#firstAtUs, event.atUs);
        return;
      case "sendFailed":
        // What did not leave has no time: that of the latest that did is the nearest.
        this.#hopOf(event).addSendFailure(event, this.#latestSentUs);
        this.#addToRound(event);
        this.#sendFailure = { reason: event.reason, detail: event.detail };
        return;
      case "unsent":
        this.#hopOf(event).addUnsent(event.probe);
        this.#silentEnd.addUnsent(event.probe);
        this.#rounds.addUnsent(event);
        this.#sendFailure = { reason: event.reason, detail: event.detail };
        return;
      case "reply":
        this.#hopOf(event).addReply(event, this.#isRefused(event), this.#answererOf(event));
        if (!event.arrival && !this.#isOfLoop(event)) this.#noteEnd(event);
        this.#addAnswer(event);
        return;
      case "lost":
        this.#hopOf(event).addLoss(event.probe, event.load);
        this.#rounds.addLoss(event);
        if (event.arrival) this.#addArrival(false);
        else this.#addSilence(event);
        return;
      case "late":
        this.#hopOf(event).addLate(event);
        if (event.ttl >= this.#dueTtl && this.#isOfTarget(event)) this.#rounds.addLate(event);
        return;
      case "duplicate":
        this.#hopOf(event).addDuplicate();
        this.#addAnswer(event);
        return;
      case "surveyed":
        this.#survey = event;
        // Its probes go wherever something is to be learned.
        this.#leaveRoundsOut();
        this.#flows.forEach((path) => path.#leaveRoundsOut());
        return;
      case "portsVary":
        this.#portsVary = true;
        return;
      case "load":
        this.#addLoad(event);
        return;
      case "round":
        this.#rounds.endRound(event.round);
        this.#flows.forEach((path) => path.#rounds.endRound(event.round));
        return;
      case "finished":
        this.#rounds.finish();
        this.#flows.forEach((path) => path.#rounds.finish());
        for (const path of [...this.#flows, this]) {
          path.#judgeShortRounds();
          path.#rounds.hop.assumeRefused(path.#refused - path.refusals.routers.count);
        }
        return;
      case "foreign":
      case "overflow":
        return;
      default:
        event satisfies never;
    }
  }

  hops(): readonly Hop[] {
    const rows: Hop[] = [];
    const last = Math.min(this.#lastRow(), this.#maxTtl);
    for (let ttl = this.#firstTtl; ttl <= last; ttl++) rows.push(this.#hops[ttl] ?? this.#newHop(ttl));
    return rows;
  }

  get counts(): PathCounts {
    const counts = { sent: 0, received: 0, lost: 0, inFlight: 0, sendFailed: 0, late: 0, duplicates: 0 };
    const add = (hop: Hop): void => {
      counts.sent += hop.sent;
      counts.received += hop.received;
      counts.lost += hop.lost;
      counts.inFlight += hop.inFlight;
      counts.sendFailed += hop.sendFailed;
      counts.late += hop.late ?? 0;
      counts.duplicates += hop.duplicates ?? 0;
    };
    this.#hops.forEach(add);
    if (this.#arrivals !== undefined) add(this.#arrivals);
    return counts;
  }

  get reached(): boolean {
    return this.#reached;
  }

  get reachedTtl(): number | undefined {
    const ttls = this.#flows.flatMap(({ reachedTtl }) => reachedTtl ?? []);
    return this.#flows.length === 0 ? this.#place : ttls.length === 0 ? undefined : Math.min(...ttls);
  }

  get target(): Hop | undefined {
    const ttl = this.reachedTtl;
    const row = ttl === undefined ? undefined : this.#hops[ttl];
    const { hop, over } = this.#rounds;
    if (over === 0 || this.#options.hasPartialRounds) return row;
    return row !== undefined && this.#isTargetAlone(row) ? row : hop;
  }

  get arrivals(): ArrivalCounts | undefined {
    return this.#rounds.arrivals;
  }

  get arrivalProbes(): Portion | undefined {
    const { count, total } = this.#arrivalProbes;
    return this.#arrivals && { count, total: total + this.#arrivalsRefused };
  }

  get refusals(): RefusalsFigures {
    return this.#rounds.refusals;
  }

  /** Rounds that were refused, whether or not somebody said so. */
  get #refused(): number {
    const all = this.#flows.length > 0 ? this.#flows : [this];
    const refusers = all.flatMap(({ refusals: { refusers } }) => refusers);
    return refusers.reduce((sum, { count, unsaid }) => sum + count + unsaid, 0);
  }

  get loops(): LoopFigures | undefined {
    return this.#rounds.loops;
  }

  get targetAnswersUs(): readonly number[] {
    return this.#targetAnswersUs;
  }

  get answeredSentUs(): number | undefined {
    return this.#answeredSentUs;
  }

  get checked(): CheckedRounds | undefined {
    return this.#rounds.checked;
  }

  get lastAnswer(): LastAnswer | undefined {
    return this.#rounds.lastAnswers.mostMissed;
  }

  get lastAnswers(): readonly LastAnswer[] {
    return this.#rounds.lastAnswers.all;
  }

  get unknown(): readonly CountName[] {
    return this.#unknown;
  }

  get hasConstantFlows(): boolean | undefined {
    return this.#portsVary ? false : this.#options.hasConstantFlows;
  }

  get portsVary(): boolean {
    return this.#portsVary;
  }

  get survey(): SurveyFigures | undefined {
    return this.#survey;
  }

  get flows(): readonly Path[] {
    return this.#flows;
  }

  get refusal(): Refusal | undefined {
    if (this.#flows.length > 0 && this.reachedTtl === undefined) {
      return this.#flows.map(({ refusal }) => refusal).find((refusal) => refusal !== undefined);
    }
    const ttl = this.reachedTtl === undefined ? this.#ends.refusal : undefined;
    const hop = ttl === undefined ? undefined : this.#hops[ttl];
    return hop && this.refusalAt(hop);
  }

  get sendFailure(): SendFailed | undefined {
    return this.#sendFailure;
  }

  get load(): LoadCounts | undefined {
    return this.#load;
  }

  get durationUs(): number | undefined {
    if (this.#isUntimed) return undefined;
    return this.#firstAtUs < Infinity ? Math.max(0, this.#latestAtUs - this.#firstAtUs) : undefined;
  }

  refusalAt({ ttl, main, latestAnswer }: Answered): Refusal | undefined {
    if (main === undefined || latestAnswer === undefined) return undefined;
    return this.#refusalOf({ ttl, from: main.address, answer: latestAnswer });
  }

  placeOf(address: string): number | undefined {
    return this.#nearest(address, "timeExceeded") ?? this.#nearest(address, "unreachable");
  }

  #nearest(address: string, kind: AnswerKind): number | undefined {
    const isMet = (one: ResponderFigures): boolean => one.address === address && (one.kinds[kind] ?? 0) > 0;
    return this.#hops.filter(({ responders }) => responders.some(isMet))[0]?.ttl;
  }

  #refusalOf({ ttl, from, answer }: Pick<Reply, "from" | "answer"> & { readonly ttl: number }): Refusal | undefined {
    if (answer.kind !== "unreachable") return undefined;
    const { icmpType, icmpCode, mtu } = answer;
    const meaning = this.#meaning(answer);
    // Most hosts have nobody at the port that is asked for.
    if (meaning.marker === PORT_UNREACHABLE && this.#isOfDestination(from, answer)) return undefined;
    const isOfTarget = this.#isOfTarget({ from, answer });
    return { ttl, from, icmpType, icmpCode, mtu, isOfTarget, ...meaning };
  }

  #meaning({ icmpType, icmpCode, mtu }: Answer): UnreachableCode {
    const { marker, words } = describeUnreachable(this.family, icmpType, icmpCode);
    return { marker: mtu > 0 ? `${marker}-${mtu}` : marker, words };
  }

  #addLoad({ packets, bytes, durationUs, failed, detail }: Extract<TraceEvent, { kind: "load" }>): void {
    const before = this.#load ?? { packets: 0, bytes: 0, durationUs: 0, failed: 0, detail: undefined };
    this.#load = {
      packets: before.packets + packets,
      bytes: before.bytes + bytes,
      durationUs: before.durationUs + durationUs,
      failed: before.failed + failed,
      detail: detail ?? before.detail,
    };
  }

  /** Where the target of this flow is no more, the rounds of the whole tell of it nothing else. */
  #followFlow(number: number): void {
    const flow = this.#flow(number);
    if (flow.#passed !== undefined) this.#rounds.pass(flow.#passed, number);
    flow.#passed = undefined;
  }

  #addToRound(event: Extract<TraceEvent, { kind: "sent" | "sendFailed" }>): void {
    this.#latestRound = Math.max(this.#latestRound, event.round);
    if (event.round > this.#leftOutRound) this.#rounds.addSent(event, this.#latestSentUs);
  }

  #addAnswer(event: Extract<TraceEvent, { kind: "reply" | "duplicate" }>): void {
    const isOfTarget = event.ttl >= this.#dueTtl && this.#isOfTarget(event);
    if (isOfTarget && event.kind === "reply" && !event.arrival) {
      this.#targetReplies[event.ttl] = 1 + (this.#targetReplies[event.ttl] ?? 0);
    }
    if (isOfTarget && event.kind === "reply" && this.#targetAnswersUs.length < TARGET_ANSWERS_LIMIT) {
      this.#targetAnswersUs.push(event.atUs - event.rttUs);
    }
    if (isOfTarget) {
      this.#reached = true;
      this.#answeredSentUs = Math.max(this.#answeredSentUs ?? 0, event.atUs - event.rttUs);
    }
    const isFirst = this.#rounds.addAnswer(event, {
      isOfTarget,
      isTooShort: this.#isTooShort(event),
      isRefusal: this.#refusalOf(event) !== undefined,
    });
    if (event.arrival) {
      if (event.kind !== "reply") return;
      if (isOfTarget || event.answer.kind !== "unreachable") this.#addArrival(isOfTarget);
      else this.#arrivalsRefused += 1;
      return;
    }
    if (event.kind === "reply" && this.#silentEnd.isInDoubt) this.#lookBehindEnd(event, isOfTarget);
    // Somebody else was quicker, but the target has answered.
    if (isFirst && event.kind === "duplicate") this.#noteEnd(event);
  }

  #addArrival(isAnswered: boolean): void {
    const { count, total } = this.#arrivalProbes;
    this.#arrivalProbes = { count: count + (isAnswered ? 0 : 1), total: total + 1 };
    this.#judgeShortRounds();
  }

  /**
   * With more TTL an arrival probe might have arrived: who says that its time was up is not in a loop, or would be met nearer,
   * too.
   */
  #isTooShort({ arrival, ttl, from, answer }: Extract<TraceEvent, { kind: "reply" | "duplicate" }>): boolean {
    if (!arrival || answer.kind !== "timeExceeded" || ttl >= FAR) return false;
    return !this.#hops.some((hop) => hop.ttl < ttl && hop.responders.some(({ address }) => address === from));
  }

  /** Of a round that was too short nobody knows what would have become of its packets, but what became of others is known. */
  #judgeShortRounds(): void {
    const flows = this.#flows.map((path) => path.#assumedLost);
    this.#assumedLost = flows.length > 0 ? flows.reduce((sum, lost) => sum + lost) : roundsToLose(this.#rounds, {
      arrivalProbes: this.#arrivalProbes,
      hop: (ttl) => this.#hop(ttl),
      targetReplies: this.#targetReplies,
    });
    this.#rounds.hop.assumeLost(this.#assumedLost);
  }

  #addSilence({ ttl, probe }: Extract<TraceEvent, { kind: "lost" }>): void {
    this.#silentEnd.place = this.#ends.target;
    this.#silentEnd.addLoss(ttl, probe);
  }

  /** Where the target answers from behind its place, and not there, that is none any more. */
  #lookBehindEnd({ ttl, probe }: Extract<TraceEvent, { kind: "reply" }>, isOfTarget: boolean): void {
    const place = this.#ends.target;
    this.#silentEnd.place = place;
    if (!this.#silentEnd.addAnswer(ttl, probe, isOfTarget) || place === undefined) return;
    if (!this.#rounds.isLongerLikely) return;
    this.#ends.pass(place);
    this.#passed = place;
    if (this.#flows.length === 0) this.#rounds.pass(place);
    this.#judgeShortRounds();
  }

  #leaveRoundsOut(): void {
    this.#leftOutRound = this.#latestRound;
    this.#assumedLost = 0;
    this.#rounds = new TargetRounds(this.#options, this.#maxTtl);
  }

  /**
   * Only the target has answered there, every round has asked there, and it was not sought elsewhere: rounds look behind it
   * after three losses, and the first one goes too far; nor was more refused there, or less, than of the furthest probes. Few
   * answers may all be to others than these. All flows that get to it have it there.
   */
  #isTargetAlone(row: Hop): boolean {
    const { ttl, sent, received, lost } = row;
    const { hop, over, arrivals, revised } = this.#rounds;
    const replies = this.#targetReplies[ttl] ?? 0;
    const isSought = sent < over || hop.received - replies > 1 + lost / DOUBTFUL_AFTER_LOST ||
      this.#refused !== row.refused;
    const isAtOne = new Set(this.#flows.flatMap(({ reachedTtl }) => reachedTtl ?? [])).size < 2;
    const isPassed = revised > 0 && chanceOfMore(rowOf(row), rowOf(hop)) < BY_CHANCE;
    return received === replies && arrivals === undefined && isAtOne && !isPassed && (!isSought || hop.received === 0);
  }

  /** By its number, from 1. */
  #flow(number: number): Path {
    while (this.#flows.length < number) {
      const flow = new Path(this.#options);
      flow.#beside = this.#flows;
      this.#flows.push(flow);
    }
    return this.#flows[number - 1]!;
  }

  #hopOf({ ttl, arrival }: Extract<TraceEvent, { ttl: number }>): Hop {
    return arrival ? this.#arrivals ??= this.#newHop(ttl) : this.#hop(ttl);
  }

  #hop(ttl: number): Hop {
    return this.#hops[ttl] ??= this.#newHop(ttl);
  }

  #newHop(ttl: number): Hop {
    return new Hop(ttl, { isUntimed: this.#isUntimed, unknown: this.#unknown });
  }

  /** Whoever says that a probe's time was up has not delivered it, whatever address he says so from. */
  #isOfTarget({ from, answer }: Pick<Reply, "from" | "answer">): boolean {
    const { kind } = answer;
    return kind === "echoReply" || kind === "reached" || (from === this.address && kind !== "timeExceeded") ||
      this.#isOfDestination(from, answer);
  }

  /** Whether it is the target's word that nobody takes the probe there, from whichever of its addresses. */
  #isOfDestination(from: string, answer: Answer): boolean {
    if (!this.#asksForPort || answer.kind !== "unreachable") return false;
    if (!isOfDestination(this.family, answer.icmpType, answer.icmpCode)) return false;
    return from === this.address || !this.#passesOn(from);
  }

  /** Whether it has said that the time of a probe was up: then it is on the way. */
  #passesOn(from: string): boolean {
    return this.#nearest(from, "timeExceeded") !== undefined;
  }

  /** The target is one, whichever of its addresses it answers from. */
  #answererOf(reply: Reply): string {
    return this.address !== undefined && this.#isOfTarget(reply) ? this.address : reply.from;
  }

  #isRefused(reply: Reply): boolean {
    return reply.answer.kind === "unreachable" && !this.#isOfTarget(reply);
  }

  /**
   * A router that was met nearer in the same round is no proof of a longer path: packets go round, and the target is where it
   * was before they did.
   */
  #isOfLoop(reply: Reply): boolean {
    if (reply.answer.kind !== "timeExceeded" || !this.#rounds.addRouter(reply)) return false;
    return this.#ends.holdTarget();
  }

  #noteEnd(reply: Pick<Reply, "ttl" | "from" | "answer">): void {
    const { ttl, answer } = reply;
    const isTarget = this.#isOfTarget(reply);
    const isEarly = isTarget && ttl < this.#dueTtl;
    const end = isEarly ? "none" : isTarget ? "target" : answer.kind === "unreachable" ? "refusal" : "none";
    this.#reached ||= isTarget;
    // The target answers from behind its own place, too.
    this.#ends.note(ttl, end, answer.kind === "timeExceeded" && !isTarget);
  }

  /** The target's, as far as this flow tells, and others beside it. */
  get #place(): number | undefined {
    return placeOf(this.#end, () => this.#beside.map((path) => path.#end));
  }

  /** While packets go round now and then the target is where it answers, whoever has answered there last. */
  get #end(): FlowEnd {
    return {
      answeredTtl: this.#ends.target ?? (this.#rounds.loops?.isAtTarget ? this.#ends.latestTarget : undefined),
      unansweredAt: (ttl) => {
        const { sent = 0, received = 0 } = this.#hops[ttl] ?? {};
        return { count: sent - received, total: sent };
      },
    };
  }

  #lastRow(): number {
    if (this.#flows.length > 0) return Math.max(...this.#flows.map((path) => path.#lastRow()));
    return this.#place ?? this.#ends.refusal ?? this.#firstSilentRow();
  }

  #firstSilentRow(): number {
    const next = Math.max(this.#ends.firstSilent, this.#firstTtl);
    const hop = this.#hops[next];
    const probed = hop !== undefined && hop.sent > 0;
    return next === this.#firstTtl || (probed && next <= this.#maxTtl) ? next : next - 1;
  }
}
