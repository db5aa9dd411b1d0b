import assert from "node:assert/strict";
import { pseudoRandom } from "./pseudo_random.ts";

function numbers(seed: number, count: number): number[] {
  const next = pseudoRandom(seed);
  return Array.from({ length: count }, next);
}

Deno.test("the same seed gives the same numbers", () => {
  assert.deepEqual(numbers(42, 100), numbers(42, 100));
});

Deno.test("another seed gives other numbers", () => {
  assert.notDeepEqual(numbers(42, 100), numbers(43, 100));
});

Deno.test("every seed moves, 0 and those beyond 32 bits, too", () => {
  for (const seed of [0, -1, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7, 0.5, NaN, Infinity]) {
    assert.equal(new Set(numbers(seed, 100)).size, 100, `seed ${seed}`);
  }
});

Deno.test("numbers are from 0 to below 1, and spread evenly", () => {
  const tenths = new Array<number>(10).fill(0);
  for (const number of numbers(7, 100_000)) {
    assert.ok(number >= 0 && number < 1);
    tenths[Math.floor(number * 10)]!++;
  }
  for (const [tenth, count] of tenths.entries()) assert.ok(Math.abs(count - 10_000) < 500, `${tenth}: ${count}`);
});
