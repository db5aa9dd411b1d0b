/**
 * Outages on paths that grow by silent routers, shrink, or go ways of several lengths: what is told of the target is what
 * packets with TTL enough would have met, and when.
 */
import assert from "node:assert/strict";
import { wilson } from "../../core/path/interval.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { targetOf } from "../../core/path/target.ts";
import { type Verdict, verdictsOf, type VerdictWord } from "../../core/path/verdict.ts";
import { TARGET } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import { type Part, routesOf } from "./ways.ts";

interface Scenario {
  readonly parts: readonly Part[];
  readonly rounds: number;
  readonly intervalMs: number;
  /** Of packets that go further than to the second hop. */
  readonly loss?: number;
}

function fold({ parts, rounds, intervalMs, loss = 0 }: Scenario, seed = 1): Fold {
  const routes = routesOf(parts, loss);
  const plan = { rounds, intervalUs: intervalMs * MS, timeoutUs: 2 * SECOND, graceUs: 2 * SECOND };
  const folded = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
  run({ seed, paths: { [TARGET]: routes } }, plan).events.forEach((event) => folded.apply(event));
  return folded;
}

/** The part of the time in which packets are lost, and of the rest of them that loss. */
function trueLoss({ parts, rounds, intervalMs, loss = 0 }: Scenario): number {
  const endS = rounds * intervalMs / 1_000;
  const arrivingS = parts.map(([untilS, way], index) =>
    way.endsWith("T") ? Math.min(untilS, endS) - (parts[index - 1]?.[0] ?? 0) : 0
  ).reduce((sum, seconds) => sum + seconds, 0);
  return 1 - arrivingS / endS * (1 - loss);
}

const END = 999;

// Where 14 rounds are lost, the fifteenth has looked further when the outage was just over.
const OUTAGES: Readonly<Record<string, Scenario & { readonly lost: number; readonly outageS: number }>> = {
  "an outage before a silent router joins": {
    ...{ parts: [[10, "1234T"], [16, "12X"], [END, "1234_T"]], rounds: 60, intervalMs: 1_000 },
    ...{ lost: 6, outageS: 6 },
  },
  "an outage before other routers, one of them silent": {
    ...{ parts: [[6, "1234T"], [8.1, "12X"], [END, "1ab4_T"]], rounds: 40, intervalMs: 500 },
    ...{ lost: 4, outageS: 2 },
  },
  "an outage before three silent routers join": {
    ...{ parts: [[4, "1234T"], [7, "12X"], [END, "1234___T"]], rounds: 80, intervalMs: 200 },
    ...{ lost: 14, outageS: 2.8 },
  },
  "an outage between two silent ways, and then a shorter one": {
    ...{ parts: [[6, "123_T"], [8, "12X"], [15, "123__T"], [END, "123T"]], rounds: 120, intervalMs: 200 },
    ...{ lost: 10, outageS: 2 },
  },
  "an outage, a detour over a silent router, and the way back": {
    ...{ parts: [[4, "1234T"], [7, "12X"], [12, "1234_T"], [END, "1234T"]], rounds: 80, intervalMs: 200 },
    ...{ lost: 14, outageS: 2.8 },
  },
  "an outage, a detour over two silent routers, and the way back": {
    ...{ parts: [[4, "1234T"], [7, "12X"], [12, "1234__T"], [END, "1234T"]], rounds: 80, intervalMs: 200 },
    ...{ lost: 14, outageS: 2.8 },
  },
  "an outage of the last link before a silent router joins": {
    ...{ parts: [[6, "1234T"], [9, "1234X"], [END, "1234_T"]], rounds: 100, intervalMs: 200 },
    ...{ lost: 15, outageS: 3 },
  },
  "an outage of the last link": {
    ...{ parts: [[6, "1234T"], [9, "1234X"], [END, "1234T"]], rounds: 100, intervalMs: 200 },
    ...{ lost: 15, outageS: 3 },
  },
  "a silent detour past routers that answer before and after": {
    ...{ parts: [[6, "1234T"], [12, "1____T"], [END, "1234T"]], rounds: 100, intervalMs: 200 },
    ...{ lost: 0, outageS: 0 },
  },
  "a silent router that joins for the second half of a short run": {
    ...{ parts: [[10, "123T"], [END, "123_T"]], rounds: 20, intervalMs: 1_000 },
    ...{ lost: 0, outageS: 0 },
  },
};

for (const [name, { lost, outageS, ...scenario }] of Object.entries(OUTAGES)) {
  Deno.test(`${name}: no more is lost than in its time, no less, and all rounds count`, () => {
    const target = targetOf(fold(scenario))!;
    assert.deepEqual([target.lost, target.received], [lost, scenario.rounds - lost]);
    assert.equal(target.lossRuns?.longestBurst, lost);
    assert.ok(Math.abs((target.lossRuns?.outageUs ?? 0) / SECOND - outageS) <= scenario.intervalMs / 1_000);
  });
}

/** Five seconds each: with a silent router, and without. */
const FLAPS: readonly Part[] = [5, 10, 15, 20, 25, 30].map((untilS, index) => [untilS, index % 2 ? "1234_T" : "1234T"]);
const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);

