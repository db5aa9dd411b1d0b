/** Options that change packets: what is on the wire is what was asked for. */
import assert from "node:assert/strict";
import { ODD } from "./rules.ts";
import { ADDRESSES, CLIENT_OTHER_LINK, pathOf } from "./topology.ts";
import type { World } from "./world.ts";
import type { Packet } from "./capture.ts";
import { mtr, openWorld, perfect, readCsv, readHops, summary, told } from "./program.ts";

const FAMILIES = [4, 6] as const;

/** The echo requests of one run, and the run. */
async function probesOf(
  world: World,
  args: readonly string[],
  options: { readonly asOrdinaryUser?: boolean; readonly stdin?: string; readonly link?: string } = {},
): Promise<{ readonly probes: readonly Packet[]; readonly stdout: string; readonly code: number }> {
  await using capture = await world.capture({ filter: "icmp or icmp6" });
  const result = await mtr(world, ["-C", "-n", "-c", "2", "-i", "0.1", "-Z", "1", ...args], options);
  const packets = await capture.stop();
  assert.notEqual(result.code, 2, told(result));
  const probes = packets.filter(({ kind }) => kind === "echoRequest");
  assert.ok(probes.length > 0, `no probe on the wire: ${told(result)}`);
  return { probes, stdout: result.stdout, code: result.code };
}

/** A test a family and privilege, with a world of its own. */
function each(name: string, test: (family: 4 | 6, asOrdinaryUser: boolean, world: World) => Promise<void>): void {
  for (const family of FAMILIES) {
    for (const asOrdinaryUser of [false, true]) {
      Deno.test(`${name}: IPv${family} as ${asOrdinaryUser ? "an ordinary user" : "root"}`, async () => {
        await using world = await openWorld();
        await test(family, asOrdinaryUser, world);
      });
    }
  }
}

each("plain probes are ICMP echo requests of 64 bytes, each sequence once", async (family, asOrdinaryUser, world) => {
  const { target, client } = ADDRESSES[family];
  const { probes } = await probesOf(world, [target], { asOrdinaryUser });
  assert.deepEqual(new Set(probes.map(({ packetBytes }) => packetBytes)), new Set([64]));
  assert.deepEqual(new Set(probes.map(({ from, to }) => `${from} ${to}`)), new Set([`${client} ${target}`]));
  assert.equal(new Set(probes.map(({ identifier }) => identifier)).size, 1);
  assert.equal(new Set(probes.map(({ sequence }) => sequence)).size, probes.length);
  assert.deepEqual(new Set(probes.map(({ trafficClass }) => trafficClass)), new Set([0]));
  for (const ttl of [1, 2, 3, 4]) assert.equal(probes.filter((probe) => probe.ttl === ttl).length, 2, `TTL ${ttl}`);
});

each("every echo request has the same checksum, whatever its number", async (family, asOrdinaryUser, world) => {
  const { probes } = await probesOf(world, [ADDRESSES[family].target], { asOrdinaryUser });
  assert.equal(new Set(probes.map(({ checksum }) => checksum)).size, 1);
  const { probes: varying } = await probesOf(world, ["--vary-flow", ADDRESSES[family].target], { asOrdinaryUser });
  assert.equal(new Set(varying.map(({ checksum }) => checksum)).size, varying.length);
});

each("-f starts at that TTL", async (family, asOrdinaryUser, world) => {
  const { target } = ADDRESSES[family];
  const { probes, stdout, code } = await probesOf(world, ["-f", "3", target], { asOrdinaryUser });
  assert.equal(Math.min(...probes.map(({ ttl }) => ttl)), 3);
  assert.deepEqual(summary(readHops("-C", stdout)), perfect(pathOf(family).slice(2), 2, 3));
  assert.equal(code, 0);
});

each("-m ends at that TTL, and a target that lies beyond does not answer", async (family, asOrdinaryUser, world) => {
  const { target } = ADDRESSES[family];
  const { probes, stdout, code } = await probesOf(world, ["-m", "2", target], { asOrdinaryUser });
  assert.equal(Math.max(...probes.map(({ ttl }) => ttl)), 2);
  assert.deepEqual(summary(readHops("-C", stdout)), perfect(pathOf(family).slice(0, 2), 2));
  assert.equal(code, 1);
});

each("-s sets the length of the whole packet, whatever the family", async (family, asOrdinaryUser, world) => {
  for (const bytes of [48, 100, 1400]) {
    const args = ["-s", String(bytes), ADDRESSES[family].target];
    const { probes, stdout } = await probesOf(world, args, { asOrdinaryUser });
    assert.deepEqual(new Set(probes.map(({ packetBytes }) => packetBytes)), new Set([bytes]));
    assert.deepEqual(summary(readHops("-C", stdout)), perfect(pathOf(family), 2));
  }
});

each("-s with a negative number takes lengths up to it", async (family, asOrdinaryUser, world) => {
  const args = ["-c", "12", "-s", "-200", ADDRESSES[family].target];
  const { probes } = await probesOf(world, args, { asOrdinaryUser });
  const lengths = probes.map(({ packetBytes }) => packetBytes);
  assert.ok(Math.max(...lengths) <= 200, `${lengths}`);
  assert.ok(Math.min(...lengths) >= (family === 4 ? 28 : 48), `${lengths}`);
  assert.ok(new Set(lengths).size > 1, `${lengths}`);
});

