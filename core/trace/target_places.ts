/**
 * At which TTLs probes of a flow may meet the target, and which of these a round leaves out.
 *
 * Where ways are of unequal length an arrival probe tells what becomes of a round. Further probes that the target answers tell
 * nothing more of it, and a target that limits its answers has none for the next arrival probe then. So where these rob arrival
 * probes rounds leave them out, but for one of a few, since a router may stand there on other ways. Of errors, which hosts limit
 * to one a second, that is taken for granted. Which rounds ask there is left to chance: who compares what is lost behind them with
 * what is lost beside them sees the limit.
 *
 * While all rounds ask, a robbed one is answered there and not as a whole; while few do, the one behind an answer is lost. Loss on
 * the path looks so, too, but not as often.
 */
import { pseudoRandom } from "../probe/pseudo_random.ts";

/** Of so many rounds one asks there. */
const ONE_OF = 8;
/** Answers of routers, or none, on end: then the target is there no more. */
const MOST_PASSED = 4;
/** From nothing rounds begin to leave these probes out at this score, and from there they ask again at nothing. */
const PROOF = 6;
const WEIGHTS = { robbed: 3, spared: -1 } as const;

/** A round with an arrival probe, as far as it is known. */
interface Round {
  readonly number: number;
  isArrived: boolean;
  /** It asks where the target has answered, and is answered by it there. */
  asks: boolean;
  isAnsweredNear: boolean;
}

export class TargetPlaces {
  /** By ttl, probes since the target's latest answer. */
  readonly #passed: (number | undefined)[] = [];
  #latest: Round | undefined;
  #before: Round | undefined;
  #score = 0;
  #fewAsk = false;
  readonly #answersWithErrors: boolean;

  /** `answersWithErrors`: what the target answers is an ICMP error. */
  constructor(answersWithErrors = false) {
    this.#answersWithErrors = answersWithErrors;
  }

  noteArrivalSent(number: number): void {
    this.#count();
    const isNext = this.#latest?.number === number - 1;
    this.#before = isNext ? this.#latest : undefined;
    this.#latest = { number, isArrived: false, asks: false, isAnsweredNear: false };
  }

  noteArrival(round: number): void {
    if (round === this.#latest?.number) this.#latest.isArrived = true;
  }

  noteSent(ttl: number, round: number): void {
    if (round === this.#latest?.number) this.#latest.asks ||= this.#passed[ttl] !== undefined;
  }

  noteTarget(ttl: number, round: number): void {
    this.#passed[ttl] = 0;
    if (round === this.#latest?.number) this.#latest.isAnsweredNear = true;
  }

  notePassed(ttl: number): void {
    const passed = this.#passed[ttl];
    if (passed !== undefined) this.#passed[ttl] = passed + 1 < MOST_PASSED ? passed + 1 : undefined;
  }

  /** Whether a round that has an arrival probe has none at this ttl. */
  isLeftOut(ttl: number, round: number): boolean {
    return (this.#answersWithErrors || this.#fewAsk) && this.#passed[ttl] !== undefined && !isChosen(round);
  }

  #count(): void {
    if (this.#latest === undefined || this.#before?.asks !== true) return;
    const { isArrived, asks, isAnsweredNear } = this.#latest;
    if (!(asks ? isAnsweredNear : this.#before.isAnsweredNear)) return;
    const weight = isArrived ? WEIGHTS.spared : WEIGHTS.robbed;
    this.#score = Math.min(PROOF, Math.max(0, this.#score + weight));
    if (this.#score === PROOF) this.#fewAsk = true;
    else if (this.#score === 0) this.#fewAsk = false;
  }
}

/** One round of each such row of rounds, by chance. */
function isChosen(round: number): boolean {
  return round % ONE_OF === Math.floor(pseudoRandom(Math.floor(round / ONE_OF))() * ONE_OF);
}
