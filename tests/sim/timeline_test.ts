import assert from "node:assert/strict";
import { Random } from "./random.ts";
import { Timeline } from "./timeline.ts";

Deno.test("items come in the order of time, and at the same time as they were added", () => {
  const random = new Random(3);
  const timeline = new Timeline<number>();
  const added: { atUs: number; item: number }[] = [];
  for (let item = 0; item < 2_000; item++) {
    const atUs = random.below(300);
    timeline.add(atUs, item);
    added.push({ atUs, item });
  }
  const taken: { atUs: number; item: number }[] = [];
  for (let next; (next = timeline.take(Infinity)) !== undefined;) taken.push({ atUs: next.atUs, item: next.item });
  assert.deepEqual(taken, added.sort((one, other) => one.atUs - other.atUs || one.item - other.item));
});

Deno.test("nothing is taken before its time", () => {
  const timeline = new Timeline<string>();
  assert.equal(timeline.nextUs, Infinity);
  timeline.add(10, "later");
  timeline.add(5, "sooner");
  assert.equal(timeline.nextUs, 5);
  assert.equal(timeline.take(4), undefined);
  assert.equal(timeline.take(5)?.item, "sooner");
  assert.equal(timeline.take(9), undefined);
});
