/** What a simulated path does not show as easily; the others stand in tests/sim/verdict_test.ts. */
import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { type EventScript, script, type ScriptedAnswer, TARGET } from "./_script.ts";
import type { PathOptions } from "./path.ts";
import { verdictsOf } from "./verdict.ts";

function check(events: EventScript, expected: readonly string[], options: Partial<PathOptions> = {}): void {
  assert.deepEqual(verdictsOf(events.path(options)).map(({ word, ttl }) => `${word} ${ttl}`), expected);
}

/** So many rounds of the same. */
function rounds(count: number, play: (events: EventScript, round: number) => unknown): EventScript {
  const events = script();
  for (let round = 0; round < count; round++) play(events, round);
  return events;
}

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

Deno.test("refusals after answers are told, and are no change of the path", () =>
  check(
    rounds(10, (events, round) =>
      round < 5 ? events.reply(1, TARGET, 1_000) : events.reply(1, "10.0.0.1", 1_000, { kind: "unreachable" })),
    ["REFUSED 1"],
  ));

Deno.test("one router that refuses some of the probes is told with its part, though the target answers others", () => {
  const events = rounds(20, (events, round) => {
    events.reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.2", 2_000);
    if (round % 4 === 1) events.reply(3, "10.0.0.2", 2_000, { kind: "unreachable", icmpCode: 1 });
    else events.reply(3, TARGET, 3_000);
  });
  const [found, ...others] = verdictsOf(events.path());
  assert.deepEqual([found?.word, found?.ttl, found?.address, others], ["REFUSED", 2, "10.0.0.2", []]);
  assert.deepEqual(found?.numbers, { icmpType: 3, icmpCode: 1, refused: 5, decided: 20, toHop: 3 });
});

Deno.test("a router that refuses what goes to several hops is told with all of them", () => {
  const events = rounds(10, (events, round) => {
    events.reply(1, "10.0.0.1", 1_000);
    for (const ttl of [2, 3]) {
      if (round >= 4 && round < 8) events.reply(ttl, "10.0.0.1", 1_000, { kind: "unreachable", icmpCode: 0 });
      else events.reply(ttl, ttl === 3 ? TARGET : "10.0.0.2", 2_000);
    }
  });
  const [found] = verdictsOf(events.path());
  assert.deepEqual([found?.word, found?.ttl], ["REFUSED", 1]);
  assert.deepEqual(found?.numbers, { icmpType: 3, icmpCode: 0, refused: 8, decided: 20, fromHop: 2, toHop: 3 });
});

Deno.test("what the target itself refuses is told at its own place", () => {
  const events = rounds(
    3,
    (events) => events.reply(1, "10.0.0.1", 1_000).reply(2, TARGET, 2_000, { kind: "unreachable", icmpCode: 13 }),
  );
  const [found] = verdictsOf(events.path());
  assert.deepEqual([found?.word, found?.ttl, found?.address], ["REFUSED", 2, TARGET]);
  assert.deepEqual(found?.numbers, { icmpType: 3, icmpCode: 13 });
});

const PROHIBITED = { kind: "unreachable", icmpCode: 13 } as const;
const CLOSED_PORT = { kind: "unreachable", icmpCode: 3 } as const;

Deno.test("some probes that the target itself refuses are told with their part, whatever came last and its other answers", () => {
  for (const [last, answer, asksForPort] of [[0, {}, false], [1, {}, false], [0, CLOSED_PORT, true]] as const) {
    const events = rounds(
      20,
      (events, round) => events.reply(1, TARGET, 1_000, round % 2 === last ? PROHIBITED : answer),
    );
    const [found, ...others] = verdictsOf(events.path({ asksForPort }));
    assert.deepEqual([found?.word, found?.ttl, found?.address, others], ["REFUSED", 1, TARGET, []]);
    assert.deepEqual(found?.numbers, { icmpType: 3, icmpCode: 13, refused: 10, decided: 20, toHop: 1 });
  }
  const single = rounds(20, (events, round) => events.reply(1, TARGET, 1_000, round === 9 ? PROHIBITED : {}));
  check(single, []);
});

