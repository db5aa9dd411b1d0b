/** A host from the command line or a file, and what becomes of it. */
import type { Access, Target } from "../messages.ts";
import type { Endpoint, Family } from "../network.ts";
import { splitPort } from "../option/mod.ts";
import type { Path } from "../path/path.ts";
import type { TracePlan } from "../plan.ts";

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
