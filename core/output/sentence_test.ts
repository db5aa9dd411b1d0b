import assert from "node:assert/strict";
import type { Access } from "../messages.ts";
import { type EventScript, script } from "../path/_script.ts";
import { statusOf } from "../path/status.ts";
import { verdictsOf } from "../path/verdict.ts";
import { sentenceOf } from "./sentence.ts";

/** What is said of a target that has not answered. */
function sentence(events: EventScript, access?: Access): string | undefined {
  const path = events.path();
  const times = { startedAtMs: 0, endedAtMs: 0, utcOffsetMinutes: 0 };
  return sentenceOf({ typed: "a.example", status: statusOf(path, true), path, access, ...times });
}

Deno.test("who does not answer is not heard, as far as this user can tell", () => {
  const silent = script().reply(1, "10.0.0.1", 1_000).lost(2);
  assert.equal(sentence(silent), "a.example did not answer");
  assert.equal(sentence(silent, "raw"), "a.example did not answer");
  assert.equal(sentence(silent, "connect"), "a.example did not answer, as far as heard without root");
});

Deno.test("a target that is further than probes go was not asked", () => {
  const near = script().reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.2", 2_000);
  assert.equal(
    sentence(near, "connect"),
    "a.example was not reached: hop 2 still is a router, and probes go no further (--max-ttl)",
  );
});

Deno.test("whoever refuses stands at the same hop in the status and in the verdict", () => {
  const tooBig = { kind: "unreachable", icmpType: 3, icmpCode: 4, mtu: 1_400 } as const;
  const events = script();
  for (let round = 0; round < 3; round++) {
    events.reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.2", 2_000).reply(3, "10.0.0.2", 2_000, tooBig);
  }
  assert.match(sentence(events) ?? "", /^a\.example did not answer: 10\.0\.0\.2 at hop 2 says: fragmentation needed/);
  assert.deepEqual(verdictsOf(events.path()).map(({ word, ttl }) => [word, ttl]), [["MTU", 2]]);
});
