import assert from "node:assert/strict";
import { wilson } from "./interval.ts";

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-4, `${actual}, not ${expected}`);
}

Deno.test("Wilson's interval is that of the literature", () => {
  const { low, high } = wilson(2, 10);
  near(low, 0.0567);
  near(high, 0.5098);
  assert.deepEqual(wilson(0, 0), { low: 0, high: 1 });
  assert.equal(wilson(0, 10).low, 0);
  assert.equal(wilson(10, 10).high, 1);
});
