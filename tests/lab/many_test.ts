/** A few hundred targets behind the same routers: none loses anything by this host's own doing, and the rate is kept. */
import assert from "node:assert/strict";
import { mtr, openWorld, told as toldBy } from "./program.ts";
import { CLIENT_LINK, pathOf } from "./topology.ts";

const TARGETS = Array.from({ length: 200 }, (_, at) => `10.202.0.${at + 1}`);
const NET = "10.202.0.0/24";
const RATE = 1_000;
/** What is read of a line of `--jsonl`. */
interface Line {
  readonly kind: string;
  readonly target?: number;
  readonly sentBy?: string;
}

/** What a busy machine does to the distance of two packets on the wire. */
const LEEWAY_US = 60_000;

Deno.test("hundreds of targets over the same routers lose nothing, at the rate, each printed as it is finished", async () => {
  await using world = await openWorld();
  await world.addTargets(NET);
  await using capture = await world.capture({ filter: "icmp[icmptype] == icmp-echo" });
  const result = await mtr(world, ["-C", "-n", "-c", "3", "--rate", `${RATE}`, "--target-order", "finish", ...TARGETS]);
  assert.equal(result.code, 0, toldBy(result));
  const rows = result.stdout.trimEnd().split("\n").slice(1).map((row) => row.split(","));
  assert.deepEqual(
    rows.map(([, , , host]) => host).toSorted(),
    TARGETS.flatMap((host) => pathOf(4).map(() => host)).toSorted(),
  );
  // Status, loss, sent.
  for (const row of rows) assert.deepEqual([row[2], row[6], row[7]], ["OK", "0.00", "3"], row.join());
  const sentUs = (await capture.stop()).map(({ atUs }) => atUs);
  for (let at = RATE; at < sentUs.length; at++) assert.ok(sentUs[at]! - sentUs[at - RATE]! >= 1e6 - LEEWAY_US);
  assert.ok(sentUs.length >= TARGETS.length * pathOf(4).length * 3);
});

