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
 * the end; where a router behind the target's place has answered since the target did there, that place is none any more.
 * Probes beyond the last row (sent before the target had answered for the first time) are not shown. Arrival probes are of no
 * row: they are counted, and tell of the target.
 */
import type { Answer, CountName, TraceEvent } from "../messages.ts";
import type { Family, SendFailure } from "../network.ts";
import { describeUnreachable, isOfDestination, type UnreachableCode } from "../packet/icmp_code.ts";
import { chanceOfMore, type Portion } from "./chance.ts";
import { Hop, type HopFigures, type Reply } from "./hop.ts";
import { BY_CHANCE, rowOf } from "./row.ts";
import { SilentEnd } from "./silent_end.ts";
import { type ArrivalCounts, type CheckedRounds, type LastAnswer, TargetRounds } from "./target_rounds.ts";

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

/** A router, or the target itself, said that the probe cannot be delivered. */
export interface Refusal extends UnreachableCode {
  readonly ttl: number;
  /** Address of who said so. */
  readonly from: string;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** Next-hop MTU where one was named, else 0. */
  readonly mtu: number;
  /** It came from the target's own address, or is what only a target says. */
  readonly isOfTarget: boolean;
}

/** Over all ttls, those beyond the last row included. */
export interface PathCounts {
  readonly sent: number;
  readonly received: number;
  readonly lost: number;
  readonly inFlight: number;
  readonly sendFailed: number;
  readonly late: number;
  readonly duplicates: number;
}

/** What the outputs read of a path. */
export interface PathFigures {
  /** `undefined` where the source of the figures does not tell it. */
  readonly address: string | undefined;
  readonly family: Family | undefined;
  readonly counts: PathCounts;
  /** The target has answered in time at least once. */
  readonly reached: boolean;
  /** Where it answers now; `undefined` also if the path has become another one since. */
  readonly reachedTtl: number | undefined;
  /** Why the path ends before the target; `undefined` if it does not. */
  readonly refusal: Refusal | undefined;
  /** The latest probe that did not leave this host. */
  readonly sendFailure: SendFailed | undefined;
  /** Load of this host's own; absent where none was sent. */
  readonly load?: LoadCounts | undefined;
  /** From the first probe to the end of the run, or to the latest that happened; `undefined` if none has left. */
  readonly durationUs: number | undefined;
  /** Whether all probes of a flow look the same to routers that balance; absent where nobody tells. */
  readonly hasConstantFlows?: boolean | undefined;
  /** What this run could not count; nothing if absent. */
  readonly unknown?: readonly CountName[];
  /** The same of each flow, where there are several: then the others are over all of them. */
  readonly flows?: readonly PathFigures[];
  /** What became of the search for all paths; absent if there was none, or it is not over. */
  readonly survey?: SurveyFigures | undefined;
  /**
   * The target's own figures: the row where it answers; where others answer there, too, or it answered elsewhere, those of
   * the rounds in which it answered, or did not. Absent where nobody tells rounds.
   */
  readonly target?: HopFigures | undefined;
  /** Who was the last to answer in most of the rounds that the target missed; absent where nobody tells. */
  readonly lastAnswer?: LastAnswer | undefined;
  /**
   * Rounds that begin with a probe that any way to the target is short enough for; absent where none was needed, and where nobody
   * tells.
   */
  readonly arrivals?: ArrivalCounts | undefined;
  /** Arrival probes that left and were not refused, those among them that are no round's, too; absent like these. */
  readonly arrivalProbes?: Portion | undefined;
  /** The latest rounds that ended with one, to find out whether they have to begin with one; absent where that is known. */
  readonly checked?: CheckedRounds | undefined;
  /** The rows, without a gap; never empty. */
  hops(): readonly HopFigures[];
  /** What the latest answer of this hop says, if it is a refusal. */
  refusalAt(hop: Pick<HopFigures, "ttl" | "main" | "latestAnswer">): Refusal | undefined;
}

export type SurveyFigures = Pick<
  Extract<TraceEvent, { kind: "surveyed" }>,
  "flows" | "probes" | "unfinishedTtls"
>;

