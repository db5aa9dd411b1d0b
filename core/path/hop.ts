/**
 * One position on the path: what was sent with this ttl, what came of it, and who answered.
 *
 * The hop's own times are over all its responders, as in mtr; each responder has its own beside them. A late answer
 * and a duplicate only count themselves: they change neither times nor loss.
 */
import {
  type Answer,
  type AnswerKind,
  type CountName,
  type LoadPhase,
  REWRITTEN_FIELDS,
  type RewrittenField,
  type TraceEvent,
} from "../messages.ts";
import type { StampSource } from "../network.ts";
import { LoadComparison, type LoadFigures } from "./load.ts";
import type { LengthRange } from "./lengths.ts";
import { type LossPlace, type LossRunFigures, LossRuns, type SentProbe } from "./loss_runs.ts";
import { Sequence, type SequenceFigures } from "./sequence.ts";
import type { Spacing, SpacingFigures } from "./spacing.ts";
import { knownCount } from "./unknown_counts.ts";
import { type RttFigures, RttStatistics } from "./statistics.ts";

type Interfaces = NonNullable<Answer["interfaces"]>;

/** What the columns read: a hop, or one of its responders. */
export interface Figures {
  /** Probes that left; `undefined` of a responder, since nobody knows which one a probe would have met. */
  readonly sent: number | undefined;
  /** `undefined` where the source of the figures does not tell it, as everywhere below. */
  readonly received: number | undefined;
  readonly lost: number | undefined;
  /** Of the decided probes, so those in flight are not lost; `undefined` while none is decided. */
  readonly lossPercent: number | undefined;
  readonly rtt: RttFigures;
  /** Those below are absent of a responder, too. */
  readonly inFlight?: number | undefined;
  /** Probes that did not leave this host; they count as sent and as lost, too. */
  readonly sendFailed?: number | undefined;
  readonly late?: number | undefined;
  readonly duplicates?: number | undefined;
  /** Answers in time that came after the answer to a later probe of the same flow. */
  readonly reordered?: number | undefined;
  /** Decided probes that did not leave themselves: those to other targets over the same routers count for them. */
  readonly shared?: number | undefined;
  /** Those of them that were lost. */
  readonly sharedLost?: number | undefined;
  readonly lossRuns?: LossRunFigures | undefined;
}

/** How often two sources timed a probe and its answer. */
export interface StampCount {
  readonly sentBy: StampSource;
  readonly receivedBy: StampSource;
  readonly count: number;
  /** By how much a time of these may be off at most: on average, and the worst; absent where one has no bound. */
  readonly meanErrorUs?: number;
  readonly worstErrorUs?: number;
}

/** How many answers quote a probe that arrived with another traffic class than it was sent with. */
export interface QuotedTrafficClass {
  readonly sent: number;
  readonly arrived: number;
  readonly count: number;
}

/** How often somebody refused probes in these words. */
export interface RefusalCount {
  readonly answer: Answer;
  readonly count: number;
  /** When the first of them came and when the latest, in the time of the events. */
  readonly firstAtUs: number;
  readonly latestAtUs: number;
}

/** Answers that came too late: from whom the latest, and after how long the quickest and the slowest. */
export interface Lateness {
  readonly from: string;
  readonly leastUs: number;
  readonly mostUs: number;
}

export interface ResponderFigures extends Figures {
  readonly address: string;
  /** The flows that it has answered; absent where there is but one. */
  readonly flows?: readonly number[];
  /** `address` is a name: nobody told the address. */
  readonly isNameOnly?: true;
  /** How often it gave which answer; only those that it gave. */
  readonly kinds: Readonly<Partial<Record<AnswerKind, number>>>;
  /** Probes that it, a router, refused to pass on; absent where nobody tells. */
  readonly refused?: number;
  /** TTL with which its latest answer arrived, if known. */
  readonly replyTtl: number | undefined;
  /** Its refusals by what they say, each with the latest answer; absent if it has refused none, and where nobody tells. */
  readonly refusals?: readonly RefusalCount[] | undefined;
  /** MPLS label stack of its first answer and of its latest, top of stack first. */
  readonly firstLabels: Answer["labels"];
  readonly labels: Answer["labels"];
  /** How many of its answers quote a probe with which TTL, if that is not 1; absent without. */
  readonly quotedTtls?: ReadonlyMap<number, number> | undefined;
  /** With which traffic class, if that is not the one it was sent with; absent without. */
  readonly quotedTrafficClasses?: readonly QuotedTrafficClass[] | undefined;
  /** Interfaces that it has named, each once; absent if it has named none. */
  readonly interfaces?: Interfaces | undefined;
  /** When its first answer came and when its latest, in the time of the events; absent where nobody tells. */
  readonly firstAtUs?: number;
  readonly latestAtUs?: number;
  /** When the latest came that was no refusal; absent if all were, and where nobody tells. */
  readonly answeredAtUs?: number | undefined;
}