const LOSSY: Readonly<Record<string, Scenario>> = {
  "a silent router that comes and goes, and one packet of ten is lost": {
    ...{ parts: FLAPS, rounds: 150, intervalMs: 200, loss: 0.1 },
  },
  "a silent router that comes and goes, and one packet of twenty is lost": {
    ...{ parts: FLAPS, rounds: 150, intervalMs: 200, loss: 0.05 },
  },
  "a silent detour, then nothing arrives, and one packet of ten was lost before": {
    ...{ parts: [[4, "1234T"], [10, "1234_T"], [END, "1234X"]], rounds: 100, intervalMs: 200, loss: 0.1 },
  },
  "a plain path that loses half of its packets": {
    ...{ parts: [[END, "1234T"]], rounds: 150, intervalMs: 200, loss: 0.5 },
  },
};

for (const [name, scenario] of Object.entries(LOSSY)) {
  Deno.test(`${name}: what is told is true on average, and within its interval`, () => {
    const truth = trueLoss(scenario);
    const told = SEEDS.map((seed) => {
      const { lost = 0, received = 0 } = targetOf(fold(scenario, seed))!;
      const { low, high } = wilson(lost, lost + received);
      return { share: lost / (lost + received), holds: low <= truth && truth <= high };
    });
    const mean = told.reduce((sum, { share }) => sum + share, 0) / SEEDS.length;
    assert.ok(Math.abs(mean - truth) < 0.015, `${mean} is told on average, and ${truth} is true`);
    const holding = told.filter(({ holds }) => holds).length;
    assert.ok(holding >= 0.85 * SEEDS.length, `${holding} of ${SEEDS.length} intervals hold it`);
  });
}

function only(folded: Fold, word: VerdictWord): Verdict {
  const found = verdictsOf(folded).filter((verdict) => verdict.word === word);
  assert.equal(found.length, 1, word);
  return found[0]!;
}

Deno.test("a target that is silent for good is told since when, whatever way it was reached by before", () => {
  const ways: readonly (readonly Part[])[] = [
    [[4, "1234T"], [10, "1234_T"], [END, "1234X"]],
    [[4, "1234T"], [8, "1234_T"], [10, "1234T"], [END, "1234X"]],
    [[10, "1234T"], [10.3, "1234P"], [END, "1234X"]],
  ];
  for (const parts of ways) {
    const { numbers } = only(fold({ parts, rounds: 100, intervalMs: 200 }), "LOSS");
    assert.ok(Math.abs(numbers["silentSinceUs"]! - 10 * SECOND) <= 400 * MS, `${numbers["silentSinceUs"]}`);
    assert.ok((numbers["lastAnswerRounds"] ?? 0) <= numbers["lost"]!);
  }
});

Deno.test("a target that is silent for good is told since when, whatever was lost before", () => {
  const before: readonly (readonly Part[])[] = [[[4, "1234T"], [5, "1234X"]], [[6, "1234T"], [8, "1234P"]]];
  for (const parts of before) {
    for (const loss of [0, 0.05, 0.2]) {
      const whole: readonly Part[] = [...parts, [10, "1234T"], [END, "1234X"]];
      const told = verdictsOf(fold({ parts: whole, rounds: 100, intervalMs: 200, loss }));
      const { numbers = {} } = told.find(({ word }) => word === "LOSS") ?? {};
      assert.ok(Math.abs(numbers["silentSinceUs"]! - 10 * SECOND) <= SECOND, `${loss}: ${numbers["silentSinceUs"]}`);
      const { lost = 0, lostSince = lost } = numbers;
      assert.ok(Math.abs(lostSince - 50) < 6, `${loss}: ${lostSince} of ${lost}`);
    }
  }
});

Deno.test("a target that answers what goes further is not told as silent", () => {
  const parts: readonly Part[] = [[4, "1234T"], [10, "12X"], [END, "1234___T"]];
  assert.equal(only(fold({ parts, rounds: 80, intervalMs: 200 }), "LOSS").numbers["silentSinceUs"], undefined);
});

Deno.test("a path that grows after an outage has changed at its end, once, and where the target was", () => {
  for (const way of ["1234_T", "1234___T"]) {
    const parts: readonly Part[] = [[6, "1234T"], [10, "12X"], [END, way]];
    const { ttl, before, numbers } = only(fold({ parts, rounds: 100, intervalMs: 200 }), "CHANGED");
    assert.deepEqual([ttl, before], [5, TARGET]);
    assert.ok(Math.abs(numbers["afterUs"]! - 10 * SECOND) <= 400 * MS, `${numbers["afterUs"]}`);
  }
});

Deno.test("no change is told of a longer way that is dead", () => {
  const parts: readonly Part[] = [[4, "1234T"], [10, "1234_T"], [END, "1234X"]];
  const { ttl, numbers } = only(fold({ parts, rounds: 100, intervalMs: 200 }), "CHANGED");
  assert.equal(ttl, 5);
  assert.ok(Math.abs(numbers["afterUs"]! - 4 * SECOND) <= 400 * MS);
});

Deno.test("a path that shrinks in a short run is told as changed", () => {
  for (const untilS of [5, 10, 15]) {
    const parts: readonly Part[] = [[untilS, "123_T"], [END, "123T"]];
    const { ttl, address, numbers } = only(fold({ parts, rounds: 20, intervalMs: 1_000 }), "CHANGED");
    assert.deepEqual([ttl, address], [4, TARGET]);
    assert.ok(Math.abs(numbers["afterUs"]! - untilS * SECOND) <= SECOND);
  }
});
