/** What will happen, in the order of time; at the same time, in the order in which it was added. A binary heap. */
export class Timeline<T> {
  readonly #heap: Entry<T>[] = [];
  #added = 0;

  /** The time of the earliest item, `Infinity` if there is none. */
  get nextUs(): number {
    return this.#heap[0]?.atUs ?? Infinity;
  }

  add(atUs: number, item: T): void {
    const heap = this.#heap;
    let at = heap.push({ atUs, order: this.#added++, item }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  /** Removes and gives the earliest item that is due by `untilUs`. */
  take(untilUs: number): { readonly atUs: number; readonly item: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.atUs > untilUs) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    const heap = this.#heap;
    for (let at = 0;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

interface Entry<T> {
  readonly atUs: number;
  readonly order: number;
  readonly item: T;
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.atUs < other.atUs || (one.atUs === other.atUs && one.order < other.order);
}
