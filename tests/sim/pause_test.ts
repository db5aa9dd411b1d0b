/** A run that is paused: nothing leaves, everything is heard, and afterwards the rounds go on as if no time had passed. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { Tracer } from "../../core/trace/tracer.ts";
import { path, TARGET } from "./paths.ts";
import { endpointOf, hopsOf, MS, only, SECOND } from "./run.ts";
import { SimulatedNetwork } from "./simulated_network.ts";

function start(rttUs: number): { network: SimulatedNetwork; tracer: Tracer } {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(2, { 2: { rttUs } }) } });
  const plan = { ...DEFAULT_PLAN, rounds: 4, intervalUs: SECOND };
  const tracer = new Tracer(new NetworkProber(network, plan), plan);
  tracer.begin([{ index: 0, endpoint: endpointOf(TARGET) }]);
  return { network, tracer };
}

Deno.test("while it is paused nothing is sent, and what was in flight is still heard", () => {
  const { network, tracer } = start(300 * MS);
  const events: TraceEvent[] = tracer.step(network.nowUs() + 1_100 * MS);
  const sentBefore = only(events, "sent").length;
  const heardBefore = only(events, "reply").length;
  tracer.pause();
  const paused = tracer.step(network.nowUs() + 60 * SECOND);
  assert.equal(only(paused, "sent").length, 0);
  assert.equal(only(paused, "reply").length, sentBefore - heardBefore);
  assert.equal(tracer.done, false);
});

Deno.test("after a pause the remaining rounds are sent in their usual time, without a burst", () => {
  const { network, tracer } = start(10 * MS);
  const events = tracer.step(network.nowUs() + 1_100 * MS);
  tracer.pause();
  tracer.pause();
  events.push(...tracer.step(network.nowUs() + 60 * SECOND));
  tracer.resume();
  tracer.resume();
  const resumedAtUs = network.nowUs();
  while (!tracer.done) events.push(...tracer.step(network.nowUs() + 50 * MS));
  assert.deepEqual(hopsOf(events).slice(0, 2).map(({ sent, replies }) => [sent, replies]), [[4, 4], [4, 4]]);
  assert.ok(network.nowUs() - resumedAtUs > 1.5 * SECOND);
  assert.ok(network.nowUs() - resumedAtUs < 3 * SECOND);
});

Deno.test("resuming a run that is not paused changes nothing", () => {
  const { network, tracer } = start(10 * MS);
  tracer.resume();
  const events: TraceEvent[] = [];
  while (!tracer.done) events.push(...tracer.step(network.nowUs() + 50 * MS));
  assert.deepEqual(hopsOf(events).slice(0, 2).map(({ sent }) => sent), [4, 4]);
});
