/** The main job on a path that answers: every hop in order, exact counts, in every format, family and privilege. */
import assert from "node:assert/strict";
import { ADDRESSES, pathOf } from "./topology.ts";
import { roundTrips } from "./capture.ts";
import { FORMATS, mtr, openWorld, perfect, readCsv, readHops, readJson, summary, told } from "./program.ts";

const FAMILIES = [4, 6] as const;

for (const family of FAMILIES) {
  for (const asOrdinaryUser of [false, true]) {
    Deno.test(`IPv${family} as ${asOrdinaryUser ? "an ordinary user" : "root"}: every hop in order with exact counts`, async (t) => {
      await using world = await openWorld();
      const { target } = ADDRESSES[family];
      for (const format of FORMATS) {
        await t.step(format, async () => {
          const args = [format, "-n", "-c", "5", "-i", "0.2", target];
          const result = await mtr(world, args, { asOrdinaryUser });
          assert.deepEqual(summary(readHops(format, result.stdout)), perfect(pathOf(family), 5), told(result));
          assert.equal(result.code, 0, told(result));
          assert.equal(result.stderr, "");
        });
      }
    });
  }
}

Deno.test("a run of N rounds ends after N intervals and a round trip", async () => {
  await using world = await openWorld();
  const ROUNDS = 5;
  const INTERVAL_MS = 200;
  // A program that waited for what may be waited for would take a minute more, as mtr does.
  const waits = ["-G", "60", "-Z", "60"];
  for (const family of FAMILIES) {
    const args = [
      "-C",
      "-n",
      "-c",
      String(ROUNDS),
      "-i",
      String(INTERVAL_MS / 1e3),
      ...waits,
      ADDRESSES[family].target,
    ];
    const result = await mtr(world, args);
    assert.equal(result.code, 0, told(result));
    assert.ok(result.durationMs < 30_000, `it took ${result.durationMs} ms`);
  }
});

Deno.test("without -4 and -6 an address decides; with them, a name has the address of that family", async () => {
  await using world = await openWorld();
  await using _names = await world.serveNames();
  for (const family of FAMILIES) {
    const args = ["-C", "-n", `-${family}`, "-c", "1", "-i", "0.1", "target.lab.test"];
    const result = await mtr(world, args, { nameServer: "live" });
    assert.deepEqual(summary(readHops("-C", result.stdout)), perfect(pathOf(family), 1), told(result));
    assert.deepEqual([...new Set(readCsv(result.stdout).map(({ Host }) => Host))], ["target.lab.test"]);
  }
});

Deno.test("times are those of the wire, within the bound that is told with them", async () => {
  // Of the times and bounds in the output, which are whole microseconds, and of the capture's stamps.
  const ROUNDING_MS = 0.002;
  await using world = await openWorld();
  for (const family of FAMILIES) {
    for (const asOrdinaryUser of [false, true]) {
      await using capture = await world.capture({ filter: "icmp or icmp6", immediate: false });
      const args = ["-j", "-n", "-c", "1", "-i", "0.2", ADDRESSES[family].target];
      const result = await mtr(world, args, { asOrdinaryUser });
      const seen = new Map(
        roundTrips(await capture.stop())
          .filter(({ request }) => request.to === ADDRESSES[family].target)
          .map(({ request, answer }) => [request.ttl, (answer?.atUs ?? NaN) / 1e3 - request.atUs / 1e3]),
      );
      const { hubs } = readJson(result.stdout).report;
      assert.equal(hubs.length, 4, told(result));
      for (const { count, Last, stamps: [stamp] } of hubs) {
        const offMs = Math.abs((Last ?? NaN) - (seen.get(count) ?? NaN));
        assert.ok(offMs <= stamp!.worstErrorMs + ROUNDING_MS, `hop ${count} is off by ${offMs} ms: ${told(result)}`);
      }
    }
  }
});

Deno.test("JSON says from where to where, and what was asked for", async () => {
  await using world = await openWorld();
  const { target } = ADDRESSES[4];
  const result = await mtr(world, ["-j", "-n", "-c", "2", "-i", "0.1", "-s", "100", "-Q", "16", target]);
  const { mtr: about, hubs } = readJson(result.stdout).report;
  const { src, dst, tos, tests, psize, bitpattern } = about as unknown as Record<string, unknown>;
  assert.equal(typeof src, "string");
  assert.deepEqual({ dst, tos, tests, psize, bitpattern }, {
    dst: target,
    tos: 16,
    tests: 2,
    psize: "100",
    bitpattern: "0x00",
  });
  assert.deepEqual(hubs.map(({ count, host }) => [count, host]), pathOf(4).map((host, index) => [index + 1, host]));
});

Deno.test("CSV has mtr's columns, and its records the time of the start", async () => {
  await using world = await openWorld();
  const beforeS = Math.floor(Date.now() / 1e3);
  const result = await mtr(world, ["-C", "-n", "-c", "2", "-i", "0.1", ADDRESSES[4].target]);
  const records = readCsv(result.stdout);
  assert.equal(
    result.stdout.split(/\r?\n/)[0],
    "Mtr_Version,Start_Time,Status,Host,Hop,Ip,Loss%,Snt,,Last,Avg,Best,Wrst,StDev",
  );
  for (const record of records) {
    assert.match(record["Mtr_Version"] ?? "", /^MTR\./);
    const startS = Number(record["Start_Time"]);
    assert.ok(startS >= beforeS && startS <= Date.now() / 1e3, `Start_Time ${startS}`);
    assert.equal(record["Status"], "OK");
    for (const column of ["Loss%", "Last", "Avg", "Best", "Wrst", "StDev"]) {
      assert.match(record[column] ?? "", /^\d+\.\d\d$/, `${column} of hop ${record["Hop"]}`);
    }
  }
});

Deno.test("several targets of both families in one run: in order, one CSV header, one JSON document", async (t) => {
  await using world = await openWorld();
  const targets = [ADDRESSES[4].target, ADDRESSES[6].target, ADDRESSES[4].r2];
  const paths = [pathOf(4), pathOf(6), pathOf(4).slice(0, 2)];
  const lines = targets.flatMap((target, index) => (paths[index] ?? []).map((address) => `${target} ${address} 3`));
  const common = ["-n", "-c", "3", "-i", "0.1", ...targets];
  await t.step("CSV", async () => {
    const result = await mtr(world, ["-C", ...common]);
    const records = readCsv(result.stdout);
    assert.deepEqual(records.map(({ Host, Ip, Snt }) => `${Host} ${Ip} ${Snt}`), lines, told(result));
    assert.equal(result.code, 0);
  });
  await t.step("JSON", async () => {
    const result = await mtr(world, ["-j", ...common]);
    assert.deepEqual(destinations(JSON.parse(result.stdout)), targets, told(result));
  });
  await t.step("report", async () => {
    const result = await mtr(world, ["-r", ...common]);
    const hops = readHops("-r", result.stdout).map(({ hop, host }) => `${hop} ${host}`);
    assert.deepEqual(hops, paths.flatMap((path) => path.map((host, index) => `${index + 1} ${host}`)), told(result));
    assert.equal(result.stdout.match(/^HOST: /gm)?.length, 3);
  });
});

/** Every `dst` of a document, wherever it stands, in order. */
function destinations(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => key === "dst" ? [inner] : destinations(inner));
}