/** What was sent beside the probes. */
export interface LoadCounts {
  readonly packets: number;
  /** Of whole IP packets. */
  readonly bytes: number;
  /** In this time, pauses left out. */
  readonly durationUs: number;
  /** Packets that did not leave this host, and the system's word for the latest. */
  readonly failed: number;
  readonly detail: string | undefined;
}

export interface SendFailed {
  readonly reason: SendFailure;
  /** The system's own word, for example `ENETUNREACH`. */
  readonly detail: string;
}

const PORT_UNREACHABLE = "!p";
const MOSTLY = 0.5;
const FAR = 30;
/** What the latest answer at a ttl makes of the path. */
type End = "target" | "refusal" | "none";

export class Path implements PathFigures {
  readonly address: string | undefined;
  readonly family: Family;
  readonly hasConstantFlows: boolean | undefined;
  readonly #isUntimed: boolean;
  #unknown: readonly CountName[];
  #firstTtl: number;
  #maxTtl: number;
  #asksForPort: boolean;
  readonly #dueTtl: number;
  /** By ttl, so at most 256. */
  readonly #hops: Hop[] = [];
  /** What is counted of arrival probes; and whether the target has answered them. */
  #arrivals: Hop | undefined;
  #arrivalProbes: Portion = { count: 0, total: 0 };
  readonly #ends: End[] = [];
  /** A router behind this ttl has answered since this ttl did. */
  readonly #isPassed: boolean[] = [];
  readonly #options: PathOptions;
  /** Of several flows. Their ways may differ in length: rows and end of the whole are made of theirs. */
  readonly #flows: Path[] = [];
  #rounds: TargetRounds;
  /** Rounds up to this one do not count: they had begun before it was to count. */
  #leftOutRound = -1;
  #latestRound = -1;
  /** Answers of the target by ttl. */
  readonly #targetReplies: number[] = [];
  /** Rounds that were too short, and count as lost; less those that were lost, and were too short. */
  #assumedLost = 0;
  #silentEnd = new SilentEnd();
  #reached = false;
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
    this.hasConstantFlows = options.hasConstantFlows;
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
    this.#silentEnd = new SilentEnd();
    this.#ends.length = 0;
    this.#isPassed.length = 0;
    this.#flows.forEach((path) => path.reset());
    this.#targetReplies.length = 0;
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
    if ("shared" in event && event.shared !== undefined && event.kind !== "sent") {
      this.#hop(event.ttl).addShared(event.kind === "lost");
    }
    if ("flow" in event && event.flow !== undefined) this.#flow(event.flow).apply({ ...event, flow: undefined });
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
        this.#hopOf(event).addReply(event, this.#isRefused(event));
        if (!event.arrival) this.#noteEnd(event);
        this.#addAnswer(event);
        return;
      case "lost":
        this.#hopOf(event).addLoss(event.probe, event.load);
        this.#rounds.addLoss(event);
        if (event.arrival) this.#addArrival(false);
        else this.#addSilence(event);
        return;
      case "late":
        this.#hopOf(event).addLate();
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
        for (const path of [...this.#flows, this]) path.#judgeShortRounds();
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
    return this.#flows.length === 0 ? this.#lowest("target") : ttls.length === 0 ? undefined : Math.min(...ttls);
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
    return this.#arrivals && this.#arrivalProbes;
  }

  get checked(): CheckedRounds | undefined {
    return this.#rounds.checked;
  }

  get lastAnswer(): LastAnswer | undefined {
    return this.#rounds.lastAnswer;
  }

  get unknown(): readonly CountName[] {
    return this.#unknown;
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
    const ttl = this.reachedTtl === undefined ? this.#lowest("refusal") : undefined;
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

  refusalAt({ ttl, main, latestAnswer }: Pick<HopFigures, "ttl" | "main" | "latestAnswer">): Refusal | undefined {
    if (main === undefined || latestAnswer?.kind !== "unreachable") return undefined;
    const { icmpType, icmpCode, mtu } = latestAnswer;
    const from = main.address;
    const meaning = this.#meaning(latestAnswer);
    // Most hosts have nobody at the port that is asked for.
    if (meaning.marker === PORT_UNREACHABLE && this.#isOfDestination(from, latestAnswer)) return undefined;
    const isOfTarget = this.#isOfTarget({ from, answer: latestAnswer });
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

  #addToRound(event: Extract<TraceEvent, { kind: "sent" | "sendFailed" }>): void {
    this.#latestRound = Math.max(this.#latestRound, event.round);
    if (event.round > this.#leftOutRound) this.#rounds.addSent(event, this.#latestSentUs);
  }

  #addAnswer(event: Extract<TraceEvent, { kind: "reply" | "duplicate" }>): void {
    const isOfTarget = event.ttl >= this.#dueTtl && this.#isOfTarget(event);
    if (isOfTarget && event.kind === "reply" && !event.arrival) {
      this.#targetReplies[event.ttl] = 1 + (this.#targetReplies[event.ttl] ?? 0);
    }
    if (isOfTarget) this.#noteSpent(event);
    const isFirst = this.#rounds.addAnswer(event, isOfTarget, this.#isTooShort(event));
    if (event.arrival) {
      if (event.kind === "reply" && (isOfTarget || event.answer.kind !== "unreachable")) this.#addArrival(isOfTarget);
      return;
    }
    if (event.kind === "reply" && this.#silentEnd.isInDoubt) this.#lookBehindEnd(event, isOfTarget);
    // Somebody else was quicker, but the target has answered.
    if (isFirst && event.kind === "duplicate") this.#noteEnd(event);
  }

  /** Answers of the target from behind its place are as many less that whoever asks there gets of one who counts them out. */
  #noteSpent({ kind, ttl, arrival, atUs, rttUs }: Extract<TraceEvent, { kind: "reply" | "duplicate" }>): void {
    if (kind !== "reply") return;
    const place = this.#lowest("target");
    if (place === undefined || (ttl === place && !arrival)) return;
    this.#hop(place).spacing.noteSpent(atUs - rttUs);
  }

  #addArrival(isAnswered: boolean): void {
    const { count, total } = this.#arrivalProbes;
    this.#arrivalProbes = { count: count + (isAnswered ? 0 : 1), total: total + 1 };
    this.#judgeShortRounds();
  }

  /**
   * With more TTL an arrival probe might have arrived: who says that its time was up is not in a loop, or would be met nearer,
   * too. No way is `FAR` hops long.
   */
  #isTooShort({ arrival, ttl, from, answer }: Extract<TraceEvent, { kind: "reply" | "duplicate" }>): boolean {
    if (!arrival || answer.kind !== "timeExceeded" || ttl >= FAR) return false;
    return !this.#hops.some((hop) => hop.ttl < ttl && hop.responders.some(({ address }) => address === from));
  }

  /**
   * Of a round that was too short nobody knows what would have become of its packets. But arrival probes tell what becomes of
   * all: where more of them are lost than are lost at the end of such a round, and most of those that a router answers there
   * must be among these, such rounds are lost. Without them the first packet of each loop would be missing in the target's loss.
   */
  #judgeShortRounds(): void {
    const flows = this.#flows.map((path) => path.#assumedLost);
    this.#assumedLost = flows.length > 0
      ? flows.reduce((sum, lost) => sum + lost)
      : this.#countShortRounds() - this.#rounds.passed - this.#countDoubted();
    this.#rounds.hop.assumeLost(this.#assumedLost);
  }

