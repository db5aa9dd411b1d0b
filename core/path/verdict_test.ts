/** What a simulated path does not show as easily; the others stand in tests/sim/verdict_test.ts. */
import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "./_script.ts";
import { type Verdict, verdictsOf } from "./verdict.ts";
import { check, rounds } from "./_verdict_fixture.ts";

/** One answer of each hop, with these TTLs at arrival. */
function withReplyTtls(...ttls: readonly number[]): EventScript {
  const events = script();
  ttls.forEach((replyTtl, index) => {
    events.reply(index + 1, index === ttls.length - 1 ? TARGET : `10.0.0.${index + 1}`, 1_000, { replyTtl });
  });
  return events;
}

Deno.test("of a run without any answer there is nothing to say", () => check(script(), []));

Deno.test("answers that come back as far as probes went are no hint", () => check(withReplyTtls(255, 254, 62, 61), []));

Deno.test("answers that passed more hops than probes, up to the target, are one", () => {
  check(withReplyTtls(255, 254, 249, 58), ["ASYMMETRIC 3"]);
  const [found] = verdictsOf(withReplyTtls(255, 254, 249, 58).path());
  assert.deepEqual(found?.numbers, { hopsThere: 4, hopsBack: 7 });
});

Deno.test("a way back that only some routers before the target have, or the target alone, is none", () => {
  check(withReplyTtls(255, 249, 248, 61), []);
  check(withReplyTtls(255, 254, 253, 55), []);
});

Deno.test("probes that did not leave this host are no loss of the path", () =>
  check(
    rounds(10, (events, round) => {
      if (round % 2 === 0) events.sendFailed(1, "noBuffer", "ENOBUFS");
      else events.reply(1, TARGET, 1_000);
    }),
    ["UNSENT 1"],
  ));

Deno.test("probes that did not leave are told with the system's word, unless none left", () => {
  const events = script().sendFailed(1, "other", "EPERM").reply(2, TARGET, 1_000).reply(2, TARGET, 1_000);
  const [found] = verdictsOf(events.path());
  assert.deepEqual(found?.numbers, { unsent: 1, probes: 3 });
  check(script().sendFailed(1, "other", "EPERM").sendFailed(1, "other", "EPERM"), []);
});

Deno.test("probes in flight are not missing", () =>
  check(
    rounds(10, (events, round) => {
      if (round < 5) events.reply(1, TARGET, 1_000);
      else events.inFlight(1);
    }),
    [],
  ));

Deno.test("where times are none, nobody knows when a path changed", () => {
  const events = rounds(
    10,
    (events, round) => events.reply(1, round < 5 ? "10.0.0.1" : "10.0.0.2", 1_000).reply(2, TARGET, 2_000),
  );
  check(events, ["CHANGED 1"]);
  const [timed] = verdictsOf(events.path());
  const [untimed] = verdictsOf(events.path({ isUntimed: true }));
  assert.ok(timed !== undefined && "afterUs" in timed.numbers);
  assert.deepEqual([timed.before, timed.address], ["10.0.0.1", "10.0.0.2"]);
  assert.ok(untimed !== undefined && !("afterUs" in untimed.numbers));
});

Deno.test("answers that came too late are told beside the loss that they are", () => {
  const events = rounds(30, (events, round) => {
    if (round % 3 === 0) events.late(1, TARGET, 1_000);
    else events.reply(1, TARGET, 1_000);
  });
  const [found] = verdictsOf(events.path());
  assert.deepEqual([found?.word, found?.numbers["lost"], found?.numbers["late"]], ["LOSS", 10, 10]);
});

Deno.test("answers that come late by a rule are no limit, at the target and at a router", () => {
  const late = (round: number): boolean => round % 3 === 2;
  const atTarget = rounds(60, (events, round) => {
    if (late(round)) events.late(1, TARGET, 1_000);
    else events.reply(1, TARGET, 1_000);
  });
  check(atTarget, ["LOSS 1"]);
  const atRouter = rounds(60, (events, round) => {
    if (late(round)) events.late(1, "10.0.0.1", 1_000);
    else events.reply(1, "10.0.0.1", 1_000);
    events.reply(2, TARGET, 1_000);
  });
  check(atRouter, ["RATE_LIMIT 1"]);
  const [found] = verdictsOf(atRouter.path());
  assert.deepEqual([found?.numbers["late"], found?.numbers["answersPerSecond"]], [20, undefined]);
});

