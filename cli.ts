/**
 * The program: arguments -> plan -> worker -> paths -> output -> exit status.
 *
 * It alone owns stdin, stdout, stderr, signals, the calendar and the exit status. It measures nothing: every time
 * comes from the worker's events.
 */
import { DIALECT_NAMES, type DialectName } from "./core/compat/dialect.ts";
import type { Access, PrivilegesToGiveUp, RefusalReason, Target, TraceEvent } from "./core/messages.ts";
import type { Endpoint, Family } from "./core/network.ts";
import { IpInfoFileError } from "./core/name/file_error.ts";
import type { IpInfoTable } from "./core/name/ip_info.ts";
import { readIpInfoFile } from "./core/name/ip_info_file.ts";
import { Lookups, type Origin } from "./core/name/lookups.ts";
import { printable } from "./core/name/text.ts";
import {
  helpText,
  parseArguments,
  parseHostList,
  splitPort,
  splitWords,
  type TraceInvocation,
} from "./core/option/mod.ts";
import { USAGE_REMEDY, versionText } from "./core/option/mod.ts";
import { type OutputFormat, OUTPUTS, type OutputStream, type RunRecord } from "./core/output/mod.ts";
import { type TargetRecord, TICK_MS } from "./core/output/mod.ts";
import { sentenceOf } from "./core/output/sentence.ts";
import { Path } from "./core/path/path.ts";
import { statusOf, worstExit } from "./core/path/status.ts";
import type { ProtocolName, TracePlan } from "./core/plan.ts";
import { RELAY_HELP, type RelayInvocation, relayInvocation } from "./core/relay/invocation.ts";
import { VERSION } from "./core/version.ts";
import { SystemCallError } from "./ffi/errno.ts";
import { NotPermittedError } from "./ffi/icmp_socket.ts";
import { asCaller, giveUpCapabilities, isOrdinaryUser, renounce, userId } from "./ffi/privilege.ts";
import { programName } from "./ffi/program_name.ts";
import { SystemResolver } from "./ffi/resolver.ts";
import { wayTo } from "./ffi/route.ts";
import { isSignalIgnored } from "./ffi/signal.ts";
import { StandardOutput } from "./ffi/standard_output.ts";
import { RefusedError, Session } from "./mod.ts";

const PROGRAM = "mtr-deno";
const EXIT_UNUSABLE = 2;
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
// Their numbers on Linux and macOS.
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

// A name server that is asked in vain takes 10 s to give up by default; longer is no use to anybody.
const FORWARD_LIMIT_MS = 15_000;
// Names that are not there yet when the measurement has ended get this long.
const NAMES_LIMIT_MS = 1_000;
// What a list of hosts may weigh: more than a million lines is a mistake.
const HOST_FILE_MOST_BYTES = 32 << 20;
// The id after it, 4294967295, means "no change" to the kernel.
const GREATEST_ID = 4_294_967_294;
// As much as the C library holds back before it writes to a file or pipe.
const STDIO_BUFFER = 4_096;
const HELP_WIDTH = { least: 40, usual: 80, most: 100 } as const;

/** Something that keeps the program from its work; its message is for the user. */
class UnusableError extends Error {}

/** A host from the command line or a file, and what became of it. */
interface Course {
  readonly typed: string;
  endpoint?: Endpoint;
  port?: number;
  path?: Path;
  failure?: string | undefined;
  access?: Access | undefined;
  startedAtMs: number;
  endedAtMs: number;
  finished: boolean;
}

type FoundCourse = Course & { readonly endpoint: Endpoint };

function isFound(course: Course): course is FoundCourse {
  return course.endpoint !== undefined;
}

type SignalName = keyof typeof SIGNALS;

