/** A few hundred targets behind the same routers: none loses anything by this host's own doing, and the rate is kept. */
import assert from "node:assert/strict";
import { mtr, openWorld, told } from "./program.ts";
import { ADDRESSES, pathOf, type World } from "./world.ts";

const TARGETS = Array.from({ length: 200 }, (_, at) => `10.202.0.${at + 1}`);
const NET = "10.202.0.0/24";
const RATE = 1_000;
/** What a busy machine does to the distance of two packets on the wire. */
const LEEWAY_US = 60_000;

/** The target has all addresses of a net, and everybody knows the way. */
async function addTargets(world: World): Promise<void> {
  const { r1, r2, r3, target } = ADDRESSES[4];
  const ways = [["client", r1], ["r1", r2], ["r2", r3], ["r3", target]] as const;
  const commands = [
    ...ways.map(([place, via]) =>
      place === "client" ? `ip route add ${NET} via ${via}` : `ip -n ${place} route add ${NET} via ${via}`
    ),
    `ip -n target route add local ${NET} dev lo`,
  ];
  for (const command of commands) {
    const result = await world.run(command.split(" "));
    assert.equal(result.code, 0, `${command}: ${result.stderr}`);
  }
}

Deno.test("hundreds of targets over the same routers lose nothing, at the rate, each printed as it is finished", async () => {
  await using world = await openWorld();
  await addTargets(world);
  await using capture = await world.capture({ filter: "icmp[icmptype] == icmp-echo" });
  const result = await mtr(world, ["-C", "-n", "-c", "3", "--rate", `${RATE}`, "--target-order", "finish", ...TARGETS]);
  assert.equal(result.code, 0, told(result));
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
