/** Drives the engine by the lines of helpers, who send the probes. */
import type { Notice, PrivilegesToGiveUp, RefusalReason, Target } from "../core/messages.ts";
import type { TracePlan } from "../core/plan.ts";
import {
  featureAnswer,
  featureQuestion,
  type HelperDoor,
  HelperProber,
  neededFeatures,
} from "../core/probe/helper_prober.ts";
import type { Engine } from "../core/trace/engine.ts";
import { type Drive, type MakeProber, tell, type WorkerDoor } from "./drive.ts";
import { HelperProcess } from "./helper_process.ts";
import { giveUpPrivileges } from "./privilege.ts";

export { NotStartedError } from "./helper_process.ts";

// What a helper may take to say what it can do, be it on another continent.
const HELPER_LIMIT_US = 15_000_000;
// What a line takes from a helper to here on a busy machine.
const HELPER_PATIENCE_US = 50_000;
// More hosts than that share the last one.
const MOST_HELPERS = 64;

/** It has no sockets of ours. */
export const HELPER_IS_READY: Notice = { kind: "ready", access: {} };

export interface HelperOptions {
  readonly door: WorkerDoor;
  readonly command: readonly string[];
  readonly targets: readonly Target[] | undefined;
  readonly isHeard: boolean;
  readonly engineOf: (plan: TracePlan, makeProber: MakeProber, patienceUs: number) => Engine;
}

/**
 * Helpers are started with the privileges of this program, and by the user who called it. Throws `NotStartedError`
 * where that fails.
 */
export function startHelper(
  plan: TracePlan,
  giveUp: PrivilegesToGiveUp,
  { door, command, targets, isHeard, engineOf }: HelperOptions,
): Drive {
  // mtr starts one for each target. All of them are started before the privileges go.
  const count = plan.mtr === undefined ? 1 : Math.min(Math.max(1, targets?.length ?? 1), MOST_HELPERS);
  const hear = isHeard ? (text: string) => door.post({ kind: "said", text }) : undefined;
  const helpers = Array.from({ length: count }, () => new HelperProcess(command, giveUp, hear));
  giveUpPrivileges(giveUp);
  let helper = helpers[0]!;
  let brokenLine = (): string | undefined => undefined;
  let setTrafficClass = (_: number): void => {};
  const lines: HelperDoor = {
    nowUs: () => helper.nowUs(),
    write: (line) => helper.write(line),
    read: () => helper.read(),
    sourceAddress: (to) => helper.sourceAddress(to),
  };
  // It is the helper who gives up a probe of mtr's.
  const engine = engineOf(plan.mtr === undefined ? plan : { ...plan, timeoutUs: Infinity }, <Tag>() => {
    const prober = new HelperProber<Tag>(lines, plan);
    brokenLine = () => prober.brokenLine;
    setTrafficClass = (trafficClass) => prober.setTrafficClass(trafficClass);
    return prober;
  }, HELPER_PATIENCE_US);
  return {
    engine,
    begin: (targets) => void run(targets).catch(door.crash),
    change: (change) => {
      if (change.protocol !== undefined) return "Cannot change the protocol: another program sends the probes";
      if (change.trafficClass !== undefined) setTrafficClass(change.trafficClass);
      engine.change?.(change);
      return undefined;
    },
    wake: () => helper.wake(),
  };

  async function run(targets: readonly Target[]): Promise<void> {
    const shares = plan.mtr === undefined ? [targets] : targets.map((target) => [target]);
    let refusal: Notice | undefined;
    for (const [index, share] of shares.entries()) {
      helper = helpers[index] ?? helper;
      refusal = await examine(share);
      if (refusal === undefined && index === 0) door.post(HELPER_IS_READY);
      refusal ??= await trace(share);
      if (refusal !== undefined || door.stopped) break;
      if (helpers[index + 1] !== undefined) await helper.close();
    }
    await Promise.all(helpers.map((started) => started.close()));
    door.post(refusal ?? { kind: "ended" });
  }

  /** Asks whether it can do what is needed; what it cannot is refused. */
  async function examine(targets: readonly Target[]): Promise<Notice | undefined> {
    const limitUs = helper.nowUs() + HELPER_LIMIT_US;
    for (const feature of neededFeatures(plan, targets.map(({ endpoint }) => endpoint.family))) {
      helper.write(featureQuestion(feature));
      let answer: boolean | undefined;
      while (answer === undefined) {
        await helper.news(limitUs);
        if (door.stopped) return undefined;
        if (helper.hasEnded) return refuse("helperNotStarted", "it ended without saying what it can do");
        if (helper.nowUs() >= limitUs) return refuse("helperNotStarted", "it does not say what it can do");
        answer = helper.read().map(featureAnswer).find((found) => found !== undefined);
      }
      if (!answer) return refuse(feature === "send-probe" ? "helperUnable" : "helperUnfit", `it has no ${feature}`);
    }
    return undefined;
  }

  async function trace(targets: readonly Target[]): Promise<Notice | undefined> {
    for (engine.begin(targets); !door.stopped; await helper.news(engine.nextUs)) {
      tell(engine, door, helper.nowUs());
      if (engine.done) return undefined;
      if (plan.mtr !== undefined && brokenLine() !== undefined) {
        return refuse("helperUnreadable", "it wrote what is no reply");
      }
      if (helper.hasEnded) return refuse("helperEnded", "it ended during the trace");
    }
    return undefined;
  }

  function refuse(reason: RefusalReason, why: string): Notice {
    return { kind: "refused", reason, message: `Cannot have ${command[0]} send the probes: ${why}` };
  }
}
