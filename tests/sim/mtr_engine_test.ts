/** mtr's schedule in simulated worlds: when each probe leaves, what ends a round, and when a run is over. */
import assert from "node:assert/strict";
import { MtrEngine, type MtrPlan } from "../../core/compat/mtr_engine.ts";
import type { TraceEvent } from "../../core/messages.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { path, TARGET } from "./paths.ts";
import { endpointOf, MS, only, SECOND } from "./run.ts";
import { ORIGIN_US, SimulatedNetwork } from "./simulated_network.ts";
import type { World } from "./world.ts";

const OTHER = "203.0.113.8";
const MOST_STEPS = 100_000;

interface Ran {
  readonly events: readonly TraceEvent[];
  readonly tookUs: number;
}

function run(world: World, plan: Partial<MtrPlan> = {}, targets: readonly string[] = [TARGET]): Ran {
  const network = new SimulatedNetwork(world);
  const whole: MtrPlan = { ...DEFAULT_PLAN, mtr: "0.95", ...plan };
  const engine = new MtrEngine(new NetworkProber(network, whole), whole);
  const events: TraceEvent[] = [];
  engine.begin(targets.map((address, index) => ({ index, endpoint: endpointOf(address) })));
  for (let steps = 0; !engine.done; steps++) {
    assert.ok(steps < MOST_STEPS, "The engine does not come to an end");
    events.push(...engine.step(network.nowUs() + 50 * MS));
  }
  return { events, tookUs: network.nowUs() - ORIGIN_US };
}

/** `ttl@ms` of each probe. */
function sent({ events }: Ran): readonly string[] {
  return only(events, "sent").map(({ ttl, atUs }) => `${ttl}@${Math.round(atUs / MS)}`);
}

function ttls({ events }: Ran): readonly number[] {
  return only(events, "sent").map(({ ttl }) => ttl);
}

function world(length: number, changes: Parameters<typeof path>[1] = {}): World {
  return { paths: { [TARGET]: path(length, changes) } };
}

Deno.test("the first probe leaves a tenth of an interval after the start, later rounds share the interval", () => {
  const ran = run(world(4), { rounds: 2 });
  // The fifth finds the answer of the target there, and ends the round.
  assert.deepEqual(sent(ran), ["1@100", "2@200", "3@300", "4@400", "5@500", "1@750", "2@1000", "3@1250", "4@1500"]);
});

Deno.test("the grace time begins with the tick after the last probe, and is waited for to its end", () => {
  for (const graceUs of [SECOND, 5 * SECOND]) {
    const { tookUs } = run(world(4), { rounds: 2, graceUs });
    assert.equal(Math.round((tookUs - graceUs) / MS), 1750);
  }
});

Deno.test("an interval is cut to whole microseconds for each tick", () => {
  const ran = run(world(3), { rounds: 3, intervalUs: 1_000_001 });
  const atUs = only(ran.events, "sent").map((event) => event.atUs);
  // 100,000 until the round has found the target at ttl 3, then 333,333.
  assert.deepEqual(atUs.map((us) => Math.round(us)), [
    100_000,
    200_000,
    300_000,
    400_000,
    733_333,
    1_066_666,
    1_399_999,
    1_733_332,
    2_066_665,
    2_399_998,
  ]);
});

Deno.test("without rounds there is no probe, but the grace time", () => {
  for (const rounds of [0, -5]) {
    const ran = run(world(4), { rounds, graceUs: 2 * SECOND });
    assert.deepEqual(sent(ran), []);
    assert.equal(Math.round(ran.tookUs / MS), 2100);
  }
});

Deno.test("where nobody answers, fourteen hops are probed, or as many as the greatest number of silent ones says", () => {
  const silent = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at + 1, { silent: true }]));
  assert.equal(ttls(run(world(40, silent), { rounds: 1, graceUs: MS })).length, 14);
  assert.equal(ttls(run(world(40, silent), { rounds: 1, graceUs: MS, maxUnknown: 1 })).length, 3);
  assert.equal(ttls(run(world(40, silent), { rounds: 1, graceUs: MS, maxUnknown: 200 })).length, 30);
});

Deno.test("silent hops are counted from the first ttl on, wherever they are", () => {
  const everySecond = Object.fromEntries([1, 3, 5, 7].map((ttl) => [ttl, { silent: true }]));
  assert.deepEqual(ttls(run(world(20, everySecond), { rounds: 1, graceUs: MS, maxUnknown: 2 })), [1, 2, 3, 4, 5, 6]);
});

