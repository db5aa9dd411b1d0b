import assert from "node:assert/strict";
import { stoppingPoint } from "./stopping_point.ts";

Deno.test("the stopping points are those that were published for 95 %", () => {
  const published = [6, 11, 16, 21, 27, 33, 38, 44, 51, 57, 63, 70, 76, 83, 90, 96];
  assert.deepEqual(published.map((_, index) => stoppingPoint(index + 1)), published);
});

Deno.test("a stopping point is the least number of draws by inclusion and exclusion, too", () => {
  for (let known = 1; known <= 12; known++) {
    assert.ok(missed(known + 1, stoppingPoint(known)) <= 0.05, `${known}`);
    assert.ok(missed(known + 1, stoppingPoint(known) - 1) > 0.05, `${known}`);
  }
});

/** How likely not all of `count` things are met in so many draws. */
function missed(count: number, draws: number): number {
  let sum = 0;
  let ways = 1;
  for (let absent = 1; absent <= count; absent++) {
    ways *= (count - absent + 1) / absent;
    sum += (absent % 2 === 1 ? 1 : -1) * ways * (1 - absent / count) ** draws;
  }
  return sum;
}
