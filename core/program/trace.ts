/** The program's own trace: from an invocation to output and exit status. */
import type { TraceEvent } from "../messages.ts";
import { Lookups } from "../name/lookups.ts";
import type { ScreenSetting, TraceInvocation } from "../option/mod.ts";
import { crossingsOf } from "../output/limit.ts";
import {
  type OutputFormat,
  OUTPUTS,
  type OutputStream,
  type RunRecord,
  type TargetRecord,
  TICK_MS,
} from "../output/mod.ts";
import { overflowSentence, sentenceOf } from "../output/sentence.ts";
import type { TerminalTraits } from "../output/tui/scene.ts";
import { RunCounter } from "../path/run_counts.ts";
import { unknownCounts } from "../path/unknown_counts.ts";
import { worstExit } from "../path/status.ts";
import type { PlanChange, TracePlan } from "../plan.ts";
import type { Endpoint } from "../network.ts";
import { IP_INFO_FIELDS, type View } from "../view.ts";
import { VERSION } from "../version.ts";
import { type Course, type FoundCourse, isFound, pathOf, recordOf, targetOf } from "./course.ts";
import { dryRunText } from "./dry_run.ts";
import { EarlyEnd } from "./early_end.ts";
import { filesOf, findCourses, findOrigin, literalCourses, NAMES_LIMIT_MS, seekCourses, type Sought } from "./input.ts";
import type { Live } from "./live.ts";
import type { Pieces } from "./pieces.ts";
import { Progress } from "./progress.ts";
import { RoundLength } from "./round_length.ts";
import { inOrder } from "./target_order.ts";
import { type TextOutput, type TraceSession, UnusableError, type World } from "./world.ts";

const PROGRAM = "mtr-deno";

