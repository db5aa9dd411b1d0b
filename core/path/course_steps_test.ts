import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { Course } from "./course.ts";
import { stepsOf } from "./course_steps.ts";

const MS = 1_000;
const SECOND = 1_000_000;

function courseOf(rttsUs: readonly number[]): Course {
  const course = new Course();
  rttsUs.forEach((rttUs, at) => course.add(rttUs, at * SECOND));
  return course;
}

/** Of so many answers, one a second, each step in ms from its second on, over jitter of 5 ms: when which steps are told. */
function check(
  count: number,
  steps: readonly (readonly [atS: number, byMs: number])[],
  expected = steps,
  jitterMs: (part: number) => number = (part) => 5 * part,
): void {
  for (let seed = 1; seed <= 5; seed++) {
    const random = new Random(count + seed);
    const levelMs = (at: number): number => steps.reduce((sum, [from, byMs]) => sum + (at >= from ? byMs : 0), 40);
    const rttsUs = Array.from(
      { length: count },
      (_, at) => (levelMs(at) + jitterMs(random.below(2 ** 31) / 2 ** 31)) * MS,
    );
    const found = stepsOf(courseOf(rttsUs));
    assert.deepEqual(
      found.map(({ atUs }) => atUs),
      expected.map(([atS]) => Math.fround(atS * SECOND)),
      `${count} of seed ${seed}`,
    );
    found.forEach(({ wasUs, isUs }, index) => {
      assert.ok(Math.abs((isUs - wasUs) / MS - expected[index]![1]) < 5, `${wasUs} to ${isUs}`);
    });
  }
}

Deno.test("steps up and down are told with the first probe that met them, and by how much", () => {
  check(100, [[40, 50]]);
  check(100, [[61, -30]]);
  check(100, [[40, 50], [61, -50]]);
  check(10_000, [[4_003, 50]]);
});

Deno.test("a tenth of a run is told at either end, however many answers a stretch has", () => {
  for (const count of [100, 101, 104, 120, 199, 202, 204, 300, 700]) {
    check(count, [[Math.floor(0.9 * count), 50]]);
    check(count, [[Math.ceil(0.1 * count), -20]]);
  }
});

Deno.test("of several steps each is told by itself, of whatever size", () => {
  check(60, [[10, 20], [25, -20], [40, 50]]);
  check(60, [[15, 40], [30, 40], [45, 40]]);
  check(60, [[10, 60], [20, 40], [35, -40], [50, -60]]);
  check(600, [[100, 20], [250, -20], [400, 50]]);
  check(100, [[15, 50], [30, -50], [45, 50], [60, -50], [75, 50]]);
});

Deno.test("a quick answer or two within a slow time end it as little as slow ones begin one", () => {
  const isSlow = (at: number): boolean => (at >= 20 && at < 40 || at >= 70) !== (at === 55 || at === 83);
  const found = stepsOf(courseOf(Array.from({ length: 100 }, (_, at) => (isSlow(at) ? 90 : 30) * MS)));
  assert.deepEqual(found, [
    { atUs: 20 * SECOND, wasAtUs: 19 * SECOND, wasUs: 30 * MS, isUs: 90 * MS },
    { atUs: 40 * SECOND, wasAtUs: 39 * SECOND, wasUs: 90 * MS, isUs: 30 * MS },
    { atUs: 70 * SECOND, wasAtUs: 69 * SECOND, wasUs: 30 * MS, isUs: 90 * MS },
  ]);
});

Deno.test("eight answers on each side are the least, and a step of 10 ms and a fifth", () => {
  check(16, [[8, 50]]);
  check(16, [[9, 50]], []);
  check(40, [[33, 50]], []);
  check(100, [[40, 17]]);
  check(100, [[40, 6]], []);
  const rttsUs = Array.from({ length: 100 }, (_, at) => (300 + (at < 50 ? 0 : 50)) * MS);
  assert.deepEqual(stepsOf(courseOf(rttsUs)), []);
});

Deno.test("a step within jitter of its own size is none, nor is a course that slowly rises or goes up and down", () => {
  check(100, [[40, 12]], [], (part) => -10 * Math.log(1 - part));
  const slowly = (ms: (part: number) => number): readonly number[] =>
    Array.from({ length: 100 }, (_, at) => (40 + ms(at / 100)) * MS);
  assert.deepEqual(stepsOf(courseOf(slowly((part) => 100 * part))), []);
  assert.deepEqual(stepsOf(courseOf(slowly((part) => 40 * Math.sin(12 * part)))), []);
});

Deno.test("what is slow for a second of every four is no step", () => {
  for (let phase = 0; phase < 20; phase++) {
    const rttsUs = Array.from({ length: 100 }, (_, at) => ((at + phase) % 20 < 5 ? 230 : 30) * MS);
    assert.deepEqual(stepsOf(courseOf(rttsUs)), [], `${phase}`);
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
  Deno.test(`less than one of a hundred runs with jitter ${name} have a step`, () => {
    const random = new Random(1_973);
    for (const count of [16, 30, 50, 100, 101, 300]) {
      let told = 0;
      for (let runs = 0; runs < 300; runs++) {
        const rttsUs = Array.from({ length: count }, () => (30 + jitterMs(random.below(2 ** 31) / 2 ** 31)) * MS);
        if (stepsOf(courseOf(rttsUs)).length > 0) told += 1;
      }
      assert.ok(told < 3, `${told} of ${count} answers`);
    }
  });
}
