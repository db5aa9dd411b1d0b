/** A host from the command line or a file, and what becomes of it. */
import type { Access, CountName, Target } from "../messages.ts";
import type { Endpoint, Family } from "../network.ts";
import { splitPort } from "../option/mod.ts";
import type { TargetRecord } from "../output/mod.ts";
import { Path } from "../path/path.ts";
import { statusOf } from "../path/status.ts";
import { unknownCounts } from "../path/unknown_counts.ts";
import { type ProtocolName, type TracePlan, usualPort } from "../plan.ts";
import { judge, type Limit } from "../limit/mod.ts";
import type { World } from "./world.ts";

export interface Course {
  readonly typed: string;
  endpoint?: Endpoint;
  port?: number;
  path?: Path;
  failure?: string | undefined;
  access?: Access | undefined;
  startedAtMs: number;
  endedAtMs: number;
  finished: boolean;
  /** How many were finished before it; absent while it is not. */
  finishedAs?: number;
}

export type FoundCourse = Course & { readonly endpoint: Endpoint };

export function isFound(course: Course): course is FoundCourse {
  return course.endpoint !== undefined;
}

/** A course that is not found yet, and the host without the port that it may have been given with. */
export function newCourse(typed: string, { protocol }: TracePlan, nowMs: number): { course: Course; host: string } {
  const course: Course = { typed, startedAtMs: nowMs, endedAtMs: nowMs, finished: false };
  const split = protocol === "icmp" ? { ok: true, host: typed } as const : splitPort(typed);
  if (!split.ok) {
    course.failure = split.message;
    return { course, host: typed };
  }
  if (split.port !== undefined) course.port = split.port;
  return { course, host: split.host };
}

/** Gives a course its address, if there is one that can be traced. */
export function settle(course: Course, endpoint: Endpoint | undefined, family: Family | undefined): void {
  if (endpoint === undefined || course.failure !== undefined) return;
  const why = whyNot(endpoint, family);
  if (why === undefined) course.endpoint = endpoint;
  else course.failure = `Cannot resolve ${course.typed}: ${why}`;
}

/** Why an address cannot be traced, if so. */
function whyNot({ address, family: own }: Endpoint, family: Family | undefined): string | undefined {
  if (address === "0.0.0.0" || address === "::") return "no host has the unspecified address";
  if (family !== undefined && family !== own) return `it is an IPv${own} address, but only IPv${family} may be used`;
  return undefined;
}

export function targetOf({ endpoint, port }: FoundCourse, index: number): Target {
  return { index, endpoint, ...(port !== undefined && { port }) };
}

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
