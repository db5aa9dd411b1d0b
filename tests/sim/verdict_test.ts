/** What the program says of simulated paths: the exact word and numbers, and nothing where there is nothing to say. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { lossReachesTarget, type Verdict, VERDICTS, verdictsOf, type VerdictWord } from "../../core/path/verdict.ts";
import { PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { schemaText } from "../../core/schema/mod.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Hop, Path, RouteSince, World } from "./world.ts";

type Route = Path | readonly RouteSince[];

function verdicts(route: Route, plan: Partial<TracePlan> = {}, seed = 1): readonly Verdict[] {
  return verdictsIn({ seed, paths: { [TARGET]: route } }, plan, TARGET);
}

function verdictsIn(world: World, plan: Partial<TracePlan>, address: string): readonly Verdict[] {
  const fold = new Fold({
    address,
    family: address.includes(":") ? 6 : 4,
    firstTtl: 1,
    maxTtl: plan.maxTtl ?? 30,
    asksForPort: (plan.protocol ?? "icmp") !== "icmp",
    hasConstantFlows: plan.flow !== "varying",
  });
  for (const event of run(world, { rounds: 10, timeoutUs: 2 * SECOND, ...plan }).events) fold.apply(event);
  return verdictsOf(fold);
}

/** Word and place of each. */
function words(found: readonly Verdict[]): readonly string[] {
  return found.map(({ word, ttl }) => `${word} ${ttl}`);
}

/** The only one, which has to be of this word. */
function only(found: readonly Verdict[], word: VerdictWord): Verdict {
  assert.deepEqual(found.map((verdict) => verdict.word), [word]);
  return found[0]!;
}

const ODD = [1, 3, 5, 7, 9];

Deno.test("of a good path there is nothing to say, over either family and any number of rounds", () => {
  for (const rounds of [1, 2, 10, 50]) {
    assert.deepEqual(verdicts(path(6), { rounds }), []);
    assert.deepEqual(verdictsIn({ paths: { [TARGET6]: path6(6) } }, { rounds }, TARGET6), []);
  }
});

Deno.test("single lost probes are no verdict, wherever they are lost", () => {
  for (const ttl of [1, 2, 3, 4, 5, 6]) assert.deepEqual(verdicts(path(6, { [ttl]: { dropped: [4] } })), []);
  assert.deepEqual(verdicts(path(6, { 2: { forwardDropped: [4] } })), []);
});

Deno.test("loss begins where all that is behind has it, and its numbers are the target's", () => {
  const found = only(verdicts(path(8, { 3: { forwardLoss: 0.4 } }), { rounds: 40 }, 3), "LOSS");
  assert.equal(found.ttl, 4);
  assert.equal(found.address, router(4));
  const { lost, decided, lossPercent, lowPercent, highPercent, earliestHop, latestHop } = found.numbers;
  assert.equal(decided, 40);
  assert.equal(lossPercent, 100 * lost! / 40);
  assert.ok(lowPercent! < 40 && highPercent! > 40);
  assert.ok(earliestHop! <= 4 && latestHop! >= 4 && latestHop! - earliestHop! <= 1);
});

Deno.test("a router that answers half of its probes is no loss, and neither is a chain of them", () => {
  const found = only(verdicts(path(6, { 2: { dropped: ODD } })), "RATE_LIMIT");
  assert.equal(found.ttl, 2);
  assert.equal(found.address, router(2));
  assert.deepEqual(found.numbers, { unanswered: 5, decided: 10, unansweredBehind: 0, decidedBehind: 40 });
  const chain = { 2: { dropped: ODD }, 3: { dropped: ODD }, 4: { dropped: ODD } };
  assert.deepEqual(words(verdicts(path(8, chain))), ["RATE_LIMIT 2", "RATE_LIMIT 3", "RATE_LIMIT 4"]);
});

Deno.test("a router that counts its answers out is told with its rate", () => {
  const found = only(verdicts(path(4, { 2: { limit: { perSecond: 0.5, burst: 1 } } }), { rounds: 40 }), "RATE_LIMIT");
  assert.ok(Math.abs(found.numbers["answersPerSecond"]! - 0.5) < 0.01);
});

