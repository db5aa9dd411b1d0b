import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { Course } from "./course.ts";

const SECOND = 1_000_000;

/** One answer a second; its time by its number. */
function courseOf(count: number, rttUs: (number: number) => number): Course {
  const course = new Course();
  for (let number = 0; number < count; number++) course.add(rttUs(number), number * SECOND);
  return course;
}

Deno.test("however long a run is, its course is 50 to 100 stretches of as many answers, with the quickest of each", () => {
  const random = new Random(7);
  for (const count of [0, 1, 99, 100, 101, 102, 199, 200, 201, 402, 5_000]) {
    const rttsUs = Array.from({ length: count }, () => 1 + random.below(100_000));
    const { size, stretches } = courseOf(count, (number) => rttsUs[number]!);
    const expected = Array.from(
      { length: Math.floor(count / size) },
      (_, index) => Math.min(...rttsUs.slice(index * size, (index + 1) * size)),
    );
    assert.deepEqual(stretches.map(({ leastUs }) => leastUs), expected, `${count}`);
    assert.ok(stretches.length <= 100 && (stretches.length >= 50 || size === 1), `${count}`);
  }
});

Deno.test("a stretch in which the way became slower knows the first probe that met it, and one in which it became quicker, too", () => {
  for (const count of [100, 200, 800, 5_000]) {
    for (const at of [20, 21, 22, 23, 31, 32, 33].map((part) => Math.floor(part * count / 50) + part % 3)) {
      const stepUs = (isSlow: boolean): number => isSlow ? 80_000 : 30_000;
      const slower = courseOf(count, (number) => stepUs(number >= at));
      const last = slower.stretches.findLastIndex(({ leastUs }) => leastUs < 80_000);
      const { slowerUs = slower.stretches[last + 1]?.beginUs } = slower.stretches[last]!;
      assert.equal(slowerUs, Math.fround(at * SECOND), `${at} of ${count}`);
      const quicker = courseOf(count, (number) => stepUs(number < at));
      assert.equal(
        quicker.stretches.find(({ leastUs }) => leastUs < 80_000)?.firstUs,
        Math.fround(at * SECOND),
        `${at} of ${count}`,
      );
    }
  }
});
