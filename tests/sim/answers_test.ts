/** Loss, silence, lateness, duplicates and RTTs: what the events say against what happened. */
import assert from "node:assert/strict";
import type { TracePlan } from "../../core/plan.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { type HopSeen, hopsOf, MS, only, rttsOf, run, SECOND } from "./run.ts";
import type { World } from "./world.ts";

/** A hop that answered `sent` probes at once, but for what `differs` says. */
function hop(ttl: number, from: string[], sent: number, differs: Partial<HopSeen> = {}): HopSeen {
  return { ttl, sent, replies: sent, late: 0, duplicates: 0, lost: 0, sendFailed: 0, from, ...differs };
}

/** Expects exactly these hops on the path; probes beyond its end concern nobody. */
function check(world: World, plan: Partial<TracePlan>, expected: readonly HopSeen[]): ReturnType<typeof run> {
  const result = run(world, plan);
  assert.deepEqual(hopsOf(result.events).slice(0, expected.length), expected);
  return result;
}

const PLAN = { rounds: 10 };

for (const access of ["raw", "datagram"] as const) {
  Deno.test(`${access}: every hop of a good path is there in order, with every probe answered`, () => {
    check({ access, paths: { [TARGET]: path(4) } }, PLAN, [
      hop(1, [router(1)], 10),
      hop(2, [router(2)], 10),
      hop(3, [router(3)], 10),
      hop(4, [TARGET], 10),
    ]);
  });

  Deno.test(`${access}: IPv6 likewise`, () => {
    check({ access, paths: { [TARGET6]: path6(3) } }, PLAN, [
      hop(1, [router6(1)], 10),
      hop(2, [router6(2)], 10),
      hop(3, [TARGET6], 10),
    ]);
  });

  Deno.test(`${access}: exactly the dropped probes are lost, each at its hop`, () => {
    const paths = { [TARGET]: path(3, { 1: { dropped: [0, 1, 9] }, 3: { dropped: [4] } }) };
    check({ access, paths }, PLAN, [
      hop(1, [router(1)], 10, { replies: 7, lost: 3 }),
      hop(2, [router(2)], 10),
      hop(3, [TARGET], 10, { replies: 9, lost: 1 }),
    ]);
  });

  Deno.test(`${access}: a silent router loses all, and those behind it nothing`, () => {
    const paths = { [TARGET]: path(4, { 2: { silent: true } }) };
    check({ access, paths }, PLAN, [
      hop(1, [router(1)], 10),
      hop(2, [], 10, { replies: 0, lost: 10 }),
      hop(3, [router(3)], 10),
      hop(4, [TARGET], 10),
    ]);
  });

  Deno.test(`${access}: duplicates are counted apart and change nothing else`, () => {
    const paths = {
      [TARGET]: path(3, { 2: { copiesUs: { 0: [1], 5: [1 * MS, 2 * MS] } }, 3: { copiesUs: { 1: [300] } } }),
    };
    const { events } = check({ access, paths }, PLAN, [
      hop(1, [router(1)], 10),
      hop(2, [router(2)], 10, { duplicates: 3 }),
      hop(3, [TARGET], 10, { duplicates: 1 }),
    ]);
    assert.deepEqual(rttsOf(events, 2), new Array(10).fill(20 * MS));
  });

  Deno.test(`${access}: an answer after its time stays lost and is told as late, with its RTT`, () => {
    const paths = { [TARGET]: path(2, { 1: { delaysUs: { 2: 3 * SECOND } } }) };
    const { events } = check({ access, paths }, { ...PLAN, timeoutUs: 2 * SECOND }, [
      hop(1, [router(1)], 10, { replies: 9, lost: 1, late: 1 }),
      hop(2, [TARGET], 10),
    ]);
    const [late] = only(events, "late");
    assert.ok(Math.abs(late!.rttUs - (3 * SECOND + 10 * MS)) < 0.01);
    const lostAt = events.findIndex((event) => event.kind === "lost");
    assert.ok(lostAt >= 0 && lostAt < events.indexOf(late!));
  });

  Deno.test(`${access}: an answer more than a minute after its time is nobody's`, () => {
    const paths = {
      [TARGET]: path(2, { 1: { delaysUs: { 0: 60 * SECOND, 1: 66 * SECOND }, copiesUs: { 2: [64 * SECOND] } } }),
    };
    const { events } = check({ access, paths }, { ...PLAN, rounds: 100, timeoutUs: 2 * SECOND }, [
      hop(1, [router(1)], 100, { replies: 98, lost: 2, late: 1 }),
      hop(2, [TARGET], 100),
    ]);
    assert.equal(only(events, "foreign").reduce((sum, { count }) => sum + count, 0), 2);
  });

  Deno.test(`${access}: a copy that is there when the very last answer is read is counted, too`, () => {
    const paths = { [TARGET]: path(2, { 2: { copiesUs: { 9: [0] } } }) };
    check({ access, paths }, PLAN, [hop(1, [router(1)], 10), hop(2, [TARGET], 10, { duplicates: 1 })]);
  });

  Deno.test(`${access}: a second answer to a late probe is a duplicate`, () => {
    const paths = { [TARGET]: path(2, { 1: { delaysUs: { 0: 3 * SECOND }, copiesUs: { 0: [100 * MS] } } }) };
    check({ access, paths }, { ...PLAN, timeoutUs: 2 * SECOND }, [
      hop(1, [router(1)], 10, { replies: 9, lost: 1, late: 1, duplicates: 1 }),
      hop(2, [TARGET], 10),
    ]);
  });

  Deno.test(`${access}: RTTs far beyond the interval are no loss`, () => {
    const paths = { [TARGET]: path(3, { 2: { rttUs: 4 * SECOND }, 3: { rttUs: 4.5 * SECOND } }) };
    const { events } = check({ access, paths }, { rounds: 10, intervalUs: 500 * MS }, [
      hop(1, [router(1)], 10),
      hop(2, [router(2)], 10),
      hop(3, [TARGET], 10),
    ]);
    assert.deepEqual(rttsOf(events, 3), new Array(10).fill(4.5 * SECOND));
  });

  Deno.test(`${access}: replies in another order than the probes find their own`, () => {
    const paths = { [TARGET]: path(2, { 2: { delaysUs: { 0: 2_500 * MS, 1: 1_200 * MS, 4: 3_300 * MS } } }) };
    const { events } = check({ access, paths }, PLAN, [hop(1, [router(1)], 10), hop(2, [TARGET], 10)]);
    const rtts = new Map(
      only(events, "reply").filter(({ ttl }) => ttl === 2).map(({ probe, rttUs }) => [probe, rttUs]),
    );
    const inOrder = only(events, "sent").filter(({ ttl }) => ttl === 2).map(({ probe }) =>
      Math.round(rtts.get(probe)! / MS)
    );
    assert.deepEqual(inOrder, [2_520, 1_220, 20, 20, 3_320, 20, 20, 20, 20, 20]);
  });

  Deno.test(`${access}: RTTs with jitter are exactly those of the network`, () => {
    const world = {
      access,
      seed: 4,
      paths: { [TARGET]: path(3, { 2: { jitterUs: 7 * MS }, 3: { jitterUs: 900 * MS } }) },
    };
    const { events, truth } = run(world, { rounds: 50 });
    for (const ttl of [1, 2, 3]) {
      const sorted = (rtts: readonly number[]): number[] => [...rtts].sort((one, other) => one - other);
      assert.deepEqual(sorted(rttsOf(events, ttl)), sorted(truth.hop(TARGET, ttl).rttsUs), `ttl ${ttl}`);
    }
  });

  Deno.test(`${access}: loss by chance and by a rate limit is counted exactly`, () => {
    const changes = { 1: { limit: { perSecond: 0.5, burst: 2 } }, 2: { forwardLoss: 0.2 }, 3: { loss: 0.3 } };
    const { events, truth } = run({ access, seed: 9, paths: { [TARGET]: path(4, changes) } }, { rounds: 100 });
    for (const seen of hopsOf(events).slice(0, 4)) {
      const { sent, answered } = truth.hop(TARGET, seen.ttl);
      assert.equal(sent, 100);
      assert.deepEqual([seen.sent, seen.replies, seen.lost, seen.late], [sent, answered, sent - answered, 0]);
    }
    assert.deepEqual([1, 3, 4].filter((ttl) => truth.hop(TARGET, ttl).answered === 100), []);
  });

  Deno.test(`${access}: a quote of 28 bytes and an answer from a foreign address are enough`, () => {
    const paths = { [TARGET]: path(3, { 1: { quoteBytes: 28 }, 2: { answersFrom: "172.16.0.1" } }) };
    check({ access, paths }, PLAN, [
      hop(1, [router(1)], 10),
      hop(2, ["172.16.0.1"], 10),
      hop(3, [TARGET], 10),
    ]);
  });

  Deno.test(`${access}: a target that answers from another address is reached, and shown with that address`, () => {
    const paths = { [TARGET]: path(2, { 2: { answersFrom: "172.16.0.1" } }) };
    check({ access, paths }, PLAN, [hop(1, [router(1)], 10), hop(2, ["172.16.0.1"], 10)]);
    const anycast = "2001:db8:9:9::";
    const paths6 = { [anycast]: path6(2, { 2: { answersFrom: "2001:db8:9:9::53" } }) };
    check({ access, paths: paths6 }, PLAN, [hop(1, [router6(1)], 10), hop(2, ["2001:db8:9:9::53"], 10)]);
  });

  Deno.test(`${access}: a target that returns less than it was sent has answered`, () => {
    const paths = { [TARGET]: path(2, { 2: { returnsBytes: 10 } }) };
    check({ access, paths }, { ...PLAN, packetBytes: 200 }, [hop(1, [router(1)], 10), hop(2, [TARGET], 10)]);
  });

  Deno.test(`${access}: MPLS labels come with the answers, whether or not the router tells where`, () => {
    const labels = [
      { label: 24_005, trafficClass: 0, bottomOfStack: false, ttl: 1 },
      { label: 3_000, trafficClass: 5, bottomOfStack: true, ttl: 254 },
    ];
    const paths = { [TARGET]: path(3, { 1: { labels }, 2: { labels, tellsQuoteLength: false } }) };
    for (const packetBytes of [28, 64, 1_500]) {
      const { events } = run({ access, paths }, { rounds: 2, packetBytes });
      for (const ttl of [1, 2, 3]) {
        const replies = only(events, "reply").filter((event) => event.ttl === ttl);
        const expected = ttl < 3 ? labels : [];
        assert.deepEqual(
          replies.map(({ answer }) => answer.labels),
          [expected, expected],
          `ttl ${ttl}, ${packetBytes}`,
        );
      }
    }
  });
}