Deno.test("of a target that counts its answers out this is said beside the loss, whatever its rate and what it has saved", () => {
  const limits = [
    { perSecond: 0.5, burst: 1, everyMs: 1_000, told: "0.5" },
    // Whether packets with more TTL arrive is asked, too, and from behind the target's place: that takes some answers.
    { perSecond: 2, burst: 1, everyMs: 100, told: "1.6" },
    { perSecond: 2, burst: 5, everyMs: 100, told: "2.0" },
    { perSecond: 3, burst: 5, everyMs: 100, told: "2.1" },
    { perSecond: 5, burst: 20, everyMs: 100, told: "5.0" },
    { perSecond: 1, burst: 6, everyMs: 200, told: "1.0" },
    { perSecond: 1, burst: 6, everyMs: 700, told: "1.0" },
  ];
  for (const { perSecond, burst, everyMs, told } of limits) {
    const target = { limit: { perSecond, burst } };
    const found = verdicts(path(4, { 4: target }), { rounds: 100, intervalUs: everyMs * MS });
    const name = `${perSecond} a second, ${burst} at once`;
    assert.deepEqual(words(found), ["LOSS 4", "RATE_LIMIT 4"], name);
    for (const { numbers } of found) assert.equal(numbers["answersPerSecond"]?.toFixed(1), told, name);
    assert.equal(found[1]!.numbers["decidedBehind"], undefined);
  }
});

Deno.test("hops that all leave out errors as Linux does are said to, however short the run", () => {
  const limit = { perSecond: 1, burst: 6 };
  const all = path(4, { 1: { limit }, 2: { limit }, 3: { limit }, 4: { limit } });
  for (const [rounds, everyMs] of [[15, 300], [20, 500], [30, 200], [40, 100]] as const) {
    const found = verdicts(all, { protocol: "udp", rounds, intervalUs: everyMs * MS });
    assert.deepEqual(words(found), ["LOSS 1", "RATE_LIMIT 4"], `${rounds} rounds, ${everyMs} ms`);
    for (const { numbers: { answersPerSecond, steadyFromHop } } of found) {
      assert.deepEqual([Math.round(answersPerSecond!), steadyFromHop], [1, 1]);
    }
  }
});

Deno.test("a router that leaves out errors before a target that does not is no limit of the target's", () => {
  const route = path(4, { 3: { limit: { perSecond: 2, burst: 5 } }, 4: { loss: 0.1 } });
  for (let seed = 1; seed <= 20; seed++) {
    const found = verdicts(route, { protocol: "udp", rounds: 100, intervalUs: 100 * MS }, seed);
    assert.ok(found.every(({ numbers }) => numbers["steadyFromHop"] === undefined), `seed ${seed}`);
  }
});

Deno.test("neither loss by chance nor an outage in a short run is such a limit", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const lossy = path(4, { 2: { forwardLoss: 0.3 } });
    const dead = path(4, { 1: { forwardLoss: 1 } });
    const outage = [{ sinceUs: 0, path: path(4) }, { sinceUs: (1 + seed % 20 / 10) * SECOND, path: dead }];
    for (const [route, rounds, everyMs] of [[lossy, 20, 300], [outage, 10, 200], [outage, 30, 100]] as const) {
      const found = verdicts(route, { protocol: "udp", rounds, intervalUs: everyMs * MS }, seed);
      assert.ok(found.every(({ numbers }) => numbers["answersPerSecond"] === undefined), `seed ${seed}, ${everyMs} ms`);
    }
  }
});

/** What is said of who answers so many in each second of its own clock, and then none until the next. */
function inSeconds(ttl: number, perSecond: number, everyMs: number, rounds = 100): readonly Verdict[] {
  const limit = { perSecond, burst: 0, inSeconds: true } as const;
  return verdicts(path(5, { [ttl]: { limit } }), { rounds, intervalUs: everyMs * MS });
}

