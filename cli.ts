/**
 * The program: chooses what to do by the arguments, and has the system for those who do it (`core/program/`,
 * `core/compat/`, `ffi/packet_server.ts`).
 *
 * It alone owns stdin, stdout, stderr, signals, the calendar and the exit status. It measures nothing: every time
 * comes from the worker's events.
 */
import { DIALECT_NAMES, type DialectName } from "./core/compat/dialect.ts";
import type { PrivilegesToGiveUp, RefusalReason, Target, TraceEvent } from "./core/messages.ts";
import type { Endpoint } from "./core/network.ts";
import { printable } from "./core/name/text.ts";
import { canonicalAddress } from "./core/packet/address.ts";
import { documentOf, fileText, helpText, isReplay, parseArguments } from "./core/option/mod.ts";
import { REPLAY_HELP, splitWords, USAGE_REMEDY, versionText } from "./core/option/mod.ts";
import type { Invocation, ParsedArguments, TraceInvocation } from "./core/option/mod.ts";
import { isForMonitor } from "./core/option/monitor.ts";
import { unknownText } from "./core/output/nagios.ts";
import { EXITS, SIGNAL_EXITS } from "./core/path/exit.ts";
import type { PlanChange, ProtocolName, TracePlan } from "./core/plan.ts";
import { finish, runTrace } from "./core/program/trace.ts";
import { type Interruption, type TraceSession, UnusableError, type World } from "./core/program/world.ts";
import { RELAY_HELP, type RelayInvocation, relayInvocation } from "./core/relay/invocation.ts";
import { SCHEMA_USAGE, type SchemaInvocation, schemaInvocation } from "./core/schema/invocation.ts";
import { schemaText } from "./core/schema/mod.ts";
import { VERSION } from "./core/version.ts";
import { SystemCallError } from "./ffi/errno.ts";
import { NotPermittedError } from "./ffi/icmp_socket.ts";
import { kernelHasSctp } from "./ffi/kernel_sctp.ts";
import { asCaller, giveUpCapabilities, giveUpPrivileges, isOrdinaryUser, renounce, userId } from "./ffi/privilege.ts";
import { programName } from "./ffi/program_name.ts";
import { SystemResolver } from "./ffi/resolver.ts";
import { wayTo } from "./ffi/route.ts";
import { isSignalIgnored } from "./ffi/signal.ts";
import { StandardOutput } from "./ffi/standard_output.ts";
import { RefusedError, Session } from "./mod.ts";

const PROGRAM = "mtr-deno";
const ENDED_BY_SIGPIPE = 141;
const SIGNALS = SIGNAL_EXITS;
// Their numbers on Linux and macOS.
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

// What a list of hosts may weigh: more than a million lines is a mistake.
const HOST_FILE_MOST_BYTES = 32 << 20;
// Signals so near to each other were one thought of whoever sent them.
const SAME_SIGNAL_MS = 250;
// The id after it, 4294967295, means "no change" to the kernel.
const GREATEST_ID = 4_294_967_294;
// As much as the C library holds back before it writes to a file or pipe.
const STDIO_BUFFER = 4_096;
// Hundreds of targets; each value that has many lines is looked at again for each of them.
const CONFIG_MOST_BYTES = 64 << 10;
const CONFIG_REMEDY = "Mend it, or do without it: --config none";
const HELP_WIDTH = { least: 40, usual: 80, most: 100 } as const;

type SignalName = keyof typeof SIGNALS;

async function main(argv: readonly string[]): Promise<number> {
  const relay = relayInvocation(argv, programName);
  if (relay !== undefined) return await runRelay(relay);
  const schema = schemaInvocation(argv);
  if (schema !== undefined) return await runSchema(schema);
  const compat = isReplay(argv) ? undefined : compatOf(argv);
  if (compat !== undefined) return await runCompat(compat.dialect, compat.argv);
  const document = await documentOf(argv);
  if (document?.ok === true) return await printAll(document.text);
  if (document !== undefined) throw new UnusableError(`${document.problem.message}\n${USAGE_REMEDY}`);
  const invocation = await invocationOf(argv);
  switch (invocation.action) {
    case "help":
      return await printAll(await helpText(helpWidth()));
    case "version":
      return await printAll(versionText(VERSION));
    case "printConfig": {
      const { configText } = await import("./core/option/config_text.ts");
      return await printAll(configText(invocation.inForce));
    }
    case "trace":
      refuseGzipOnTerminal(invocation);
      return await runForWhom(invocation);
    case "replayHelp":
      return await printAll(REPLAY_HELP[invocation.word]);
    case "replay":
      refuseGzipOnTerminal(invocation);
      return await (await import("./core/program/replay.ts")).runReplay(invocation, systemWorld());
  }
}

