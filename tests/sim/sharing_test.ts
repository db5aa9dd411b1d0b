/** Near hops that many targets have in common: each router is asked once a round, and nobody is told what is not so. */
import assert from "node:assert/strict";
import { verdictsOf } from "../../core/path/verdict.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { RoundLength } from "../../core/program/round_length.ts";
import { router } from "./paths.ts";
import { hopsOf, MS, only, type Run, run, SECOND } from "./run.ts";
import type { Hop, Path, Refusal, RouteSince, World } from "./world.ts";
import {
  figuresOf,
  foldOf,
  nearHops,
  packetsAt,
  pathBehind,
  repliesAt,
  SHARE,
  targetOf,
  worldOf,
} from "./shared_worlds.ts";

Deno.test("a hundred targets ask their three near routers once a round, and have the figures that each alone has", () => {
  const shared = run(worldOf(100), SHARE);
  for (const ttl of [1, 2, 3]) assert.deepEqual(packetsAt(shared, ttl), [100, ...new Array(9).fill(1)]);
  for (const ttl of [4, 5]) assert.deepEqual(packetsAt(shared, ttl), new Array(10).fill(100));
  const alone = run(worldOf(100), { ...SHARE, share: false });
  assert.equal(only(alone.events, "sent").filter(({ shared }) => shared !== undefined).length, 0);
  for (let target = 0; target < 100; target++) assert.deepEqual(figuresOf(shared, target), figuresOf(alone, target));
});

Deno.test("what is shared says which probe it was, with its times", () => {
  const { events } = run(worldOf(3), { ...SHARE, rounds: 2 });
  const sent = new Map(only(events, "sent").map((event) => [event.probe, event]));
  const shared = only(events, "reply").filter((event) => event.shared !== undefined);
  assert.equal(shared.length, 6);
  for (const reply of shared) {
    const other = only(events, "reply").find(({ probe }) => probe === reply.shared)!;
    assert.notEqual(other.target, reply.target);
    assert.deepEqual({ ...reply, target: other.target, probe: other.probe, shared: undefined }, {
      ...other,
      shared: undefined,
    });
    assert.equal(sent.get(reply.probe)!.shared, reply.shared);
    assert.equal(sent.get(reply.probe)!.atUs, sent.get(other.probe)!.atUs);
  }
});

Deno.test("a single target shares nothing", () => {
  assert.ok(run(worldOf(1), SHARE).events.every((event) => !("shared" in event)));
});

Deno.test("who is asked for the first time late, with other ports, or over other families, does not share", () => {
  const near = nearHops();
  const near6 = near.map((hop, index) => ({ ...hop, address: `2001:db8:${index}::1` }));
  const paths = {
    [targetOf(0)]: pathBehind(near, 0),
    "2001:db8:9::1": { hops: near6, target: { rttUs: 30 * MS } },
  };
  assert.ok(run({ paths }, SHARE).events.every((event) => !("shared" in event)));
  const targets = [{ address: targetOf(0), port: 80 }, { address: targetOf(1), port: 443 }];
  const tcp = run(worldOf(2), { ...SHARE, protocol: "tcp" }, { targets });
  assert.ok(tcp.events.every((event) => !("shared" in event)));
});

for (const protocol of ["icmp", "udp", "tcp", "sctp"] as const) {
  Deno.test(`${protocol} shares as well`, () => {
    assert.deepEqual(packetsAt(run(worldOf(10), { ...SHARE, protocol }), 2), [10, ...new Array(9).fill(1)]);
  });
}

Deno.test("where paths part, and behind it, nobody shares, though a router behind is the same", () => {
  const [first, second, third] = nearHops() as [Hop, Hop, Hop];
  const other: Hop = { ...second, address: "10.0.2.2" };
  const ways = [[first, second, third], [first, other, third]];
  const world: World = {
    paths: Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [targetOf(index), pathBehind(ways[index % 2]!, index)]),
    ),
  };
  const result = run(world, SHARE);
  assert.deepEqual(packetsAt(result, 1), [10, ...new Array(9).fill(1)]);
  assert.deepEqual(packetsAt(result, 2), [10, ...new Array(9).fill(2)]);
  assert.deepEqual(packetsAt(result, 3), [10, ...new Array(9).fill(2)]);
  const parity = new Map(only(result.events, "sent").map(({ probe, target }) => [probe, target % 2]));
  for (const { shared, target, ttl } of only(result.events, "reply")) {
    if (shared !== undefined && ttl > 1) assert.equal(parity.get(shared), target % 2);
  }
});

