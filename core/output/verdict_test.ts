import assert from "node:assert/strict";
import { type EventScript, script, type ScriptedAnswer, TARGET } from "../path/_script.ts";
import { toldVerdicts } from "./verdict.ts";
import type { Access } from "../messages.ts";

const NO_STRANGERS = { foreign: 7, forged: 0, malformed: 0, overflowed: 0 };
const STRANGERS = { ...NO_STRANGERS, forged: 2, malformed: 1 };

function sentences(play: (events: EventScript) => unknown, counts = NO_STRANGERS): readonly string[] {
  const events = script();
  for (let round = 0; round < 10; round++) play(events);
  return toldVerdicts({ path: events.path() }, counts).map(({ sentence }) => sentence);
}

Deno.test("that nobody answers is said only where no message may have been the answer", () => {
  const silent = (events: EventScript): unknown => events.lost(1).reply(2, TARGET, 2_000);
  assert.deepEqual(sentences(silent), ["hop 1 answers none of 10 probes, but hops behind it answer 10 of 10"]);
  assert.deepEqual(sentences(silent, STRANGERS), [
    "no answer of hop 1 fits one of 10 probes, and 3 messages of this run fit none, but hops behind it answer 10 of 10",
  ]);
  const black = (events: EventScript): unknown => events.reply(1, "10.0.0.1", 1_000).lost(2);
  assert.deepEqual(sentences(black), ["nobody answers from behind hop 1 (10.0.0.1)"]);
  assert.deepEqual(sentences(black, STRANGERS), [
    "no answer from behind hop 1 (10.0.0.1) fits a probe, and 3 messages of this run fit none",
  ]);
});

Deno.test("without raw sockets nobody is called silent for certain", () => {
  const events = script();
  for (let round = 0; round < 10; round++) events.lost(1).reply(2, "10.0.0.2", 2_000).lost(3);
  const path = events.path();
  const told = (access?: Access): readonly string[] => toldVerdicts({ path, access }).map(({ sentence }) => sentence);
  const heard = ["nobody answers from behind hop 2 (10.0.0.2)", "hop 1 answers none of 10 probes"];
  const behind = ", but hops behind it answer 10 of 10";
  assert.deepEqual(told("raw"), [heard[0], `${heard[1]}${behind}`]);
  const root = ", as far as heard without root";
  for (const access of ["datagram", "connect"] as const) {
    assert.deepEqual(told(access), [`${heard[0]}${root}`, `${heard[1]}${root}${behind}`]);
  }
});

Deno.test("nor is who does not answer any more", () => {
  const events = script();
  for (let round = 0; round < 20; round++) {
    events.round(round * 1_000_000);
    if (round === 0) events.reply(1, "10.0.0.1", 1_000);
    else events.lost(1);
    events.reply(2, TARGET, 2_000);
  }
  assert.deepEqual(toldVerdicts({ path: events.path(), access: "datagram" }).map(({ sentence }) => sentence), [
    "hop 1 (10.0.0.1) has not answered since 1.0 s after the start: 19 of 20 probes have no answer, as far as heard " +
    "without root, but 0 of 20 behind it",
  ]);
});

Deno.test("answers that come too late are told as what they are, with what helps", () => {
  const late = "10 of 10 probes are answered later than --timeout (-Z), by 192.0.2.99 after 2.0 s";
  const slow = (events: EventScript): unknown => events.reply(1, "10.0.0.1", 1_000).late(2, TARGET, 2_000_000);
  assert.deepEqual(sentences(slow), [`answers from behind hop 1 (10.0.0.1) come too late: ${late}`]);
  assert.deepEqual(sentences((events) => events.late(1, TARGET, 2_000_000)), [
    `answers from hop 1 on come too late: ${late}`,
  ]);
  assert.deepEqual(sentences((events) => events.late(1, TARGET, 2_000_000).reply(2, TARGET, 2_000)), [
    `hop 1 answers none of 10 probes in time, but hops behind it answer 10 of 10; ${late}`,
  ]);
  let round = 0;
  const few = (events: EventScript): unknown =>
    round++ === 0
      ? events.late(1, "10.0.0.1", 1_500_000)
      : round === 2
      ? events.late(1, "10.0.0.1", 3_000_000)
      : events.lost(1);
  assert.deepEqual(sentences(few), [
    "nobody answers from hop 1 on; 2 of 10 probes are answered later than --timeout (-Z), by 10.0.0.1 after 1.5 s to 3.0 s",
  ]);
});

