/**
 * `deno task bench speed`: what mtr-deno and mtr cost, in turn, on the same namespaces: time, memory, processor.
 */
import { commandOf } from "../tests/lab/program.ts";
import { ADDRESSES, insidePath, type World } from "../tests/lab/world.ts";
import { median, table } from "./figures.ts";

const TARGET = ADDRESSES[4].target;

/** A program under the stop watch. */
interface Contender {
  readonly name: string;
  /** The command line that traces with these options, which both understand. */
  readonly command: (options: readonly string[]) => readonly string[];
}

const CONTENDERS: readonly Contender[] = [
  { name: "mtr-deno", command: commandOf },
  { name: "mtr", command: (options) => ["mtr", ...options] },
];

export async function speed(world: World): Promise<string> {
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
