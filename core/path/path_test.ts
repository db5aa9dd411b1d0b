import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "./_script.ts";
import { randomRun } from "./_random_run.ts";
import { RESPONDER_LIMIT } from "./hop_figures.ts";
import type { TraceEvent } from "../messages.ts";
import type { PathOptions } from "./path.ts";
import { ownRowOf, rowOf } from "./row.ts";

const ANYCAST_ANSWERER = "192.0.2.250";
const UNREACHABLE = { kind: "unreachable", icmpType: 3, icmpCode: 13 } as const;

/** Rows as `ttl address` or `ttl ???`. */
function rows(events: EventScript, options: Partial<PathOptions> = {}): string[] {
  return events.path(options).hops().map((hop) => `${hop.ttl} ${hop.main?.address ?? "???"}`);
}

Deno.test("rows end at the target, without the probes beyond it", () =>
  assert.deepEqual(rows(script().reply(1, "10.0.0.1", 1).reply(2, TARGET, 1).reply(3, TARGET, 1).lost(4)), [
    "1 10.0.0.1",
    `2 ${TARGET}`,
  ]));

Deno.test("an echo reply is the end, whoever sent it", () =>
  assert.deepEqual(
    rows(script().reply(1, "10.0.0.1", 1).reply(2, ANYCAST_ANSWERER, 1, { kind: "echoReply" }).lost(3)),
    [
      "1 10.0.0.1",
      `2 ${ANYCAST_ANSWERER}`,
    ],
  ));

Deno.test("any answer from the target's address is the end", () => {
  const events = script().reply(1, TARGET, 1, UNREACHABLE).lost(2);
  assert.deepEqual(rows(events), [`1 ${TARGET}`]);
  assert.equal(events.path().reachedTtl, 1);
  assert.equal(events.path().refusal, undefined);
});

Deno.test("a silent hop between two others has its row", () =>
  assert.deepEqual(rows(script().reply(1, "10.0.0.1", 1).lost(2).reply(3, TARGET, 1)), [
    "1 10.0.0.1",
    "2 ???",
    `3 ${TARGET}`,
  ]));

Deno.test("without a target one silent row follows the last known hop", () =>
  assert.deepEqual(rows(script().reply(1, "10.0.0.1", 1).reply(2, "10.0.0.2", 1).lost(3).lost(4).lost(5)), [
    "1 10.0.0.1",
    "2 10.0.0.2",
    "3 ???",
  ]));

Deno.test("no row goes beyond the last ttl", () =>
  assert.deepEqual(rows(script().reply(1, "10.0.0.1", 1).reply(2, "10.0.0.2", 1), { maxTtl: 2 }), [
    "1 10.0.0.1",
    "2 10.0.0.2",
  ]));

Deno.test("a hop that was never probed has no row at the end", () =>
  assert.deepEqual(rows(script().reply(1, "10.0.0.1", 1)), ["1 10.0.0.1"]));

Deno.test("with nothing known there is one silent row at the first ttl", () => {
  assert.deepEqual(rows(script().lost(3).lost(4), { firstTtl: 3 }), ["3 ???"]);
  assert.deepEqual(rows(script()), ["1 ???"]);
});

Deno.test("rows end where a router refuses", () => {
  const events = script().reply(1, "10.0.0.1", 1).reply(2, "10.0.0.2", 1, UNREACHABLE).reply(
    3,
    "10.0.0.2",
    1,
    UNREACHABLE,
  );
  assert.deepEqual(rows(events), ["1 10.0.0.1", "2 10.0.0.2"]);
  assert.deepEqual(events.path().refusal, {
    ttl: 2,
    from: "10.0.0.2",
    icmpType: 3,
    icmpCode: 13,
    mtu: 0,
    isOfTarget: false,
    marker: "!X",
    words: "administratively prohibited",
  });
});

Deno.test("the marker of fragmentation needed names the MTU", () =>
  assert.equal(
    script().reply(1, "10.0.0.1", 1, { kind: "unreachable", icmpCode: 4, mtu: 1400 }).path().refusal?.marker,
    "!F-1400",
  ));

Deno.test("a path that has grown is shown as it is now", () => {
  const events = script().reply(1, TARGET, 1).reply(1, "10.0.0.1", 1).reply(2, TARGET, 1);
  assert.deepEqual(rows(events), ["1 10.0.0.1", `2 ${TARGET}`]);
});

Deno.test("a path that has shrunk is shown as it is now", () => {
  const events = script().reply(1, "10.0.0.1", 1).reply(2, TARGET, 1).reply(1, TARGET, 1);
  assert.deepEqual(rows(events), [`1 ${TARGET}`]);
});

