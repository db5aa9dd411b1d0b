/**
 * How late probes leave while the main thread is busy: when each left, against the grid of the rounds, which is as early as
 * the earliest probe of some rounds was: a thread that was stopped for longer than a round moves it. What the machine itself
 * adds shows in a thread that does nothing else than wake.
 */
import { ADDRESSES, pathOf } from "../tests/lab/topology.ts";
import type { World } from "../tests/lab/world.ts";
import { quantile, table } from "./figures.ts";

export const LATENESS_PLAN = { rounds: 60, intervalUs: 100_000 } as const;
const HOPS = pathOf(4).length;
const { target } = ADDRESSES[4];
/** What runs, and the scripts of this folder with their arguments. */
const SCENES = [
  { title: "a thread that only wakes then", argv: ["sleeper.ts"] },
  { title: "mtr-deno", argv: ["occupied.ts", target, "0"] },
  { title: "mtr-deno, main thread computes 90 % of the time", argv: ["occupied.ts", target, "0.9"] },
] as const;

/** What an event tells of a probe that left. */
export interface Sent {
  readonly round: number;
  readonly ttl: number;
  readonly atUs: number;
}

export async function lateness(world: World): Promise<string> {
  const rows: string[][] = [];
  for (const { title, argv: [script, ...args] } of SCENES) {
    console.error(`lateness: ${title}`);
    const deno = [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", "--no-check", "--allow-all"];
    const path = new URL(`./${script}`, import.meta.url).pathname;
    const { code, stdout, stderr } = await world.run([...deno, path, ...args]);
    if (code !== 0) throw new Error(stderr);
    const lateUs = latenessOf(JSON.parse(stdout));
    const at = (part: number): string => `${(quantile(lateUs, part) ?? NaN).toFixed(0)} µs`;
    rows.push([title, at(0.5), at(0.95), at(0.99), at(1), `${lateUs.length}`]);
  }
  return table(["40 probes a second", "late by: median", "p95", "p99", "max", "times"], rows);
}

/** So many rounds before and behind one have its grid, as a rule. */
const ROUNDS_AROUND = 3;

/** Of each probe behind the first round, in µs. */
export function latenessOf(sent: readonly Sent[]): readonly number[] {
  const { intervalUs } = LATENESS_PLAN;
  const offs = sent.filter(({ round, ttl }) => round > 0 && ttl <= HOPS)
    .map(({ round, ttl, atUs }) => ({ round, us: atUs - (round + (ttl - 1) / HOPS) * intervalUs }));
  return offs.map((off) => {
    const around = offs.filter(({ round }) => Math.abs(round - off.round) <= ROUNDS_AROUND);
    return off.us - Math.min(...around.map(({ us }) => us));
  });
}
