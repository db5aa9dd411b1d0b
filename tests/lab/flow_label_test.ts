/** IPv6 flow labels on the wire: routers may balance by them and the addresses alone, so they are part of a flow. */
import assert from "node:assert/strict";
import { mtr, openWorld, told } from "./program.ts";
import { ADDRESSES } from "./topology.ts";
import type { World } from "./world.ts";

const { client, target } = ADDRESSES[6];
const TTLS = [1, 2, 3, 4] as const;

/** What a capture tells of a probe; `flow` is what else makes a flow: the checksum of ICMP, else the source port. */
interface Seen {
  readonly ttl: number;
  readonly flowLabel: number;
  readonly flow: number;
}

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly asOrdinaryUser: boolean;
}

/** `connect` is TCP without raw sockets: a connection has a port for itself, so there are no flows. */
const CASES: readonly Case[] = [
  { name: "ICMP", args: [], asOrdinaryUser: false },
  { name: "UDP", args: ["-u"], asOrdinaryUser: false },
  { name: "TCP", args: ["-T"], asOrdinaryUser: false },
  { name: "SCTP", args: ["-S"], asOrdinaryUser: false },
  { name: "ICMP of an ordinary user", args: [], asOrdinaryUser: true },
  { name: "UDP of an ordinary user", args: ["-u"], asOrdinaryUser: true },
];
const CONNECT: Case = { name: "TCP of an ordinary user", args: ["-T"], asOrdinaryUser: true };

/** The probes of a run of one round. */
async function probesOf(
  world: World,
  { args, asOrdinaryUser }: Case,
  further: readonly string[] = [],
): Promise<readonly Seen[]> {
  await using capture = await world.capture({ filter: "ip6" });
  const command = ["-C", "-n", "-c", "1", "-i", "0.2", "-Z", "1", ...args, ...further, target];
  const result = await mtr(world, command, { asOrdinaryUser });
  assert.equal(result.code, 0, told(result));
  const isProbe = ({ from, to }: { readonly from: string; readonly to: string }) => from === client && to === target;
  const probes = args.length === 0
    ? (await capture.stop()).filter(isProbe).map((packet) => ({ ...packet, flow: packet.checksum }))
    : (await capture.stopWithPorts()).filter(isProbe).map((packet) => ({ ...packet, flow: packet.sourcePort }));
  for (const ttl of TTLS) assert.ok(probes.some((probe) => probe.ttl === ttl), `no probe with the TTL ${ttl}`);
  return probes;
}

function labelsOf(probes: readonly Seen[]): ReadonlySet<number> {
  return new Set(probes.map(({ flowLabel }) => flowLabel));
}

Deno.test("the probes of one flow have one label, at every ttl", async () => {
  await using world = await openWorld();
  for (const one of [...CASES, CONNECT]) {
    assert.equal(labelsOf(await probesOf(world, one)).size, 1, one.name);
  }
});

Deno.test("each of several flows has a label to itself, at every ttl", async () => {
  await using world = await openWorld();
  for (const one of CASES) {
    const probes = await probesOf(world, one, ["--flows", "4"]);
    const flows = [...Map.groupBy(probes, ({ flow }) => flow).values()];
    assert.deepEqual([flows.length, labelsOf(probes).size], [4, 4], one.name);
    for (const flow of flows) {
      assert.equal(labelsOf(flow).size, 1, one.name);
      for (const ttl of TTLS) assert.ok(flow.some((probe) => probe.ttl === ttl), `${one.name}: TTL ${ttl}`);
    }
  }
});

Deno.test("with --vary-flow each probe has a label to itself", async () => {
  await using world = await openWorld();
  for (const one of [...CASES, CONNECT]) {
    const probes = await probesOf(world, one, ["--vary-flow"]);
    assert.equal(labelsOf(probes).size, probes.length, one.name);
  }
});

Deno.test("mtr's probes have the label that the kernel gives them", async () => {
  await using world = await openWorld();
  const probes = await probesOf(world, { name: "", args: ["-u"], asOrdinaryUser: false }, [
    "--compat",
    "0.96",
    "-G",
    "1",
  ]);
  assert.equal(labelsOf(probes).size, 1);
});
