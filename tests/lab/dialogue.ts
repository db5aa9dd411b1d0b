/** Recorded dialogues with mtr-packet, and the same ones held with a program in a world. */
import type { RunOptions, World } from "./world.ts";

export const RELEASES = ["0.95", "0.96-head"] as const;
export type Release = typeof RELEASES[number];

export interface Dialogue {
  /** What the client wrote, a line each. */
  readonly commands: readonly string[];
  /** What it got, with every time as `N`. */
  readonly replies: readonly string[];
}

const FOLDER = new URL("../golden/packet/", import.meta.url);
const HEADS = { stdin: "--- stdin ---\n", stdout: "--- stdout ---\n", stderr: "--- stderr ---" } as const;

export function readDialogue(release: Release, name: string): Dialogue {
  const text = Deno.readTextFileSync(new URL(`${release}/packet_${name}.txt`, FOLDER));
  const between = (head: string, next: string): readonly string[] =>
    text.slice(text.indexOf(head) + head.length, text.indexOf(next)).split("\n").slice(0, -1);
  return {
    commands: between(HEADS.stdin, HEADS.stdout),
    replies: withoutTimes(between(HEADS.stdout, HEADS.stderr)),
  };
}

function withoutTimes(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/round-trip-time \d+/, "round-trip-time N"));
}

/**
 * Holds a dialogue with `argv` at the client: writes a command, waits for the reply to it, writes the next one. At the end
 * the input is closed.
 */
export async function hold(
  world: World,
  argv: readonly string[],
  commands: readonly string[],
  { isSilent = () => false, afterwards, run = {} }: {
    /** To which commands the reply comes by a time limit: those are not waited for. */
    readonly isSilent?: (command: string) => boolean;
    /** What is to be done with the process before the input is closed. */
    readonly afterwards?: (pid: number) => void;
    readonly run?: RunOptions;
  } = {},
): Promise<readonly string[]> {
  const [program, ...args] = world.commandLine(argv, run);
  await using child = new Deno.Command(program, {
    args,
    env: run.env ?? {},
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  const lines: string[] = [];
  const reader = linesOf(child.stdout);
  for (const command of commands) {
    await writer.write(encoder.encode(`${command}\n`));
    if (isSilent(command)) continue;
    const { value, done } = await reader.next();
    if (done) throw new Error(`The dialogue ended after ${JSON.stringify(command)}`);
    lines.push(value);
  }
  afterwards?.(child.pid);
  await writer.close();
  for await (const line of reader) lines.push(line);
  const { code } = await child.status;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}`);
  return withoutTimes(lines);
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const pieces = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = pieces.pop()!;
    yield* pieces;
  }
  return undefined;
}
