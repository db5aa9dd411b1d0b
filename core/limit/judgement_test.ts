import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "../path/_script.ts";
import { idleLimit, isOf, judge } from "./judgement.ts";
import { type Limit, parseLimit } from "./limit.ts";
import { METRICS } from "./metrics.ts";

function limit(text: string): Limit {
  const parsed = parseLimit(text);
  return parsed.ok ? parsed.limit : assert.fail(`${text}: ${parsed.mistake.expected}`);
}

/** Measured values (in µs, if times) and whether they cross the limit, of a target behind one router. */
function check(
  events: EventScript,
  expected: Readonly<Record<string, readonly [measured: number | undefined, isCrossed: boolean]>>,
  isComplete = true,
): void {
  const limits = Object.keys(expected).map(limit);
  const judged = judge(limits, { typed: "target.example", address: TARGET, path: events.path(), isComplete });
  assert.deepEqual(
    Object.fromEntries(judged.map(({ limit: { text }, measured, isCrossed }) => [text, [measured, isCrossed]])),
    expected,
  );
}

const ANSWERED = script().reply(1, "10.0.0.1", 900).reply(2, TARGET, 10_000).lost(1).reply(2, TARGET, 30_000)
  .reply(1, "10.0.0.1", 900).lost(2).lost(1).reply(2, TARGET, 20_000);

Deno.test("the figures are those of the row where the target answers", () =>
  check(ANSWERED, {
    "loss > 24%": [25, true],
    "loss > 25%": [25, false],
    "sent != 4": [4, false],
    "received < 4": [3, true],
    "lost >= 1": [1, true],
    "hops > 2": [2, false],
    "last <= 20ms": [20_000, true],
    "best < 10ms": [10_000, false],
    "avg == 20ms": [20_000, true],
    "worst > 29.9": [30_000, true],
    "stdev > 10ms": [10_000, false],
    "jitter > 14ms": [15_000, true],
    "p50 > 20ms": [20_000, false],
    "p90 >= 0.03s": [30_000, true],
    "p95 > 30000us": [30_000, false],
    "p99 != 30ms": [30_000, false],
  }));

const SILENT = script().reply(1, "10.0.0.1", 900).lost(2).reply(1, "10.0.0.1", 900).lost(2).inFlight(2);

Deno.test("a target that never answered has lost everything, and crosses every limit of what it should have shown", () =>
  check(SILENT, {
    "loss < 100%": [100, false],
    "loss > 5%": [100, true],
    "sent > 3": [3, false],
    "received == 0": [0, true],
    "lost > 1": [2, true],
    ...Object.fromEntries(
      Object.entries(METRICS).filter(([, { unit }]) => unit === "microseconds").map((
        [metric],
      ) => [`${metric} < 1ms`, [undefined, true]]),
    ),
    "hops > 5": [undefined, true],
  }));

Deno.test("a router that refuses is not the target", () =>
  check(script().reply(1, "10.0.0.1", 900, { kind: "unreachable" }), {
    "loss > 5%": [100, true],
    "avg > 5ms": [undefined, true],
  }));

Deno.test("of a run that was ended early what was not measured crosses nothing", () => {
  check(script().inFlight(1), { "loss > 5%": [undefined, false], "avg > 1ms": [undefined, false] }, false);
  check(script().reply(1, TARGET, 2_000), { "avg > 1ms": [2_000, true] }, false);
});

Deno.test("a target that has answered where another router is now has no figures, and has not lost everything", () =>
  check(script().reply(1, TARGET, 900).reply(2, "10.0.0.2", 900).reply(1, "10.0.0.1", 900), {
    "loss > 5%": [undefined, true],
    "hops > 5": [undefined, true],
  }));

Deno.test("a limit is of every target, of a host as typed, or of an address in any spelling", () => {
  const target = { typed: "Target.example", address: "2001:db8::1" };
  for (const own of ["", "@Target.example", "@2001:db8::1", "@2001:DB8:0::1"]) {
    assert.ok(isOf(limit(`loss > 5${own}`), target), own);
  }
  for (const other of ["@target.example", "@2001:db8::2", "@2001:db8"]) {
    assert.ok(!isOf(limit(`loss > 5${other}`), target), other);
  }
});

Deno.test("a limit of nobody is found, but for an address where not every host has one yet", () => {
  const known = [{ typed: "a", address: "192.0.2.1" }, { typed: "b", address: "192.0.2.2" }];
  const unknown = [...known, { typed: "c", address: undefined }];
  const texts = ["loss > 1", "loss > 2 @b", "loss > 3 @c", "loss > 4 @192.0.2.3", "loss > 5 @d"];
  const idleOf = (targets: typeof unknown): string | undefined =>
    texts.find((text) => idleLimit([limit(text)], targets) !== undefined);
  assert.equal(idleOf(known), "loss > 3 @c");
  assert.equal(idleOf(unknown), "loss > 5 @d");
  assert.equal(idleLimit(texts.slice(0, 2).map(limit), known), undefined);
});