async function main(argv: readonly string[]): Promise<number> {
  const relay = relayInvocation(argv, programName);
  if (relay !== undefined) return await runRelay(relay);
  const compat = compatOf(argv);
  if (compat !== undefined) return await runCompat(compat.dialect, compat.argv);
  const parsed = parseArguments(argv, {
    MTR_OPTIONS: Deno.env.get("MTR_OPTIONS"),
    POSIXLY_CORRECT: Deno.env.get("POSIXLY_CORRECT"),
  });
  if (!parsed.ok) throw new UnusableError(`${parsed.problem.message}\n${USAGE_REMEDY}`);
  switch (parsed.invocation.action) {
    case "help":
      return await printAll(await helpText(helpWidth()));
    case "version":
      return await printAll(versionText(VERSION));
    case "trace":
      return await run(parsed.invocation);
  }
}

/** Takes the place of mtr-packet, in this thread. */
async function runRelay(relay: RelayInvocation): Promise<number> {
  if (relay.action === "help") return await printAll(RELAY_HELP);
  if (relay.action === "refuse") throw new UnusableError(relay.message);
  const { servePackets } = await import("./ffi/packet_server.ts");
  try {
    servePackets({ ...relay, giveUp: whomToBecome() });
  } catch (error) {
    if (!(error instanceof NotPermittedError)) throw error;
    throw new UnusableError(`${error.message}\n${remedies("icmp")}`);
  }
  return 0;
}

/** Traces, prints and gives the exit status. */
async function run(invocation: TraceInvocation): Promise<number> {
  const plan = withSeed(invocation.plan);
  const { view } = invocation;
  const giveUp = whomToBecome();
  const resolver = new SystemResolver();
  // Where all hosts are addresses there is nothing to wait for: the worker begins as soon as it is up.
  const literals = filesOf(invocation).length > 0 ? undefined : literalCourses(invocation, resolver);

  const helper = invocation.helper ?? helperOfEnvironment();
  const session = new Session();
  // Before anything is opened or sent: from here on only the worker has privileges, until its sockets are open.
  renounce(giveUp);
  session.open(plan, { giveUp, helper, targets: literals?.filter(isFound).map(targetOf) });
  const ready = session.ready.then((access) => {
    giveUpCapabilities();
    return access;
  }, (error) => {
    if (!(error instanceof RefusedError) || error.reason !== "privileges") throw error;
    throw new UnusableError(`${error.message}\n${remedies(plan.protocol)}`);
  });
  // Awaited below in any case; until then a refusal is nobody's oversight.
  ready.catch(() => {});
  const interruption = onSignals(() => session.stop());

  const printer = new StandardOutput(() => session.stop());
  let stream: OutputStream | undefined = undefined;
  const origin = await findOrigin(invocation, ready);
  const lookups = new Lookups(resolver, { names: view.names, origin }, (address) => {
    printer.print(stream?.named(address));
  });

  const courses = literals ?? await findCourses(invocation, resolver, ready, interruption.happened);
  const traced = courses.filter(isFound);
  const isTraced = traced.length > 0 && (literals !== undefined || interruption.signal === undefined);
  if (isTraced && literals === undefined) session.trace(traced.map(targetOf));
  const access = await ready;
  for (const course of traced) {
    course.startedAtMs = Date.now();
    course.access = access[course.endpoint.family];
    if (isTraced) course.path = pathOf(course.endpoint, plan);
  }
  const format: OutputFormat = OUTPUTS[view.output];
  const targets = traced.map(({ typed, endpoint }) => ({ typed, address: endpoint.address }));
  const shown = { ...view };
  stream = format.stream?.({ view: shown, names: lookups, targets });
  let isQuit = false;
  const quit = (): void => {
    isQuit = true;
    session.stop();
  };
  const keys: Readonly<Record<string, () => void>> = {
    q: quit,
    "\x03": quit,
    p: () => session.pause(),
    " ": () => session.resume(),
    r: () => traced.forEach(({ path }) => path?.reset()),
    n: () => shown.names = !shown.names,
  };
  if (format.hearsKeys) onKeys((key) => keys[key ?? ""]?.());
  const ticks = setInterval(() => printer.print(stream?.tick()), TICK_MS);
  let overflowed = 0;
  let defect: unknown;
  try {
    for await (const batch of isTraced ? session.events() : []) {
      printer.print(batch.map((event) => take(event, traced, lookups, stream)).join(""));
      for (const event of batch) if (event.kind === "overflow") overflowed += event.count;
    }
  } catch (error) {
    // Whatever it is, what was measured until then is printed first.
    defect = error;
  }
  await waitForNames(lookups, courses, interruption.happened);
  clearInterval(ticks);

  const record: RunRecord = {
    program: { name: PROGRAM, version: VERSION },
    localHost: Deno.hostname(),
    plan,
    view,
    names: lookups,
    targets: courses.map(recordOf),
  };
  printer.print(stream?.end());
  printer.print(format.render(record));
  await finish(printer);
  // A helper that ends with the signal that ends us is no news.
  if (defect !== undefined && !(defect instanceof RefusedError && interruption.signal !== undefined)) throw defect;
  // Who closed the pipe, or typed q, has heard enough.
  const told = record.targets.filter(({ status }) => !((printer.isClosed || isQuit) && status === "PARTIAL"));
  // A thousand targets of a run that was ended early are one sentence.
  for (const sentence of new Set(told.map(sentenceOf))) complain(sentence);
  if (overflowed > 0) {
    complain(
      `This host had no room for ${overflowed} messages: some of the loss may be its own. Probe less at once, or ` +
        "raise net.core.rmem_max",
    );
  }
  if (interruption.signal !== undefined) return SIGNALS[interruption.signal];
  return worstExit(told.map(({ status }) => status));
}

