/** Hops that are on the path for a part of the time, beside a target that was asked all the time. */
import assert from "node:assert/strict";
import { near, path, router } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { verdicts } from "./verdicts.ts";
import type { Hop, RouteSince } from "./world.ts";

const PLAN = { rounds: 120, intervalUs: 100 * MS } as const;

/** From 6 s on two hops more; `last` is the one before the target. */
function grown(loss: number, last: Partial<Hop> = {}): readonly RouteSince[] {
  const hops = [near(router(1)), near("10.3.2.1", loss), near("10.3.3.1"), near("10.3.4.1"), {
    ...near("10.3.5.1"),
    ...last,
  }];
  return [{ sinceUs: 0, path: path(3) }, { sinceUs: 6 * SECOND, path: { hops, target: { rttUs: 60 * MS } } }];
}

function limitedHops(routes: readonly RouteSince[], seed: number): readonly number[] {
  return verdicts(routes, PLAN, seed).flatMap(({ word, ttl }) => word === "RATE_LIMIT" ? [ttl] : []);
}

Deno.test("a loss on the longer way is no limit of the hops that are there since, for what the target had answered before", () => {
  for (let seed = 1; seed <= 40; seed++) assert.deepEqual(limitedHops(grown(0.25), seed), [], `${seed}`);
});

Deno.test("nor is it where the ways take turns", () => {
  const [shorter, longer] = grown(0.25).map(({ path }) => path);
  const turns = Array.from(
    { length: 6 },
    (_, turn) => ({ sinceUs: 2 * turn * SECOND, path: turn % 2 ? longer! : shorter! }),
  );
  const limited = Array.from({ length: 40 }, (_, index) => limitedHops(turns, index + 1)).filter(({ length }) =>
    length > 0
  );
  // What one of a hundred looks at chance gives; the target's answers over the other way would make it thirteen.
  assert.ok(limited.length <= 2, JSON.stringify(limited));
});

Deno.test("a hop that is there since and does limit its answers is seen beside a target that loses nothing, and little", () => {
  const limit = { perSecond: 4, burst: 1 };
  for (const loss of [0, 0.02]) {
    for (let seed = 1; seed <= 10; seed++) {
      assert.deepEqual(limitedHops(grown(loss, { limit }), seed), [5], `${loss} ${seed}`);
    }
  }
});
