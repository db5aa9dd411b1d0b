/** The program's own trace: from an invocation to output and exit status. */
import { Lookups } from "../name/lookups.ts";
import type { Endpoint } from "../network.ts";
import type { TraceInvocation } from "../option/mod.ts";
import { type OutputFormat, OUTPUTS, TICK_MS } from "../output/mod.ts";
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

/** Follows a trace to its end, prints, and gives the exit status. */
export async function followTrace(
  invocation: TraceInvocation,
  { screen, plan, helper, literals, isAtOnce, session, early, hearing }: Begun,
  world: World,
): Promise<number> {
  const { view, limits } = invocation;
  const format: OutputFormat = OUTPUTS[view.output];
  const { ready } = session;
  let live: Live | undefined;
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

  const shown = { ...view };
  const targets = run.traced.map(({ typed, endpoint }) => ({ typed, address: endpoint.address }));
  const stream = format.stream?.({ view: shown, names: lookups, targets, run: () => run.record() });
  if (stream !== undefined) listeners.push(new StreamPrinter(stream, printer));
  printer.print(stream?.begin?.());
  const keys = new TypedKeys(session, run.traced, shown);
  if (format.hearsKeys) world.onKeys((key) => keys.hear(key));
  if (screen !== undefined && isTraced) {
    const { Live } = await import("./live.ts");
    live = await Live.open({
      ...screen,
      plan: run.plan,
      session,
      lookups,
      courses,
      record: (change) => run.record(change),
      findOrigin: () => findOrigin({ ...invocation, view: { ...view, ipinfo: IP_INFO_FIELDS } }, world, ready),
      hurry: early.happened,
    }, world);
    hearing.hear = (text) => live?.hear(text);
    listeners.push(live);
  }
  const isPiecewise = view.targetOrder === "finish" && screen === undefined;
  const pieces = isPiecewise ? await piecesOf(format, { run, courses, lookups, printer, world }) : undefined;
  if (pieces !== undefined) listeners.push(pieces);
  pieces?.begin();
  const roundLength = new RoundLength(plan);
  const isWanted = !invocation.quiet && format.stream === undefined && screen === undefined;
  const progress = new Progress(world, { plan, isWanted, targets: run.traced });
  listeners.push(roundLength);
  if (progress.isDrawn) listeners.push(progress);
  const clocked = listeners.filter(({ tick }) => tick !== undefined);
  const stopTicks = clocked.length === 0
    ? undefined
    : world.every(TICK_MS, () => clocked.forEach((listener) => listener.tick?.()));

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

interface PiecesWorld {
  readonly run: Run;
  readonly courses: readonly Course[];
  readonly lookups: Lookups;
  readonly printer: TextOutput;
  readonly world: World;
}

/** Prints target by target, where the format can. */
async function piecesOf(
  { target: text, header }: OutputFormat,
  { run, ...setup }: PiecesWorld,
): Promise<Pieces | undefined> {
  if (text === undefined) return undefined;
  const { Pieces } = await import("./pieces.ts");
  return new Pieces({
    ...setup,
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