/** What a run that shall print for a monitor is kept from its work by is printed for it, too. */
async function runForWhom(invocation: TraceInvocation): Promise<number> {
  try {
    return await runTrace(invocation, systemWorld());
  } catch (error) {
    if (invocation.view.output !== "nagios") throw error;
    return await tellMonitor(messageOf(error));
  }
}

function refuseGzipOnTerminal({ gzip }: { readonly gzip: boolean }): void {
  if (!gzip || !Deno.stdout.isTerminal()) return;
  throw new UnusableError("Cannot print compressed output on a terminal (--gzip): send it to a file or a pipe");
}

/** What the arguments and the environment ask for; a configuration that they name is read. */
async function invocationOf(argv: readonly string[]): Promise<Exclude<Invocation, { action: "readConfig" }>> {
  const environment = environmentOf(["MTR_OPTIONS", "POSIXLY_CORRECT", "MTR_DENO_CONFIG"]);
  const usable = (parsed: ParsedArguments): Invocation => {
    if (parsed.ok) return parsed.invocation;
    throw new UnusableError(`${parsed.problem.message}\n${USAGE_REMEDY}`);
  };
  const first = usable(parseArguments(argv, environment));
  if (first.action !== "readConfig") return first;
  const { parseConfig } = await import("./core/option/config.ts");
  const read = parseConfig(readConfig(first.file), first.file);
  if (!read.ok) throw new UnusableError(`${read.problem.message}\n${CONFIG_REMEDY}`);
  const whole = usable(parseArguments(argv, { ...environment, config: read.config }));
  if (whole.action === "readConfig") throw new Error("A configuration asks for another one");
  return whole;
}

/** The text of a configuration, read with no more rights than those of the user who called. */
function readConfig(name: string): string {
  const cannot = `Cannot read the configuration ${fileText(name)}`;
  try {
    const bytes = asCaller(whomToBecome(), () => {
      using file = Deno.openSync(name);
      return readAtMost(file, CONFIG_MOST_BYTES + 1);
    });
    if (bytes.length > CONFIG_MOST_BYTES) {
      throw new UnusableError(
        `${cannot}: it must have at most ${CONFIG_MOST_BYTES >> 10} KiB; lists of hosts go to -F`,
      );
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new UnusableError(`${cannot}: it must be text in UTF-8`);
    if (!isSystemError(error)) throw error;
    throw new UnusableError(`${cannot}: ${reasonOf(error)}\n${CONFIG_REMEDY}`);
  }
}

function readAtMost(file: { readSync(bytes: Uint8Array): number | null }, most: number): Uint8Array {
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let count; length < most && (count = file.readSync(bytes.subarray(length))) !== null;) length += count;
  return bytes.subarray(0, length);
}

/** Takes the place of mtr-packet, in this thread. */
async function runRelay(relay: RelayInvocation): Promise<number> {
  if (relay.action === "help") return await printAll(RELAY_HELP);
  if (relay.action === "refuse") throw new UnusableError(relay.message);
  const { NoServerError, servePackets } = await import("./ffi/packet_server.ts");
  try {
    servePackets({ ...relay, giveUp: whomToBecome() });
  } catch (error) {
    if (error instanceof NoServerError) throw new UnusableError(error.message);
    if (!(error instanceof NotPermittedError)) throw error;
    throw new UnusableError(`${error.message}\n${remedies("icmp")}`);
  }
  return 0;
}

/** Prints the schema of an output. */
async function runSchema(schema: SchemaInvocation): Promise<number> {
  if (schema.action === "refuse") throw new UnusableError(`${schema.message}\n${USAGE_REMEDY}`);
  return await printAll(schema.action === "help" ? SCHEMA_USAGE : await schemaText(schema.name));
}

