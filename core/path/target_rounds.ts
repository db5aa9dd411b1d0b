/**
 * The target by itself, counted by rounds of each flow: what became of the furthest probe of each.
 *
 * A row of the table is a ttl, and who answers there may be the target now and a router then; a row knows nothing of rounds
 * that went by another length of the way. So the target has figures of its own, in a hop that has one probe a round.
 *
 * - A round is what becomes of its furthest probe: with several that might be answered more would be than of other packets. A
 *   further answer of the target, where somebody else was quicker, counts, too.
 * - It is missed when its last probe has been sent (`round`) and everything is decided otherwise. A refusal of that makes it
 *   refused, a probe that did not leave makes it unsent: both are lost, and counted apart as of any hop. A late answer of the target to
 *   the probe that counts is the round's.
 * - Whoever refuses a probe may pass it on all the same. Where that has been so, a round that is refused when nothing comes any
 *   more tells nothing.
 * - Where a router answers the furthest probe, though rounds may go further, the round was too short for the way that it went,
 *   and tells nothing: it does not count.
 * - A round that begins with an arrival probe is what becomes of that one, which no way is too long for: whoever else answers
 *   it, it is lost. But where a router that is met nowhere else says that its time was up, rounds may not go far enough at all.
 *   One that ends with such a probe, which only finds out whether they are needed, is what became of the probe before that.
 * - A round in which routers are met twice (`loop_rounds.ts`) is lost, even if it was too short, where the next is lost, too.
 * - Where rounds begin with arrival probes, the latest before these are in doubt: more of them may be lost than of packets
 *   with TTL enough.
 *
 * Memory is bounded: rounds without an answer of the target, and of those the latest.
 */
import type { LoadPhase, TraceEvent } from "../messages.ts";
import { Hop, type HopOptions } from "./hop.ts";
import { type LoopFigures, LoopRounds, RoundLoop } from "./loop_rounds.ts";
import { type Repeat, Repeats } from "./repeats.ts";

type Sent = Extract<TraceEvent, { kind: "sent" | "sendFailed" }>;
type Heard = Extract<TraceEvent, { kind: "reply" | "duplicate" }>;
type Late = Extract<TraceEvent, { kind: "late" }>;
type OfProbe = Extract<TraceEvent, { probe: number }>;

const NO_ARRIVALS: ArrivalCounts = { received: 0, lost: 0, expired: 0, expiredTtl: 0, expiredAt: "" };

/** So many rounds of a flow may be undecided, and so many wait for a further answer of the target. */
const OPEN_LIMIT = 4_096;
const DOUBTFUL_LIMIT = 16;
/** The engine knows no more probes that a late answer may be to. */
const MISSED_LIMIT = 16_384;
/** Further answers to single probes, which a round does not count. */
const UNKNOWN = "duplicates";

/** So many of the latest rounds are in doubt where arrival probes are needed, and those with a check, up to so many in all. */
const DOUBT_ROUNDS = 100;
const DOUBT_LIMIT = 4_096;

/** Who answered the furthest of the probes in rounds that the target missed, those in a loop or answered late aside. */
export interface LastAnswer {
  readonly ttl: number;
  readonly address: string;
  /** Rounds in which somebody at this ttl was the last; the address is the latest of theirs. */
  readonly rounds: number;
}

/** How many rounds were answered by the target, and how many were lost without a word. */
interface Outcomes {
  received: number;
  lost: number;
  /** Of the lost those with a check that nobody may answer any more, and those of which the target has answered it. */
  checked: number;
  outlived: number;
}

type LastOfRound = Pick<LastAnswer, "ttl" | "address">;

/** What became of arrival probes that left and were not refused. */
export interface ArrivalCounts {
  readonly received: number;
  readonly lost: number;
  /** Those among the lost of which a router says that their time was up; of the latest, its ttl and who said so. */
  readonly expired: number;
  readonly expiredTtl: number;
  readonly expiredAt: string;
}

/** So many rounds, of which these were lost, and the probes with TTL enough for any way that they ended with. */
export interface CheckedRounds {
  readonly rounds: number;
  readonly lost: number;
  readonly checksLost: number;
}

