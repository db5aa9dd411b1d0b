/** What is folded of a course, and what outputs are told of it. */
import type { Access, CountName } from "../messages.ts";
import type { Endpoint } from "../network.ts";
import { judge, type Limit } from "../limit/mod.ts";
import type { TargetRecord } from "../output/mod.ts";
import { Path } from "../path/path.ts";
import { statusOf } from "../path/status.ts";
import { unknownCounts } from "../path/unknown_counts.ts";
import { type ProtocolName, type TracePlan, usualPort } from "../plan.ts";
import type { Course } from "./course.ts";
import type { World } from "./world.ts";

export function pathOf(
  { address, family }: Endpoint,
  { firstTtl, maxTtl, dueTtl, protocol, flow, cacheUs }: TracePlan,
  unknown: readonly CountName[],
): Path {
  const [asksForPort, hasConstantFlows] = [protocol !== "icmp", flow === "constant"];
  const hasPartialRounds = cacheUs !== undefined;
  return new Path({
    address,
    family,
    firstTtl,
    maxTtl,
    dueTtl,
    asksForPort,
    hasConstantFlows,
    unknown,
    hasPartialRounds,
  });
}

/** How a protocol is heard where this is how the family is: TCP needs no more than a connection. */
function hearingOf(access: Access | undefined, protocol: ProtocolName): Access | undefined {
  return access === "datagram" && protocol === "tcp" ? "connect" : access;
}

/** The path is probed by another plan from now on. */
export function adaptPath({ path, access }: Course, { firstTtl, maxTtl, protocol }: TracePlan): void {
  const unknown = unknownCounts(hearingOf(access, protocol));
  path?.adapt({ firstTtl, maxTtl, asksForPort: protocol !== "icmp", unknown });
}

/** What a record tells beside what was measured. */
export interface RecordSetting {
  readonly plan: TracePlan;
  readonly limits: readonly Limit[];
  /** Another program that sent the probes, perhaps on another host. */
  readonly helper: readonly string[] | undefined;
  readonly world: Pick<World, "nowUnixMs" | "utcOffsetMinutes" | "sourceAddress">;
}

export function recordOf(course: Course, setting: RecordSetting): TargetRecord {
  const { typed, path, failure, access, startedAtMs, finished } = course;
  const { plan, limits, world } = setting;
  const port = path && probedPort(course, plan);
  // Asked at the end: until then it would only keep the first probe waiting.
  const source = path && sourceOf(course, setting);
  return {
    typed,
    status: failure !== undefined ? "FAILED" : path === undefined ? "PARTIAL" : statusOf(path, finished),
    startedAtMs,
    endedAtMs: finished ? course.endedAtMs : world.nowUnixMs(),
    utcOffsetMinutes: world.utcOffsetMinutes(startedAtMs),
    ...(path && { path }),
    ...(path && limits.length > 0 &&
      { limits: judge(limits, { typed, address: path.address, path, isComplete: finished }) }),
    ...(port !== undefined && { port }),
    ...(source !== undefined && { source }),
    ...(failure !== undefined && { failure }),
    ...(access && { access }),
  };
}

/** The one port that was probed; `undefined` where there is none (ICMP), or another one for each probe (UDP). */
function probedPort({ port }: Course, plan: TracePlan): number | undefined {
  return plan.protocol === "icmp" ? undefined : port ?? plan.remotePort ?? usualPort(plan);
}

function sourceOf({ endpoint }: Course, { plan, helper, world }: RecordSetting): string | undefined {
  if (endpoint === undefined || plan.sourceAddress !== undefined) return plan.sourceAddress;
  return helper === undefined ? world.sourceAddress(endpoint, plan.device) : undefined;
}