Deno.test("a router that answers so many in each second, and then none, is told with the rate", () => {
  for (const [perSecond, everyMs] of [[1, 100], [3, 100], [5, 100], [7, 100], [6, 50], [2, 250], [2, 300]] as const) {
    const found = only(inSeconds(2, perSecond, everyMs), "RATE_LIMIT");
    assert.equal(found.ttl, 2);
    assert.ok(Math.abs(found.numbers["answersPerSecond"]! / perSecond - 1) < 0.05, `${perSecond}, ${everyMs} ms`);
  }
});

Deno.test("of a target that does so this is said beside the loss", () => {
  // It is asked otherwise, too, and that takes an answer of some seconds.
  const rates = [[1, 100, "1.0"], [3, 100, "2.9"], [5, 100, "4.6"], [2, 250, "2.0"], [2, 300, "2.0"]] as const;
  for (const [perSecond, everyMs, told] of rates) {
    const found = inSeconds(5, perSecond, everyMs, 300);
    assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 5"], `${perSecond}, ${everyMs} ms`);
    for (const { numbers } of found) assert.equal(numbers["answersPerSecond"]?.toFixed(1), told);
  }
});

Deno.test("a router that counts its answers out before a target that loses more hides where the loss begins, and says so", () => {
  const limit = { perSecond: 1, burst: 1 };
  const found = verdicts(path(5, { 4: { limit }, 5: { loss: 0.95 } }), { rounds: 100, intervalUs: 100 * MS }, 4);
  assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 4"]);
  assert.deepEqual([found[0]!.numbers["earliestHop"], found[0]!.numbers["latestHop"]], [4, 5]);
  assert.equal(lossReachesTarget({ ttl: 4, lost: 1 }, found), undefined);
});

Deno.test("where the hops before the target count their answers out alike, this is said wherever the loss begins", () => {
  const limit = { perSecond: 1, burst: 6 };
  for (const from of [1, 2, 3]) {
    const limited = Object.fromEntries([1, 2, 3, 4].filter((ttl) => ttl >= from).map((ttl) => [ttl, { limit }]));
    const found = verdicts(path(4, limited), { rounds: 40, intervalUs: 500 * MS });
    assert.deepEqual(words(found), [`LOSS ${from}`, "RATE_LIMIT 4"]);
    for (const { numbers } of found) {
      assert.equal(numbers["answersPerSecond"]?.toFixed(1), "1.0");
      assert.equal(numbers["steadyFromHop"], from);
    }
    assert.deepEqual([from, 4].map((ttl) => lossReachesTarget({ ttl, lost: 1 }, found)), [undefined, undefined]);
  }
});

const ANY_LENGTH = { rounds: 100, intervalUs: 50 * MS, packetBytes: 1_500, randomPacketBytes: true } as const;

Deno.test("a link that swallows long packets is told with the length from which on it does", () => {
  for (const [address, route] of [[TARGET, path], [TARGET6, path6]] as const) {
    const world = { paths: { [address]: route(5, { 2: { swallowsAboveBytes: 1_200 } }) } };
    const found = only(verdictsIn(world, ANY_LENGTH, address), "LOSS");
    const { lost, decided, aboveBytes, lostAbove, decidedAbove, lostUpTo, decidedUpTo } = found.numbers;
    assert.ok(aboveBytes! <= 1_200 && aboveBytes! > 1_100, `${aboveBytes}`);
    assert.deepEqual([lostAbove, decidedAbove, lostUpTo, decidedUpTo], [lost, lost, 0, decided! - lost!]);
  }
});

Deno.test("of a damaged link, which loses the more the longer packets are, this is said, and not of other loss", () => {
  const isTold = (change: Partial<Hop>, plan: Partial<TracePlan>): number => {
    let told = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const found = verdicts(path(5, { 2: change }), { ...ANY_LENGTH, ...plan }, seed);
      if (found.some(({ word, numbers }) => word === "LOSS" && "aboveBytes" in numbers)) told += 1;
    }
    return told;
  };
  assert.ok(isTold({ forwardLossPerByte: 0.4 / 1_500 }, { rounds: 200 }) > 17);
  assert.ok(isTold({ forwardLoss: 0.2 }, {}) <= 1);
  assert.equal(isTold({ forwardLossPerByte: 0.4 / 1_500 }, { randomPacketBytes: false }), 0);
});

