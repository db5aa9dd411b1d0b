/**
 * Chooses what to do by the arguments, and has the system for those who do it (`core/program/`, `core/compat/`,
 * `ffi/packet_server.ts`). What a trace does not need before its first probe is loaded by `import()`.
 */
import { CONFIG_REMEDY, readConfig, whomToBecome } from "./caller.ts";
import { messageOf, printAll, remedies, tell, tellMonitor } from "./speech.ts";
import { environmentOf } from "./system.ts";
import { systemWorld } from "./world.ts";
import { DIALECT_NAMES, type DialectName } from "../core/compat/dialect.ts";
import { printable } from "../core/name/text.ts";
import { documentOf, helpText, isReplay, parseArguments, REPLAY_HELP } from "../core/option/mod.ts";
import { USAGE_REMEDY, versionText } from "../core/option/mod.ts";
import type { Invocation, ParsedArguments, TraceInvocation } from "../core/option/mod.ts";
import { runTrace } from "../core/program/begin.ts";
import { UnusableError, type World } from "../core/program/world.ts";
import { RELAY_HELP, type RelayInvocation, relayInvocation } from "../core/relay/invocation.ts";
import { SCHEMA_USAGE, type SchemaInvocation, schemaInvocation } from "../core/schema/invocation.ts";
import { schemaText } from "../core/schema/mod.ts";
import { VERSION } from "../core/version.ts";
import { NotPermittedError } from "../ffi/icmp_socket.ts";
import { programName } from "../ffi/program_name.ts";
import type { Session } from "../ffi/session.ts";

const HELP_WIDTH = { least: 40, usual: 80, most: 100 } as const;

/** Does what `argv` asks for, and gives the exit status. `session` is a worker that was started because it looks like a trace. */
export async function run(argv: readonly string[], session: Session | undefined): Promise<number> {
  try {
    return await main(argv, session);
  } catch (error) {
    return await tell(messageOf(error));
  }
}

async function main(argv: readonly string[], session: Session | undefined): Promise<number> {
  const relay = relayInvocation(argv, programName);
  if (relay !== undefined) return await runRelay(relay);
  const schema = schemaInvocation(argv);
  if (schema !== undefined) return await runSchema(schema);
  const compat = isReplay(argv) ? undefined : compatOf(argv);
  if (compat !== undefined) {
    const { runAsRelease } = await import("./mtr.ts");
    return await runAsRelease(compat, session);
  }
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
      const { configText } = await import("../core/option/config_text.ts");
      return await printAll(configText(invocation.inForce));
    }
    case "trace":
      refuseGzipOnTerminal(invocation);
      return await runForWhom(invocation, systemWorld(session));
    case "replayHelp":
      return await printAll(REPLAY_HELP[invocation.word]);
    case "replay":
      refuseGzipOnTerminal(invocation);
      return await (await import("../core/program/replay.ts")).runReplay(invocation, systemWorld(session));
  }
}

/** What a run that shall print for a monitor is kept from its work by is printed for it, too. */
async function runForWhom(invocation: TraceInvocation, world: World): Promise<number> {
  try {
    return await runTrace(invocation, world);
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
  const { parseConfig } = await import("../core/option/config.ts");
  const read = parseConfig(readConfig(first.file), first.file);
  if (!read.ok) throw new UnusableError(`${read.problem.message}\n${CONFIG_REMEDY}`);
  const whole = usable(parseArguments(argv, { ...environment, config: read.config }));
  if (whole.action === "readConfig") throw new Error("A configuration asks for another one");
  return whole;
}

/** Takes the place of mtr-packet, in this thread. */
async function runRelay(relay: RelayInvocation): Promise<number> {
  if (relay.action === "help") return await printAll(RELAY_HELP);
  if (relay.action === "refuse") throw new UnusableError(relay.message);
  const { NoServerError, servePackets } = await import("../ffi/packet_server.ts");
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

function helpWidth(): number {
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : HELP_WIDTH.usual;
  return Math.min(HELP_WIDTH.most, Math.max(HELP_WIDTH.least, columns));
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
