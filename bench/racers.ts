/** Programs that probe many targets: how each is asked for the same probes at the same rate, and how it tells of them. */
import { commandOf } from "../tests/lab/program.ts";
import { insidePath } from "../tests/lab/set_up.ts";
import type { RunResult } from "../tests/lab/world.ts";

export interface Race {
  readonly targets: readonly string[];
  /** Probes to each position on the path. */
  readonly rounds: number;
  readonly intervalMs: number;
  /** Positions on the path. */
  readonly hops: number;
}

/** What a program says that it has sent, and how many of those were answered. */
export interface Tally {
  readonly sent: number;
  readonly answered: number;
}

export interface Racer {
  readonly name: string;
  readonly package: string;
  readonly command: (race: Race) => readonly string[];
  readonly stdin?: (race: Race) => string;
  /** What it sends to the target only cannot be stopped by a router. */
  readonly isPing?: true;
  /** With more targets it is not run, and the figures are those of so many, multiplied. */
  readonly mostTargets?: number;
  readonly read: (result: RunResult) => Tally;
}

/** Both programs of that kind understand them. */
export function mtrOptions({ rounds, intervalMs }: Race): readonly string[] {
  return ["-C", "-n", "-c", `${rounds}`, "-i", `${intervalMs / 1e3}`];
}

export const OURS: Racer = {
  name: "mtr-deno",
  package: "",
  command: (race) => commandOf([...mtrOptions(race), ...race.targets]),
  read: readCsv,
};

/** Nothing that runs on Deno can take less: what is above it is the program's own. */
export const BARE: Racer = {
  name: "bare Deno program",
  package: "",
  command: ({ targets, rounds, intervalMs, hops }) => [
    insidePath("bare"),
    ...[rounds, intervalMs, hops].map(String),
    ...targets,
  ],
  read: ({ stdout }) => JSON.parse(stdout),
};

const MTR_LOOP: Racer = {
  name: "mtr, one by one",
  package: "mtr-tiny",
  command: (race) => ["xargs", "-n", "1", "mtr", ...mtrOptions(race)],
  stdin: ({ targets }) => targets.join("\n"),
  mostTargets: 1,
  read: readCsv,
};

export const MTR_PARALLEL: Racer = {
  name: "mtr, xargs -P 100",
  package: "mtr-tiny",
  command: (race) => ["xargs", "-P", "100", "-n", "1", "mtr", ...mtrOptions(race)],
  stdin: ({ targets }) => targets.join("\n"),
  mostTargets: 100,
  read: readCsv,
};

/**
 * As many packets to the target as the others send to all hops, each in its own time: the gap between any two (`-i`) is half
 * of what it would be, since the program is late at each.
 */
export const FPING: Racer = {
  name: "fping",
  package: "fping",
  isPing: true,
  command: ({ targets, rounds, intervalMs, hops }) => {
    const periodMs = intervalMs / hops;
    return [
      ...["fping", "-q", "-C", `${rounds * hops}`, "-p", `${periodMs}`, "-i", `${periodMs / targets.length / 2}`],
      ...["-t", "1000", ...targets],
    ];
  },
  // A line a target: `10.0.0.1 : 0.03 0.04 -`.
  read: ({ stderr }) => {
    const told = [...stderr.matchAll(/^\S+ +:((?: (?:[\d.]+|-))+)$/gm)].flatMap(([, times = ""]) =>
      times.trim().split(" ")
    );
    return { sent: told.length, answered: told.filter((time) => time !== "-").length };
  },
};

/** Its greatest rate is 10,000 packets a second. */
const SCAMPER: Racer = {
  name: "scamper",
  package: "scamper",
  // All probes to a position, answered or not, then the next one.
  command: ({ targets, rounds, intervalMs, hops }) => [
    ...["scamper", "-O", "json", "-p", `${targets.length * hops * 1e3 / intervalMs}`, "-w", `${targets.length}`],
    ...["-c", `trace -P icmp-paris -Q -q ${rounds} -m ${hops}`, "-i", ...targets],
  ],
  read: ({ stdout }) => {
    let [sent, answered] = [0, 0];
    for (const line of stdout.trim().split("\n")) {
      const { type, probe_count = 0, hops = [] } = JSON.parse(line);
      if (type !== "trace") continue;
      sent += probe_count;
      answered += hops.length;
    }
    return { sent, answered };
  },
};

export const RACERS: readonly Racer[] = [OURS, BARE, MTR_LOOP, MTR_PARALLEL, FPING, SCAMPER];

/** Rows of mtr's CSV, below one header or, of many processes, several: the seventh is the loss, the eighth what was sent. */
function readCsv({ stdout }: RunResult): Tally {
  let [sent, answered] = [0, 0];
  for (const line of stdout.trim().split("\n")) {
    const [loss, count] = line.split(",").slice(6, 8).map(Number);
    if (loss === undefined || count === undefined || Number.isNaN(count)) continue;
    sent += count;
    answered += Math.round(count * (1 - loss / 100));
  }
  return { sent, answered };
}
