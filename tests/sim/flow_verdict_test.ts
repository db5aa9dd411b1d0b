/** What is said of several flows that meet different fates: how many of them, and where theirs begins, not that of others. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { lossReachesTarget, type Verdict, verdictsOf } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { TARGET, TARGET6 } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Fork, Hop, Path, World } from "./world.ts";

type Route = Path<Hop | Fork>;
type Habits = Partial<Hop>;

const PLAN: Partial<TracePlan> = { protocol: "udp", flows: 8, rounds: 10, intervalUs: 100 * MS, timeoutUs: SECOND };
const ADDRESSES = {
  [TARGET]: { first: "10.2.1.2", one: "10.2.11.2", other: "10.2.12.2", third: "10.2.21.2" },
  [TARGET6]: { first: "2001:db8:1::2", one: "2001:db8:11::2", other: "2001:db8:12::2", third: "2001:db8:21::2" },
} as const;
const { first: FIRST, one: ONE, other: OTHER, third: THIRD } = ADDRESSES[TARGET];

function hop(address: string, habits: Habits = {}): Hop {
  return { address, rttUs: 20 * MS, ...habits };
}

/** Behind the first router flows take one of two ways, and meet again at the third one; the target is hop 4. */
function diamond(other: Habits, address: keyof typeof ADDRESSES = TARGET, habits: Habits = {}): Route {
  const at = ADDRESSES[address];
  const ways = [[hop(at.one, habits)], [hop(at.other, other)]];
  return { hops: [hop(at.first), { ways }, hop(at.third)], target: { rttUs: 40 * MS } };
}

function fold(route: Route, plan: Partial<TracePlan> = {}, { address = TARGET, seed = 1 } = {}): Fold {
  const whole = { ...PLAN, ...plan };
  const world: World = { seed, paths: { [address]: route } };
  const folded = new Fold({
    address,
    family: address.includes(":") ? 6 : 4,
    firstTtl: 1,
    maxTtl: 30,
    asksForPort: whole.protocol !== "icmp",
    hasConstantFlows: true,
  });
  run(world, whole).events.forEach((event) => folded.apply(event));
  return folded;
}

/** How many flows this address has answered at hop 2. */
function flowsBy(folded: Fold, address: string): number {
  return folded.hops()[1]!.responders.find((responder) => responder.address === address)?.flows?.length ?? 0;
}

function words(found: readonly Verdict[]): readonly string[] {
  return found.map(({ word, ttl }) => `${word} ${ttl}`);
}

Deno.test("flows of which all is lost are told with their number and who was the last to answer them, and no limit is", () => {
  for (const address of [TARGET, TARGET6] as const) {
    const { other } = ADDRESSES[address];
    for (const protocol of ["udp", "tcp", "icmp"] as const) {
      for (const everyMs of [100, 1_000]) {
        const folded = fold(diamond({ forwardLoss: 1 }, address), { protocol, intervalUs: everyMs * MS }, { address });
        const found = verdictsOf(folded);
        const dead = flowsBy(folded, other);
        const name = `${address}, ${protocol}, ${everyMs} ms`;
        assert.deepEqual(words(found), ["LOSS 3", "PER_FLOW 2"], name);
        const { address: lostAt, lastAddress, numbers: { lossPercent, lowPercent, highPercent, ...counts } } =
          found[0]!;
        assert.deepEqual([lostAt, lastAddress, lossPercent], [undefined, other, 12.5 * dead], name);
        assert.ok(lowPercent! < highPercent!);
        assert.deepEqual(counts, {
          lost: 10 * dead,
          decided: 80,
          lastAnswerHop: 2,
          lastAnswerRounds: 10 * dead,
          earliestHop: 3,
          latestHop: 4,
          flowsLosing: dead,
          flows: 8,
          losingPercent: 100,
          othersPercent: 0,
        }, name);
      }
    }
  }
});

Deno.test("where rounds do not go as far as the target any more, dead flows are none less, and nobody before it limits answers", () => {
  const far = Array.from({ length: 9 }, (_, index) => hop(`10.3.${index}.1`));
  const { hops, target } = diamond({ forwardLoss: 1 });
  const folded = fold({ hops: [...hops, ...far], target }, { maxUnknown: 2 });
  const [loss, ...others] = verdictsOf(folded);
  assert.deepEqual(words(others), ["PER_FLOW 2"]);
  assert.deepEqual([loss?.word, loss?.ttl, loss?.address, loss?.lastAddress], ["LOSS", 3, undefined, OTHER]);
  assert.deepEqual([loss?.numbers["flowsLosing"], loss?.numbers["flows"]], [flowsBy(folded, OTHER), 8]);
});