Deno.test("a target that has answered once has been reached, even if the path has changed since", () => {
  const path = script().reply(1, TARGET, 1).reply(1, "10.0.0.1", 1).lost(2).path();
  assert.equal(path.reached, true);
  assert.equal(path.reachedTtl, undefined);
});

Deno.test("loss is of the decided probes: those in flight are not lost", () => {
  const [hop] = script().reply(1, TARGET, 1).lost(1).inFlight(1).inFlight(1).path().hops();
  assert.equal(hop?.lossPercent, 50);
  assert.equal(hop?.inFlight, 2);
});

Deno.test("loss is unknown while no probe is decided", () =>
  assert.equal(script().inFlight(1).path().hops()[0]?.lossPercent, undefined));

Deno.test("late answers and duplicates change neither times nor loss", () => {
  const [hop] = script().reply(1, TARGET, 100).duplicate(1, TARGET, 900).late(1, TARGET, 9_000_000).path().hops();
  assert.equal(hop?.lossPercent, 50);
  assert.equal(hop?.rtt.worstUs, 100);
  assert.equal(hop?.received, 1);
  assert.equal(hop?.late, 1);
  assert.equal(hop?.duplicates, 1);
});

Deno.test("a target that only answers late has not been reached", () =>
  assert.equal(script().late(1, TARGET, 9_000_000).path().reached, false));

Deno.test("a probe that did not leave is lost, and counted apart as well", () => {
  const path = script().sendFailed(1, "noRoute", "ENETUNREACH").path();
  const [hop] = path.hops();
  assert.deepEqual(path.sendFailure, { reason: "noRoute", detail: "ENETUNREACH" });
  assert.equal(hop?.sent, 1);
  assert.equal(hop?.lost, 1);
  assert.equal(hop?.sendFailed, 1);
  assert.equal(hop?.lossPercent, 100);
});

Deno.test("a probe that was told as sent and did not leave after all is the same", () => {
  const path = script().unsent(1, "permissionDenied", "EPERM").path();
  const [hop] = path.hops();
  assert.deepEqual(path.sendFailure, { reason: "permissionDenied", detail: "EPERM" });
  assert.deepEqual([hop?.sent, hop?.lost, hop?.sendFailed, hop?.inFlight], [1, 1, 1, 0]);
});

Deno.test("each responder has its own figures, in the order first seen; the latest is the main one", () => {
  const [hop] = script().reply(1, "10.0.0.1", 100).reply(1, "10.0.0.2", 300).reply(1, "10.0.0.1", 200)
    .path().hops();
  assert.deepEqual(hop?.responders.map(({ address, received, rtt }) => [address, received, rtt.meanUs]), [
    ["10.0.0.1", 2, 150],
    ["10.0.0.2", 1, 300],
  ]);
  assert.equal(hop?.main?.address, "10.0.0.1");
  assert.equal(hop?.rtt.meanUs, 200);
});

Deno.test("the labels of the first and of the latest answer are kept", () => {
  const label = (number: number) => ({ label: number, trafficClass: 0, bottomOfStack: true, ttl: 1 });
  const [hop] = script().reply(1, "10.0.0.1", 1, { labels: [label(16)] }).reply(1, "10.0.0.1", 1, {
    labels: [label(17)],
  })
    .path().hops();
  assert.deepEqual(hop?.main?.firstLabels, [label(16)]);
  assert.deepEqual(hop?.main?.labels, [label(17)]);
});

Deno.test("more responders than the limit are only counted", () => {
  const events = script();
  for (let index = 0; index < RESPONDER_LIMIT + 3; index++) events.reply(1, `2001:db8::${index.toString(16)}`, 1);
  const [hop] = events.path({ family: 6 }).hops();
  assert.equal(hop?.responders.length, RESPONDER_LIMIT);
  assert.equal(hop?.answersFromOthers, 3);
  assert.equal(hop?.received, RESPONDER_LIMIT + 3);
});

Deno.test("the sources of the stamps are counted in pairs", () => {
  const [hop] = script().reply(1, TARGET, 1).reply(1, TARGET, 1, { sentBy: "queue" }).reply(1, TARGET, 1).path().hops();
  assert.deepEqual(hop?.stamps, [
    { sentBy: "driver", receivedBy: "driver", count: 2 },
    { sentBy: "queue", receivedBy: "driver", count: 1 },
  ]);
});

Deno.test("the bounds of a pair's times are their mean and the worst, unless one has none", () => {
  const [hop] = script().reply(1, TARGET, 9, { errorUs: 1 }).reply(1, TARGET, 9, { errorUs: 4 })
    .reply(1, TARGET, 9, { sentBy: "queue", errorUs: 1 }).reply(1, TARGET, 9, { sentBy: "queue" }).path().hops();
  assert.deepEqual(hop?.stamps, [
    { sentBy: "driver", receivedBy: "driver", count: 2, meanErrorUs: 2.5, worstErrorUs: 4 },
    { sentBy: "queue", receivedBy: "driver", count: 2 },
  ]);
});