/** By a way of two hops and a longer one, whose end answers every third arrival probe. */
function uneven(from: string, answer: ScriptedAnswer): EventScript {
  return rounds(30, (events, round) => {
    const isLonger = round % 3 === 0;
    events.arriving().reply(30, isLonger ? from : TARGET, 5_000, isLonger ? answer : {}).arriving(false);
    events.reply(1, "10.0.0.1", 1_000).reply(2, TARGET, 2_000).round();
  });
}

Deno.test("what the target refuses of arrival probes is told, and of how many rounds", () => {
  const [found, ...others] = verdictsOf(uneven(TARGET, PROHIBITED).path());
  assert.deepEqual([found?.word, found?.ttl, found?.address, others], ["REFUSED", 2, TARGET, []]);
  assert.deepEqual(found?.numbers, { icmpType: 3, icmpCode: 13, refused: 10, decided: 30, rounds: 30 });
});

Deno.test("who else answers arrival probes is told", () => {
  const [found, ...others] = verdictsOf(uneven("203.0.113.77", { kind: "echoReply" }).path());
  assert.deepEqual([found?.word, found?.ttl, found?.address, others], ["ELSEWHERE", 2, "203.0.113.77", []]);
  assert.deepEqual(found?.numbers, { fromOthers: 10, fromTarget: 20 });
});

Deno.test("whatever the target has answered, and wherever, others are not the only ones who answer for it", () => {
  for (const kind of ["synAck", "initAck", "abort", "reset", "datagram"] as const) {
    const half = rounds(
      20,
      (events, round) =>
        round % 2 === 0
          ? events.reply(1, TARGET, 1_000, { kind })
          : events.reply(1, "203.0.113.77", 1_000, { kind: "unreachable", icmpCode: 2 }),
    );
    const [refused, elsewhere] = verdictsOf(half.path({ asksForPort: true }));
    assert.deepEqual(refused?.numbers, { icmpType: 3, icmpCode: 2, refused: 10, decided: 20, toHop: 1 });
    assert.deepEqual(elsewhere?.numbers, { fromOthers: 10, fromTarget: 10 });
  }
  const moved = rounds(20, (events, round) => {
    if (round < 10) events.reply(1, TARGET, 1_000).round();
    else events.reply(1, "10.0.0.1", 1_000).reply(2, "203.0.113.77", 2_000, { kind: "echoReply" }).round();
  });
  const found = verdictsOf(moved.path()).find(({ word }) => word === "ELSEWHERE");
  assert.deepEqual([found?.ttl, found?.numbers], [2, { fromOthers: 10, fromTarget: 10 }]);
});

Deno.test("a port of the target that is closed is an answer", () =>
  check(
    rounds(3, (events) => events.reply(1, TARGET, 2_000, { kind: "unreachable", icmpCode: 3 })),
    [],
    { asksForPort: true },
  ));

Deno.test("answers from elsewhere that only the target should give are told", () => {
  const never = rounds(3, (events) => events.reply(1, "203.0.113.77", 1_000, { kind: "echoReply" }));
  const [found] = verdictsOf(never.path());
  assert.deepEqual([found?.word, found?.address], ["ELSEWHERE", "203.0.113.77"]);
  assert.deepEqual(found?.numbers, { fromOthers: 3, fromTarget: 0 });
});