Deno.test("messages that name no probe may be the answers where they are as many as those that are missing", () => {
  const silent = (events: EventScript): unknown => events.lost(1).reply(2, TARGET, 2_000);
  assert.deepEqual(sentences(silent, { ...NO_STRANGERS, foreign: 10 }), [
    "no answer of hop 1 fits one of 10 probes, and 10 messages of this run fit none, but hops behind it answer 10 of 10",
  ]);
});

Deno.test("some probes that are refused are told with their part, and the reason", () => {
  let round = 0;
  const some = (events: EventScript): unknown =>
    round++ % 2 === 0
      ? events.reply(1, "10.0.0.1", 1_000).reply(2, TARGET, 2_000)
      : events.reply(1, "10.0.0.1", 1_000).reply(2, "10.0.0.1", 1_000, { kind: "unreachable", icmpCode: 1 });
  assert.deepEqual(sentences(some), [
    "5 of 10 probes to hop 2 are refused by hop 1 (10.0.0.1): host unreachable (!H)",
  ]);
});

Deno.test("some probes that the target itself refuses are told with their part, or that of the rounds that count", () => {
  let round = 0;
  const answer = (): ScriptedAnswer => round++ % 2 === 0 ? {} : { kind: "unreachable", icmpCode: 13 };
  assert.deepEqual(sentences((events) => events.reply(1, TARGET, 2_000, answer())), [
    "the target's own address refuses 5 of 10 probes, at hop 1 (192.0.2.99): administratively prohibited (!X)",
  ]);
  assert.deepEqual(
    sentences((events) =>
      events.arriving().reply(30, TARGET, 1_000, answer()).arriving(false).reply(1, TARGET, 1_000).round()
    ),
    ["the target's own address refuses the probes of 5 of 10 rounds: administratively prohibited (!X)"],
  );
  const narrow = (): ScriptedAnswer => round++ % 2 === 0 ? {} : { kind: "unreachable", icmpCode: 4, mtu: 576 };
  assert.deepEqual(
    sentences((events) =>
      events.arriving().reply(30, TARGET, 1_000, narrow()).arriving(false).reply(1, TARGET, 1_000).round()
    ),
    ["hop 1 (192.0.2.99) says that packets of more than 576 bytes do not fit: 5 of 10 rounds are refused"],
  );
});

/** A hop and a target behind it, in rounds of a second. */
function sentencesOf(
  rounds: number,
  play: (events: EventScript, round: number) => unknown,
  counts = NO_STRANGERS,
): readonly string[] {
  const events = script();
  for (let round = 0; round < rounds; round++) play(events.round(round * 1_000_000), round);
  return toldVerdicts({ path: events.path() }, counts).map(({ sentence }) => sentence);
}

Deno.test("what is missing at a router is said of it and of what goes further, and no more", () => {
  const half = (events: EventScript, round: number): unknown =>
    (round % 10 < 5 ? events.lost(1) : events.reply(1, "10.0.0.1", 1_000)).reply(2, TARGET, 2_000);
  const words = "answers of hop 1 (10.0.0.1) are missing: 10 of 20 probes have none, but 0 of 20 behind it; " +
    "probes that go further have none of this loss";
  assert.deepEqual(sentencesOf(20, half), [words]);
  assert.deepEqual(sentencesOf(20, half, STRANGERS), [`${words}; 3 messages of this run fit none`]);
});

Deno.test("answers that come after the timeout are not called lost", () => {
  const late = (events: EventScript, round: number): unknown =>
    round % 2 === 0 ? events.late(1, TARGET, 700_000) : events.reply(1, TARGET, 400_000);
  assert.deepEqual(sentencesOf(20, late), [
    "answers come later than --timeout from hop 1 (192.0.2.99) on: 50.0 % of the target's answers are missing (10 of 20; 95 % " +
    "confidence: 29.9 to 70.1 %); 10 of these were answered late",
    "hop 1 (192.0.2.99) is already slow: a median of 400.0 ms from there on; 10 answers of the target came late, and " +
    "are not in it",
  ]);
});

