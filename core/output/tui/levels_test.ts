import assert from "node:assert/strict";
import { SCALES_MS } from "../../view.ts";
import { levelAt, levelOf, LEVELS, limitsOfSamples, limitsOfScale, limitTexts } from "./levels.ts";

Deno.test("levels grow by the square from the least to the greatest sample, in whole µs", () => {
  assert.deepEqual(limitsOfSamples([1000, 2000, 1500.5]), [1010, 1040, 1090, 1160, 1250, 1360, 1490, 1640, 1810, 2000]);
  assert.deepEqual(limitsOfSamples([7.5]), new Array(10).fill(7));
  assert.deepEqual(limitsOfSamples([]), new Array(10).fill(0));
});

Deno.test("a scale has a limit for every level but the last", () =>
  assert.deepEqual(limitsOfScale(SCALES_MS.fast).slice(-3), [40_000, 80_000, Infinity]));

Deno.test("a sample is of the first level that it does not exceed; what exceeds all is of the last", () => {
  const symbol = (rttUs: number): string => levelAt(levelOf(rttUs, limitsOfScale(SCALES_MS.fast))).symbol;
  assert.equal([1, 1000, 1001, 5000, 10_000, 80_000, 80_001, 1e9].map(symbol).join(""), "..145c>>");
  assert.equal(levelOf(8, limitsOfSamples([7.5])), LEVELS.length - 1);
});

Deno.test("limits are written in ms, finely where they are small, and in us where that does not tell them apart", () => {
  const ms = (texts: readonly string[]): readonly string[] => texts.map((text) => `${text} ms`);
  assert.deepEqual(
    limitTexts([49, 50, 1000, 1250, 9000, 9999, 10_000, 10_999, 2_000_000]),
    ms(["0.0", "0.1", "1", "1.3", "9", "10.0", "10", "10", "2000"]),
  );
  assert.deepEqual(limitTexts([100, 400, 900, 1600]), ms(["0.1", "0.4", "0.9", "1.6"]));
  assert.deepEqual(limitTexts([76, 80, 1200]), ["76 us", "80 us", "1200 us"]);
  assert.deepEqual(limitTexts([7, 7, 7]), ms(["0.0", "0.0", "0.0"]));
});
