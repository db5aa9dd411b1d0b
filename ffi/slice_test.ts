import assert from "node:assert/strict";
import { Slice } from "./slice.ts";

/** How long the slices last, in ms, that have so many events each. */
function lengthsMs(slice: Slice, events: readonly number[]): number[] {
  return events.map((count) => {
    slice.note(count);
    return Math.round(slice.mostUs / 1e3);
  });
}

Deno.test("what leaves first is told at once, watched or not", () => {
  for (const isUnwatched of [false, true]) assert.equal(new Slice(isUnwatched).mostUs, 0);
});

Deno.test("who watches hears four times a second, few events or many", () => {
  assert.deepEqual(lengthsMs(new Slice(false), [1, 0, 10_000, 1]), [250, 250, 250, 250]);
});

Deno.test("where nobody watches few events are told more and more seldom, within ten seconds", () => {
  assert.deepEqual(lengthsMs(new Slice(true), [2, 8, 16, 80, 80]), [250, 2_000, 10_000, 10_000, 10_000]);
});

Deno.test("where nobody watches many events are told some hundreds at a time", () => {
  const slice = new Slice(true);
  // 800 events a second.
  for (let count = 0; count < 20; count++) slice.note(slice.mostUs * 800 / 1e6);
  assert.equal(Math.round(slice.mostUs / 1e3), 640);
  assert.deepEqual(lengthsMs(slice, [20_000]), [250]);
});

Deno.test("targets that begin later are told of as soon as the first ones", () => {
  const slice = new Slice(true);
  lengthsMs(slice, [2, 8, 8, 16]);
  slice.begin();
  assert.equal(slice.mostUs, 250_000);
  assert.equal(slice.leastUs, 170_000);
});
