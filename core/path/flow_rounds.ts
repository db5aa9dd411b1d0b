/** The rounds of one flow: what each becomes, and, later, what those become that were lost where a silent router may stand. */
import type { TraceEvent } from "../messages.ts";
import { areMixed, fatesOf, isLongerLikely, longRuns, type Outcome, type Run, runsOf } from "./doubt.ts";
import type { Hop } from "./hop.ts";
import type { LastAnswers, LastOfRound } from "./last_answers.ts";
import type { LoopRounds } from "./loop_rounds.ts";
import type { RefusalsOfRounds } from "./refused_rounds.ts";
import { type Kind, KINDS, type Robbing } from "./robbing.ts";
import { type Heard, Round } from "./round.ts";
import { Sides } from "./sides.ts";
import type { ArrivalCounts, Outcomes } from "./target_rounds.ts";

type Sent = Extract<TraceEvent, { kind: "sent" | "sendFailed" }>;

const NO_ARRIVALS: ArrivalCounts = { received: 0, lost: 0, expired: 0, expiredTtl: 0, expiredAt: "" };

/** So many rounds of a flow may be undecided, and so many wait for a further answer of the target. */
const OPEN_LIMIT = 4_096;
const DOUBTFUL_LIMIT = 16;
/** Answers of routers may be this many rounds late. */
const TOLD_LIMIT = 4;
/** The engine knows no more probes that a late answer may be to. */
const MISSED_LIMIT = 16_384;
/** So many decided rounds are kept over all flows, a few of each at least: what is older stays as it was told. 300 bytes each. */
const KEPT_LIMIT = 1_024;
const LEAST_KEPT = 16;
/** Of the target, to rounds that go further than to somebody who has refused others: then it is known what becomes of packets. */
const LEAST_ANSWERED = 3;
/** So many before the first that was lost tell how far routers answer. */
const KEPT_BEFORE = 8;
/** More are none of a few dozen rounds, after which it is known. */
const ROBBED_LIMIT = 256;
/** More doubts at a time are none of an engine's. */
const DOUBT_LIMIT = 16;

/** What all flows share. */
export interface Tally {
  readonly hop: Hop;
  readonly flows: readonly FlowRounds[];
  maxTtl: number;
  over: number;
  readonly last: LastAnswers;
  arrivals: ArrivalCounts | undefined;
  readonly doubted: Outcomes;
  readonly short: Map<number, number>;
  /** Rounds that were told as lost, and are not any more. */
  revised: number;
  readonly loops: LoopRounds;
  readonly refused: RefusalsOfRounds;
  readonly robbing: Robbing;
}

/** What an answer is. */
export interface Meaning {
  readonly isOfTarget: boolean;
  /** With more TTL the probe might have arrived. */
  readonly isTooShort?: boolean;
  /** The target says that it does not take the probe. */
  readonly isRefusal?: boolean;
}

/** Rounds before this one are to be judged as soon as all of them are decided: the latest run at this ttl, or all of them. */
interface Doubt {
  readonly before: number;
  readonly place: number | undefined;
}

export class FlowRounds {
  readonly #tally: Tally;
  #latest: Round | undefined;
  /** Those without an answer of the target that may still get one, in their order. */
  readonly #open: Round[] = [];
  /** Those among them of which others have answered, or refused, the last probe. */
  readonly #doubtful: Round[] = [];
  /** Of the latest rounds that were lost the probes that count, in their order, and who was the last to answer. */
  readonly #missed = new Map<number, LastOfRound | undefined>();
  /** Decided rounds that may be in doubt, in their order: from some before the first that was lost. */
  #kept: Round[] = [];
  /** Rounds up to this one are kept no more: without those beside them they would tell nothing. */
  #droppedTo = -1;
  readonly #doubts: Doubt[] = [];
  /** Where the target was before it turned out not to be there any more, and from which round on it was there again. */
  #place: number | undefined;
  #placeUntil = Infinity;
  /** The target has answered there, and nowhere nearer. */
  #targetTtl = Infinity;
  /** It has answered there, whoever else has. */
  readonly #targetTtls = new Set<number>();
  /** The first probe of the first of these that was lost. */
  heldFrom = Infinity;
  /** Those that are lost behind further probes, in their order. */
  #robbed: Round[] = [];
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

