/** Command lines, and what they mean or why they mean nothing, as tests read them. */
import { deepEqual, equal, fail } from "node:assert/strict";
import type { Destination } from "../destination/destination.ts";
import { DEFAULT_PLAN, type TracePlan } from "../plan.ts";
import { ORIGIN_ZONES, type OriginZones } from "../name/as_origin.ts";
import { DEFAULT_VIEW, type View } from "../view.ts";
import { type OptionEnvironment, parseArguments } from "./parse.ts";
import type { TraceInvocation } from "./to_plan.ts";

export interface Expected {
  readonly plan?: Partial<TracePlan>;
  readonly view?: Partial<View>;
  readonly hosts?: readonly string[];
  readonly files?: readonly string[];
  readonly family?: 4 | 6;
  readonly originZones?: OriginZones;
  readonly asFiles?: readonly string[];
  readonly helper?: readonly string[];
  readonly deadlineUs?: number;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly destination?: Destination;
  readonly gzip?: boolean;
  readonly limits?: TraceInvocation["limits"];
}

export function invocationOf(argv: readonly string[], environment: OptionEnvironment = {}): TraceInvocation {
  const parsed = parseArguments(argv, environment);
  if (!parsed.ok) fail(`${JSON.stringify(argv)}: ${parsed.problem.message}`);
  if (parsed.invocation.action !== "trace") fail(`${JSON.stringify(argv)}: ${parsed.invocation.action}`);
  return parsed.invocation;
}

export function check(argv: readonly string[], expected: Expected, environment: OptionEnvironment = {}): void {
  // Whether there is a screen has tests of its own.
  const { screen: _, ...invocation } = invocationOf(argv, environment);
  deepEqual(invocation, {
    action: "trace",
    plan: { ...DEFAULT_PLAN, ...expected.plan },
    view: { ...DEFAULT_VIEW, ...expected.view },
    hosts: expected.hosts ?? ["localhost"],
    files: expected.files ?? [],
    family: expected.family,
    originZones: expected.originZones ?? ORIGIN_ZONES,
    asFiles: expected.asFiles ?? [],
    helper: expected.helper,
    deadlineUs: expected.deadlineUs,
    dryRun: expected.dryRun ?? false,
    quiet: expected.quiet ?? false,
    destination: expected.destination,
    gzip: expected.gzip ?? false,
    limits: expected.limits ?? [],
  });
}

export function problemOf(argv: readonly string[], environment: OptionEnvironment = {}): string {
  const parsed = parseArguments(argv, environment);
  if (parsed.ok) fail(`${JSON.stringify(argv)} was accepted`);
  return parsed.problem.message;
}

export function checkProblem(argv: readonly string[], message: string, environment: OptionEnvironment = {}): void {
  equal(problemOf(argv, environment), message);
}