each("-Q sets the traffic class", async (family, asOrdinaryUser, world) => {
  const { probes } = await probesOf(world, ["-Q", "184", ADDRESSES[family].target], { asOrdinaryUser });
  assert.deepEqual(new Set(probes.map(({ trafficClass }) => trafficClass)), new Set([184]));
});

each("-B fills the payload", async (family, asOrdinaryUser, world) => {
  const { probes } = await probesOf(world, ["-B", "90", ADDRESSES[family].target], { asOrdinaryUser });
  for (const { payload } of probes) {
    // The first two bytes balance the checksum.
    assert.ok(payload.length >= 16 && payload.subarray(2).every((byte) => byte === 90), `payload ${payload}`);
  }
});

each("-a sets the source address", async (family, asOrdinaryUser, world) => {
  const { otherLink, target } = ADDRESSES[family];
  const { probes, stdout } = await probesOf(world, ["-a", otherLink, target], { asOrdinaryUser });
  assert.deepEqual(new Set(probes.map(({ from }) => from)), new Set([otherLink]));
  assert.equal(readCsv(stdout).at(-1)?.["Ip"], target);
});

each("-I sends through that interface", async (family, asOrdinaryUser, world) => {
  const { otherLink, target } = ADDRESSES[family];
  await using capture = await world.capture({ link: CLIENT_OTHER_LINK, filter: "icmp or icmp6" });
  const args = ["-C", "-n", "-c", "2", "-i", "0.1", "-I", CLIENT_OTHER_LINK, target];
  const result = await mtr(world, args, { asOrdinaryUser });
  const probes = (await capture.stop()).filter(({ kind }) => kind === "echoRequest");
  assert.deepEqual(new Set(probes.map(({ from }) => from)), new Set([otherLink]), told(result));
  assert.equal(readHops("-C", result.stdout).at(-1)?.host, target, told(result));
  assert.equal(result.code, 0, told(result));
});

each(
  "-F reads targets from a file or from standard input, before those of the line",
  async (family, asOrdinaryUser, world) => {
    const { r1, r2, r3 } = ADDRESSES[family];
    const common = ["-C", "-n", "-c", "1", "-i", "0.1"];
    const fromStdin = await mtr(world, [...common, "-F", "-", r3], { asOrdinaryUser, stdin: `${r1}\n  ${r2} \n` });
    const hosts = (text: string): readonly unknown[] => [...new Set(readCsv(text).map(({ Host }) => Host))];
    assert.deepEqual(hosts(fromStdin.stdout), [r1, r2, r3], told(fromStdin));
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(file, `${r2}\n${r1}\n`);
      await Deno.chmod(file, 0o644);
      const fromFile = await mtr(world, [...common, "-F", file], { asOrdinaryUser });
      assert.deepEqual(hosts(fromFile.stdout), [r2, r1], told(fromFile));
    } finally {
      await Deno.remove(file);
    }
  },
);

for (const family of FAMILIES) {
  Deno.test(`-U gives a silent path up sooner: IPv${family}`, async () => {
    await using world = await openWorld({ rules: ODD.blackholed });
    const { target } = ADDRESSES[family];
    const highest = async (...args: string[]): Promise<number> =>
      Math.max(...(await probesOf(world, [...args, target])).probes.map(({ ttl }) => ttl));
    // Exactly mtr's way: unknown hops before the one just asked count, and there must be more of them than allowed.
    assert.equal(await highest("-U", "2"), 3 + 2 + 2);
    assert.equal(await highest("-U", "5"), 3 + 5 + 2);
    assert.equal(await highest(), 3 + 12 + 2);
  });

  Deno.test(`-M sets the firewall mark: IPv${family}`, async () => {
    await using world = await openWorld({ rules: ODD.onlyMarked(77) });
    const { target } = ADDRESSES[family];
    const args = ["-C", "-n", "-c", "2", "-i", "0.1", "-Z", "1"];
    const marked = await mtr(world, [...args, "-M", "77", target]);
    assert.deepEqual(summary(readHops("-C", marked.stdout)), perfect(pathOf(family), 2), told(marked));
    assert.equal(marked.code, 0);
    const unmarked = await mtr(world, [...args, target]);
    assert.notEqual(unmarked.code, 0, told(unmarked));
  });
}

Deno.test("an interface that does not exist, and an address that is not ours: exit 2, named", async () => {
  await using world = await openWorld();
  const { target } = ADDRESSES[4];
  for (const [option, value] of [["-I", "nosuch0"], ["-a", ADDRESSES[4].r3]] as const) {
    const result = await mtr(world, ["-C", "-n", "-c", "1", "-i", "0.1", option, value, target]);
    assert.equal(result.code, 2, told(result));
    assert.ok(result.stderr.includes(value), told(result));
  }
});

Deno.test("a mark without the privilege for it: exit 2 and a message that says so, not a run without mark", async () => {
  await using world = await openWorld();
  const args = ["-C", "-n", "-c", "1", "-i", "0.1", "-M", "77", ADDRESSES[4].target];
  const result = await mtr(world, args, { asOrdinaryUser: true });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /mark/i);
});
