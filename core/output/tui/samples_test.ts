import assert from "node:assert/strict";
import { script } from "../../path/_script.ts";
import type { TraceEvent } from "../../messages.ts";
import { type Sample, SAMPLE_LIMIT, SampleHistory } from "./samples.ts";

function sent(probe: number, round: number, ttl = 1): TraceEvent {
  return { kind: "sent", target: 0, probe, round, ttl, atUs: 0, packetBytes: 64 };
}

function lost(probe: number, ttl = 1): TraceEvent {
  return { kind: "lost", target: 0, probe, ttl };
}

function historyOf(events: readonly TraceEvent[]): SampleHistory {
  const samples = new SampleHistory();
  for (const event of events) samples.apply(event);
  return samples;
}

function check(
  events: readonly TraceEvent[],
  expected: readonly Sample[],
  { ttl = 1, count = SAMPLE_LIMIT } = {},
): void {
  assert.deepEqual(historyOf(events).latest(ttl, count), expected);
}

Deno.test("without a probe there is no sample", () => check([], []));

Deno.test("a probe is waited for until it is answered or lost", () => {
  check([sent(0, 0)], ["waiting"]);
  check(script().reply(1, "10.0.0.1", 250).events, [250]);
  check([sent(0, 0), lost(0)], ["lost"]);
});

Deno.test("a probe that did not leave is lost, whether that is told at once or later", () => {
  check(script().sendFailed(1, "noRoute", "ENETUNREACH").events, ["lost"]);
  check(script().unsent(1, "noRoute", "ENETUNREACH").events, ["lost"]);
});

Deno.test("a late answer and a further one change nothing", () => {
  check(script().late(1, "10.0.0.1", 250).events, ["lost"]);
  check(script().reply(1, "10.0.0.1", 250).duplicate(1, "10.0.0.2", 300).events, [250]);
});

Deno.test("rounds in which a hop was not probed have a place, too", () => {
  check([sent(0, 0), lost(0), sent(1, 3, 2), sent(2, 4), lost(2)], ["lost", "unsent", "unsent", "unsent", "lost"]);
  check([sent(0, 0), lost(0), sent(1, 3, 2)], ["unsent", "unsent", "unsent", "waiting"], { ttl: 2 });
});

Deno.test("of several flows the worst probe of a round counts", () => {
  check(script().reply(1, "a", 300).reply(1, "b", 200).events, [300]);
  check(script().reply(1, "a", 300).inFlight(1).events, [300]);
  check(script().lost(1).reply(1, "a", 300).events, ["lost"]);
  check(script().reply(1, "a", 300).lost(1).events, ["lost"]);
});

Deno.test("what is asked for are the latest samples", () =>
  check([sent(0, 0), lost(0), sent(1, 1), sent(2, 2), lost(2)], ["waiting", "lost"], { count: 2 }));

Deno.test("only the latest rounds are kept, and nothing of others shows in their places", () => {
  const rounds = SAMPLE_LIMIT + 50;
  const events = Array.from({ length: rounds }, (_, round) => [sent(round, round), lost(round)]).flat();
  check(events, new Array(SAMPLE_LIMIT).fill("lost"), { count: rounds });
  const later = historyOf([...events, sent(rounds, rounds + SAMPLE_LIMIT - 1)]);
  assert.deepEqual(later.latest(1, SAMPLE_LIMIT), [...new Array(SAMPLE_LIMIT - 1).fill("unsent"), "waiting"]);
  assert.deepEqual(later.latest(1, 2, rounds - 1), []);
});

Deno.test("an answer to a probe of a round that is forgotten changes nothing", () =>
  check([sent(0, 0), sent(1, SAMPLE_LIMIT, 2), lost(0)], new Array(SAMPLE_LIMIT).fill("unsent")));

Deno.test("the past can be asked for", () => {
  const samples = historyOf([sent(0, 0), lost(0), sent(1, 1), sent(2, 2), lost(2)]);
  assert.deepEqual(samples.latest(1, 5, 1), ["lost", "waiting"]);
  assert.equal(samples.latestRound, 2);
});

Deno.test("after a reset answers to probes of before are nothing", () => {
  const samples = historyOf([sent(0, 0)]);
  samples.reset();
  samples.apply(lost(0));
  assert.deepEqual(samples.latest(1, 5), ["unsent"]);
});
