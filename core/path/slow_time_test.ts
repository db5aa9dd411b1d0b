import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { Course } from "./course.ts";
import { type SlowTime, slowTimesOf } from "./slow_time.ts";

const MS = 1_000;
const SECOND = 1_000_000;

/** One answer a second; its time by its number. */
function slowTimes(count: number, rttUs: (number: number) => number): readonly SlowTime[] {
  const course = new Course();
  for (let number = 0; number < count; number++) course.add(rttUs(number), number * SECOND);
  return slowTimesOf(course);
}

/** Slower by so much from one second to before another. */
function check(
  count: number,
  { from, to, byMs = 50 }: { readonly from: number; readonly to: number; readonly byMs?: number },
  expected: SlowTime | undefined,
): void {
  const random = new Random(count + from);
  const rttUs = (at: number): number => (40 + (at >= from && at < to ? byMs : 0)) * MS + random.below(5 * MS);
  assert.deepEqual(slowTimes(count, rttUs), expected === undefined ? [] : [expected], `${count}: ${from} to ${to}`);
}

Deno.test("what is slower to the end has a beginning, from the beginning an end, and in between both", () => {
  check(100, { from: 40, to: 100 }, { sinceUs: 40 * SECOND, untilUs: undefined });
  check(100, { from: 85, to: 100 }, { sinceUs: 85 * SECOND, untilUs: undefined });
  check(100, { from: 0, to: 61 }, { sinceUs: undefined, untilUs: 61 * SECOND });
  check(100, { from: 40, to: 61 }, { sinceUs: 40 * SECOND, untilUs: 61 * SECOND });
  check(10_000, { from: 4_003, to: 10_000 }, { sinceUs: Math.fround(4_003 * SECOND), untilUs: undefined });
});

Deno.test("of several slow times each is told, and a quick answer or two within one end it as little as slow ones begin one", () => {
  const isSlow = (at: number): boolean => at >= 20 && at < 40 || at >= 70;
  const expected = [{ sinceUs: 20 * SECOND, untilUs: 40 * SECOND }, { sinceUs: 70 * SECOND, untilUs: undefined }];
  assert.deepEqual(slowTimes(100, (at) => (isSlow(at) ? 90 : 30) * MS), expected);
  assert.deepEqual(slowTimes(100, (at) => (isSlow(at) !== (at === 55 || at === 83) ? 90 : 30) * MS), expected);
});

Deno.test("eight answers on each side are the least, and a step of 20 ms and a fifth", () => {
  check(16, { from: 8, to: 16 }, { sinceUs: 8 * SECOND, untilUs: undefined });
  check(16, { from: 9, to: 16 }, undefined);
  check(40, { from: 33, to: 40 }, undefined);
  check(100, { from: 40, to: 100, byMs: 27 }, { sinceUs: 40 * SECOND, untilUs: undefined });
  check(100, { from: 40, to: 100, byMs: 15 }, undefined);
  assert.deepEqual(slowTimes(100, (at) => (300 + (at < 50 ? 0 : 50)) * MS), []);
});

Deno.test("what is slow for a second of every four is no such time", () => {
  for (let phase = 0; phase < 20; phase++) {
    assert.deepEqual(slowTimes(100, (at) => ((at + phase) % 20 < 5 ? 230 : 30) * MS), [], `${phase}`);
  }
});

/** How much later than the quickest, in ms, from a number of at least 0 and less than 1. */
const JITTERS: Readonly<Record<string, (part: number) => number>> = {
  "even": (part) => 200 * part,
  "of a queue": (part) => -100 * Math.log(1 - part),
  "with a long tail": (part) => 20 * ((1 - part) ** (-1 / 1.1) - 1),
  "of two ways": (part) => part < 0.5 ? 0 : 100,
  "of two ways, one of them seldom": (part) => part < 0.9 ? 0 : 300,
  "that is seldom small": (part) => part < 0.2 ? 0 : 100 + part,
};

for (const [name, jitterMs] of Object.entries(JITTERS)) {
  Deno.test(`less than one of a hundred runs with jitter ${name} have a slow time`, () => {
    const random = new Random(1_973);
    for (const count of [16, 30, 50, 100, 300]) {
      let told = 0;
      for (let runs = 0; runs < 300; runs++) {
        if (slowTimes(count, () => (30 + jitterMs(random.below(2 ** 31) / 2 ** 31)) * MS).length > 0) told += 1;
      }
      assert.ok(told < 3, `${told} of ${count} answers`);
    }
  });
}
