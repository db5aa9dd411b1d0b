/** Bursts and outages of a target of which not all rounds count: they are those of the rounds that do. */
import assert from "node:assert/strict";
import { judge } from "../../core/limit/judgement.ts";
import { parseLimit } from "../../core/limit/limit.ts";
import { targetFiguresOf } from "../../core/limit/metrics.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { near, path, router, TARGET } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Route } from "./verdicts.ts";
import type { Fork, Hop, Path } from "./world.ts";

const SILENT: Hop = { ...near("10.3.5.1"), silent: true };

/** Half of the packets meet a silent router where others have the target; all that the third hop gets is lost, or nothing. */
function diamond(forwardLoss = 0): Path<Hop | Fork> {
  const ways = [[near(router(4))], [near(router(4)), SILENT]];
  return {
    hops: [near(router(1)), near(router(2)), near(router(3), forwardLoss), { ways, chances: [0.5, 0.5] }],
    target: { rttUs: 50 * MS },
  };
}

function fold(route: Route, seed: number, rounds = 60): Fold {
  const folded = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  const plan = { rounds, intervalUs: 100 * MS, timeoutUs: 2 * SECOND };
  run({ seed, paths: { [TARGET]: route } }, plan).events.forEach((event) => folded.apply(event));
  return folded;
}

function crossed(folded: Fold, text: string): boolean {
  const parsed = parseLimit(text);
  assert.ok(parsed.ok);
  const target = { typed: TARGET, address: TARGET, path: folded, isComplete: true };
  return judge([parsed.limit], target)[0]!.isCrossed;
}

Deno.test("a path that loses nothing keeps limits of bursts and outages, though rounds before were in doubt", () => {
  const grown = path(7, { 5: { silent: true }, 6: { silent: true } });
  const routes = [diamond(), [{ sinceUs: 0, path: path(5) }, { sinceUs: 3 * SECOND, path: grown }]];
  for (const route of routes) {
    for (let seed = 1; seed <= 5; seed++) {
      const folded = fold(route, seed);
      assert.deepEqual([crossed(folded, "burst > 0"), crossed(folded, "outage > 0s")], [false, false], `${seed}`);
      const { lost, longestBurst, outageUs } = targetFiguresOf(folded);
      assert.deepEqual([lost, longestBurst, outageUs], [0, 0, 0], `${seed}`);
    }
  }
});

Deno.test("an outage among the rounds that count is one", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const outage = [{ sinceUs: 0, path: diamond() }, { sinceUs: 8 * SECOND, path: diamond(1) }, {
      sinceUs: 10 * SECOND,
      path: diamond(),
    }];
    const { longestBurst = 0, outageUs = 0 } = targetFiguresOf(fold(outage, seed, 150));
    assert.ok(Math.abs(longestBurst - 20) <= 2 && Math.abs(outageUs - 2 * SECOND) <= 0.2 * SECOND, `${longestBurst}`);
  }
});
