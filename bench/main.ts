/**
 * `deno task bench`: mtr-deno beside mtr, in the same run, in the same namespaces, as Markdown on standard output. As
 * root or in a user namespace; takes about two minutes. Needs Debian's mtr-tiny and tcpdump beside what the lab needs.
 *
 * Truth is tcpdump's record of the client's interface. Its receive stamp and the one that mtr-deno reads are the same
 * kernel stamp, so the error shown is that of the sending side; mtr takes both times with its own clock.
 */
import { ADDRESSES, CLIENT_LINK, insidePath, ODD_NET, requirePrograms, type World } from "../tests/lab/world.ts";
import { type Packet, roundTrips } from "../tests/lab/capture.ts";
import { commandOf, executable, openWorld } from "../tests/lab/program.ts";
import { median, quantile, table } from "./figures.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const TARGET = ADDRESSES[4].target;

/** A program under the stop watch. */
interface Contender {
  readonly name: string;
  /** The command line that traces with these options, which both understand. */
  readonly command: (options: readonly string[]) => readonly string[];
  /** The command line that tells every time, and its reader: RTTs in µs in the order of sending. */
  readonly every: (target: string, rounds: number, intervalMs: number) => readonly string[];
  readonly read: (output: string) => readonly (number | undefined)[];
}

const OURS: Contender = {
  name: "mtr-deno",
  command: commandOf,
  every: (target, rounds, intervalMs) => [insidePath("probe-times"), target, `${rounds}`, `${intervalMs * 1e3}`],
  read: (output) =>
    output.trim().split("\n").map((line) => {
      const rtt = line.split(" ")[1];
      return rtt === undefined || rtt === "-" ? undefined : Number(rtt);
    }),
};

const MTR: Contender = {
  name: "mtr",
  command: (options) => ["mtr", ...options],
  every: (target, rounds, intervalMs) => [
    "mtr",
    "--raw",
    "-n",
    "-G",
    "1",
    "-c",
    `${rounds}`,
    "-i",
    `${intervalMs / 1e3}`,
    target,
  ],
  read: readRaw,
};

const CONTENDERS = [OURS, MTR] as const;

/** `x HOP TOKEN` is a probe, `p HOP µs TOKEN` its answer. */
function readRaw(output: string): readonly (number | undefined)[] {
  const probes = new Map<string, number | undefined>();
  for (const line of output.split("\n")) {
    const [kind, , ...rest] = line.split(" ");
    if (kind === "x") probes.set(rest[0] ?? "", undefined);
    if (kind === "p") probes.set(rest[1] ?? "", Number(rest[0]));
  }
  return [...probes.values()];
}

async function main(): Promise<void> {
  requirePrograms({ mtr: "mtr-tiny", tcpdump: "tcpdump" });
  executable();
  const built = await build();
  await using world = await openWorld({ files: built });
  const [version] = (await world.run(["mtr", "--version"])).stdout.trim().split("\n");
  const [own] = (await world.run(commandOf(["--version"]))).stdout.trim().split("\n");
  console.log(`Measured ${new Date().toISOString().slice(0, 10)}: ${own} and ${version}, ${await kernel()}.\n`);
  console.log(await costs(world));
  console.log(`\n${await errors(world)}`);
}

/** Makes the two executables that only the benchmark needs, with the same runtime as the program's. */
async function build(): Promise<Readonly<Record<string, string>>> {
  const programs = {
    "probe-times": ["--entry", "bench/probe_times.ts", "--worker", "ffi/worker.ts"],
    empty: ["--entry", "bench/empty.ts", "--worker", "bench/empty_worker.ts"],
  };
  const files: Record<string, string> = {};
  for (const [name, options] of Object.entries(programs)) {
    const output = `dist/bench/${name}`;
    const task = ["run", "--quiet", "--no-config", "--no-lock", "--allow-all", "tools/task.ts", "compile"];
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [...task, ...options, "--output", output],
      cwd: ROOT,
      stdout: "null",
    }).output();
    if (!success) throw new Error(`Cannot compile ${name}`);
    files[name] = `${ROOT}${output}`;
  }
  return files;
}

