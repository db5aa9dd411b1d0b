/**
 * A sketch of many times: how many of them lie in each of a row of ranges that grow by the same factor (DDSketch: Masson,
 * Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12, 2019).
 *
 * Range i holds what is greater than g^(i-1) and not greater than g^i, with g = (1+a) / (1-a). Its middle, 2 g^i / (g+1),
 * is within a of every time in it. Memory is bounded by the ratio of the greatest time to the least: counts stand side by
 * side from the first range used to the last.
 */

/** The a of the paper: 1 %. */
export const RELATIVE_ERROR = 0.01;

const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GROWTH = Math.log(GROWTH);

/** Range 0 has all that is not greater than 1 µs, where stamps end to mean anything. */
const FIRST_RANGE = 0;
/** Up to 2.5 hours, and no probe is waited for longer than one: 1,147 counts, 9 KiB, at the most. */
const LAST_RANGE = 1_146;
/** Room to either side, so that a path which slowly gets slower does not move the counts with each sample. */
const SPARE_RANGES = 16;

/** A time, and how many samples it stands for. */
export interface Counted {
  readonly us: number;
  readonly count: number;
}

export class Sketch {
  #first = 0;
  #counts = new Float64Array(0);
  #count = 0;
  #least = Infinity;
  #greatest = -Infinity;

  add(us: number): void {
    const range = rangeOf(us);
    if (range < this.#first || range >= this.#first + this.#counts.length) this.#makeRoom(range);
    const at = range - this.#first;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
    this.#least = Math.min(this.#least, us);
    this.#greatest = Math.max(this.#greatest, us);
  }

  get count(): number {
    return this.#count;
  }

  /** The `rank`-th time from below, the first is 1: within `RELATIVE_ERROR`, or 1 µs. `undefined` if there is none. */
  at(rank: number): number | undefined {
    if (rank < 1 || rank > this.#count) return undefined;
    let below = 0;
    return this.#middleOf(this.#counts.findIndex((count) => (below += count) >= rank));
  }

  /** Every range that has some, by its middle. */
  get samples(): readonly Counted[] {
    return [...this.#counts].flatMap((count, at) => count > 0 ? [{ us: this.#middleOf(at), count }] : []);
  }

  #middleOf(at: number): number {
    const middle = 2 * GROWTH ** (this.#first + at) / (GROWTH + 1);
    return Math.min(this.#greatest, Math.max(this.#least, middle));
  }

  #makeRoom(range: number): void {
    const isEmpty = this.#counts.length === 0;
    const first = Math.max(FIRST_RANGE, Math.min(isEmpty ? Infinity : this.#first, range - SPARE_RANGES));
    const end = Math.min(LAST_RANGE + 1, Math.max(this.#first + this.#counts.length, range + 1 + SPARE_RANGES));
    const counts = new Float64Array(end - first);
    if (!isEmpty) counts.set(this.#counts, this.#first - first);
    this.#first = first;
    this.#counts = counts;
  }
}

function rangeOf(us: number): number {
  const range = us > 1 ? Math.ceil(Math.log(us) / LOG_GROWTH) : FIRST_RANGE;
  return Math.min(range, LAST_RANGE);
}