Deno.test("a silent router is asked by four in a round, and what is behind it is shared", () => {
  const result = run(worldOf(10, nearHops({ 2: { silent: true } })), { ...SHARE, timeoutUs: 500 * MS });
  for (const ttl of [1, 3]) assert.deepEqual(packetsAt(result, ttl), [10, ...new Array(9).fill(1)]);
  assert.deepEqual(packetsAt(result, 2), [10, ...new Array(9).fill(4)]);
});

Deno.test("behind a hop where paths part nobody shares whom it does not answer", () => {
  const near = nearHops();
  const ways = [0, 1, 2].map((way) =>
    near.map((hop, at) => at === 1 ? { ...hop, address: `10.0.2.${way}`, silent: way === 2 } : hop)
  );
  const world: World = {
    paths: Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [targetOf(index), pathBehind(ways[index % 3]!, index)]),
    ),
  };
  const result = run(world, { ...SHARE, timeoutUs: 500 * MS });
  // Two groups, and the four that do not know their second router.
  assert.deepEqual(packetsAt(result, 3), [12, ...new Array(9).fill(6)]);
});

/** All of targets 0 to 9 change at 4.5 s to a path with another second router, as those of `moved` do. */
function movedWorld(moved: (index: number) => boolean): World {
  const near = nearHops();
  const others = near.map((hop, at) => at === 1 ? { ...hop, address: "10.0.2.2" } : hop);
  const routes = (index: number): Path | RouteSince[] =>
    moved(index)
      ? [{ sinceUs: 0, path: pathBehind(near, index) }, { sinceUs: 4.5 * SECOND, path: pathBehind(others, index) }]
      : pathBehind(near, index);
  return { paths: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [targetOf(index), routes(index)])) };
}

Deno.test("of those that stay nobody is told of the path of one that moves, though it was that one's turn to ask", () => {
  const result = run(movedWorld((index) => index === 0), SHARE);
  for (let target = 1; target < 10; target++) {
    const hops = hopsOf(result.events, target);
    assert.deepEqual(hops.map(({ from }) => from).slice(0, 3), [1, 2, 3].map((ttl) => [router(ttl)]));
    for (const ttl of [1, 2, 3]) assert.deepEqual(repliesAt(hops, ttl), [10, 10, 0]);
  }
  const moved = hopsOf(result.events, 0);
  assert.deepEqual(moved.find(({ ttl }) => ttl === 2)!.from, [router(2), "10.0.2.2"]);
  assert.deepEqual(repliesAt(moved, 2), [10, 10, 0]);
});

Deno.test("who has moved tells the others nothing of the hops behind, which were asked before that was known", () => {
  const near = nearHops({ 1: { rttUs: 300 * MS }, 2: { rttUs: 310 * MS }, 3: { rttUs: 320 * MS } });
  const others = near.map((hop, at) => at === 1 ? { ...hop, address: "10.0.2.2" } : hop);
  const paths = {
    ...worldOf(5, near).paths,
    [targetOf(0)]: [
      { sinceUs: 0, path: pathBehind(near, 0) },
      { sinceUs: 4.9 * SECOND, path: pathBehind(others, 0) },
    ],
  };
  const { events } = run({ paths }, SHARE);
  const moved = new Set(
    only(events, "sent").filter(({ target, round }) => target === 0 && round >= 5).map(({ probe }) => probe),
  );
  const shared = only(events, "reply").filter(({ shared, ttl }) =>
    ttl > 1 && shared !== undefined && moved.has(shared)
  );
  assert.deepEqual(shared, []);
  for (let target = 1; target < 5; target++) assert.deepEqual(repliesAt(hopsOf(events, target), 3), [10, 10, 0]);
});

Deno.test("who gets no answers any more costs the others one probe at most", () => {
  const near = nearHops();
  const deaf = near.map((hop, at) => at === 2 ? { ...hop, silent: true } : hop);
  const paths = {
    ...worldOf(5, near).paths,
    [targetOf(0)]: [
      { sinceUs: 0, path: pathBehind(near, 0) },
      { sinceUs: 1.9 * SECOND, path: pathBehind(deaf, 0) },
    ],
  };
  const { events } = run({ paths }, { ...SHARE, intervalUs: 150 * MS, rounds: 30, timeoutUs: 2 * SECOND });
  for (let target = 1; target < 5; target++) {
    const [sent, , lost] = repliesAt(hopsOf(events, target), 3);
    assert.ok(sent === 30 && lost <= 1, `${lost}`);
  }
});

