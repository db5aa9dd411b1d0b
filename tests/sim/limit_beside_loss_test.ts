/** Routers and targets that count their answers out on a path that loses some, and before others that do so, too. */
import assert from "node:assert/strict";
import type { Verdict } from "../../core/path/verdict.ts";
import { path, router } from "./paths.ts";
import { MS } from "./run.ts";
import { verdicts, words } from "./verdicts.ts";
import type { Hop, Path, RateLimit } from "./world.ts";

/** Of so many runs, which of these have the hint that the target may limit its answers, with this rate. */
function hinted(
  limit: RateLimit,
  forwardLoss: number,
  [rounds, everyMs]: readonly [number, number],
  runs = 20,
): number {
  let count = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const found = verdicts(path(5, { 2: { forwardLoss }, 5: { limit } }), { rounds, intervalUs: everyMs * MS }, seed);
    const told = found.filter(({ word, ttl }) => word === "LOSS" || (word === "RATE_LIMIT" && ttl === 5));
    assert.equal(told[0]?.word, "LOSS", `seed ${seed}`);
    if (told.length === 2 && told.every((verdict) => rateOf(verdict) === limit.perSecond)) count += 1;
  }
  return count;
}

function rateOf({ numbers: { answersPerSecond } }: Verdict): number | undefined {
  return answersPerSecond === undefined ? undefined : Math.round(answersPerSecond * 10) / 10;
}

Deno.test("of a target that counts its answers out beside loss this is said with its rate in nine of ten runs", () => {
  const trials = [
    [{ perSecond: 1, burst: 6 }, 0.05, [40, 300]],
    [{ perSecond: 1, burst: 6 }, 0.1, [60, 150]],
    [{ perSecond: 1, burst: 6 }, 0.2, [100, 100]],
    [{ perSecond: 2, burst: 3 }, 0.2, [60, 150]],
    [{ perSecond: 3, burst: 3 }, 0.2, [60, 150]],
    [{ perSecond: 5, burst: 5 }, 0.2, [100, 100]],
  ] as const;
  for (const [limit, loss, plan] of trials) {
    const count = hinted(limit, loss, plan);
    assert.ok(count >= 18, `${limit.perSecond} a second beside ${100 * loss} %, ${plan}: ${count} of 20`);
  }
});

const LIMIT = { perSecond: 5, burst: 3 } as const;

Deno.test("a limited router before limited ones and the target has its own verdict, and no place is claimed for the loss", () => {
  const route = path(5, { 2: { limit: LIMIT }, 4: { limit: LIMIT }, 5: { limit: LIMIT } });
  for (const [rounds, everyMs] of [[40, 100], [60, 150], [100, 100]] as const) {
    const found = verdicts(route, { rounds, intervalUs: everyMs * MS });
    assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 2", "RATE_LIMIT 5"], `${rounds} rounds, ${everyMs} ms`);
    assert.deepEqual(found.map(rateOf), [5, 5, 5]);
    assert.deepEqual(found.map(({ numbers }) => numbers["steadyFromHop"]), [4, undefined, 4]);
    assert.equal(found[0]!.numbers["earliestHop"], undefined);
  }
});

Deno.test("one before a target alone that is limited has its own, too", () => {
  const route = path(5, { 2: { limit: LIMIT }, 5: { limit: LIMIT } });
  const found = verdicts(route, { rounds: 60, intervalUs: 150 * MS });
  assert.deepEqual([words(found), found.map(rateOf)], [["LOSS 5", "RATE_LIMIT 2", "RATE_LIMIT 5"], [5, 5, 5]]);
});

Deno.test("a limit of all hops beside loss is told of all of them, where that is proved of the target", () => {
  const limit = { perSecond: 1, burst: 6 };
  const route = path(5, { 1: { limit }, 2: { limit, forwardLoss: 0.1 }, 3: { limit }, 4: { limit }, 5: { limit } });
  let told = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const found = verdicts(route, { protocol: "udp", rounds: 60, intervalUs: 150 * MS }, seed);
    if (words(found).join() === "LOSS 5,RATE_LIMIT 5" && found[0]!.numbers["steadyFromHop"] === 1) told += 1;
  }
  assert.ok(told >= 17, `${told} of 20`);
});

