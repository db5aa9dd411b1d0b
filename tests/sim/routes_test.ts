/** Where a round ends: targets, refusals, silence, and routes that change. */
import assert from "node:assert/strict";
import { Path } from "../../core/path/path.ts";
import { path, path6, router, TARGET, TARGET6 } from "./paths.ts";
import { hopsOf, MS, only, run, SECOND } from "./run.ts";
import type { World } from "./world.ts";

/** How many probes each ttl got in each round, the first round first: `[3, 3]` is ttls 1 to 3 twice. */
function ttlsByRound(world: World, plan: Parameters<typeof run>[1]): number[] {
  const { events } = run(world, plan);
  const lengths: number[] = [];
  for (const { round, ttl } of only(events, "sent").filter(({ arrival }) => !arrival)) {
    lengths[round] = Math.max(lengths[round] ?? 0, ttl);
  }
  return lengths;
}

Deno.test("every round after the first ends at the target", () => {
  assert.deepEqual(ttlsByRound({ paths: { [TARGET]: path(6) } }, { rounds: 5 }).slice(1), [6, 6, 6, 6]);
});

Deno.test("the first round goes no further than the answers are late", () => {
  // Probes leave 10 ms apart while they are four hops ahead of the answers: the target's is heard at 110 ms.
  assert.deepEqual(ttlsByRound({ paths: { [TARGET]: path(6) } }, { rounds: 1 }), [9]);
});

Deno.test("a host one hop away is probed with ttl 1", () => {
  const { events } = run({ paths: { [TARGET]: path(1, { 1: { rttUs: 100 } }) } }, { rounds: 4 });
  assert.deepEqual(hopsOf(events).map(({ ttl, sent, replies }) => [ttl, sent, replies]), [[1, 4, 4]]);
});

Deno.test("a refusing router is the end of the path, and its answer says why", () => {
  for (const access of ["raw", "datagram"] as const) {
    const { events } = run({ access, paths: { [TARGET]: path(6, { 2: { refuses: { code: 13 } } }) } }, { rounds: 5 });
    const beyond = only(events, "reply").filter(({ ttl }) => ttl === 3);
    assert.ok(beyond.length > 0);
    for (const { from, answer } of beyond) {
      assert.equal(from, router(2));
      assert.deepEqual(answer, { kind: "unreachable", icmpType: 3, icmpCode: 13, mtu: 0, labels: [] });
    }
    assert.equal(only(events, "lost").length, 0);
    assert.deepEqual(hopsOf(events).slice(0, 3).map(({ sent, replies }) => [sent, replies]), [[5, 5], [5, 5], [5, 5]]);
  }
});

Deno.test("a target that answers unreachable is the end of the path", () => {
  assert.deepEqual(
    ttlsByRound({ paths: { [TARGET]: path(3, { 3: { unreachableCode: 3 } }) } }, { rounds: 4 }).slice(1),
    [3, 3, 3],
  );
});

Deno.test("the MTU of a link that is too narrow is told", () => {
  const refuses = { code: 4, mtu: 1_400, aboveBytes: 1_400 };
  for (const access of ["raw", "datagram"] as const) {
    for (const paths of [{ [TARGET]: path(4, { 2: { refuses } }) }, { [TARGET6]: path6(4, { 2: { refuses } }) }]) {
      const { events } = run({ access, paths }, { rounds: 2, packetBytes: 1_500 });
      const mtus = only(events, "reply").filter(({ ttl }) => ttl === 3).map(({ answer }) => [answer.kind, answer.mtu]);
      assert.deepEqual(mtus, [["unreachable", 1_400], ["unreachable", 1_400]]);
    }
  }
});

Deno.test("a blackholed target: the routers before it are exact, and the silent hops probed are mtr's maxUnknown + 2", () => {
  const { events } = run({ paths: { [TARGET]: path(4, { 4: { silent: true } }) } }, { rounds: 5, maxUnknown: 5 });
  const hops = hopsOf(events);
  assert.deepEqual(hops.slice(0, 3).map(({ sent, replies, lost }) => [sent, replies, lost]), [[5, 5, 0], [5, 5, 0], [
    5,
    5,
    0,
  ]]);
  assert.deepEqual(
    hops.slice(3).map(({ ttl, sent, lost }) => [ttl, sent, lost]),
    [4, 5, 6, 7, 8, 9, 10].map((ttl) => [ttl, 5, 5]),
  );
});

