/**
 * Chooses what to do by the arguments, and has the system for those who do it (`core/program/`, `core/compat/`). What a
 * trace does not need before its first probe is loaded by `import()`.
 */
import { CONFIG_REMEDY, readConfig } from "./caller.ts";
import { mayBeCommand } from "./likely_trace.ts";
import { messageOf, printAll, tell, tellMonitor } from "./speech.ts";
import { environmentOf } from "./system.ts";
import { systemWorld } from "./world.ts";
import { DIALECT_NAMES, type DialectName } from "../core/compat/dialect.ts";
import { printable } from "../core/name/text.ts";
import { isReplay, parseArguments, REPLAY_HELP, USAGE_REMEDY } from "../core/option/mod.ts";
import type { Invocation, ParsedArguments, TraceInvocation } from "../core/option/mod.ts";
import { runTrace } from "../core/program/begin.ts";
import { UnusableError, type World } from "../core/program/world.ts";
import { VERSION } from "../core/version.ts";
import { Session } from "../ffi/session.ts";

const HELP_WIDTH = { least: 40, usual: 80, most: 100 } as const;

/**
 * Does what `argv` asks for, and gives the exit status. `worker` is one that was started because it looks like a trace.
 */
export async function run(argv: readonly string[], worker: Worker | undefined): Promise<number> {
  try {
    return await main(argv, worker && new Session(worker));
  } catch (error) {
    return await tell(messageOf(error));
  }
}

async function main(argv: readonly string[], session: Session | undefined): Promise<number> {
  const command = mayBeCommand(argv) ? await import("./command.ts") : undefined;
  const served = await command?.serve(argv);
  if (served !== undefined) return served;
  const compat = isReplay(argv) ? undefined : compatOf(argv);
  if (compat !== undefined) {
    const { runAsRelease } = await import("./mtr.ts");
    return await runAsRelease(compat, session);
  }
  const printed = await command?.printDocument(argv);
  if (printed !== undefined) return printed;
  const invocation = await invocationOf(argv);
  switch (invocation.action) {
    case "help":
      return await printAll(await (await import("../core/option/help.ts")).helpText(helpWidth()));
    case "version":
      return await printAll((await import("../core/option/help.ts")).versionText(VERSION));
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
