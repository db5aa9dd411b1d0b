/**
 * The decided rounds of one flow, and what those become that were told as lost, once it is known: where a silent router may have
 * stood in the target's place (`doubt.ts`), or the target had no answer left for them (`robbing.ts`).
 */
import { areMixed, fatesOf, isLongerLikely, longRuns, type Run, runsOf } from "./doubt.ts";
import type { MissedRounds } from "./missed_rounds.ts";
import { type Kind, KINDS } from "./robbing.ts";
import type { Heard, Round } from "./round.ts";
import type { RoundsTally } from "./rounds_tally.ts";

/** So many decided rounds are kept over all flows, a few of each at least: what is older stays as it was told. 300 bytes each. */
const KEPT_LIMIT = 1_024;
const LEAST_KEPT = 16;
/** So many before the first that was lost tell how far routers answer. */
const KEPT_BEFORE = 8;
/** More are none of a few dozen rounds, after which it is known. */
const ROBBED_LIMIT = 256;
/** More doubts at a time are none of an engine's. */
const DOUBT_LIMIT = 16;

/** Rounds before this one are to be judged as soon as all of them are decided: the latest run at this ttl, or all of them. */
interface Doubt {
  readonly before: number;
  readonly place: number | undefined;
}

export class JudgedRounds {
  readonly #tally: RoundsTally;
  readonly #missed: MissedRounds;
  /** Those that may be in doubt, in their order: from some before the first that was lost. */
  #kept: Round[] = [];
  /** Rounds up to this one are kept no more: without those beside them they would tell nothing. */
  #droppedTo = -1;
  readonly #doubts: Doubt[] = [];
  /** Where the target was before it turned out not to be there any more, and from which round on it was there again. */
  #place: number | undefined;
  #placeUntil = Infinity;
  /** The target has answered there, and nowhere nearer. */
  #targetTtl = Infinity;
  /** Those that are lost behind further probes, in their order. */
  #robbed: Round[] = [];
  /** The first probe of the first of these that was lost. */
  #heldFrom = Infinity;

  constructor(tally: RoundsTally, missed: MissedRounds) {
    this.#tally = tally;
    this.#missed = missed;
    tally.judged.push(this);
  }

  noteTarget(ttl: number): void {
    this.#targetTtl = Math.min(this.#targetTtl, ttl);
  }

  /** Those that ended with an arrival probe of which it is known what it tells. */
  get checked(): readonly Round[] {
    const isTold = ({ check, known, checkOutcome }: Round): boolean =>
      check !== undefined && known !== "refused" && checkOutcome !== "refused";
    return this.#kept.filter(isTold);
  }

  /** The one that this arrival probe has ended. */
  withCheck(probe: number): Round | undefined {
    return this.#kept.findLast(({ check }) => check === probe);
  }

  /** Whether arrival probes speak for a longer way, as far as any were sent. */
  get isLongerLikely(): boolean {
    return isLongerLikely(this.#kept);
  }

  /** The target is no more at this ttl: rounds before this one may have been too short. */
  pass(ttl: number, before: number): void {
    this.#place = ttl;
    this.#placeUntil = Infinity;
    this.doubt({ before, place: ttl });
  }

  /** The target has answered the round of this probe after all. */
  drop(probe: number): void {
    this.#keepOnly((kept) => kept.countingProbe !== probe);
  }

  /** Nothing comes any more. */
  finish(): void {
    // Shorter ones than prove to the engine that the target has moved.
    const rounds = this.#kept;
    for (const run of longRuns(rounds)) this.#judgeRun(run, rounds);
    for (const kind of KINDS) this.#returnRobbed(kind);
    this.#hold(Infinity);
  }

  /** Losses are decided long after answers to later rounds: these stay for as long as an older round is undecided, as `open`. */
  keep(round: Round, open: Round | undefined): void {
    if (round.isOfArrival || round.number <= this.#droppedTo) return;
    this.#followPlace(round);
    this.#kept.splice(1 + this.#kept.findLastIndex(({ number }) => number < round.number), 0, round);
    if (round.outcome === "lost") this.#hold(Math.min(this.#heldFrom, round.firstProbe));
    if (round.isRefused) this.#doubtPlaceBefore(round);
    const most = Math.max(LEAST_KEPT, Math.floor(KEPT_LIMIT / this.#tally.judged.length));
    const needed = (open ?? round).number - KEPT_BEFORE;
    if (this.#kept.length > most || (this.#heldFrom === Infinity && this.#kept[0]!.number < needed)) this.#dropFirst();
  }

  #dropFirst(): void {
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
    if (round.refusedTtl > place) this.doubt({ before: round.number + 1, place });
  }

  /** The engine takes longer to know where the target is: until then rounds go on to be too short. */
  #followPlace({ number, outcome, furthestTtl }: Round): void {
    if (this.#place === undefined) return;
    if (outcome === "answered" && furthestTtl <= this.#place) this.#placeUntil = Math.min(this.#placeUntil, number);
    else if (outcome === "lost" && number < this.#placeUntil) this.doubt({ before: number + 1, place: this.#place });
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
    if (from === this.#heldFrom) return;
    this.#heldFrom = from;
    const { hop, refused, judged } = this.#tally;
    const least = judged.reduce((least, rounds) => Math.min(least, rounds.#heldFrom), Infinity);
    hop.hold(least);
    refused.hold(least);
  }

  doubt(doubt: Doubt): void {
    if (this.#doubts.at(-1)?.place === doubt.place) this.#doubts.pop();
    if (this.#doubts.length < DOUBT_LIMIT) this.#doubts.push(doubt);
  }

  /** `open`: the oldest round that is undecided. */
  judge(open: Round | undefined): void {
    for (let doubt = this.#doubts[0]; doubt !== undefined; doubt = this.#doubts[0]) {
      if (open !== undefined && open.number < doubt.before) return;
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
  #revise(round: Round, revised: Round["revised"]): RoundsTally {
    round.revised = revised;
    this.#tally.revised += 1;
    this.#tally.refused.revise();
    this.#missed.take(round.countingProbe);
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

  /** A round is answered or lost: if it is lost, the target may have had no answer left for it. */
  compare(round: Round): void {
    const { side, outcome } = round;
    if (side === undefined || round.isLoop) return;
    this.#tally.robbing.noteRound(kindOf(round), side, outcome === "lost");
    if (side !== "behind" || outcome !== "lost") return;
    this.#robbed.push(round);
    if (this.#robbed.length > ROBBED_LIMIT) this.#robbed.shift();
    this.#holdFirst();
    this.#returnRobbed(kindOf(round));
  }

  #returnRobbed(kind: Kind): void {
    let count = this.#tally.robbing.take(kind);
    for (const rounds of count > 0 ? this.#tally.judged : []) count -= rounds.#returnOldest(kind, count);
  }

  /** So many at most; gives how many. */
  #returnOldest(kind: Kind, most: number): number {
    const robbed = this.#robbed.filter((round) => round.revised === undefined && kindOf(round) === kind);
    const returned = new Set(robbed.slice(0, most));
    for (const round of returned) {
      if (round.isOfArrival) this.#tally.arrivals.giveBack();
      this.#arrive(round);
    }
    this.#robbed = this.#robbed.filter((round) => !returned.has(round));
    this.#holdFirst();
    return returned.size;
  }
}

function kindOf({ isOfArrival }: Round): Kind {
  return isOfArrival ? "arrival" : "plain";
}
