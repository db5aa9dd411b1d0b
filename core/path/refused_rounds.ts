/**
 * Rounds that were refused: who refused them, when that began, and whether it is over.
 *
 * A spell is what lies between two answers of somebody else; what is lost in it is no end of it, unless so much is lost at its end
 * that chance does not explain it. What was told of rounds as lost may turn out to be otherwise (`doubt.ts`): these, and those behind
 * them, are held, and count as they are known now.
 */
import type { Answer } from "../messages.ts";
import { chanceOfMore, chanceOfRun } from "./chance.ts";
import type { Outcome } from "./doubt.ts";
import { RESPONDER_LIMIT } from "./hop_figures.ts";
import type { Heard, Round } from "./round.ts";
import { BY_CHANCE } from "./row.ts";

/** The latest spell. */
export interface Spell {
  /** When its first packet left; `undefined` if nothing was answered before. */
  readonly sinceUs: number | undefined;
  /** When the first left that was not refused any more; `undefined` if it is not over. */
  readonly untilUs: number | undefined;
}

export interface RefusedFigures {
  readonly count: number;
  /** Those that are decided. */
  readonly total: number;
  readonly spells: number;
  /** `undefined` where there was none, or it is as short as chance makes them of packets of which some are refused. */
  readonly spell: Spell | undefined;
}

/** Of one router, in the same words: what others refuse they have answered. */
export interface Refuser extends RefusedFigures {
  readonly from: string;
  /** The latest, and of a probe with which ttl. */
  readonly answer: Answer;
  readonly ttl: number;
  /** Lost between refused ones, or on end with them, and more than at other times: whoever refuses does not always say so. */
  readonly unsaid: number;
}

/** By routers, all of them and each, and by the target itself. */
export interface RefusalsFigures {
  readonly routers: RefusedFigures;
  readonly refusers: readonly Refuser[];
  readonly target: RefusedFigures;
}

/** More than an engine leaves in doubt, whatever an archive tells. */
const HELD_LIMIT = 4_096;

export class RefusalsOfRounds implements RefusalsFigures {
  readonly #settled = new Refusals();
  readonly #held: Round[] = [];
  #heldFrom = Infinity;
  /** With those that are held; absent where something has been told since. */
  #known: Refusals | undefined;

  /** In their order, when it is decided what they are. */
  add(round: Round): void {
    this.#held.push(round);
    this.#advance();
  }

  /** What became of rounds from this probe on may be told otherwise yet; `Infinity`: of none. */
  hold(from: number): void {
    this.#heldFrom = from;
    this.#advance();
  }

  /** One that is held is known as something else since. */
  revise(): void {
    this.#known = undefined;
  }

  #advance(): void {
    this.#known = undefined;
    while (this.#held.length > HELD_LIMIT || (this.#held[0]?.firstProbe ?? Infinity) < this.#heldFrom) {
      this.#settled.add(this.#held.shift()!);
    }
  }

  get #now(): Refusals {
    if (this.#held.length === 0) return this.#settled;
    if (this.#known === undefined) {
      this.#known = this.#settled.copy();
      for (const round of this.#held) this.#known.add(round);
    }
    return this.#known;
  }

  get routers(): RefusedFigures {
    return this.#now.routers;
  }

  get refusers(): readonly Refuser[] {
    return this.#now.refusers;
  }

  get target(): RefusedFigures {
    return this.#now.target;
  }
}

class Refusals implements RefusalsFigures {
  routers = new RefusedRounds();
  target = new RefusedRounds();
  #refusers = new Map<string, RefuserRounds>();

  copy(): Refusals {
    const copy = new Refusals();
    copy.routers = this.routers.copy();
    copy.target = this.target.copy();
    copy.#refusers = new Map([...this.#refusers].map(([key, refuser]) => [key, refuser.copy()]));
    return copy;
  }

  add(round: Round): void {
    const { known, refusal, nearerRefusal, isRefusedByTarget, lastSentUs: sentUs } = round;
    if (known === undefined || known === "unknown") return;
    const heard = known === "refused" ? refusal : known === "lost" ? nearerRefusal : undefined;
    const refuser = heard && this.#refuserOf(heard, round);
    const ofOthers = known === "lost" ? "lost" : "answered";
    for (const one of this.#refusers.values()) {
      if (one === refuser) one.addWord(known === "refused" ? "refused" : "unsaid", sentUs);
      else one.addOther(ofOthers, round);
    }
    this.routers.add(known === "lost" && refuser !== undefined && refuser.count > 0 ? "unsaid" : known, sentUs);
    this.target.add(isRefusedByTarget ? "refused" : ofOthers, sentUs);
  }