async function kernel(): Promise<string> {
  const release = (await Deno.readTextFile("/proc/sys/kernel/osrelease")).trim();
  const model = /^model name\s*: (.*)$/m.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  return `Linux ${release}, ${navigator.hardwareConcurrency} cores (${model}), ${Deno.build.target}`;
}

// Costs: time, memory, processor

async function costs(world: World): Promise<string> {
  const rows = new Map<string, string[]>();
  const add = (title: string, ...cells: string[]): void =>
    void rows.set(title, [...rows.get(title) ?? [title], ...cells]);
  for (const contender of CONTENDERS) {
    add("Wall time of `-C -n -c 10 -i 0.2`, median of 3", await wallTime(world, contender));
  }
  add("Start to first packet on the wire, median (least)", ...await starts(world));
  for (const contender of CONTENDERS) {
    const { memory, processor } = await resources(world, contender);
    add("Peak memory (VmHWM, all processes)", memory);
    add("CPU per probe at 100 probes/s, start excluded", processor);
  }
  return table(["", ...CONTENDERS.map(({ name }) => name), "empty program with a Worker"], [...rows.values()]);
}

async function wallTime(world: World, { command }: Contender): Promise<string> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const { code, durationMs, stderr } = await world.run(command(["-C", "-n", "-c", "10", "-i", "0.2", TARGET]));
    if (code !== 0) throw new Error(stderr);
    times.push(durationMs);
  }
  return `${((median(times) ?? NaN) / 1e3).toFixed(2)} s`;
}

/** Puts the time of day, in s with µs, in front of what a program prints, taken right before the program takes over. */
const STAMPED = ["bash", "-c", 'echo "$EPOCHREALTIME"; exec "$@"', "bash"];
const STARTS = 20;

/** The contenders and the empty program in turn, so that whatever else the machine does disturbs all alike. */
async function starts(world: World): Promise<readonly string[]> {
  const measures = [...CONTENDERS.map((contender) => () => firstPacket(world, contender)), () => emptyStart(world)];
  const times: number[][] = measures.map(() => []);
  for (let run = 0; run < STARTS; run++) {
    for (const [index, measure] of measures.entries()) times[index]?.push(await measure());
  }
  return times.map((ms) => `${(median(ms) ?? NaN).toFixed(1)} (${Math.min(...ms).toFixed(1)}) ms`);
}

/** From exec to the first echo request, in ms. */
async function firstPacket(world: World, { command }: Contender): Promise<number> {
  await using capture = await world.capture({ filter: "icmp[icmptype] == icmp-echo" });
  await using running = world.start([...STAMPED, ...command(["-r", "-n", "-c", "50", "-i", "0.1", TARGET])]);
  await capture.probes(1);
  running.kill("SIGTERM");
  const { stdout } = await running.result();
  const [first] = await capture.stop();
  return (first?.atUs ?? NaN) / 1e3 - Number(stdout.split("\n")[0]) * 1e3;
}

/** From exec to the first message of the worker, in ms. */
async function emptyStart(world: World): Promise<number> {
  // The same company as the others have.
  await using _capture = await world.capture({ filter: "icmp[icmptype] == icmp-echo" });
  const { stdout } = await world.run([...STAMPED, insidePath("empty")]);
  const [before, after] = stdout.split("\n").map(Number);
  return (after ?? NaN) - (before ?? NaN) * 1e3;
}

