/** The rounds of one flow: what each becomes, and, later, what those become that were lost where a silent router may stand. */
import type { TraceEvent } from "../messages.ts";
import type { Outcome } from "./doubt.ts";
import { JudgedRounds } from "./judged_rounds.ts";
import { MissedRounds } from "./missed_rounds.ts";
import { type Heard, Round } from "./round.ts";
import type { RoundsTally } from "./rounds_tally.ts";
import { Sides } from "./sides.ts";

type Sent = Extract<TraceEvent, { kind: "sent" | "sendFailed" }>;

/** So many rounds of a flow may be undecided, and so many wait for a further answer of the target. */
const OPEN_LIMIT = 4_096;
const DOUBTFUL_LIMIT = 16;
/** Answers of routers may be this many rounds late. */
const TOLD_LIMIT = 4;
/** Of the target, to rounds that go further than to somebody who has refused others: then it is known what becomes of packets. */
const LEAST_ANSWERED = 3;

/** What an answer is. */
export interface Meaning {
  readonly isOfTarget: boolean;
  /** With more TTL the probe might have arrived. */
  readonly isTooShort?: boolean;
  /** The target says that it does not take the probe. */
  readonly isRefusal?: boolean;
}

export class FlowRounds {
  readonly #tally: RoundsTally;
  #latest: Round | undefined;
  /** Those without an answer of the target that may still get one, in their order. */
  readonly #open: Round[] = [];
  /** Those among them of which others have answered, or refused, the last probe. */
  readonly #doubtful: Round[] = [];
  readonly #missed: MissedRounds;
  readonly #judged: JudgedRounds;
  /** The target has answered there, whoever else has. */
  readonly #targetTtls = new Set<number>();
  /** The target has answered a probe that somebody else had refused. */
  #isPassedOn = false;
  readonly #sides = new Sides();
  /** Until the target has answered so many rounds, the nearest place where a round was refused. */
  #answered = 0;
  #refusedTtl = Infinity;
  /** Those of which it has to be told what became of them, in their order. */
  readonly #untold: Round[] = [];
  /** The latest of those of which it has been: routers may answer them yet. */
  readonly #told: Round[] = [];

  constructor(tally: RoundsTally) {
    this.#tally = tally;
    this.#missed = new MissedRounds(tally.last);
    this.#judged = new JudgedRounds(tally, this.#missed);
  }

