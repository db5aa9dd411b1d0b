import assert from "node:assert/strict";
import type { Answer } from "../messages.ts";
import { Doubts, Elsewhere, type Fate, PATIENCE_US, type Voice, voiceOf } from "./elsewhere.ts";
import type { Answered, Probe } from "./probe.ts";

const TIMEOUT_US = 10_000_000;
const LABELS = { labels: [], mtu: 0 } as const;

/** Sent at this time. */
function probe(sentAtUs = 0): Probe {
  return {
    number: 0,
    target: 0,
    ttl: 4,
    flow: 0,
    round: 0,
    isArrival: false,
    load: undefined,
    deadlineUs: sentAtUs + TIMEOUT_US,
    state: "inFlight",
    answeredBy: undefined,
    standIn: undefined,
    offer: undefined,
  };
}

function answered(tag: Probe, atUs: number): Answered {
  const sent = { atUs: 0, source: "driver", errorUs: 0 } as const;
  return {
    kind: "answer",
    flight: { tag, family: 4, sequence: 1, sent, packetBytes: 64 },
    atUs,
    from: "192.0.2.1",
    rttUs: atUs,
    receivedBy: "driver",
    replyTtl: 60,
    answer: { kind: "echoReply", icmpType: 0, icmpCode: 0, ...LABELS },
  };
}

/** What becomes of answers to these probes, and who is told when the last of them is there. */
function check(heard: readonly (readonly [Probe, Voice])[], fates: readonly Fate[], told: readonly Voice[]): void {
  const elsewhere = new Elsewhere();
  const voices = new Map<Answered, Voice>();
  const found = heard.map(([tag, voice], index) => {
    const one = answered(tag, index);
    voices.set(one, voice);
    return elsewhere.hear(one, voice);
  });
  assert.deepEqual(found, fates);
  const { answers, forged } = elsewhere.release();
  assert.deepEqual(answers.map((one) => voices.get(one)), told);
  assert.equal(forged, fates.filter((fate) => fate === "wait").length - told.length);
}

Deno.test("what the target says itself is told at once, and so is what routers say", () =>
  check([[probe(), "target"], [probe(), "other"]], ["tell", "tell"], []));

Deno.test("an answer from elsewhere waits, and all behind it in their order", () => {
  check([[probe(), "elsewhere"], [probe(), "other"], [probe(), "target"]], ["wait", "wait", "wait"], [
    "elsewhere",
    "other",
    "target",
  ]);
});

Deno.test("where the target has answered the same probe the other one is a stranger, in either order", () => {
  const early = probe();
  check([[early, "elsewhere"], [probe(), "elsewhere"], [early, "target"]], ["wait", "wait", "wait"], ["target"]);
  const late = probe();
  check([[late, "target"], [late, "elsewhere"], [probe(), "elsewhere"]], ["tell", "forged", "forged"], []);
});

Deno.test("who has answered another probe than the target has may be the same host", () =>
  check([[probe(), "target"], [probe(), "elsewhere"]], ["tell", "wait"], ["elsewhere"]));

Deno.test("once believed nobody waits, and a stranger is one from the first probe on that the target answers, too", () => {
  const elsewhere = new Elsewhere();
  elsewhere.hear(answered(probe(), 0), "elsewhere");
  elsewhere.release();
  const both = probe();
  assert.equal(elsewhere.hear(answered(both, 1), "elsewhere"), "tell");
  assert.equal(elsewhere.hear(answered(both, 2), "target"), "tell");
  assert.equal(elsewhere.hear(answered(probe(), 3), "elsewhere"), "forged");
});

Deno.test("nobody waits longer than the patience, nor until a probe would be lost, nor behind the proof", () => {
  const elsewhere = new Elsewhere();
  assert.equal(elsewhere.dueUs, Infinity);
  elsewhere.hear(answered(probe(), 100), "elsewhere");
  assert.equal(elsewhere.dueUs, 100 + PATIENCE_US);
  const older = probe(-TIMEOUT_US + 500);
  elsewhere.hear(answered(older, 200), "elsewhere");
  assert.equal(elsewhere.dueUs, 500);
  elsewhere.hear(answered(older, 300), "target");
  assert.equal(elsewhere.dueUs, -Infinity);
});

Deno.test("a probe that is lost makes nobody wait", () => {
  const elsewhere = new Elsewhere();
  assert.equal(elsewhere.hear(answered({ ...probe(), state: "lost" }, 0), "elsewhere"), "tell");
});

Deno.test("who speaks for the target is known by what only a target says", () => {
  const endpoint = { family: 4, address: "192.0.2.9", scopeId: 0 } as const;
  const says = (kind: Answer["kind"], from: string, code = 0, asksForPort = true): Voice =>
    voiceOf({ from, answer: { kind, icmpType: 3, icmpCode: code, ...LABELS } }, endpoint, asksForPort);
  const [own, foreign] = [endpoint.address, "192.0.2.66"];
  assert.deepEqual([says("echoReply", own), says("unreachable", own, 13), says("timeExceeded", own)], [
    "target",
    "target",
    "other",
  ]);
  assert.deepEqual([says("echoReply", foreign), says("timeExceeded", foreign)], ["elsewhere", "other"]);
  assert.deepEqual([3, 2, 1, 13].map((code) => says("unreachable", foreign, code)), [
    "elsewhere",
    "elsewhere",
    "other",
    "other",
  ]);
  assert.equal(says("unreachable", foreign, 3, false), "other");
});

Deno.test("of several targets those are released whose time is over, and the others go on waiting", () => {
  const doubts = new Doubts();
  assert.ok(doubts.isEmpty);
  assert.equal(doubts.dueUs, Infinity);
  const [early, late] = [new Elsewhere(), new Elsewhere()];
  const both = probe();
  const [first, stranger, own] = [answered(probe(), 100), answered(both, 200), answered(both, 300)];
  for (const [elsewhere, one, voice] of [[early, first, "elsewhere"], [late, stranger, "elsewhere"]] as const) {
    assert.equal(elsewhere.hear(one, voice), "wait");
    doubts.add(elsewhere);
  }
  assert.equal(doubts.dueUs, 100 + PATIENCE_US);
  assert.deepEqual(doubts.releaseDue(100 + PATIENCE_US), { answers: [first], forged: 0 });
  assert.equal(doubts.dueUs, 200 + PATIENCE_US);
  assert.equal(late.hear(own, "target"), "wait");
  assert.deepEqual(doubts.releaseDue(300), { answers: [own], forged: 1 });
  assert.ok(doubts.isEmpty);
});