/** Everything that is read before the first probe. */
function filesOf({ files, asFiles, view }: TraceInvocation): readonly string[] {
  return view.ipinfo.length > 0 ? [...files, ...asFiles] : files;
}

/** Where AS information comes from, if any is wanted; its files are read. */
async function findOrigin(
  { view, originZones, asFiles }: TraceInvocation,
  ready: Promise<unknown>,
): Promise<Origin | undefined> {
  if (view.ipinfo.length === 0) return undefined;
  if (asFiles.length === 0) return { zones: originZones };
  await readingUser(ready);
  const files: IpInfoTable[] = [];
  for (const file of asFiles) files.push(await readAsFile(file));
  return { files };
}

async function readAsFile(file: string): Promise<IpInfoTable> {
  try {
    using input = await Deno.open(file);
    return await readIpInfoFile(file, input.readable);
  } catch (error) {
    if (error instanceof IpInfoFileError) throw new UnusableError(error.message);
    if (!isSystemError(error)) throw error;
    throw new UnusableError(`Cannot read AS information from ${printable(file)}: ${reasonOf(error)}`);
  }
}

/** Whether the system refused something, which `error` tells in its words. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error || Object.values(Deno.errors).some((kind) => error instanceof kind));
}

/**
 * Files are read, and names are asked for, by the user that the program has become. Without sockets it becomes nobody
 * else; then a wrong file is told all the same, where it is that user's own to read.
 */
async function readingUser(ready: Promise<unknown>): Promise<void> {
  if (!isOrdinaryUser()) await ready;
}

/** The hosts, if every one of them is an address or cannot be one; `undefined` if a name has to be looked up. */
function literalCourses({ hosts, family, plan }: TraceInvocation, resolver: SystemResolver): Course[] | undefined {
  const courses = hosts.map((host) => newCourse(host, plan));
  for (const { course, host } of courses) settle(course, resolver.literal(host), family);
  return courses.every(({ course }) => isFound(course) || course.failure !== undefined)
    ? courses.map(({ course }) => course)
    : undefined;
}