  constructor(tally: Tally) {
    this.#tally = tally;
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
        this.#tally.arrivals ??= NO_ARRIVALS;
        if (before?.isOfArrival !== true) this.#doubt({ before: number, place: undefined });
      }
      // All probes of a round have one length.
      const packetBytes = kind === "sent" ? event.packetBytes : undefined;
      this.#tally.hop.addSent({ probe, round: number, atUs, packetBytes });
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
    if (isOfTarget) this.#targetTtl = Math.min(this.#targetTtl, event.ttl);
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
    const checked = this.#kept.findLast(({ check }) => check === probe) ??
      this.#open.findLast(({ check }) => check === probe);
    if (checked === undefined) return;
    checked.checkOutcome = outcome;
    if (outcome === "refused") checked.checkRefusal = heard;
  }

  addLate(probe: number): void {
    const round = this.#find(probe);
    if (round !== undefined) round.isLate ||= probe === round.countingProbe;
    else if (this.#missed.has(probe)) {
      this.#takeMissed(probe);
      this.#tally.hop.addLate();
      // What the target has answered is not in doubt.
      this.#keepOnly((kept) => kept.countingProbe !== probe);
    }
  }

  get checked(): readonly Round[] {
    const isTold = ({ check, known, checkOutcome }: Round): boolean =>
      check !== undefined && known !== "refused" && checkOutcome !== "refused";
    return this.#kept.filter(isTold);
  }

  /** Whether arrival probes speak for a longer way, as far as any were sent. */
  get isLongerLikely(): boolean {
    return isLongerLikely(this.#kept);
  }

  /** The target is no more at this ttl. */
  pass(ttl: number): void {
    this.#place = ttl;
    this.#placeUntil = Infinity;
    this.#doubt({ before: 1 + (this.#latest?.number ?? 0), place: ttl });
    this.#judgeDoubts();
  }

  endRound(number: number): void {
    const round = this.#latest;
    if (round === undefined || round.number !== number || round.isOver) return;
    round.isOver = true;
    this.#tally.over += 1;
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
    this.#judgeDoubts();
    // Shorter ones than prove to the engine that the target has moved.
    const rounds = this.#kept;
    for (const run of longRuns(rounds)) this.#judgeRun(run, rounds);
    for (const kind of KINDS) this.#returnRobbed(kind);
    this.#hold(Infinity);
    for (const round of this.#told.splice(0)) this.#forget(round);
  }

  #judge(round: Round): void {
    this.#decide(round);
    this.#tellDecided();
    this.#judgeDoubts();
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
    this.#noteSide(round, false);
    // Until the target was known rounds went no further than to who refused them.
    if (this.#answered === LEAST_ANSWERED && this.#refusedTtl < Infinity) {
      this.#doubt({ before: round.number, place: this.#refusedTtl });
    }
    if (round.isOfArrival) this.#countArrival({ received: 1 });
    else this.#tally.hop.ttl = event.ttl;
    this.#keep(round);
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
      if (this.#isTargetKnown) this.#keep(round);
      return;
    }
    if (isOfArrival) this.#countLostArrival(round);
    else if (!round.isLate && !round.isLoop) this.#keep(round);
    hop.addLoss(firstProbe, load);
    if (round.isLate) return hop.addLate();
    this.#noteMissed(round.countingProbe, last);
    if (last !== undefined) this.#tally.last.addMissed(last);
    this.#noteRobbed(round);
  }

  /** Of a round that is lost: it may be one that the target had no answer left for. */
  #noteRobbed(round: Round): void {
    this.#noteSide(round, true);
    if (round.side !== "behind" || round.isLoop) return;
    this.#robbed.push(round);
    if (this.#robbed.length > ROBBED_LIMIT) this.#robbed.shift();
    this.#holdFirst();
    this.#returnRobbed(kindOf(round));
  }

  #noteSide(round: Round, isLost: boolean): void {
    if (round.side !== undefined && !round.isLoop) this.#tally.robbing.noteRound(kindOf(round), round.side, isLost);
  }

  #returnRobbed(kind: Kind): void {
    let count = this.#tally.robbing.take(kind);
    for (const flow of count > 0 ? this.#tally.flows : []) count -= flow.#returnOldest(kind, count);
  }

  /** So many at most; gives how many. */
  #returnOldest(kind: Kind, most: number): number {
    const robbed = this.#robbed.filter((round) => round.revised === undefined && kindOf(round) === kind);
    const returned = new Set(robbed.slice(0, most));
    for (const round of returned) {
      if (round.isOfArrival) this.#countArrival({ received: 1, lost: -1 });
      this.#arrive(round);
    }
    this.#robbed = this.#robbed.filter((round) => !returned.has(round));
    this.#holdFirst();
    return returned.size;
  }

  /** Losses are decided long after answers to later rounds: these stay for as long as an older round is undecided. */
  #keep(round: Round): void {
    if (round.isOfArrival || round.number <= this.#droppedTo) return;
    this.#followPlace(round);
    this.#kept.splice(1 + this.#kept.findLastIndex(({ number }) => number < round.number), 0, round);
    if (round.outcome === "lost") this.#hold(Math.min(this.heldFrom, round.firstProbe));
    if (round.isRefused) this.#doubtPlaceBefore(round);
    const most = Math.max(LEAST_KEPT, Math.floor(KEPT_LIMIT / this.#tally.flows.length));
    const needed = (this.#open[0] ?? round).number - KEPT_BEFORE;
    if (this.#kept.length > most || (this.heldFrom === Infinity && this.#kept[0]!.number < needed)) this.#drop();
  }

  #drop(): void {
    const dropped = this.#kept.shift();
    if (dropped === undefined) return;
    this.#droppedTo = Math.max(this.#droppedTo, dropped.number);
    if (dropped.outcome === "lost") this.#holdFirst();
  }

  /** A firewall behind the place of those that were lost refuses what goes further. */
  #doubtPlaceBefore(round: Round): void {
    const before = this.#kept.slice(0, this.#kept.indexOf(round));
    if (before.at(-1)?.outcome !== "lost") return;
    const { place } = runsOf(before).at(-1)!;
    if (round.refusedTtl > place) this.#doubt({ before: round.number + 1, place });
  }

  /** The engine takes longer to know where the target is: until then rounds go on to be too short. */
  #followPlace({ number, outcome, furthestTtl }: Round): void {
    if (this.#place === undefined) return;
    if (outcome === "answered" && furthestTtl <= this.#place) this.#placeUntil = Math.min(this.#placeUntil, number);
    else if (outcome === "lost" && number < this.#placeUntil) this.#doubt({ before: number + 1, place: this.#place });
  }

  #keepOnly(isKept: (round: Round) => boolean): void {
    this.#kept = this.#kept.filter(isKept);
    this.#holdFirst();
  }

  #holdFirst(): void {
    const lost = this.#kept.filter(({ outcome }) => outcome === "lost");
    this.#hold([...lost, ...this.#robbed].reduce((least, { firstProbe }) => Math.min(least, firstProbe), Infinity));
  }

  /** What was lost from this probe on may turn out not to be. */
  #hold(from: number): void {
    if (from === this.heldFrom) return;
    this.heldFrom = from;
    const { hop, refused, flows } = this.#tally;
    const least = flows.reduce((least, { heldFrom }) => Math.min(least, heldFrom), Infinity);
    hop.hold(least);
    refused.hold(least);
  }

  #doubt(doubt: Doubt): void {
    if (this.#doubts.at(-1)?.place === doubt.place) this.#doubts.pop();
    if (this.#doubts.length < DOUBT_LIMIT) this.#doubts.push(doubt);
  }

  #judgeDoubts(): void {
    for (let doubt = this.#doubts[0]; doubt !== undefined; doubt = this.#doubts[0]) {
      if (this.#open[0] !== undefined && this.#open[0].number < doubt.before) return;
      this.#doubts.shift();
      this.#judgeDoubt(doubt);
    }
  }

  #judgeDoubt({ before, place }: Doubt): void {
    const rounds = this.#kept.filter(({ number }) => number < before);
    if (place !== undefined) {
      const run = runsOf(rounds).findLast((one) => one.place === place);
      if (run !== undefined) this.#judgeRun(run, rounds);
      return;
    }
    const judged = longRuns(rounds).filter((run) => this.#judgeRun(run, rounds));
    const apart = new Set(judged.flatMap(({ lost, further }) => [...lost, ...further]));
    const others = rounds.filter((round) => !apart.has(round) && round.outcome !== "refused");
    if (areMixed(others, rounds)) this.#judgeMixed(others);
    this.#droppedTo = Math.max(this.#droppedTo, before - 1);
    this.#keepOnly(({ number }) => number >= before);
  }

  /** Whether anything is known of it. */
  #judgeRun(run: Run<Round>, rounds: readonly Round[]): boolean {
    const fates = fatesOf(run, rounds, this.#targetTtl);
    for (const [round, { outcome, round: like }] of fates ?? []) {
      if (round.revised !== undefined) continue;
      if (outcome === "refused") this.#refuse(round, like.refusal ?? like.checkRefusal);
      else this.#arrive(round);
    }
    return fates !== undefined;
  }

  #arrive(round: Round): void {
    this.#revise(round, "answered").hop.addArrived(round.firstProbe, round.load);
  }

  #refuse(round: Round, refusal: Heard | undefined): void {
    round.refusal = refusal;
    this.#revise(round, "refused").hop.takeRefused(round.firstProbe, round.load);
  }

  /** What was told of it as lost has to be told otherwise. */
  #revise(round: Round, revised: Round["revised"]): Tally {
    round.revised = revised;
    this.#tally.revised += 1;
    this.#tally.refused.revise();
    this.#takeMissed(round.countingProbe);
    return this.#tally;
  }

  /** Rounds whose ways may differ from one to the next. What was before the first loss tells nothing. */
  #judgeMixed(rounds: readonly Round[]): void {
    const { doubted } = this.#tally;
    for (const round of rounds.slice(rounds.findIndex(({ outcome }) => outcome === "lost"))) {
      const { outcome, checkOutcome, revised } = round;
      if (revised !== undefined) continue;
      doubted[outcome === "answered" ? "received" : "lost"] += 1;
      if (outcome === "answered") continue;
      if (checkOutcome !== undefined) doubted.checked += 1;
      if (checkOutcome === "answered") doubted.outlived += 1;
      this.#revise(round, "unknown").hop.forgetLoss(round.firstProbe, round.load);
    }
  }

  #noteMissed(probe: number, last: LastOfRound | undefined): void {
    this.#missed.set(probe, last);
    const [oldest] = this.#missed.keys();
    if (this.#missed.size > MISSED_LIMIT && oldest !== undefined) this.#missed.delete(oldest);
  }

  /** It is not known any more as one that was lost without a word. */
  #takeMissed(probe: number): void {
    const last = this.#missed.get(probe);
    this.#missed.delete(probe);
    if (last !== undefined) this.#tally.last.takeMissed(last);
  }

  #countLostArrival({ isExpired, passedTtl, passedFrom }: Round): void {
    const expired = this.#tally.arrivals?.expired ?? 0;
    this.#countArrival({
      lost: 1,
      ...(isExpired && { expired: expired + 1, expiredTtl: passedTtl, expiredAt: passedFrom }),
    });
  }

  #countArrival({ received = 0, lost = 0, ...others }: Partial<ArrivalCounts>): void {
    const arrivals = this.#tally.arrivals ?? NO_ARRIVALS;
    this.#tally.arrivals = {
      ...arrivals,
      ...others,
      received: arrivals.received + received,
      lost: arrivals.lost + lost,
    };
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
    const { outcome, isLoop, loop, sentUs } = round;
    const { loops, refused } = this.#tally;
    if (outcome === undefined) return;
    refused.add(round);
    if (outcome !== "lost") loops.addOther(outcome);
    else if (isLoop) loops.add(loop, sentUs);
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

function kindOf({ isOfArrival }: Round): Kind {
  return isOfArrival ? "arrival" : "plain";
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
