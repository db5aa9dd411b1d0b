/** A run for tests: everything that a case does not name has its default. */
import type { RunRecord, TargetRecord } from "../../core/output/record.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { DEFAULT_VIEW } from "../../core/view.ts";

export const NO_NAMES = { host: () => undefined, ipInfo: () => undefined };

/** When a target was traced, if nobody says otherwise: 2026-11-21T16:28:16Z, for three seconds. */
export const STARTED_AT_MS = 1_795_278_496_000;

export function runWith(targets: readonly Partial<TargetRecord>[], run: Partial<RunRecord> = {}): RunRecord {
  return {
    program: { name: "mtr-deno", version: "0.1.0" },
    localHost: "vm",
    plan: DEFAULT_PLAN,
    view: DEFAULT_VIEW,
    names: NO_NAMES,
    ...run,
    targets: targets.map((target) => ({
      typed: target.path?.address ?? "",
      status: "OK",
      startedAtMs: STARTED_AT_MS,
      endedAtMs: STARTED_AT_MS + 3000,
      utcOffsetMinutes: 0,
      access: "raw",
      source: "192.0.2.1",
      ...target,
    })),
  };
}