export interface HopFigures extends Figures {
  readonly ttl: number;
  readonly inFlight: number | undefined;
  readonly sendFailed: number | undefined;
  readonly late: number | undefined;
  readonly duplicates: number | undefined;
  readonly reordered: number | undefined;
  /** Absent without late answers, and where nobody tells. */
  readonly lateness?: Lateness | undefined;
  /** Probes among the lost that a router refused to pass on, where others got an answer. */
  readonly refused?: number | undefined;
  /** Responder of the latest answer; `undefined` while the hop is silent. */
  readonly main: ResponderFigures | undefined;
  readonly latestAnswer: Answer | undefined;
  /** In the order in which they were first seen. */
  readonly responders: readonly ResponderFigures[];
  /** Answers from responders beyond the limit of that list. */
  readonly answersFromOthers: number;
  /** What of the probes was not as it was sent when they arrived here; `undefined` where nobody looked. */
  readonly rewritten?: readonly RewrittenField[];
  readonly stamps: readonly StampCount[];
  /** In which order things happened; absent where nobody tells. */
  readonly sequence?: SequenceFigures;
  /** How far apart its answers lie; absent where nobody tells. */
  readonly spacing?: SpacingFigures;
  /** How long its probes were, those that were refused left out; absent where nobody tells. */
  readonly lengths?: readonly LengthRange[];
  /** Its times without load of our own and with it; absent where nobody asked for load. */
  readonly load?: LoadFigures | undefined;
}

export type Reply = Extract<TraceEvent, { kind: "reply" }>;

/** More addresses than a balancing router has; a forger must not fill the memory with more. */
export const RESPONDER_LIMIT = 128;

/** As many as packets may come in through, and go out through, at one router; a liar must not fill the memory with more. */
export const INTERFACE_LIMIT = 16;

export interface HopOptions {
  readonly isUntimed?: boolean;
  readonly unknown?: readonly CountName[];
}

export class Hop implements HopFigures {
  ttl: number;
  sent = 0;
  sendFailed = 0;
  shared = 0;
  sharedLost = 0;
  answersFromOthers = 0;
  #late = 0;
  lateness: Lateness | undefined;
  #duplicates = 0;
  readonly #unknown: readonly CountName[];
  /** A probe that is refused was not delivered. */
  readonly #strict: Tally;
  /** The same, refusals being answers: while nobody has given another one they are the answers of this hop. */
  #lenient: Tally | undefined;
  #refused = 0;
  #assumedLost = 0;
  #load: LoadComparison | undefined;
  #main: Responder | undefined;
  #latestAnswer: Answer | undefined;
  readonly #responders = new Map<string, Responder>();
  #rewritten: Set<RewrittenField> | undefined;
  /** As many as pairs of sources: few. */
  #stamps: readonly Stamps[] = [];

  /** `isUntimed`: the times of the events are none. `unknown`: what this run cannot count. */
  constructor(ttl: number, { isUntimed = false, unknown = [] }: HopOptions = {}) {
    this.ttl = ttl;
    this.#unknown = unknown;
    this.#strict = new Tally(isUntimed);
    this.#lenient = new Tally(isUntimed);
  }

  addSent(sent: SentProbe): void {
    this.sent += 1;
    this.#strict.addSent(sent);
    this.#lenient?.addSent(sent);
  }

