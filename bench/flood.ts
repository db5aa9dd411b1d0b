/** 20,000 probes a second: how many a program really sends, and which of them it loses by itself. */
import { pathOf } from "../tests/lab/topology.ts";
import type { World } from "../tests/lab/world.ts";
import { commandOf } from "../tests/lab/program.ts";
import { sentOf } from "./cost.ts";
import { table } from "./figures.ts";
import { isThere, ownLoss, race, targetsOf } from "./fleet.ts";
import { BARE, FPING, mtrOptions, OURS, type Race, type Racer } from "./racers.ts";

const RATE = 20_000;
const HOPS = pathOf(4).length;
const TARGETS = 1_000;
/** No more: fping numbers its probes of ten seconds with 16 bits. */
const ROUNDS = 10;
const ASKED: Race = {
  targets: targetsOf(TARGETS),
  rounds: ROUNDS,
  intervalMs: TARGETS * HOPS * 1e3 / RATE,
  hops: HOPS,
};
const STEADY_MS = [700, 1_700] as const;

const FASTER: Racer = {
  ...OURS,
  command: (asked) => commandOf(["--rate", `${RATE}`, ...mtrOptions(asked), ...asked.targets]),
};

export async function flood(world: World): Promise<string> {
  const rows: string[][] = [];
  for (const racer of [FASTER, BARE, FPING]) {
    if (!await isThere(world, racer)) continue;
    console.error(`${racer.name}: ${RATE} probes/s`);
    const result = await race(world, racer, ASKED, STEADY_MS);
    if (!result.ok) {
      rows.push([racer.name, result.why]);
      continue;
    }
    const { steady, wire } = result.cost;
    rows.push([
      racer.name,
      steady === undefined ? "" : Math.round(steady.probesPerSecond).toLocaleString("en"),
      steady === undefined ? "" : `${steady.probeUs.toFixed(0)} µs`,
      `${sentOf(wire)}`,
      `${ownLoss(racer, result)}`,
    ]);
  }
  return table([
    `${RATE.toLocaleString("en")} probes/s asked for`,
    "sent in a second",
    "CPU per probe",
    "probes",
    "own loss",
  ], rows);
}
