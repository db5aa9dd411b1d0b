/**
 * What a command costs, seen from outside: time, processor, memory, and packets on the wire. It runs in a namespace of
 * processes whose first one ends with the last of them, so that nobody's time is missed, not even of a helper that
 * outlives the program that has started it.
 */
import type { Running, RunResult, World } from "../tests/lab/world.ts";

export interface Cost {
  readonly wallMs: number;
  /** User and system, of all processes and threads. */
  readonly processorMs: number;
  /** The greatest sum of what all processes had in memory at one look, pages that they share counted once. */
  readonly peakMb: number;
  /** While nobody starts or ends; absent where that was never so. */
  readonly steady?: Steady;
  readonly wire: Wire;
  readonly result: RunResult;
}

export interface Steady {
  /** Processor time of one, in µs. */
  readonly probeUs: number;
  readonly probesPerSecond: number;
}

/** Packets at the client's network layer. */
export interface Wire {
  /** Echo requests that left, by whether the chain's four hops stop them. */
  readonly requests: number;
  readonly beyond: number;
  /** Echo replies and "time exceeded" that arrived. */
  readonly answers: number;
}

export interface CostOptions {
  readonly stdin?: string;
  /** When the run is neither starting nor ending. */
  readonly steadyMs: readonly [from: number, to: number];
}

/** Stamps and processor times stand behind everything else on the standard error. */
const SCRIPT = [
  'started=$EPOCHREALTIME; "$@"; code=$?; ended=$EPOCHREALTIME',
  // A helper that has outlived its parent is a child of this first process now.
  'while read -r left < /proc/1/task/1/children; [ -n "$left" ]; do sleep 0.01; done',
  'times >&2; echo "$started $ended" >&2; exit $code',
].join("\n");
const ENCLOSED = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", SCRIPT, "bash"];

const FIRST_LOOK_MS = 100;
/** A look at a thousand processes takes its time; so much longer it then waits. */
const LOOK_SHARE = 20;

export async function costOf(world: World, argv: readonly string[], options: CostOptions): Promise<Cost> {
  const { stdin, steadyMs: [fromMs, toMs] } = options;
  await countWire(world);
  await using running = world.start([...ENCLOSED, ...argv], { ...(stdin !== undefined && { stdin }) });
  const startedAtMs = performance.now();
  let hasEnded = false;
  const ended = running.result().finally(() => hasEnded = true);
  const looks: Look[] = [];
  let peakMb = 0;
  for (let pauseMs = FIRST_LOOK_MS; await isRunningAfter(pauseMs, ended) && !hasEnded;) {
    const lookedAtMs = performance.now();
    const sinceMs = lookedAtMs - startedAtMs;
    const look = lookAt(running);
    peakMb = Math.max(peakMb, look.memoryMb);
    if (looks.length < 2 && sinceMs >= (looks.length === 0 ? fromMs : toMs)) {
      looks.push({ ...look, wire: await wireOf(world), atMs: performance.now() });
    }
    pauseMs = Math.max(FIRST_LOOK_MS, (performance.now() - lookedAtMs) * LOOK_SHARE);
  }
  const result = await ended;
  const [wallMs, processorMs] = timesOf(result);
  const steady = steadyOf(looks);
  return {
    wallMs,
    processorMs,
    peakMb,
    wire: await wireOf(world),
    result,
    ...(steady !== undefined && { steady }),
  };
}

async function isRunningAfter(ms: number, ended: Promise<unknown>): Promise<boolean> {
  const { promise: waited, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), ms);
  const isRunning = await Promise.race([waited, ended.then(() => false)]);
  clearTimeout(timer);
  return isRunning;
}

/** Wall and processor time in ms: `0m1.234s 0m0.567s` of the shell, the same of its children, and two stamps in s. */
function timesOf({ code, stderr }: RunResult): readonly [wallMs: number, processorMs: number] {
  const match = /\S+ \S+\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n([\d.]+) ([\d.]+)\n$/.exec(stderr);
  if (match === null) throw new Error(`Cannot measure a run that ended with ${code}: ${stderr}`);
  const [userMin = 0, userS = 0, systemMin = 0, systemS = 0, startedS = 0, endedS = 0] = match.slice(1).map(Number);
  return [(endedS - startedS) * 1e3, ((userMin + systemMin) * 60 + userS + systemS) * 1e3];
}

