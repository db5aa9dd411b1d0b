import assert from "node:assert/strict";
import { pseudoRandom } from "../core/probe/pseudo_random.ts";
import { ClockDistance } from "./clock_distance.ts";

/** Looks at a wall clock that is `awayUs` behind, each with the time that passes before and after the wall is read. */
function looked(looks: readonly { readonly awayUs: number; readonly spansUs: readonly [number, number] }[]): {
  readonly distance: ClockDistance;
  readonly steps: readonly boolean[];
} {
  const distance = new ClockDistance();
  let nowUs = 1e6;
  const steps = looks.map(({ awayUs, spansUs: [before, after] }) => {
    const beforeUs = nowUs;
    nowUs += before;
    const wallUs = nowUs - awayUs;
    nowUs += after;
    return distance.look(beforeUs, wallUs, nowUs);
  });
  return { distance, steps };
}

Deno.test("the distance is what all looks have in common, so a look that was interrupted costs nothing", () => {
  const { distance, steps } = looked([
    { awayUs: 500, spansUs: [4_000, 1] },
    { awayUs: 500, spansUs: [0.25, 0.125] },
    { awayUs: 500, spansUs: [1, 90_000] },
  ]);
  assert.deepEqual(steps, [false, false, false]);
  assert.ok(Math.abs(distance.us - 500) <= distance.errorUs);
  assert.ok(Math.abs(distance.us - 500) < 0.2, `${distance.us}`);
});

for (const stepUs of [-3.6e9, -1_000, -1, 1, 1_000, 3.6e9]) {
  Deno.test(`a wall clock set by ${stepUs} µs is noticed at the next look, and the distance is the new one`, () => {
    const quick = [0.1, 0.1] as const;
    const { distance, steps } = looked([0, 0, stepUs, stepUs].map((awayUs) => ({ awayUs, spansUs: quick })));
    assert.deepEqual(steps, [false, false, true, false]);
    assert.ok(Math.abs(distance.us - stepUs) <= distance.errorUs + 1e-3);
  });
}

Deno.test("however looks are interrupted and the clock is set, the distance is within its bound", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = pseudoRandom(seed);
    const distance = new ClockDistance();
    let nowUs = random() * 1e9;
    let awayUs = (random() - 0.5) * 1e12;
    for (let looks = 0; looks < 50; looks++) {
      if (random() < 0.1) awayUs += (random() - 0.5) * 10 ** (random() * 9 - 1);
      const beforeUs = nowUs += random() * 1e5;
      const wallUs = (nowUs += random() * 10 ** (random() * 6 - 1)) - awayUs;
      nowUs += random() * 10 ** (random() * 6 - 1);
      distance.look(beforeUs, wallUs, nowUs);
      assert.ok(Math.abs(distance.us - awayUs) <= distance.errorUs + 0.02, `seed ${seed}, look ${looks}`);
    }
  }
});
