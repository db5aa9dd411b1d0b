/** The kernel's own balancing (multipath routes) between two routers: what one flow meets, and what many meet. */
import assert from "node:assert/strict";
import { ADDRESSES } from "./topology.ts";
import type { World } from "./world.ts";
import { mtr, openWorld, readJson, told } from "./program.ts";

const { r2, target } = ADDRESSES[4];
/** Further links between the first router and the second. */
const MORE_LINKS = [1, 2, 3] as const;
const NEXT_HOPS: readonly string[] = [r2, ...MORE_LINKS.map((link) => `10.203.${link}.2`)];

/** What this test reads of a hop. */
interface Hub {
  readonly verdicts: readonly { readonly word: string; readonly numbers: Readonly<Record<string, number>> }[];
  readonly lost: number;
  readonly responders: readonly { readonly address: string; readonly flows?: readonly number[] }[];
}

/** Four links from the first router to the second, chosen by addresses (0) or by ports as well (1). */
async function balance(world: World, policy: 0 | 1): Promise<void> {
  const via = NEXT_HOPS.map((nextHop) => `nexthop via ${nextHop}`).join(" ");
  const lines = [
    ...MORE_LINKS.flatMap((link) => [
      `link add more${link} netns r1 type veth peer name more${link} netns r2`,
      `-n r1 addr add 10.203.${link}.1/24 dev more${link}`,
      `-n r2 addr add 10.203.${link}.2/24 dev more${link}`,
      `-n r1 link set more${link} up`,
      `-n r2 link set more${link} up`,
    ]),
    `-n r1 route replace 10.201.4.0/24 ${via}`,
    `netns exec r1 sysctl -q -w net.ipv4.fib_multipath_hash_policy=${policy}`,
    // Each link shows by the address that packets came in by.
    "netns exec r2 sysctl -q -w net.ipv4.icmp_errors_use_inbound_ifaddr=1",
  ];
  for (const line of lines) {
    const result = await world.run(["ip", ...line.split(" ")]);
    assert.equal(result.code, 0, `${line}: ${told(result)}`);
  }
}

/** The second hop of a run that lost nothing. */
async function secondHop(world: World, args: readonly string[]): Promise<Hub> {
  const result = await mtr(world, ["-j", "-n", "-c", "5", "-i", "0.3", "-Z", "1", ...args, target]);
  assert.equal(result.code, 0, told(result));
  const { hubs } = readJson(result.stdout).report as unknown as { readonly hubs: readonly Hub[] };
  assert.deepEqual(hubs.map(({ lost }) => lost), [0, 0, 0, 0]);
  return hubs[1]!;
}

for (const protocol of ["-u", "-T"]) {
  Deno.test(`${protocol}: over links chosen by ports one flow meets one, and 64 flows meet all, each one`, async () => {
    await using world = await openWorld();
    await balance(world, 1);
    const one = await secondHop(world, [protocol]);
    assert.deepEqual([one.responders.length, one.verdicts], [1, []]);
    const { responders, verdicts } = await secondHop(world, [protocol, "--flows", "64"]);
    assert.deepEqual(responders.map(({ address }) => address).toSorted(), NEXT_HOPS.toSorted());
    assert.equal(responders.flatMap(({ flows = [] }) => flows).length, 64);
    assert.deepEqual(verdicts.map(({ word }) => word), ["PER_FLOW"]);
  });

  Deno.test(`${protocol}: over links chosen by addresses all flows meet one`, async () => {
    await using world = await openWorld();
    await balance(world, 0);
    const { responders, verdicts } = await secondHop(world, [protocol, "--flows", "16"]);
    assert.equal(responders.length, 1);
    assert.deepEqual(verdicts, []);
  });
}

/** So many that by chance none of four links is without some of them. */
const FLOWS = 64;

Deno.test("of flows over links chosen by ports it is told how many are lost behind one, and how many meet silence at another", async () => {
  const [, dead, silent] = NEXT_HOPS;
  await using world = await openWorld({
    rules: [
      { at: "r2", hook: "forward", rule: "iifname more1 drop" },
      { at: "r2", hook: "output", rule: `ip saddr ${silent} icmp type time-exceeded drop` },
    ],
  });
  await balance(world, 1);
  const result = await mtr(world, ["-j", "-n", "-c", "5", "-i", "0.3", "-Z", "1", "-u", "--flows", `${FLOWS}`, target]);
  assert.equal(result.code, 0, told(result));
  const { hubs } = readJson(result.stdout).report as unknown as { readonly hubs: readonly Hub[] };
  const { responders } = hubs[1]!;
  const lost = responders.find(({ address }) => address === dead)?.flows?.length ?? 0;
  const unheard = FLOWS - responders.flatMap(({ flows = [] }) => flows).length;
  assert.ok(lost > 0 && unheard > 0);
  const found = hubs.flatMap(({ verdicts }, index) =>
    verdicts.map(({ word, numbers: { flowsLosing, flows } }) => ({ word, hop: index + 1, flowsLosing, flows }))
  );
  assert.deepEqual(found, [
    { word: "PER_FLOW", hop: 2, flowsLosing: undefined, flows: FLOWS - unheard },
    { word: "SILENT", hop: 2, flowsLosing: unheard, flows: FLOWS },
    { word: "LOSS", hop: 3, flowsLosing: lost, flows: FLOWS },
  ]);
});

/** What this test reads of a search for all paths. */
interface Multipath {
  readonly complete: boolean;
  readonly nodes: readonly { readonly hop: number; readonly address: string | null }[];
  readonly links: readonly { readonly hop: number; readonly from: string | null; readonly to: string | null }[];
  readonly diamonds: readonly unknown[];
}

for (const protocol of ["-u", "-T"]) {
  Deno.test(`${protocol}: --multipath finds all links that the kernel chooses by ports, and what leads where`, async () => {
    await using world = await openWorld();
    await balance(world, 1);
    const found = new Set<string | null>();
    // The kernel's hash is another one in each world: a search may miss one of the four in 4 of 100, three hardly do.
    for (let search = 1; search <= 3; search++) {
      const result = await mtr(world, ["-j", "-n", "-c", "2", "-i", "0.2", "-Z", "1", "--multipath", protocol, target]);
      assert.equal(result.code, 0, told(result));
      const { multipath, hubs } = readJson(result.stdout).report as unknown as {
        readonly multipath: Multipath;
        readonly hubs: readonly Hub[];
      };
      const atHop = (ttl: number) => multipath.nodes.filter(({ hop }) => hop === ttl).map(({ address }) => address);
      const width = atHop(2).length;
      atHop(2).forEach((address) => found.add(address));
      assert.deepEqual([1, 3, 4].map((ttl) => atHop(ttl).length), [1, 1, 1]);
      const links = [...atHop(2).map(() => 2), ...atHop(2).map(() => 3), 4];
      assert.deepEqual(multipath.links.map(({ hop }) => hop), links);
      const diamond = { firstHop: 2, lastHop: 2, width, opens: atHop(1)[0], closes: atHop(3)[0] };
      assert.deepEqual([multipath.complete, multipath.diamonds], [true, [diamond]]);
      assert.deepEqual(hubs.map(({ lost }) => lost), [0, 0, 0, 0]);
      assert.deepEqual(hubs[1]!.verdicts.map(({ word }) => word), ["PER_FLOW"]);
    }
    assert.deepEqual([...found].toSorted(), NEXT_HOPS.toSorted());
  });
}