  addSent(event: Sent, atUs: number): void {
    const { kind, round: number, probe, ttl } = event;
    const isOfArrival = event.arrival === true;
    let round = this.#latest;
    if (round === undefined || number > round.number) {
      const before = round;
      round = new Round(event, isOfArrival, atUs);
      round.side = this.#sides.of(round, before);
      round.isBehindAsked = before?.asksTargetAgain ?? false;
      this.#latest = round;
      this.#open.push(round);
      this.#untold.push(round);
      if (isOfArrival) {
        this.#tally.arrivals.begin();
        if (before?.isOfArrival !== true) this.#judged.doubt({ before: number, place: undefined });
      }
      // All probes of a round have one length.
      const packetBytes = kind === "sent" ? event.packetBytes : undefined;
      this.#tally.hop.addSent({ probe, round: number, atUs, packetBytes, flow: event.flow });
      if (this.#open.length > OPEN_LIMIT) this.#leaveOut(this.#open[0]!);
    }
    // Nobody's engine goes back to a round, whatever an archive tells.
    if (number !== round.number || probe < round.lastProbe) return;
    if (kind === "sent") round.waiting += 1;
    if (isOfArrival && probe !== round.firstProbe) {
      round.check = probe;
      this.#sides.noteCheck(round);
      return;
    }
    round.lastProbe = probe;
    if (round.isOfArrival && !isOfArrival) {
      round.asksTargetAgain ||= this.#targetTtls.has(ttl);
      return;
    }
    round.lastSentUs = atUs;
    round.furthestTtl = Math.max(round.furthestTtl, ttl);
    round.reply = undefined;
    round.isLate = false;
    round.refusal = undefined;
    round.isRefusedByTarget = false;
    if (kind === "sent") round.undecided += 1;
    else round.hasUnsent = true;
  }

  addUnsent(probe: number): void {
    const round = this.#find(probe);
    if (round === undefined || round.isBeside(probe)) return;
    round.hasUnsent = true;
    this.addLoss(probe);
  }

  addLoss(probe: number, isOfArrival = false): void {
    if (isOfArrival) this.#noteCheck(probe, "lost");
    this.#noteDecided(probe);
    const round = this.#find(probe);
    if (round === undefined || round.isBeside(probe)) return;
    round.undecided -= 1;
    round.lost.push(probe);
    this.#judge(round);
  }

  addRouter(event: Extract<Heard, { kind: "reply" }>): boolean {
    return this.#roundOf(event.probe)?.way.add(event) ?? false;
  }

  addAnswer(event: Heard, { isOfTarget, isTooShort, isRefusal = false }: Meaning): boolean {
    if (isOfTarget) this.#judged.noteTarget(event.ttl);
    if (isOfTarget && !event.arrival) this.#targetTtls.add(event.ttl);
    const isUnreachable = event.answer.kind === "unreachable";
    if (event.arrival && (isOfTarget || (isUnreachable && this.#isTargetKnown))) {
      this.#noteCheck(event.probe, isOfTarget ? "answered" : "refused", event);
    }
    if (event.kind === "reply") this.#noteDecided(event.probe);
    const round = this.#find(event.probe);
    if (round === undefined) return false;
    if (isTooShort && event.arrival) {
      this.#leaveOut(round);
      return false;
    }
    if (round.isBeside(event.probe)) {
      if (event.answer.kind === "timeExceeded") round.notePassed(event);
      else if (isUnreachable && !isOfTarget) round.noteRefused(event);
      return false;
    }
    if (event.kind === "reply") round.undecided -= 1;
    else if (round.lost.includes(event.probe)) return false;
    if (isOfTarget) {
      if (round.reply === undefined && (round.isOfArrival || event.probe === round.lastProbe)) {
        round.reply = event;
        round.isRefusedByTarget = isRefusal;
      }
      this.#judge(round);
      return true;
    }
    if (event.kind === "duplicate") return false;
    if (isUnreachable) round.noteRefused(event);
    else round.notePassed(event);
    round.isExpired = round.isOfArrival && !round.isRefused;
    this.#judge(round);
    return false;
  }

  /** Before that rounds may have been too short for their way, and were refused until one was not. */
  get #isTargetKnown(): boolean {
    return this.#answered >= LEAST_ANSWERED;
  }

  #noteCheck(probe: number, outcome: Outcome, heard?: Heard): void {
    const checked = this.#judged.withCheck(probe) ?? this.#open.findLast(({ check }) => check === probe);
    if (checked === undefined) return;
    checked.checkOutcome = outcome;
    if (outcome === "refused") checked.checkRefusal = heard;
  }

  addLate(probe: number): void {
    const round = this.#find(probe);
    if (round !== undefined) round.isLate ||= probe === round.countingProbe;
    else if (this.#missed.take(probe)) {
      this.#tally.hop.addLate();
      this.#judged.drop(probe);
    }
  }

  get checked(): readonly Round[] {
    return this.#judged.checked;
  }

  /** Whether arrival probes speak for a longer way, as far as any were sent. */
  get isLongerLikely(): boolean {
    return this.#judged.isLongerLikely;
  }

  /** The target is no more at this ttl. */
  pass(ttl: number): void {
    this.#judged.pass(ttl, 1 + (this.#latest?.number ?? 0));
    this.#judged.judge(this.#open[0]);
  }

  endRound(number: number): void {
    const round = this.#latest;
    if (round === undefined || round.number !== number || round.isOver) return;
    round.isOver = true;
    this.#tally.over += 1;
    if (!round.isOfArrival) this.#tally.hop.retime(round.firstProbe, round.lastSentUs);
    this.#judge(round);
  }

  finish(): void {
    if (this.#isPassedOn) {
      for (const round of this.#doubtful.filter(({ isRefused }) => isRefused)) this.#leaveOut(round);
    }
    this.#settleDoubtful(Infinity);
    for (const round of [...this.#open]) this.#leaveOut(round);
    for (const round of this.#untold) round.waiting = 0;
    this.#tellDecided();
    this.#judged.judge(this.#open[0]);
    this.#judged.finish();
    for (const round of this.#told.splice(0)) this.#forget(round);
  }

  #judge(round: Round): void {
    this.#decide(round);
    this.#tellDecided();
    this.#judged.judge(this.#open[0]);
  }

  #decide(round: Round): void {
    if (round.isSettled || !(round.isOver || round.isOfArrival)) return;
    if (round.reply !== undefined) return this.#answer(round, round.reply);
    if (round.undecided > 0 || this.#doubtful.includes(round)) return;
    const isShort = !round.isOfArrival && round.passedTtl >= round.furthestTtl &&
      round.furthestTtl < this.#tally.maxTtl;
    if (round.hasUnsent || (!round.isRefused && !isShort)) {
      this.#settleDoubtful(round.number, !round.hasUnsent);
      this.#miss(round);
      return;
    }
    this.#doubtful.push(round);
    if (this.#doubtful.length > DOUBTFUL_LIMIT) this.#settleDoubtful(this.#doubtful[1]!.number);
  }

  #answer(round: Round, event: Heard): void {
    this.#isPassedOn ||= round.isRefused;
    round.outcome = "answered";
    this.#settle(round);
    this.#settleDoubtful(round.number);
    this.#answered += 1;
    this.#judged.compare(round);
    // Until the target was known rounds went no further than to who refused them.
    if (this.#answered === LEAST_ANSWERED && this.#refusedTtl < Infinity) {
      this.#judged.doubt({ before: round.number, place: this.#refusedTtl });
    }
    if (round.isOfArrival) this.#tally.arrivals.addReceived();
    else this.#tally.hop.ttl = event.ttl;
    this.#judged.keep(round, this.#open[0]);
    this.#tally.hop.addReply({ ...event, kind: "reply", probe: round.firstProbe });
  }

  /** Those before this round, which is lost or not: no further answer of the target has come. */
  #settleDoubtful(before: number, isLost = false): void {
    while (this.#doubtful[0] !== undefined && this.#doubtful[0].number < before) {
      const round = this.#doubtful[0];
      if (round.isRefused || (isLost && round.isLoop)) {
        this.#miss(round);
        continue;
      }
      const { short } = this.#tally;
      short.set(round.furthestTtl, 1 + (short.get(round.furthestTtl) ?? 0));
      this.#leaveOut(round);
    }
  }

  #miss(round: Round): void {
    const { firstProbe, isOfArrival, hasUnsent, isRefused, load, last } = round;
    const { hop } = this.#tally;
    if (!hasUnsent) round.outcome = isRefused ? "refused" : "lost";
    this.#settle(round);
    if (hasUnsent) return hop.addUnsent(firstProbe);
    if (isRefused) {
      if (this.#answered === 0) this.#refusedTtl = Math.min(this.#refusedTtl, round.furthestTtl);
      hop.addRefused(firstProbe, load);
      if (this.#isTargetKnown) this.#judged.keep(round, this.#open[0]);
      return;
    }
    if (isOfArrival) this.#tally.arrivals.addLost(round);
    else if (!round.isLate && !round.isLoop) this.#judged.keep(round, this.#open[0]);
    hop.addLoss(firstProbe, load);
    if (round.isLate) return hop.addLate();
    this.#missed.add(round.countingProbe, last);
    this.#judged.compare(round);
  }

  #leaveOut(round: Round): void {
    this.#settle(round);
    this.#tally.hop.forget(round.firstProbe);
  }

  #settle(round: Round): void {
    round.isSettled = true;
    for (const rounds of [this.#open, this.#doubtful]) {
      const at = rounds.indexOf(round);
      if (at >= 0) rounds.splice(at, 1);
    }
  }

  /** Of those that were lost not before all of their probes are decided: what routers say may come later. */
  #tellDecided(): void {
    for (let round; (round = this.#untold[0]) !== undefined;) {
      const isWaiting = round.outcome === "lost" && round.waiting > 0 && this.#untold.length <= OPEN_LIMIT;
      if (!round.isSettled || isWaiting) return;
      this.#untold.shift();
      this.#tell(round);
      // What is kept of it needs no answer, which is its largest part, nor who was met before long.
      round.reply = undefined;
      this.#told.push(round);
      if (this.#told.length > TOLD_LIMIT) this.#forget(this.#told.shift()!);
    }
  }

  /** The routers of those that were lost may be asked for yet. */
  #forget({ outcome, isLoop, way }: Round): void {
    const { last } = way;
    if (outcome === "answered" && last !== undefined) this.#tally.last.addAnswered(last);
    if (outcome !== "lost" || isLoop) way.clear();
  }

  #tell(round: Round): void {
    const { outcome, isLoop, loop } = round;
    const { loops, refused } = this.#tally;
    if (outcome === undefined) return;
    refused.add(round);
    if (outcome !== "lost") loops.addOther(outcome);
    else if (isLoop) loops.add(loop, round);
    else loops.addLoss(round);
  }

  #noteDecided(probe: number): void {
    const round = this.#roundOf(probe);
    if (round === undefined) return;
    round.waiting -= 1;
    if (round.waiting === 0) this.#tellDecided();
  }

  /** The unsettled round of this probe. */
  #find(probe: number): Round | undefined {
    const round = this.#roundOf(probe);
    return round === undefined || round.isSettled || probe > round.lastProbe ? undefined : round;
  }

  /** The round of this probe, while anybody may want to know; mostly it is the latest. */
  #roundOf(probe: number): Round | undefined {
    const latest = this.#latest;
    if (latest !== undefined && latest.firstProbe <= probe) return latest;
    return latestBefore(this.#untold, probe) ?? latestBefore(this.#told, probe);
  }
}

/** The last of these rounds, which are in their order, that began with this probe or before. */
function latestBefore(rounds: readonly Round[], probe: number): Round | undefined {
  let [from, to] = [0, rounds.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (rounds[middle]!.firstProbe <= probe) from = middle + 1;
    else to = middle;
  }
  return rounds[from - 1];
}