interface Round {
  readonly number: number;
  /** Its only probe that counts is one that any way is long enough for. */
  readonly isOfArrival: boolean;
  /** Numbers of its probes, which are those of no other round of this flow. */
  readonly firstProbe: number;
  lastProbe: number;
  furthestTtl: number;
  /** The arrival probe that it ends with, if it does, and whether the target has answered that. */
  check: number | undefined;
  isCheckAnswered: boolean;
  undecided: number;
  /** Probes to which a further answer is late, too. */
  readonly lost: number[];
  /** All of its probes have been sent. */
  isOver: boolean;
  /** The target's answer to the one that counts. */
  reply: Heard | undefined;
  /** The target has answered the one that counts too late. */
  isLate: boolean;
  /** A router says of its arrival probe that its time was up. */
  isExpired: boolean;
  /** Routers that it has met twice. */
  loop: RoundLoop | undefined;
  outcome: "answered" | "looped" | "lost" | undefined;
  readonly sentUs: number;
  /** It counts as what it is, or not at all. */
  isSettled: boolean;
  isRefused: boolean;
  hasUnsent: boolean;
  /** Furthest ttl that a router answered, 0 if none did. */
  passedTtl: number;
  passedFrom: string;
  load: LoadPhase | undefined;
}

export class TargetRounds {
  readonly hop: Hop;
  readonly #tally: Tally;
  readonly #flows: FlowRounds[] = [];

  constructor({ isUntimed = false, unknown = [] }: HopOptions, maxTtl: number) {
    this.hop = new Hop(0, { isUntimed, unknown: [...unknown, UNKNOWN] });
    this.#tally = {
      hop: this.hop,
      maxTtl,
      over: 0,
      last: [],
      arrivals: undefined,
      short: new Map(),
      doubted: { received: 0, lost: 0, checked: 0, outlived: 0 },
      silent: new Map(),
      passed: 0,
      passedTtl: undefined,
      loops: new LoopRounds(),
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
    return this.#tally.arrivals;
  }

  /** What became of rounds that are in doubt, and were not answered by routers. */
  get doubted(): Outcomes {
    return this.#tally.doubted;
  }

  /** Absent where none has. */
  get loops(): LoopFigures | undefined {
    return this.#tally.loops.rounds === 0 ? undefined : this.#tally.loops;
  }

  /** By the ttl of their furthest probe, rounds that were too short. */
  get short(): ReadonlyMap<number, number> {
    return this.#tally.short;
  }

  /** Of the latest rounds those that ended with an arrival probe; absent where none did, or rounds begin with one. */
  get checked(): CheckedRounds | undefined {
    const rounds = this.#tally.arrivals === undefined ? this.#flows.flatMap((flow) => flow.checked) : [];
    return rounds.length === 0 ? undefined : {
      rounds: rounds.length,
      lost: rounds.filter(({ reply }) => reply === undefined).length,
      checksLost: rounds.filter(({ isCheckAnswered }) => !isCheckAnswered).length,
    };
  }

  /** Rounds that were lost where the target no more was: they did not go far enough, and tell nothing. */
  get passed(): number {
    return this.#tally.passed;
  }

  /** The target is no more where rounds that went as far as this ttl were lost since it answered there. */
  pass(ttl: number): void {
    const { silent } = this.#tally;
    this.#tally.passed += silent.get(ttl) ?? 0;
    silent.delete(ttl);
    this.#tally.passedTtl = ttl;
    this.hop.beginSureRuns();
    this.#flows.forEach((flow) => flow.pass(ttl));
  }

  /** Of the ttl where that was so most often; `undefined` if nobody answered in any round that was missed. */
  get lastAnswer(): LastAnswer | undefined {
    return this.#tally.last.toSorted((one, other) => other.rounds - one.rounds)[0];
  }

