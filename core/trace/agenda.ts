/**
 * Who is due when: a binary heap of (time, item), least time first, equal times in the order they came.
 *
 * An item may stand in it more than once. Its size is limited by who adds: at most one entry an item and answer.
 */
interface Entry<Item> {
  readonly atUs: number;
  readonly order: number;
  readonly item: Item;
}

export class Agenda<Item> {
  readonly #heap: Entry<Item>[] = [];
  #added = 0;

  /** Time of the next item in µs, `Infinity` if there is none. */
  get nextUs(): number {
    return this.#heap[0]?.atUs ?? Infinity;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(atUs: number, item: Item): void {
    const heap = this.#heap;
    const entry = { atUs, order: this.#added++, item };
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes out the next item if its time has come. */
  takeDue(nowUs: number): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atUs > nowUs) return undefined;
    const last = heap.pop()!;
    if (last !== first) sink(heap, last);
    return first.item;
  }
}

/** Puts `entry` in place of the top. */
function sink<Item>(heap: Entry<Item>[], entry: Entry<Item>): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, entry)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = entry;
}

function before<Item>(a: Entry<Item>, b: Entry<Item>): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
