/** An address on this host's own link that nobody has: what is sent there waits for it, and never leaves. */
import assert from "node:assert/strict";
import { mtr, openWorld, told } from "./program.ts";
import { ADDRESSES } from "./topology.ts";
import type { World } from "./world.ts";

const NOBODY = { 4: "10.201.1.77", 6: "fd00:201:1::77" } as const;
const FAMILIES = [4, 6] as const;
/** More than any way in the lab, and than the program looks later; less than anybody waits here, which is 200 ms. */
const SHORT_MS = 150;
const PROTOCOLS = [[], ["-u"], ["-T"]] as const;

interface Report {
  readonly run: { readonly status: string };
  readonly hubs: readonly { readonly host: string; readonly sendFailed: number; readonly lost: number }[];
}

/** What a run says of probes of which none can leave. */
async function reportOf(world: World, args: readonly string[], asOrdinaryUser: boolean): Promise<void> {
  const result = await mtr(world, ["-j", "-n", "-c", "1", "-m", "3", ...args], { asOrdinaryUser });
  const message = `${args}, ${asOrdinaryUser}: ${told(result)}`;
  assert.equal(result.code, 2, message);
  assert.match(result.stderr, /^mtr-deno: No route to .*: this host .* the next hop does not answer/, message);
  const { report } = JSON.parse(result.stdout) as { readonly report: Report };
  assert.equal(report.run.status, "NO_ROUTE", message);
  assert.ok(
    report.hubs.every(({ host, lost, sendFailed }) => host === "???" && lost === 1 && sendFailed === 1),
    message,
  );
}

Deno.test("the kernel's own word is no answer: nothing has left", async () => {
  await using world = await openWorld();
  await using capture = await world.capture({ filter: "icmp or icmp6 or tcp" });
  // The kernel asks for three seconds, so all wait at once.
  await Promise.all(FAMILIES.flatMap((family) =>
    PROTOCOLS.flatMap((protocol) =>
      // Connections of an ordinary user are closed before the kernel says anything.
      [false, true].map((asOrdinaryUser) => reportOf(world, [...protocol, NOBODY[family]], asOrdinaryUser))
    )
  ));
  const packets = await capture.stop();
  assert.deepEqual(packets.filter(({ kind }) => kind !== "other"), []);
});

/** The first router answers no ARP; then it does as soon as somebody waits for its address. */
const SILENT_ROUTER = `
  ip netns exec r1 sysctl -q -w net.ipv4.conf.all.arp_ignore=8
  sysctl -q -w net.ipv4.neigh.up0.retrans_time_ms=200
  ip neigh flush dev up0
`;
const UNTIL_ASKED = `
  until ip neigh show 10.201.1.2 | grep -q INCOMPLETE; do :; done
  ip netns exec r1 sysctl -q -w net.ipv4.conf.all.arp_ignore=0
`;

interface Timed {
  readonly hubs: readonly {
    readonly sendFailed: number;
    readonly lost: number;
    readonly Wrst: number;
    readonly stamps: readonly { readonly worstErrorMs: number }[];
  }[];
}

Deno.test("what a connection's SYN waits for the next hop's address is no round-trip time", async () => {
  await using world = await openWorld();
  assert.equal((await world.run(["bash", "-c", SILENT_ROUTER])).code, 0);
  await using router = world.start(["bash", "-c", UNTIL_ASKED]);
  const result = await mtr(world, ["-j", "-n", "-T", "-P", "80", "-c", "3", "-i", "0.4", ADDRESSES[4].target], {
    asOrdinaryUser: true,
  });
  assert.equal((await router.result()).code, 0);
  const { report: { hubs } } = JSON.parse(result.stdout) as { readonly report: Timed };
  for (const { Wrst, stamps, lost, sendFailed } of hubs) {
    assert.equal(lost, sendFailed, told(result));
    const boundMs = Math.max(...stamps.map(({ worstErrorMs }) => worstErrorMs));
    assert.ok(Wrst - boundMs < SHORT_MS, told(result));
    assert.ok(boundMs < SHORT_MS, told(result));
  }
});
