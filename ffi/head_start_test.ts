import assert from "node:assert/strict";
import { pseudoRandom } from "../core/probe/pseudo_random.ts";
import { HeadStart } from "./head_start.ts";

const LONG_WAIT_US = 25_000;

/** How late messages are ready, each of which takes so long to be; those of the second half, when all is learned. */
function lateUs(takesUs: (message: number) => number, messages = 2_000): readonly number[] {
  const headStart = new HeadStart();
  const late = Array.from({ length: messages }, (_, message) => {
    const lateUs = takesUs(message) - headStart.before(LONG_WAIT_US)!;
    headStart.note(lateUs);
    return lateUs;
  });
  return late.slice(messages / 2);
}

for (const takesUs of [0, 40, 150, 230, 300]) {
  Deno.test(`what always takes ${takesUs} µs is ready on time`, () => {
    for (const late of lateUs(() => takesUs)) assert.ok(Math.abs(late) <= 8, `${late}`);
  });
}

Deno.test("of messages that take longer or shorter more than half are ready in time, and none is waited for longer than they differ", () => {
  for (const spreadUs of [20, 60, 150]) {
    const random = pseudoRandom(spreadUs);
    const late = lateUs(() => 100 + random() * spreadUs, 20_000);
    const share = late.filter((lateUs) => lateUs <= 0).length / late.length;
    assert.ok(share > 0.5 && share < 0.75, `${share} of ${spreadUs} µs`);
    assert.ok(Math.min(...late) > -spreadUs - 16);
  }
});

Deno.test("a message in twenty that waits for others takes no more from those that do not than its own weight", () => {
  for (const late of lateUs((message) => message % 20 === 0 ? 5_000 : 120)) {
    assert.ok(late > -26 && late < 9 || late > 4_000, `${late}`);
  }
});

Deno.test("whoever always waits for others is given no more than 300 µs, and 30 later good messages are enough to learn it", () => {
  const headStart = new HeadStart();
  for (let message = 0; message < 100; message++) headStart.note(20_000);
  assert.equal(headStart.before(LONG_WAIT_US), 300);
  for (let message = 0; message < 30; message++) headStart.note(60 - headStart.before(LONG_WAIT_US)!);
  assert.equal(headStart.before(LONG_WAIT_US), 60);
});

Deno.test("what is due within a millisecond has none", () => {
  const headStart = new HeadStart();
  for (const waitUs of [0, 100, 999.9]) assert.equal(headStart.before(waitUs), undefined);
  assert.ok(headStart.before(1_000)! > 0);
});
