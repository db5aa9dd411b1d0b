/**
 * How late probes leave while the main thread is busy: when each left, against the grid of the rounds, which is as early as
 * the earliest probe was.
 */
import { ADDRESSES, pathOf, type World } from "../tests/lab/world.ts";
import { quantile, table } from "./figures.ts";

export const LATENESS_PLAN = { rounds: 60, intervalUs: 100_000 } as const;
/** Of the time, that the main thread computes. */
const SHARES = [0, 0.9] as const;
const HOPS = pathOf(4).length;
const SCRIPT = new URL("./occupied.ts", import.meta.url).pathname;

/** What an event tells of a probe that left. */
export interface Sent {
  readonly round: number;
  readonly ttl: number;
  readonly atUs: number;
}

export async function lateness(world: World): Promise<string> {
  const rows: string[][] = [];
  for (const share of SHARES) {
    console.error(`lateness: ${share}`);
    const deno = [Deno.execPath(), "run", "--quiet", "--no-config", "--no-lock", "--no-check", "--allow-all"];
    const { code, stdout, stderr } = await world.run([...deno, SCRIPT, ADDRESSES[4].target, `${share}`]);
    if (code !== 0) throw new Error(stderr);
    const lateUs = latenessOf(JSON.parse(stdout));
    const at = (part: number): string => `${(quantile(lateUs, part) ?? NaN).toFixed(0)} µs`;
    rows.push([`${share * 100} %`, at(0.5), at(0.95), at(0.99), at(1), `${lateUs.length}`]);
  }
  return table(["main thread computes", "sent late by: median", "p95", "p99", "max", "probes"], rows);
}

/** Of each probe behind the first round, in µs. */
export function latenessOf(sent: readonly Sent[]): readonly number[] {
  const { intervalUs } = LATENESS_PLAN;
  const offUs = sent.filter(({ round, ttl }) => round > 0 && ttl <= HOPS)
    .map(({ round, ttl, atUs }) => atUs - (round + (ttl - 1) / HOPS) * intervalUs);
  const leastUs = Math.min(...offUs);
  return offUs.map((off) => off - leastUs);
}
