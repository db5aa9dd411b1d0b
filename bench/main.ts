/**
 * `deno task bench speed`, `minute` or `accuracy`: mtr-deno beside others, in the same run, in the same namespaces, as
 * Markdown on standard output. As root or in a user namespace. Needs Debian's mtr-tiny and tcpdump beside what the lab
 * needs; fping, scamper and traceroute have their place where they are installed.
 */
import { commandOf, executable, openWorld } from "../tests/lab/program.ts";
import { requirePrograms } from "../tests/lab/programs.ts";
import type { World } from "../tests/lab/world.ts";
import { accuracy } from "./accuracy.ts";
import { minute } from "./minute.ts";
import { speed } from "./speed.ts";
import type { Files } from "./start.ts";

const ROOT = new URL("..", import.meta.url).pathname;

interface Benchmark {
  readonly tells: string;
  /** Tells what it has found as soon as it is known: a run that is cut short shows that. */
  readonly measure: (world: World, files: Files) => AsyncGenerator<string>;
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  speed: {
    tells: "1 to 1,000 targets beside mtr, fping and scamper; start, 20,000 probes/s, lateness (5 minutes)",
    measure: speed,
  },
  minute: {
    tells: "what a probe costs in the second half of a minute, beside mtr and fping (9 minutes)",
    measure: minute,
  },
  accuracy: { tells: "the error of every single round-trip time, beside four others (8 minutes)", measure: accuracy },
};

async function main(names: readonly string[]): Promise<void> {
  const all = Object.keys(BENCHMARKS);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`Cannot measure "${unknown}": it must be ${all.join(" or ")}`);
  if (names.length === 0) {
    for (const [name, { tells }] of Object.entries(BENCHMARKS)) console.log(`deno task bench ${name}: ${tells}`);
    return;
  }
  requirePrograms({ mtr: "mtr-tiny", tcpdump: "tcpdump" });
  const program = executable();
  const empty = await build("empty", ["--worker", "bench/empty_worker.ts"]);
  const bare = await build("bare");
  await using world = await openWorld({ files: { empty, bare } });
  const [version] = (await world.run(["mtr", "--version"])).stdout.trim().split("\n");
  const [own] = (await world.run(commandOf(["--version"]))).stdout.trim().split("\n");
  console.log(`Measured ${new Date().toISOString().slice(0, 10)}: ${own} and ${version}, ${await machine()}.`);
  for (const name of names) {
    console.log();
    for await (const text of BENCHMARKS[name]!.measure(world, { executable: program, empty })) console.log(text);
  }
}

/** Makes a program that is there for comparison, with the same runtime as this one's; gives where it lies. */
async function build(name: string, options: readonly string[] = []): Promise<string> {
  const output = `dist/bench/${name}`;
  const task = ["run", "--quiet", "--no-config", "--no-lock", "--allow-all", "tools/task.ts", "compile"];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...task, "--entry", `bench/${name}.ts`, ...options, "--output", output],
    cwd: ROOT,
    stdout: "null",
  }).output();
  if (!success) throw new Error(`Cannot compile bench/${name}.ts`);
  return `${ROOT}${output}`;
}

async function machine(): Promise<string> {
  const release = (await Deno.readTextFile("/proc/sys/kernel/osrelease")).trim();
  const model = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  return `Linux ${release}, ${navigator.hardwareConcurrency} cores (${model}), ${Deno.build.target}`;
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
