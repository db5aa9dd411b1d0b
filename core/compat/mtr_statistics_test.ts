import assert from "node:assert/strict";
import { type MtrFigures, MtrStatistics } from "./mtr_statistics.ts";

function after(rttsUs: readonly number[]): MtrStatistics {
  const statistics = new MtrStatistics();
  for (const rttUs of rttsUs) {
    statistics.onSent();
    statistics.onAnswer(rttUs);
  }
  return statistics;
}

function check(rttsUs: readonly number[], expected: Partial<MtrFigures>): void {
  const statistics = after(rttsUs);
  for (const [key, value] of Object.entries(expected)) {
    assert.equal(statistics[key as keyof MtrFigures], value, `${key} of ${rttsUs.join()}`);
  }
}

Deno.test("a single answer is best, worst and geometric mean, without jitter and deviation", () =>
  check([1234], {
    bestUs: 1234,
    worstUs: 1234,
    averageUs: 1234,
    geometricMeanUs: 1234,
    jitterUs: 0,
    worstJitterUs: 0,
    deviationUs: 0,
  }));

Deno.test("the mean is cut after each answer, so it creeps down", () => {
  check([1, 2], { averageUs: 1 });
  check([1, 2, 2, 2], { averageUs: 1 });
});

Deno.test("jitter is the distance of the last two, its mean counts the first one as 0", () => {
  check([10, 14], { jitterUs: 4, worstJitterUs: 4, averageJitterUs: 2 });
  check([10, 14, 13], { jitterUs: 1, worstJitterUs: 4, averageJitterUs: 2 });
});

Deno.test("the deviation is that of a sample", () => check([1000, 3000], { deviationUs: 1414 }));

Deno.test("a round-trip time of 0 makes the geometric mean 0 for good", () =>
  check([100, 0, 100], { geometricMeanUs: 0 }));

Deno.test("fractions of a microsecond are cut", () => check([12.9, 13.9], { bestUs: 12, worstUs: 13, jitterUs: 1 }));

// Measured: real mtr 0.95 shows -4.1997e5 ms.
Deno.test("the interarrival jitter wraps at 32 bits", () =>
  check([2e9, 1, 2e9], { interarrivalJitterUs: -419_967_298 }));

Deno.test("without a decided probe nothing is lost", () => {
  const statistics = new MtrStatistics();
  statistics.onSent();
  assert.deepEqual([statistics.lossThousandths, statistics.dropped, statistics.sent], [0, 0, 1]);
  statistics.closeTransit();
  assert.deepEqual([statistics.lossThousandths, statistics.dropped, statistics.sent], [100_000, 1, 1]);
});

Deno.test("in transit is a flag: of two unanswered probes one is lost", () => {
  const statistics = after([10]);
  statistics.onSent();
  statistics.onSent();
  assert.deepEqual([statistics.lossThousandths, statistics.dropped], [50_000, 1]);
});

Deno.test("loss is cut to thousandths of a percent", () => {
  const statistics = after([1, 1]);
  statistics.onSent();
  statistics.closeTransit();
  assert.equal(statistics.lossThousandths, 33_333);
});

Deno.test("the sum of squares is that of 64-bit integers as long as a double holds it", () => {
  let state = 1;
  const next = (): number => state = (state * 48_271) % 0x7fffffff;
  for (let run = 0; run < 200; run++) {
    const rttsUs = Array.from({ length: 2 + next() % 80 }, () => next() % 10_000_000);
    let [average, squares] = [0n, 0n];
    for (const [index, rttUs] of rttsUs.entries()) {
      const rtt = BigInt(rttUs);
      const before = average;
      average = (before * BigInt(index) + rtt) / BigInt(index + 1);
      squares += (rtt - before) * (rtt - average);
    }
    assert.ok(squares < 2n ** 53n);
    const deviationUs = Math.trunc(Math.sqrt(Number(squares) / (rttsUs.length - 1)));
    check(rttsUs, { deviationUs, averageUs: Number(average) });
  }
});
