import assert from "node:assert/strict";
import { type RttFigures, RttStatistics } from "./statistics.ts";

function statisticsOf(rttsUs: readonly number[]): RttStatistics {
  const statistics = new RttStatistics();
  rttsUs.forEach((rttUs) => statistics.add(rttUs));
  return statistics;
}

function check(rttsUs: readonly number[], expected: Partial<RttFigures>): void {
  const statistics = statisticsOf(rttsUs);
  for (const [name, value] of Object.entries(expected)) {
    const actual = statistics[name as keyof RttFigures];
    if (value === undefined || actual === undefined) assert.equal(actual, value, name);
    else assertNear(actual, value, name);
  }
}

function assertNear(actual: number, expected: number, what: string): void {
  const tolerance = 1e-9 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} is ${actual}, not ${expected}`);
}

Deno.test("without a sample every figure is undefined", () =>
  check([], {
    lastUs: undefined,
    bestUs: undefined,
    worstUs: undefined,
    meanUs: undefined,
    standardDeviationUs: undefined,
    geometricMeanUs: undefined,
    jitterUs: undefined,
    meanJitterUs: undefined,
    maxJitterUs: undefined,
    interarrivalJitterUs: undefined,
    p50Us: undefined,
    p90Us: undefined,
    p95Us: undefined,
    p99Us: undefined,
  }));

Deno.test("a single sample is every mean, and has neither deviation nor jitter", () =>
  check([1234.5], {
    lastUs: 1234.5,
    bestUs: 1234.5,
    worstUs: 1234.5,
    meanUs: 1234.5,
    standardDeviationUs: 0,
    geometricMeanUs: 1234.5,
    jitterUs: 0,
    meanJitterUs: 0,
    maxJitterUs: 0,
    interarrivalJitterUs: 0,
    p50Us: 1234.5,
    p90Us: 1234.5,
    p95Us: 1234.5,
    p99Us: 1234.5,
  }));

Deno.test("jitter is the distance between the last two samples", () => check([10, 14, 11], { jitterUs: 3 }));

Deno.test("mean jitter is over the n-1 distances", () => check([10, 14, 11], { meanJitterUs: 3.5, maxJitterUs: 4 }));

Deno.test("standard deviation is of a sample, divided by n-1", () =>
  check([2, 4, 4, 4, 5, 5, 7, 9], { meanUs: 5, standardDeviationUs: Math.sqrt(32 / 7) }));

Deno.test("interarrival jitter is at the scale of RFC 3550", () => {
  const first = 16 / 16;
  check([100, 116, 100], { interarrivalJitterUs: first + (16 - first) / 16 });
});

Deno.test("a constant distance is what interarrival jitter tends to", () => {
  const rttsUs = Array.from({ length: 1000 }, (_, index) => index % 2 === 0 ? 1000 : 1500);
  check(rttsUs, { interarrivalJitterUs: 500 });
});

Deno.test("an RTT of 0 µs does not zero the geometric mean for good", () => {
  const { geometricMeanUs = 0 } = statisticsOf([0, ...new Array<number>(99).fill(10_000)]);
  assert.ok(geometricMeanUs > 8000 && geometricMeanUs < 10_000, String(geometricMeanUs));
});

Deno.test("a long run does not drift: 100,000 samples around 20 ms", () => {
  const random = generator(7);
  const rttsUs = Array.from({ length: 100_000 }, () => 20_000 + 500 * gaussian(random));
  const mean = rttsUs.reduce((sum, rttUs) => sum + rttUs, 0) / rttsUs.length;
  const statistics = statisticsOf(rttsUs);
  assert.ok(Math.abs((statistics.meanUs ?? 0) - mean) < 1e-6);
  assert.ok(Math.abs((statistics.standardDeviationUs ?? 0) - 500) < 5);
});

Deno.test("for any samples the figures are what their definitions give", () => {
  const random = generator(3550);
  for (let run = 0; run < 300; run++) {
    const rttsUs = Array.from({ length: 1 + Math.floor(random() * 40) }, () => random() * 10 ** (random() * 7));
    check(rttsUs, byDefinition(rttsUs));
  }
});

/** The textbook's two passes, on stored samples. */
function byDefinition(rttsUs: readonly number[]): RttFigures {
  const n = rttsUs.length;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const mean = sum(rttsUs) / n;
  const sorted = rttsUs.toSorted((a, b) => a - b);
  const atLeast = (percent: number): number | undefined => sorted.find((_, index) => 100 * (index + 1) >= percent * n);
  const distances = rttsUs.slice(1).map((rttUs, index) => Math.abs(rttUs - (rttsUs[index] ?? 0)));
  return {
    lastUs: rttsUs.at(-1),
    bestUs: Math.min(...rttsUs),
    worstUs: Math.max(...rttsUs),
    meanUs: mean,
    standardDeviationUs: n > 1 ? Math.sqrt(sum(rttsUs.map((rttUs) => (rttUs - mean) ** 2)) / (n - 1)) : 0,
    geometricMeanUs: Math.exp(sum(rttsUs.map((rttUs) => Math.log(rttUs))) / n),
    jitterUs: distances.at(-1) ?? 0,
    meanJitterUs: n > 1 ? sum(distances) / (n - 1) : 0,
    maxJitterUs: Math.max(0, ...distances),
    interarrivalJitterUs: distances.reduce((jitter, distance) => jitter + (distance - jitter) / 16, 0),
    p50Us: atLeast(50),
    p90Us: atLeast(90),
    p95Us: atLeast(95),
    p99Us: atLeast(99),
  };
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
