import assert from "node:assert/strict";
import { pseudoRandom } from "../core/probe/pseudo_random.ts";
import { HeadStart } from "./head_start.ts";

const LEFT_US = 350;

/** How late one comes back who takes so long to wake up; of the second half, when all is learned. */
function lateUs(takesUs: (message: number) => number, messages = 2_000): readonly number[] {
  const headStart = new HeadStart();
  const late = Array.from({ length: messages }, (_, message) => {
    const lateUs = headStart.nap(LEFT_US) + takesUs(message) - LEFT_US;
    headStart.note(lateUs);
    return lateUs;
  });
  return late.slice(messages / 2);
}

for (const takesUs of [0, 40, 150, 230, 300]) {
  Deno.test(`who always takes ${takesUs} µs to wake up comes back on time`, () => {
    for (const late of lateUs(() => takesUs)) assert.ok(Math.abs(late) <= 5, `${late}`);
  });
}

Deno.test("who takes longer or shorter comes back in time as a rule, and never earlier than these differ", () => {
  for (const spreadUs of [60, 100, 150]) {
    const random = pseudoRandom(spreadUs);
    const late = lateUs(() => 100 + random() * spreadUs, 20_000);
    const share = late.filter((lateUs) => lateUs <= 0).length / late.length;
    assert.ok(share > 0.65 && share < 0.92, `${share} of ${spreadUs} µs`);
    assert.ok(Math.min(...late) > -spreadUs - 50);
  }
});

Deno.test("waiting for others once in four times costs the others nothing", () => {
  for (const late of lateUs((message) => message % 4 === 0 ? 5_000 : 120)) {
    assert.ok(Math.abs(late) <= 5 || late > 4_000, `${late}`);
  }
});

Deno.test("whoever takes longer than others wait is given no more than 300 µs, and 60 good times later all is learned", () => {
  const headStart = new HeadStart();
  for (let message = 0; message < 100; message++) headStart.note(250);
  assert.equal(headStart.nap(LEFT_US), LEFT_US - 300);
  for (let message = 0; message < 60; message++) headStart.note(headStart.nap(LEFT_US) + 60 - LEFT_US);
  assert.equal(headStart.nap(LEFT_US), LEFT_US - 60);
});

Deno.test("for what is nearer than waking up takes nobody sleeps", () => {
  assert.equal(new HeadStart().nap(100), 0);
  assert.equal(new HeadStart().nap(-20), 0);
});

Deno.test("what is due within a millisecond has no head start", () => {
  const headStart = new HeadStart();
  for (const waitUs of [0, 100, 999.9]) assert.equal(headStart.before(waitUs), undefined);
  assert.ok(headStart.before(1_000)! > LEFT_US);
});
