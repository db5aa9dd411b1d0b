import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { EXACT_SAMPLES, Percentiles } from "./percentiles.ts";
import { RELATIVE_ERROR, Sketch } from "./sketch.ts";

const PERCENTS = [1, 5, 25, 50, 75, 90, 95, 99, 100];

function percentilesOf(rttsUs: readonly number[]): Percentiles {
  const percentiles = new Percentiles();
  rttsUs.forEach((rttUs) => percentiles.add(rttUs));
  return percentiles;
}

/** The definition: the least sample that so many percent do not exceed. */
function exact(rttsUs: readonly number[], percent: number): number | undefined {
  const sorted = rttsUs.toSorted((a, b) => a - b);
  return sorted.find((_, index) => 100 * (index + 1) >= percent * sorted.length);
}

Deno.test("without a sample there is no percentile", () => assert.equal(new Percentiles().at(50), undefined));

Deno.test("a percentile is a sample, the least that so many percent do not exceed", () => {
  const ofTen = percentilesOf([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual([1, 10, 11, 50, 90, 91, 95, 99, 100].map((percent) => ofTen.at(percent)), [
    1,
    1,
    2,
    5,
    9,
    10,
    10,
    10,
    10,
  ]);
  const ofHundred = percentilesOf(Array.from({ length: 100 }, (_, index) => 100 - index));
  assert.deepEqual(PERCENTS.map((percent) => ofHundred.at(percent)), PERCENTS);
});

/** Round-trip times in µs, from a number between 0 and 1. */
const SHAPES: Readonly<Record<string, (random: () => number) => number>> = {
  "all the same": () => 20_000,
  "even": (random) => 1_000 + 99_000 * random(),
  "normal": (random) => 20_000 + 500 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  "with a long tail": (random) => Math.min(3.6e9, 5_000 / (1 - random()) ** 1.5),
  "of two paths": (random) => (random() < 0.93 ? 8_000 : 160_000) + 300 * random(),
  "over all magnitudes": (random) => 10 ** (9.5 * random()),
  "of a fast link": (random) => 20 + 15 * random(),
};

for (const [shape, rttOf] of Object.entries(SHAPES)) {
  Deno.test(`percentiles of times ${shape} are exact while they are few, and within 1 % after that`, () => {
    const source = new Random(1_973);
    const random = (): number => source.below(2 ** 31) / 2 ** 31;
    for (const count of [1, 2, 3, 100, EXACT_SAMPLES, EXACT_SAMPLES + 1, 1_000, 20_000]) {
      const rttsUs = Array.from({ length: count }, () => rttOf(random));
      const percentiles = percentilesOf(rttsUs);
      for (const percent of PERCENTS) {
        const expected = exact(rttsUs, percent) ?? NaN;
        const actual = percentiles.at(percent) ?? NaN;
        const error = Math.abs(actual / expected - 1);
        assert.ok(error <= (count <= EXACT_SAMPLES ? 0 : RELATIVE_ERROR + 1e-9), `${count}: p${percent} is ${actual}`);
      }
    }
  });
}

Deno.test("samples that arrive in order, up or down, give the same sketch", () => {
  const rttsUs = Array.from({ length: 3_000 }, (_, index) => 1.005 ** index);
  for (const percent of PERCENTS) {
    assert.equal(percentilesOf(rttsUs).at(percent), percentilesOf(rttsUs.toReversed()).at(percent));
  }
});

Deno.test("what is below a microsecond, or longer than any probe is waited for, does not break a sketch", () => {
  const sketch = new Sketch();
  for (const us of [-1, 0, 1e-9, 0.5, 1, 1e30]) sketch.add(us);
  assert.deepEqual([0, 7].map((rank) => sketch.at(rank)), [undefined, undefined]);
  for (let rank = 1; rank <= 5; rank++) assert.ok(Math.abs(sketch.at(rank) ?? NaN) <= 1, String(sketch.at(rank)));
  assert.ok((sketch.at(6) ?? 0) > 3.6e9);
});
