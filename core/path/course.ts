/**
 * How the round-trip times of a hop went in the course of a run: the quickest of every few answers on end.
 *
 * The quickest tells what the way takes, whatever single answers wait for. All stretches have as many answers, so that a
 * course without a trend has them in any order. Bounded: 100 stretches of four numbers; where there would be more, they
 * are put together by twos.
 */

/** Times in µs, those of probes as they left since the run began. */
export interface Stretch {
  readonly leastUs: number;
  /** When its first probe left. */
  readonly beginUs: number;
  /** When the first probe left that was answered about as quickly. */
  readonly firstUs: number;
  /** When the first probe behind the last of these left: where the way became slower then, the first that met it; else none. */
  readonly slowerUs: number | undefined;
}

export interface CourseFigures {
  /** Answers of each stretch. */
  readonly size: number;
  /** In their order; those of the last answers, which are no whole stretch, are left out. */
  readonly stretches: readonly Stretch[];
}

/** Half of what is told as slower. */
const ABOUT_US = 5_000;
/** A tenth of a run is so many at least that it is told, and its edges exactly. */
const MOST_STRETCHES = 100;
const NUMBERS = 4;
const FIRST_CAPACITY = 8;

export class Course implements CourseFigures {
  size = 1;
  #count = 0;
  #leastUs = 0;
  #beginUs = 0;
  #firstUs = 0;
  /** Not a number: none. */
  #slowerUs = NaN;
  /** Those of a stretch after those of another, in the order of `Stretch`. */
  #numbers: Float32Array | undefined;
  #stretches = 0;

  /** `sentUs`: when its probe left. */
  add(rttUs: number, sentUs: number): void {
    if (this.#count === 0 && this.#stretches === MOST_STRETCHES) this.#halve();
    if (this.#count === 0) this.#beginUs = sentUs;
    if (this.#count === 0 || rttUs < this.#leastUs - ABOUT_US) this.#firstUs = sentUs;
    if (this.#count === 0 || rttUs < this.#leastUs) this.#leastUs = rttUs;
    if (rttUs <= this.#leastUs + ABOUT_US) this.#slowerUs = NaN;
    else if (Number.isNaN(this.#slowerUs)) this.#slowerUs = sentUs;
    this.#count += 1;
    if (this.#count === this.size) this.#end();
  }

  get stretches(): readonly Stretch[] {
    const numbers = this.#numbers;
    if (numbers === undefined) return [];
    return Array.from({ length: this.#stretches }, (_, index) => {
      const at = NUMBERS * index;
      const slowerUs = numbers[at + 3]!;
      return {
        leastUs: numbers[at]!,
        beginUs: numbers[at + 1]!,
        firstUs: numbers[at + 2]!,
        slowerUs: Number.isNaN(slowerUs) ? undefined : slowerUs,
      };
    });
  }

  #end(): void {
    this.#push({ leastUs: this.#leastUs, beginUs: this.#beginUs, firstUs: this.#firstUs, slowerUs: this.#slowerUs });
    this.#count = 0;
  }

  #halve(): void {
    const stretches = this.stretches;
    this.size *= 2;
    this.#stretches = 0;
    for (let at = 0; at < MOST_STRETCHES; at += 2) this.#push(joined(stretches[at]!, stretches[at + 1]!));
  }

  #push({ leastUs, beginUs, firstUs, slowerUs = NaN }: Stretch): void {
    const at = NUMBERS * this.#stretches;
    this.#numbers ??= new Float32Array(NUMBERS * FIRST_CAPACITY);
    if (at === this.#numbers.length) {
      const longer = new Float32Array(2 * at);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[at] = leastUs;
    this.#numbers[at + 1] = beginUs;
    this.#numbers[at + 2] = firstUs;
    this.#numbers[at + 3] = slowerUs;
    this.#stretches += 1;
  }
}

function joined(one: Stretch, next: Stretch): Stretch {
  return {
    leastUs: Math.min(one.leastUs, next.leastUs),
    beginUs: one.beginUs,
    firstUs: next.leastUs < one.leastUs - ABOUT_US ? next.firstUs : one.firstUs,
    slowerUs: next.leastUs <= one.leastUs + ABOUT_US ? next.slowerUs : one.slowerUs ?? next.beginUs,
  };
}