interface Moment {
  readonly memoryMb: number;
  /** Of each process. */
  readonly processorUs: ReadonlyMap<number, number>;
}

interface Look extends Moment {
  readonly wire: Wire;
  readonly atMs: number;
}

function lookAt({ pid }: Running): Moment {
  // `unshare` itself, and the shell that waits.
  const inside = childrenOf(pid).flatMap(childrenOf);
  const processorUs = new Map<number, number>();
  let memoryKb = 0;
  for (let next; (next = inside.pop()) !== undefined; inside.push(...childrenOf(next))) {
    memoryKb += kbOf(next, "smaps_rollup", "Pss");
    processorUs.set(next, processorUsOf(next));
  }
  return { memoryMb: memoryKb / 1_024, processorUs };
}

function steadyOf([from, to]: readonly Look[]): Steady | undefined {
  if (from === undefined || to === undefined) return undefined;
  const pids = [...to.processorUs.keys()];
  if (pids.length !== from.processorUs.size || !pids.every((pid) => from.processorUs.has(pid))) return undefined;
  const spentUs = pids.reduce((sum, pid) => sum + to.processorUs.get(pid)! - from.processorUs.get(pid)!, 0);
  const probes = sentOf(to.wire) - sentOf(from.wire);
  return { probeUs: spentUs / probes, probesPerSecond: probes * 1e3 / (to.atMs - from.atMs) };
}

export function sentOf({ requests, beyond }: Wire): number {
  return requests + beyond;
}

/** The greatest memory that a process and all below it have had so far, in MB; pages that they share count for each. */
export function peakMbBelow(pid: number): number {
  const ownMb = kbOf(pid, "status", "VmHWM") / 1_024;
  return childrenOf(pid).reduce((sum, child) => sum + peakMbBelow(child), ownMb);
}

/** Of threads that live, user and system together. */
function processorUsOf(pid: number): number {
  const ofThread = (thread: number): number =>
    Number(readSoon(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]) / 1e3;
  return threadsOf(pid).reduce((sum, thread) => sum + ofThread(thread), 0);
}

function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) =>
    (readSoon(`/proc/${pid}/task/${thread}/children`).match(/\d+/g) ?? []).map(Number)
  );
}

function threadsOf(pid: number): readonly number[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => Number(name));
  } catch (error) {
    return whileItEnded(error, []);
  }
}

function kbOf(pid: number, file: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(readSoon(`/proc/${pid}/${file}`))?.[1] ?? 0);
}

/** Of a process that may end meanwhile: then it is empty. */
function readSoon(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    return whileItEnded(error, "");
  }
}

function whileItEnded<Empty>(error: unknown, empty: Empty): Empty {
  const isGone = error instanceof Deno.errors.NotFound ||
    (error instanceof Error && /os error 3\b/.test(error.message));
  if (!isGone) throw error;
  return empty;
}

const COUNTERS = [
  // Deleting asks for one that is there.
  "add table ip bench",
  "delete table ip bench",
  "add table ip bench",
  ...["requests", "beyond", "answers"].map((name) => `add counter ip bench ${name}`),
  "add chain ip bench out { type filter hook output priority 0; }",
  "add chain ip bench in { type filter hook input priority 0; }",
  "add rule ip bench out icmp type echo-request ip ttl <= 4 counter name requests",
  "add rule ip bench out icmp type echo-request ip ttl > 4 counter name beyond",
  "add rule ip bench in icmp type { echo-reply, time-exceeded } counter name answers",
].join("; ");

/** Begins to count anew. */
async function countWire(world: World): Promise<void> {
  const { code, stderr } = await world.run(["nft", COUNTERS]);
  if (code !== 0) throw new Error(`Cannot count packets: ${stderr}`);
}

async function wireOf(world: World): Promise<Wire> {
  const { stdout } = await world.run(["nft", "list counters table ip bench"]);
  const count = (name: string): number =>
    Number(new RegExp(`counter ${name} \\{\\s*packets (\\d+)`).exec(stdout)?.[1] ?? NaN);
  return { requests: count("requests"), beyond: count("beyond"), answers: count("answers") };
}