Deno.test("a target that falls silent for good is told with the time, and not where it has answered late or again", () => {
  const since = (isLost: (round: number) => boolean, lateRound = -1): number | undefined => {
    const events = rounds(20, (events, round) => {
      events.round(round * 100_000);
      if (round === lateRound) events.late(1, TARGET, 1_000);
      else if (isLost(round)) events.lost(1);
      else events.reply(1, TARGET, 1_000);
    });
    return verdictsOf(events.path()).find(({ word }) => word === "LOSS")?.numbers["silentSinceUs"];
  };
  assert.equal(since((round) => round >= 12), 1_200_000);
  assert.equal(since((round) => round >= 12 && round < 19), undefined);
  assert.equal(since((round) => round >= 12 || round === 3), 1_200_000);
  assert.equal(since((round) => round >= 17 || round % 3 === 1), undefined);
  assert.equal(since((round) => round >= 12, 15), undefined);
});

Deno.test("who is slow from the first hop on is compared with nobody, and many late answers are told beside the median", () => {
  const slow = rounds(20, (events, round) => {
    events.reply(1, "10.0.0.1", 150_000);
    if (round % 4 === 0) events.late(2, TARGET, 600_000);
    else events.reply(2, TARGET, 151_000);
  });
  const found = verdictsOf(slow.path()).find(({ word }) => word === "LATENCY");
  assert.deepEqual([found?.ttl, found?.numbers], [1, { stepUs: 150_000, medianUs: 150_000, late: 5 }]);
});

Deno.test("the way back of answers from a loop is no hint", () => {
  const events = rounds(3, (events) => {
    [1, 2, 3, 4, 5, 6, 7].forEach((ttl) =>
      events.reply(ttl, `10.0.0.${1 + ttl % 2}`, 1_000, { replyTtl: 255 - ttl % 2 })
    );
    events.lost(8);
  });
  check(events, ["LOOP 1"]);
});

Deno.test("a hop that leaves out answers of its own may hide where loss begins", () => {
  const events = rounds(100, (events, round) => {
    const isLost = round % 5 === 0;
    events.reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.2", 1_000);
    if (round % 10 < 3) events.lost(3);
    else events.reply(3, "10.0.0.3", 1_000);
    for (const ttl of [4, 5]) {
      if (isLost) events.lost(ttl);
      else events.reply(ttl, ttl === 5 ? TARGET : "10.0.0.4", 1_000);
    }
  });
  const found = verdictsOf(events.path()).find(({ word }) => word === "LOSS");
  assert.deepEqual([found?.numbers["earliestHop"], found?.numbers["latestHop"]], [3, 4]);
});

/** Ten rounds without load, then ten with it, of which so many reach the target. */
function loaded(answered: number, delayUs: number): EventScript {
  return rounds(20, (events, round) => {
    const load = round < 10 ? "idle" : "loaded";
    const rttUs = 10_000 + round + (load === "loaded" ? delayUs : 0);
    events.reply(1, "10.0.0.1", 1_000, { load });
    if (round < 10 + answered) events.reply(2, TARGET, rttUs, { load });
    else events.lost(2, load);
  });
}

Deno.test("what is lost while this host sends load is BLOAT's, with later answers and without", () => {
  check(loaded(5, 0), []);
  for (const [answered, delayUs] of [[5, 30_000], [3, 0], [3, 30_000]] as const) {
    const [found, ...others] = verdictsOf(loaded(answered, delayUs).path());
    assert.deepEqual([found?.word, found?.ttl, others], ["BLOAT", 2, []]);
    const { idleLost, idleDecided, loadedLost, loadedDecided, loadedMedianUs } = found!.numbers;
    assert.deepEqual([idleLost, idleDecided, loadedLost, loadedDecided], [0, 10, 10 - answered, 10]);
    assert.equal(loadedMedianUs === undefined, delayUs === 0);
  }
});