async function resources(world: World, { command }: Contender): Promise<{ memory: string; processor: string }> {
  const [EARLY, LATE] = [60, 460];
  await using capture = await world.capture({ filter: "icmp[icmptype] == icmp-echo" });
  await using running = world.start(command(["-r", "-n", "-c", "1000", "-i", "0.04", TARGET]));
  await capture.probes(EARLY);
  const before = usage(running.pid);
  await capture.probes(LATE);
  const after = usage(running.pid);
  return {
    memory: `${(after.peakKb / 1024).toFixed(1)} MB`,
    processor: `${((after.processorUs - before.processorUs) / (LATE - EARLY)).toFixed(0)} µs`,
  };
}

/** What a process and its children have used so far. */
function usage(pid: number): { readonly peakKb: number; readonly processorUs: number } {
  let peakKb = Number(/^VmHWM:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]);
  let processorUs = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    // Time on a processor in ns, user and system together.
    processorUs += Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]) / 1e3;
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).trim();
    for (const child of children === "" ? [] : children.split(" ")) {
      const of = usage(Number(child));
      peakKb += of.peakKb;
      processorUs += of.processorUs;
    }
  }
  return { peakKb, processorUs };
}

// Accuracy: what is reported against what was on the wire

const ROUNDS = 100;
const INTERVAL_MS = 40;

async function errors(world: World): Promise<string> {
  // Hops that take their time, so that the program sleeps when the answer comes, as in life.
  const hop = ODD_NET[4].hop;
  const delays = [[2, 3], [5, 6], [10, 12], [20, 23]];
  const paths = delays.map((delaysMs, index) => ({ from: [hop(index + 1)], delaysMs }));
  await using _slow = await world.attachOddPaths({ 4: paths, 6: [] });
  const nets = [
    { name: "kernel routers, 0.05 ms", link: CLIENT_LINK, target: TARGET },
    { name: "hops of 2 to 23 ms", link: ODD_NET.link, target: ODD_NET[4].target },
  ];
  const rows: string[][] = [];
  for (const { name, link, target } of nets) {
    for (const load of ["idle", "every core busy"]) {
      await using _busy = load === "idle" ? undefined : await busyCores();
      for (const contender of CONTENDERS) {
        const offUs = await errorsOf(world, contender, link, target);
        const at = (share: number): string => `${(quantile(offUs, share) ?? NaN).toFixed(0)}`;
        rows.push([name, load, contender.name, at(0.5), at(0.95), at(0.99), at(1), `${offUs.length}`]);
      }
    }
  }
  const header = ["RTT error in µs", "load", "program", "median", "p95", "p99", "max", "probes"];
  return table(header, rows);
}

/** By how many µs each RTT differs from tcpdump's. */
async function errorsOf(
  world: World,
  { name, every, read }: Contender,
  link: string,
  target: string,
): Promise<readonly number[]> {
  await using capture = await world.capture({ link, filter: "icmp", immediate: false });
  const { code, stdout, stderr } = await world.run(every(target, ROUNDS, INTERVAL_MS));
  if (code !== 0) throw new Error(`${name}: ${stderr}`);
  const said = read(stdout);
  const trips = roundTrips(await capture.stop());
  if (trips.length !== said.length) {
    throw new Error(`${name} tells of ${said.length} probes, the wire of ${trips.length}`);
  }
  const rtt = ({ request, answer }: { request: Packet; answer: Packet | undefined }): number =>
    answer === undefined ? NaN : answer.atUs - request.atUs;
  return trips.map((trip, index) => Math.abs((said[index] ?? NaN) - rtt(trip))).filter((off) => !Number.isNaN(off));
}

/** Keeps every core busy until disposed. */
async function busyCores(): Promise<AsyncDisposable> {
  const children = Array.from({ length: navigator.hardwareConcurrency }, () =>
    new Deno.Command("bash", {
      // It ends by itself, should nobody end it.
      args: ["-c", "while (( SECONDS < 120 )); do :; done"],
      stdin: "null",
    }).spawn());
  return await Promise.resolve({
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill("SIGKILL");
      for (const child of children) await child.status;
    },
  });
}

await main();
