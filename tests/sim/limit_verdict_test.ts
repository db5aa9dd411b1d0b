/** Routers and targets that count their answers out, on simulated paths, and what only looks so. */
import assert from "node:assert/strict";
import { lossReachesTarget, type Verdict } from "../../core/path/verdict.ts";
import { path } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { only, verdicts, words } from "./verdicts.ts";

Deno.test("a router that counts its answers out is told with its rate", () => {
  const found = only(verdicts(path(4, { 2: { limit: { perSecond: 0.5, burst: 1 } } }), { rounds: 40 }), "RATE_LIMIT");
  assert.ok(Math.abs(found.numbers["answersPerSecond"]! - 0.5) < 0.01);
});

Deno.test("of a target that counts its answers out this is said beside the loss, whatever its rate and what it has saved", () => {
  const limits = [
    { perSecond: 0.5, burst: 1, everyMs: 1_000, told: "0.5" },
    // Whether packets with more TTL arrive is asked, too, and from behind the target's place: that takes some answers, and is known.
    { perSecond: 2, burst: 1, everyMs: 100, told: "2.0" },
    { perSecond: 2, burst: 5, everyMs: 100, told: "2.0" },
    { perSecond: 3, burst: 5, everyMs: 100, told: "3.0" },
    { perSecond: 5, burst: 20, everyMs: 100, told: "5.0" },
    { perSecond: 1, burst: 6, everyMs: 200, told: "1.0" },
    { perSecond: 1, burst: 6, everyMs: 700, told: "1.0" },
  ];
  for (const { perSecond, burst, everyMs, told } of limits) {
    const target = { limit: { perSecond, burst } };
    const found = verdicts(path(4, { 4: target }), { rounds: 100, intervalUs: everyMs * MS });
    const name = `${perSecond} a second, ${burst} at once`;
    assert.deepEqual(words(found), ["LOSS 4", "RATE_LIMIT 4"], name);
    for (const { numbers } of found) assert.equal(numbers["answersPerSecond"]?.toFixed(1), told, name);
    assert.equal(found[1]!.numbers["decidedBehind"], undefined);
  }
});

Deno.test("hops that all leave out errors as Linux does are said to, however short the run", () => {
  const limit = { perSecond: 1, burst: 6 };
  const all = path(4, { 1: { limit }, 2: { limit }, 3: { limit }, 4: { limit } });
  for (const [rounds, everyMs] of [[15, 300], [20, 500], [30, 200], [40, 100]] as const) {
    const found = verdicts(all, { protocol: "udp", rounds, intervalUs: everyMs * MS });
    assert.deepEqual(words(found), ["LOSS 4", "RATE_LIMIT 4"], `${rounds} rounds, ${everyMs} ms`);
    for (const { numbers: { answersPerSecond, steadyFromHop } } of found) {
      assert.deepEqual([Math.round(answersPerSecond!), steadyFromHop], [1, 1]);
    }
  }
});

Deno.test("a target that alone leaves out errors as Linux does is said to in 20 rounds, near or far, when asked too often", () => {
  for (const rttUs of [50, 40 * MS]) {
    const route = path(5, { 5: { rttUs, limit: { perSecond: 1, burst: 6 } } });
    for (const [rounds, everyMs] of [[20, 200], [20, 300], [20, 400], [20, 500], [30, 200], [30, 300]] as const) {
      for (let seed = 1; seed <= 5; seed++) {
        const found = verdicts(route, { protocol: "udp", rounds, intervalUs: everyMs * MS }, seed);
        const name = `${rttUs} us, ${rounds} rounds, ${everyMs} ms, seed ${seed}`;
        assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 5"], name);
        for (const { numbers } of found) assert.equal(numbers["answersPerSecond"], 1, name);
      }
    }
  }
});

