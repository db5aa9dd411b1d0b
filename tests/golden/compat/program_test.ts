/** The whole program as mtr, from command line to exit status, over a scripted helper: everything that mtr printed. */
import assert from "node:assert/strict";
import { DIALECT_NAMES, type DialectName } from "../../../core/compat/dialect.ts";
import { MtrEngine, type MtrPlan } from "../../../core/compat/mtr_engine.ts";
import { MtrLookups } from "../../../core/compat/mtr_lookups.ts";
import { type CompatWorld, RefusedRun, runAsMtr } from "../../../core/compat/program.ts";
import type { Target, TraceEvent } from "../../../core/messages.ts";
import { canonicalAddress } from "../../../core/packet/address.ts";
import { featureAnswer, featureQuestion, HelperProber, neededFeatures } from "../../../core/probe/helper_prober.ts";
import { type RecordedRun, recordedRuns } from "./_recorded_run.ts";
import { ScriptedHelper } from "./_scripted_helper.ts";
import { parseScenario } from "./scenario.ts";

const STEP_US = 50_000;
// Enough for any of the recordings: a run that does not end is a defect.
const MOST_STEPS = 10_000;

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly commands: readonly string[];
}

async function run(
  dialect: DialectName,
  { argv, scenario, startedAtUnixMs, localAddress }: RecordedRun,
): Promise<Outcome> {
  const helper = new ScriptedHelper(parseScenario(scenario), localAddress);
  const out = { stdout: "", stderr: "" };
  let engine: MtrEngine | undefined;
  let prober: HelperProber<never> | undefined;
  const world: CompatWorld = {
    dialect,
    environment: {},
    uid: 0,
    readHosts: () => ({ ok: false, reason: "No such file or directory" }),
    localHost: "vm",
    seed: 1,
    nowUnixMs: () => startedAtUnixMs,
    utcOffsetMinutes: () => 0,
    print: (text) => void (out.stdout += text),
    flush: () => {},
    complain: (text) => void (out.stderr += text),
    resolve: (name) => {
      const address = canonicalAddress(name);
      if (address === undefined) return Promise.resolve({ ok: false, why: "Name or service not known" });
      return Promise.resolve({
        ok: true,
        endpoint: { family: address.includes(":") ? 6 : 4, address, scopeId: 0 },
      });
    },
    whyNoWay: () => undefined,
    interfaceAddresses: () => undefined,
    lookups: (settings) =>
      new MtrLookups({ name: () => Promise.resolve(undefined), text: () => Promise.resolve(undefined) }, settings),
    canProbe: () => true,
    open: () => Promise.resolve(undefined),
    begin: (plan: MtrPlan, targets: readonly Target[]) => {
      for (const feature of neededFeatures(plan, targets.map(({ endpoint }) => endpoint.family))) {
        helper.write(featureQuestion(feature));
        assert.deepEqual(helper.read(Infinity).map(featureAnswer), [true]);
      }
      const made = new HelperProber<never>(helper, plan);
      prober = made;
      engine = new MtrEngine(made, { ...plan, timeoutUs: Infinity });
      engine.begin(targets);
      return Promise.resolve(undefined);
    },
    async *events(): AsyncGenerator<readonly TraceEvent[]> {
      for (let steps = 0; engine !== undefined && !engine.done; steps++) {
        assert.ok(steps < MOST_STEPS, "The run does not end");
        yield engine.step(helper.nowUs() + STEP_US);
        if (prober?.brokenLine !== undefined) throw new RefusedRun("helperUnreadable");
      }
    },
    onKeys: () => {},
    pause: () => engine?.pause(),
    resume: () => engine?.resume(),
    stop: () => {},
    interruptedBy: undefined,
  };
  const status = await runAsMtr(argv, world);
  return { status, ...out, commands: helper.commands };
}

/** What a record holds of stderr: mtr's usage text is not in it, and ours has its own words. */
function comparable(stderr: string): string {
  return stderr.split("\n\n")[0]!.trimEnd();
}

for (const dialect of DIALECT_NAMES) {
  for (const recorded of recordedRuns(dialect)) {
    Deno.test(`as ${dialect}: ${recorded.name}`, async () => {
      const outcome = await run(dialect, recorded);
      assert.equal(outcome.stdout, recorded.stdout);
      assert.equal(outcome.status, recorded.status);
      assert.equal(comparable(outcome.stderr), comparable(recorded.stderr));
      if (recorded.commands !== undefined) assert.deepEqual(outcome.commands, recorded.commands);
    });
  }
}
