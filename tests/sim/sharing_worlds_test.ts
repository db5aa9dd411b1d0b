/** Sharing over random worlds: the figures that each target has alone, and one fate for each probe. */
import assert from "node:assert/strict";
import { router } from "./paths.ts";
import { Random } from "./random.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Fork, Hop, Path, World } from "./world.ts";
import { checkShared, figuresOf, SHARE, targetOf } from "./shared_worlds.ts";

/** A tree of routers, some of which balance flows; every path leads through it, and nothing is lost or slow by chance. */
function steadyWorld(random: Random): World {
  const level = (ttl: number): Hop[] => {
    const silent = random.chance(0.1);
    return Array.from({ length: 1 + random.below(3) }, (_, at) => ({
      address: random.chance(0.3) ? [`10.0.${ttl}.${at}`, `10.1.${ttl}.${at}`] : `10.0.${ttl}.${at}`,
      rttUs: ttl * 3 * MS + at,
      silent,
    }));
  };
  const levels = Array.from({ length: 1 + random.below(5) }, (_, at) => level(at + 1));
  const indexes = Array.from({ length: 2 + random.below(20) }, (_, index) => index);
  return {
    paths: Object.fromEntries(
      indexes.map((index) => [targetOf(index), {
        hops: levels.slice(0, random.below(levels.length + 1)).map((hops) => random.pick(hops)),
        target: { rttUs: 40 * MS + index },
      }]),
    ),
  };
}

for (let seed = 1; seed <= 60; seed++) {
  Deno.test(`steady world ${seed}: every target has the figures that it has alone, of fewer probes`, () => {
    const world = steadyWorld(new Random(seed));
    const plan = { ...SHARE, rounds: 5, maxTtl: 6, timeoutUs: 2 * SECOND };
    const shared = run(world, plan);
    const alone = run(world, { ...plan, share: false });
    for (let target = 0; target < Object.keys(world.paths).length; target++) {
      assert.deepEqual(figuresOf(shared, target), figuresOf(alone, target));
    }
    assert.ok(shared.truth.probes.length <= alone.truth.probes.length);
  });
}

/** Worlds with near routers in common, some of them balanced, lossy or slow; paths that change, and sends that fail. */
function randomSharedWorld(random: Random, seed: number): World {
  const near = (): (Hop | Fork)[] =>
    Array.from({ length: 1 + random.below(4) }, (_, at) => ({
      address: random.chance(0.2) ? [router(at + 1), `10.0.${at + 1}.2`] : router(at + 1),
      balance: random.pick(["flow", "packet", "chance"] as const),
      rttUs: 100 + random.below(random.pick([50 * MS, 400 * MS])),
      jitterUs: random.pick([0, 0, 5 * MS, 500 * MS]),
      loss: random.pick([0, 0, 0, 0.1, 0.5]),
      silent: random.chance(0.05),
      forwardLoss: random.pick([0, 0, 0, 0.1]),
      copiesUs: random.chance(0.2) ? { [random.below(20)]: [random.below(SECOND)] } : {},
      ...random.chance(0.1) && { limit: { perSecond: 1 + random.below(3), burst: 1 + random.below(4) } },
      ...random.chance(0.05) && { refuses: { code: random.below(7) } },
    }));
  const ways = [near(), near()];
  const behind = (index: number): Path => ({
    hops: [...random.pick(ways) as Hop[], { address: `10.9.0.${index}`, rttUs: 60 * MS, silent: random.chance(0.2) }],
    target: { rttUs: 70 * MS, loss: random.pick([0, 0, 0.1]), silent: random.chance(0.1) },
  });
  const indexes = Array.from({ length: 2 + random.below(8) }, (_, index) => index);
  const fromUs = random.below(6 * SECOND);
  return {
    seed,
    paths: Object.fromEntries(indexes.map((index) => [
      targetOf(index),
      random.chance(0.7)
        ? behind(index)
        : [{ sinceUs: 0, path: behind(index) }, { sinceUs: random.below(8 * SECOND), path: behind(index) }],
    ])),
    clock: { sendPathUs: random.below(50), sentStamp: random.pick(["atOnce", "later"]), wakeUs: random.pick([0, 300]) },
    sendFailures: random.chance(0.7)
      ? []
      : [{ fromUs, untilUs: fromUs + SECOND, to: targetOf(random.below(3)), reason: "noRoute" }],
    droppedHere: random.chance(0.8) ? [] : [random.below(100), random.below(100)],
  };
}

for (let seed = 1; seed <= 120; seed++) {
  Deno.test(`world ${seed}: each probe has one fate, and what is shared is what became of the one that left`, () => {
    const random = new Random(seed);
    const world = randomSharedWorld(random, seed);
    const plan = {
      ...SHARE,
      rounds: 2 + random.below(14),
      intervalUs: random.pick([100 * MS, SECOND]),
      timeoutUs: random.pick([400 * MS, 10 * SECOND]),
      graceUs: random.pick([100 * MS, 5 * SECOND]),
      probesPerSecond: random.pick([20, 5_000]),
      maxUnknown: random.pick([2, 12]),
      cacheUs: random.pick([undefined, undefined, 2 * SECOND]),
    };
    checkShared(run(world, plan), Object.keys(world.paths));
  });
}