  /** Nobody whose words were none of rounds. */
  get refusers(): readonly Refuser[] {
    return [...this.#refusers.values()].filter(({ count }) => count > 0);
  }

  /** Who says that he has refused a probe of this round. */
  #refuserOf(heard: Heard, round: Round): RefuserRounds | undefined {
    const key = refuserKey(heard);
    const known = this.#refusers.get(key);
    if (known === undefined && this.#refusers.size >= RESPONDER_LIMIT) return undefined;
    const refuser = known ?? new RefuserRounds(this.routers, heard);
    refuser.noteWord(heard, round);
    this.#refusers.set(key, refuser);
    return refuser;
  }
}

/** The same of one who refuses in the same words. */
export function refuserKey({ from, answer }: Pick<Refuser, "from" | "answer">): string {
  return `${from} ${answer.icmpType} ${answer.icmpCode}`;
}

interface Counts {
  readonly refused: number;
  readonly answered: number;
  readonly lost: number;
  /** Of the lost those between refused ones, or between such and nearer probes that were. */
  readonly lostBetween: number;
  /** Those that are known to be refused without a word. */
  readonly wordless: number;
  readonly spells: number;
  readonly latest: Spell & { readonly isOpen: boolean; readonly refused: number; readonly lost: number };
  /** Those that were lost behind the latest that was refused. */
  readonly tail: { readonly lost: number; readonly beginUs: number };
}

const NO_TAIL: Counts["tail"] = { lost: 0, beginUs: 0 };
const NOTHING: Counts = {
  ...{ refused: 0, answered: 0, lost: 0, lostBetween: 0, wordless: 0, spells: 0, tail: NO_TAIL },
  latest: { sinceUs: undefined, untilUs: undefined, isOpen: false, refused: 0, lost: 0 },
};

/** Lost without a word, while a nearer probe of the same round was refused. */
type RefusedOutcome = Outcome | "unsaid";

type Change = (counts: Counts, sentUs: number) => Partial<Counts>;

const addLost: Change = ({ lost, tail }, sentUs) => {
  return { lost: lost + 1, tail: { lost: tail.lost + 1, beginUs: tail.lost === 0 ? sentUs : tail.beginUs } };
};

/** What one more round changes. */
const CHANGES: Readonly<Record<RefusedOutcome, Change>> = {
  refused: ({ refused, answered, lostBetween, spells, latest, tail }, sentUs) => {
    if (!latest.isOpen) {
      const sinceUs = answered === 0 ? undefined : sentUs;
      const begun = { sinceUs, untilUs: undefined, isOpen: true, refused: 1, lost: 0 };
      return { refused: refused + 1, spells: spells + 1, latest: begun, tail: NO_TAIL };
    }
    return {
      refused: refused + 1,
      // Before the target is known they may have been too short for their way.
      lostBetween: lostBetween + (answered > 0 ? tail.lost : 0),
      latest: { ...latest, refused: latest.refused + 1, lost: latest.lost + tail.lost },
      tail: NO_TAIL,
    };
  },
  lost: addLost,
  unsaid: (counts, sentUs) => {
    const { lost, answered, lostBetween, latest, tail } = counts;
    // Who has refused no probe of that length may pass them on.
    if (!latest.isOpen) return addLost(counts, sentUs);
    return {
      lost: lost + 1,
      lostBetween: lostBetween + (answered > 0 ? tail.lost + 1 : 0),
      latest: { ...latest, lost: latest.lost + tail.lost + 1 },
      tail: NO_TAIL,
    };
  },
  answered: (counts, sentUs) => {
    const { answered, lostBetween, latest, tail } = counts;
    const next = { answered: answered + 1, tail: NO_TAIL };
    if (!latest.isOpen) return next;
    const sinceSilentUs = silentUs(counts);
    return {
      ...next,
      lostBetween: lostBetween + (sinceSilentUs === undefined && answered > 0 ? tail.lost : 0),
      latest: { ...latest, untilUs: sinceSilentUs ?? sentUs, isOpen: false },
    };
  },
};

/** From when on all is lost by no chance. */
function silentUs({ latest, tail: { lost, beginUs } }: Counts): number | undefined {
  const before = { count: latest.lost, total: latest.lost + latest.refused };
  return lost > 0 && chanceOfRun(lost, before) < BY_CHANCE ? beginUs : undefined;
}

class RefusedRounds implements RefusedFigures {
  #counts: Counts;

  /** `before`: what was refused until now, by others. */
  constructor(before?: RefusedRounds) {
    const { answered, refused, lost } = before === undefined ? NOTHING : before.#counts;
    this.#counts = { ...NOTHING, answered: answered + refused, lost };
  }

  copy(): RefusedRounds {
    return this.copyTo(new RefusedRounds());
  }

  protected copyTo<Rounds extends RefusedRounds>(copy: Rounds): Rounds {
    copy.#counts = this.#counts;
    return copy;
  }

  add(outcome: RefusedOutcome, sentUs: number): void {
    this.#counts = { ...this.#counts, ...CHANGES[outcome](this.#counts, sentUs) };
  }

  /** As far as is known now. */
  protected get counts(): Counts {
    return this.#counts;
  }

  protected set counts(counts: Counts) {
    this.#counts = counts;
  }

  get count(): number {
    return this.counts.refused;
  }

  get total(): number {
    const { refused, answered, lost } = this.counts;
    return refused + answered + lost;
  }

  get spells(): number {
    return this.counts.spells;
  }

  get unsaid(): number {
    const { refused, lost, lostBetween, wordless } = this.counts;
    const between = { count: lostBetween, total: lostBetween + refused };
    const others = { count: lost - lostBetween - wordless, total: this.total - between.total - wordless };
    return wordless + (chanceOfMore(between, others) < BY_CHANCE ? lostBetween : 0);
  }

  get spell(): Spell | undefined {
    const { refused, spells, latest: { sinceUs, untilUs, isOpen, refused: ofLatest } } = this.counts;
    const others = { count: refused - ofLatest, total: this.total - ofLatest };
    if (spells === 0 || (spells > 1 && this.total * chanceOfRun(ofLatest, others) >= BY_CHANCE)) return undefined;
    return { sinceUs, untilUs: isOpen ? silentUs(this.counts) : untilUs };
  }
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

class RefuserRounds extends RefusedRounds implements Refuser {
  latest: Heard;
  /** The nearest place where he has answered, and the furthest before it where others did when he refused. */
  #place = Infinity;
  #beforeTtl = 0;
  #run: WordlessRun | undefined;

  constructor(before: RefusedRounds | undefined, latest: Heard) {
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