Deno.test("a limit is seen through loss beside it", () => {
  const found = verdicts(path(4, { 4: { limit: { perSecond: 2, burst: 5 }, loss: 0.1 } }), {
    rounds: 100,
    intervalUs: 100 * MS,
  });
  assert.deepEqual(words(found), ["LOSS 4", "RATE_LIMIT 4"]);
});

Deno.test("a router's own limit before a real loss is told apart from it", () => {
  const found = verdicts(path(8, { 2: { loss: 0.8 }, 4: { forwardLoss: 0.3 } }), { rounds: 50 });
  assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 2"]);
});

Deno.test("a silent router is told beside those behind it that answer", () => {
  const found = verdicts(path(6, { 2: { silent: true }, 4: { silent: true } }));
  assert.deepEqual(words(found), ["SILENT 2", "SILENT 4"]);
  assert.deepEqual(found[0]!.numbers, { decided: 10, decidedBehind: 30, unansweredBehind: 0 });
  assert.equal(found[0]!.address, undefined);
});

Deno.test("behind the last hop that answers there is nobody", () => {
  const found = only(verdicts(path(4, { 3: { silent: true }, 4: { silent: true } }), { maxUnknown: 3 }), "UNANSWERED");
  assert.deepEqual([found.ttl, found.address, found.numbers], [2, router(2), { lost: 10, decided: 10 }]);
});

Deno.test("a refusal is told with its code, at the hop that refuses", () => {
  const found = only(verdicts(path(6, { 2: { refuses: { code: 13 } } })), "REFUSED");
  assert.deepEqual([found.ttl, found.address, found.numbers], [2, router(2), { icmpType: 3, icmpCode: 13 }]);
});

Deno.test("who begins to refuse during the run is told with the time, and who has stopped is not", () => {
  const [open, closed] = [path(4), path(4, { 2: { refuses: { code: 13 } } })];
  const begins = [{ sinceUs: 0, path: open }, { sinceUs: 4 * SECOND, path: closed }];
  for (
    const [route, isForGood] of [[begins, true], [[...begins, { sinceUs: 8 * SECOND, path: open }], false]] as const
  ) {
    const found = verdicts(route, { rounds: 12 }).find(({ word }) => word === "REFUSED")!;
    const { refusedSinceUs, fromHop, toHop } = found.numbers;
    assert.deepEqual([found.ttl, fromHop, toHop, refusedSinceUs !== undefined], [2, 3, 4, isForGood]);
    if (isForGood) assert.ok(Math.abs(refusedSinceUs! - 4.5 * SECOND) < SECOND, `${refusedSinceUs}`);
  }
});

Deno.test("a parameter problem is a refusal, whatever the problem, in both families", () => {
  for (const code of [0, 1, 2]) {
    for (const [address, route, type] of [[TARGET, path, 12], [TARGET6, path6, 4]] as const) {
      const world = { paths: { [address]: route(4, { 2: { refuses: { type, code } } }) } };
      const found = only(verdictsIn(world, {}, address), "REFUSED");
      assert.deepEqual([found.ttl, found.numbers], [2, { icmpType: type, icmpCode: code }]);
      assert.equal(found.refusal?.marker, "!P");
    }
  }
});

Deno.test("a link that is too narrow is told with its MTU", () => {
  const refuses = { code: 4, mtu: 1_400, aboveBytes: 1_400 };
  const found = only(verdicts(path(4, { 2: { refuses } }), { packetBytes: 1_500 }), "MTU");
  assert.deepEqual([found.ttl, found.numbers], [2, { icmpType: 3, icmpCode: 4, mtuBytes: 1_400 }]);
  const found6 = verdictsIn({ paths: { [TARGET6]: path6(4, { 2: { refuses } }) } }, { packetBytes: 1_500 }, TARGET6);
  assert.equal(only(found6, "MTU").numbers["mtuBytes"], 1_400);
});

Deno.test("routers that send packets round and round are a loop", () => {
  const turns = Object.fromEntries(
    Array.from({ length: 28 }, (_, index) => [index + 3, { address: router(3 + index % 2), rttUs: 10 * MS }]),
  );
  const found = only(verdicts(path(40, turns), { maxTtl: 20 }), "LOOP");
  assert.deepEqual([found.ttl, found.address, found.numbers], [3, router(3), { routers: 2, times: 9 }]);
});