/** Traces, prints and gives the exit status. */
export async function runTrace(invocation: TraceInvocation, world: World): Promise<number> {
  const screen = await screenOf(invocation, world);
  // Lengths and patterns that the user wants at random differ from run to run.
  const plan = { ...invocation.plan, seed: world.seed(), ...(screen && { rounds: screen.rounds }) };
  const { view } = invocation;
  const format: OutputFormat = OUTPUTS[view.output];
  const helper = invocation.helper ?? world.helperOfEnvironment();
  if (helper !== undefined && plan.loadBps !== undefined) {
    throw new UnusableError("Cannot send load (--load): the program of MTR_PACKET sends the probes; unset it");
  }
  // Where all hosts are addresses there is nothing to wait for: the worker begins as soon as it is up.
  const literals = filesOf(invocation).length > 0 ? undefined : literalCourses(invocation, world);
  if (invocation.dryRun) return await dryRun({ ...invocation, plan }, world, literals);
  const session = world.startSession();
  // A file of output is opened as the user that the program becomes, and before anything is sent.
  const { destination } = invocation;
  const isAtOnce = literals !== undefined && destination === undefined;
  let live: Live | undefined = undefined;
  session.open(plan, {
    helper,
    targets: isAtOnce ? literals.filter(isFound).map(targetOf) : undefined,
    mayChange: screen !== undefined,
    // Until there is a screen it may ask for something.
    hear: screen && ((text) => live === undefined ? world.draw(text) : live.hear(text)),
  });
  const { ready } = session;
  // Awaited below in any case; until then a refusal is nobody's oversight.
  ready.catch(() => {});
  const early = new EarlyEnd(world, invocation.deadlineUs, () => session.stop());

  let stream: OutputStream | undefined = undefined;
  const origin = await findOrigin(invocation, world, ready);
  const lookups = new Lookups(world.resolver, { names: view.names && !format.showsNoNames, origin }, (address) => {
    printer.print(stream?.named(address));
    live?.touch();
  });

  const seeking = { ready, interrupted: early.happened };
  const { courses, lookups: sought }: Sought = literals !== undefined
    ? { courses: literals, lookups: [] }
    : mayJoin(invocation, { helper, screen })
    ? await seekCourses(invocation, world, seeking)
    : { courses: await findCourses(invocation, world, seeking), lookups: [] };
  if (courses.length > 1) early.expect(courses.length);
  const printer = await outputOf(invocation, courses, {
    world,
    ready,
    stop: () => session.stop(),
    hurry: early.happened,
  });
  const traced = courses.filter(isFound);
  const isTraced = (traced.length > 0 || sought.length > 0) && (isAtOnce || !early.hasHappened);
  if (isTraced && !isAtOnce) {
    for (const course of traced) course.startedAtMs = world.nowUnixMs();
    session.trace(traced.map(targetOf), { goesOn: sought.length > 0 });
  }
  const access = await ready;
  // A connection has a port for itself: such probes are no one flow, whatever was asked for.
  const isConnected = Object.values(access).includes("connect");
  const tracedPlan: TracePlan = isConnected || helper !== undefined ? { ...plan, flow: "varying" } : plan;
  const counts = new RunCounter();
  const equip = (course: FoundCourse): void => {
    course.access = access[course.endpoint.family];
    const unknown = unknownCounts(helper === undefined ? course.access : "helper");
    counts.cannotKnow(unknown);
    if (isTraced) course.path = pathOf(course.endpoint, tracedPlan, unknown);
  };
  traced.forEach(equip);
  const targets = traced.map(({ typed, endpoint }) => ({ typed, address: endpoint.address }));
  const shown = { ...view };
  const setting = { helper, limits: invocation.limits, world: screen === undefined ? world : withMemory(world) };
  const factsNow = (change: PlanChange = {}): Omit<RunRecord, "targets"> => ({
    program: { name: PROGRAM, version: VERSION },
    localHost: world.localHost,
    plan: { ...tracedPlan, ...change },
    view,
    names: lookups,
    counts,
  });
  const recordOfNow = (course: Course, change: PlanChange = {}): TargetRecord =>
    recordOf(course, { ...setting, plan: { ...plan, ...change } });
  const recordNow = (change: PlanChange = {}): RunRecord => ({
    ...factsNow(change),
    targets: courses.map((course) => recordOfNow(course, change)),
  });
  stream = format.stream?.({ view: shown, names: lookups, targets, run: recordNow });
  printer.print(stream?.begin?.());
  const keys = new Keys(session, traced, shown);
  if (format.hearsKeys) world.onKeys((key) => keys.hear(key));
  if (screen !== undefined && isTraced) {
    const { Live } = await import("./live.ts");
    live = await Live.open({
      ...screen,
      plan: tracedPlan,
      session,
      lookups,
      courses,
      record: recordNow,
      findOrigin: () => findOrigin({ ...invocation, view: { ...view, ipinfo: IP_INFO_FIELDS } }, world, ready),
      hurry: early.happened,
    }, world);
  }
  const isPiecewise = view.targetOrder === "finish" && format.target !== undefined && screen === undefined;
  const pieces = isPiecewise ? await piecesOf(format) : undefined;
  printer.print(pieces?.begin());
  const roundLength = new RoundLength(plan);
  const progress = new Progress(world, {
    plan,
    isWanted: !invocation.quiet && format.stream === undefined && screen === undefined,
    targets: traced,
  });
  const ticks = stream !== undefined || pieces !== undefined || live !== undefined || progress.isDrawn;
  const stopTicks = !ticks ? undefined : world.every(TICK_MS, () => {
    printer.print(stream?.tick());
    printer.print(pieces?.ready());
    progress.draw();
    live?.tick();
  });
  let finished = 0;
  let defect: unknown;
  let awaited = sought.length;
  if (isTraced) { for (const lookup of sought) void lookup.then(join).catch(fail); }
  try {
    for await (const batch of isTraced ? session.events() : []) {
      printer.print(batch.map((event) => take(event, traced, { lookups, stream, live, world })).join(""));
      for (const event of batch) {
        roundLength.take(event);
        if (event.kind === "foreign" || event.kind === "overflow") counts.apply(event);
        if (event.kind !== "finished") continue;
        traced[event.target]!.finishedAs = finished++;
        pieces?.finish(traced[event.target]!);
      }
      printer.print(pieces?.ready());
      progress.take(batch);
    }
  } catch (error) {
    // Whatever it is, what was measured until then is printed first.
    defect = error;
  }
  await live?.close();
  if (live !== undefined && live.said !== "") world.draw(live.said);
  const isPrinted = screen === undefined || screen.reportOnExit;
  if (isPrinted) await waitForNames(lookups, courses, { world, interrupted: early.happened });
  stopTicks?.();
  progress.erase();

  const record = recordNow(live?.change);
  const isPartial = record.targets.some(({ status }) => status === "PARTIAL");
  const exit = exitOf(record, format, early, { isCutShort: early.isPastDeadline && isPartial });
  printer.print(stream?.end());
  // Streams, and what replays them, count the targets as they were given.
  const targetOrder = stream === undefined ? view.targetOrder : "input";
  const shownTargets = inOrder(record.targets, courses, targetOrder);
  if (isPrinted) printer.print(pieces?.end() ?? format.render({ ...record, targets: shownTargets, exit }));
  const isWritten = await early.bounded(finish(printer, world).then(() => true));
  if (!isWritten) world.complain("Nobody reads the output: at the deadline some of it was not written yet");
  // A helper that ends with the signal that ends us is no news.
  const isNews = early.signalStatus === undefined || !(defect instanceof Error && "reason" in defect);
  if (defect !== undefined && isNews) throw defect;
  // Who closed the pipe, typed q, or has watched it, has heard enough.
  const hasHeardEnough = printer.isClosed || keys.isQuit || screen !== undefined;
  const told = record.targets.filter(({ status }) => !(hasHeardEnough && status === "PARTIAL"));
  if (format.exitStatus === undefined) complainOf(told, world);
  const slow = screen === undefined ? roundLength.sentence() : undefined;
  if (slow !== undefined) world.complain(slow);
  if (counts.overflowed) world.complain(overflowSentence(counts.overflowed));
  const isCutShort = early.isPastDeadline && (!isWritten || isPartial);
  if (isCutShort) world.complain("The deadline has cut the run short");
  return exitOf({ ...record, targets: told }, format, early, { isCutShort });

  /** Its name is known, or never will be. */
  function join(course: Course): void {
    awaited -= 1;
    if (early.hasHappened) return;
    const isNew = isFound(course) && course.path === undefined;
    if (course.failure !== undefined) {
      course.finishedAs = finished++;
      pieces?.finish(course);
    }
    if (isNew) {
      course.startedAtMs = world.nowUnixMs();
      equip(course);
    }
    if (!isNew && awaited > 0) return;
    session.trace(isNew ? [targetOf(course, traced.push(course) - 1)] : [], { goesOn: awaited > 0 });
  }

  function fail(error: unknown): void {
    defect = error;
    session.stop();
  }

  async function piecesOf({ target: text, header }: OutputFormat): Promise<Pieces | undefined> {
    if (text === undefined) return undefined;
    const { Pieces } = await import("./pieces.ts");
    return new Pieces({
      text,
      header: header?.(factsNow()) ?? "",
      courses,
      run: factsNow,
      record: recordOfNow,
      lookups,
      world,
    });
  }
}

