/** The program's own trace: from an invocation to output and exit status. */
import { Lookups } from "../name/lookups.ts";
import type { Endpoint } from "../network.ts";
import type { TraceInvocation } from "../option/mod.ts";
import { type OutputFormat, OUTPUTS, type OutputStream, TICK_MS } from "../output/mod.ts";
import { overflowSentence } from "../output/sentence.ts";
import { IP_INFO_FIELDS } from "../view.ts";
import type { Begun } from "./begin.ts";
import { type Course, isFound, targetOf } from "./course.ts";
import { complainOf, exitOf, finish } from "./ending.ts";
import { findCourses, findOrigin, NAMES_LIMIT_MS, seekCourses, type Sought } from "./input.ts";
import { type Listener, StreamPrinter } from "./listener.ts";
import type { Live } from "./live.ts";
import type { Pieces } from "./pieces.ts";
import { Progress } from "./progress.ts";
import { RoundLength } from "./round_length.ts";
import { Run } from "./run.ts";
import { inOrder } from "./target_order.ts";
import { TypedKeys } from "./typed_keys.ts";
import type { TextOutput, World } from "./world.ts";

/** A trace that is under way, and what hears of it. */
interface Followed {
  readonly invocation: TraceInvocation;
  readonly begun: Begun;
  readonly world: World;
  readonly format: OutputFormat;
  readonly lookups: Lookups;
  readonly listeners: Listener[];
  readonly courses: readonly Course[];
  /** Targets whose names are not known yet. */
  readonly sought: readonly Promise<Course>[];
  readonly printer: TextOutput;
  readonly isTraced: boolean;
  readonly run: Run;
}

/** What shows a run while it goes on. */
interface Shown {
  readonly stream: OutputStream | undefined;
  readonly keys: TypedKeys;
  readonly live: Live | undefined;
  readonly pieces: Pieces | undefined;
  readonly roundLength: RoundLength;
  readonly progress: Progress;
  readonly stopTicks: (() => void) | undefined;
}

/** Follows a trace to its end, prints, and gives the exit status. */
export async function followTrace(invocation: TraceInvocation, begun: Begun, world: World): Promise<number> {
  const followed = await start(invocation, begun, world);
  const shown = await show(followed);
  const defect = await follow(followed);
  return await end(followed, shown, defect);
}

/** Knows the targets, or seeks them, and has them traced. */
async function start(invocation: TraceInvocation, begun: Begun, world: World): Promise<Followed> {
  const { screen, plan, helper, literals, isAtOnce, session, early } = begun;
  const { view, limits } = invocation;
  const format: OutputFormat = OUTPUTS[view.output];
  const { ready } = session;
  const listeners: Listener[] = [];
  const origin = await findOrigin(invocation, world, ready);
  const lookups = new Lookups(world.resolver, { names: view.names && !format.showsNoNames, origin }, (address) => {
    for (const listener of listeners) listener.named?.(address);
  });
  const seeking = { ready, interrupted: early.happened };
  const { courses, lookups: sought }: Sought = literals !== undefined
    ? { courses: literals, lookups: [] }
    : mayJoin(invocation, { helper, screen })
    ? await seekCourses(invocation, world, seeking)
    : { courses: await findCourses(invocation, world, seeking), lookups: [] };
  if (courses.length > 1) early.expect(courses.length);
  const stop = (): void => session.stop();
  const printer = await outputOf(invocation, courses, { world, ready, stop, hurry: early.happened });
  const found = courses.filter(isFound);
  const isTraced = (found.length > 0 || sought.length > 0) && (isAtOnce || !early.hasHappened);
  if (isTraced && !isAtOnce) {
    for (const course of found) course.startedAtMs = world.nowUnixMs();
    session.trace(found.map(targetOf), { goesOn: sought.length > 0 });
  }
  const run = new Run({
    plan,
    view,
    limits,
    helper,
    names: lookups,
    localHost: world.localHost,
    access: await ready,
    courses,
    found,
    isTraced,
    world: screen === undefined ? world : withMemory(world),
  });
  return { invocation, begun, world, format, lookups, listeners, courses, sought, printer, isTraced, run };
}

