/**
 * What a probe costs where a run is long: V8 makes what is done often faster while it runs, so in the second half of a
 * minute, 4 and 40 probes a second.
 */
import type { World } from "../tests/lab/world.ts";
import { table } from "./figures.ts";
import { HOPS, isThere, NET, race, targetsOf } from "./fleet.ts";
import { BARE, FPING, MTR_PARALLEL, OURS } from "./racers.ts";

const RACERS = [OURS, BARE, MTR_PARALLEL, FPING];
const COUNTS = [1, 10];
const ROUNDS = 60;
const INTERVAL_MS = 1_000;
const SECOND_HALF_MS = [30_000, 57_000] as const;

export async function* minute(world: World): AsyncGenerator<string> {
  await world.addTargets(NET);
  const rows: string[][] = [];
  for (const racer of RACERS) {
    const cells: string[] = [];
    for (const count of await isThere(world, racer) ? COUNTS : []) {
      console.error(`${racer.name}: ${count}, a minute`);
      const asked = { targets: targetsOf(count), rounds: ROUNDS, intervalMs: INTERVAL_MS, hops: HOPS };
      const result = await race(world, racer, asked, SECOND_HALF_MS);
      const steady = result.ok ? result.cost.steady : undefined;
      cells.push(steady === undefined ? "" : `${steady.probeUs.toFixed(0)} µs`);
    }
    rows.push([racer.name, ...cells]);
  }
  yield table(["from 30 s to 57 s, a probe", ...COUNTS.map((count) => `${count * HOPS} a second`)], rows);
}
