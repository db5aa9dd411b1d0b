import assert from "node:assert/strict";
import { ADDRESSES, pathOf } from "./topology.ts";
import { World } from "./world.ts";
import { roundTrips } from "./capture.ts";

Deno.test("the world of the lab has the path that it promises, and tells what was on the wire", async () => {
  await using world = await World.open();
  for (const family of [4, 6] as const) {
    await using capture = await world.capture({ filter: "icmp or icmp6" });
    const [first, , , last] = pathOf(family);
    const near = await world.run(["ping", "-n", "-c", "1", "-t", "1", ADDRESSES[family].target]);
    assert.match(near.stdout, new RegExp(`From ${first} icmp_seq=1 Time`), near.stderr);
    const far = await world.run(["ping", "-n", "-c", "3", "-i", "0.1", ADDRESSES[family].target]);
    assert.match(far.stdout, /3 packets transmitted, 3 received/);
    const trips = roundTrips(await capture.stop());
    assert.deepEqual(trips.map(({ answer }) => answer?.from), [first, last, last, last]);
  }
});

Deno.test("the world's name server knows names and addresses", async () => {
  await using world = await World.open();
  await using _names = await world.serveNames();
  const forward = await world.run(["getent", "ahostsv4", "target.lab.test"], { nameServer: "live" });
  assert.ok(forward.stdout.startsWith(ADDRESSES[4].target), JSON.stringify(forward));
  const reverse = await world.run(["getent", "hosts", ADDRESSES[6].r1], { nameServer: "live" });
  assert.match(reverse.stdout, /r1\.lab\.test/);
});
