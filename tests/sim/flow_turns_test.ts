/** Flows and whoever limits its answers: none of them gets all. */
import assert from "node:assert/strict";
import { path } from "./paths.ts";
import { MS } from "./run.ts";
import { verdicts } from "./verdicts.ts";

Deno.test("a router that answers one flow in a round is silent to none of eight", () => {
  const limit = { perSecond: 1, burst: 1 };
  for (const intervalUs of [1_000 * MS, 500 * MS]) {
    const found = verdicts(path(4, { 2: { limit } }), { flows: 8, rounds: 24, intervalUs });
    assert.deepEqual(found.filter(({ word }) => word === "SILENT"), []);
  }
});

Deno.test("a target that answers one flow in a round is dead to none of eight", () => {
  const limit = { perSecond: 1, burst: 1 };
  const found = verdicts(path(4, { 4: { limit } }), { flows: 8, rounds: 24 });
  for (const { numbers } of found) assert.equal(numbers["flowsLosing"] ?? 8, 8);
});
