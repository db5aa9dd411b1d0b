/**
 * Who refuses rounds, and those of which he does not say so.
 *
 * Linux looks for the way before the TTL, refuses a probe or two, and then says nothing: so what is lost on end with these is his,
 * as long as nothing gets further than to him, and he has no words for other probes.
 */
import type { Answer } from "../messages.ts";
import { chanceOfMore, chanceOfRun } from "./chance.ts";
import { type Counts, NO_TAIL, type RefusedFigures, RefusedTally } from "./refused_tally.ts";
import type { Heard, Round } from "./round.ts";
import { BY_CHANCE } from "./row.ts";

/** Of one router, in the same words: what others refuse they have answered. */
export interface Refuser extends RefusedFigures {
  readonly from: string;
  /** The latest, and of a probe with which ttl. */
  readonly answer: Answer;
  readonly ttl: number;
  /** Lost between refused ones, or on end with them, and more than at other times: whoever refuses does not always say so. */
  readonly unsaid: number;
}

/** The same of one who refuses in the same words. */
export function refuserKey({ from, answer }: Pick<Refuser, "from" | "answer">): string {
  return `${from} ${answer.icmpType} ${answer.icmpCode}`;
}

/**
 * Rounds on end from a refused one on, whichever of its probes that was: nothing gets further than to whoever says so, and those
 * before him answer as ever.
 */
interface WordlessRun {
  /** What was known before. */
  readonly before: Counts;
  readonly beginUs: number;
  /** In which he has said that he refuses a probe. */
  readonly words: number;
  /** The others, without the tail. */
  readonly lost: number;
  /** Those of them in which he says that the time of a probe was up, and so might have said more. */
  readonly spoken: number;
  /** The latest of them that tell nothing of him, or in which he spoke. */
  readonly tail: { readonly lost: number; readonly spoken: number; readonly beginUs: number };
}

const NO_LOST = { lost: 0, spoken: 0, beginUs: 0 };

export class RefuserRounds extends RefusedTally implements Refuser {
  latest: Heard;
  /** The nearest place where he has answered, and the furthest before it where others did when he refused. */
  #place = Infinity;
  #beforeTtl = 0;
  #run: WordlessRun | undefined;

  constructor(before: RefusedTally | undefined, latest: Heard) {
    super(before);
    this.latest = latest;
  }

  override copy(): RefuserRounds {
    const copy = this.copyTo(new RefuserRounds(undefined, this.latest));
    copy.#place = this.#place;
    copy.#beforeTtl = this.#beforeTtl;
    copy.#run = this.#run;
    return copy;
  }

  noteWord(heard: Heard, { refuserTtl, beforeRefuserTtl }: Round): void {
    this.latest = heard;
    if (refuserTtl < this.#place) [this.#place, this.#beforeTtl] = [refuserTtl, 0];
    if (beforeRefuserTtl < this.#place) this.#beforeTtl = Math.max(this.#beforeTtl, beforeRefuserTtl);
  }

  addWord(outcome: "refused" | "unsaid", sentUs: number): void {
    const { words, lost, spoken, tail, ...run } = this.#run ?? this.#begun(sentUs);
    this.#run = { ...run, words: words + 1, lost: lost + tail.lost, spoken: spoken + tail.spoken, tail: NO_LOST };
    this.add(outcome, sentUs);
  }

  #begun(beginUs: number): WordlessRun {
    return { before: super.counts, beginUs, words: 0, lost: 0, spoken: 0, tail: NO_LOST };
  }

  /** He has said nothing of this round. */
  addOther(outcome: "lost" | "answered", round: Round): void {
    const { lastSentUs: sentUs, passedTtl, passedFrom } = round;
    const isBehind = passedTtl >= this.#place && passedFrom !== this.from;
    if (outcome === "answered" || isBehind) this.#end(sentUs);
    else this.#extend(round);
    this.add(outcome, sentUs);
  }

  #extend(round: Round): void {
    const run = this.#run;
    if (run === undefined) return;
    const { lastSentUs: sentUs, passedTtl, passedFrom } = round;
    const isSpoken = passedFrom === this.from;
    const lost = run.tail.lost + 1;
    const spoken = run.tail.spoken + (isSpoken ? 1 : 0);
    const beginUs = lost === 1 ? sentUs : run.tail.beginUs;
    // Who has words to spare, and does not refuse any more, lets it be lost elsewhere.
    const before = { count: run.spoken, total: run.spoken + run.words };
    if ((run.words + run.lost + lost) * chanceOfRun(spoken, before) < BY_CHANCE) {
      this.#run = { ...run, tail: NO_LOST };
      return this.#end(beginUs);
    }
    const isSilent = !isSpoken && passedTtl >= this.#beforeTtl;
    this.#run = isSilent
      ? { ...run, lost: run.lost + lost, spoken: run.spoken + spoken, tail: NO_LOST }
      : { ...run, tail: { lost, spoken, beginUs } };
  }

  /** Something has got further, or may have. */
  #end(untilUs: number): void {
    const counts = this.#ofRun(untilUs);
    this.#run = undefined;
    if (counts !== undefined) this.counts = counts;
  }

  /** With a run that is too long for chance; `undefined` where it is none. */
  #ofRun(untilUs: number | undefined): Counts | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    const { before, beginUs, words, tail } = run;
    const all = super.counts;
    const others = { count: before.lost, total: before.lost + before.answered };
    const hasTail = chanceOfRun(tail.lost - tail.spoken, others) >= BY_CHANCE;
    const lost = run.lost + (hasTail ? tail.lost : 0);
    const silent = { count: lost + words - (all.refused - before.refused), total: lost + words };
    const total = all.refused + all.answered + all.lost;
    if (lost === 0 || total * chanceOfMore(silent, others) >= BY_CHANCE) return undefined;
    return {
      ...all,
      refused: before.refused + words,
      lost: before.lost + run.lost + tail.lost,
      lostBetween: before.lostBetween,
      wordless: before.wordless + lost,
      spells: before.spells + (before.latest.isOpen ? 0 : 1),
      latest: {
        sinceUs: before.answered === 0 ? undefined : beginUs,
        untilUs: hasTail ? untilUs : tail.beginUs,
        ...{ isOpen: false, refused: words, lost },
      },
      tail: NO_TAIL,
    };
  }

  protected override get counts(): Counts {
    return this.#ofRun(undefined) ?? super.counts;
  }

  protected override set counts(counts: Counts) {
    super.counts = counts;
  }

  get from(): string {
    return this.latest.from;
  }

  get answer(): Answer {
    return this.latest.answer;
  }

  get ttl(): number {
    return this.latest.ttl;
  }
}
