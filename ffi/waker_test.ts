import assert from "node:assert/strict";
import { PollSet } from "./poll_set.ts";
import { wake, Waker } from "./waker.ts";

Deno.test("who is woken returns from its wait, however often it was done, and waits again after it", () => {
  const polled = new PollSet();
  const waker = new Waker();
  polled.add(waker);
  for (const times of [1, 3, 1_000]) {
    for (let time = 0; time < times; time++) wake(waker.waker);
    waker.forget();
    // For ever, were it not for that.
    polled.wait(Infinity);
    assert.ok(waker.isWoken);
    for (waker.forget(); times > 1;) {
      polled.wait(0);
      if (!waker.isWoken) break;
      waker.forget();
    }
    polled.wait(0);
    assert.equal(waker.isWoken, false);
  }
});