/** Opens all that shows the run as it goes on: what is printed with each event, the screen, each target's text, and its progress. */
async function show(followed: Followed): Promise<Shown> {
  const { invocation: { view, quiet }, begun: { screen, session, plan }, world, format } = followed;
  const { lookups, listeners, printer, run } = followed;
  const shown = { ...view };
  const targets = run.traced.map(({ typed, endpoint }) => ({ typed, address: endpoint.address }));
  const stream = format.stream?.({ view: shown, names: lookups, targets, run: () => run.record() });
  if (stream !== undefined) listeners.push(new StreamPrinter(stream, printer));
  printer.print(stream?.begin?.());
  const keys = new TypedKeys(session, run.traced, shown);
  if (format.hearsKeys) world.onKeys((key) => keys.hear(key));
  const live = await liveOf(followed);
  if (live !== undefined) listeners.push(live);
  const isPiecewise = view.targetOrder === "finish" && screen === undefined;
  const pieces = isPiecewise ? await piecesOf(followed) : undefined;
  if (pieces !== undefined) listeners.push(pieces);
  pieces?.begin();
  const roundLength = new RoundLength(plan);
  const isWanted = !quiet && format.stream === undefined && screen === undefined;
  const progress = new Progress(world, { plan, isWanted, targets: run.traced });
  listeners.push(roundLength);
  if (progress.isDrawn) listeners.push(progress);
  const clocked = listeners.filter(({ tick }) => tick !== undefined);
  const stopTicks = clocked.length === 0
    ? undefined
    : world.every(TICK_MS, () => clocked.forEach((listener) => listener.tick?.()));
  return { stream, keys, live, pieces, roundLength, progress, stopTicks };
}

/** The screen, where there is one. */
async function liveOf(
  { invocation, begun, world, lookups, courses, isTraced, run }: Followed,
): Promise<Live | undefined> {
  const { screen, session, early, hearing } = begun;
  if (screen === undefined || !isTraced) return undefined;
  const { Live } = await import("./live.ts");
  const view = { ...invocation.view, ipinfo: IP_INFO_FIELDS };
  const live = await Live.open({
    ...screen,
    plan: run.plan,
    session,
    lookups,
    courses,
    record: (change) => run.record(change),
    findOrigin: () => findOrigin({ ...invocation, view }, world, session.ready),
    hurry: early.happened,
  }, world);
  hearing.hear = (text) => live.hear(text);
  return live;
}

/** Tells everybody of the events, to the last one; gives what has gone wrong meanwhile, or nothing. */
async function follow(
  { begun: { session, early }, world, lookups, listeners, sought, isTraced, run }: Followed,
): Promise<unknown> {
  let defect: unknown;
  let awaited = sought.length;
  if (isTraced) { for (const lookup of sought) void lookup.then(join).catch(fail); }
  try {
    for await (const batch of isTraced ? session.events() : []) {
      for (const event of batch) {
        const course = run.take(event);
        if ("from" in event) lookups.ask(event.from);
        for (const listener of listeners) listener.take?.(event, course);
        if (event.kind === "finished") tellFinished(course!);
      }
      for (const listener of listeners) listener.settle?.();
    }
  } catch (error) {
    // Whatever it is, what was measured until then is printed first.
    defect = error;
  }
  return defect;

  function tellFinished(course: Course): void {
    for (const listener of listeners) listener.finish?.(course);
  }

  /** Its name is known, or never will be. */
  function join(course: Course): void {
    awaited -= 1;
    if (early.hasHappened) return;
    if (course.failure !== undefined) {
      run.finish(course);
      tellFinished(course);
    }
    const isNew = isFound(course) && course.path === undefined;
    if (isNew) course.startedAtMs = world.nowUnixMs();
    if (!isNew && awaited > 0) return;
    session.trace(isNew ? [targetOf(course, run.add(course))] : [], { goesOn: awaited > 0 });
  }

  function fail(error: unknown): void {
    defect = error;
    session.stop();
  }
}

/** Prints what is left to print, says what was wrong, and gives the exit status. */
async function end(followed: Followed, shown: Shown, defect: unknown): Promise<number> {
  const { invocation: { view }, begun: { screen, early }, world, format, lookups, courses, printer, run } = followed;
  const { stream, keys, live, pieces, roundLength, progress, stopTicks } = shown;
  await live?.close();
  if (live !== undefined && live.said !== "") world.draw(live.said);
  const isPrinted = screen === undefined || screen.reportOnExit;
  if (isPrinted) await waitForNames(lookups, courses, { world, interrupted: early.happened });
  stopTicks?.();
  progress.erase();

  const record = run.record(live?.change);
  const isPartial = record.targets.some(({ status }) => status === "PARTIAL");
  const { signalStatus } = early;
  const exit = exitOf(record, format, { signalStatus, isCutShort: early.isPastDeadline && isPartial });
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
  if (run.counts.overflowed) world.complain(overflowSentence(run.counts.overflowed));
  const isCutShort = early.isPastDeadline && (!isWritten || isPartial);
  if (isCutShort) world.complain("The deadline has cut the run short");
  return exitOf({ ...record, targets: told }, format, { signalStatus: early.signalStatus, isCutShort });
}

/** Prints target by target, where the format can. */
async function piecesOf(
  { format: { target: text, header }, courses, lookups, printer, run, world }: Followed,
): Promise<Pieces | undefined> {
  if (text === undefined) return undefined;
  const { Pieces } = await import("./pieces.ts");
  return new Pieces({
    courses,
    lookups,
    printer,
    world,
    text,
    header: header?.(run.facts()) ?? "",
    run: () => run.facts(),
    record: (course) => run.recordOf(course),
  });
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
