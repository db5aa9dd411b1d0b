/**
 * One position on the path: what was sent with this ttl, what came of it, and who answered.
 *
 * The hop's own times are over all its responders, as in mtr; each responder has its own beside them. A late answer
 * and a duplicate only count themselves: they change neither times nor loss.
 */
import {
  type Answer,
  type CountName,
  type LoadPhase,
  REWRITTEN_FIELDS,
  type RewrittenField,
  type TraceEvent,
} from "../messages.ts";
import type { Course } from "./course.ts";
import {
  type HopFigures,
  type Lateness,
  RESPONDER_LIMIT,
  type ResponderFigures,
  type StampCount,
} from "./hop_figures.ts";
import type { LengthRange } from "./lengths.ts";
import { LoadComparison, type LoadFigures } from "./load.ts";
import type { LossPlace, LossRuns, SentProbe } from "./loss_runs.ts";
import { ProbeFates } from "./probe_fates.ts";
import { Responder } from "./responder.ts";
import type { Sequence } from "./sequence.ts";
import type { Spacing } from "./spacing.ts";
import type { RttStatistics } from "./statistics.ts";
import { knownCount } from "./unknown_counts.ts";

export type Reply = Extract<TraceEvent, { kind: "reply" }>;

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
  readonly #strict: ProbeFates;
  /** The same, refusals being answers: while nobody has given another one they are the answers of this hop. */
  #lenient: ProbeFates | undefined;
  #refused = 0;
  #assumedLost = 0;
  #assumedRefused = 0;
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
    this.#strict = new ProbeFates(isUntimed);
    this.#lenient = new ProbeFates(isUntimed);
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

  /** It stands for another probe, which left at this time. */
  retime(probe: number, atUs: number): void {
    this.#strict.lossRuns.retime(probe, atUs);
    this.#lenient?.lossRuns.retime(probe, atUs);
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

  /** One of these that was told as lost would have been refused, had it gone far enough. */
  takeRefused(probe: number, load?: LoadPhase): void {
    this.#refused += 1;
    this.#lenient = undefined;
    this.#strict.lossRuns.addLoss(probe, "elsewhere");
    if (load === undefined) return;
    this.#load?.takeLoss(load);
    this.#load?.addRefused(load);
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

  /** So many of those that were told as lost were refused, though nobody said so. */
  assumeRefused(count: number): void {
    this.#refused += count - this.#assumedRefused;
    this.#assumedRefused = count;
  }

  /** `isRefused`: a router says that it does not pass the probe on. `by`: who answers, the target under one address. */
  addReply(reply: Reply, isRefused = false, by = reply.from): void {
    if (isRefused) {
      this.#refused += 1;
      this.#strict.addLoss(reply.probe, "elsewhere");
      this.#lenient?.addRefusal(reply);
    } else {
      this.#strict.addReply(reply, by);
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
    return this.#fates.received;
  }

  get lost(): number {
    return this.#fates.lost + this.#assumedLost;
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
    return knownCount(this.#unknown, "reordered", this.#fates.reordered);
  }

  get rtt(): RttStatistics {
    return this.#fates.rtt;
  }

  get sequence(): Sequence {
    return this.#fates.sequence;
  }

  get course(): Course {
    return this.#fates.course;
  }

  get spacing(): Spacing {
    return this.#fates.lossRuns.spacing;
  }

  get lengths(): readonly LengthRange[] {
    return this.#fates.lossRuns.lengths.ranges;
  }

  get lossRuns(): LossRuns {
    return this.#fates.lossRuns;
  }

  get #fates(): ProbeFates {
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

/** A `StampCount` while it is counted; bounds that nobody knows are infinite. */
interface Stamps extends Pick<StampCount, "sentBy" | "receivedBy"> {
  count: number;
  sumUs: number;
  worstUs: number;
}

function stampCountOf({ sentBy, receivedBy, count, sumUs, worstUs }: Stamps): StampCount {
  const bounds = { meanErrorUs: sumUs / count, worstErrorUs: worstUs };
  return { sentBy, receivedBy, count, ...(worstUs < Infinity && bounds) };
}