Deno.test("who ends while a probe of his stands in for others leaves them theirs", () => {
  const near = nearHops({ 2: { rttUs: 300 * MS }, 3: { rttUs: 3 * SECOND } });
  const [first] = near as [Hop];
  const paths = {
    ...worldOf(4, near).paths,
    [targetOf(0)]: [
      { sinceUs: 0, path: pathBehind(near, 0) },
      // The target itself is where the second router was.
      { sinceUs: 8.9 * SECOND, path: { hops: [first], target: { rttUs: 300 * MS } } },
    ],
  };
  const { events } = run({ paths }, SHARE);
  assert.deepEqual(only(events, "finished").map(({ target }) => target).sort(), [0, 1, 2, 3]);
  const [end] = only(events, "finished");
  assert.equal(end!.target, 0);
  for (let target = 1; target < 4; target++) assert.deepEqual(repliesAt(hopsOf(events, target), 3), [10, 10, 0]);
});

Deno.test("where all move, all tell so, in the round in which it is found", () => {
  const result = run(movedWorld(() => true), SHARE);
  for (let target = 0; target < 10; target++) {
    const replies = only(result.events, "reply").filter((event) => event.target === target && event.ttl === 2);
    assert.deepEqual(replies.map(({ from }) => from), [
      ...new Array(5).fill(router(2)),
      ...new Array(5).fill("10.0.2.2"),
    ]);
  }
  // Found in round 5, proved in the next ones, and shared again.
  const packets = packetsAt(result, 2);
  assert.deepEqual(packets.slice(0, 6), [10, 1, 1, 1, 1, 10]);
  assert.deepEqual(packets.slice(-2), [1, 1]);
});

Deno.test("a target that falls silent behind its near routers asks these itself at once, and once", () => {
  const near = nearHops();
  const dead: Path = {
    hops: [...near, { address: "10.9.9.9", rttUs: 20 * MS, silent: true }],
    target: { rttUs: 1, silent: true },
  };
  const world: World = {
    paths: {
      ...worldOf(5, near).paths,
      [targetOf(9)]: [{ sinceUs: 0, path: pathBehind(near, 9) }, { sinceUs: 4.5 * SECOND, path: dead }],
    },
  };
  const own = only(run(world, SHARE).events, "sent").filter(({ target, ttl, shared }) =>
    target === 5 && ttl <= 3 && shared === undefined
  );
  assert.deepEqual(own.map(({ round }) => round), [0, 0, 0, 5, 5, 5]);
});

Deno.test("a target that nothing leads to any more says so from the hop on where that is, within two rounds", () => {
  const near = nearHops();
  const [first, second, third] = near as [Hop, Hop, Hop];
  const hole: Path = {
    hops: [{ ...first }, { ...second, forwardLoss: 1 }, third],
    target: { rttUs: 30 * MS },
  };
  const world: World = {
    paths: {
      ...worldOf(5, near).paths,
      [targetOf(9)]: [{ sinceUs: 0, path: pathBehind(near, 9) }, { sinceUs: 3 * SECOND, path: hole }],
    },
  };
  const { events } = run(world, { ...SHARE, timeoutUs: 2 * SECOND });
  const at3 = only(events, "reply").filter(({ target, ttl }) => target === 5 && ttl === 3);
  assert.ok(at3.length <= 4, `${at3.length}`);
  assert.deepEqual(repliesAt(hopsOf(events, 5), 2), [10, 10, 0]);
  for (let target = 0; target < 5; target++) assert.deepEqual(repliesAt(hopsOf(events, target), 3), [10, 10, 0]);
});

