/** Verdicts on paths that no kernel router can be told to make, over real sockets: each word, where it holds. */
import assert from "node:assert/strict";
import type { OddHop } from "./odd_router.ts";
import { mtr, openWorld, told } from "./program.ts";
import { ODD_NET } from "./topology.ts";
import type { RunOptions, World } from "./world.ts";

type Family = 4 | 6;
const FAMILIES: readonly Family[] = [4, 6];
const ROUNDS = 10;
/** ECT(0), as it is sent, and CE, as it arrives. */
const ECN = { sent: 2, congested: 3 } as const;

async function verdicts(
  world: World,
  family: Family,
  options: readonly string[],
  run: RunOptions = {},
): Promise<readonly string[]> {
  const args = ["-j", "-n", "-c", `${ROUNDS}`, "-i", "0.1", "-Z", "1", ...options, ODD_NET[family].target];
  const result = await mtr(world, args, run);
  assert.ok(result.code <= 1, told(result));
  const { hubs } = JSON.parse(result.stdout).report;
  return hubs.flatMap(({ count, verdicts }: { count: number; verdicts: { word: string }[] }) =>
    verdicts.map(({ word }) => `${count} ${word}`)
  );
}

/** Both families at once: most of the time is waiting. */
function check(
  name: string,
  path: (hop: (index: number) => string) => readonly OddHop[],
  options: readonly string[],
  expected: readonly string[],
): void {
  Deno.test(name, async () => {
    await using world = await openWorld();
    const of = (family: Family): readonly OddHop[] => path((index) => ODD_NET[family].hop(index));
    await using _path = await world.attachOddPaths({ 4: of(4), 6: of(6) });
    const seen = await Promise.all(FAMILIES.map((family) => verdicts(world, family, options)));
    assert.deepEqual(seen, FAMILIES.map(() => expected));
  });
}

function times<T>(count: number, value: T): readonly T[] {
  return new Array<T>(count).fill(value);
}

const SLOW = { delaysMs: [80] } as const;
/** Four hops more than the probes passed; without it as many as these. */
const longWay = (ttl: number): number => 64 - (ttl - 1) - 4;

check(
  "balancing by packet, a change of the path, TTL 0, latency, congestion, a longer way back, and answers from elsewhere",
  (hop) => [
    { from: [hop(1)] },
    { from: [hop(2), hop(12)], replyTtl: 63 },
    { from: [...times(ROUNDS / 2, hop(3)), ...times(ROUNDS / 2, hop(13))], replyTtl: 62 },
    { from: [hop(4)], replyTtl: 61, quotes: { ttl: 0 } },
    { from: [hop(4)], replyTtl: 60 },
    { from: [hop(6)], replyTtl: 59, ...SLOW },
    { from: [hop(7)], replyTtl: longWay(7), quotes: { trafficClass: ECN.congested }, ...SLOW },
    { from: [hop(8)], replyTtl: longWay(8), answersFrom: hop(9), ...SLOW },
  ],
  ["-Q", `${ECN.sent}`],
  ["2 PER_PACKET", "3 CHANGED", "4 TTL_ZERO", "6 LATENCY", "7 CONGESTED", "7 ASYMMETRIC", "8 ELSEWHERE"],
);

check(
  "routers that send packets round and round",
  (hop) => Array.from({ length: 12 }, (_, index) => ({ from: [hop(index === 0 ? 1 : 2 + index % 2)] })),
  ["-m", "9"],
  ["2 LOOP"],
);

const [arrives, goesRound] = [false, true];
/** Mostly in turn, and so that the first packet arrives, and the last one of each hop. */
const SOME = [arrives, goesRound, arrives, goesRound, goesRound, arrives, goesRound, arrives, goesRound, arrives];

check(
  "routers that send some of the packets round and round",
  (hop) => [{ from: [hop(1)] }, { from: [hop(2)] }, { from: [hop(3)], goesRound: SOME }],
  [],
  ["3 LOOP", "3 LOSS", "3 PER_PACKET"],
);

Deno.test("a link that is too narrow, to whatever hears of it", async () => {
  await using world = await openWorld();
  const path = ({ hop }: typeof ODD_NET[Family]): readonly OddHop[] => [
    { from: [hop(1)] },
    { from: [hop(2)], mtuBytes: 1_400 },
    { from: [hop(3)] },
  ];
  await using _path = await world.attachOddPaths({ 4: path(ODD_NET[4]), 6: path(ODD_NET[6]) });
  for (const protocol of [[], ["-u"]]) {
    for (const asOrdinaryUser of [false, true]) {
      const options = ["-s", "1450", "-c", "3", ...protocol];
      const seen = await Promise.all(FAMILIES.map((family) => verdicts(world, family, options, { asOrdinaryUser })));
      assert.deepEqual(seen, [["2 MTU"], ["2 MTU"]], `${protocol}, ${asOrdinaryUser}`);
    }
  }
});
