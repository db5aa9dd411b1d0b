import assert from "node:assert/strict";
import { mosOf, rFactorOf } from "./voice.ts";

/** Times in ms. */
function check(line: { loss: number; rtt: number; jitter?: number }, expected: { r: number; mos: number }): void {
  const { loss, rtt, jitter = 0 } = line;
  const measured = { lossPercent: loss, rtt: { meanUs: 1_000 * rtt, meanJitterUs: 1_000 * jitter } };
  const [r, mos] = [rFactorOf(measured) ?? NaN, mosOf(measured) ?? NaN];
  assert.ok(Math.abs(r - expected.r) < 0.005, `R is ${r}`);
  assert.ok(Math.abs(mos - expected.mos) < 0.005, `MOS is ${mos}`);
}

Deno.test("a path without delay and loss is G.107's own best: R 93.2, MOS 4.41", () =>
  check({ loss: 0, rtt: 0 }, { r: 93.2, mos: 4.41 }));

Deno.test("delay costs little up to 177.3 ms one way, and more than four times as much behind", () => {
  check({ loss: 0, rtt: 200 }, { r: 90.8, mos: 4.36 });
  check({ loss: 0, rtt: 600 }, { r: 72.503, mos: 3.71 });
});

Deno.test("a buffer of twice the mean jitter is delay", () =>
  check({ loss: 0, rtt: 100, jitter: 25 }, { r: 90.8, mos: 4.36 }));

Deno.test("5 % of loss cost what G.113 has for G.711 with concealment", () =>
  check({ loss: 5, rtt: 0 }, { r: 93.2 - 95 * 5 / 30.1, mos: 3.92 }));

Deno.test("nothing is worse than R 0 and MOS 1", () => check({ loss: 90, rtt: 3_000 }, { r: 0, mos: 1 }));

Deno.test("without answers nothing is known", () => {
  const line = { lossPercent: 100, rtt: { meanUs: undefined, meanJitterUs: undefined } };
  assert.deepEqual([rFactorOf(line), mosOf(line)], [undefined, undefined]);
});