/** The hosts with their addresses; one whose name is unknown has a failure instead. */
async function findCourses(
  { hosts, files, family, plan }: TraceInvocation,
  resolver: SystemResolver,
  ready: Promise<unknown>,
  interrupted: Promise<unknown>,
): Promise<Course[]> {
  if (files.length > 0) await readingUser(ready);
  const listed: string[] = [];
  for (const file of files) listed.push(...await readHosts(file));
  const courses = [...listed, ...hosts].map((host) => newCourse(host, plan));
  if (courses.length === 0) throw new UnusableError(`Cannot trace: ${files.join(" and ")} names no host`);

  await Promise.all(courses.map(async ({ course, host }) => {
    settle(course, resolver.literal(host), family);
    if (isFound(course) || course.failure !== undefined) return;
    await ready;
    const found = await Promise.race([
      resolver.address(host, family),
      after(FORWARD_LIMIT_MS, { ok: false, why: `no answer within ${FORWARD_LIMIT_MS / 1e3} s` } as const),
      interrupted.then(() => ({ ok: false, why: "the run was ended early" } as const)),
    ]);
    if (found.ok) settle(course, found.endpoint, family);
    else course.failure = `Cannot resolve ${course.typed}: ${found.why}`;
  }));
  return courses.map(({ course }) => course);
}

