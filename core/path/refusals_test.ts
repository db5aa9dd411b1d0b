/** Refusals, and who gives answers that only the target should give. */
import assert from "node:assert/strict";
import { type EventScript, type ScriptedAnswer, TARGET } from "./_script.ts";
import { verdictsOf } from "./verdict.ts";
import { check, rounds } from "./_verdict_fixture.ts";

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
