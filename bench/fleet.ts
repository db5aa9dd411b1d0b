/**
 * 1, 10, 100 and 1,000 targets behind the same routers, ten rounds each: what each program needs for as many packets a
 * second, and which of its probes it has lost by itself, by the kernel's count of what left and what came back.
 */
import { pathOf } from "../tests/lab/topology.ts";
import type { World } from "../tests/lab/world.ts";
import { type Cost, costOf, sentOf } from "./cost.ts";
import { table } from "./figures.ts";
import { OURS, type Race, type Racer, RACERS, type Tally } from "./racers.ts";

export const NET = "10.203.0.0/16";
const COUNTS = [1, 10, 100, 1_000] as const;
const ROUNDS = 10;
const INTERVAL_MS = 1_000;
export const HOPS = pathOf(4).length;
/** Of ten seconds. */
const STEADY_MS = [3_000, 8_000] as const;

const HEADER = [
  "program",
  "targets",
  "wall time",
  "CPU s per 1,000 probes",
  "steady",
  "peak memory",
  "probes",
  "own loss",
];

/** A race that was run to its end. */
interface Finish {
  readonly cost: Cost;
  readonly tally: Tally;
}

export function targetsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `10.203.${at >> 8}.${at & 0xff}`);
}

export async function fleet(world: World): Promise<string> {
  const rows: string[][] = [];
  const missing: string[] = [];
  const own: Cost[] = [];
  for (const racer of RACERS) {
    if (!await isThere(world, racer)) {
      missing.push(`${racer.name} was not found (Debian: apt-get install ${racer.package}).`);
      continue;
    }
    let latest: Finish | undefined;
    for (const count of COUNTS) {
      const { mostTargets = Infinity } = racer;
      const title = [racer.name, count.toLocaleString("en")];
      if (count > mostTargets && latest !== undefined) {
        rows.push([...title, ...guessOf(racer, latest, count / mostTargets)]);
        continue;
      }
      console.error(`${racer.name}: ${count}`);
      const asked = { targets: targetsOf(count), rounds: ROUNDS, intervalMs: INTERVAL_MS, hops: HOPS };
      const result = await race(world, racer, asked);
      if (!result.ok) {
        missing.push(`${racer.name} could not run: ${result.why}`);
        break;
      }
      latest = result;
      if (racer === OURS) own.push(latest.cost);
      rows.push([...title, ...cellsOf(racer, latest)]);
    }
  }
  return [table(HEADER, rows), growthOf(own), ...missing].join("\n\n");
}

export async function isThere(world: World, { name, package: wanted }: Racer): Promise<boolean> {
  return wanted === "" || (await world.run(["bash", "-c", `type ${name.split(",")[0]}`])).code === 0;
}

export async function race(
  world: World,
  racer: Racer,
  asked: Race,
  steadyMs: readonly [number, number] = STEADY_MS,
): Promise<({ readonly ok: true } & Finish) | { readonly ok: false; readonly why: string }> {
  const stdin = racer.stdin?.(asked);
  const cost = await costOf(world, racer.command(asked), { steadyMs, ...(stdin !== undefined && { stdin }) });
  const { code, stderr } = cost.result;
  if (code !== 0) return { ok: false, why: `exit ${code}: ${stderr.split("\n")[0] ?? ""}` };
  return { ok: true, cost, tally: racer.read(cost.result) };
}

/** Probes that it says it has sent and got no answer to, less those that the wire has lost. */
export function ownLoss({ isPing }: Racer, { cost: { wire }, tally: { sent, answered } }: Finish): number {
  // What a first round sends beyond the target is answered, too, and shown nowhere.
  const lostOutside = isPing === true ? wire.beyond - wire.answers : wire.requests + wire.beyond - wire.answers;
  return sent - answered - lostOutside;
}

function cellsOf(racer: Racer, finish: Finish): readonly string[] {
  const { wallMs, processorMs, steady, peakMb, wire } = finish.cost;
  return [
    `${(wallMs / 1e3).toFixed(2)} s`,
    (processorMs / sentOf(wire)).toFixed(3),
    steady === undefined ? "" : `${steady.probeUs.toFixed(0)} µs`,
    `${peakMb.toFixed(1)} MB`,
    `${sentOf(wire)}`,
    `${ownLoss(racer, finish)}`,
  ];
}

/** What so many times as many targets would take. */
function guessOf(
  racer: Racer,
  finish: Finish,
  times: number,
): readonly string[] {
  const [, perProbe = "", steady = "", peak = ""] = cellsOf(racer, finish);
  return [`${(finish.cost.wallMs * times / 1e3).toFixed(0)} s, reckoned`, perProbe, steady, peak, "", ""];
}

function growthOf(own: readonly Cost[]): string {
  const [one, most] = [own[0], own[COUNTS.length - 1]];
  if (one === undefined || most === undefined) return "mtr-deno did not run with all of them.";
  const targets = COUNTS[COUNTS.length - 1]!;
  const kb = (most.peakMb - one.peakMb) * 1_024 / (targets - 1);
  return `mtr-deno: ${targets} targets take ${(most.wallMs / one.wallMs).toFixed(2)} x the time of one, and ${
    kb.toFixed(1)
  } KB each.`;
}
