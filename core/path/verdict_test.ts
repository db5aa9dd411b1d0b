/** What a simulated path does not show as easily; the others stand in tests/sim/verdict_test.ts. */
import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "./_script.ts";
import type { PathOptions } from "./path.ts";
import { verdictsOf } from "./verdict.ts";

function check(events: EventScript, expected: readonly string[], options: Partial<PathOptions> = {}): void {
  assert.deepEqual(verdictsOf(events.path(options)).map(({ word, ttl }) => `${word} ${ttl}`), expected);
}

/** So many rounds of the same. */
function rounds(count: number, play: (events: EventScript, round: number) => unknown): EventScript {
  const events = script();
  for (let round = 0; round < count; round++) play(events, round);
  return events;
}

/** One answer of each hop, with these TTLs at arrival. */
function withReplyTtls(...ttls: readonly number[]): EventScript {
  const events = script();
  ttls.forEach((replyTtl, index) => {
    events.reply(index + 1, index === ttls.length - 1 ? TARGET : `10.0.0.${index + 1}`, 1_000, { replyTtl });
  });
  return events;
}

Deno.test("of a run without any answer there is nothing to say", () => check(script(), []));

Deno.test("answers that come back as far as probes went are no hint", () => check(withReplyTtls(255, 254, 62, 61), []));

Deno.test("answers that passed more hops than probes, up to the target, are one", () => {
  check(withReplyTtls(255, 254, 249, 58), ["ASYMMETRIC 3"]);
  const [found] = verdictsOf(withReplyTtls(255, 254, 249, 58).path());
  assert.deepEqual(found?.numbers, { hopsThere: 4, hopsBack: 7 });
});

Deno.test("a way back that only some routers before the target have, or the target alone, is none", () => {
  check(withReplyTtls(255, 249, 248, 61), []);
  check(withReplyTtls(255, 254, 253, 55), []);
});

Deno.test("probes that did not leave this host are no loss of the path", () =>
  check(
    rounds(10, (events, round) => {
      if (round % 2 === 0) events.sendFailed(1, "noBuffer", "ENOBUFS");
      else events.reply(1, TARGET, 1_000);
    }),
    [],
  ));

Deno.test("probes in flight are not missing", () =>
  check(
    rounds(10, (events, round) => {
      if (round < 5) events.reply(1, TARGET, 1_000);
      else events.inFlight(1);
    }),
    [],
  ));

Deno.test("where times are none, nobody knows when a path changed", () => {
  const events = rounds(
    10,
    (events, round) => events.reply(1, round < 5 ? "10.0.0.1" : "10.0.0.2", 1_000).reply(2, TARGET, 2_000),
  );
  check(events, ["CHANGED 1"]);
  const [timed] = verdictsOf(events.path());
  const [untimed] = verdictsOf(events.path({ isUntimed: true }));
  assert.ok(timed !== undefined && "afterUs" in timed.numbers);
  assert.ok(untimed !== undefined && !("afterUs" in untimed.numbers));
});

Deno.test("a refusal after answers is no change of the path", () =>
  check(
    rounds(10, (events, round) =>
      round < 5 ? events.reply(1, TARGET, 1_000) : events.reply(1, "10.0.0.1", 1_000, { kind: "unreachable" })),
    [],
  ));