/**
 * Whether targets may begin one by one, as their names are known: not where the output has to tell of all of them before the
 * first event, or a limit names one of them, nor where a helper sends the probes, or targets share them round by round.
 */
function mayJoin(
  { view, plan, limits }: TraceInvocation,
  { helper, screen }: { readonly helper: unknown; readonly screen: unknown },
): boolean {
  const { stream }: OutputFormat = OUTPUTS[view.output];
  const isToldAtEnd = stream === undefined && screen === undefined;
  return isToldAtEnd && helper === undefined && !plan.share && limits.every(({ target }) => target === undefined);
}

interface Watched extends Omit<ScreenSetting, "isAsked"> {
  readonly traits: TerminalTraits;
}

/** The screen, if there is to be one; without a terminal there is a report instead, unless a screen was asked for. */
async function screenOf({ screen }: TraceInvocation, world: World): Promise<Watched | undefined> {
  if (screen === undefined) return undefined;
  const terminal = await world.terminalTraits();
  if (terminal.ok) return { ...screen, traits: terminal.traits };
  if (!screen.isAsked) return undefined;
  throw new UnusableError(`Cannot show a screen (-t): ${terminal.why}; -r prints a report instead`);
}

/** A record for each frame of a screen asks for no source address twice. */
function withMemory(world: World): Pick<World, "nowUnixMs" | "utcOffsetMinutes" | "sourceAddress"> {
  const known = new Map<Endpoint, string | undefined>();
  return {
    nowUnixMs: () => world.nowUnixMs(),
    utcOffsetMinutes: (unixMs) => world.utcOffsetMinutes(unixMs),
    sourceAddress: (to, device) => {
      if (!known.has(to)) known.set(to, world.sourceAddress(to, device));
      return known.get(to);
    },
  };
}

/** What the program ends with: the format's own status, else that of a signal, else the worst of what was found. */
function exitOf(
  record: RunRecord,
  format: OutputFormat,
  { signalStatus }: EarlyEnd,
  { isCutShort }: { readonly isCutShort: boolean },
): number {
  const hasCrossedLimit = record.targets.some(({ limits = [] }) => limits.some(({ isCrossed }) => isCrossed));
  const statuses = record.targets.map(({ status }) => status);
  return format.exitStatus?.(record) ?? signalStatus ?? worstExit(statuses, { hasCrossedLimit, isCutShort });
}

