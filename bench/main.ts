/**
 * `deno task bench [speed] [accuracy]`: mtr-deno beside others, in the same run, in the same namespaces, as Markdown on
 * standard output; everything without an argument. As root or in a user namespace. `speed` takes about two minutes,
 * `accuracy` eight. Needs Debian's mtr-tiny and tcpdump beside what the lab needs; `accuracy` takes fping, traceroute and
 * scamper, too, where they are installed.
 */
import { commandOf, executable, openWorld } from "../tests/lab/program.ts";
import { requirePrograms, type World } from "../tests/lab/world.ts";
import { accuracy } from "./accuracy.ts";
import { speed } from "./speed.ts";

const ROOT = new URL("..", import.meta.url).pathname;

const BENCHMARKS: Readonly<Record<string, (world: World) => Promise<string>>> = { speed, accuracy };

async function main(names: readonly string[]): Promise<void> {
  const all = Object.keys(BENCHMARKS);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`Cannot measure "${unknown}": it must be ${all.join(" or ")}`);
  requirePrograms({ mtr: "mtr-tiny", tcpdump: "tcpdump" });
  executable();
  await using world = await openWorld({ files: { empty: await buildEmpty() } });
  const [version] = (await world.run(["mtr", "--version"])).stdout.trim().split("\n");
  const [own] = (await world.run(commandOf(["--version"]))).stdout.trim().split("\n");
  console.log(`Measured ${new Date().toISOString().slice(0, 10)}: ${own} and ${version}, ${await machine()}.`);
  for (const name of names.length > 0 ? names : all) console.log(`\n${await BENCHMARKS[name]!(world)}`);
}

/** Makes the empty program, with the same runtime as this one's. */
async function buildEmpty(): Promise<string> {
  const output = "dist/bench/empty";
  const task = ["run", "--quiet", "--no-config", "--no-lock", "--allow-all", "tools/task.ts", "compile"];
  const files = ["--entry", "bench/empty.ts", "--worker", "bench/empty_worker.ts", "--output", output];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [...task, ...files],
    cwd: ROOT,
    stdout: "null",
  }).output();
  if (!success) throw new Error("Cannot compile bench/empty.ts");
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