Deno.test("an answer behind many silent hops is found, up to maxUnknown", () => {
  const silent = { silent: true };
  const paths = { [TARGET]: path(6, { 2: silent, 3: silent, 4: silent, 5: silent }) };
  assert.deepEqual(ttlsByRound({ paths }, { rounds: 3, maxUnknown: 5 }).slice(1), [6, 6]);
});

Deno.test("no probe is beyond maxTtl nor before firstTtl", () => {
  const { events } = run({ paths: { [TARGET]: path(20) } }, { rounds: 3, firstTtl: 4, maxTtl: 9 });
  assert.deepEqual(
    hopsOf(events).map(({ ttl, sent, replies }) => [ttl, sent, replies]),
    [4, 5, 6, 7, 8, 9].map((ttl) => [ttl, 3, 3]),
  );
});

Deno.test("a first ttl beyond the target still reaches it", () => {
  const { events } = run({ paths: { [TARGET]: path(3) } }, { rounds: 3, firstTtl: 8 });
  assert.deepEqual(hopsOf(events).slice(0, 1).map(({ ttl, sent, replies, from }) => [ttl, sent, replies, from]), [[
    8,
    3,
    3,
    [TARGET],
  ]]);
});

Deno.test("a path of 255 hops is walked to its end", () => {
  const all = path(255);
  const near = { hops: all.hops.map((hop) => ({ ...hop, rttUs: 20 * MS })), target: { rttUs: 20 * MS } };
  assert.deepEqual(ttlsByRound({ paths: { [TARGET]: near } }, { rounds: 3, maxTtl: 255 }), [255, 255, 255]);
});

Deno.test("a path that gets longer is followed", () => {
  const longer = path(6, { 3: { address: "10.7.3.1" } });
  const world = { paths: { [TARGET]: [{ sinceUs: 0, path: path(3) }, { sinceUs: 4.9 * SECOND, path: longer }] } };
  const { events } = run(world, { rounds: 12 });
  const hops = hopsOf(events);
  assert.deepEqual(
    hops.slice(0, 6).map(({ from }) => from),
    [
      [router(1)],
      [router(2)],
      [TARGET, "10.7.3.1"],
      [TARGET, router(4)],
      [router(5)],
      [TARGET],
    ].map((from, index) => index === 3 || index === 4 ? hops[index]!.from : from),
  );
  for (const index of [3, 4]) assert.ok(hops[index]!.from.includes(router(index + 1)));
  // Rounds 6 to 11 at the latest know the new end.
  assert.ok(hops[5]!.replies >= 6, `${hops[5]!.replies} replies of the target at its new place`);
  assert.ok(hops.every(({ lost }) => lost === 0));
});

Deno.test("a path that gets shorter is followed", () => {
  const world = { paths: { [TARGET]: [{ sinceUs: 0, path: path(6) }, { sinceUs: 4.9 * SECOND, path: path(3) }] } };
  assert.deepEqual(ttlsByRound(world, { rounds: 12 }).slice(6), [3, 3, 3, 3, 3, 3]);
  const { events } = run(world, { rounds: 12 });
  assert.ok(hopsOf(events).every(({ lost }) => lost === 0));
});

Deno.test("a target that falls silent during the run is given up by its probes, not forgotten", () => {
  const world = {
    paths: {
      [TARGET]: [{ sinceUs: 0, path: path(3) }, { sinceUs: 4.9 * SECOND, path: path(3, { 3: { silent: true } }) }],
    },
  };
  const { events } = run(world, { rounds: 10 });
  assert.deepEqual(hopsOf(events).slice(0, 3).map(({ sent, replies, lost }) => [sent, replies, lost]), [
    [10, 10, 0],
    [10, 10, 0],
    [10, 5, 5],
  ]);
});