/** A course that is not found yet, and the host without the port that it may have been given with. */
function newCourse(typed: string, { protocol }: TracePlan): { course: Course; host: string } {
  const nowMs = Date.now();
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
function settle(course: Course, endpoint: Endpoint | undefined, family: Family | undefined): void {
  if (endpoint === undefined || course.failure !== undefined) return;
  const why = whyNot(endpoint, family);
  if (why === undefined) course.endpoint = endpoint;
  else course.failure = `Cannot resolve ${course.typed}: ${why}`;
}

async function readHosts(file: string): Promise<readonly string[]> {
  let text: string;
  try {
    using input = file === "-" ? undefined : await Deno.open(file);
    text = await readText((input ?? Deno.stdin).readable);
  } catch (error) {
    if (error instanceof UnusableError || !(error instanceof Error)) throw error;
    throw new UnusableError(`Cannot read hosts from ${printable(file)}: ${reasonOf(error)}`);
  }
  const list = parseHostList(text, file);
  if (!list.ok) throw new UnusableError(list.problem.message);
  return list.hosts;
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > HOST_FILE_MOST_BYTES) {
      throw new UnusableError(`Cannot read more than ${HOST_FILE_MOST_BYTES >> 20} MiB of hosts`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Why an address cannot be traced, if so. */
function whyNot({ address, family: own }: Endpoint, family: Family | undefined): string | undefined {
  if (address === "0.0.0.0" || address === "::") return "no host has the unspecified address";
  if (family !== undefined && family !== own) return `it is an IPv${own} address, but only IPv${family} may be used`;
  return undefined;
}

function targetOf({ endpoint, port }: FoundCourse, index: number): Target {
  return { index, endpoint, ...(port !== undefined && { port }) };
}

function pathOf({ address, family }: Endpoint, { firstTtl, maxTtl, dueTtl, protocol }: TracePlan): Path {
  return new Path({ address, family, firstTtl, maxTtl, dueTtl, asksForPort: protocol !== "icmp" });
}

/** Lengths and patterns that the user wants at random differ from run to run. */
function withSeed(plan: TracePlan): TracePlan {
  return { ...plan, seed: randomSeed() };
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** Whoever called sudo: the program becomes that user as soon as its sockets are open. */
function whomToBecome(): PrivilegesToGiveUp {
  if (isOrdinaryUser()) return { uid: undefined, gid: undefined };
  const [uid, gid] = (["SUDO_UID", "SUDO_GID"] as const).map((name) => {
    const text = Deno.env.get(name);
    if (text === undefined || (/^[0-9]{1,10}$/.test(text) && Number(text) <= GREATEST_ID)) return text;
    throw new UnusableError(`Cannot become the user who called sudo: ${name} is ${printable(text)}, and no id`);
  });
  if ((uid === undefined) !== (gid === undefined)) {
    throw new UnusableError("Cannot become the user who called sudo: set both SUDO_UID and SUDO_GID, or neither");
  }
  return uid === undefined ? { uid: undefined, gid: undefined } : { uid: Number(uid), gid: Number(gid) };
}

/** Folds an event, and gives what a stream has to say of it. */
function take(event: TraceEvent, courses: readonly Course[], lookups: Lookups, stream?: OutputStream): string {
  if (!("target" in event)) return "";
  const course = courses[event.target]!;
  const path = course.path!;
  path.apply(event);
  if ("from" in event) lookups.ask(event.from);
  if (event.kind === "finished") {
    course.finished = true;
    course.endedAtMs = Date.now();
  }
  return stream?.event(event, path) ?? "";
}

function recordOf(course: Course): TargetRecord {
  const { typed, path, failure, access, startedAtMs, finished } = course;
  return {
    typed,
    status: failure !== undefined ? "FAILED" : path === undefined ? "PARTIAL" : statusOf(path, finished),
    startedAtMs,
    endedAtMs: finished ? course.endedAtMs : Date.now(),
    utcOffsetMinutes: -new Date(startedAtMs).getTimezoneOffset(),
    ...(path && { path }),
    ...(failure !== undefined && { failure }),
    ...(access && { access }),
  };
}

/** Waits for lookups on their way, but not for a resolver that has had its time during the run and answered nothing. */
async function waitForNames(
  lookups: Lookups,
  courses: readonly Course[],
  interrupted: Promise<unknown>,
): Promise<void> {
  const startedAtMs = Math.min(...courses.map((course) => course.startedAtMs));
  const spentMs = lookups.isAnswered ? 0 : Date.now() - startedAtMs;
  await Promise.race([lookups.settled(), after(Math.max(0, NAMES_LIMIT_MS - spentMs), undefined), interrupted]);
}

interface Interruption {
  /** The first signal, once there was one. */
  signal: SignalName | undefined;
  readonly happened: Promise<void>;
}

/** `MTR_PACKET`: a program, or a command where there is no program of that name. */
function helperOfEnvironment(): readonly string[] | undefined {
  const text = Deno.env.get("MTR_PACKET") ?? "";
  if (text === "") return undefined;
  if (isFile(text)) return [text];
  const split = splitWords(text);
  if (!split.ok) throw new UnusableError(`Cannot use MTR_PACKET as a command: ${split.mistake.because}`);
  return split.words;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

/** The first signal ends the run in good order, the second one the program at once. */
function onSignals(stop: (signal: SignalName) => void): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>();
  const interruption: Interruption = { signal: undefined, happened: promise };
  for (const signal of Object.keys(SIGNALS) as SignalName[]) {
    // Who started the program so, as nohup does, wants it to go on.
    if (isSignalIgnored(SIGNAL_NUMBERS[signal])) continue;
    Deno.addSignalListener(signal, () => {
      if (interruption.signal !== undefined) Deno.exit(SIGNALS[signal]);
      interruption.signal = signal;
      stop(signal);
      resolve();
    });
  }
  return interruption;
}

function after<Value>(ms: number, value: Value): Promise<Value> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}

/** Prints one text, and gives the exit status of having done so. */
async function printAll(text: string): Promise<number> {
  const output = new StandardOutput();
  output.print(text);
  await finish(output);
  return 0;
}

/** Waits until all is written; throws `UnusableError` if that fails. */
async function finish(output: StandardOutput): Promise<void> {
  const problem = await output.done();
  if (problem !== undefined) throw new UnusableError(`Cannot write to the standard output: ${reasonOf(problem)}`);
}

function complain(message: string | undefined): void {
  if (message === undefined) return;
  try {
    console.error(`${PROGRAM}: ${message}`);
  } catch (error) {
    // Where not even an error can be written, the exit status has to say it.
    if (!(error instanceof Error)) throw error;
  }
}

/** The system's words without Deno's additions, such as `(os error 28)`. */
function reasonOf({ message }: Error): string {
  return printable(message.replace(/ \(os error [0-9]+\).*$/s, ""));
}

function helpWidth(): number {
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : HELP_WIDTH.usual;
  return Math.min(HELP_WIDTH.most, Math.max(HELP_WIDTH.least, columns));
}

/** What to do where the sockets of a protocol are not allowed. */
function remedies(protocol: ProtocolName): string {
  const file = Deno.build.standalone ? Deno.execPath() : "FILE (the compiled executable)";
  const forUsers = protocol === "icmp"
    ? ['  for groups of users:    sudo sysctl net.ipv4.ping_group_range="0 2147483647"']
    : [];
  return [
    "Allow it in one of these ways:",
    `  as root:                sudo ${PROGRAM} ...`,
    `  for this program:       sudo setcap cap_net_raw+ep ${file}`,
    ...forUsers,
    `Without any of them:      ${PROGRAM} -u ... (UDP), and on Linux ${PROGRAM} -T ... (TCP)`,
  ].join("\n");
}

/** Hands over what comes on the standard input, character by character, and `undefined` at its end. */
function onKeys(hear: (key: string | undefined) => void): void {
  void (async () => {
    for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      for (const key of text) hear(key);
    }
    hear(undefined);
  })().catch((error) => {
    if (!(error instanceof Error)) throw error;
    hear(undefined);
  });
}

/** `--compat RELEASE`, taken out of the arguments: the others are read as that release of mtr reads them. */
function compatOf(argv: readonly string[]): { dialect: DialectName; argv: readonly string[] } | undefined {
  const end = argv.indexOf("--");
  const at = argv.findIndex((word) => word === "--compat" || word.startsWith("--compat="));
  if (at < 0 || (end >= 0 && end < at)) return undefined;
  const glued = argv[at]!.slice("--compat".length + 1);
  const isGlued = argv[at] !== "--compat";
  const text = isGlued ? glued : argv[at + 1] ?? "";
  const dialect = DIALECT_NAMES.find((name) => name === text);
  if (dialect === undefined) {
    throw new UnusableError(
      `Cannot be mtr ${printable(text)} (--compat): it must be ${DIALECT_NAMES.join(" or ")}\n${USAGE_REMEDY}`,
    );
  }
  return { dialect, argv: argv.toSpliced(at, isGlued ? 1 : 2) };
}

/** Is mtr, in every byte that a script can see. */
async function runCompat(dialect: DialectName, argv: readonly string[]): Promise<number> {
  const { MtrLookups, RefusedRun, runAsMtr } = await import("./core/compat/mod.ts");
  const { gaiStrerror, strerror } = await import("./ffi/c_text.ts");
  const giveUp = whomToBecome();
  const helper = helperOfEnvironment();
  const resolver = new SystemResolver();
  const session = new Session();
  const output = new StandardOutput(() => session.stop());
  const isShownAtOnce = Deno.stdout.isTerminal();
  let held = "";
  let interruptedBy: number | undefined;
  const flush = (): void => {
    output.print(held);
    held = "";
  };
  const refusalOf = (error: unknown): { reason: RefusalReason } => {
    if (!(error instanceof RefusedError)) throw error;
    return error;
  };
  const ready = async (): Promise<{ reason: RefusalReason } | undefined> => {
    try {
      await session.ready;
      giveUpCapabilities();
      return undefined;
    } catch (error) {
      return refusalOf(error);
    }
  };
  onSignals((signal) => {
    if (dialect === "0.95" || signal !== "SIGINT") Deno.exit(SIGNALS[signal]);
    interruptedBy = SIGNALS[signal];
    session.stop();
  });

  const status = await runAsMtr(argv, {
    dialect,
    environment: environmentOf(["MTR_OPTIONS", "POSIXLY_CORRECT"]),
    uid: userId(),
    readHosts: (name) => asCaller(giveUp, () => readHostsAsText(name)),
    localHost: Deno.hostname(),
    seed: randomSeed(),
    nowUnixMs: Date.now,
    utcOffsetMinutes: (unixMs) => -new Date(unixMs).getTimezoneOffset(),
    print: (text) => {
      held += text;
      if (isShownAtOnce || held.length >= STDIO_BUFFER) flush();
    },
    flush,
    complain: (text) => {
      if (text === "") return;
      flush();
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    },
    resolve: async (host, family) => {
      const literal = resolver.literal(host);
      if (literal !== undefined && (family ?? literal.family) === literal.family) {
        return { ok: true, endpoint: withoutScope(literal) };
      }
      const found = await resolver.address(host, family);
      if (!found.ok) return { ok: false, why: gaiStrerror(found.code ?? 0) };
      return { ok: true, endpoint: withoutScope(found.endpoint) };
    },
    whyNoWay: (to) => {
      const way = wayTo(to);
      return way.ok || way.mayComeBack ? undefined : strerror(way.error.errno);
    },
    interfaceAddresses: (device) => {
      const found = Deno.networkInterfaces().filter(({ name }) => name === device);
      return found.length === 0 ? undefined : found.map(({ address }) => address);
    },
    lookups: (settings) => new MtrLookups(resolver, settings),
    open: (plan) => {
      renounce(giveUp);
      if (helper !== undefined) return Promise.resolve(undefined);
      session.open(plan, { giveUp });
      return ready();
    },
    begin: async (plan, targets) => {
      if (helper === undefined) session.trace(targets);
      else session.open(plan, { giveUp, targets, helper });
      return await ready();
    },
    events: async function* () {
      try {
        yield* session.events();
      } catch (error) {
        throw new RefusedRun(refusalOf(error).reason);
      }
    },
    onKeys,
    pause: () => session.pause(),
    resume: () => session.resume(),
    stop: () => session.stop(),
    get interruptedBy() {
      return interruptedBy;
    },
  });
  flush();
  const problem = await output.done();
  if (problem === undefined) return status;
  Deno.stderr.writeSync(new TextEncoder().encode(`mtr: write error: ${reasonOf(problem)}\n`));
  return 1;
}

/** mtr forgets on which link an address is. */
function withoutScope(endpoint: Endpoint): Endpoint {
  return { ...endpoint, scopeId: 0 };
}

/** A file of hosts, or the standard input, read at once. */
function readHostsAsText(name: string): { ok: true; text: string } | { ok: false; reason: string; wasOpened?: true } {
  try {
    using file = name === "-" ? undefined : Deno.openSync(name);
    try {
      return { ok: true, text: readTextSync(file ?? Deno.stdin) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { ok: false, reason: reasonOf(error), wasOpened: true };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { ok: false, reason: reasonOf(error) };
  }
}

function readTextSync(file: { readSync(bytes: Uint8Array): number | null }): string {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(1 << 16);
  let text = "";
  for (let length; (length = file.readSync(chunk)) !== null;) {
    text += decoder.decode(chunk.subarray(0, length), { stream: true });
    if (text.length > HOST_FILE_MOST_BYTES) {
      throw new UnusableError(`Cannot read more than ${HOST_FILE_MOST_BYTES >> 20} MiB of hosts`);
    }
  }
  return text + decoder.decode();
}

/** Variables of the environment that are set. */
function environmentOf<Name extends string>(names: readonly Name[]): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = Deno.env.get(name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

if (import.meta.main) {
  let status: number = EXIT_UNUSABLE;
  try {
    status = await main(Deno.args);
  } catch (error) {
    if (error instanceof RefusedError || error instanceof UnusableError || error instanceof SystemCallError) {
      complain(error.message);
    } else complain(`This is a defect: ${error instanceof Error ? error.stack : error}`);
  }
  // The worker may wait in poll, and lookups in a name server's silence: neither holds up the end.
  Deno.exit(status);
}
