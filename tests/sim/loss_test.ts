/** Bursts, outages and answers out of order: what the figures say against what happened. */
import assert from "node:assert/strict";
import type { Hop } from "../../core/path/hop.ts";
import type { TraceEvent } from "../../core/messages.ts";
import { Path as Fold } from "../../core/path/path.ts";
import type { TracePlan } from "../../core/plan.ts";
import { path, TARGET } from "./paths.ts";
import { MS, only, run, SECOND } from "./run.ts";
import type { World } from "./world.ts";

interface Traced {
  readonly events: readonly TraceEvent[];
  readonly hops: readonly Hop[];
  hop(ttl: number): Hop;
}

/** The hops of ten rounds, and the events behind them. */
function traced(route: World["paths"][string], plan: Partial<TracePlan> = {}): Traced {
  const { events } = run({ seed: 5, paths: { [TARGET]: route } }, {
    rounds: 10,
    timeoutUs: 10 * SECOND,
    ...plan,
  });
  const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  events.forEach((event) => fold.apply(event));
  const hops = fold.hops();
  return { events, hops, hop: (ttl) => hops.find((hop) => hop.ttl === ttl) ?? assert.fail(`no hop ${ttl}`) };
}

const SLOW = { delaysUs: { 0: 2_500 * MS, 1: 1_200 * MS, 4: 3_300 * MS } };

Deno.test("an answer is out of order if that to a later probe of its hop came before", () => {
  const { hop } = traced(path(2, { 2: SLOW }));
  // The third one overtakes the first two, and three overtake the fifth.
  assert.deepEqual([hop(1).reordered, hop(2).reordered], [0, 3]);
});

Deno.test("what is late is not out of order, too", () => {
  const { hop } = traced(path(2, { 2: SLOW }), { timeoutUs: 2 * SECOND });
  assert.deepEqual([hop(2).reordered, hop(2).late], [1, 2]);
});

Deno.test("with a short interval jitter alone changes the order, as often as the arrivals say", () => {
  const { events, hop } = traced(path(2, { 2: { jitterUs: 200 * MS } }), { rounds: 200, intervalUs: 20 * MS });
  const probes = only(events, "reply").filter(({ ttl }) => ttl === 2).map(({ probe }) => probe);
  const overtaken = probes.filter((probe, at) => probes.slice(0, at).some((other) => other > probe));
  assert.ok(overtaken.length > 50);
  assert.equal(hop(2).reordered, overtaken.length);
});

Deno.test("flows of different length and pace are no disorder", () => {
  const { hops } = traced(path(2, { 2: { jitterUs: 40 * MS } }), { flows: 4 });
  assert.deepEqual(hops.map(({ reordered }) => reordered), [0, 0]);
});

Deno.test("an outage is from the first lost probe to the next one that was answered, over either direction", () => {
  const { events, hop } = traced(path(3, { 2: { forwardDropped: [2, 3, 4, 5, 8] } }), { maxTtl: 3 });
  const sentUs = only(events, "sent").filter(({ ttl }) => ttl === 3).map(({ atUs }) => atUs);
  const { bursts, longestBurst, outages, outageUs } = hop(3).lossRuns!;
  assert.deepEqual([bursts, longestBurst], [2, 4]);
  assert.deepEqual(outages, [{ beginUs: sentUs[2], endUs: sentUs[6], lost: 4 }]);
  assert.equal(outageUs, sentUs[6]! - sentUs[2]!);
});

Deno.test("for any loss the bursts are those of the probes that nobody answered", () => {
  const { events, hop } = traced(path(3, { 3: { loss: 0.4, jitterUs: 500 * MS } }), {
    rounds: 200,
    intervalUs: 100 * MS,
  });
  const answered = new Set(only(events, "reply").map(({ probe }) => probe));
  const fates = only(events, "sent").filter(({ ttl }) => ttl === 3).map(({ probe }) => answered.has(probe) ? "." : "x");
  const rows = [...fates.join("").matchAll(/x+/g)].map(([row]) => row.length);
  const { bursts, longestBurst, outages = [] } = hop(3).lossRuns!;
  assert.deepEqual([bursts, longestBurst], [rows.length, Math.max(...rows)]);
  assert.deepEqual(outages.map(({ lost }) => lost), rows.filter((length) => length >= 3));
});
