/** Debian's mtr 0.95 and the program as mtr 0.95, with the same words on the same path, and what differs of their texts. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { MASKED, type MtrFormat } from "./masked.ts";
import { told } from "./program.ts";
import { asMtr } from "./recorded_chain.ts";
import { requirePrograms } from "./programs.ts";
import type { NameServer } from "./topology.ts";
import type { RunResult, World } from "./world.ts";

requirePrograms({ mtr: "mtr-tiny" });

/** Quick, and slow enough for every answer to be there before the next probe. */
const QUICK = ["-i", "0.3", "-G", "0.4"];

/** One ttl beyond the target: so far the first round goes in any case, be its answers early or late. */
export const RAW = ["-m", "5"];

export interface Case {
  readonly args: readonly string[];
  readonly format?: MtrFormat;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nameServer?: NameServer;
}

type Outcome = Omit<RunResult, "durationMs">;

/** Split reads keys; at the end of its input mtr 0.95 does nothing but spin, so the input stays open for longer. */
const WITH_OPEN_INPUT = ["bash", "-c", 'exec "$@" < <(exec sleep 20 2> /dev/null)', "bash"];

async function outcome(world: World, argv: readonly string[], given: Case): Promise<Outcome> {
  const { format = "report", stdin, env, nameServer } = given;
  const line = format === "split" ? [...WITH_OPEN_INPUT, ...argv] : argv;
  const { code, stdout, stderr } = await world.run(line, {
    ...(stdin !== undefined && { stdin }),
    ...(nameServer && { nameServer }),
    env: { TZ: "UTC", ...env },
  });
  return { code, stdout: MASKED[format](stdout), stderr };
}

/** What differs, if anything does. */
async function difference(world: World, given: Case): Promise<string | undefined> {
  const args = [...QUICK, ...given.args];
  const theirs = await outcome(world, ["mtr", ...args], given);
  const ours = await outcome(world, asMtr("0.95", args), given);
  if (isDeepStrictEqual(ours, theirs)) return undefined;
  return [JSON.stringify(given), "--- mtr", told(theirs), "--- ours", told(ours)].join("\n");
}

/** As many at once as may run without hearing the answers to each other's probes. */
export async function compareAll(world: World, cases: readonly Case[], atOnce: number): Promise<void> {
  const waiting = [...cases];
  const differences: string[] = [];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let given; (given = waiting.shift()) !== undefined;) differences.push(await difference(world, given) ?? "");
  }));
  assert.equal(differences.join(""), "");
}