Deno.test("flows that lose a part are placed by what they lose, and who answers them is named", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const folded = fold(diamond({ forwardLoss: 0.3 }), { rounds: 30 }, { seed });
    const found = verdictsOf(folded);
    assert.deepEqual(words(found), ["LOSS 3", "PER_FLOW 2"]);
    const { address, numbers: { earliestHop, latestHop, flowsLosing, lastAnswerHop } } = found[0]!;
    assert.deepEqual([address, flowsLosing, lastAnswerHop], [THIRD, flowsBy(folded, OTHER), undefined], `${seed}`);
    assert.ok(earliestHop === 3 && latestHop! <= 4);
  }
});

Deno.test("where some flows are dead, and the others lose a part, it is told what either lose", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const folded = fold(diamond({ forwardLoss: 1 }, TARGET, { forwardLoss: 0.15 }), { rounds: 60, flows: 16 }, {
      seed,
    });
    const { losingPercent, othersPercent, flowsLosing = 0, flows, lost = 0, lossPercent = 0 } = verdictsOf(folded)
      .find(({ word }) => word === "LOSS")!.numbers;
    const dead = flowsBy(folded, OTHER);
    assert.deepEqual([losingPercent, flowsLosing, flows], [100, dead, 16], `${seed}`);
    const others = lost - 60 * dead;
    assert.ok(others > 0);
    assert.equal(othersPercent, 100 * (others / (60 * (16 - dead))), `${seed}`);
    assert.equal(lossPercent, 100 * (lost / 960), `${seed}`);
  }
});

Deno.test("a target that takes some flows only loses what the others bring, by no limit", () => {
  const last = { ways: [[hop(THIRD)], [hop(THIRD, { forwardLoss: 1 })]] };
  const folded = fold({ hops: [hop(FIRST), hop(ONE), last], target: { rttUs: 40 * MS } });
  const found = verdictsOf(folded);
  const dead = folded.flows.filter(({ reached }) => !reached).length;
  assert.deepEqual(words(found), ["LOSS 4"]);
  const { address, lastAddress, numbers: { lost, earliestHop, latestHop, flowsLosing } } = found[0]!;
  // Who is before the target is the last to answer whatever becomes of a probe.
  assert.deepEqual([address, lastAddress, lost], [TARGET, undefined, 10 * dead]);
  assert.deepEqual([earliestHop, latestHop, flowsLosing], [4, 4, dead]);
});

Deno.test("flows that go round are told with their number, and neither as balanced again nor as answered by another way", () => {
  const round = Array.from({ length: 255 }, (_, index) => hop(index % 2 === 0 ? OTHER : FIRST));
  const folded = fold({
    hops: [hop(FIRST), { ways: [[hop(ONE), hop(THIRD)], round] }],
    target: { rttUs: 40 * MS },
  });
  const looping = flowsBy(folded, OTHER);
  const found = verdictsOf(folded);
  assert.deepEqual(words(found), ["LOOP 1", "LOSS 4", "PER_FLOW 2"]);
  assert.deepEqual(found[0]?.numbers, { routers: 2, times: 15, flowsLosing: looping, flows: 8 });
  assert.deepEqual([found[1]?.numbers["lost"], found[1]?.numbers["flowsLosing"]], [10 * looping, looping]);
});

Deno.test("a router that never answers those flows that meet it is silent for them, and no other limits its answers", () => {
  for (const [protocol, rounds] of [["udp", 10], ["tcp", 10], ["icmp", 5]] as const) {
    const folded = fold(diamond({ silent: true }), { protocol, rounds });
    const found = verdictsOf(folded);
    const silent = 8 - flowsBy(folded, ONE);
    assert.deepEqual(words(found), ["SILENT 2"], protocol);
    assert.deepEqual([found[0]?.address, found[0]?.numbers], [undefined, {
      decided: rounds * silent,
      decidedBehind: 2 * rounds * silent,
      unansweredBehind: 0,
      flowsLosing: silent,
      flows: 8,
    }]);
    assert.equal(lossReachesTarget({ ttl: 2, lost: 1 }, found), false);
  }
});

Deno.test("so it is where a search for all paths has led flows to it", () => {
  const [found, ...others] = verdictsOf(fold(diamond({ silent: true }), { multipath: true, flows: 1 }));
  assert.deepEqual([found?.word, found?.ttl, found?.address, others], ["SILENT", 2, undefined, []]);
  assert.equal(found?.numbers["flowsLosing"], 1);
});