  addSent(event: Sent, atUs: number): void {
    const flow = event.flow ?? 0;
    (this.#flows[flow] ??= new FlowRounds(this.#tally)).addSent(event, atUs);
  }

  addUnsent(event: OfProbe): void {
    this.#flowOf(event)?.addUnsent(event.probe);
  }

  addLoss(event: OfProbe): void {
    this.#flowOf(event)?.addLoss(event.probe);
  }

  /** Whether a router that says that the time of a probe was up has been met nearer in the same round. */
  addRouter(event: Extract<Heard, { kind: "reply" }>): boolean {
    return this.#flowOf(event)?.addRouter(event) ?? false;
  }

  /** Whether the target has answered this round now. `isTooShort`: with more TTL the probe might have arrived. */
  addAnswer(event: Heard, isOfTarget: boolean, isTooShort = false): boolean {
    return this.#flowOf(event)?.addAnswer(event, isOfTarget, isTooShort) ?? false;
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

/** What all flows share. */
interface Tally {
  readonly hop: Hop;
  maxTtl: number;
  over: number;
  /** One for each ttl. */
  last: readonly LastAnswer[];
  arrivals: ArrivalCounts | undefined;
  readonly doubted: Outcomes;
  readonly short: Map<number, number>;
  /** By the ttl of their furthest probe, rounds that were lost without a word since one was answered there. */
  readonly silent: Map<number, number>;
  passed: number;
  passedTtl: number | undefined;
  readonly loops: LoopRounds;
}

class FlowRounds {
  readonly #tally: Tally;
  #latest: Round | undefined;
  /** Those without an answer of the target that may still get one, in their order. */
  readonly #open: Round[] = [];
  /** Those among them of which others have answered, or refused, the last probe. */
  readonly #doubtful: Round[] = [];
  /** Of the latest rounds that were lost the probes that count, in their order, and who was the last to answer. */
  readonly #missed = new Map<number, LastOfRound | undefined>();
  /** The latest rounds since the last that began with an arrival probe; they are in doubt when one does. */
  #recent: Round[] = [];
  /** The target has answered a probe that somebody else had refused. */
  #isPassedOn = false;
  readonly #repeats = new Repeats();
  /** Those of which it has to be told whether they went round, in their order; the first is undecided. */
  readonly #untold: Round[] = [];

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  addSent(event: Sent, atUs: number): void {
    const { kind, round: number, probe, ttl, load } = event;
    const isOfArrival = event.arrival === true;
    let round = this.#latest;
    if (round === undefined || number > round.number) {
      round = {
        number,
        isOfArrival,
        firstProbe: probe,
        lastProbe: probe,
        furthestTtl: 0,
        check: undefined,
        isCheckAnswered: false,
        undecided: 0,
        lost: [],
        isOver: false,
        reply: undefined,
        isLate: false,
        isExpired: false,
        loop: undefined,
        outcome: undefined,
        sentUs: atUs,
        isSettled: false,
        isRefused: false,
        hasUnsent: false,
        passedTtl: 0,
        passedFrom: "",
        load,
      };
      this.#latest = round;
      this.#open.push(round);
      this.#untold.push(round);
      this.#repeats.addRound(probe);
      if (isOfArrival) {
        if (this.#tally.arrivals === undefined || this.#recent.length > 0) this.#tally.hop.beginSureRuns();
        this.#tally.arrivals ??= NO_ARRIVALS;
        this.#doubt();
      }
      // All probes of a round have one length.
      const packetBytes = kind === "sent" ? event.packetBytes : undefined;
      this.#tally.hop.addSent({ probe, round: number, atUs, packetBytes });
      if (this.#open.length > OPEN_LIMIT) this.#leaveOut(this.#open[0]!);
    }
    // Nobody's engine goes back to a round, whatever an archive tells.
    if (number !== round.number || probe < round.lastProbe) return;
    if (isOfArrival && probe !== round.firstProbe) {
      round.check = probe;
      return;
    }
    round.lastProbe = probe;
    if (round.isOfArrival && !isOfArrival) return;
    round.furthestTtl = Math.max(round.furthestTtl, ttl);
    round.reply = undefined;
    round.isLate = false;
    round.isRefused = false;
    if (kind === "sent") round.undecided += 1;
    else round.hasUnsent = true;
  }

  addUnsent(probe: number): void {
    const round = this.#find(probe);
    if (round === undefined || isBeside(round, probe)) return;
    round.hasUnsent = true;
    this.addLoss(probe);
  }

  addLoss(probe: number): void {
    const round = this.#find(probe);
    if (round === undefined || isBeside(round, probe)) return;
    round.undecided -= 1;
    round.lost.push(probe);
    this.#judge(round);
  }

  addRouter(event: Extract<Heard, { kind: "reply" }>): boolean {
    const repeat = this.#repeats.addAnswer(event);
    const round = this.#find(event.probe);
    if (round === undefined) this.#extendLoop(event.probe, repeat);
    else if (repeat !== undefined) (round.loop ??= new RoundLoop(repeat)).add(repeat);
    else if (round.loop !== undefined && this.#repeats.breaks(event, round.loop.place.routers)) round.loop.break();
    return repeat !== undefined;
  }

  /** Of a round that is known to have gone round. */
  #extendLoop(probe: number, repeat: Repeat | undefined): void {
    const { firstProbe = Infinity, outcome } = this.#latest ?? {};
    if (repeat === undefined || outcome !== "looped" || probe < firstProbe) return;
    if (this.#untold.length === 0) this.#tally.loops.extend(repeat);
  }

  addAnswer(event: Heard, isOfTarget: boolean, isTooShort: boolean): boolean {
    if (event.arrival && isOfTarget) this.#noteCheck(event.probe);
    const round = this.#find(event.probe);
    if (round === undefined) return false;
    if (isTooShort && event.arrival) {
      this.#leaveOut(round);
      return false;
    }
    if (isBeside(round, event.probe)) {
      if (event.answer.kind === "timeExceeded") notePassed(round, event);
      return false;
    }
    if (event.kind === "reply") round.undecided -= 1;
    else if (round.lost.includes(event.probe)) return false;
    if (isOfTarget) {
      if (round.isOfArrival || event.probe === round.lastProbe) round.reply ??= event;
      this.#judge(round);
      return true;
    }
    if (event.kind === "duplicate") return false;
    if (event.answer.kind === "unreachable") round.isRefused ||= event.probe === countingOf(round);
    else notePassed(round, event);
    round.isExpired = round.isOfArrival && !round.isRefused;
    this.#judge(round);
    return false;
  }

  #noteCheck(probe: number): void {
    const checked = this.#recent.findLast(({ check }) => check === probe) ??
      this.#open.findLast(({ check }) => check === probe);
    if (checked !== undefined) checked.isCheckAnswered = true;
  }

  addLate(probe: number): void {
    const round = this.#find(probe);
    if (round !== undefined) round.isLate ||= probe === countingOf(round);
    else if (this.#missed.has(probe)) {
      const last = this.#missed.get(probe);
      this.#missed.delete(probe);
      this.#tally.hop.addLate();
      if (last !== undefined) this.#countLast(last, -1);
    }
  }

  get checked(): readonly Round[] {
    return this.#recent.filter(({ check }) => check !== undefined);
  }

  /** What was lost there is not in doubt: it is known to tell nothing. */
  pass(ttl: number): void {
    this.#recent = this.#recent.filter(({ furthestTtl, reply }) => reply !== undefined || furthestTtl !== ttl);
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
  }

  #judge(round: Round): void {
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
    if (round.isOfArrival) this.#countArrival({ received: 1 });
    else this.#tally.hop.ttl = event.ttl;
    this.#noteRecent(round);
    this.#tally.silent.delete(round.furthestTtl);
    if (this.#tally.passedTtl === round.furthestTtl) this.#tally.passedTtl = undefined;
    this.#tally.hop.addReply({ ...event, kind: "reply", probe: round.firstProbe });
  }

  /** Those before this round, which is lost or not: no further answer of the target has come. */
  #settleDoubtful(before: number, isLost = false): void {
    while (this.#doubtful[0] !== undefined && this.#doubtful[0].number < before) {
      const round = this.#doubtful[0];
      if (round.isRefused || (isLost && isLoop(round))) {
        this.#miss(round);
        continue;
      }
      const { short } = this.#tally;
      short.set(round.furthestTtl, 1 + (short.get(round.furthestTtl) ?? 0));
      this.#leaveOut(round);
    }
  }

  #miss(round: Round): void {
    const { firstProbe, isOfArrival, hasUnsent, isRefused, load, passedTtl, passedFrom } = round;
    const { hop } = this.#tally;
    const isLooped = isLoop(round);
    if (!hasUnsent) round.outcome = isLooped ? "looped" : "lost";
    this.#settle(round);
    if (hasUnsent) return hop.addUnsent(firstProbe);
    if (isRefused) return hop.addRefused(firstProbe, load);
    if (isOfArrival) this.#countLostArrival(round);
    else this.#noteSilent(round);
    hop.addLoss(firstProbe, load);
    if (round.isLate) return hop.addLate();
    const last = passedTtl > 0 && !isLooped ? { ttl: passedTtl, address: passedFrom } : undefined;
    this.#noteMissed(countingOf(round), last);
    if (last !== undefined) this.#countLast(last, 1);
  }

  #noteSilent(round: Round): void {
    const { furthestTtl } = round;
    const { silent, passedTtl } = this.#tally;
    if (furthestTtl === passedTtl) {
      this.#tally.passed += 1;
      return;
    }
    if (!this.#latest?.isOfArrival) silent.set(furthestTtl, 1 + (silent.get(furthestTtl) ?? 0));
    this.#noteRecent(round);
  }

  #noteRecent(round: Round): void {
    // What was before the first loss tells nothing.
    if (round.isOfArrival || (round.reply !== undefined && this.#recent.length === 0)) return;
    this.#recent.push(round);
    if (this.#latest?.isOfArrival) this.#doubt();
    const most = this.#recent[0]?.check === undefined ? DOUBT_ROUNDS : DOUBT_LIMIT;
    if (this.#recent.length > most) this.#recent.shift();
  }

  #doubt(): void {
    const { doubted, silent } = this.#tally;
    for (const { reply, check, isCheckAnswered } of this.#recent) {
      doubted[reply === undefined ? "lost" : "received"] += 1;
      if (reply !== undefined || check === undefined) continue;
      doubted.checked += 1;
      if (isCheckAnswered) doubted.outlived += 1;
    }
    this.#recent = [];
    silent.clear();
  }

  #noteMissed(probe: number, last: LastOfRound | undefined): void {
    this.#missed.set(probe, last);
    const [oldest] = this.#missed.keys();
    if (this.#missed.size > MISSED_LIMIT && oldest !== undefined) this.#missed.delete(oldest);
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
    while (this.#untold[0]?.isSettled) this.#tellLoop(this.#untold.shift()!);
  }

  #tellLoop({ outcome, loop, sentUs }: Round): void {
    const { loops } = this.#tally;
    const { place, beginUs = sentUs, endUs = sentUs } = loop ?? {};
    if (outcome === "looped") loops.add({ place, beginUs, endUs });
    else if (outcome !== undefined) loops.addOther(outcome === "answered");
  }

  #countLast({ ttl, address }: LastOfRound, count: number): void {
    const { last } = this.#tally;
    const known = last.find((other) => other.ttl === ttl);
    const rounds = count + (known?.rounds ?? 0);
    const others = last.filter((other) => other.ttl !== ttl);
    const latest = count > 0 || known === undefined ? address : known.address;
    this.#tally.last = rounds > 0 ? [...others, { ttl, address: latest, rounds }] : others;
  }

  /** The unsettled round of this probe; mostly it is the latest. */
  #find(probe: number): Round | undefined {
    const latest = this.#latest;
    const round = latest !== undefined && probe >= latest.firstProbe
      ? latest
      : this.#open.findLast(({ firstProbe }) => firstProbe <= probe);
    return round === undefined || round.isSettled || probe > round.lastProbe ? undefined : round;
  }
}

function countingOf({ isOfArrival, firstProbe, lastProbe }: Round): number {
  return isOfArrival ? firstProbe : lastProbe;
}

/** Of an arrival probe that goes round a router says that its time was up. */
function isLoop({ isOfArrival, isExpired, isRefused, loop, furthestTtl }: Round): boolean {
  return isOfArrival ? isExpired : !isRefused && (loop?.isLoop(furthestTtl) ?? false);
}

/** Another one than the arrival probe that its round is. */
function isBeside({ isOfArrival, firstProbe }: Round, probe: number): boolean {
  return isOfArrival && probe !== firstProbe;
}

function notePassed(round: Round, { ttl, from }: Heard): void {
  if (ttl > round.passedTtl) [round.passedTtl, round.passedFrom] = [ttl, from];
}
