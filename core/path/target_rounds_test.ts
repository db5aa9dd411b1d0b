import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "./_script.ts";
import type { PathOptions } from "./path.ts";
import { statusOf } from "./status.ts";
import { targetByRounds, targetOf } from "./target.ts";

const REFUSAL = { kind: "unreachable", icmpType: 3, icmpCode: 1 } as const;
const ROUTER = "10.0.0.1";

/** `received`, `lost` and `in flight` of the rounds; `undefined` where the row stands for the target. */
function rounds(events: EventScript, options: Partial<PathOptions> = {}): readonly number[] | undefined {
  const own = targetByRounds(events.path(options));
  return own && [own.received ?? NaN, own.lost ?? NaN, own.inFlight ?? NaN];
}

/** Three rounds in which it answers at ttl 2, and one in which a router does so there. */
function moved(): EventScript {
  return steady().reply(1, ROUTER, 1).reply(2, "10.0.0.2", 2);
}

function steady(): EventScript {
  const events = script();
  for (let round = 0; round < 3; round++) events.reply(1, ROUTER, 1).reply(2, TARGET, 2).round();
  return events;
}

Deno.test("a round counts when its last probe has been sent and all are decided", () => {
  assert.deepEqual(rounds(moved().inFlight(3)), [3, 0, 1]);
  assert.deepEqual(rounds(moved().inFlight(3).round()), [3, 0, 1]);
  assert.deepEqual(rounds(moved().lost(3)), [3, 0, 1]);
  assert.deepEqual(rounds(moved().lost(3).round()), [3, 1, 0]);
});

Deno.test("a round is what its furthest probe is, whatever became of those before", () => {
  assert.deepEqual(rounds(moved().inFlight(3).reply(4, TARGET, 5).round()), [4, 0, 0]);
  assert.deepEqual(rounds(moved().reply(3, TARGET, 5).lost(4).round()), [3, 1, 0]);
  assert.deepEqual(rounds(moved().reply(3, TARGET, 5).inFlight(4).round()), [3, 0, 1]);
});

Deno.test("a round is refused where its furthest probe is, and lost where that is", () => {
  const refused = (events: EventScript): readonly unknown[] => {
    const { lost, refused } = targetOf(events.path()) ?? {};
    return [lost, refused];
  };
  assert.deepEqual(refused(moved().reply(3, ROUTER, 5, REFUSAL).round().lost(3).round()), [2, 1]);
  assert.deepEqual(refused(moved().lost(3).reply(4, ROUTER, 5, REFUSAL).round().lost(3).round()), [2, 1]);
  assert.deepEqual(refused(moved().reply(3, ROUTER, 5, REFUSAL).lost(4).round().lost(3).round()), [2, 0]);
});

Deno.test("a late answer of the target to the probe that counts is its round's, whenever it comes", () => {
  const late = (events: EventScript): number | undefined => targetOf(events.path())?.late;
  assert.equal(late(moved().lost(3).round()), 0);
  assert.equal(late(moved().late(3, TARGET, 5).round()), 1);
  assert.equal(late(moved().lost(3).round().heard("late", 3, 0)), 1);
  assert.equal(late(moved().lost(3).round().heard("late", 3, 0).heard("late", 3, 0)), 1);
  assert.equal(late(moved().late(3, TARGET, 5).lost(4).round()), 0);
  assert.equal(late(moved().late(3, ROUTER, 5).round()), 0);
  assert.equal(targetOf(moved().late(3, TARGET, 5).path({ unknown: ["late"] }))?.late, undefined);
});

Deno.test("of a round that the target answers late nobody else was the last to answer, whenever that shows", () => {
  const last = (events: EventScript): readonly unknown[] => {
    const { ttl, address, rounds } = events.path().lastAnswer ?? {};
    return [ttl, address, rounds];
  };
  const missed = (events: EventScript): EventScript =>
    events.reply(1, ROUTER, 1).reply(2, "10.0.0.2", 2).lost(3).round();
  const two = (): EventScript => missed(missed(steady()));
  assert.deepEqual(last(two()), [2, "10.0.0.2", 2]);
  assert.deepEqual(last(two().heard("late", 3, 0)), [2, "10.0.0.2", 1]);
  assert.deepEqual(last(two().heard("late", 3, 0).heard("late", 3, 3)), [undefined, undefined, undefined]);
  assert.deepEqual(last(two().reply(2, "10.0.0.3", 2).late(3, TARGET, 5).round()), [2, "10.0.0.2", 2]);
});

/** So many rounds, one after the other. */
function times(events: EventScript, count: number, round: (events: EventScript) => EventScript): EventScript {
  for (let done = 0; done < count; done++) round(events).round();
  return events;
}

Deno.test("a round that begins with an arrival probe is what becomes of that one alone, at once", () => {
  const answered = steady().arriving().reply(30, TARGET, 7);
  assert.deepEqual(rounds(answered), [4, 0, 0]);
  assert.equal(targetOf(answered.path())?.rtt.lastUs, 7);
  const others = (events: EventScript): EventScript => events.arriving(false).reply(1, ROUTER, 1).reply(2, TARGET, 2);
  assert.deepEqual(rounds(others(steady().arriving().lost(30)).round()), [3, 1, 0]);
  assert.deepEqual(rounds(others(steady().arriving().reply(30, ROUTER, 9)).round()), [3, 1, 0]);
  assert.deepEqual(rounds(others(steady().arriving().inFlight(30)).round()), [3, 0, 1]);
  const refused = targetOf(
    others(steady().arriving().reply(30, ROUTER, 1, REFUSAL)).round().arriving().reply(30, TARGET, 7).path(),
  );
  assert.deepEqual([refused?.lost, refused?.refused], [1, 1]);
});

