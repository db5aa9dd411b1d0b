/** What a start costs, against the empty program of the same runtime: time, memory, size; and mtr beside them. */
import { commandOf } from "../tests/lab/program.ts";
import { insidePath } from "../tests/lab/set_up.ts";
import { ADDRESSES } from "../tests/lab/topology.ts";
import type { Running, World } from "../tests/lab/world.ts";
import { peakMbBelow } from "./cost.ts";
import { median, table } from "./figures.ts";

const TARGET = ADDRESSES[4].target;
const STARTS = 20;
const PACKETS = 60;
/** Puts the time of day, in s with µs, in front of what a program prints, taken right before the program takes over. */
const STAMPED = ["bash", "-c", 'echo "$EPOCHREALTIME"; exec "$@"', "bash"];
const TRACE = ["-r", "-n", "-c", "50", "-i", "0.1", TARGET];
const REQUESTS = { filter: "icmp[icmptype] == icmp-echo" };

/** Of one start. */
interface Start {
  readonly ms: number;
  readonly peakMb: number;
}

interface Starter {
  readonly name: string;
  readonly file: string | undefined;
  readonly start: (world: World) => Promise<Start>;
}

/** Where they lie outside of the world. */
export interface Files {
  readonly executable: string;
  readonly empty: string;
}

export async function start(world: World, { executable, empty }: Files): Promise<string> {
  const starters: readonly Starter[] = [
    { name: "mtr-deno", file: executable, start: (world) => firstPacket(world, commandOf(TRACE)) },
    { name: "empty program with a Worker", file: empty, start: emptyStart },
    { name: "mtr", file: undefined, start: (world) => firstPacket(world, ["mtr", ...TRACE]) },
  ];
  const found: Start[][] = starters.map(() => []);
  // In turn, so that whatever else the machine does disturbs all alike.
  for (let run = 0; run < STARTS; run++) {
    for (const [at, { start }] of starters.entries()) found[at]!.push(await start(world));
  }
  const rows = starters.map(({ name, file }, at) => {
    const [ms, peakMb] = [found[at]!.map((each) => each.ms), found[at]!.map((each) => each.peakMb)];
    return [
      name,
      `${(median(ms) ?? NaN).toFixed(1)} (${Math.min(...ms).toFixed(1)}) ms`,
      `${(median(peakMb) ?? NaN).toFixed(1)} MB`,
      file === undefined ? "" : `${(Deno.statSync(file).size / 1e6).toFixed(1)} MB`,
    ];
  });
  return table(["", "start to first packet, median (least)", "peak memory", "executable"], rows);
}

/** From exec to the first echo request; the memory after some more. */
async function firstPacket(world: World, command: readonly string[]): Promise<Start> {
  await using capture = await world.capture(REQUESTS);
  await using running = world.start([...STAMPED, ...command]);
  await capture.probes(PACKETS);
  const peakMb = peakMbBelow(running.pid);
  const stamp = await stampOf(running);
  const [first] = await capture.stop();
  return { ms: (first?.atUs ?? NaN) / 1e3 - stamp, peakMb };
}

/** From exec to the first message of the worker. */
async function emptyStart(world: World): Promise<Start> {
  // The same company as the others have.
  await using _capture = await world.capture(REQUESTS);
  const { code, stdout, stderr } = await world.run([...STAMPED, insidePath("empty")]);
  if (code !== 0) throw new Error(stderr);
  const [before = NaN, after = NaN, peakMb = NaN] = stdout.split("\n").map(Number);
  return { ms: after - before * 1e3, peakMb };
}

async function stampOf(running: Running): Promise<number> {
  running.kill("SIGTERM");
  const { stdout } = await running.result();
  return Number(stdout.split("\n")[0]) * 1e3;
}