Deno.test("where most of what is missing in rounds came late, nothing is called lost either", () => {
  const late = (events: EventScript, round: number): unknown => {
    if (round % 2 === 0) events.arriving().lost(30).heard("late", 30, 0).arriving(false);
    else events.arriving().reply(30, TARGET, 2_000).arriving(false);
    return events.reply(1, "10.0.0.1", 1_000).reply(2, TARGET, 2_000);
  };
  assert.deepEqual(sentencesOf(20, late), [
    "answers come later than --timeout: 50.0 % of the target's answers are missing (10 of 20 rounds; 95 % confidence: " +
    "29.9 to 70.1 %); 20 of the rounds are probes with TTL enough for any way; 10 of these were answered late",
  ]);
});

Deno.test("who answers no more is told with the time since when, instead of a share", () => {
  const gone = (events: EventScript, round: number): unknown =>
    round < 12 ? events.reply(1, TARGET, 2_000) : events.lost(1);
  assert.deepEqual(sentencesOf(20, gone), [
    "probes or their answers are lost from hop 1 (192.0.2.99) on: the target has not answered since 12.0 s after the " +
    "start (8 of 20)",
  ]);
});

Deno.test("a changed path is told with both addresses, how often it changed, and at how many hops", () => {
  const once = (events: EventScript, round: number): unknown =>
    events.reply(1, round < 10 ? "10.0.0.1" : "10.0.0.2", 1_000).reply(2, TARGET, 2_000);
  assert.deepEqual(sentencesOf(20, once), [
    "the path changed 10.0 s after the start: hop 1 from 10.0.0.1 to 10.0.0.2",
  ]);
  const twice = (events: EventScript, round: number): unknown => {
    const way = round < 5 || round >= 15 ? 1 : 2;
    return events.reply(1, `10.0.1.${way}`, 1_000).reply(2, `10.0.2.${way}`, 1_000).reply(3, TARGET, 2_000);
  };
  assert.deepEqual(sentencesOf(20, twice), [
    "the path changed 2 times, the last 15.0 s after the start: hop 1 from 10.0.1.2 to 10.0.1.1; 2 hops in all",
  ]);
});

Deno.test("several addresses in turn may be those of one router, unless the next hop has several, too", () => {
  const turns = (next: boolean) => (events: EventScript, round: number): unknown => {
    const turn = round * 7 % 4 < 2 ? 1 : 2;
    return events.reply(1, `10.0.1.${turn}`, 1_000).reply(2, `10.0.2.${next ? turn : 1}`, 1_000).reply(
      3,
      TARGET,
      2_000,
    );
  };
  const said = (ttl: number): string =>
    `packets are balanced over 2 addresses at hop ${ttl} (10.0.${ttl}.1): 10 changes in 20 answers`;
  assert.deepEqual(sentencesOf(20, turns(true)), [said(1), said(2)]);
  assert.deepEqual(sentencesOf(20, turns(false)), [`${said(1)}; or these are one router's`]);
});

