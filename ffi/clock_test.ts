import assert from "node:assert/strict";
import { Clock } from "./clock.ts";

Deno.test("the clock never goes back, and counts microseconds from about its making", () => {
  const clock = new Clock();
  let lastUs = clock.nowUs();
  assert.ok(lastUs >= 0 && lastUs < 60e6, `${lastUs}`);
  for (let reading = 0; reading < 10_000; reading++) {
    const nowUs = clock.nowUs();
    assert.ok(nowUs >= lastUs);
    lastUs = nowUs;
  }
});

Deno.test("the clock runs as fast as the runtime's own", () => {
  const clock = new Clock();
  const [ownUs, runtimeMs] = [clock.nowUs(), performance.now()];
  let elapsedMs = 0;
  while (elapsedMs < 20) elapsedMs = performance.now() - runtimeMs;
  const elapsedUs = clock.nowUs() - ownUs;
  assert.ok(elapsedUs >= 20_000 - 1_000, `${elapsedUs} µs in ${elapsedMs} ms`);
});

/** A wall-clock time in ms as a kernel stamp has it. */
function stampUs(clock: Clock, wallMs: number): number {
  return clock.fromWall(Math.floor(wallMs / 1e3), Math.round(wallMs % 1e3 * 1e6));
}

Deno.test("a kernel stamp of now lies now on the monotonic line", () => {
  const clock = new Clock();
  const beforeUs = clock.nowUs();
  const atUs = stampUs(clock, Date.now());
  const afterUs = clock.nowUs();
  // Date.now() is cut to whole milliseconds.
  assert.ok(atUs >= beforeUs - 1_100 && atUs <= afterUs + 100, `${beforeUs} ${atUs} ${afterUs}`);
});

Deno.test("stamps keep their distances, to the nanosecond", () => {
  const clock = new Clock();
  const seconds = Math.floor(Date.now() / 1e3);
  const us = (seconds: number, ns: number): number => clock.fromWall(seconds, ns);
  assert.ok(Math.abs(us(seconds, 1_001) - us(seconds, 1) - 1) < 1e-3);
  assert.ok(Math.abs(us(seconds + 1, 0) - us(seconds, 999_999_000) - 1) < 1e-3);
  assert.ok(Math.abs(us(seconds + 86_400, 0) - us(seconds, 0) - 86_400e6) < 1e-3);
});
