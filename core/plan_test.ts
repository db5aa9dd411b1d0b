import assert from "node:assert/strict";
import { checkedPlan, DEFAULT_PLAN, LIMITS, type TracePlan } from "./plan.ts";

function checkRefused(settings: Partial<TracePlan>, words: RegExp): void {
  assert.throws(() => checkedPlan(settings), (error) => error instanceof RangeError && words.test(error.message));
}

Deno.test("what is not said is as by default", () => {
  assert.deepEqual(checkedPlan({}), DEFAULT_PLAN);
  const unsaid: Record<string, undefined> = { timeoutUs: undefined };
  assert.deepEqual(checkedPlan({ rounds: 3, ...unsaid }), { ...DEFAULT_PLAN, rounds: 3 });
});

Deno.test("rounds without a number are endless", () =>
  assert.equal(checkedPlan({ rounds: undefined }).rounds, undefined));

Deno.test("the limits themselves are allowed, what lies beyond is refused by name, value and range", () => {
  for (const [name, { least, most }] of Object.entries(LIMITS)) {
    const together = { firstTtl: 1, maxTtl: 255 };
    for (const value of [least, most]) checkedPlan({ ...together, [name]: value });
    for (const value of [least - 1, most + 1, NaN, -Infinity]) {
      checkRefused({ ...together, [name]: value }, new RegExp(`${value} as ${name}: it must be ${least} to ${most}`));
    }
  }
});

Deno.test("only times may be fractions", () => {
  checkedPlan({ intervalUs: 1_000.5 });
  checkRefused({ maxTtl: 2.5 }, /2\.5 as maxTtl/);
});

Deno.test("near hops are shared of one constant flow from the first ttl on", () => {
  assert.equal(checkedPlan({ share: true }).share, true);
  for (const settings of [{ firstTtl: 2 }, { flow: "varying" }, { flows: 2 }, { multipath: true }] as const) {
    checkRefused({ share: true, ...settings }, /^Cannot share near hops/);
  }
});

Deno.test("a path begins before it ends", () => checkRefused({ firstTtl: 5, maxTtl: 3 }, /ttl 5.*maxTtl, 3/));
