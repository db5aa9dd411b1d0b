/** Drives the engine through a simulated world to its end, and folds the events into what a scenario asks about. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import type { Endpoint } from "../../core/network.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { RunCounter, type RunCounts } from "../../core/path/run_counts.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { Tracer } from "../../core/trace/tracer.ts";
import { ORIGIN_US, SimulatedNetwork } from "./simulated_network.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

export const MS = 1_000;
export const SECOND = 1_000_000;

/** An engine that is not done after so many steps never will be. */
const MOST_STEPS = 1_000_000;

export interface Run {
  readonly events: readonly TraceEvent[];
  readonly truth: Truth;
  /** From `begin` until the engine was done. */
  readonly tookUs: number;
}

/** A target by its address, and the port it was given with. */
export interface TargetPort {
  readonly address: string;
  readonly port: number;
}

/** `stepUs` is how long the engine works at a time. */
export function run(
  world: World,
  plan: Partial<TracePlan> = {},
  { targets = Object.keys(world.paths), stepUs = 50 * MS }: {
    targets?: readonly (string | TargetPort)[];
    stepUs?: number;
  } = {},
): Run {
  const whole = { ...DEFAULT_PLAN, ...plan };
  const network = new SimulatedNetwork({ trafficClass: whole.trafficClass, ...world });
  const tracer = new Tracer(new NetworkProber(network, whole), whole);
  const events: TraceEvent[] = [];
  tracer.begin(
    targets.map((target, index) =>
      typeof target === "string"
        ? { index, endpoint: endpointOf(target) }
        : { index, endpoint: endpointOf(target.address), port: target.port }
    ),
  );
  for (let steps = 0; !tracer.done; steps++) {
    assert.ok(steps < MOST_STEPS, "The engine does not come to an end");
    events.push(...tracer.step(network.nowUs() + stepUs));
  }
  return { events, truth: network.truth, tookUs: network.nowUs() - ORIGIN_US };
}

export function endpointOf(address: string): Endpoint {
  return { family: address.includes(":") ? 6 : 4, address, scopeId: 0 };
}

export interface HopSeen {
  ttl: number;
  sent: number;
  replies: number;
  late: number;
  duplicates: number;
  lost: number;
  sendFailed: number;
  /** Who answered, in the order of appearance. */
  from: string[];
}

/** What the events say about one target, hop by hop in the order of TTLs. */
export function hopsOf(events: readonly TraceEvent[], target = 0): HopSeen[] {
  const hops = new Map<number, HopSeen>();
  for (const event of events) {
    if (!("ttl" in event) || event.target !== target) continue;
    let hop = hops.get(event.ttl);
    if (hop === undefined) {
      hop = { ttl: event.ttl, sent: 0, replies: 0, late: 0, duplicates: 0, lost: 0, sendFailed: 0, from: [] };
      hops.set(event.ttl, hop);
    }
    if ("from" in event && !hop.from.includes(event.from)) hop.from.push(event.from);
    hop[COUNTED_AS[event.kind]]++;
  }
  return [...hops.values()].sort((one, other) => one.ttl - other.ttl);
}

const COUNTED_AS = {
  sent: "sent",
  sendFailed: "sendFailed",
  unsent: "sendFailed",
  reply: "replies",
  late: "late",
  duplicate: "duplicates",
  lost: "lost",
} as const;

/** Events of one kind. */
export function only<K extends TraceEvent["kind"]>(
  events: readonly TraceEvent[],
  kind: K,
): Extract<TraceEvent, { kind: K }>[] {
  return events.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind);
}

/** RTTs of the replies at one hop, to a thousandth of a µs: times are sums of fractions. */
export function rttsOf(events: readonly TraceEvent[], ttl: number, target = 0): number[] {
  const replies = only(events, "reply").filter((event) => event.ttl === ttl && event.target === target);
  return replies.map(({ rttUs }) => Math.round(rttUs * 1_000) / 1_000);
}

export function foreignCount(events: readonly TraceEvent[]): number {
  return strangersIn(events).foreign ?? 0;
}

/** What came and was no answer. */
export function strangersIn(events: readonly TraceEvent[]): RunCounts {
  const counts = new RunCounter();
  only(events, "foreign").forEach((event) => counts.apply(event));
  return counts;
}
