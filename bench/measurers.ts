/** Programs that measure round trips: how each is asked for every single time, and how what it prints is read. */
import { commandOf } from "../tests/lab/program.ts";

export type Protocol = "icmp" | "udp" | "tcp";

export interface Task {
  readonly protocol: Protocol;
  readonly asOrdinaryUser: boolean;
  readonly target: string;
  /** Of TCP. */
  readonly port: number;
  /** Probes to one position on the path. */
  readonly probes: number;
  readonly intervalMs: number;
  /** The only position that is probed by programs that probe positions; all if absent. */
  readonly ttl: number | undefined;
}

/** A round trip as it was told; `undefined` if there was no answer. In the order of sending. */
export type Told = { readonly rttUs: number; readonly errorUs?: number } | undefined;

export interface Measurer {
  readonly name: string;
  readonly package: string;
  /** The arguments, of several runs where one does not measure enough; none where it cannot do the task. */
  readonly runs: (task: Task) => readonly (readonly string[])[];
  readonly read: (output: string) => readonly Told[];
}

const OURS: Measurer = {
  name: "mtr-deno",
  package: "",
  runs: ({ protocol, port, target, probes, intervalMs, ttl }) => [
    commandOf([
      "--jsonl",
      "-n",
      ...{ icmp: [], udp: ["-u"], tcp: ["-T", "-P", `${port}`] }[protocol],
      ...ttlOptions(ttl),
      ...["-Z", "1", "-c", `${probes}`, "-i", `${intervalMs / 1e3}`, target],
    ]),
  ],
  read: (output) => {
    const probes = new Map<number, Told>();
    for (const line of output.trim().split("\n")) {
      const { kind, probe, rttUs, errorUs } = JSON.parse(line);
      if (kind === "sent") probes.set(probe, undefined);
      if (kind === "reply") probes.set(probe, { rttUs, errorUs });
    }
    return [...probes.values()];
  },
};

const MTR: Measurer = {
  name: "mtr",
  package: "mtr-tiny",
  runs: ({ protocol, asOrdinaryUser, port, target, probes, intervalMs, ttl }) =>
    asOrdinaryUser ? [] : [[
      ...["mtr", "--raw", "-n", "-G", "1"],
      ...{ icmp: [], udp: ["-u"], tcp: ["-T", "-P", `${port}`] }[protocol],
      ...ttlOptions(ttl),
      ...["-c", `${probes}`, "-i", `${intervalMs / 1e3}`, target],
    ]],
  // `x HOP TOKEN` is a probe, `p HOP µs TOKEN` its answer.
  read: (output) => {
    const probes = new Map<string, Told>();
    for (const line of output.split("\n")) {
      const [kind, , ...rest] = line.split(" ");
      if (kind === "x") probes.set(rest[0] ?? "", undefined);
      if (kind === "p") probes.set(rest[1] ?? "", { rttUs: Number(rest[0]) });
    }
    return [...probes.values()];
  },
};

const FPING: Measurer = {
  name: "fping",
  package: "fping",
  // Debian's file has capabilities, so it cannot even be started by who may have none.
  runs: ({ protocol, asOrdinaryUser, target, probes, intervalMs }) =>
    protocol === "icmp" && !asOrdinaryUser
      ? [["fping", "-C", `${probes}`, "-p", `${intervalMs}`, "-t", "1000", target]]
      : [],
  read: (output) => [...output.matchAll(/: \[\d+\], (?:.*?, ([\d.]+) ms|timed out)/g)].map(([, ms]) => toldMs(ms)),
};

/** It sends ten probes to a position at most. */
const TRACEROUTE_PROBES = 10;
const TRACEROUTE: Measurer = {
  name: "traceroute",
  package: "traceroute",
  runs: ({ protocol, asOrdinaryUser, port, target, probes, intervalMs, ttl }) => {
    if (protocol === "tcp" && asOrdinaryUser) return [];
    // As many processes as would be needed for all take too long.
    const runs = Math.ceil(probes / TRACEROUTE_PROBES / (ttl === undefined ? 1 : 2));
    return Array.from({ length: runs }, () => [
      ...["traceroute", "-n", "-N", "1", "-w", "1", "-q", `${TRACEROUTE_PROBES}`, "-z", `${intervalMs}`],
      ...{ icmp: ["-I"], udp: [], tcp: ["-T", "-p", `${port}`] }[protocol],
      ...ttlOptions(ttl),
      target,
    ]);
  },
  read: (output) =>
    output.split("\n").slice(1).flatMap((line) => [...line.matchAll(/([\d.]+) ms|\*/g)].map(([, ms]) => toldMs(ms))),
};

/** Its shortest interval is 100 ms. */
const SCAMPER_INTERVAL_MS = 100;
const SCAMPER: Measurer = {
  name: "scamper",
  package: "scamper",
  runs: ({ protocol, asOrdinaryUser, port, target, probes }) => {
    if (asOrdinaryUser) return [];
    const method = { icmp: "icmp-echo", udp: "udp-dport", tcp: `tcp-syn -d ${port}` }[protocol];
    const ping = `ping -P ${method} -c ${Math.ceil(probes / 2)} -i ${SCAMPER_INTERVAL_MS / 1e3} ${target}`;
    return [["scamper", "-O", "json", "-I", ping]];
  },
  read: (output) => {
    const ping = output.trim().split("\n").map((line) => JSON.parse(line)).find(({ type }) => type === "ping");
    const told: Told[] = new Array(ping?.ping_sent ?? 0).fill(undefined);
    for (const { seq, rtt } of ping?.responses ?? []) told[seq] ??= { rttUs: rtt * 1e3 };
    return told;
  },
};

export const MEASURERS: readonly Measurer[] = [OURS, MTR, FPING, TRACEROUTE, SCAMPER];

function ttlOptions(ttl: number | undefined): readonly string[] {
  return ttl === undefined ? [] : ["-f", `${ttl}`, "-m", `${ttl}`];
}

function toldMs(ms: string | undefined): Told {
  return ms === undefined ? undefined : { rttUs: Number(ms) * 1e3 };
}
