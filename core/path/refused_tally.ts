/**
 * Of rounds in their order, how many were refused, and when.
 *
 * A spell is what lies between two answers of somebody else; what is lost in it is no end of it, unless so much is lost at its end
 * that chance does not explain it.
 */
import { chanceOfMore, chanceOfRun } from "./chance.ts";
import type { Outcome } from "./doubt.ts";
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

export interface Counts {
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

export const NO_TAIL: Counts["tail"] = { lost: 0, beginUs: 0 };
const NOTHING: Counts = {
  ...{ refused: 0, answered: 0, lost: 0, lostBetween: 0, wordless: 0, spells: 0, tail: NO_TAIL },
  latest: { sinceUs: undefined, untilUs: undefined, isOpen: false, refused: 0, lost: 0 },
};

/** Lost without a word, while a nearer probe of the same round was refused. */
export type RefusedOutcome = Outcome | "unsaid";

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

export class RefusedTally implements RefusedFigures {
  #counts: Counts;

  /** `before`: what was refused until now, by others. */
  constructor(before?: RefusedTally) {
    const { answered, refused, lost } = before === undefined ? NOTHING : before.#counts;
    this.#counts = { ...NOTHING, answered: answered + refused, lost };
  }

  copy(): RefusedTally {
    return this.copyTo(new RefusedTally());
  }

  protected copyTo<Rounds extends RefusedTally>(copy: Rounds): Rounds {
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