Deno.test("an arrival probe that is not the first of its round is no round's", () => {
  const odd = steady().reply(1, ROUTER, 1).arriving().lost(30).arriving(false).reply(2, TARGET, 2).round().path();
  const { received, lost, inFlight } = targetOf(odd)!;
  assert.deepEqual([received, lost, inFlight, odd.arrivals, odd.arrivalProbes], [4, 0, 0, undefined, {
    count: 1,
    total: 1,
  }]);
  const twice = steady().arriving().reply(30, TARGET, 5).lost(30).arriving(false).lost(2).round();
  assert.deepEqual(rounds(twice), [4, 0, 0]);
});

Deno.test("arrival probes are counted, and are of no row", () => {
  const path = moved().round().arriving().reply(30, ROUTER, 9).lost(30).arriving(false).reply(1, ROUTER, 1).path();
  assert.deepEqual(
    path.hops().map(({ ttl, sent }) => [ttl, sent]),
    [[1, 5], [2, 4], [3, 0]].slice(0, path.hops().length),
  );
  assert.deepEqual([path.counts.sent, path.counts.lost], [11, 1]);
});

Deno.test("where routers had said so, rounds that were too short are lost as soon as arrival probes show it", () => {
  const short = (events: EventScript): EventScript => events.reply(1, ROUTER, 1).reply(2, ROUTER, 2);
  const seen = (events: EventScript): EventScript => short(events.arriving().lost(30).arriving(false));
  const missed = (events: EventScript): EventScript => events.arriving().reply(30, TARGET, 5).arriving(false);
  // Of three packets that a router answered where the target is, two are lost.
  assert.deepEqual(rounds(times(moved().round(), 2, seen)), [3, 3, 0]);
  // None of them is: the way is a longer one.
  assert.deepEqual(rounds(times(moved().round(), 2, (events) => short(missed(events)))), [5, 0, 0]);
});

Deno.test("whose furthest probe a router answers was too short, unless no round may go further", () => {
  assert.deepEqual(rounds(moved().round().lost(1).lost(2).lost(3).round()), [3, 1, 0]);
  assert.deepEqual(rounds(moved().round(), { maxTtl: 2 }), [3, 1, 0]);
});

Deno.test("a further answer of the target counts where somebody else was quicker", () => {
  const forged = script();
  for (let round = 0; round < 4; round++) {
    forged.reply(1, ROUTER, 1).reply(2, ROUTER, 2, REFUSAL).duplicate(2, TARGET, 9).round();
  }
  assert.deepEqual(rounds(forged), [4, 0, 0]);
  assert.equal(targetOf(forged.path())?.rtt.meanUs, 9);
  assert.equal(statusOf(forged.path(), true), "OK");
});

Deno.test("what is refused, or did not leave, is lost and counted apart", () => {
  const refused = targetOf(moved().reply(3, ROUTER, 1, REFUSAL).round().reply(1, ROUTER, 1).lost(2).round().path());
  assert.deepEqual([refused?.received, refused?.lost, refused?.refused], [3, 2, 1]);
  const unsent = targetOf(moved().sendFailed(3, "noBuffer", "ENOBUFS").round().path());
  assert.deepEqual([unsent?.received, unsent?.lost, unsent?.sendFailed], [3, 1, 1]);
});

Deno.test("losses behind the place where it answered tell of the target where rounds did not ask there", () => {
  const events = script();
  for (let round = 0; round < 4; round++) events.reply(1, ROUTER, 1).lost(2).reply(3, TARGET, 3).round();
  for (let round = 0; round < 4; round++) events.reply(1, ROUTER, 1).reply(2, TARGET, 2).round();
  assert.deepEqual(rounds(events), [8, 0, 0]);
});

Deno.test("where rounds leave out hops, or nobody tells when they are over, the row stands for the target", () => {
  assert.equal(rounds(moved().lost(3).round(), { hasPartialRounds: true }), undefined);
  const untold = script().reply(1, ROUTER, 1).reply(2, TARGET, 2).reply(2, ROUTER, 2).reply(3, TARGET, 3);
  assert.equal(rounds(untold), undefined);
});

Deno.test("the rounds of a search for all paths, and those begun before figures begin anew, do not count", () => {
  const searched = script().reply(1, ROUTER, 1).lost(2).surveyed(2).round();
  assert.deepEqual(rounds(searched.reply(2, TARGET, 2).round().reply(2, ROUTER, 2).lost(3).round()), [1, 1, 0]);
  const path = script().reply(1, ROUTER, 1).reply(2, TARGET, 2).round().inFlight(1).path();
  path.reset();
  const rest = script().reply(1, ROUTER, 1).reply(2, TARGET, 2).round().lost(1).lost(2).round();
  rest.events.forEach((event) => path.apply(event));
  assert.equal(path.target, undefined);
});

Deno.test("memory does not grow with rounds that nobody decides", () => {
  const events = moved().round();
  for (let round = 0; round < 5_000; round++) events.inFlight(3).round();
  assert.deepEqual(rounds(events), [3, 0, 4_096]);
});
