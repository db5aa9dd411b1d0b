/**
 * Rounds that were refused: who refused them, when that began, and whether it is over.
 *
 * A spell is what lies between two answers of somebody else; what is lost in it is no end of it, unless so much is lost at its end
 * that chance does not explain it.
 */
import type { Answer } from "../messages.ts";
import { chanceOfMore, chanceOfRun } from "./chance.ts";
import { RESPONDER_LIMIT } from "./hop.ts";
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
  /** Lost between refused ones, and more than at other times: whoever refuses does not always say so. */
  readonly unsaid: number;
}

/** By routers, all of them and each, and by the target itself. */
export interface RefusalsFigures {
  readonly routers: RefusedFigures;
  readonly refusers: readonly Refuser[];
  readonly target: RefusedFigures;
}

type Outcome = NonNullable<Round["outcome"]>;

export class RefusalsOfRounds implements RefusalsFigures {
  readonly routers = new RefusedRounds();
  readonly target = new RefusedRounds();
  readonly #refusers = new Map<string, RefuserRounds>();

  /** In their order, when it is decided what they are. */
  add({ outcome, refusal, isRefusedByTarget, sentUs }: Round): void {
    if (outcome === undefined) return;
    const refuser = outcome === "refused" && refusal !== undefined ? this.#refuserOf(refusal) : undefined;
    const ofOthers = outcome === "lost" ? "lost" : "answered";
    for (const one of this.#refusers.values()) one.add(one === refuser ? "refused" : ofOthers, sentUs);
    this.routers.add(outcome, sentUs);
    this.target.add(isRefusedByTarget ? "refused" : ofOthers, sentUs);
  }

  get refusers(): readonly Refuser[] {
    return [...this.#refusers.values()];
  }

  #refuserOf(heard: Heard): RefuserRounds | undefined {
    const key = refuserKey(heard);
    const known = this.#refusers.get(key);
    if (known === undefined && this.#refusers.size >= RESPONDER_LIMIT) return undefined;
    const refuser = known ?? new RefuserRounds(this.routers, heard);
    refuser.latest = heard;
    this.#refusers.set(key, refuser);
    return refuser;
  }
}

/** The same of one who refuses in the same words. */
export function refuserKey({ from, answer }: Pick<Refuser, "from" | "answer">): string {
  return `${from} ${answer.icmpType} ${answer.icmpCode}`;
}

class RefusedRounds implements RefusedFigures {
  static readonly #ADDERS: Readonly<Record<Outcome, (rounds: RefusedRounds, sentUs: number) => void>> = {
    refused: (rounds, sentUs) => rounds.#addRefusal(sentUs),
    answered: (rounds, sentUs) => rounds.#addAnswer(sentUs),
    lost: (rounds, sentUs) => rounds.#addLoss(sentUs),
  };
  count = 0;
  total = 0;
  spells = 0;
  #answered = 0;
  #sinceUs: number | undefined;
  #untilUs: number | undefined;
  #isOpen = false;
  /** Of the latest spell. */
  #refused = 0;
  #lost = 0;
  /** Of all spells, and of all rounds. */
  #lostBetween = 0;
  #lostInAll = 0;
  /** Behind its latest refusal. */
  #tail = { lost: 0, beginUs: 0 };

  /** `before`: what was refused until now, by others. */
  constructor(before?: RefusedRounds) {
    if (before === undefined) return;
    this.total = before.total;
    this.#lostInAll = before.#lostInAll;
    this.#answered = before.total - before.#lostInAll;
  }

  add(outcome: Outcome, sentUs: number): void {
    RefusedRounds.#ADDERS[outcome](this, sentUs);
  }

  #addRefusal(sentUs: number): void {
    if (!this.#isOpen) {
      this.spells += 1;
      this.#sinceUs = this.#answered === 0 ? undefined : sentUs;
      this.#untilUs = undefined;
      this.#isOpen = true;
      [this.#refused, this.#lost] = [0, 0];
    } else {
      this.#lost += this.#tail.lost;
      // Before the target is known they may have been too short for their way.
      if (this.#answered > 0) this.#lostBetween += this.#tail.lost;
    }
    this.#tail = { lost: 0, beginUs: 0 };
    this.#refused += 1;
    this.count += 1;
    this.total += 1;
  }

  #addLoss(sentUs: number): void {
    this.total += 1;
    this.#lostInAll += 1;
    const { lost, beginUs } = this.#tail;
    this.#tail = { lost: lost + 1, beginUs: lost === 0 ? sentUs : beginUs };
  }

  #addAnswer(sentUs: number): void {
    if (this.#isOpen) {
      this.#untilUs = this.#silentUs ?? sentUs;
      if (this.#silentUs === undefined && this.#answered > 0) this.#lostBetween += this.#tail.lost;
    }
    this.#isOpen = false;
    this.#tail = { lost: 0, beginUs: 0 };
    this.#answered += 1;
    this.total += 1;
  }

  get unsaid(): number {
    const between = { count: this.#lostBetween, total: this.#lostBetween + this.count };
    const others = { count: this.#lostInAll - this.#lostBetween, total: this.total - between.total };
    return chanceOfMore(between, others) < BY_CHANCE ? this.#lostBetween : 0;
  }

  get spell(): Spell | undefined {
    const others = { count: this.count - this.#refused, total: this.total - this.#refused };
    if (this.spells === 0 || (this.spells > 1 && this.total * chanceOfRun(this.#refused, others) >= BY_CHANCE)) {
      return undefined;
    }
    return { sinceUs: this.#sinceUs, untilUs: this.#isOpen ? this.#silentUs : this.#untilUs };
  }

  /** From when on all is lost by no chance. */
  get #silentUs(): number | undefined {
    const { lost, beginUs } = this.#tail;
    const before = { count: this.#lost, total: this.#lost + this.#refused };
    return lost > 0 && chanceOfRun(lost, before) < BY_CHANCE ? beginUs : undefined;
  }
}

class RefuserRounds extends RefusedRounds implements Refuser {
  latest: Heard;

  constructor(before: RefusedRounds, latest: Heard) {
    super(before);
    this.latest = latest;
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