  /** To whoever reads the figures, a probe that could not leave is as lost as any other. `atUs` is about when. */
  addSendFailure({ probe, round }: Extract<TraceEvent, { kind: "sendFailed" }>, atUs: number): void {
    this.sent += 1;
    this.sendFailed += 1;
    this.#strict.addSendFailure({ probe, round, atUs });
    this.#lenient?.addSendFailure({ probe, round, atUs });
  }

  /** The same of a probe that has been counted as sent. */
  addUnsent(probe: number): void {
    this.sendFailed += 1;
    this.#addLoss(probe, "elsewhere");
  }

  addLoss(probe: number, load?: LoadPhase): void {
    this.#addLoss(probe, "path");
    if (load !== undefined) (this.#load ??= new LoadComparison()).addLoss(load);
  }

  /** The same of a probe that somebody refused whose answers are none of this hop's. */
  addRefused(probe: number, load?: LoadPhase): void {
    this.#refused += 1;
    this.#lenient = undefined;
    this.#addLoss(probe, "elsewhere");
    if (load !== undefined) (this.#load ??= new LoadComparison()).addRefused(load);
  }

  /** What becomes of a probe to another target counts here, too. */
  addShared(isLost: boolean): void {
    this.shared += 1;
    if (isLost) this.sharedLost += 1;
  }

  /** A probe that was sent and is undecided does not count. */
  forget(probe: number): void {
    this.sent -= 1;
    this.#strict.forget(probe);
    this.#lenient?.forget(probe);
  }

  /** What became of this probe and of those behind it may be told otherwise yet; `Infinity`: of none. */
  hold(from: number): void {
    this.#strict.lossRuns.hold(from);
    this.#lenient?.lossRuns.hold(from);
  }

  /** One of these that was told as lost would have been answered, had it gone far enough: it has no time. */
  addArrived(probe: number, load?: LoadPhase): void {
    this.#strict.addArrived(probe);
    this.#lenient?.addArrived(probe);
    if (load !== undefined) this.#load?.takeLoss(load);
  }

  /** Nobody knows what would have become of one of these that was told as lost: it does not count. */
  forgetLoss(probe: number, load?: LoadPhase): void {
    this.sent -= 1;
    this.#strict.forgetLoss(probe);
    this.#lenient?.forgetLoss(probe);
    if (load !== undefined) this.#load?.takeLoss(load);
  }

  /** So many more in all are lost than was told: nobody tells when. */
  assumeLost(count: number): void {
    this.sent += count - this.#assumedLost;
    this.#assumedLost = count;
  }

  /** `isRefused`: a router says that it does not pass the probe on. */
  addReply(reply: Reply, isRefused = false): void {
    if (isRefused) {
      this.#refused += 1;
      this.#strict.addLoss(reply.probe, "elsewhere");
      this.#lenient?.addRefusal(reply);
    } else {
      this.#strict.addReply(reply);
    }
    const responder = this.#responder(reply.from);
    responder.add(reply, isRefused);
    if (!isRefused || this.#lenient !== undefined) {
      this.#latestAnswer = reply.answer;
      this.#main = responder;
    }
    if (!isRefused) this.#lenient = undefined;
    if (reply.load !== undefined) {
      const load = this.#load ??= new LoadComparison();
      if (isRefused) load.addRefused(reply.load);
      else load.add(reply.load, reply.rttUs);
    }
    reply.answer.rewritten?.forEach((field) => (this.#rewritten ??= new Set()).add(field));
    this.#countStamps(reply);
  }

  get received(): number {
    return this.#tally.received;
  }

  get lost(): number {
    return this.#tally.lost + this.#assumedLost;
  }

  get refused(): number {
    return this.#lenient === undefined ? this.#refused : 0;
  }

  addLate(answer?: Pick<Reply, "from" | "rttUs">): void {
    this.#late += 1;
    if (answer === undefined) return;
    const { from, rttUs } = answer;
    const { leastUs, mostUs } = this.lateness ?? { leastUs: rttUs, mostUs: rttUs };
    this.lateness = { from, leastUs: Math.min(leastUs, rttUs), mostUs: Math.max(mostUs, rttUs) };
  }

  addDuplicate(): void {
    this.#duplicates += 1;
  }

  get late(): number | undefined {
    return knownCount(this.#unknown, "late", this.#late);
  }

  get duplicates(): number | undefined {
    return knownCount(this.#unknown, "duplicates", this.#duplicates);
  }

  get reordered(): number | undefined {
    return knownCount(this.#unknown, "reordered", this.#tally.reordered);
  }

  get rtt(): RttStatistics {
    return this.#tally.rtt;
  }

  get sequence(): Sequence {
    return this.#tally.sequence;
  }

  get spacing(): Spacing {
    return this.#tally.lossRuns.spacing;
  }

  get lengths(): readonly LengthRange[] {
    return this.#tally.lossRuns.lengths.ranges;
  }

  get lossRuns(): LossRuns {
    return this.#tally.lossRuns;
  }

  get #tally(): Tally {
    return this.#lenient ?? this.#strict;
  }

  get inFlight(): number {
    return this.sent - this.received - this.lost;
  }

  get lossPercent(): number | undefined {
    const decided = this.received + this.lost;
    return decided > 0 ? 100 * this.lost / decided : undefined;
  }

  get main(): ResponderFigures | undefined {
    return this.#main;
  }

  get latestAnswer(): Answer | undefined {
    return this.#latestAnswer;
  }

  get responders(): readonly ResponderFigures[] {
    return [...this.#responders.values()];
  }

  get load(): LoadFigures | undefined {
    return this.#load?.hasTimes ? this.#load : undefined;
  }

  get rewritten(): readonly RewrittenField[] {
    return REWRITTEN_FIELDS.filter((field) => this.#rewritten?.has(field));
  }

  get stamps(): readonly StampCount[] {
    return this.#stamps.map(stampCountOf);
  }

  #addLoss(probe: number, place: LossPlace): void {
    this.#strict.addLoss(probe, place);
    this.#lenient?.addLoss(probe, place);
  }

  /** A responder beyond the limit is still the latest one, but is forgotten with the next. */
  #responder(address: string): Responder {
    const known = this.#responders.get(address);
    if (known !== undefined) return known;
    const responder = new Responder(address);
    if (this.#responders.size < RESPONDER_LIMIT) this.#responders.set(address, responder);
    else this.answersFromOthers += 1;
    return responder;
  }

  #countStamps({ sentBy, receivedBy, errorUs = Infinity }: Reply): void {
    let stamps = this.#stamps.find((known) => known.sentBy === sentBy && known.receivedBy === receivedBy);
    if (stamps === undefined) {
      stamps = { sentBy, receivedBy, count: 0, sumUs: 0, worstUs: 0 };
      this.#stamps = [...this.#stamps, stamps];
    }
    stamps.count += 1;
    stamps.sumUs += errorUs;
    stamps.worstUs = Math.max(stamps.worstUs, errorUs);
  }
}

/** What became of the probes of one hop. */
class Tally {
  received = 0;
  lost = 0;
  reordered = 0;
  readonly rtt = new RttStatistics();
  readonly sequence = new Sequence();
  readonly lossRuns: LossRuns;
  /** The latest probe with an answer, by flow. */
  readonly #furthest: number[] = [0];

  constructor(isUntimed: boolean) {
    this.lossRuns = new LossRuns(isUntimed);
  }

  addSent(sent: SentProbe): void {
    this.sequence.addSent(sent.atUs);
    this.lossRuns.addSent(sent);
  }

  addSendFailure(sent: SentProbe): void {
    this.lossRuns.addSent(sent);
    this.addLoss(sent.probe, "elsewhere");
  }

  addLoss(probe: number, place: LossPlace): void {
    this.lost += 1;
    this.lossRuns.addLoss(probe, place);
  }

  forget(probe: number): void {
    this.lossRuns.forget(probe);
  }

  addArrived(probe: number): void {
    this.lost -= 1;
    this.received += 1;
    this.lossRuns.addAnswer(probe);
  }

  forgetLoss(probe: number): void {
    this.lost -= 1;
    this.forget(probe);
  }

  addReply(reply: Reply): void {
    this.addRefusal(reply);
    this.sequence.addReply(reply);
  }

  /** An answer, too, but of nobody who passes probes on or takes them. */
  addRefusal(reply: Reply): void {
    this.received += 1;
    this.rtt.add(reply.rttUs);
    this.lossRuns.addAnswer(reply.probe);
    this.#noteOrder(reply);
  }

  #noteOrder({ probe, flow = 0 }: Reply): void {
    if (probe < (this.#furthest[flow] ?? 0)) this.reordered += 1;
    else this.#furthest[flow] = probe;
  }
}

/** The same while it is counted; bounds that nobody knows are infinite. */
interface Stamps extends Pick<StampCount, "sentBy" | "receivedBy"> {
  count: number;
  sumUs: number;
  worstUs: number;
}

function stampCountOf({ sentBy, receivedBy, count, sumUs, worstUs }: Stamps): StampCount {
  const bounds = { meanErrorUs: sumUs / count, worstErrorUs: worstUs };
  return { sentBy, receivedBy, count, ...(worstUs < Infinity && bounds) };
}

class Responder implements ResponderFigures {
  readonly address: string;
  readonly sent = undefined;
  readonly lost = undefined;
  readonly lossPercent = undefined;
  readonly rtt = new RttStatistics();
  readonly kinds: Partial<Record<AnswerKind, number>> = {};
  refused = 0;
  replyTtl: number | undefined;
  firstLabels: Answer["labels"] = [];
  labels: Answer["labels"] = [];
  quotedTtls: Map<number, number> | undefined;
  firstAtUs = 0;
  latestAtUs = 0;
  answeredAtUs: number | undefined;

  #flows: Set<number> | undefined;
  /** By type and code: each has a byte. */
  #refusals: Map<number, RefusalCount> | undefined;
  /** By the class that was sent and the one that arrived. */
  #remarked: Map<number, number> | undefined;
  /** By everything that was told of each. */
  #interfaces: Map<string, Interfaces[number]> | undefined;

  constructor(address: string) {
    this.address = address;
  }

  get flows(): readonly number[] {
    return [...this.#flows ?? []].sort((one, other) => one - other);
  }

  get refusals(): readonly RefusalCount[] | undefined {
    return this.#refusals && [...this.#refusals.values()];
  }

  get quotedTrafficClasses(): readonly QuotedTrafficClass[] | undefined {
    if (this.#remarked === undefined) return undefined;
    return Array.from(this.#remarked, ([key, count]) => ({ sent: key >> 8, arrived: key & 0xff, count }));
  }

  get interfaces(): Interfaces | undefined {
    return this.#interfaces && [...this.#interfaces.values()];
  }

  add(reply: Reply, isRefused: boolean): void {
    if (isRefused) this.refused += 1;
    if (this.rtt.count === 0) {
      this.firstLabels = reply.answer.labels;
      this.firstAtUs = reply.atUs;
    }
    this.latestAtUs = reply.atUs;
    this.rtt.add(reply.rttUs);
    this.kinds[reply.answer.kind] = (this.kinds[reply.answer.kind] ?? 0) + 1;
    if (reply.answer.kind === "unreachable") this.#addRefusal(reply);
    else this.answeredAtUs = reply.atUs;
    this.replyTtl = reply.replyTtl;
    this.labels = reply.answer.labels;
    if (reply.flow !== undefined) (this.#flows ??= new Set()).add(reply.flow);
    const { quotedTtl, quotedTrafficClass: arrived, sentTrafficClass: sent, interfaces } = reply.answer;
    if (quotedTtl !== undefined) count(this.quotedTtls ??= new Map(), quotedTtl);
    if (arrived !== undefined && sent !== undefined) count(this.#remarked ??= new Map(), sent << 8 | arrived);
    interfaces?.forEach((info) => this.#name(info));
  }

  #addRefusal({ answer, atUs }: Reply): void {
    const key = answer.icmpType << 8 | answer.icmpCode;
    const known = this.#refusals ??= new Map();
    const { count = 0, firstAtUs = atUs } = known.get(key) ?? {};
    known.set(key, { answer, count: count + 1, firstAtUs, latestAtUs: atUs });
  }

  #name(info: Interfaces[number]): void {
    const known = this.#interfaces ??= new Map();
    if (known.size < INTERFACE_LIMIT) known.set(JSON.stringify(info), info);
  }

  get received(): number {
    return this.rtt.count;
  }
}

function count(counts: Map<number, number>, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