/** The system, as the programs want it. */
function systemWorld(): World {
  return {
    localHost: Deno.hostname(),
    seed: randomSeed,
    nowUnixMs: Date.now,
    utcOffsetMinutes: (unixMs) => -new Date(unixMs).getTimezoneOffset(),
    sinceStartMs: () => performance.now(),
    after,
    every: (ms, call) => {
      const timer = setInterval(call, ms);
      return () => clearInterval(timer);
    },
    resolver: new SystemResolver(),
    sourceAddress: (to, device) => {
      const way = wayTo(to, device);
      return way.ok ? way.address : undefined;
    },
    startSession: () => new PrivilegedSession(),
    renounce: () => {
      giveUpPrivileges(whomToBecome());
      return Promise.resolve();
    },
    onSignals,
    onKeys,
    terminalTraits,
    openTerminal: async (ears) => {
      const { Terminal } = await import("./ffi/terminal.ts");
      return new Terminal({ ...ears, quit: (status) => Deno.exit(status) });
    },
    openFile: async (destination, hurry) => (await import("./ffi/output_file.ts")).openOutputFile(destination, hurry),
    standardOutput: (onClosed, options) => new StandardOutput(onClosed, options),
    complain,
    get errorColumns() {
      // A terminal that does not know its size says 0.
      return Deno.stderr.isTerminal() ? Deno.consoleSize().columns || HELP_WIDTH.usual : undefined;
    },
    draw: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
    get isOrdinaryUser() {
      return isOrdinaryUser();
    },
    read: async (file) => file === "-" ? Deno.stdin.readable : (await Deno.open(file)).readable,
    reasonOf: (error) => isSystemError(error) ? reasonOf(error) : undefined,
    helperOfEnvironment,
    remedies,
  };
}

/** What the terminal can show; asked for only where a screen may be wanted. */
async function terminalTraits(): ReturnType<World["terminalTraits"]> {
  if (!Deno.stdout.isTerminal()) return { ok: false, why: "the standard output is no terminal" };
  if (!Deno.stdin.isTerminal()) return { ok: false, why: "the standard input is no terminal" };
  const { TERMINAL_VARIABLES, traitsOf } = await import("./core/output/tui/traits.ts");
  const environment = environmentOf(TERMINAL_VARIABLES);
  const traits = traitsOf(environment);
  return traits === undefined
    ? { ok: false, why: `TERM is ${JSON.stringify(environment.TERM ?? "")}, which has none` }
    : { ok: true, traits };
}

/** A session that the main thread has given its privileges up for. */
class PrivilegedSession implements TraceSession {
  // The worker starts while this thread finds out the rest.
  readonly #session = new Session();
  readonly #giveUp = whomToBecome();
  #protocol: ProtocolName = "icmp";
  #ready: TraceSession["ready"] | undefined;

  constructor() {
    // Before anything is opened or sent: from here on only the worker has privileges, until its sockets are open.
    renounce(this.#giveUp);
  }

  open(plan: TracePlan, options: Parameters<TraceSession["open"]>[1]): void {
    this.#protocol = plan.loadBps === undefined ? plan.protocol : "icmp";
    this.#session.open(plan, { giveUp: this.#giveUp, ...options });
  }

  get ready(): TraceSession["ready"] {
    return this.#ready ??= this.#session.ready.then((access) => {
      giveUpCapabilities();
      return access;
    }, (error) => {
      if (!(error instanceof RefusedError) || error.reason !== "privileges") throw error;
      throw new UnusableError(`${error.message}\n${remedies(this.#protocol)}`);
    });
  }

  trace(targets: readonly Target[]): void {
    this.#session.trace(targets);
  }

  pause(): void {
    this.#session.pause();
  }

  resume(): void {
    this.#session.resume();
  }

  change(change: PlanChange): Promise<string | undefined> {
    return this.#session.change(change);
  }

  stop(): void {
    this.#session.stop();
  }

  events(): AsyncIterable<readonly TraceEvent[]> {
    return this.#session.events();
  }
}