Deno.test("an address that answers at several hops before the target is no loop", () => {
  const same = { address: router(2) };
  assert.deepEqual(verdicts(path(6, { 3: same, 4: same })), []);
});

Deno.test("packets that take turns are balanced", () => {
  // Each round sends three packets there, so every answer is from the other one.
  const balanced = { address: ["10.0.2.1", "10.0.2.2"], balance: "packet" as const };
  const found = only(verdicts(path(4, { 2: balanced }), { rounds: 11 }).slice(0, 1), "PER_PACKET");
  assert.deepEqual([found.ttl, found.numbers], [2, { addresses: 2, flows: 1, changes: 9, answers: 11 }]);
});

Deno.test("flows that are balanced show where every probe is a flow of its own", () => {
  const balanced = { address: ["10.0.2.1", "10.0.2.2"], balance: "flow" as const };
  const found = verdicts(path(4, { 2: balanced }), { protocol: "udp", rounds: 20, flow: "varying" });
  assert.deepEqual(words(found), ["BALANCED 2"]);
});

Deno.test("flows that are balanced are told of several flows, and not of one", () => {
  const balanced = { address: ["10.0.2.1", "10.0.2.2"], balance: "flow" as const };
  for (const protocol of PROTOCOL_NAMES) {
    assert.deepEqual(verdicts(path(4, { 2: balanced }), { protocol }), []);
    const found = only(verdicts(path(4, { 2: balanced }), { protocol, flows: 16 }), "PER_FLOW");
    assert.deepEqual([found.ttl, found.numbers], [2, { addresses: 2, flows: 16, changes: 0, answers: 160 }]);
  }
});

Deno.test("a translator is told at the first hop that quotes what was changed", () => {
  const found = only(verdicts(path(4, { 2: { translates: { address: "203.0.113.7" } } })), "TRANSLATED");
  assert.equal(found.ttl, 3);
});

Deno.test("a route that changes is told once, with its time and the number of hops", () => {
  const other = path(6, { 2: { address: "10.9.2.1" }, 3: { address: "10.9.3.1" } });
  for (const sinceUs of [2.5 * SECOND, 4.5 * SECOND, 8.5 * SECOND]) {
    const found = only(verdicts([{ sinceUs: 0, path: path(6) }, { sinceUs, path: other }]), "CHANGED");
    assert.deepEqual([found.ttl, found.address, found.numbers["hops"]], [2, "10.9.2.1", 2]);
    assert.ok(Math.abs(found.numbers["afterUs"]! - sinceUs) <= 1.1 * SECOND, `${found.numbers["afterUs"]}`);
  }
});

Deno.test("an outage before a path that grows is a loss where it was, and no limit of the routers before it", () => {
  const outage = path(5, { 1: { forwardLoss: 1 } });
  const routes = [{ sinceUs: 0, path: path(5) }, { sinceUs: 20 * SECOND, path: outage }, {
    sinceUs: 30 * SECOND,
    path: path(10),
  }];
  const found = verdicts(routes, { rounds: 60 });
  assert.deepEqual(found.filter(({ word }) => word !== "CHANGED").map(({ word, ttl }) => `${word} ${ttl}`), ["LOSS 2"]);
});

Deno.test("a route that flaps is no balance", () => {
  const other = path(4, { 2: { address: "10.9.2.1" } });
  const flaps = [0, 10, 20, 30].map((since, index) => ({
    sinceUs: since * SECOND,
    path: index % 2 === 0 ? path(4) : other,
  }));
  const found = only(verdicts(flaps, { rounds: 40 }), "CHANGED");
  assert.equal(found.numbers["changes"], 3);
});