/** Says what is wrong with which target, and which limits it crossed. */
function complainOf(targets: readonly TargetRecord[], world: World): void {
  // A thousand targets of a run that was ended early are one sentence.
  for (const sentence of new Set(targets.map(sentenceOf))) if (sentence !== undefined) world.complain(sentence);
  for (const crossing of targets.flatMap(crossingsOf)) world.complain(`Limit crossed: ${crossing}`);
}

/** Says what would be done. Names are looked up as for a run; without sockets there is nobody to become first. */
async function dryRun(
  invocation: TraceInvocation,
  world: World,
  literals: readonly Course[] | undefined,
): Promise<number> {
  const early = new EarlyEnd(world, invocation.deadlineUs, () => {});
  const waits = { ready: world.renounce(), interrupted: early.happened };
  const courses = literals ?? await findCourses(invocation, world, waits);
  const printer = world.standardOutput(() => {});
  printer.print(dryRunText(invocation, courses));
  await finish(printer, world);
  for (const { failure } of courses) if (failure !== undefined) world.complain(failure);
  return early.signalStatus ?? worstExit(courses.map(({ failure }) => failure === undefined ? "OK" : "FAILED"));
}

/** Where the text goes. Throws `UnusableError` where it cannot, and as `ready` is rejected. */
async function outputOf(
  { destination, view, plan, gzip }: TraceInvocation,
  [first]: readonly Course[],
  { world, ready, stop, hurry }: {
    readonly world: World;
    readonly ready: Promise<unknown>;
    readonly stop: () => void;
    readonly hurry: Promise<unknown>;
  },
): Promise<TextOutput> {
  if (destination === undefined) return world.standardOutput(stop, { gzip });
  await ready;
  const { openFileOutput } = await import("./file_output.ts");
  const startedAtMs = world.nowUnixMs() - world.sinceStartMs();
  return await openFileOutput(destination, { plan, view, startedAtMs, target: first?.typed ?? "", hurry }, world);
}

/** Waits until all is written; throws `UnusableError` if that fails. */
export async function finish(output: TextOutput, world: Pick<World, "reasonOf">): Promise<void> {
  const problem = await output.done();
  if (problem === undefined) return;
  throw new UnusableError(`Cannot write to the standard output: ${world.reasonOf(problem) ?? problem.message}`);
}

/** What can be typed while an output that hears it is written. */
class Keys {
  readonly #keys: Readonly<Record<string, () => void>>;
  #isQuit = false;

  constructor(session: TraceSession, courses: readonly Course[], view: { -readonly [Name in keyof View]: View[Name] }) {
    const quit = (): void => {
      this.#isQuit = true;
      session.stop();
    };
    this.#keys = {
      q: quit,
      "\x03": quit,
      p: () => session.pause(),
      " ": () => session.resume(),
      r: () => courses.forEach(({ path }) => path?.reset()),
      n: () => view.names = !view.names,
    };
  }

  get isQuit(): boolean {
    return this.#isQuit;
  }

  hear(key: string | undefined): void {
    this.#keys[key ?? ""]?.();
  }
}

interface Listeners {
  readonly lookups: Lookups;
  readonly stream: OutputStream | undefined;
  readonly live: Live | undefined;
  readonly world: World;
}

/** Folds an event, and gives what a stream has to say of it. */
function take(event: TraceEvent, courses: readonly FoundCourse[], { lookups, stream, live, world }: Listeners): string {
  if (!("target" in event)) return stream?.aside?.(event) ?? "";
  const course = courses[event.target]!;
  const path = course.path!;
  path.apply(event);
  live?.take(event, path);
  if ("from" in event) lookups.ask(event.from);
  if (event.kind === "finished") {
    course.finished = true;
    course.endedAtMs = world.nowUnixMs();
  }
  return stream?.event(event, path) ?? "";
}

/** Waits for lookups on their way, but not for a resolver that has had its time during the run and answered nothing. */
async function waitForNames(
  lookups: Lookups,
  courses: readonly Course[],
  { world, interrupted }: { world: World; interrupted: Promise<unknown> },
): Promise<void> {
  const startedAtMs = Math.min(...courses.map((course) => course.startedAtMs));
  const spentMs = lookups.isAnswered ? 0 : world.nowUnixMs() - startedAtMs;
  await Promise.race([lookups.settled(), world.after(Math.max(0, NAMES_LIMIT_MS - spentMs)), interrupted]);
}
