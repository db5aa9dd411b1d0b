/** Many targets at once: never more probes than the rate, whatever the worlds, and nobody is forgotten. */
import assert from "node:assert/strict";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { RoundLength } from "../../core/program/round_length.ts";
import { path, TARGET } from "./paths.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { Tracer } from "../../core/trace/tracer.ts";
import { SimulatedNetwork } from "./simulated_network.ts";
import { endpointOf, hopsOf, MS, only, type Run, run, SECOND } from "./run.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import type { World } from "./world.ts";

/** So many more than the rate may leave at any time: what a thread that woke late makes up for. */
const LEEWAY_US = 10 * MS;

function worldOf(targets: number, length: number): World {
  return {
    paths: Object.fromEntries(Array.from({ length: targets }, (_, at) => {
      const address = `203.0.${at >> 8}.${at & 255}`;
      return [address, path(length)];
    })),
  };
}

/** Least time between a probe and the one `count` behind it. */
function assertPaced({ events }: Run, { probesPerSecond }: Pick<TracePlan, "probesPerSecond">): void {
  const times = only(events, "sent").map(({ atUs }) => atUs);
  for (const count of [1, 10, 100, 1_000]) {
    const leastUs = count * 1e6 / probesPerSecond - LEEWAY_US;
    for (let at = count; at < times.length; at++) {
      const tookUs = times[at]! - times[at - count]!;
      assert.ok(tookUs >= leastUs - 0.01, `${count} probes in ${tookUs} µs`);
    }
  }
}

Deno.test("a thousand targets have all their rounds, and together never more than the rate", () => {
  const plan = { rounds: 3, probesPerSecond: 5_000 };
  const result = run(worldOf(1_000, 4), plan);
  assertPaced(result, plan);
  const { events, tookUs } = result;
  assert.equal(only(events, "finished").length, 1_000);
  assert.ok(only(events, "lost").every(({ ttl }) => ttl > 4));
  for (const target of [0, 500, 999]) {
    assert.deepEqual(hopsOf(events, target).slice(0, 4).map(({ replies }) => replies), [3, 3, 3, 3]);
  }
  assert.ok(tookUs < 3.2 * SECOND, `${tookUs}`);
});

for (let seed = 1; seed <= 60; seed++) {
  Deno.test(`world ${seed}: no time has more probes than the rate, and every target comes to its end`, () => {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    const plan = { ...randomPlan(random, world), probesPerSecond: random.pick([2, 20, 100, 1_000]) };
    const result = run(world, plan);
    assertPaced(result, plan);
    assert.equal(only(result.events, "finished").length, Object.keys(world.paths).length);
  });
}

Deno.test("rounds that do not fit into their interval take longer, each target has its turn, and it is said", () => {
  const plan = { ...DEFAULT_PLAN, rounds: 5, probesPerSecond: 40 };
  const result = run(worldOf(20, 5), plan);
  assertPaced(result, plan);
  const { events, tookUs } = result;
  for (let target = 0; target < 20; target++) {
    assert.deepEqual(
      hopsOf(events, target).slice(0, 5).map(({ sent, lost }) => [sent, lost]),
      new Array(5).fill([5, 0]),
    );
  }
  // 100 probes a round, and those beyond the targets in the first.
  assert.ok(tookUs >= 12.4 * SECOND && tookUs < 15 * SECOND, `${tookUs}`);
  const roundLength = new RoundLength(plan);
  for (const event of events) roundLength.take(event);
  assert.match(
    roundLength.sentence() ?? "",
    /^Rounds took up to (2\.[5-9]|3).* s instead of 1 s: they had 1\d\d probes, and 40/,
  );
});

Deno.test("of a round that fits nothing is said", () => {
  const plan = { ...DEFAULT_PLAN, rounds: 5, probesPerSecond: 40 };
  const roundLength = new RoundLength(plan);
  for (const event of run(worldOf(4, 5), plan).events) roundLength.take(event);
  assert.equal(roundLength.sentence(), undefined);
});

Deno.test("nobody sends while the run is paused, and who waited for his turn has it afterwards", () => {
  const plan = { ...DEFAULT_PLAN, rounds: 2, probesPerSecond: 20 };
  const network = new SimulatedNetwork(worldOf(5, 3));
  const tracer = new Tracer(new NetworkProber(network, plan), plan);
  tracer.begin(Object.keys(worldOf(5, 3).paths).map((address, index) => ({ index, endpoint: endpointOf(address) })));
  const events = [...tracer.step(network.nowUs() + 0.3 * SECOND)];
  tracer.pause();
  const sent = only(tracer.step(network.nowUs() + 10 * SECOND), "sent");
  assert.deepEqual(sent, []);
  tracer.resume();
  while (!tracer.done) events.push(...tracer.step(network.nowUs() + SECOND));
  assert.equal(only(events, "finished").length, 5);
  assert.equal(only(events, "sent").filter(({ ttl }) => ttl <= 3).length, 30);
});

Deno.test("ten hops at 100 ms are found within 250 ms, by three probes too many", () => {
  const { events } = run({ paths: { [TARGET]: path(10) } }, { rounds: 2 });
  const first = only(events, "sent").filter(({ round }) => round === 0);
  assert.equal(first.length, 13);
  const target = only(events, "reply").find(({ from }) => from === TARGET);
  assert.ok(target!.atUs <= 250 * MS, `${target!.atUs}`);
});
