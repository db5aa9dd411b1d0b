/**
 * How a trace begins: the worker is told what to do as soon as that is known. What folds and prints is loaded after
 * that: the first probe need not wait for it.
 */
import type { ScreenSetting, TraceInvocation } from "../option/mod.ts";
import type { TerminalTraits } from "../output/tui/scene.ts";
import type { TracePlan } from "../plan.ts";
import { STREAMED } from "../view.ts";
import { type Course, isFound, targetOf } from "./course.ts";
import { EarlyEnd } from "./early_end.ts";
import { filesOf, literalCourses } from "./literal.ts";
import { type TraceSession, UnusableError, type World } from "./world.ts";

/** A trace that has begun. */
export interface Begun {
  /** The screen that is to be opened. */
  readonly screen: Watched | undefined;
  readonly plan: TracePlan;
  readonly helper: readonly string[] | undefined;
  /** The hosts, where all of them are addresses. */
  readonly literals: readonly Course[] | undefined;
  /** These are traced already. */
  readonly isAtOnce: boolean;
  readonly session: TraceSession;
  readonly early: EarlyEnd;
  /** Who hears what a helper says beside its work, once there is a screen. */
  readonly hearing: { hear?: (text: string) => void };
}

interface Watched extends Omit<ScreenSetting, "isAsked"> {
  readonly traits: TerminalTraits;
}

/** Traces, prints and gives the exit status. */
export async function runTrace(invocation: TraceInvocation, world: World): Promise<number> {
  const screen = await screenOf(invocation, world);
  // Lengths and patterns that the user wants at random differ from run to run.
  const plan = { ...invocation.plan, seed: world.seed(), ...(screen && { rounds: screen.rounds }) };
  const helper = invocation.helper ?? world.helperOfEnvironment();
  if (helper !== undefined && plan.loadBps !== undefined) {
    throw new UnusableError("Cannot send load (--load): the program of MTR_PACKET sends the probes; unset it");
  }
  // Where all hosts are addresses there is nothing to wait for: the worker begins as soon as it is up.
  const literals = filesOf(invocation).length > 0 ? undefined : literalCourses(invocation, world);
  if (invocation.dryRun) {
    const { dryRun } = await import("./dry_run.ts");
    return await dryRun({ ...invocation, plan }, world, literals);
  }
  const session = world.startSession();
  // A file of output is opened as the user that the program becomes, and before anything is sent.
  const isAtOnce = literals !== undefined && invocation.destination === undefined;
  const hearing: Begun["hearing"] = {};
  session.open(plan, {
    helper,
    targets: isAtOnce ? literals.filter(isFound).map(targetOf) : undefined,
    mayChange: screen !== undefined,
    // Until there is a screen it may ask for something.
    hear: screen && ((text) => hearing.hear === undefined ? world.draw(text) : hearing.hear(text)),
    isUnwatched: screen === undefined && !STREAMED.includes(invocation.view.output) &&
      (invocation.quiet || world.errorColumns === undefined),
  });
  // Awaited later in any case; until then a refusal is nobody's oversight.
  session.ready.catch(() => {});
  const early = new EarlyEnd(world, invocation.deadlineUs, () => session.stop());
  // The first probe leaves before that is loaded: both would want the processor.
  if (isAtOnce && helper === undefined) await session.ready.catch(() => {});
  const { followTrace } = await import("./trace.ts");
  return await followTrace(invocation, { screen, plan, helper, literals, isAtOnce, session, early, hearing }, world);
}

/** The screen, if there is to be one; without a terminal there is a report instead, unless a screen was asked for. */
async function screenOf({ screen }: TraceInvocation, world: World): Promise<Watched | undefined> {
  if (screen === undefined) return undefined;
  const terminal = await world.terminalTraits();
  if (terminal.ok) return { ...screen, traits: terminal.traits };
  if (!screen.isAsked) return undefined;
  throw new UnusableError(`Cannot show a screen (-t): ${terminal.why}; -r prints a report instead`);
}
