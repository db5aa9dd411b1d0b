import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { Agenda } from "./agenda.ts";

/** Adds all, then takes until nothing is due any more. Times in µs. */
function check(times: readonly number[], nowUs: number, expected: { taken: readonly number[]; nextUs: number }): void {
  const agenda = new Agenda<{ atUs: number; order: number }>();
  for (const [order, atUs] of times.entries()) agenda.add(atUs, { atUs, order });
  const taken: { atUs: number; order: number }[] = [];
  for (let due; (due = agenda.takeDue(nowUs)) !== undefined;) taken.push(due);
  assert.deepEqual(taken.map(({ atUs }) => atUs), expected.taken);
  for (const [index, { atUs, order }] of taken.entries()) {
    const before = taken[index - 1];
    assert.ok(before?.atUs !== atUs || before.order < order, "equal times come in the order of adding");
  }
  assert.equal(agenda.nextUs, expected.nextUs);
}

Deno.test("an empty agenda has nothing next", () => check([], 1e9, { taken: [], nextUs: Infinity }));

Deno.test("an item is due at its time, not before", () => {
  check([10], 9.999, { taken: [], nextUs: 10 });
  check([10], 10, { taken: [10], nextUs: Infinity });
});

Deno.test("items come in the order of their times", () => {
  check([3, 1, 2], 5, { taken: [1, 2, 3], nextUs: Infinity });
  check([3, 1, 2], 2, { taken: [1, 2], nextUs: 3 });
  check([5, 4, 3, 2, 1, 0], 3, { taken: [0, 1, 2, 3], nextUs: 4 });
});

Deno.test("items of one time come in the order in which they were added", () => {
  check([7, 7, 7, 7, 7, 7, 7], 7, { taken: [7, 7, 7, 7, 7, 7, 7], nextUs: Infinity });
  check([7, 1, 7, 1, 7], 7, { taken: [1, 1, 7, 7, 7], nextUs: Infinity });
});

Deno.test("an item for ever never comes", () => check([Infinity, 1], 1e15, { taken: [1], nextUs: Infinity }));

Deno.test("an item stands in it as often as it was added", () => {
  const agenda = new Agenda<string>();
  for (const atUs of [2, 1, 2]) agenda.add(atUs, "same");
  assert.deepEqual([1, 1, 2, 2, 2].map((nowUs) => agenda.takeDue(nowUs)), [
    "same",
    undefined,
    "same",
    "same",
    undefined,
  ]);
});

Deno.test("whatever is added and taken, it is as a sorted list (seed 3)", () => {
  const random = new Random(3);
  const agenda = new Agenda<number>();
  const list: { atUs: number; item: number }[] = [];
  for (let step = 0; step < 20_000; step++) {
    if (random.below(5) < 3) {
      const atUs = random.below(50);
      agenda.add(atUs, step);
      const place = list.findIndex((entry) => entry.atUs > atUs);
      list.splice(place < 0 ? list.length : place, 0, { atUs, item: step });
    } else {
      const nowUs = random.below(50);
      const first = list[0];
      const expected = first !== undefined && first.atUs <= nowUs ? list.shift()!.item : undefined;
      assert.equal(agenda.takeDue(nowUs), expected, `step ${step}`);
    }
    assert.equal(agenda.nextUs, list[0]?.atUs ?? Infinity, `step ${step}`);
  }
});