Deno.test("a silent hop may be where loss begins", () => {
  const events = rounds(50, (events, round) => {
    events.reply(1, "10.0.0.1", 1_000).lost(2);
    if (round % 3 === 0) events.lost(3);
    else events.reply(3, TARGET, 1_000);
  });
  const found = verdictsOf(events.path()).find(({ word }) => word === "LOSS");
  assert.deepEqual([found?.ttl, found?.numbers["earliestHop"], found?.numbers["latestHop"]], [3, 2, 3]);
});

Deno.test("delay that began during the run is a step, though some answers were quick", () =>
  check(
    rounds(20, (events, round) => {
      const delayUs = round < 5 ? 0 : 100_000;
      events.reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.2", 5_000 + delayUs).reply(3, TARGET, 6_000 + delayUs);
    }),
    ["LATENCY 2"],
  ));

/** Rounds of four flows over ways of unequal length in time; those of them that are slower by so much from a round to another. */
function slowing(slow: readonly number[], { byUs = 50_000, from = 25, to = 60 } = {}): readonly Verdict[] {
  const events = rounds(60, (events, round) => {
    events.round(round * 1_000_000);
    for (const flow of [1, 2, 3, 4]) {
      const delayUs = slow.includes(flow) && round >= from && round < to ? byUs : 0;
      const rttUs = 5_000 + 20_000 * flow + (round * 7 + flow) % 5 * 1_000;
      events.of(flow).reply(1, "10.0.0.1", 2_000).reply(2, `10.0.1.${flow % 2}`, rttUs + delayUs)
        .reply(3, TARGET, rttUs + 2_000 + delayUs);
    }
  });
  return verdictsOf(events.path({ hasConstantFlows: true })).filter(({ numbers }) =>
    "slowerSinceUs" in numbers || "slowerUntilUs" in numbers
  );
}

Deno.test("of several flows it is told how many are slower for a part of the run, and from where on", () => {
  for (const slow of [[2], [1, 3], [1, 2, 3, 4]]) {
    const [found, ...others] = slowing(slow);
    assert.deepEqual([found?.ttl, others.length], [2, 0], `${slow}`);
    const { stepUs, slowerSinceUs, slowerUntilUs, flowsLosing, flows } = found!.numbers;
    assert.deepEqual([stepUs, slowerSinceUs! / 1_000_000, slowerUntilUs], [50_000, 25, undefined]);
    assert.deepEqual([flowsLosing, flows], [slow.length, 4]);
  }
  const [over] = slowing([3, 4], { from: 10, to: 35 });
  assert.deepEqual([over?.numbers["flowsLosing"], over?.numbers["slowerUntilUs"]], [2, 35_000_000]);
  assert.deepEqual(slowing([]), []);
});

Deno.test("where the quickest of several flows dies none has become slower", () => {
  const events = rounds(60, (events, round) => {
    events.round(round * 1_000_000).of(1).reply(1, "10.0.0.1", 2_000);
    if (round < 30) events.reply(2, TARGET, 20_000);
    else events.lost(2);
    events.of(2).reply(1, "10.0.0.1", 2_000).reply(2, TARGET, 60_000);
  });
  const found = verdictsOf(events.path({ hasConstantFlows: true }));
  assert.deepEqual(found.filter(({ numbers }) => "slowerSinceUs" in numbers), []);
});

Deno.test("of several flows it is told which lose, and where", () => {
  const events = rounds(20, (events) => {
    for (const flow of [1, 2, 3, 4]) {
      events.of(flow).reply(1, `10.0.0.${flow % 2}`, 1_000);
      if (flow % 2 === 1) events.lost(2).lost(2).reply(2, TARGET, 2_000);
      else events.reply(2, TARGET, 2_000);
    }
  });
  const found = verdictsOf(events.path()).find(({ word }) => word === "LOSS");
  assert.deepEqual([found?.numbers["flowsLosing"], found?.numbers["flows"]], [2, 4]);
});

Deno.test("a verdict about a hop with several addresses says how many others there are", () => {
  const events = rounds(20, (events, round) => {
    if (round % 2 === 0) events.reply(1, `10.0.0.${round % 3}`, 1_000).reply(2, TARGET, 2_000);
    else events.lost(1).reply(2, TARGET, 2_000);
  });
  assert.equal(verdictsOf(events.path()).find(({ word }) => word === "RATE_LIMIT")?.others, 2);
});