/** Whether the system refused something, which `error` tells in its words. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error || /\(os error [0-9]+\)$/.test(error.message) ||
      Object.values(Deno.errors).some((kind) => error instanceof kind));
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

/** `MTR_PACKET`: a program, or a command where there is no program of that name. */
function helperOfEnvironment(): readonly string[] | undefined {
  const text = Deno.env.get("MTR_PACKET") ?? "";
  if (text === "") return undefined;
  // Set for mtr's sake: this program sends probes without another one of itself.
  if (isFile(text)) return Deno.realPathSync(text) === Deno.execPath() ? undefined : [text];
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

/**
 * The first signal ends the run in good order, a later one the program at once. Those that come together are one: `timeout`
 * signals its command, and then the command's group, to which that belongs as well.
 */
function onSignals(stop: (signal: SignalName) => void): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>();
  let status: number | undefined;
  let firstAtMs = 0;
  // Asked before the first listener: with that the runtime takes all of these signals, ignored ones, too.
  const signals = (Object.keys(SIGNALS) as SignalName[]).map((signal) => {
    return { signal, isIgnored: isSignalIgnored(SIGNAL_NUMBERS[signal]) };
  });
  for (const { signal, isIgnored } of signals) {
    Deno.addSignalListener(signal, () => {
      // Who started the program so, as nohup does, wants it to go on.
      if (isIgnored) return;
      const nowMs = performance.now();
      if (status !== undefined) {
        if (nowMs - firstAtMs >= SAME_SIGNAL_MS) Deno.exit(SIGNALS[signal]);
        return;
      }
      firstAtMs = nowMs;
      status = SIGNALS[signal];
      stop(signal);
      resolve();
    });
  }
  return {
    get status() {
      return status;
    },
    happened: promise,
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Prints one text, and gives the exit status of having done so. */
async function printAll(text: string): Promise<number> {
  const output = new StandardOutput();
  output.print(text);
  await finish(output, { reasonOf: (error) => isSystemError(error) ? reasonOf(error) : undefined });
  return 0;
}

function messageOf(error: unknown): string {
  const isPlain = error instanceof RefusedError || error instanceof UnusableError || error instanceof SystemCallError;
  return isPlain ? error.message : `This is a defect: ${error instanceof Error ? error.stack : error}`;
}

/** Says what kept the program from its work, where whoever started it looks for that, and gives the exit status. */
async function tell(message: string): Promise<number> {
  if (!isForMonitor(Deno.args, environmentOf(["MTR_OPTIONS", "POSIXLY_CORRECT"]))) {
    complain(message);
    return EXITS.unusable.status;
  }
  return await tellMonitor(message);
}

async function tellMonitor(message: string): Promise<number> {
  const { text, exit } = unknownText(message);
  const output = new StandardOutput();
  output.print(text);
  const problem = await output.done();
  if (problem !== undefined) complain(`${message}\nCannot write to the standard output: ${reasonOf(problem)}`);
  return exit;
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
  // Set to nothing, mtr looks for a program of no name.
  const helper = Deno.env.get("MTR_PACKET") === "" ? [""] : helperOfEnvironment();
  const resolver = new SystemResolver();
  const session = new Session();
  const output = new StandardOutput(() => session.stop());
  const isShownAtOnce = Deno.stdout.isTerminal();
  let held = "";
  let interruptedBy: number | undefined;
  let isFlushed = false;
  const write = (): void => {
    output.print(held);
    held = "";
  };
  const flush = (): void => {
    isFlushed ||= held !== "";
    write();
  };
  const refusalOf = (error: unknown): { reason: RefusalReason } => {
    if (!(error instanceof RefusedError)) throw error;
    return error;
  };
  // Which address an interface of mtr 0.95 stands for shows with the first target.
  const opensLate = ({ device }: TracePlan): boolean =>
    helper !== undefined || (dialect === "0.95" && device !== undefined);
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
      if (isShownAtOnce || held.length >= STDIO_BUFFER) write();
    },
    flush,
    complain: (text) => {
      if (text === "") return;
      write();
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    },
    resolve: async (host, family) => {
      // mtr knows no brackets where there is no port, and 0.95 does not see the IPv4 address in a mapped one.
      const mapped = dialect === "0.95" && host.includes(":") ? canonicalAddress(host) : undefined;
      const literal = mapped !== undefined
        ? { family: 6, address: mapped, scopeId: 0 } as const
        : host.startsWith("[")
        ? undefined
        : resolver.literal(host);
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
    // A helper is asked itself.
    canProbe: (protocol) => protocol !== "sctp" || helper !== undefined || kernelHasSctp(),
    open: (plan) => {
      renounce(giveUp);
      if (opensLate(plan)) return Promise.resolve(undefined);
      session.open(plan, { giveUp });
      return ready();
    },
    begin: async (plan, targets) => {
      if (!opensLate(plan)) session.trace(targets);
      else session.open(helper === undefined ? withoutDevice(plan) : plan, { giveUp, targets, helper });
      return await ready();
    },
    events: async function* (): AsyncGenerator<readonly TraceEvent[]> {
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
  write();
  const problem = await output.done();
  // mtr lives no longer than who reads what it prints.
  if (problem === undefined) return output.isClosed ? ENDED_BY_SIGPIPE : status;
  // What was flushed before has failed before: then the C library has forgotten why.
  const reason = isFlushed ? "" : `: ${reasonOf(problem)}`;
  Deno.stderr.writeSync(new TextEncoder().encode(`mtr: write error${reason}\n`));
  return 1;
}

/** mtr 0.95 takes no more of an interface than its address. */
function withoutDevice(plan: TracePlan): TracePlan {
  return { ...plan, device: undefined };
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
    return { ok: false, reason: name === "" ? "No such file or directory" : reasonOf(error) };
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
  let status: number = EXITS.unusable.status;
  try {
    status = await main(Deno.args);
  } catch (error) {
    status = await tell(messageOf(error));
  }
  // The worker may wait in poll, and lookups in a name server's silence: neither holds up the end.
  Deno.exit(status);
}
