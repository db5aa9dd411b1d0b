/** Paths on which something is wrong: the output and the exit status say what. */
import assert from "node:assert/strict";
import { ODD, type Rule } from "./rules.ts";
import { ADDRESSES, pathOf } from "./topology.ts";
import { FORMATS, mtr, openWorld, readCsv, readHops, readJson, summary, told } from "./program.ts";

const FAMILIES = [4, 6] as const;
const UNKNOWN = "???";

interface Expected {
  /** What each hop says: address, or nothing for the path's own, and how many of the probes were lost. */
  readonly hops: (path: readonly string[]) => readonly string[];
  readonly code: number;
}

/** Runs the four formats in both families, as root and as an ordinary user, and compares every hop. */
function check(name: string, rules: readonly Rule[], rounds: number, { hops, code }: Expected): void {
  for (const family of FAMILIES) {
    for (const asOrdinaryUser of [false, true]) {
      Deno.test(`${name}: IPv${family} as ${asOrdinaryUser ? "an ordinary user" : "root"}`, async () => {
        const runs = await Promise.all(FORMATS.map(async (format) => {
          // A world a run, since the rules count.
          await using world = await openWorld({ rules });
          const args = [format, "-n", "-c", String(rounds), "-i", "0.1", "-Z", "1", ADDRESSES[family].target];
          return { format, result: await mtr(world, args, { asOrdinaryUser }) };
        }));
        for (const { format, result } of runs) {
          assert.deepEqual(summary(readHops(format, result.stdout)), hops(pathOf(family)), told(result));
          assert.equal(result.code, code, told(result));
        }
      });
    }
  }
}

check("a silent router is an unknown hop, and the rest is exact", ODD.silent("r2"), 5, {
  hops: ([r1, , r3, target]) => [
    `1 ${r1} sent 5 loss 0`,
    `2 ${UNKNOWN} sent 5 loss 100`,
    `3 ${r3} sent 5 loss 0`,
    `4 ${target} sent 5 loss 0`,
  ],
  code: 0,
});

check("two silent routers in a row", [...ODD.silent("r2"), ...ODD.silent("r3")], 3, {
  hops: ([r1, , , target]) => [
    `1 ${r1} sent 3 loss 0`,
    `2 ${UNKNOWN} sent 3 loss 100`,
    `3 ${UNKNOWN} sent 3 loss 100`,
    `4 ${target} sent 3 loss 0`,
  ],
  code: 0,
});

check("a blackholed target: the path up to it, one unknown hop, exit 1", ODD.blackholed, 3, {
  hops: ([r1, r2, r3]) => [
    `1 ${r1} sent 3 loss 0`,
    `2 ${r2} sent 3 loss 0`,
    `3 ${r3} sent 3 loss 0`,
    `4 ${UNKNOWN} sent 3 loss 100`,
  ],
  code: 1,
});

check("a router that loses every fifth answer", ODD.routerLoses("r2", 5, 4), 10, {
  hops: ([r1, r2, r3, target]) => [
    `1 ${r1} sent 10 loss 0`,
    `2 ${r2} sent 10 loss 20`,
    `3 ${r3} sent 10 loss 0`,
    `4 ${target} sent 10 loss 0`,
  ],
  code: 0,
});

check("a target that loses every fourth probe", ODD.targetLoses(4, 3), 8, {
  hops: ([r1, r2, r3, target]) => [
    `1 ${r1} sent 8 loss 0`,
    `2 ${r2} sent 8 loss 0`,
    `3 ${r3} sent 8 loss 0`,
    `4 ${target} sent 8 loss 25`,
  ],
  code: 0,
});

check("a target that loses the very first probe", ODD.targetLoses(4, 0), 4, {
  hops: ([r1, r2, r3, target]) => [
    `1 ${r1} sent 4 loss 0`,
    `2 ${r2} sent 4 loss 0`,
    `3 ${r3} sent 4 loss 0`,
    `4 ${target} sent 4 loss 25`,
  ],
  code: 0,
});