Deno.test("loss that begins behind some answers, or lasts from then on, is no such limit in one of 400 short runs", () => {
  let told = 0;
  for (let seed = 1; seed <= 100; seed++) {
    for (const forwardLoss of [0.3, 0.5, 0.7, 1]) {
      const since = [0, forwardLoss].map((loss, index) => ({
        sinceUs: index * (7 + seed % 3) * 300 * MS,
        path: path(5, { 3: { forwardLoss: loss }, 5: { rttUs: 50 } }),
      }));
      const found = verdicts(since, { protocol: "udp", rounds: 20, intervalUs: 300 * MS }, seed);
      if (found.some(({ numbers }) => "answersPerSecond" in numbers)) told += 1;
    }
  }
  assert.ok(told <= 1, `${told}`);
});

Deno.test("a router that leaves out errors before a target that does not is no limit of the target's", () => {
  const route = path(4, { 3: { limit: { perSecond: 2, burst: 5 } }, 4: { loss: 0.1 } });
  for (let seed = 1; seed <= 20; seed++) {
    const found = verdicts(route, { protocol: "udp", rounds: 100, intervalUs: 100 * MS }, seed);
    assert.ok(found.every(({ numbers }) => numbers["steadyFromHop"] === undefined), `seed ${seed}`);
  }
});

Deno.test("neither loss by chance nor an outage in a short run is such a limit", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const lossy = path(4, { 2: { forwardLoss: 0.3 } });
    const dead = path(4, { 1: { forwardLoss: 1 } });
    const outage = [{ sinceUs: 0, path: path(4) }, { sinceUs: (1 + seed % 20 / 10) * SECOND, path: dead }];
    for (const [route, rounds, everyMs] of [[lossy, 20, 300], [outage, 10, 200], [outage, 30, 100]] as const) {
      const found = verdicts(route, { protocol: "udp", rounds, intervalUs: everyMs * MS }, seed);
      assert.ok(found.every(({ numbers }) => numbers["answersPerSecond"] === undefined), `seed ${seed}, ${everyMs} ms`);
    }
  }
});

/** What is said of who answers so many in each second of its own clock, and then none until the next. */
function inSeconds(ttl: number, perSecond: number, everyMs: number, rounds = 100): readonly Verdict[] {
  const limit = { perSecond, burst: 0, inSeconds: true } as const;
  return verdicts(path(5, { [ttl]: { limit } }), { rounds, intervalUs: everyMs * MS });
}

Deno.test("a router that answers so many in each second, and then none, is told with the rate", () => {
  for (const [perSecond, everyMs] of [[1, 100], [3, 100], [5, 100], [7, 100], [6, 50], [2, 250], [2, 300]] as const) {
    const found = only(inSeconds(2, perSecond, everyMs), "RATE_LIMIT");
    assert.equal(found.ttl, 2);
    assert.ok(Math.abs(found.numbers["answersPerSecond"]! / perSecond - 1) < 0.05, `${perSecond}, ${everyMs} ms`);
  }
});

Deno.test("of a target that does so this is said beside the loss, however short the run, and though it is asked otherwise, too", () => {
  const trials = [
    { rates: [1, 2, 3], everyMs: 200, lengths: [50, 30] },
    { rates: [1, 2, 3, 5], everyMs: 150, lengths: [50] },
    { rates: [1, 2, 3, 5], everyMs: 100, lengths: [100, 300] },
    { rates: [1, 2], everyMs: 250, lengths: [100] },
    { rates: [1, 2], everyMs: 300, lengths: [50] },
  ];
  for (const { rates, everyMs, lengths } of trials) {
    for (const perSecond of rates) {
      for (const rounds of lengths) {
        const found = inSeconds(5, perSecond, everyMs, rounds);
        assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 5"], `${perSecond}, ${rounds} rounds, ${everyMs} ms`);
        for (const { numbers } of found) assert.equal(numbers["answersPerSecond"], perSecond);
      }
    }
  }
});

