/**
 * Whether packets with more TTL arrive where those that go just as far as the target are lost: then some of a flow go a longer
 * way, and a silent router stands on it in the target's place. Evenness shows nothing of this, since nobody answers there.
 *
 * While the target's place loses probes some rounds end with a check, an arrival probe, and make a pair with what became of the
 * probe to that place. A pair that loses this one alone speaks for such a way, one that loses the check against it, above all
 * if it loses nothing else: on a path that loses packets both come as often, and whoever limits his answers has none left for
 * most, and has given the others to the one who asked first. He must not be robbed of many, nor have the next one ready just
 * between the two each time: so it is rounds by chance, until both have been answered in one.
 *
 * What the answer to a later probe has overtaken is taken for lost at once, and so is what takes longer than any answer has:
 * they may be waited for longer than the run lasts, and being wrong costs some probes, but changes no figure. So does a proof
 * that was none, which is why what is proved holds until as many of the latest pairs speak against it as for it.
 */
import { MOVED, PAIR_WEIGHTS } from "../messages.ts";
import { pseudoRandom } from "../probe/pseudo_random.ts";
import { MEMORY_ROUNDS } from "./evenness.ts";

/** Of losses; and again after so many times as many. Each time costs whoever limits his answers two or three. */
const FIRST_CHECKS_AFTER_LOST = 1;
const BACK_OFF = 2;
/** Of the sum of `PAIR_WEIGHTS`: loss by chance gets as far as to the proof in one run of forty; the other one ends the checks. */
const PROOF = 7;
const REFUTED = -2;
/**
 * So few rounds have a check, and are in no step with anything that comes at regular times, until so many more pairs are for
 * than against, and both were answered in one.
 */
const SPARSE = 1 / 2;
const ENOUGH_FOR_ALL = 2;
/** Of pairs on end: then nothing is lost any more. */
const MOST_ANSWERED = MEMORY_ROUNDS;
/** More than answers have taken so far. */
const PATIENCE_ROUNDS = 2;
/** So many probes may be waited for. */
const ASKED_LIMIT = 4_096;

/** Who is asked: whoever is in the target's place, or the target wherever it is. */
export type Asked = "place" | "arrival";

interface Ask {
  readonly round: number;
  readonly of: Asked;
  isAnswered: boolean | undefined;
}

export class Checks {
  /** In the order of sending: those that are undecided, or wait for the other one of their round. */
  readonly #asks: Ask[] = [];
  /** So long the answers that there were have taken, and some more. */
  #mostRounds = Infinity;
  #isChecking = false;
  /** At the target's place since the last checks, and after how many the next ones come. */
  #lost = 0;
  #nextChecks = FIRST_CHECKS_AFTER_LOST;
  #score = 0;
  #hasBoth = false;
  #hasPairs = false;
  #answeredOnEnd = 0;
  #provedRound = -Infinity;
  /** What each of the latest pairs since the proof says, and the sum of that. */
  readonly #latest: number[] = [];
  #balance = 0;

  /** `before`: those of another place, of which the proof stays, since who is the nearest end changes with each way, too. */
  constructor(before?: Checks) {
    if (before !== undefined) this.#provedRound = before.#provedRound;
  }

  /** Whether this round is to end with a check. */
  isChecking(round: number): boolean {
    const isDense = this.#hasBoth && this.#score >= ENOUGH_FOR_ALL;
    return this.#isChecking && (isDense || pseudoRandom(round)() < SPARSE);
  }

  /** Whether they speak for a longer way, as far as there have been any. */
  get isLikely(): boolean {
    return !this.#hasPairs || this.#score >= MOVED.pairs;
  }

  /** Packets of this round may need more TTL than as far as to the target's place. */
  isProved(round: number): boolean {
    return round - this.#provedRound <= MEMORY_ROUNDS;
  }

  add(round: number, of: Asked): void {
    this.#asks.push({ round, of, isAnswered: undefined });
    if (this.#asks.length > ASKED_LIMIT) this.#asks.shift();
    if (this.#asks[0]!.round < round - this.#mostRounds) this.#giveUp(round - this.#mostRounds);
  }

  /** Answers have never taken so long. */
  #giveUp(before: number): void {
    for (const ask of this.#asks) {
      if (ask.round >= before) break;
      ask.isAnswered ??= false;
    }
    this.#settle();
  }

  /** The target has answered, or nobody. */
  note(round: number, of: Asked, isAnswered: boolean): void {
    const index = this.#indexOf(round, of);
    if (index < 0) return;
    this.#asks[index]!.isAnswered = isAnswered;
    if (isAnswered) this.#noteTime(this.#asks.at(-1)!.round - round);
    for (let before = 0; isAnswered && before < index; before++) this.#asks[before]!.isAnswered ??= false;
    this.#settle();
  }

  #noteTime(rounds: number): void {
    const known = this.#mostRounds === Infinity ? 0 : this.#mostRounds;
    this.#mostRounds = Math.max(known, rounds + PATIENCE_ROUNDS);
  }

  /** Its fate tells nothing. */
  forget(round: number, of: Asked): void {
    const index = this.#indexOf(round, of);
    if (index >= 0) this.#asks.splice(index, 1);
  }

  #indexOf(round: number, of: Asked): number {
    return this.#asks.findIndex((ask) => ask.round === round && ask.of === of);
  }

  #settle(): void {
    const { round: latest } = this.#asks.at(-1)!;
    for (let first = this.#asks[0]; first?.isAnswered !== undefined; first = this.#asks[0]) {
      const { round, of } = first;
      const other = this.#asks.find((ask) => ask.round === round && ask.of !== of);
      const isAwaited = this.isChecking(round) && round === latest;
      if (other === undefined ? isAwaited : other.isAnswered === undefined) return;
      this.forget(round, "place");
      this.forget(round, "arrival");
      const [place, arrival] = of === "place" ? [first, other] : [other, first];
      if (place?.isAnswered === false) this.#countLoss();
      if (place !== undefined && arrival !== undefined) this.#count(round, place.isAnswered!, arrival.isAnswered!);
    }
  }

  #countLoss(): void {
    if (this.#isChecking || ++this.#lost < this.#nextChecks) return;
    this.#isChecking = true;
    this.#lost = 0;
    this.#nextChecks *= BACK_OFF;
    this.#score = 0;
    this.#hasBoth = false;
    this.#answeredOnEnd = 0;
  }

  #count(round: number, place: boolean, arrival: boolean): void {
    this.#hasPairs = true;
    const weight = PAIR_WEIGHTS[place ? "answered" : "lost"][arrival ? "answered" : "lost"];
    if (this.isProved(round)) this.#uphold(round, place, arrival);
    if (!this.#isChecking) return;
    this.#answeredOnEnd = place && arrival ? this.#answeredOnEnd + 1 : 0;
    if (place && arrival) this.#hasBoth = true;
    this.#score = Math.min(PROOF, this.#score + weight);
    if (arrival && !place && this.#score >= PROOF) this.#provedRound = round;
    if (this.#score <= REFUTED || this.#answeredOnEnd >= MOST_ANSWERED) this.#isChecking = false;
  }

  /** What is proved holds for as long as more of the latest pairs speak for it than against it. */
  #uphold(round: number, place: boolean, arrival: boolean): void {
    const says = Number(arrival) - Number(place);
    this.#latest.push(says);
    this.#balance += says;
    if (this.#latest.length > MEMORY_ROUNDS) this.#balance -= this.#latest.shift()!;
    if (says > 0 && this.#balance > 0) this.#provedRound = round;
  }
}