Deno.test("a probe that is lost at a shared router is lost to all, and another target asks in the next round", () => {
  // The one of the third round behind the ten of the first.
  const result = run(worldOf(10, nearHops({ 2: { dropped: [11] } })), { ...SHARE, timeoutUs: 2 * SECOND });
  for (let target = 0; target < 10; target++) {
    const hops = hopsOf(result.events, target);
    assert.deepEqual(repliesAt(hops, 2), [10, 9, 1], `${target}`);
    assert.deepEqual(repliesAt(hops, 3), [10, 10, 0]);
  }
  const lost = only(result.events, "lost").filter(({ ttl }) => ttl === 2);
  assert.equal(lost.filter(({ shared }) => shared === undefined).length, 1);
  // Who has lost it asks for itself until it is sure, beside the one that asks for the others.
  assert.deepEqual(packetsAt(result, 2), [10, 1, 1, 2, 2, 2, 1, 1, 1, 1]);
});

Deno.test("a router that limits its answers is asked by few of those that it has not answered, and those behind it by one", () => {
  const near = nearHops({ 1: { limit: { perSecond: 5, burst: 20 } } });
  const plan = { ...SHARE, rounds: 20, timeoutUs: 2 * SECOND };
  const alone = hopsOf(run(worldOf(100, near), { ...plan, share: false }).events, 50);
  const shared = run(worldOf(100, near), plan);
  assert.ok(repliesAt(alone, 1)[1] <= 2, `${repliesAt(alone, 1)}`);
  // Twenty are answered in the first round, and up to four more in each.
  const [first, ...others] = packetsAt(shared, 1);
  assert.equal(first, 100);
  assert.ok(others.every((count) => count <= 6), `${others}`);
  for (const ttl of [2, 3]) assert.ok(packetsAt(shared, ttl).slice(1).every((count) => count <= 2));
  const figures = Array.from({ length: 100 }, (_, target) => repliesAt(hopsOf(shared.events, target), 1));
  assert.ok(figures.filter(([sent, replies]) => sent === 20 && replies >= 18).length >= 20);
  assert.ok(figures.filter(([, replies]) => replies > 0).length > 80);
});

Deno.test("of two routers that take turns by packet each target is told only those that it has met itself", () => {
  const near = nearHops({ 2: { address: [router(2), "10.0.2.2"], balance: "packet" } });
  const { events } = run(worldOf(9, near), { ...SHARE, rounds: 20 });
  for (let target = 0; target < 9; target++) {
    const own = only(events, "reply").filter((event) => event.target === target && event.ttl === 2);
    assert.equal(own.length, 20);
    const met = new Set(own.filter(({ shared }) => shared === undefined).map(({ from }) => from));
    assert.ok(own.every(({ from }) => met.has(from)));
  }
});

Deno.test("near hops are proved by each target again and again, in rounds of its own", () => {
  const result = run(worldOf(4), { ...SHARE, rounds: 140, intervalUs: 100 * MS });
  const own = only(result.events, "sent").filter(({ ttl, shared, target }) =>
    ttl === 1 && shared === undefined && target > 0
  );
  assert.deepEqual(own.map(({ target, round }) => [target, round]), [
    ...[[1, 0], [2, 0], [3, 0], [1, 65], [2, 66], [3, 67]],
    ...[[1, 129], [2, 130], [3, 131]],
  ]);
});

Deno.test("who stands in and cannot leave sends nobody's probe but his own", () => {
  const world: World = {
    ...worldOf(5),
    sendFailures: [{ fromUs: 3 * SECOND, untilUs: 6 * SECOND, to: targetOf(0), reason: "noBuffer" }],
  };
  const { events } = run(world, SHARE);
  for (let target = 1; target < 5; target++) {
    for (const ttl of [1, 2, 3]) assert.deepEqual(repliesAt(hopsOf(events, target), ttl), [10, 10, 0]);
  }
  assert.equal(only(events, "sendFailed").length, 15);
});

Deno.test("rounds that the rate makes longer are shared all the same, and take less time", () => {
  const plan = { ...SHARE, rounds: 4, probesPerSecond: 200 };
  const shared = run(worldOf(100), plan);
  const alone = run(worldOf(100), { ...plan, share: false });
  assert.deepEqual([1, 2, 3].map((ttl) => shared.truth.probes.filter(({ sent }) => sent.ttl === ttl).length), [
    ...[103, 103, 103],
  ]);
  assert.ok(shared.tookUs < 0.7 * alone.tookUs, `${shared.tookUs} ${alone.tookUs}`);
  const length = new RoundLength({ ...DEFAULT_PLAN, ...plan });
  for (const event of shared.events) if (!("round" in event) || event.round > 0) length.take(event);
  assert.match(length.sentence() ?? "", /: they had 203 probes,/);
});