Deno.test("a router that gives some flows none of its answers, and others few, limits them", () => {
  for (const limit of [{ perSecond: 5, burst: 5 }, { perSecond: 1, burst: 1 }]) {
    const hops = [hop(FIRST), hop(ONE, { limit }), hop(THIRD)];
    const found = verdictsOf(fold({ hops, target: { rttUs: 40 * MS } }, { rounds: 40 }));
    assert.deepEqual(words(found), ["RATE_LIMIT 2"], `${limit.perSecond} a second`);
    assert.deepEqual([found[0]?.address, found[0]?.numbers["flows"]], [ONE, 8]);
  }
});

Deno.test("a limit is told with its rate where the flow that gets its answers shows it", () => {
  const limit = { perSecond: 0.5, burst: 1 };
  const hops = [hop(FIRST), hop(ONE, { limit }), hop(THIRD)];
  const [found, ...others] = verdictsOf(fold({ hops, target: { rttUs: 40 * MS } }, { rounds: 60, intervalUs: SECOND }));
  assert.deepEqual([found?.word, found?.ttl, others], ["RATE_LIMIT", 2, []]);
  assert.equal(found?.numbers["answersPerSecond"]?.toFixed(2), "0.50");
});

Deno.test("of 100 paths that lose a fifth of all flows alike 95 are told so among the hops where it may begin, and no limit", () => {
  let told = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const hops = [hop(FIRST), hop(ONE, { forwardLoss: 0.2 }), hop(THIRD)];
    const found = verdictsOf(fold({ hops, target: { rttUs: 40 * MS } }, { flows: 4 }, { seed }));
    const loss = found.find(({ word }) => word === "LOSS");
    if (loss !== undefined && loss.numbers["earliestHop"]! <= 3 && loss.numbers["latestHop"]! >= 3) told += 1;
    assert.ok(found.every(({ word, ttl }) => word === "LOSS" || (word === "RATE_LIMIT" && ttl === 3)), `${seed}`);
  }
  assert.ok(told >= 95, `${told}`);
});

Deno.test("hops that are silent on the longer way of some flows are told with their number, though others have the target there", () => {
  for (const [forwardLoss, seed] of [[0, 1], [0.1, 2]] as const) {
    const silent = { silent: true } as const;
    const ways = [[hop(THIRD)], [hop(THIRD), hop("10.2.22.2", silent), hop("10.2.23.2", silent)]];
    const folded = fold(
      { hops: [hop(FIRST, { forwardLoss }), hop(ONE), { ways }], target: { rttUs: 40 * MS } },
      { rounds: 50 },
      { seed },
    );
    const longer = folded.flows.filter(({ reachedTtl }) => reachedTtl === 6).length;
    assert.ok(longer > 0 && longer < 8, `${longer}`);
    const found = verdictsOf(folded).filter(({ word }) => word === "SILENT");
    assert.deepEqual(words(found), ["SILENT 4", "SILENT 5"]);
    for (const { numbers: { decided, decidedBehind, flowsLosing, flows } } of found) {
      assert.deepEqual([decided, decidedBehind, flowsLosing, flows], [50 * longer, 50 * longer, longer, 8]);
    }
  }
});

Deno.test("of twenty paths that lose a part of eight flows alike none has a hop that is silent", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const hops = [hop(FIRST), hop(ONE, { forwardLoss: seed % 2 === 0 ? 0.15 : 0.05 }), hop(THIRD)];
    const found = verdictsOf(fold({ hops, target: { rttUs: 40 * MS } }, { rounds: 50 }, { seed }));
    assert.deepEqual(words(found).filter((word) => word.startsWith("SILENT")), [], `${seed}`);
  }
});

Deno.test("a target that gives its one answer a second to the flows of the shorter way is said to limit its answers", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const ways = [[hop(ONE)], [hop(OTHER), hop("10.2.13.2")]];
    const target = { rttUs: 40 * MS, limit: { perSecond: 1, burst: 6 } };
    const folded = fold({ hops: [hop(FIRST), { ways }, hop(THIRD)], target }, {
      flows: 4,
      rounds: 50,
      intervalUs: SECOND,
    }, { seed });
    assert.ok(new Set(folded.flows.map(({ reachedTtl }) => reachedTtl)).size > 1, `${seed}`);
    const [loss, limit] = ["LOSS", "RATE_LIMIT"].map((word) => verdictsOf(folded).find((one) => one.word === word));
    assert.deepEqual([loss, limit].map((one) => one?.numbers["answersPerSecond"]), [1, 1], `${seed}`);
  }
});

Deno.test("where most of many flows are dead, the others come at no rate", () => {
  for (const protocol of ["udp", "icmp"] as const) {
    for (const flows of [8, 16]) {
      const plan = { protocol, flows, rounds: 20, intervalUs: SECOND };
      assert.deepEqual(words(verdictsOf(fold(diamond({ forwardLoss: 1 }), plan))), ["LOSS 3", "PER_FLOW 2"]);
    }
  }
});