Deno.test("a router that counts its answers out before a target that loses more hides where the loss begins, and says so", () => {
  const limit = { perSecond: 1, burst: 1 };
  const found = verdicts(path(5, { 4: { limit }, 5: { loss: 0.95 } }), { rounds: 100, intervalUs: 100 * MS }, 4);
  assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 4"]);
  assert.deepEqual([found[0]!.numbers["earliestHop"], found[0]!.numbers["latestHop"]], [4, 5]);
  assert.equal(lossReachesTarget({ ttl: 4, lost: 1 }, found), undefined);
});

Deno.test("where the hops before the target count their answers out alike, this is said, and no place where the loss begins", () => {
  const limit = { perSecond: 1, burst: 6 };
  for (const from of [1, 2, 3]) {
    const limited = Object.fromEntries([1, 2, 3, 4].filter((ttl) => ttl >= from).map((ttl) => [ttl, { limit }]));
    const found = verdicts(path(4, limited), { rounds: 40, intervalUs: 500 * MS });
    assert.deepEqual(words(found), ["LOSS 4", "RATE_LIMIT 4"]);
    assert.equal(found[0]!.numbers["earliestHop"], undefined);
    for (const { numbers } of found) {
      assert.equal(numbers["answersPerSecond"]?.toFixed(1), "1.0");
      assert.equal(numbers["steadyFromHop"], from);
    }
    assert.deepEqual([from, 4].map((ttl) => lossReachesTarget({ ttl, lost: 1 }, found)), [undefined, undefined]);
  }
});

Deno.test("a limit is seen through loss beside it", () => {
  const found = verdicts(path(4, { 4: { limit: { perSecond: 2, burst: 5 }, loss: 0.1 } }), {
    rounds: 100,
    intervalUs: 100 * MS,
  });
  assert.deepEqual(words(found), ["LOSS 4", "RATE_LIMIT 4"]);
});

Deno.test("a router's own limit before a real loss is told apart from it", () => {
  const found = verdicts(path(8, { 2: { loss: 0.8 }, 4: { forwardLoss: 0.3 } }), { rounds: 50 });
  assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 2"]);
});

Deno.test("where buckets of several rates would give the same answers, what came is told, and no rate of one of them", () => {
  // Asked 20 times in a second, eight at once, a bucket of 10 a second that saves 3 gives three every 0.4 s.
  const flows = { rounds: 30, flows: 8, intervalUs: 400 * MS };
  // Asked every 200 ms, one that saves 1 gives one every 0.4 s or 0.6 s.
  const quick = { rounds: 60, intervalUs: 200 * MS };
  const cases = [
    { limit: { perSecond: 10, burst: 3 }, plan: flows, least: 7.2, most: 8 },
    { limit: { perSecond: 3, burst: 1 }, plan: quick, least: 2.4, most: 2.6 },
    { limit: { perSecond: 2, burst: 1 }, plan: quick, least: 1.6, most: 1.75 },
  ];
  for (const { limit, plan, least, most } of cases) {
    for (let seed = 1; seed <= 10; seed++) {
      const found = only(verdicts(path(5, { 2: { limit }, 5: { loss: 0.1 } }), plan, seed).slice(-1), "RATE_LIMIT");
      const rate = found.numbers["answersPerSecond"];
      assert.ok(rate !== undefined && rate >= least && rate <= most, `${limit.perSecond} a second, ${seed}: ${rate}`);
    }
  }
});

Deno.test("a target that has no answer for some of many flows is told with its rate, and nobody is looked for behind it", () => {
  const linux = path(5, { 5: { limit: { perSecond: 1, burst: 6 } } });
  const plans = [[8, 20, 300], [8, 10, 300], [8, 20, 500], [16, 20, 300], [16, 20, 1_000], [4, 10, 300]] as const;
  for (const [flows, rounds, everyMs] of plans) {
    const plan = { protocol: "udp", flows, rounds, intervalUs: everyMs * MS } as const;
    for (let seed = 1; seed <= 3; seed++) {
      const found = verdicts(linux, plan, seed);
      assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 5"], `${flows}, ${rounds}, ${everyMs} ms, ${seed}`);
      assert.equal(found[1]!.numbers["answersPerSecond"], 1);
    }
  }
});
