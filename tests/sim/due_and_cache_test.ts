/** `-D` and `--cache`: which hops are probed, and how often. */
import assert from "node:assert/strict";
import { path, TARGET } from "./paths.ts";
import { hopsOf, MS, only, run, SECOND } from "./run.ts";

function sentByTtl(paths: Parameters<typeof run>[0], plan: Parameters<typeof run>[1]): number[] {
  return hopsOf(run(paths, plan).events).map(({ sent }) => sent);
}

Deno.test("below the ttl where it is due, a target that answers does not end the round", () => {
  const world = { paths: { [TARGET]: path(3) } };
  assert.deepEqual(sentByTtl(world, { rounds: 3, dueTtl: 6 }).slice(0, 6), [3, 3, 3, 3, 3, 3]);
  assert.equal(only(run(world, { rounds: 3, dueTtl: 6 }).events, "finished").length, 1);
});

Deno.test("at or behind the ttl where it is due, the target ends the round", () => {
  const world = { paths: { [TARGET]: path(5) } };
  for (const dueTtl of [1, 5]) assert.deepEqual(sentByTtl(world, { rounds: 3, dueTtl }).slice(0, 5), [3, 3, 3, 3, 3]);
});

Deno.test("a hop that has answered within the cache time is not probed again", () => {
  const world = { paths: { [TARGET]: path(3) } };
  const [first] = sentByTtl(world, { rounds: 10, intervalUs: SECOND, cacheUs: 3 * SECOND - 100 * MS });
  // Round 0 is answered; rounds 1 and 2 are spared, round 3 is not.
  assert.equal(first, 4);
});

Deno.test("a silent hop is probed in each round, whatever the others have answered", () => {
  const world = { paths: { [TARGET]: path(3, { 2: { silent: true } }) } };
  assert.deepEqual(sentByTtl(world, { rounds: 5, cacheUs: 60 * SECOND }).slice(0, 3), [1, 5, 1]);
});
