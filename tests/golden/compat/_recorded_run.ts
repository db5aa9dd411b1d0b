/** The recordings of this folder: how mtr was called, and all that came of it. */
import type { DialectName } from "../../../core/compat/dialect.ts";

export interface RecordedRun {
  readonly name: string;
  readonly argv: readonly string[];
  /** Text of the scenario that the prober answered by. */
  readonly scenario: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** When the report, or the CSV, says that it was; 0 where nothing says so. */
  readonly startedAtUnixMs: number;
  /** What mtr wrote to the prober, where that was recorded. */
  readonly commands: readonly string[] | undefined;
  /** Address of the host that recorded. */
  readonly localAddress: string;
}

/** `0.95-drawn` are runs over scenarios that were drawn at random. */
const FOLDERS: Readonly<Record<DialectName, readonly string[]>> = {
  "0.95": ["0.95", "0.95-drawn"],
  "0.96": ["0.96-head"],
};
const HERE = new URL("./", import.meta.url);
const COMMANDS = ".commands.txt";
const MARKS = { stdout: "--- stdout ---\n", stderr: "--- stderr ---\n" } as const;

export function recordedRuns(dialect: DialectName): readonly RecordedRun[] {
  return FOLDERS[dialect].flatMap((folder) => runsIn(new URL(`${folder}/`, HERE)));
}

function runsIn(folder: URL): readonly RecordedRun[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => !name.endsWith(COMMANDS)).sort()
    .map((name) => read(folder, name));
}

function read(folder: URL, name: string): RecordedRun {
  const text = Deno.readTextFileSync(new URL(name, folder));
  const stdoutAt = text.indexOf(MARKS.stdout);
  const [command = "", ...lines] = text.slice(0, stdoutAt).split("\n");
  const head = new Map(lines.map((line) => line.split(": ")).map(([key = "", value = ""]) => [key, value]));
  const bytes = new TextEncoder().encode(text.slice(stdoutAt + MARKS.stdout.length));
  const stdoutBytes = Number(head.get("stdout-bytes"));
  const stdout = new TextDecoder().decode(bytes.subarray(0, stdoutBytes));
  const behind = new TextDecoder().decode(bytes.subarray(stdoutBytes));
  const commands = commandsOf(folder, name.replace(/\.txt$/, COMMANDS));
  return {
    name,
    argv: wordsOf(command.slice(command.indexOf("mtr ") + "mtr ".length)),
    scenario: Deno.readTextFileSync(new URL(`scenario/${head.get("scenario")}`, HERE)),
    status: Number(head.get("exit")),
    stdout,
    stderr: behind.slice(behind.indexOf(MARKS.stderr) + MARKS.stderr.length),
    startedAtUnixMs: startOf(stdout),
    commands,
    localAddress: /local-ip-[46] (\S+)/.exec(commands?.join("\n") ?? "")?.[1] ?? "192.0.2.1",
  };
}

function commandsOf(folder: URL, name: string): readonly string[] | undefined {
  try {
    return Deno.readTextFileSync(new URL(name, folder)).split("\n").filter((line) => /^[0-9]/.test(line));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return undefined;
  }
}

function startOf(stdout: string): number {
  const [, report, csv] = /^Start: (\S+)$|^MTR\.[^,]*,([0-9]+),/m.exec(stdout) ?? [];
  return report !== undefined ? Date.parse(report) : Number(csv ?? 0) * 1000;
}

function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