Deno.test("where the probes to one target are lost, those to others do not tell where it begins", () => {
  let [told, missed] = [0, 0];
  for (let seed = 1; seed <= 60; seed++) {
    const paths = { ...worldOf(4).paths, [targetOf(2)]: pathBehind(nearHops({ 2: { forwardLoss: 0.4 } }), 2) };
    const shared = run({ seed, paths }, { ...SHARE, rounds: 20 });
    const loss = verdictsOf(foldOf(shared, 2)).find(({ word }) => word === "LOSS");
    if (loss === undefined) continue;
    told += 1;
    if (loss.numbers["earliestHop"]! > 3 || loss.numbers["latestHop"]! < 3) missed += 1;
    assert.ok(foldOf(shared, 2).hops().slice(0, 2).every(({ shared, sharedLost }) => shared > 5 && sharedLost === 0));
  }
  assert.ok(told > 55 && missed <= 3, `${missed} of ${told}`);
});

Deno.test("what is lost behind the near hops is placed as closely as without sharing", () => {
  const lossy = pathBehind(nearHops(), 2);
  const hops = [...lossy.hops.slice(0, 3), { ...lossy.hops[3]!, forwardLoss: 0.4 }];
  const paths = { ...worldOf(4).paths, [targetOf(2)]: { ...lossy, hops } };
  const [loss] = verdictsOf(foldOf(run({ paths }, { ...SHARE, rounds: 20 }), 2));
  assert.deepEqual([loss?.word, loss?.ttl, loss?.numbers["earliestHop"], loss?.numbers["latestHop"]], [
    "LOSS",
    5,
    5,
    5,
  ]);
});

/** What is told of a target, times in tenths of a second: a round begins with whoever sends for the others. */
function inTenths(result: Run, target: number): unknown {
  return verdictsOf(foldOf(result, target)).map((verdict) => ({
    ...verdict,
    numbers: Object.entries(verdict.numbers).map(([name, value]) =>
      name.endsWith("Us") ? [name, Math.round(value / (100 * MS))] : [name, value]
    ),
  }));
}

/** What is refused, by all or half of the paths over this router, and when that begins and ends, in seconds. */
const REFUSALS: Readonly<Record<string, { from: number; until: number; isOfAll: boolean; refusal: Refusal }>> = {
  "all probes from the start": { from: 0, until: 99, isOfAll: true, refusal: { code: 13 } },
  "all probes from 6 s on": { from: 6.5, until: 99, isOfAll: true, refusal: { code: 13 } },
  "probes of half of the targets for six seconds": { from: 6.5, until: 12.5, isOfAll: false, refusal: { code: 13 } },
  "probes that are passed on all the same": {
    from: 6.5,
    until: 99,
    isOfAll: true,
    refusal: { code: 1, passesOn: true },
  },
};

for (const [name, { from, until, isOfAll, refusal }] of Object.entries(REFUSALS)) {
  Deno.test(`a router refuses ${name}: each target hears and is told so itself, as if it was alone`, () => {
    for (const ttl of [1, 2, 3]) {
      const [near, refusing] = [nearHops(), nearHops({ [ttl]: { refuses: refusal } })];
      const routes = (index: number): RouteSince[] => [
        { sinceUs: 0, path: pathBehind(from > 0 ? near : refusing, index) },
        { sinceUs: from * SECOND, path: pathBehind(isOfAll || index % 2 === 0 ? refusing : near, index) },
        { sinceUs: until * SECOND, path: pathBehind(near, index) },
      ];
      const indexes = [0, 1, 2, 3, 4, 5];
      const paths = Object.fromEntries(indexes.map((index) => [targetOf(index), routes(index)]));
      const plan = { ...SHARE, rounds: 20, timeoutUs: 2 * SECOND };
      const [shared, alone] = [run({ paths }, plan), run({ paths }, { ...plan, share: false })];
      const kinds = only(shared.events, "reply").filter(({ shared }) => shared !== undefined)
        .map(({ answer: { kind } }) => kind);
      assert.deepEqual([...new Set(kinds)], ["timeExceeded"]);
      for (const index of indexes) {
        assert.deepEqual(inTenths(shared, index), inTenths(alone, index), `${ttl}, ${index}`);
      }
    }
  });
}
