import assert from "node:assert/strict";
import { departure } from "./departure.ts";

function check(betweenUs: number, expected: { readonly afterUs: number; readonly errorUs: number }): void {
  const { atUs, source, errorUs } = departure(1_000, 1_000 + betweenUs, 0.125);
  assert.deepEqual({ afterUs: atUs - 1_000, errorUs }, expected);
  assert.equal(source, "driver");
}

Deno.test("a packet left in the middle between its stamps", () => check(8, { afterUs: 4, errorUs: 4.125 }));

Deno.test("of a thread that was stopped, soon after the first", () => check(60, { afterUs: 5, errorUs: 55.125 }));

Deno.test("of a packet that was queued, soon before the second", () => check(400, { afterUs: 395, errorUs: 395.125 }));

Deno.test("stamps that are the wrong way round by the clocks' error are one", () => {
  assert.deepEqual(departure(1_000, 999.875, 0.25), { atUs: 999.875, source: "driver", errorUs: 0.25 });
});

Deno.test("whatever lies between, both stamps are within the bound", () => {
  for (let betweenUs = 0; betweenUs < 300; betweenUs += 0.5) {
    const { atUs, errorUs } = departure(1_000, 1_000 + betweenUs, 0);
    assert.ok(atUs - errorUs! <= 1_000 && atUs + errorUs! >= 1_000 + betweenUs, `${betweenUs}`);
  }
});
