import assert from "node:assert/strict";
import {
  chanceOfAtLeast,
  chanceOfDistance,
  chanceOfFewRuns,
  chanceOfMore,
  chanceOfWins,
  logChoose,
  runsScore,
} from "./chance.ts";

function near(actual: number | undefined, expected: number, error = 1e-4): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= error, `${actual}, not ${expected}`);
}

Deno.test("a binomial tail is the sum of its terms", () => {
  near(chanceOfAtLeast(2, 10, 0.01), 0.00427, 1e-5);
  near(chanceOfAtLeast(10, 10, 0.5), 2 ** -10, 1e-9);
  assert.equal(chanceOfAtLeast(0, 10, 0.01), 1);
  near(chanceOfAtLeast(1_200, 100_000, 0.01), 3e-10, 1e-9);
});

Deno.test("Fisher's test is that of his tea: 4 of 4 and 0 of 4 by chance in one of 70", () => {
  near(chanceOfMore({ count: 4, total: 4 }, { count: 0, total: 4 }), 1 / 70, 1e-9);
  near(chanceOfMore({ count: 3, total: 4 }, { count: 1, total: 4 }), 17 / 70, 1e-9);
  assert.equal(chanceOfMore({ count: 1, total: 10 }, { count: 1, total: 10 }), 1);
  assert.equal(chanceOfMore({ count: 0, total: 0 }, { count: 0, total: 0 }), 1);
});

Deno.test("the rank-sum test is exact for few: of 5 and 4 all pairs are won in one of 126 orders, all but one in two", () => {
  near(chanceOfWins(20, 5, 4), 1 / 126, 1e-12);
  near(chanceOfWins(19, 5, 4), 2 / 126, 1e-12);
  near(chanceOfWins(20, 4, 5), 1 / 126, 1e-12);
  near(chanceOfWins(6.5, 3, 3), 4 / 20, 1e-12);
  assert.equal(chanceOfWins(10, 5, 4), 1);
  assert.equal(chanceOfWins(0, 0, 9), 1);
});

Deno.test("the rank-sum test of many is near the exact one where both are known", () => {
  // The table of Mann and Whitney's U gives 127 as the greatest of 20 and 20 for 2.5 %: 400 - 127 wins.
  near(chanceOfWins(273, 20, 20), 0.025, 0.001);
  for (const share of [0.6, 0.7, 0.8]) {
    const pairs = 25 * 25;
    near(
      chanceOfWins(Math.round(share * pairs), 25, 26),
      chanceOfWins(Math.round(share * pairs * 24 / 26), 25, 24),
      0.03,
    );
  }
  near(chanceOfWins(0.5 * 1e6 + 1.96 * Math.sqrt(1e6 * 2_001 / 12), 1_000, 1_000), 0.025, 1e-4);
});

Deno.test("how seldom things keep a distance is exact, as counted over all places that they may have", () => {
  for (const total of [4, 9, 12]) {
    for (let count = 1; count <= total; count++) {
      for (let distance = 2; distance <= 5; distance++) {
        for (let exceptions = 0; exceptions < 3; exceptions++) {
          const all = placesOf(count, total);
          const kept = all.filter((places) =>
            places.filter((place, index) =>
              index > 0 && place - places[index - 1]! < distance
            ).length <= exceptions
          ).length / all.length;
          const chance = chanceOfDistance(count, total, { distance, exceptions });
          if (exceptions === 0 && kept > 0) near(chance, kept, 1e-9);
          else assert.ok(chance >= kept - 1e-9, `${count} of ${total}: ${chance}, not ${kept}`);
        }
      }
    }
  }
});

/** All places that so many things may have. */
function placesOf(count: number, total: number, first = 0): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: Math.max(0, total - first) }, (_, index) => first + index).flatMap((place) =>
    placesOf(count - 1, total, place + 1).map((others) => [place, ...others])
  );
}

Deno.test("ways to choose are exact where they are few, and near where they are many", () => {
  near(Math.exp(logChoose(10, 5)), 252, 1e-6);
  near(Math.exp(logChoose(52, 5)), 2_598_960, 0.01);
});

Deno.test("groups that stand together have few runs, groups that take turns many", () => {
  assert.ok(runsScore(1, [10, 10])! < -3);
  assert.ok(runsScore(19, [10, 10])! > 3);
  near(runsScore(10, [10, 10]), 0, 0.01);
  assert.equal(runsScore(0, [10]), undefined);
});

Deno.test("how likely few changes are is counted over all orders of two kinds of things, whatever the least stay", () => {
  for (const [ones, others] of [[1, 1], [2, 3], [5, 4], [7, 2], [1, 8]] as const) {
    for (const leastStay of [1, 2, 3]) {
      const counts: number[] = [];
      let orders = 0;
      for (let order = 0; order < 2 ** (ones + others); order++) {
        const kinds = Array.from({ length: ones + others }, (_, at) => order >> at & 1);
        if (kinds.reduce((sum, kind) => sum + kind, 0) !== ones) continue;
        orders += 1;
        const begins = kinds.flatMap((kind, at) => at > 0 && kind !== kinds[at - 1] ? [at] : []);
        if (begins.some((begin, index) => begin - (begins[index - 1] ?? 0) < leastStay)) continue;
        counts[begins.length] = 1 + (counts[begins.length] ?? 0);
      }
      let most = 0;
      for (let changes = 1; changes < ones + others; changes++) {
        most += counts[changes] ?? 0;
        assert.ok(
          Math.abs(chanceOfFewRuns(changes, ones, others, leastStay) - most / orders) < 1e-9,
          `${changes} of ${ones} and ${others}, ${leastStay} each`,
        );
      }
    }
  }
});

Deno.test("how likely few changes are is told of long runs, too", () => {
  near(chanceOfFewRuns(10_000, 10_000, 10_000), 0.5, 0.02);
  assert.ok(chanceOfFewRuns(9_000, 10_000, 10_000) < 1e-9);
});