Deno.test("a route that flaps with an outage each time is no balance, however short", () => {
  const [one, other] = [path(4), path(4, { 2: { address: "10.9.2.1" } })];
  const outage = path(4, { 1: { forwardLoss: 1 } });
  for (const outageS of [1.9, 2.5]) {
    const flaps = [0, 5, 10, 15].flatMap((since, index) => [
      { sinceUs: since * SECOND, path: index === 0 ? one : outage },
      { sinceUs: (since + outageS) * SECOND, path: index % 2 === 0 ? one : other },
    ]);
    const found = verdicts(flaps, { rounds: 20 });
    assert.deepEqual(words(found).filter((word) => !word.startsWith("LOSS")), ["CHANGED 2"], `${outageS} s`);
    assert.equal(found.find(({ word }) => word === "CHANGED")!.numbers["changes"], 3);
  }
});

Deno.test("routers that take turns are balanced, whatever is lost at them", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const turning = path(4, { 2: { address: ["10.0.2.1", "10.0.2.2"], balance: "chance", loss: 0.4 } });
    assert.ok(!words(verdicts(turning, { rounds: 40 }, seed)).includes("CHANGED 2"), `${seed}`);
  }
});

Deno.test("one answer from elsewhere is neither", () => {
  const other = path(4, { 2: { address: "10.9.2.1" } });
  const found = verdicts([{ sinceUs: 0, path: path(4) }, { sinceUs: 4.5 * SECOND, path: other }, {
    sinceUs: 5.5 * SECOND,
    path: path(4),
  }]);
  assert.deepEqual(words(found), ["VARYING 2"]);
});

Deno.test("latency steps up where all that is behind is slower, and not at a router that is slow to answer", () => {
  const rtts = { 4: { rttUs: 140 * MS }, 5: { rttUs: 145 * MS }, 6: { rttUs: 150 * MS } };
  const found = only(verdicts(path(6, rtts)), "LATENCY");
  assert.deepEqual([found.ttl, Math.round(found.numbers["stepUs"]! / MS)], [4, 110]);
  assert.deepEqual(verdicts(path(6, { 3: { rttUs: 300 * MS, jitterUs: 50 * MS } })), []);
});

Deno.test("answers of the target from elsewhere are told with both counts", () => {
  const found = only(verdicts(path(4, { 4: { answersFrom: "203.0.113.77" } })), "ELSEWHERE");
  assert.deepEqual([found.ttl, found.address, found.numbers], [4, "203.0.113.77", { fromOthers: 10, fromTarget: 0 }]);
});

Deno.test("who does not know the protocol is the target, whatever address he says so from", () => {
  const plan = { protocol: "sctp", remotePort: 80 } as const;
  for (const [address, route] of [[TARGET, path], [TARGET6, path6]] as const) {
    const own = verdictsIn({ paths: { [address]: route(4, { 4: { lacksProtocol: true } }) } }, plan, address);
    assert.deepEqual([words(own), own[0]!.address], [["REFUSED 4"], address]);
    const answersFrom = address === TARGET ? "203.0.113.77" : "2001:db8:9::77";
    const changes = { 4: { lacksProtocol: true, answersFrom } };
    const found = verdictsIn({ paths: { [address]: route(4, changes) } }, plan, address);
    assert.deepEqual([words(found), found[0]!.address], [["REFUSED 4", "ELSEWHERE 4"], answersFrom]);
    assert.deepEqual(found[1]!.numbers, { fromOthers: 10, fromTarget: 0 });
    // A firewall that has answered as a router says it for the target.
    const firewall = { 4: { lacksProtocol: true, answersFrom: address === TARGET ? router(3) : router6(3) } };
    assert.deepEqual(words(verdictsIn({ paths: { [address]: route(4, firewall) } }, plan, address)), ["REFUSED 3"]);
  }
});

Deno.test("answers that come back by a longer way are told from where on, up to the target", () => {
  const longer = { hopsMoreBack: 4 };
  const found = only(verdicts(path(6, { 4: longer, 5: longer, 6: longer })), "ASYMMETRIC");
  assert.deepEqual([found.ttl, found.address, found.numbers], [4, router(4), { hopsThere: 6, hopsBack: 10 }]);
  assert.deepEqual(verdicts(path(6, { 4: longer })), []);
});