Deno.test("a limited router before loss that is not it is told with its rate, and the loss with its place", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const route = path(5, { 2: { limit: { perSecond: 5, burst: 5 } }, 3: { forwardLoss: 0.25 } });
    const found = verdicts(route, { rounds: 100, intervalUs: 150 * MS }, seed);
    const [loss, limit] = [found[0]!, found.find(({ word, ttl }) => word === "RATE_LIMIT" && ttl === 2)!];
    assert.deepEqual([loss.word, rateOf(loss), rateOf(limit)], ["LOSS", undefined, 5], `seed ${seed}`);
    const { earliestHop, latestHop } = loss.numbers;
    assert.ok(earliestHop! > 2 && earliestHop! <= 4 && latestHop! >= 4, `seed ${seed}: ${earliestHop} to ${latestHop}`);
  }
});

Deno.test("limited routers before a target that merely loses are no limit of the target's", () => {
  const limit = { perSecond: 2, burst: 2 };
  for (let seed = 1; seed <= 30; seed++) {
    const route = path(5, { 3: { limit }, 4: { limit, forwardLoss: 0.1 } });
    const found = verdicts(route, { protocol: "udp", rounds: 40, intervalUs: 300 * MS }, seed);
    assert.ok(found.every(({ word, numbers }) => word !== "LOSS" || !("answersPerSecond" in numbers)), `seed ${seed}`);
  }
});

/** Routers that each limit their answers, met in this order; the target behind the last, or never. */
function limitedWay(addresses: readonly number[], limit: RateLimit): Path {
  const hops = addresses.map((place, index): Hop => ({
    address: router(place),
    rttUs: (index + 1) * 10 * MS,
    limit: { ...limit, bucket: router(place) },
  }));
  return { hops, target: { rttUs: (addresses.length + 1) * 10 * MS } };
}

/** Which addresses packets meet while they go round behind the second router, or the fourth. */
const ROUNDS = { "3": [3, 4], "5": [5, 6] } as const;

for (const [ttl, routers] of Object.entries(ROUNDS)) {
  Deno.test(`where routers limit their answers a loop from hop ${ttl} on is told with its times, and the loss may begin anywhere`, () => {
    for (const limit of [{ perSecond: 2, burst: 2 }, { perSecond: 1, burst: 6 }]) {
      const all = [1, 2, 3, 4, 5, 6];
      const before = all.slice(0, all.indexOf(routers[0]));
      const [way, loop] = [limitedWay(all, limit), limitedWay([...before, ...Array(28).fill(routers).flat()], limit)];
      const route = [way, loop, way].map((path, index) => ({ sinceUs: index * 4_500 * MS, path }));
      for (const protocol of ["icmp", "udp"] as const) {
        const found = verdicts(route, { protocol, rounds: 50, intervalUs: 300 * MS });
        const [loss, told, ...others] = found;
        const { earliestHop = 1, latestHop = 7 } = loss!.numbers;
        assert.deepEqual([loss!.word, earliestHop, latestHop], ["LOSS", 1, 7]);
        const { loopedFromUs = 0, loopedUntilUs = 0, loops, routers: count } = told!.numbers;
        assert.deepEqual([told!.word, told!.ttl, loops, count], ["LOOP", Number(ttl), 1, 2]);
        assert.ok(Math.abs(loopedFromUs / MS - 4_500) <= 600 && Math.abs(loopedUntilUs / MS - 9_000) <= 1_000);
        assert.ok(others.every(({ word }) => word === "RATE_LIMIT"));
        const steady = others.filter(({ ttl }) => ttl < 3).map(rateOf);
        assert.deepEqual(steady, [limit.perSecond, limit.perSecond]);
      }
    }
  });
}

Deno.test("ways that differ in length, and change it, are no loops where routers limit their answers, whatever is lost besides", () => {
  for (const limit of [{ perSecond: 2, burst: 2 }, { perSecond: 1, burst: 6 }]) {
    for (const longer of [[1, 2, 7, 8, 3, 4, 5, 6], [1, 2, 7, 3, 4, 5, 6]]) {
      for (let seed = 1; seed <= 5; seed++) {
        const [way, other] = [limitedWay([1, 2, 3, 4, 5, 6], limit), limitedWay(longer, limit)];
        const nobody = {
          ...other,
          hops: other.hops.map((hop, index) => index === 2 ? { ...hop, forwardLoss: 1 } : hop),
        };
        const route = [way, nobody, other, way].map((path, index) => ({ sinceUs: index * 3_000 * MS, path }));
        const found = verdicts(route, { rounds: 50, intervalUs: 300 * MS }, seed);
        assert.ok(!words(found).some((word) => word.startsWith("LOOP")), `${longer}, seed ${seed}`);
      }
    }
  }
});