Deno.test("whatever happens, rows have no gap, begin at the first ttl, and every count adds up", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { script, firstTtl, maxTtl } = randomRun(seed);
    const path = script.path({ firstTtl, maxTtl });
    const hops = path.hops();
    const told = `seed ${seed}`;
    assert.deepEqual(hops.map((hop) => hop.ttl), hops.map((_, index) => firstTtl + index), told);
    assert.ok(hops.length >= 1 && (hops.at(-1)?.ttl ?? 0) <= maxTtl, told);
    for (const hop of hops) {
      assert.ok(hop.sent > 0, told);
      assert.equal(hop.sent, hop.received + hop.lost + hop.inFlight, told);
      const fromResponders = hop.responders.reduce((sum, responder) => sum + (responder.received ?? NaN), 0);
      assert.equal(hop.received + hop.refused, fromResponders + hop.answersFromOthers, told);
    }
    const sent = script.events.filter(({ kind }) => kind === "sent" || kind === "sendFailed");
    assert.equal(path.counts.sent, sent.length, told);
    assert.ok(path.counts.received <= script.events.filter(({ kind }) => kind === "reply").length, told);
  }
});

Deno.test("a target that loses many probes is one row, also where it answers behind it now and then", () => {
  const events = script().reply(1, "10.0.0.1", 1).reply(2, TARGET, 1).reply(3, TARGET, 1);
  for (let round = 0; round < 6; round++) events.reply(1, "10.0.0.1", 1).lost(2).lost(3);
  for (let round = 0; round < 9; round++) events.reply(3, TARGET, 1).lost(2);
  assert.equal(events.path().reachedTtl, 2);
  assert.equal(events.reply(2, TARGET, 1).reply(3, TARGET, 1).path().reachedTtl, 2);
});

Deno.test("a target that has moved behind a silent hop is found where it answers now", () => {
  const events = script().reply(2, TARGET, 1);
  for (let round = 0; round < 3; round++) events.lost(2).reply(3, "10.0.0.3", 1).reply(4, TARGET, 1);
  assert.equal(events.path().reachedTtl, 4);
  assert.equal(events.reply(2, TARGET, 1).path().reachedTtl, 2);
});

Deno.test("that its port is unreachable is how a target answers probes to a port, and a refusal of other probes", () => {
  const events = script().reply(1, TARGET, 1, { kind: "unreachable", icmpType: 3, icmpCode: 3 });
  for (const asksForPort of [true, false]) {
    const path = events.path({ asksForPort });
    assert.equal(path.reachedTtl, 1);
    assert.equal(path.refusalAt(path.hops()[0]!)?.marker, asksForPort ? undefined : "!p");
  }
});

/** What only a target says, and whether it is told beside that it answers. */
const OF_DESTINATION = [
  { family: 4, icmpType: 3, icmpCode: 3, marker: "!p", told: undefined },
  { family: 6, icmpType: 1, icmpCode: 4, marker: "!p", told: undefined },
  { family: 4, icmpType: 3, icmpCode: 2, marker: "!P", told: "!P" },
  { family: 6, icmpType: 4, icmpCode: 1, marker: "!P", told: "!P" },
] as const;

Deno.test("a closed port, or an unknown protocol, is the target's answer from any address, and a firewall's where that has passed probes on", () => {
  const another = "10.0.0.99";
  for (const { family, marker, told, ...code } of OF_DESTINATION) {
    const closed = { kind: "unreachable", ...code } as const;
    const answered = script().reply(1, "10.0.0.1", 1).reply(2, another, 1, closed).path({ family, asksForPort: true });
    assert.deepEqual([answered.reached, answered.reachedTtl, answered.refusal], [true, 2, undefined]);
    assert.equal(answered.refusalAt(answered.hops()[1]!)?.marker, told);
    const router = script().reply(1, "10.0.0.1", 1).reply(2, "10.0.0.1", 1, closed).path({ family, asksForPort: true });
    assert.deepEqual([router.reached, router.refusal?.ttl, router.refusal?.marker], [false, 2, marker]);
    // Nobody has asked a port with an echo request.
    const refused = script().reply(1, "10.0.0.1", 1).reply(2, another, 1, closed).path({ family });
    assert.deepEqual([refused.reached, refused.refusal?.ttl], [false, 2]);
  }
});

Deno.test("another parameter problem, or a prohibition, from another address is a router's", () => {
  for (const [family, icmpType, icmpCode] of [[4, 12, 0], [4, 3, 13], [6, 4, 0], [6, 1, 1], [6, 1, 3]] as const) {
    const refusal = { kind: "unreachable", icmpType, icmpCode } as const;
    const path = script().reply(1, "10.0.0.1", 1).reply(2, "10.0.0.99", 1, refusal).path({ family, asksForPort: true });
    assert.deepEqual([path.reached, path.refusal?.ttl], [false, 2]);
  }
});

