/**
 * Checks the values of a MaxMind database (format 2.0) before its reader decodes them. The reader follows every pointer
 * and makes room for every size that a file names, so a file of a few bytes could keep it busy for ever; what has passed
 * here is small.
 *
 * A value is a control byte (type in the upper three bits, size in the lower five), further bytes of the size, and the
 * content. A pointer names another value by its distance from the beginning of the data.
 */

/** What is wrong with a database, and where, in bytes from its beginning. */
export class Damage extends Error {
  readonly offset: number;

  constructor(offset: number, why: string) {
    super(why);
    this.name = "Damage";
    this.offset = offset;
  }
}

export interface Section {
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
  readonly hasPointers: boolean;
}

// A record of the richest databases weighs a twentieth of it.
const MOST_WEIGHT = 65_536;
// Theirs are four deep.
const MOST_DEPTH = 32;
// A few seconds; a database of autonomous systems of the whole Internet takes a hundredth of it.
const MOST_STEPS = 100_000_000;

const TYPE = { extended: 0, pointer: 1, text: 2, map: 7, array: 11, boolean: 14 } as const;
/** Sizes of contents by type, in bytes: least and most. */
const CONTENT_BYTES: Readonly<Record<number, readonly [least: number, most: number]>> = {
  [TYPE.text]: [0, MOST_WEIGHT],
  3: [8, 8],
  4: [0, MOST_WEIGHT],
  5: [0, 2],
  6: [0, 4],
  8: [0, 4],
  9: [0, 8],
  10: [0, 16],
  15: [4, 4],
};
const EXTENDED_BASE = 7;
/** Sizes from 29 on stand in 1 to 3 bytes of their own, and count from these on. */
const SIZE_BASES = [29, 285, 65_821] as const;
/** Pointers of 1 to 4 bytes count from these on; the last one uses none of the control byte. */
const POINTER_BASES = [0, 2048, 526_336, 0] as const;

export class ValueCheck {
  readonly #section: Section;
  #weightLeft = 0;
  #stepsLeft = MOST_STEPS;

  constructor(section: Section) {
    this.#section = section;
  }

  /** Throws `Damage` unless a map stands at this place whose values can be decoded, all of them in little space. */
  checkMap(at: number): void {
    this.#weightLeft = MOST_WEIGHT;
    this.#value(at, 0, "map");
  }

  /** Gives the place behind the value. */
  #value(at: number, depth: number, wanted?: "map" | "text"): number {
    if (depth > MOST_DEPTH) throw new Damage(at, `values lie more than ${MOST_DEPTH} deep`);
    this.#weigh(at, 1);
    if (--this.#stepsLeft < 0) throw new Damage(at, `more than ${MOST_STEPS} values are too many`);
    const control = this.#byte(at);
    let type = control >> 5;
    if (type === TYPE.pointer) return this.#pointer(at, control, depth, wanted);
    let next = at + 1;
    if (type === TYPE.extended) {
      type = EXTENDED_BASE + this.#byte(next++);
      if (type <= EXTENDED_BASE) throw new Damage(at, "there is no such type of value");
    }
    if (wanted !== undefined && type !== TYPE[wanted]) throw new Damage(at, `a ${wanted} must stand here`);
    const sizeBytes = Math.max(0, (control & 0x1f) - 28);
    const size = sizeBytes === 0 ? control & 0x1f : SIZE_BASES[sizeBytes - 1]! + this.#number(next, sizeBytes);
    return this.#content({ at, next: next + sizeBytes, type, size, depth });
  }

  #content({ at, next, type, size, depth }: Record<"at" | "next" | "type" | "size" | "depth", number>): number {
    if (type === TYPE.map || type === TYPE.array) {
      for (let item = 0; item < size; item++) {
        if (type === TYPE.map) next = this.#value(next, depth + 1, "text");
        next = this.#value(next, depth + 1);
      }
      return next;
    }
    if (type === TYPE.boolean && size <= 1) return next;
    const [least, most] = CONTENT_BYTES[type] ?? [1, 0];
    if (size < least || size > most) throw new Damage(at, `no value of type ${type} has size ${size}`);
    if (next + size > this.#section.end) throw new Damage(at, "the value goes on behind the end");
    this.#weigh(at, size);
    return next + size;
  }

  #pointer(at: number, control: number, depth: number, wanted?: "map" | "text"): number {
    const { bytes, start, end, hasPointers } = this.#section;
    if (!hasPointers) throw new Damage(at, "no pointer may stand here");
    const size = control >> 3 & 3;
    const upper = size === 3 ? 0 : (control & 7) * 2 ** (8 * (size + 1));
    const target = start + POINTER_BASES[size]! + upper + this.#number(at + 1, size + 1);
    if (target >= end) throw new Damage(at, "the pointer leads behind the end");
    if (bytes[target]! >> 5 === TYPE.pointer) throw new Damage(at, "the pointer leads to a pointer");
    this.#value(target, depth + 1, wanted);
    return at + 2 + size;
  }

  #weigh(at: number, weight: number): void {
    this.#weightLeft -= weight;
    if (this.#weightLeft < 0) {
      throw new Damage(at, `a record of more than ${MOST_WEIGHT} values and bytes is too large`);
    }
  }

  #number(at: number, length: number): number {
    let number = 0;
    for (let index = 0; index < length; index++) number = number * 256 + this.#byte(at + index);
    return number;
  }

  #byte(at: number): number {
    const { bytes, start, end } = this.#section;
    if (at < start || at >= end) throw new Damage(at, "the value goes on behind the end");
    return bytes[at]!;
  }
}