Deno.test("probes that did not leave this host are told, and are no loss", () => {
  const found = verdictsIn({ paths: { [TARGET]: path(2) }, droppedHere: [4, 5, 9] }, { maxTtl: 2 }, TARGET);
  assert.deepEqual(only(found, "UNSENT").numbers, { unsent: 3, probes: 20 });
});

/** How many of so many worlds, one a seed, have a verdict of this kind. */
function share(
  worlds: number,
  route: (random: Random) => Path,
  isSuch: (found: readonly Verdict[]) => boolean,
): number {
  let count = 0;
  for (let seed = 1; seed <= worlds; seed++) {
    const random = new Random(seed);
    if (isSuch(verdicts(route(random), { timeoutUs: SECOND }, seed))) count += 1;
  }
  return count / worlds;
}

function has(word: VerdictWord): (found: readonly Verdict[]) => boolean {
  return (found) => found.some((verdict) => verdict.word === word);
}

const WORLDS = 2_000;

Deno.test("of 2,000 paths that lose nothing none is said to, whatever their routers do not answer", () =>
  assert.equal(share(WORLDS, (random) => path(6, unwilling(random)), has("LOSS")), 0));

Deno.test("of 2,000 paths that lose one probe of a hundred by chance, less than 1 % are said to lose at 10 rounds", () =>
  assert.ok(
    share(WORLDS, (random) => path(6, { 2: { forwardLoss: 0.01 }, ...unwilling(random, 3) }), has("LOSS")) < 0.01,
  ));

Deno.test("of 2,000 paths that lose a fifth everywhere, less than one of 500 is taken for limits", () => {
  const hasHint = (found: readonly Verdict[]): boolean =>
    found.some(({ word, numbers }) => word === "LOSS" && "answersPerSecond" in numbers);
  assert.ok(share(WORLDS, () => path(4, { 1: { forwardLoss: 0.2 } }), hasHint) < 1 / 500);
});

Deno.test("of 2,000 paths that lose a fifth everywhere behind their first hop, less than 3 % name a router's limit", () =>
  assert.ok(share(WORLDS, () => path(6, { 1: { forwardLoss: 0.2 } }), has("RATE_LIMIT")) < 0.03));

Deno.test("of 1,000 paths that lose half from a hop on 95 of 100 are said to, and the hop is among those named", () => {
  const ok = (found: readonly Verdict[]): boolean => {
    const numbers = found.find(({ word }) => word === "LOSS")?.numbers;
    return numbers !== undefined && numbers["earliestHop"]! <= 4 && numbers["latestHop"]! >= 4;
  };
  const part = share(1_000, (random) => path(7, { 3: { forwardLoss: 0.5 }, 2: { loss: random.next() / 2 } }), ok);
  assert.ok(part > 0.95, `${part}`);
});

/** Routers that leave out answers of their own, each at its own rate. */
function unwilling(random: Random, from = 1): Parameters<typeof path>[1] {
  return Object.fromEntries(
    [1, 2, 3, 4, 5].filter((ttl) => ttl >= from).map((ttl) => [ttl, { loss: random.next() * 0.9 }]),
  );
}

Deno.test("whatever a world is like, its verdicts are of the list, at its hops, with numbers of the schema", async () => {
  const known = JSON.parse(await schemaText("jsonl")).$defs.numbers.properties;
  for (let seed = 1; seed <= 100; seed++) {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    const plan = randomPlan(random, world);
    const { events } = run(world, plan);
    for (const [target, address] of Object.keys(world.paths).entries()) {
      const { firstTtl = 1, maxTtl = 30, protocol } = plan;
      const family = address.includes(":") ? 6 : 4;
      const fold = new Fold({ address, family, firstTtl, maxTtl, asksForPort: protocol !== "icmp" });
      for (const event of events) if (!("target" in event) || event.target === target) fold.apply(event);
      const ttls = fold.hops().map(({ ttl }) => ttl);
      for (const { word, ttl, numbers } of verdictsOf(fold)) {
        assert.ok(word in VERDICTS && ttls.includes(ttl), `world ${seed}`);
        for (const [name, value] of Object.entries(numbers)) {
          assert.ok(value >= 0 && value < Infinity && name in known, `${name} in world ${seed}`);
        }
      }
    }
  }
});