Deno.test("a target that a router refuses now and then keeps its row", () => {
  const refusal = { kind: "unreachable", icmpType: 3, icmpCode: 1 } as const;
  const path = script().reply(1, TARGET, 1).reply(2, TARGET, 1).reply(1, "10.0.0.1", 1, refusal).path();
  assert.equal(path.reachedTtl, 1);
  assert.equal(path.hops().length, 1);
});

Deno.test("what is reset is forgotten, and so is what becomes of the probes until then", () => {
  const before = script().reply(1, "10.0.0.1", 100).inFlight(2);
  const path = before.path();
  path.reset();
  const { length } = before.events;
  before.answered(2, TARGET, 200).reply(1, "10.0.0.1", 300);
  for (const event of before.events.slice(length)) path.apply(event);
  assert.equal(path.reached, false);
  assert.deepEqual(path.hops().map(({ ttl, sent, received }) => [ttl, sent, received]), [[1, 1, 1]]);
});

Deno.test("a path lasts from its first probe to the latest that happened, and a path without probes not at all", () => {
  const sent = (atUs: number) =>
    ({ kind: "sent", target: 0, probe: 0, ttl: 1, round: 0, packetBytes: 64, atUs }) as const;
  const lasts = (...events: readonly TraceEvent[]): number | undefined => {
    const path = script().path();
    events.forEach((event) => path.apply(event));
    return path.durationUs;
  };
  assert.equal(lasts(), undefined);
  assert.equal(lasts({ kind: "finished", target: 0, atUs: 7 }), undefined);
  assert.equal(lasts(sent(500)), 0);
  assert.equal(lasts(sent(500), sent(2_500)), 2_000);
  assert.equal(lasts(sent(500), { kind: "finished", target: 0, atUs: 10_000_500 }), 10_000_000);
  assert.equal(script().reply(1, TARGET, 1_234).path().durationUs, 1_234);
});

Deno.test("a path that is begun anew lasts from there", () => {
  const path = script().reply(1, TARGET, 9_000).path();
  path.reset();
  assert.equal(path.durationUs, undefined);
});

Deno.test("what a router refuses is lost to the target, whose times and answers are its own", () => {
  const refused = { kind: "unreachable" } as const;
  const orders: Readonly<Record<string, ReturnType<typeof script>>> = {
    "after answers": script().reply(1, TARGET, 5).reply(1, TARGET, 7).reply(1, "10.0.0.1", 90, refused),
    "before answers": script().reply(1, "10.0.0.1", 90, refused).reply(1, TARGET, 5).reply(1, TARGET, 7),
  };
  for (const [order, events] of Object.entries(orders)) {
    const path = events.path();
    const [hop] = path.hops();
    assert.deepEqual([hop?.received, hop?.lost, hop?.refused, hop?.inFlight], [2, 1, 1, 0], order);
    assert.deepEqual([hop?.main?.address, hop?.rtt.worstUs, hop?.lossRuns?.bursts], [TARGET, 7, 1], order);
    assert.equal(path.refusal, undefined, order);
  }
});

Deno.test("where a router refuses everything its refusals are the answers", () => {
  const refused = { kind: "unreachable" } as const;
  const path = script().reply(1, "10.0.0.1", 3, refused).reply(1, "10.0.0.1", 5, refused).path();
  const [hop] = path.hops();
  assert.deepEqual([hop?.received, hop?.lost, hop?.refused, hop?.rtt.worstUs], [2, 0, 0, 5]);
  assert.equal(path.refusal?.from, "10.0.0.1");
});

Deno.test("whoever says from the target's address that a probe's time was up is a router", () => {
  const path = script().reply(1, "10.0.0.1", 1).reply(2, TARGET, 2, { kind: "timeExceeded" }).reply(3, TARGET, 3)
    .path();
  assert.equal(path.reachedTtl, 3);
  assert.equal(script().reply(1, TARGET, 2, { kind: "timeExceeded" }).path().reached, false);
});

Deno.test("of a row's own probes those to other targets that never left are none less", () => {
  const [hop] = script().reply(1, TARGET, 1).lost(1).sharing(7).reply(1, TARGET, 1).lost(1)
    .unsent(1, "noBuffer", "full").unsent(1, "noBuffer", "full").sharing().path().hops();
  const { count, total, shared } = rowOf(hop!);
  assert.deepEqual([count, total, shared], [2, 4, { count: 1, total: 2 }]);
  const own = ownRowOf(rowOf(hop!));
  assert.deepEqual([own.count, own.total, own.received], [1, 2, 1]);
});
