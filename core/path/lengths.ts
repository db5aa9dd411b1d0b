/**
 * How long the lost probes of a hop were, and the answered ones: a link that is damaged, or too narrow and silent about it,
 * loses the long ones.
 *
 * Bounded: counts by ranges of `RANGE_BYTES`. Where all probes have one length there is one range, and nothing to say.
 */
import { chanceOfWins, type Portion } from "./chance.ts";
import { BY_CHANCE, summed } from "./row.ts";

const RANGE_BYTES = 16;

/** Probes of similar lengths. */
export interface LengthRange {
  readonly answered: number;
  readonly lost: number;
  /** The longest, and the longest with an answer; 0 of none. */
  readonly mostBytes: number;
  readonly mostAnsweredBytes: number;
  /** The shortest without; infinite of none. */
  readonly leastLostBytes: number;
}

export interface LongLoss {
  /** Longer ones are lost more often than those up to this. */
  readonly aboveBytes: number;
  readonly longer: Portion;
  readonly others: Portion;
}

export class Lengths {
  /** The shortest first, and no more room than they need: mostly there is one, of each hop of each target. */
  #ranges: { -readonly [Name in keyof LengthRange]: number }[] = [];

  add(isLost: boolean, bytes: number): void {
    const place = placeOf(bytes);
    let range = this.#ranges.find(({ mostBytes }) => placeOf(mostBytes) === place);
    if (range === undefined) {
      range = { answered: 0, lost: 0, mostBytes: bytes, mostAnsweredBytes: 0, leastLostBytes: Infinity };
      const at = this.#ranges.filter(({ mostBytes }) => mostBytes < bytes).length;
      this.#ranges = this.#ranges.toSpliced(at, 0, range);
    }
    range.mostBytes = Math.max(range.mostBytes, bytes);
    if (isLost) {
      range.lost += 1;
      range.leastLostBytes = Math.min(range.leastLostBytes, bytes);
    } else {
      range.answered += 1;
      range.mostAnsweredBytes = Math.max(range.mostAnsweredBytes, bytes);
    }
  }

  /** The shortest first. */
  get ranges(): readonly LengthRange[] {
    return this.#ranges.flatMap(parted);
  }
}

/** The number of the range. */
function placeOf(bytes: number): number {
  return Math.floor(bytes / RANGE_BYTES);
}

/** In two, where all that is answered is shorter than all that is lost: where a link ends to be wide enough, for example. */
function parted(range: LengthRange): readonly LengthRange[] {
  const { answered, lost, mostAnsweredBytes, leastLostBytes } = range;
  if (answered === 0 || lost === 0 || mostAnsweredBytes >= leastLostBytes) return [range];
  return [
    { ...range, lost: 0, leastLostBytes: Infinity, mostBytes: mostAnsweredBytes },
    { ...range, answered: 0, mostAnsweredBytes: 0 },
  ];
}

/**
 * Whether long probes are lost more often than chance would have it (by ranks), and from which length on this is seen best:
 * where the parts of the lost and of the answered that are longer differ most.
 */
export function longLoss(ranges: readonly LengthRange[]): LongLoss | undefined {
  const all = summed(ranges.map(portionOf));
  const answered = all.total - all.count;
  let [shorterAnswered, wins] = [0, 0];
  for (const range of ranges) {
    // Which of one range are longer nobody knows.
    wins += range.lost * (shorterAnswered + range.answered / 2);
    shorterAnswered += range.answered;
  }
  if (chanceOfWins(wins, all.count, answered) >= BY_CHANCE) return undefined;
  const cuts = ranges.slice(1).map((_, before) => cutBehind(ranges, before));
  const difference = ({ longer: { count, total } }: LongLoss): number => count / all.count - (total - count) / answered;
  return cuts.reduce((best, cut) => difference(cut) > difference(best) ? cut : best);
}

function cutBehind(ranges: readonly LengthRange[], index: number): LongLoss {
  const portions = ranges.map(portionOf);
  return {
    aboveBytes: ranges[index]!.mostBytes,
    longer: summed(portions.slice(index + 1)),
    others: summed(portions.slice(0, index + 1)),
  };
}

/** The lost ones. */
function portionOf({ answered, lost }: LengthRange): Portion {
  return { count: lost, total: lost + answered };
}
