/** Paths that lose packets at several places: what is lost is told at each of them, and at no other. */
import assert from "node:assert/strict";
import { path } from "./paths.ts";
import { MS } from "./run.ts";
import { verdicts } from "./verdicts.ts";
import type { Hop } from "./world.ts";

const PLAN = { rounds: 300, intervalUs: 60 * MS } as const;
const SEEDS = 10;

type Changes = Readonly<Record<number, Partial<Hop>>>;

/** The places of each of ten runs, `2 + 4`, and how many have them. */
function places(
  length: number,
  changes: Changes,
  plan: { readonly rounds: number } = PLAN,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let seed = 1; seed <= SEEDS; seed++) {
    const found = verdicts(path(length, changes), { ...PLAN, ...plan }, seed).filter(({ word }) => word === "LOSS");
    const told = found.map(({ ttl }) => ttl).join(" + ");
    counts[told] = 1 + (counts[told] ?? 0);
  }
  return counts;
}

Deno.test("loss at two places and at three is told at each", () => {
  const two = places(6, { 1: { forwardLoss: 0.05 }, 3: { forwardLoss: 0.1 } });
  assert.ok(two["2 + 4"]! >= SEEDS - 1, JSON.stringify(two));
  const three = places(10, { 2: { forwardLoss: 0.1 }, 4: { forwardLoss: 0.2 }, 7: { forwardLoss: 0.4 } });
  assert.ok(three["3 + 5 + 8"]! >= SEEDS - 1, JSON.stringify(three));
});

Deno.test("the first has the target's figures, and a further one what is lost there and before it", () => {
  const found = verdicts(path(6, { 1: { forwardLoss: 0.1 }, 3: { forwardLoss: 0.2 } }), PLAN, 2);
  const [first, further] = found.filter(({ word }) => word === "LOSS").map(({ numbers }) => numbers);
  assert.ok(first!["lowPercent"]! < 28 && first!["highPercent"]! > 28 && !("therePercent" in first!));
  const { therePercent, beforePercent, earliestHop, latestHop, ...others } = further!;
  assert.ok(Math.abs(therePercent! - 28) < 4 && Math.abs(beforePercent! - 10) < 4, `${therePercent} ${beforePercent}`);
  assert.deepEqual([earliestHop, latestHop, others], [4, 4, {}]);
});

Deno.test("loss at one place is told there alone, whatever its share, and whatever routers leave out besides", () => {
  for (const forwardLoss of [0.05, 0.3, 0.7]) {
    for (const own of [{}, { 4: { loss: 0.2 } }, { 3: { loss: 0.1 }, 4: { loss: 0.05 }, 5: { loss: 0.3 } }]) {
      const told = Object.keys(places(6, { ...own, 1: { forwardLoss } }, { rounds: 100 }));
      assert.ok(told.every((places) => !places.includes("+")), `${forwardLoss}: ${told}`);
    }
  }
});

Deno.test("what a router alone leaves out before the place of loss is no place", () => {
  const told = places(6, { 2: { loss: 0.03 }, 3: { forwardLoss: 0.2 } });
  assert.equal(told["4"], SEEDS, JSON.stringify(told));
});