Deno.test("routers that take turns are told apart", () => {
  const address = ["10.1.1.1", "10.1.1.2", "10.1.1.3"];
  const paths = { [TARGET]: path(3, { 2: { address, balance: "packet" } }) };
  const { events } = run({ paths }, { rounds: 9, maxTtl: 3 });
  const replies = only(events, "reply").filter(({ ttl }) => ttl === 2);
  assert.deepEqual(address.map((one) => replies.filter(({ from }) => from === one).length), [3, 3, 3]);
});

Deno.test("a loop shows the same routers again until maxTtl", () => {
  const looping = path(30);
  const hops = looping.hops.map((hop, index) => ({ ...hop, address: router(index < 4 ? index + 1 : 3 + (index % 2)) }));
  const { events } = run({ paths: { [TARGET]: { ...looping, hops } } }, { rounds: 2, maxTtl: 12 });
  assert.deepEqual(hopsOf(events).map(({ from }) => from[0]), hops.slice(0, 12).map(({ address }) => address));
});

Deno.test("an unsteady end of the path loses no probe from the count", () => {
  // The target's distance flaps each half second.
  const routes = Array.from(
    { length: 20 },
    (_, index) => ({ sinceUs: index * 500 * MS, path: path(index % 2 === 0 ? 4 : 6) }),
  );
  const { events, truth } = run({ paths: { [TARGET]: routes } }, { rounds: 10 });
  const sent = only(events, "sent").length;
  assert.equal(sent, truth.probes.length);
  assert.equal(only(events, "lost").length, 0);
});

Deno.test("a path that gets longer is followed past a silent router where the target was", () => {
  const longer = path(5, { 3: { silent: true } });
  const world = { paths: { [TARGET]: [{ sinceUs: 0, path: path(3) }, { sinceUs: 4.9 * SECOND, path: longer }] } };
  const { events } = run(world, { rounds: 30 });
  assert.ok((hopsOf(events)[4]?.replies ?? 0) > 10);
});

Deno.test("after an outage the path is walked again past a silent router where it was refused", () => {
  const good = path(5, { 3: { silent: true } });
  const outage = path(5, { 2: { refuses: { code: 1 } }, 3: { silent: true } });
  const routes = [{ sinceUs: 0, path: good }, { sinceUs: 4.9 * SECOND, path: outage }, {
    sinceUs: 9.9 * SECOND,
    path: good,
  }];
  const { events } = run({ paths: { [TARGET]: routes } }, { rounds: 40 });
  assert.ok((hopsOf(events)[4]?.replies ?? 0) > 20, `${hopsOf(events)[4]?.replies} replies of the target`);
});

Deno.test("a router's one bad moment takes no probe from the hops behind it", () => {
  const refusing = path(5, { 2: { refuses: { code: 1 } } });
  const routes = [
    { sinceUs: 0, path: path(5) },
    { sinceUs: 2.9 * SECOND, path: refusing },
    { sinceUs: 3.9 * SECOND, path: path(5) },
  ];
  const { events } = run({ paths: { [TARGET]: routes } }, { rounds: 10 });
  assert.deepEqual(hopsOf(events).slice(0, 5).map(({ sent, lost }) => [sent, lost]), Array(5).fill([10, 0]));
});

Deno.test("a target that loses most probes keeps its hop, and every round ends there or is looked behind", () => {
  const dropped = Array.from({ length: 40 }, (_, index) => index).filter((index) => index % 4 !== 0);
  const { events } = run({ paths: { [TARGET]: path(4, { 4: { dropped } }) } }, { rounds: 40, timeoutUs: SECOND });
  const folded = new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  for (const event of events) folded.apply(event);
  assert.equal(folded.reachedTtl, 4);
  assert.deepEqual(folded.hops().map(({ ttl, sent, received }) => [ttl, sent, received]), [
    [1, 40, 40],
    [2, 40, 40],
    [3, 40, 40],
    [4, 40, 10],
  ]);
});
