import assert from "node:assert/strict";
import { Pace, togetherUs } from "./pace.ts";

/** When probes leave, if there always is one; whoever wants to wake between two of these times wakes at the later one. */
function sentUs(probesPerSecond: number, count: number, asleep: readonly (readonly [number, number])[] = []): number[] {
  const pace = new Pace({ probesPerSecond });
  const sent: number[] = [];
  for (let nowUs = 0; sent.length < count;) {
    const wantedUs = Math.max(nowUs, pace.openUs);
    nowUs = asleep.find(([fromUs, untilUs]) => wantedUs > fromUs && wantedUs < untilUs)?.[1] ?? wantedUs;
    pace.noteSent(nowUs);
    sent.push(nowUs);
  }
  return sent;
}

Deno.test("the first probe may leave at once, and in the long run they leave evenly", () => {
  assert.equal(sentUs(1, 1)[0], 0);
  assert.deepEqual(sentUs(1_000, 200).slice(-3), [187_000, 188_000, 189_000]);
});

Deno.test("no time has more probes than the rate and ten milliseconds allow, and no burst has more than what leaves together at twice the rate", () => {
  for (const rate of [1, 10, 1_000, 20_000, 100_000]) {
    const gapUs = 1e6 / rate;
    const sent = sentUs(rate, 2_000, [[5 * gapUs, 9.5 * gapUs], [500 * gapUs, 800 * gapUs]]);
    for (const [at, fromUs] of sent.entries()) {
      for (const count of [1, 2, 10, 100, 1_000]) {
        const untilUs = sent[at + count];
        if (untilUs === undefined) continue;
        const leastUs = Math.max(count * gapUs / 2 - togetherUs(rate), count * gapUs - 10_000);
        assert.ok(untilUs - fromUs >= leastUs - 0.01, `${count} probes in ${untilUs - fromUs} at ${rate}/s`);
      }
    }
  }
});

Deno.test("a thread that wakes 0.15 ms late whenever it sleeps has the rate all the same", () => {
  for (const rate of [5_000, 20_000, 40_000]) {
    const pace = new Pace({ probesPerSecond: rate });
    const [wakesLateUs, sendingUs, probes] = [150, 10, 10_000];
    let nowUs = 0;
    for (let sent = 0; sent < probes; sent++) {
      if (pace.openUs > nowUs) nowUs = pace.openUs + wakesLateUs;
      pace.noteSent(nowUs);
      nowUs += sendingUs;
    }
    assert.ok(nowUs < 1.01 * probes * 1e6 / rate, `${probes} in ${nowUs} µs at ${rate}/s`);
  }
});

/** How many leave at each time at which somebody wakes, if many wait, and the longest time between two of these. */
function together(probesPerSecond: number): { readonly probes: number; readonly us: number } {
  const pace = new Pace({ probesPerSecond });
  let [nowUs, lastUs, probes, longestUs] = [0, 0, 0, 0];
  for (let woken = 0; woken < 10_000; woken++) {
    nowUs = Math.max(nowUs, pace.openForUs(1_000));
    longestUs = Math.max(longestUs, nowUs - lastUs);
    lastUs = nowUs;
    for (probes = 0; pace.openUs <= nowUs; probes++) pace.noteSent(nowUs);
  }
  return { probes, us: Math.round(longestUs) };
}

Deno.test("where many wait four leave together, but for a millisecond nobody waits for others", () => {
  assert.deepEqual(together(100), { probes: 1, us: 10_000 });
  assert.deepEqual(together(2_000), { probes: 2, us: 1_000 });
  assert.deepEqual(together(5_000), { probes: 4, us: 800 });
  assert.deepEqual(together(20_000), { probes: 4, us: 200 });
  assert.deepEqual(together(100_000), { probes: 20, us: 200 });
});

Deno.test("who waits alone leaves as soon as he may", () => {
  const pace = new Pace({ probesPerSecond: 5_000 });
  for (let sent = 0; sent < 100; sent++) pace.noteSent(0);
  assert.equal(pace.openForUs(1), pace.openUs);
});
