import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "../path/_script.ts";
import { toldVerdicts } from "./verdict.ts";

const NO_STRANGERS = { foreign: 7, forged: 0, malformed: 0, overflowed: 0 };
const STRANGERS = { ...NO_STRANGERS, forged: 2, malformed: 1 };

function sentences(play: (events: EventScript) => unknown, counts = NO_STRANGERS): readonly string[] {
  const events = script();
  for (let round = 0; round < 10; round++) play(events);
  return toldVerdicts({ path: events.path() }, counts).map(({ sentence }) => sentence);
}

Deno.test("that nobody answers is said only where no message may have been the answer", () => {
  const silent = (events: EventScript): unknown => events.lost(1).reply(2, TARGET, 2_000);
  assert.deepEqual(sentences(silent), ["hop 1 never answers, but passes the probes on"]);
  assert.deepEqual(sentences(silent, STRANGERS), [
    "no answer of hop 1 fits a probe, and 3 messages of this run fit none, but it passes the probes on",
  ]);
  const black = (events: EventScript): unknown => events.reply(1, "10.0.0.1", 1_000).lost(2);
  assert.deepEqual(sentences(black), ["nobody answers from behind hop 1 (10.0.0.1)"]);
  assert.deepEqual(sentences(black, STRANGERS), [
    "no answer from behind hop 1 (10.0.0.1) fits a probe, and 3 messages of this run fit none",
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
