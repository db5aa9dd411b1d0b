import assert from "node:assert/strict";
import { pseudoRandom } from "../core/probe/pseudo_random.ts";
import { Clock, type KernelStamp, type Readable } from "./clock.ts";

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
  const offUs = clock.errorUs + 1;
  assert.ok(atUs >= beforeUs - 1_000 - offUs && atUs <= afterUs + offUs, `${beforeUs} ${atUs} ${afterUs} ${offUs}`);
});

Deno.test("stamps keep their distances, to the nanosecond", () => {
  const clock = new Clock();
  const seconds = Math.floor(Date.now() / 1e3);
  const us = (seconds: number, ns: number): number => clock.fromWall(seconds, ns);
  assert.ok(Math.abs(us(seconds, 1_001) - us(seconds, 1) - 1) < 1e-3);
  assert.ok(Math.abs(us(seconds + 1, 0) - us(seconds, 999_999_000) - 1) < 1e-3);
  assert.ok(Math.abs(us(seconds + 86_400, 0) - us(seconds, 0) - 86_400e6) < 1e-3);
});

Deno.test("whoever sets the wall clock, however often and far, no stamp is off by more than it says", () => {
  const sources = { driver: 0, program: 0 };
  for (let seed = 1; seed <= 200; seed++) {
    const random = pseudoRandom(seed);
    let nowUs = 1e6;
    let wallUs = 0;
    // Reading takes a moment, and sometimes the thread is stopped.
    const read = (awayUs: () => number): Readable => ({
      baseSeconds: 0,
      readUs: () => (nowUs += random() < 0.01 ? random() * 5e4 : random() * 0.1) + awayUs(),
    });
    const clock = new Clock(read(() => 0), read(() => wallUs));
    const queue: { readonly atUs: number; readonly stamp: KernelStamp }[] = [];
    for (let step = 0; step < 400; step++) {
      nowUs += random() * 1e4;
      if (random() < 0.01) wallUs = 2e9 + (random() - 0.5) * 10 ** (random() * 9);
      const stampUs = nowUs + wallUs;
      const seconds = Math.floor(stampUs / 1e6);
      queue.push({ atUs: nowUs, stamp: { seconds, ns: (stampUs - seconds * 1e6) * 1e3 } });
      if (random() < 0.5) continue;
      const earliestUs = queue[0]!.atUs;
      clock.look();
      for (const { atUs, stamp } of queue.splice(0)) {
        const received = clock.received(stamp, earliestUs);
        assert.ok(Math.abs(received.atUs - atUs) <= received.errorUs! + 0.01, `seed ${seed}: ${received.atUs} ${atUs}`);
        sources[received.source === "driver" ? "driver" : "program"]++;
      }
    }
  }
  // In the second after each step the kernel's stamps are passed over.
  assert.ok(sources.driver > 10_000 && sources.program > 10_000, JSON.stringify(sources));
});