Deno.test("so are closed ports that another address tells of, but not those of a firewall on the way", () => {
  const closed = { kind: "unreachable", icmpCode: 3 } as const;
  const asksForPort = { asksForPort: true };
  check(rounds(3, (events) => events.reply(1, "203.0.113.77", 1_000, closed)), ["ELSEWHERE 1"], asksForPort);
  const firewall = rounds(3, (events) => events.reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.1", 1_000, closed));
  check(firewall, ["REFUSED 1"], asksForPort);
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
  assert.equal(since((round) => round >= 12 || round === 3), undefined);
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

/** So many rounds of 0.1 s, of which the target does not answer those. */
function missing(rounds: number, isMissing: (round: number) => boolean): EventScript {
  const events = script();
  for (let round = 0; round < rounds; round++) {
    events.round(round * 100_000);
    if (isMissing(round)) events.lost(1);
    else events.reply(1, TARGET, 1_000);
  }
  return events;
}

function isLimit(events: EventScript): boolean {
  return verdictsOf(events.path()).some(({ word }) => word === "RATE_LIMIT");
}

Deno.test("loss by chance passes for a limit in less than one of 500 runs, however much and however long (seed 7)", () => {
  const random = new Random(7);
  let [runs, limits] = [0, 0];
  for (const rounds of [10, 30, 100, 300]) {
    for (let percent = 1; percent <= 60; percent++) {
      for (let run = 0; run < 25; run++) {
        runs += 1;
        if (isLimit(missing(rounds, () => random.below(100) < percent))) limits += 1;
      }
    }
  }
  assert.ok(limits < runs / 500, `${limits} of ${runs}`);
});

Deno.test("loss in bursts, and one lost probe of four or more, are no limit", () => {
  assert.equal(isLimit(missing(200, (round) => round % 20 < 10)), false);
  for (const every of [4, 5, 10]) assert.equal(isLimit(missing(200, (round) => round % every === 0)), false);
});

/** Losses and answers in runs, each longer by one probe with this probability: Gilbert's model. */
function bursty(random: Random, longerPercent: { readonly lost: number; readonly answered: number }): () => boolean {
  let isLost = false;
  return () => {
    if (random.below(100) >= (isLost ? longerPercent.lost : longerPercent.answered)) isLost = !isLost;
    return isLost;
  };
}

/** Outages of this length, after times of any length. */
function equallyLong(random: Random, probes: number, betweenPercent: number): () => boolean {
  let left = 0;
  return () => {
    if (left === 0 && random.below(100) < betweenPercent) left = probes;
    else if (left > 0) left -= 1;
    return left > 0;
  };
}

Deno.test("loss in bursts, and outages of one length, pass for a limit in less than one of 500 runs (seed 9)", () => {
  const random = new Random(9);
  let [runs, limits] = [0, 0];
  for (const rounds of [50, 100, 300]) {
    for (let run = 0; run < 500; run++) {
      const percent = { lost: 50 + random.below(45), answered: 50 + random.below(45) };
      const losses = [bursty(random, percent), equallyLong(random, 3 + random.below(8), 5 + random.below(20))];
      runs += losses.length;
      for (const isMissing of losses) if (isLimit(missing(rounds, isMissing))) limits += 1;
    }
  }
  assert.ok(limits < runs / 500, `${limits} of ${runs}`);
});

Deno.test("so many answers in each second are a limit, and the same by another period may be an outage", () => {
  for (const answered of [1, 2, 3, 5, 7]) {
    for (const rounds of [80, 100, 500]) {
      assert.equal(isLimit(missing(rounds, (round) => round % 10 >= answered)), true, `${answered}, ${rounds}`);
      if (answered > 1) assert.equal(isLimit(missing(rounds, (round) => round % 17 >= answered + 5)), false);
    }
  }
});

Deno.test("a limit is told from twenty probes on, and through a clock that trembles", () => {
  assert.equal(isLimit(missing(12, (round) => round % 2 === 0)), false);
  for (const rounds of [21, 50, 500]) assert.equal(isLimit(missing(rounds, (round) => round % 2 === 0)), true);
  const random = new Random(8);
  let next = 0;
  const trembling = missing(200, (round) => {
    if (round < next) return true;
    next = round + 4 + random.below(3);
    return false;
  });
  assert.equal(isLimit(trembling), true);
});