  #countShortRounds(): number {
    const { arrivals, short } = this.#rounds;
    if (arrivals === undefined) return 0;
    const share = arrivals.lost / (arrivals.lost + arrivals.received);
    const lost = [...short].filter(([ttl]) => {
      const { received, lost } = this.#hop(ttl);
      const passed = received - (this.#targetReplies[ttl] ?? 0);
      return share * (received + lost) - lost >= passed * MOSTLY;
    });
    return lost.reduce((sum, [, rounds]) => sum + rounds, 0);
  }

  /**
   * Of rounds in doubt significantly more may be lost than of arrival probes, those at the same time among them: so many as that
   * were too short for their way, on which a silent router was in the target's place, and tell nothing.
   */
  #countDoubted(): number {
    const { doubted: { received, lost, checked, outlived } } = this.#rounds;
    const { arrivalProbes: { count, total } = { count: 0, total: 0 } } = this;
    if (outlived === 0 || count === total) return 0;
    if (chanceOfMore({ count: lost, total: received + lost }, { count, total }) >= BY_CHANCE) return 0;
    const usual = Math.max(received * count / (total - count), lost * (checked - outlived) / checked);
    return Math.max(0, lost - Math.round(usual));
  }

  #addSilence({ ttl, probe }: Extract<TraceEvent, { kind: "lost" }>): void {
    this.#silentEnd.place = this.#lowest("target");
    this.#silentEnd.addLoss(ttl, probe);
  }

  /** Where the target answers from behind its place, and not there, that is none any more. */
  #lookBehindEnd({ ttl, probe }: Extract<TraceEvent, { kind: "reply" }>, isOfTarget: boolean): void {
    const place = this.#lowest("target");
    this.#silentEnd.place = place;
    if (!this.#silentEnd.addAnswer(ttl, probe, isOfTarget) || place === undefined) return;
    this.#isPassed[place] = true;
    this.#rounds.pass(place);
    this.#judgeShortRounds();
  }

  #leaveRoundsOut(): void {
    this.#leftOutRound = this.#latestRound;
    this.#assumedLost = 0;
    this.#rounds = new TargetRounds(this.#options, this.#maxTtl);
  }

  /**
   * Only the target has answered there, every round has asked there, and it was not sought elsewhere: rounds look behind it
   * after three losses, and the first one goes too far. Few answers may all be to others than the furthest probes. All flows
   * that get to it have it there.
   */
  #isTargetAlone(row: Hop): boolean {
    const { ttl, sent, received, lost } = row;
    const { hop, over, arrivals, passed } = this.#rounds;
    const replies = this.#targetReplies[ttl] ?? 0;
    const isSought = sent < over || hop.received - replies > 1 + lost / 2;
    const isAtOne = new Set(this.#flows.flatMap(({ reachedTtl }) => reachedTtl ?? [])).size < 2;
    const isPassed = passed > 0 && chanceOfMore(rowOf(row), rowOf(hop)) < BY_CHANCE;
    return received === replies && arrivals === undefined && isAtOne && !isPassed && (!isSought || hop.received === 0);
  }

  /** By its number, from 1. */
  #flow(number: number): Path {
    while (this.#flows.length < number) this.#flows.push(new Path(this.#options));
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
    return this.#hops.some(({ responders }) =>
      responders.some(({ address, kinds }) => address === from && (kinds.timeExceeded ?? 0) > 0)
    );
  }

  #isRefused(reply: Reply): boolean {
    return reply.answer.kind === "unreachable" && !this.#isOfTarget(reply);
  }

  #noteEnd(reply: Pick<Reply, "ttl" | "from" | "answer">): void {
    const { ttl, answer } = reply;
    const isTarget = this.#isOfTarget(reply);
    const isEarly = isTarget && ttl < this.#dueTtl;
    const end = isEarly ? "none" : isTarget ? "target" : answer.kind === "unreachable" ? "refusal" : "none";
    // A router's refusal does not move the target: where it has answered, its row stays.
    if (end !== "refusal" || this.#ends[ttl] !== "target") this.#ends[ttl] = end;
    this.#reached ||= isTarget;
    this.#isPassed[ttl] = false;
    // A router behind an end is the proof that the path goes on; the target answers from behind its own place, too.
    if (answer.kind === "timeExceeded" && !isTarget) this.#isPassed.fill(true, 0, ttl);
  }

  /** The least ttl with this end, unless the path has gone on behind it since. */
  #lowest(end: End): number | undefined {
    const ttl = this.#ends.findIndex((other, at) => other === end && !this.#isPassed[at]);
    return ttl < 0 ? undefined : ttl;
  }

  #lastRow(): number {
    if (this.#flows.length > 0) return Math.max(...this.#flows.map((path) => path.#lastRow()));
    return this.#lowest("target") ?? this.#lowest("refusal") ?? this.#firstSilentRow();
  }

  #firstSilentRow(): number {
    // `#ends` holds every ttl that answered, so its length is one more than the last of them.
    const next = Math.max(this.#ends.length, this.#firstTtl);
    const hop = this.#hops[next];
    const probed = hop !== undefined && hop.sent > 0;
    return next === this.#firstTtl || (probed && next <= this.#maxTtl) ? next : next - 1;
  }
}
