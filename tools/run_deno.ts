/** Runs programs with this terminal's stdin, stdout and stderr. */

const FORWARDED = ["SIGTERM", "SIGHUP"] as const;

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Receives stdout, which is shown all the same. */
  onOutput?: (chunk: Uint8Array) => void;
}

/** Runs `deno` (the one that runs this program) and gives its exit code; 128 + n if signal n ended it. */
export function runDeno(args: readonly string[], options: RunOptions = {}): Promise<number> {
  return runCommand(Deno.execPath(), args, options);
}

export async function runCommand(command: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
  const { onOutput, ...rest } = options;
  const child = new Deno.Command(command, {
    ...rest,
    args: [...args],
    stdin: "inherit",
    stdout: onOutput === undefined ? "inherit" : "piped",
    stderr: "inherit",
  }).spawn();

  // Ctrl-C reaches the child by itself: this process only has to outlive it.
  const ignore = (): void => {};
  const forwarders = FORWARDED.map((signal) => ({ signal, forward: () => child.kill(signal) }));
  Deno.addSignalListener("SIGINT", ignore);
  for (const { signal, forward } of forwarders) Deno.addSignalListener(signal, forward);
  try {
    if (onOutput !== undefined) {
      for await (const chunk of child.stdout) {
        onOutput(chunk);
        writeAll(chunk);
      }
    }
    return (await child.status).code;
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
    for (const { signal, forward } of forwarders) Deno.removeSignalListener(signal, forward);
  }
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
