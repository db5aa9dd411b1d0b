/** Names: forward and reverse, from a server that answers and from one that never does. */
import assert from "node:assert/strict";
import { ADDRESSES, HOSTS_FILE, pathOf } from "./world.ts";
import { mtr, openWorld, perfect, readCsv, readHops, summary, told } from "./program.ts";

for (const family of [4, 6] as const) {
  const { r1, r2, r3, target } = ADDRESSES[family];

  Deno.test(`hops have names where the server knows one: IPv${family}`, async () => {
    await using world = await openWorld();
    await using _names = await world.serveNames();
    for (const asOrdinaryUser of [false, true]) {
      const common = ["-c", "2", "-i", "0.2", target];
      const names = await mtr(world, ["-C", ...common], { nameServer: "live", asOrdinaryUser });
      const expected = ["r1.lab.test", r2, "r3.lab.test", "target.lab.test"];
      assert.deepEqual(readHops("-C", names.stdout).map(({ host }) => host), expected, told(names));
      const both = await mtr(world, ["-w", "-b", ...common], { nameServer: "live", asOrdinaryUser });
      for (const text of [`r1.lab.test (${r1})`, r2, `r3.lab.test (${r3})`, `target.lab.test (${target})`]) {
        assert.ok(both.stdout.includes(text), `${text} in ${told(both)}`);
      }
      const none = await mtr(world, ["-C", "-n", ...common], { nameServer: "live", asOrdinaryUser });
      assert.deepEqual(summary(readHops("-C", none.stdout)), perfect(pathOf(family), 2), told(none));
    }
  });

  Deno.test(`a dead name server delays nothing but names: IPv${family}`, async () => {
    await using world = await openWorld();
    const common = ["-C", "-c", "3", "-i", "0.2", target];
    const without = await mtr(world, ["-n", ...common]);
    const dead = await mtr(world, common, { nameServer: "dead" });
    assert.deepEqual(summary(readHops("-C", dead.stdout)), perfect(pathOf(family), 3), told(dead));
    assert.equal(dead.code, 0, told(dead));
    // The system's resolver alone would take 10 s.
    const moreMs = dead.durationMs - without.durationMs;
    assert.ok(moreMs < 2_500, `names cost ${moreMs} ms`);
  });

  Deno.test(`a name of the hosts file needs no name server: IPv${family}`, async () => {
    await using world = await openWorld();
    const args = ["-C", "-n", `-${family}`, "-c", "1", "-i", "0.1", HOSTS_FILE.name];
    const result = await mtr(world, args, { nameServer: "dead" });
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect([r1, HOSTS_FILE[family]], 1), told(result));
    assert.equal(readCsv(result.stdout)[0]?.["Host"], HOSTS_FILE.name);
  });
}

Deno.test("a name that does not exist: exit 2, and the message has the name", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const result = await mtr(world, ["-C", "-c", "1", "nowhere.lab.test"], { nameServer: "live" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /nowhere\.lab\.test/);
  for (const { Host, Status, Snt } of readCsv(result.stdout)) {
    assert.deepEqual([Host, Status, Snt], ["nowhere.lab.test", "FAILED", ""]);
  }
});

Deno.test("a name without an address of the family that was asked for: exit 2", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const result = await mtr(world, ["-C", "-6", "-c", "1", "only4.lab.test"], { nameServer: "live" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /only4\.lab\.test/);
});

Deno.test("of several targets, a name that does not exist does not keep the others from being traced", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  const args = ["-C", "-n", "-c", "2", "-i", "0.1", ADDRESSES[4].r1, "nowhere.lab.test", ADDRESSES[6].r1];
  const result = await mtr(world, args, { nameServer: "live" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /nowhere\.lab\.test/);
  const traced = readCsv(result.stdout).filter(({ Status }) => Status === "OK").map(({ Host, Snt }) =>
    `${Host} ${Snt}`
  );
  assert.deepEqual(traced, [`${ADDRESSES[4].r1} 2`, `${ADDRESSES[6].r1} 2`], told(result));
});

Deno.test("a target's name that no server resolves ends the run in bounded time: exit 2", async () => {
  await using world = await openWorld();
  const result = await mtr(world, ["-C", "-n", "-c", "1", "target.lab.test"], { nameServer: "dead" });
  assert.equal(result.code, 2, told(result));
  assert.match(result.stderr, /target\.lab\.test/);
  // The system's resolver itself gives up after 10 s.
  assert.ok(result.durationMs < 15_000, `it took ${result.durationMs} ms`);
});