for (const family of FAMILIES) {
  for (const asOrdinaryUser of [false, true]) {
    const who = asOrdinaryUser ? "an ordinary user" : "root";
    Deno.test(`a router that prohibits: it is the last hop, every output says so, exit 1: IPv${family} as ${who}`, async (t) => {
      await using world = await openWorld({ rules: ODD.prohibited });
      const { r1, r2, r3, target } = ADDRESSES[family];
      for (const format of FORMATS) {
        await t.step(format, async () => {
          const result = await mtr(world, [format, "-n", "-c", "3", "-i", "0.1", "-Z", "1", target], {
            asOrdinaryUser,
          });
          const hops = readHops(format, result.stdout);
          assert.deepEqual(hops.slice(0, 4).map(({ hop, host }) => `${hop} ${host}`), [
            `1 ${r1}`,
            `2 ${r2}`,
            `3 ${r3}`,
            `4 ${r3}`,
          ], told(result));
          assert.equal(hops.length, 4, told(result));
          assert.deepEqual(hops.map(({ sent }) => sent), [3, 3, 3, 3], told(result));
          assert.equal(result.code, 1, told(result));
          assert.match(result.stdout, /prohibited|!X/i, told(result));
        });
      }
    });
  }

  Deno.test(`no route to the target is said, and is no answer: IPv${family}`, async () => {
    await using world = await openWorld();
    for (const asOrdinaryUser of [false, true]) {
      const args = ["-C", "-n", "-c", "2", "-i", "0.1", "-Z", "60", "-G", "60", ADDRESSES[family].unrouted];
      const result = await mtr(world, args, { asOrdinaryUser });
      assert.ok(result.code === 1 || result.code === 2, told(result));
      assert.match(result.stdout + result.stderr, /route|unreachable/i, told(result));
      assert.ok(result.durationMs < 30_000, `it took ${result.durationMs} ms`);
    }
  });
}

Deno.test("where nothing answered there is no time: an empty CSV field, null in JSON", async () => {
  await using world = await openWorld({ rules: ODD.silent("r2") });
  const common = ["-n", "-c", "2", "-i", "0.1", "-Z", "1", ADDRESSES[4].target];
  const csv = readCsv((await mtr(world, ["-C", ...common])).stdout)[1];
  const hub = readJson((await mtr(world, ["-j", ...common])).stdout).report.hubs[1] as unknown as Record<
    string,
    unknown
  >;
  for (const column of ["Last", "Avg", "Best", "Wrst", "StDev"]) {
    assert.equal(csv?.[column], "", `CSV ${column}`);
    assert.equal(hub[column], null, `JSON ${column}`);
  }
});

Deno.test("a run waits for unanswered probes no longer than -Z, and no longer than -G after the last one", async () => {
  await using world = await openWorld({ rules: ODD.blackholed });
  for (const limit of [["-Z", "1", "-G", "60"], ["-G", "1", "-Z", "60"]]) {
    const result = await mtr(world, ["-C", "-n", "-c", "2", "-i", "0.2", ...limit, ADDRESSES[4].target]);
    assert.equal(result.code, 1, told(result));
    // Two intervals, one second, and time to start; the other limit would be a minute.
    assert.ok(result.durationMs < 30_000, `${limit} took ${result.durationMs} ms`);
  }
});

Deno.test("of several targets, one that does not answer makes the exit status 1", async () => {
  await using world = await openWorld({ rules: ODD.blackholed });
  const args = ["-C", "-n", "-c", "2", "-i", "0.1", "-Z", "1", ADDRESSES[4].target, ADDRESSES[4].r2];
  const result = await mtr(world, args);
  assert.equal(result.code, 1, told(result));
  const ofSecond = readCsv(result.stdout).filter(({ Host }) => Host === ADDRESSES[4].r2);
  assert.deepEqual(ofSecond.map(({ Ip }) => Ip), [ADDRESSES[4].r1, ADDRESSES[4].r2], told(result));
});
