import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { Lengths, type LongLoss, longLoss } from "./lengths.ts";

/** What is said of probes of these lengths, the lost ones apart. */
function said(lost: readonly number[], answered: readonly number[]): LongLoss | undefined {
  const lengths = new Lengths();
  for (const bytes of lost) lengths.add(true, bytes);
  for (const bytes of answered) lengths.add(false, bytes);
  return longLoss(lengths.ranges);
}

/** So many lengths, evenly between both. */
function between(least: number, most: number, count: number): readonly number[] {
  return Array.from(
    { length: count },
    (_, index) => least + Math.round((most - least) * index / Math.max(1, count - 1)),
  );
}

Deno.test("where all probes have one length, and where nothing or everything is lost, there is nothing to say", () => {
  assert.equal(said([64, 64, 64, 64], between(64, 64, 40)), undefined);
  assert.equal(said([], between(28, 1_500, 40)), undefined);
  assert.equal(said(between(28, 1_500, 40), []), undefined);
  assert.equal(said([], []), undefined);
});

Deno.test("a length above which nothing is answered is found to the byte", () => {
  assert.deepEqual(said(between(1_401, 1_500, 8), between(28, 1_400, 60)), {
    aboveBytes: 1_400,
    longer: { count: 8, total: 8 },
    others: { count: 0, total: 60 },
  });
  assert.equal(said([1_401, 1_402, 1_403], [1_398, 1_399, ...between(28, 1_400, 60)])?.aboveBytes, 1_400);
});

Deno.test("short probes that are lost more often are no finding", () =>
  assert.equal(said(between(28, 400, 10), between(400, 1_500, 60)), undefined));

Deno.test("a few losses of any length are no finding, and a few of the longest are one", () => {
  assert.equal(said([100, 700, 1_400], between(28, 1_500, 60)), undefined);
  assert.deepEqual(said([1_490, 1_495, 1_500], between(28, 1_480, 60)), {
    aboveBytes: 1_480,
    longer: { count: 3, total: 3 },
    others: { count: 0, total: 60 },
  });
});

Deno.test("loss that does not look at lengths is told as long in no more than one of a hundred runs (seed 11)", () => {
  const random = new Random(11);
  let told = 0;
  const runs = 2_000;
  for (let run = 0; run < runs; run++) {
    const percent = 2 + random.below(60);
    const lengths = new Lengths();
    for (let probe = 20 + random.below(200); probe > 0; probe--) {
      lengths.add(random.below(100) < percent, 28 + random.below(1_473));
    }
    if (longLoss(lengths.ranges) !== undefined) told += 1;
  }
  assert.ok(told <= runs / 100, `${told} of ${runs}`);
});
