/**
 * A block of a document as a session of a shell: `$ ` begins a command, `> ` continues it, everything else is what it
 * prints. `…` stands for any text within a line, alone on a line for any number of lines. A command that fails without the
 * reader being told (`echo $?`) is a mistake of the document.
 */
import { insidePath } from "../lab/set_up.ts";
import type { World } from "../lab/world.ts";

export interface Step {
  readonly command: string;
  readonly expected: readonly string[];
}

/** Throws `SyntaxError` for a block that begins with no command. */
export function stepsOf(lines: readonly string[]): readonly Step[] {
  const steps: { command: string; expected: string[] }[] = [];
  for (const line of lines) {
    const step = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), expected: [] });
    else if (step === undefined) throw new SyntaxError(`"${line}" stands before any command`);
    else if (/^>( |$)/.test(line) && step.expected.length === 0) step.command += `\n${line.slice(2)}`;
    else step.expected.push(line);
  }
  return steps;
}

export interface Done {
  readonly output: string;
  readonly status: number;
}

// Separates what the commands print; no text of a document has it.
const MARK = "\x1e";

/** Names of the documents, as a hosts file has them. */
const HOSTS = [
  "10.201.1.2 gateway.example",
  "10.201.2.2 core.carrier.example",
  "10.201.3.2 edge.carrier.example",
  "10.201.4.2 www.example",
  "10.201.4.99 dead.example",
  "fd00:201:4::2 six.example",
];

/** Programs that a lab has not, or must not have: they say what they were told. */
const STAND_INS: Readonly<Record<string, string>> = {
  mail: 'echo "To: $3, subject: $2, $(wc -l) lines"',
  // The far end is here.
  ssh: 'shift; exec "$@"',
};

/** Rules that make `dead.example` silent. */
export const DEAD = [{ at: "r3", hook: "forward", rule: "ip daddr 10.201.4.99 drop" }] as const;

/** Makes a world what the documents take for granted. */
export async function furnish(world: World): Promise<void> {
  const { code, stderr } = await world.run(["bash", "-c", `cat >> ${insidePath("hosts")}`], {
    stdin: `${HOSTS.join("\n")}\n`,
  });
  if (code !== 0) throw new Error(`Cannot name the hosts: ${stderr}`);
}

/** What stands before a session: the program where users have it, and folders that only this session sees. */
const PRELUDE = [
  "mount -t tmpfs tmpfs /usr/local/bin && mount -t tmpfs tmpfs /var/log && mkdir /var/log/mtr || exit 99",
  `ln -s ${insidePath("mtr-deno")} /usr/local/bin/mtr-deno`,
  ...Object.entries(STAND_INS).flatMap(([name, script]) => [
    `printf '%s\\n' '#!/bin/bash' '${script}' > /usr/local/bin/${name}; chmod 755 /usr/local/bin/${name}`,
  ]),
  "export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root",
].join("\n");

/** Runs a script in a folder of its own, as a session begins. */
export async function runScript(world: World, script: string): Promise<Done> {
  const folder = await Deno.makeTempDir({ prefix: "mtr-deno-docs-" });
  try {
    const whole = `${PRELUDE}\nexec 2>&1\ncd ${folder}\n${script}`;
    const { stdout, stderr, code } = await world.run(["bash", "-c", whole], { nameServer: "live" });
    return { output: stdout + stderr, status: code };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the commands of a session one after the other in one shell, and gives what each of them did. */
export async function runSession(world: World, steps: readonly Step[]): Promise<readonly Done[]> {
  const script = [
    "__status() { return $1; }",
    "__last=0",
    ...steps.map(({ command }) =>
      `printf '${MARK}'; __status $__last\n${command}\n__last=$?; printf '${MARK}%d' $__last`
    ),
  ].join("\n");
  const { output } = await runScript(world, script);
  const [before, ...parts] = output.split(MARK);
  if (before !== "") throw new Error(`The session did not begin: ${before}`);
  return steps.map((_, index) => ({ output: parts[2 * index] ?? "", status: Number(parts[2 * index + 1] ?? NaN) }));
}

/** Whether the lines are those that are expected. */
export function isAsExpected(output: string, expected: readonly string[]): boolean {
  const pattern = expected.map((line) => {
    return line === "…"
      ? "(?:.*\n)*?"
      : `${line.trimEnd().split("…").map((text) => RegExp.escape(text)).join(".*")} *\t*\n`;
  });
  return new RegExp(`^${pattern.join("")}$`).test(output === "" || output.endsWith("\n") ? output : `${output}\n`);
}
