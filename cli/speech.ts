/** What the program says: on the standard output, or of what kept it from its work. */
import { isForMonitor } from "../core/option/monitor.ts";
import { EXITS } from "../core/path/exit.ts";
import type { ProtocolName } from "../core/plan.ts";
import { UnusableError } from "../core/program/world.ts";
import { SystemCallError } from "../ffi/errno.ts";
import { StandardOutput } from "../ffi/standard_output.ts";
import { RefusedError } from "../ffi/session.ts";
import { environmentOf, isSystemError, reasonOf } from "./system.ts";

export const PROGRAM = "mtr-deno";

/** Prints one text, and gives the exit status of having done so. */
export async function printAll(text: string): Promise<number> {
  const output = new StandardOutput();
  output.print(text);
  const { finish } = await import("../core/program/ending.ts");
  await finish(output, { reasonOf: (error) => isSystemError(error) ? reasonOf(error) : undefined });
  return 0;
}

export function messageOf(error: unknown): string {
  const isPlain = error instanceof RefusedError || error instanceof UnusableError || error instanceof SystemCallError;
  return isPlain ? error.message : `This is a defect: ${error instanceof Error ? error.stack : error}`;
}

/** Says what kept the program from its work, where whoever started it looks for that, and gives the exit status. */
export async function tell(message: string): Promise<number> {
  if (!isForMonitor(Deno.args, environmentOf(["MTR_OPTIONS", "POSIXLY_CORRECT"]))) {
    complain(message);
    return EXITS.unusable.status;
  }
  return await tellMonitor(message);
}

export async function tellMonitor(message: string): Promise<number> {
  const { unknownText } = await import("../core/output/nagios.ts");
  const { text, exit } = unknownText(message);
  const output = new StandardOutput();
  output.print(text);
  const problem = await output.done();
  if (problem !== undefined) complain(`${message}\nCannot write to the standard output: ${reasonOf(problem)}`);
  return exit;
}

export function complain(message: string | undefined): void {
  if (message === undefined) return;
  try {
    console.error(`${PROGRAM}: ${message}`);
  } catch (error) {
    // Where not even an error can be written, the exit status has to say it.
    if (!(error instanceof Error)) throw error;
  }
}

/** What to do where the sockets of a protocol are not allowed. */
export function remedies(protocol: ProtocolName): string {
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