Deno.test("a balanced hop where the target is among those who answer says what that means", () => {
  const turns = (events: EventScript, round: number, kind: "timeExceeded" | "echoReply"): unknown =>
    events.reply(1, round % 2 === 0 ? "10.0.0.1" : TARGET, 1_000, { kind: round % 2 === 0 ? "timeExceeded" : kind })
      .reply(2, TARGET, 2_000);
  const said = (kind: "timeExceeded" | "echoReply"): string | undefined =>
    sentencesOf(21, (events, round) => turns(events, round, kind))[0];
  assert.match(said("echoReply") ?? "", /; the ways differ in length: by some the target answers at hop 1$/);
  assert.match(said("timeExceeded") ?? "", /; one of them is the target's$/);
});

/** Of four flows, two of which go another way, what these meet at hops 2 and 3. */
function flows(...[second, third]: readonly (string | undefined)[]): (events: EventScript) => unknown {
  return (events) => {
    for (const flow of [1, 2, 3, 4]) {
      const isOther = flow > 2;
      events.of(flow).reply(1, "10.0.0.1", 1_000);
      for (const [ttl, usual, other] of [[2, "10.0.0.2", second], [3, TARGET, third]] as const) {
        const from = isOther ? other : usual;
        if (from === undefined) events.lost(ttl);
        else events.reply(ttl, from, 1_000 * ttl);
      }
    }
    events.round();
  };
}

Deno.test("what some flows meet is told with their number, and with nobody whom they did not meet", () => {
  const lost =
    "probes or their answers are lost from hop 3 (192.0.2.99) on in 2 of 4 flows (100.0 % there, 0.0 % in the " +
    "others): 50.0 % of the target's answers are missing (20 of 40; 95 % confidence: 35.2 to 64.8 %); " +
    "in 20 of these hop 2 (10.0.0.9) was the last to answer";
  const balanced = "flows are balanced over 2 addresses at hop 2 (10.0.0.9): each of 4 flows meets one; " +
    "or these are one router's";
  assert.deepEqual(sentences(flows("10.0.0.9", undefined)), [lost, balanced]);
  assert.deepEqual(sentences(flows(undefined, undefined)), [
    "probes or their answers are lost from hop 2 on in 2 of 4 flows (100.0 % there, 0.0 % in the others): 50.0 % of the " +
    "target's answers are missing (20 of 40; 95 % confidence: 35.2 to 64.8 %); in 20 of these hop 1 (10.0.0.1) " +
    "was the last to answer; it may begin anywhere from hop 2 to hop 3",
  ]);
  assert.deepEqual(sentences(flows(undefined, TARGET)), [
    "hop 2 answers none of 20 probes in 2 of 4 flows, but hops behind it answer 20 of 20",
  ]);
});

Deno.test("where each probe may go a way of its own, those that nobody answers may have met somebody else", () => {
  const path = (hasConstantFlows: boolean) => {
    const events = script();
    for (let round = 0; round < 20; round++) {
      if ([0, 1, 4, 6, 7, 8, 12, 15, 16, 18].includes(round)) events.lost(1);
      else events.reply(1, "10.0.0.1", 1_000);
      events.reply(2, TARGET, 2_000).round();
    }
    return toldVerdicts({ path: events.path({ hasConstantFlows }) }, NO_STRANGERS).map(({ sentence }) => sentence);
  };
  const sentence =
    "answers of hop 1 (10.0.0.1) are missing: 10 of 20 probes have none, but 0 of 20 behind it; probes that go " +
    "further have none of this loss";
  assert.deepEqual(path(true), [sentence]);
  assert.deepEqual(path(false), [`${sentence}; or some meet another router there, which is silent`]);
});

Deno.test("what is slower for a part of the run is told with its time", () => {
  const told = (from: number, to: number): readonly string[] => {
    const events = script();
    for (let round = 0; round < 40; round++) {
      events.round(round * 1_000_000).reply(1, TARGET, round >= from && round < to ? 90_000 : 30_000);
    }
    return toldVerdicts({ path: events.path() }, NO_STRANGERS).map(({ sentence }) => sentence);
  };
  const step = "90.0 ms instead of 30.0 ms, 60.0 ms more";
  assert.deepEqual(told(15, 40), [
    `since 15.0 s after the start everything from hop 1 (${TARGET}) on is slower: quick answers of the target take ${step}`,
  ]);
  assert.deepEqual(told(0, 20), [
    `until 20.0 s after the start everything from hop 1 (${TARGET}) on was slower: quick answers of the target took ${step}`,
  ]);
  assert.deepEqual(told(10, 25), [
    "from 10.0 s to 25.0 s after the start everything from hop 1 " +
    `(${TARGET}) on was slower: quick answers of the target took ${step}`,
  ]);
});

Deno.test("what is slower in some flows for a part of the run is told with their number", () => {
  const events = script();
  for (let round = 0; round < 40; round++) {
    events.round(round * 1_000_000).of(1).reply(1, TARGET, 30_000)
      .of(2).reply(1, TARGET, round < 15 ? 30_000 : 90_000);
  }
  assert.deepEqual(toldVerdicts({ path: events.path() }, NO_STRANGERS).map(({ sentence }) => sentence), [
    `since 15.0 s after the start everything from hop 1 (${TARGET}) on is slower in 1 of 2 flows: quick answers of the ` +
    "target take 90.0 ms instead of 30.0 ms, 60.0 ms more",
  ]);
});

Deno.test("a further place where more is lost is told with what is lost there and before it", () => {
  const events = script();
  for (let round = 0; round < 100; round++) {
    for (const [ttl, every] of [[1, 10], [2, 10], [3, 3], [4, 3]] as const) {
      if (round % every === 0) events.lost(ttl);
      else events.reply(ttl, ttl === 4 ? TARGET : `10.0.0.${ttl}`, 1_000);
    }
  }
  const found = toldVerdicts({ path: events.path() }, NO_STRANGERS).filter(({ word }) => word === "LOSS");
  assert.deepEqual(found[1]?.sentence, "more is lost from hop 3 (10.0.0.3) on: 34.0 % there, 10.0 % before");
});