Deno.test("no probe is given up before its time, and each that is silent at its time", () => {
  const paths = { [TARGET]: path(2, { 1: { rttUs: 1_999 * MS, delaysUs: { 5: 2 * MS } } }) };
  check({ paths }, { rounds: 10, timeoutUs: 2 * SECOND }, [
    hop(1, [router(1)], 10, { replies: 9, lost: 1, late: 1 }),
    hop(2, [TARGET], 10),
  ]);
});

Deno.test("an answer in time is no loss, however late the program wakes to hear of it", () => {
  const paths = { [TARGET]: path(3, { 1: { rttUs: 499 * MS }, 2: { rttUs: 499_900 } }) };
  const clock = { wakeUs: 40 * MS };
  check({ seed: 3, paths, clock }, { rounds: 100, timeoutUs: 500 * MS, intervalUs: 100 * MS }, [
    hop(1, [router(1)], 100),
    hop(2, [router(2)], 100),
    hop(3, [TARGET], 100),
  ]);
});

Deno.test("a reply tells its TTL, its kind and its code", () => {
  const { events } = run({ paths: { [TARGET]: path(3) } }, { rounds: 1 });
  const replies = only(events, "reply").filter(({ ttl }) => ttl <= 3);
  assert.deepEqual(replies.map(({ replyTtl }) => replyTtl), [255, 254, 62]);
  const exceeded = { kind: "timeExceeded", icmpType: 11, icmpCode: 0, mtu: 0, labels: [] };
  const echoed = { kind: "echoReply", icmpType: 0, icmpCode: 0, mtu: 0, labels: [] };
  assert.deepEqual(replies.map(({ answer }) => answer), [exceeded, exceeded, echoed]);
});

Deno.test("packets have the length that was asked for", () => {
  for (const packetBytes of [28, 64, 1_500]) {
    const { events, truth } = run({ paths: { [TARGET]: path(2) } }, { rounds: 2, packetBytes });
    assert.ok(truth.probes.every(({ sent }) => sent.packet.length === packetBytes));
    assert.ok(only(events, "sent").every((event) => event.packetBytes === packetBytes));
  }
  const { truth } = run({ paths: { [TARGET6]: path6(2) } }, { rounds: 2, packetBytes: 28 });
  assert.ok(truth.probes.every(({ sent }) => sent.packet.length === 48));
});