Deno.test("what the queue of this host drops is told as not sent, all of it, and is no loss of the network's", async (t) => {
  await using world = await openWorld();
  await world.addTargets(NET);
  // Room for some probes only, at a tenth of the pace that is asked for.
  const shaping = await world.run(
    `tc qdisc add dev ${CLIENT_LINK} root tbf rate 500kbit burst 3000 limit 4000`.split(" "),
  );
  // Not every kernel has it.
  const fn = async (): Promise<void> => {
    const result = await mtr(world, ["--jsonl", "-n", "-m", "4", "-c", "3", "-i", "0.3", "-Z", "1", ...TARGETS]);
    const count = (kind: string): number => result.stdout.split(`{"kind":"${kind}",`).length - 1;
    const { stdout } = await world.run(["tc", "-s", "qdisc", "show", "dev", CLIENT_LINK]);
    const dropped = Number(/dropped ([0-9]+)/.exec(stdout)?.[1]);
    assert.ok(dropped > 0, stdout);
    const told = count("unsent") + count("lost");
    // The kernel's own packets for neighbours are dropped there, too, and probes beyond a target are not waited for.
    assert.ok(told <= dropped && told >= dropped * 0.95, `${told} of ${dropped}`);
    // Where the driver has stamped none of a target's probes nobody knows whether it ever does.
    const leftTo = new Set(
      [...result.stdout.matchAll(/^{"kind":"reply","target":([0-9]+),/gm)].map(([, target]) => target),
    );
    const lost = [...result.stdout.matchAll(/^{"kind":"lost","target":([0-9]+),/gm)].map(([, target]) => target);
    assert.ok(lost.every((target) => !leftTo.has(target)), `${lost.length} of ${dropped}`);
  };
  await t.step({ name: "behind a token bucket", ignore: shaping.code !== 0, fn });
});

const NET6 = "fd00:202::/64";
const BOTH_FAMILIES = [...TARGETS.slice(0, 10), ...TARGETS.slice(0, 10).map((_, at) => `fd00:202::${at + 1}`)];

/** Who probes how, behind what; whether the kernel tells of everything that this host drops. */
const HERE = [
  { name: "root, behind a queue", asOrdinaryUser: false, options: [], isFirewall: false },
  { name: "an ordinary user, behind a queue", asOrdinaryUser: true, options: [], isFirewall: false },
  { name: "an ordinary user by TCP, behind a queue", asOrdinaryUser: true, options: ["-T"], isFirewall: false },
  { name: "an ordinary user, behind a firewall", asOrdinaryUser: true, options: [], isFirewall: true },
] as const;

const FIREWALL = `table inet own {
  chain out {
    type filter hook output priority 0
    meta l4proto ipv6-icmp ip6 hoplimit 2 drop
    ip ttl 2 drop
  }
}
`;

Deno.test("of both families together, what this host drops is told as not sent, and all times are the path's", async (t) => {
  for (const { name, asOrdinaryUser, options, isFirewall } of HERE) {
    await using world = await openWorld();
    await world.addTargets(NET);
    await world.addTargets(NET6);
    const making = await world.run(
      isFirewall
        ? ["nft", FIREWALL]
        : `tc qdisc add dev ${CLIENT_LINK} root tbf rate 50kbit burst 1600 limit 600`.split(" "),
    );
    const fn = async (): Promise<void> => {
      const args = ["--jsonl", "-n", "-m", "4", "-c", "4", "-i", "0.4", "-Z", "1", ...options, ...BOTH_FAMILIES];
      const { stdout } = await mtr(world, args, { asOrdinaryUser });
      const lines: Line[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
      for (const isSecond of [false, true]) {
        const family = lines.filter(({ target = -1 }) =>
          target >= 0 && target >= BOTH_FAMILIES.length / 2 === isSecond
        );
        const of = (kind: string): Line[] => family.filter((line) => line.kind === kind);
        const notSent = of("unsent").length + of("sendFailed").length;
        assert.ok(
          notSent > 0 && of("reply").length > 0,
          `${notSent} of ${of("sent").length}, lost ${of("lost").length}`,
        );
        // Where the driver has stamped none of a target's probes nobody knows whether it ever does.
        const leftTo = new Set(of("reply").map(({ target }) => target));
        assert.deepEqual(of("lost").filter(({ target }) => leftTo.has(target)), []);
        if (options.length > 0) continue;
        assert.deepEqual(of("reply").filter(({ sentBy }) => sentBy !== "driver"), []);
      }
    };
    // Not every kernel has it.
    await t.step({ name, ignore: making.code !== 0, fn });
  }
});

Deno.test("with --share the routers that hundreds of targets have in common get a probe a cycle, and all have its figures", async () => {
  await using world = await openWorld();
  await world.addTargets(NET);
  await using capture = await world.capture({ filter: "icmp[icmptype] == icmp-echo" });
  const rounds = 10;
  const options = ["-C", "-n", "-c", `${rounds}`, "-i", "0.4", "--rate", `${RATE}`, "--share", "-o", "LSRk"];
  const result = await mtr(world, [...options, ...TARGETS]);
  assert.equal(result.code, 0, toldBy(result));
  const rows = result.stdout.trimEnd().split("\n").slice(1).map((row) => row.split(","));
  const routers = pathOf(4).length - 1;
  assert.equal(rows.length, TARGETS.length * pathOf(4).length);
  for (const [, , status, , hop, ip, ...figures] of rows) {
    assert.deepEqual([status, ...figures.slice(0, 3)], ["OK", "0.00", `${rounds}`, `${rounds}`], `${hop} ${ip}`);
  }
  const packets = await capture.stop();
  for (let ttl = 1; ttl <= routers; ttl++) {
    const shared = rows.filter(([, , , , hop]) => Number(hop) === ttl).reduce(
      (sum, row) => sum + Number(row.at(-1)),
      0,
    );
    const left = packets.filter((packet) => packet.ttl === ttl).length;
    // What is not shared has left, and the other way round.
    assert.equal(left + shared, TARGETS.length * rounds);
    // A target whose router answers late on a busy machine asks itself for a while.
    assert.ok(left >= TARGETS.length + rounds - 1 && left < 1.2 * TARGETS.length + rounds, `${left} at hop ${ttl}`);
  }
});
