/** What the program says of simulated paths: the exact word and numbers, and nothing where there is nothing to say. */
import assert from "node:assert/strict";
import type { TracePlan } from "../../core/plan.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { MS } from "./run.ts";
import type { Hop } from "./world.ts";
import { ODD, only, verdicts, verdictsIn, words } from "./verdicts.ts";

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

Deno.test("a translator is told at the first hop that quotes what was changed", () => {
  const found = only(verdicts(path(4, { 2: { translates: { address: "203.0.113.7" } } })), "TRANSLATED");
  assert.equal(found.ttl, 3);
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
