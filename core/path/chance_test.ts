import assert from "node:assert/strict";
import { chanceOfAtLeast, chanceOfMore, logChoose, runsScore, wilson } from "./chance.ts";

function near(actual: number | undefined, expected: number, error = 1e-4): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= error, `${actual}, not ${expected}`);
}

Deno.test("Wilson's interval is that of the literature", () => {
  const { low, high } = wilson(2, 10);
  near(low, 0.0567);
  near(high, 0.5098);
  assert.deepEqual(wilson(0, 0), { low: 0, high: 1 });
  assert.equal(wilson(0, 10).low, 0);
  assert.equal(wilson(10, 10).high, 1);
});

Deno.test("a binomial tail is the sum of its terms", () => {
  near(chanceOfAtLeast(2, 10, 0.01), 0.00427, 1e-5);
  near(chanceOfAtLeast(10, 10, 0.5), 2 ** -10, 1e-9);
  assert.equal(chanceOfAtLeast(0, 10, 0.01), 1);
  near(chanceOfAtLeast(1_200, 100_000, 0.01), 3e-10, 1e-9);
});

Deno.test("Fisher's test is that of his tea: 4 of 4 and 0 of 4 by chance in one of 70", () => {
  near(chanceOfMore({ count: 4, total: 4 }, { count: 0, total: 4 }), 1 / 70, 1e-9);
  near(chanceOfMore({ count: 3, total: 4 }, { count: 1, total: 4 }), 17 / 70, 1e-9);
  assert.equal(chanceOfMore({ count: 1, total: 10 }, { count: 1, total: 10 }), 1);
  assert.equal(chanceOfMore({ count: 0, total: 0 }, { count: 0, total: 0 }), 1);
});

Deno.test("ways to choose are exact where they are few, and near where they are many", () => {
  near(Math.exp(logChoose(10, 5)), 252, 1e-6);
  near(Math.exp(logChoose(52, 5)), 2_598_960, 0.01);
});

Deno.test("groups that stand together have few runs, groups that take turns many", () => {
  assert.ok(runsScore(1, [10, 10])! < -3);
  assert.ok(runsScore(19, [10, 10])! > 3);
  near(runsScore(10, [10, 10]), 0, 0.01);
  assert.equal(runsScore(0, [10]), undefined);
});
