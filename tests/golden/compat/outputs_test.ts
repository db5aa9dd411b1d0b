/** Every output of the recorded runs, byte for byte. */
import assert from "node:assert/strict";
import { DIALECT_NAMES } from "../../../core/compat/dialect.ts";
import { MtrPath } from "../../../core/compat/mtr_path.ts";
import { type CompatNames, type CompatRun, DOCUMENTS, startLine, STREAMS } from "../../../core/compat/output/mod.ts";
import type { CompatSettings } from "../../../core/compat/settings.ts";
import { drive, type DrivenRun } from "./_driver.ts";
import { type Recording, recordingsOf, scenarioText } from "./_recording.ts";
import { parseScenario } from "./scenario.ts";

const NOBODY: CompatNames = { host: () => ({ kind: "none" }), origin: () => undefined };

function outputOf({ settings, scenario, target, stdout }: Recording): string {
  const driven = drive(parseScenario(scenarioText(scenario)), settings, target);
  const path = new MtrPath({ ...settings, target });
  const run: CompatRun = { settings, path, names: NOBODY, localHost: "vm", target };
  return streamOf(run, driven) ?? documentOf(run, driven, stdout);
}

function streamOf(run: CompatRun, { events, endedAtUs }: DrivenRun): string | undefined {
  const { output } = run.settings;
  if (output !== "raw" && output !== "split") return undefined;
  const stream = STREAMS[output](run, new Set());
  return events.map((event) => stream.event(event)).join("") + stream.end(endedAtUs);
}

function documentOf(run: CompatRun, { events, isFatal }: DrivenRun, recorded: string): string {
  for (const event of events) run.path.apply(event);
  if (!isFatal) run.path.closeTransit();
  const { output } = run.settings;
  assert.ok(output in DOCUMENTS);
  const endedAtUnixMs = 1000 * Number(/^MTR\.[^,]*,(\d+),/m.exec(recorded)?.[1]);
  const document = { ...DOCUMENTS }[output as keyof typeof DOCUMENTS]({ ...run, endedAtUnixMs });
  return `${startOf(run.settings, recorded)}${document}`;
}

/** The line that the report begins with, at the recorded time. */
function startOf({ output }: CompatSettings, recorded: string): string {
  const time = /^Start: (\S+)/.exec(recorded)?.[1];
  return output === "report" && time !== undefined ? startLine(Date.parse(time), 0) : "";
}

for (const dialect of DIALECT_NAMES) {
  for (const recording of recordingsOf(dialect)) {
    // A refused option prints nothing that is an output.
    if (recording.exitStatus !== 0 && recording.stdout === "") continue;
    Deno.test(`mtr ${dialect} prints ${recording.name}`, () => {
      assert.equal(outputOf(recording), recording.stdout);
    });
  }
}