Deno.test("a later first ttl shortens the round of 0.96, but not its gaps in 0.95", () => {
  const plan = { rounds: 2, firstTtl: 3, graceUs: MS };
  assert.deepEqual(sent(run(world(4), plan)), ["3@100", "4@200", "5@300", "3@550", "4@800"]);
  assert.deepEqual(sent(run(world(4), { ...plan, mtr: "0.96" })), ["3@100", "4@200", "5@300", "3@800", "4@1300"]);
});

Deno.test("the greatest ttl ends every round", () => {
  assert.deepEqual(ttls(run(world(9), { rounds: 2, maxTtl: 3, graceUs: MS })), [1, 2, 3, 1, 2, 3]);
});

Deno.test("before it is due a target that answers ends nothing", () => {
  const plan: Partial<MtrPlan> = { mtr: "0.96", rounds: 2, dueTtl: 6, graceUs: MS };
  assert.deepEqual(ttls(run(world(3), plan)), [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6]);
});

Deno.test("a hop that has answered lately is spared its probe, and the tick passes", () => {
  const plan: Partial<MtrPlan> = { mtr: "0.96", rounds: 6, cacheUs: 2 * SECOND, graceUs: MS };
  const ran = run(world(2), plan);
  // Ticks of 500 ms, in turn for both hops: the third one for ttl 1 comes 2690 ms after its answer.
  assert.deepEqual(sent(ran), ["1@100", "2@200", "3@300", "2@2300", "1@2800", "2@5300"]);
  assert.equal(only(ran.events, "round").length, 6);
});

Deno.test("random lengths lie between the least and the greatest, one for each round", () => {
  const plan = { rounds: 40, maxTtl: 2, packetBytes: 100, randomPacketBytes: true, graceUs: MS };
  const lengths = only(run(world(9), plan).events, "sent").map(({ packetBytes }) => packetBytes);
  assert.ok(lengths.every((bytes = 0) => bytes >= 28 && bytes < 100));
  assert.ok(new Set(lengths).size > 20);
  for (let at = 0; at < lengths.length; at += 2) assert.equal(lengths[at], lengths[at + 1]);
});

Deno.test("several targets follow each other, each with its own first tick and grace time", () => {
  const both = { paths: { [TARGET]: path(2), [OTHER]: path(1) } };
  const ran = run(both, { rounds: 1, graceUs: SECOND }, [TARGET, OTHER]);
  const heads = only(ran.events, "sent").map(({ target, ttl, atUs }) => `${target}:${ttl}@${Math.round(atUs / MS)}`);
  // The first is over at 300 + 500 + 1000.
  assert.deepEqual(heads, ["0:1@100", "0:2@200", "0:3@300", "1:1@1900", "1:2@2000"]);
  assert.deepEqual(only(ran.events, "finished").map(({ target }) => target), [0, 1]);
  assert.deepEqual(only(ran.events, "sent").map(({ probe }) => probe), [0, 1, 2, 3, 4]);
});

Deno.test("an answer counts until the time limit of its probe, in the grace time, too", () => {
  const late = world(2, { 2: { rttUs: 1_500 * MS } });
  const count = (plan: Partial<MtrPlan>): number =>
    only(run(late, { rounds: 1, maxTtl: 2, ...plan }).events, "reply").length;
  assert.equal(count({ graceUs: 5 * SECOND }), 2);
  assert.equal(count({ graceUs: 5 * SECOND, timeoutUs: SECOND }), 1);
  assert.equal(count({ graceUs: 100 * MS }), 1);
});

Deno.test("a time limit below 1 s leaves mtr what comes at once", () => {
  const near = world(2, { 1: { rttUs: 80 }, 2: { rttUs: 5 * MS } });
  for (const timeoutUs of [0, -SECOND]) {
    const { events } = run(near, { rounds: 1, maxTtl: 2, timeoutUs, graceUs: SECOND });
    assert.deepEqual(only(events, "reply").map(({ ttl }) => ttl), [1]);
  }
});

Deno.test("a probe that cannot be sent for want of rights ends the run at once; without a route it goes on", () => {
  const failing = (reason: "permissionDenied" | "noRoute"): World => ({
    ...world(3),
    sendFailures: [{ fromUs: 150 * MS, untilUs: 250 * MS, reason }],
  });
  const ended = run(failing("permissionDenied"), { rounds: 1 });
  assert.deepEqual([sent(ended), Math.round(ended.tookUs / MS)], [["1@100"], 200]);
  assert.deepEqual(ttls(run(failing("noRoute"), { rounds: 1, graceUs: MS })), [1, 3, 4]);
});
