import assert from "node:assert/strict";
import { EventScript, script, TARGET } from "../../path/_script.ts";
import { Path } from "../../path/path.ts";
import { Silences } from "./alarm.ts";
import { type Change, CHANGE_LIMIT, ChangeLog } from "./changes.ts";

function logOf(run: EventScript): ChangeLog {
  const path = new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  const silences = new Silences();
  const log = new ChangeLog(silences);
  for (const event of run.events) {
    path.apply(event);
    silences.apply(event);
    log.apply(event, path);
  }
  return log;
}

function check(run: EventScript, ...expected: readonly Partial<Change>[]): void {
  const entries = logOf(run).entries();
  assert.equal(entries.length, expected.length, JSON.stringify(entries));
  expected.forEach((change, at) => assert.deepEqual({ ...entries[at], ...change }, entries[at]));
}

/** An answer a second from each of these addresses, one after the other. */
function answers(...from: readonly string[]): EventScript {
  return from.reduce((run, address, round) => run.reply(1, address, 100).round((round + 1) * 1_000_000), script());
}

const SECOND = 1_000_000;

Deno.test("a path on which nothing changes has an empty log", () => check(answers("a", "a", "a", "a")));

Deno.test("an address that takes another one's place is told with its time", () =>
  check(answers("a", "a", "a", "b", "b", "b", "b"), {
    kind: "turn",
    ttl: 1,
    addresses: ["a", "b"],
    count: 1,
    atUs: 3 * SECOND + 100,
  }));

Deno.test("addresses that take turns are one entry", () =>
  check(answers("a", "b", "a", "c", "a", "b", "a", "a", "a", "a", "b"), {
    kind: "turn",
    addresses: ["a", "b", "c"],
    count: 7,
    latestAtUs: 10 * SECOND + 100,
  }));

Deno.test("a new address behind others that took turns is a change of its own, if they had come to rest", () =>
  check(answers("a", "b", "a", "a", "a", "c", "c"), { addresses: ["a", "b"], count: 2 }, { addresses: ["a", "c"] }));

Deno.test("two changes of the path are two entries", () =>
  check(answers("a", "a", "a", "b", "b", "b", "c", "c", "c"), { addresses: ["a", "b"] }, { addresses: ["b", "c"] }));

Deno.test("flows that meet other addresses are no change", () => {
  const events = answers("a", "b", "a", "b", "a", "b").events.map((event, at) =>
    "ttl" in event ? { ...event, flow: 1 + Math.floor(at / 3) % 2 } : event
  );
  const run = new EventScript();
  run.events.push(...events);
  check(run);
});

Deno.test("a refusal is told once, with how often and until when", () => {
  const refuse = (run: EventScript): EventScript =>
    run.reply(2, "10.0.0.2", 100, { kind: "unreachable", icmpCode: 13 }).round(SECOND);
  check(refuse(refuse(script())), { kind: "refusal", ttl: 2, from: "10.0.0.2", marker: "!X", count: 2, atUs: 100 });
});

Deno.test("the target's silence is told while it lasts, and when it is over", () => {
  const silent = script().reply(2, TARGET, 100).round(SECOND).lost(2).round(2 * SECOND).lost(2).round(3 * SECOND).lost(
    2,
  );
  check(silent, { kind: "silence", ttl: 2, count: 3, isOver: false });
  silent.round(4 * SECOND).reply(2, TARGET, 100);
  check(silent, { kind: "silence", count: 3, isOver: true, latestAtUs: 4 * SECOND });
});

Deno.test("a silence lasts from sending to sending, and has all probes that were sent in between", () => {
  const run = script().reply(2, TARGET, 100);
  for (let second = 1; second <= 17; second++) {
    run.round(second * SECOND).inFlight(2);
    if (second > 10) run.givenUp(2, 10);
  }
  // Seven are lost by now, and ten on their way.
  check(run, { kind: "silence", atUs: SECOND, count: 17, isOver: false, latestAtUs: 17 * SECOND });
  run.round(18 * SECOND).reply(2, TARGET, 100);
  const silence = { kind: "silence", atUs: SECOND, latestAtUs: 18 * SECOND, isOver: true } as const;
  check(run, { ...silence, count: 17 });
  for (let ago = 10; ago >= 1; ago--) run.givenUp(2, ago);
  check(run.reply(2, TARGET, 100), { ...silence, count: 17 });
});

Deno.test("a silence is corrected by answers to its own probes", () => {
  const run = script().reply(2, TARGET, 100).round(SECOND).inFlight(2);
  for (let second = 2; second <= 4; second++) run.round(second * SECOND).lost(2);
  run.round(5 * SECOND).reply(2, TARGET, 100);
  check(run, { atUs: SECOND, count: 4, latestAtUs: 5 * SECOND });
  const [first] = run.events.filter((event) => event.kind === "sent" && event.atUs === SECOND);
  const [answer] = run.events.filter((event) => event.kind === "reply");
  assert.ok(first?.kind === "sent" && answer?.kind === "reply");
  run.events.push({ ...answer, probe: first.probe, atUs: 6 * SECOND, rttUs: 5 * SECOND });
  check(run, { atUs: 2 * SECOND, count: 3, latestAtUs: 5 * SECOND });
});

Deno.test("a silence ends where the target answers from another place", () => {
  const run = script().reply(2, TARGET, 100);
  for (let second = 1; second <= 3; second++) run.round(second * SECOND).lost(2);
  run.round(4 * SECOND).reply(2, "10.0.0.2", 100).reply(3, TARGET, 100);
  check(
    run,
    { kind: "silence", ttl: 2, count: 3, isOver: true, latestAtUs: 4 * SECOND },
    { kind: "turn", ttl: 2 },
    { kind: "distance", ttl: undefined },
    { kind: "distance", ttl: 3 },
  );
});

Deno.test("two losses are no silence, and neither is that of a router", () =>
  check(
    script().reply(1, "a", 1).reply(2, TARGET, 1).lost(2).lost(2).lost(1).lost(1).lost(1).lost(1).reply(2, TARGET, 1),
  ));

Deno.test("that the target comes nearer or goes further away is told", () => {
  check(script().reply(3, TARGET, 100).reply(2, TARGET, 100), { kind: "distance", was: 3, ttl: 2 });
  check(script().reply(2, TARGET, 100).reply(3, "10.0.0.3", 100).reply(4, TARGET, 100), {
    kind: "distance",
    was: 2,
    ttl: undefined,
  }, { kind: "distance", was: 2, ttl: 4 });
});

Deno.test("the log is bounded, and the oldest entries are forgotten", () => {
  const from = Array.from({ length: 3 * (CHANGE_LIMIT + 10) }, (_, round) => `a${Math.floor(round / 3)}`);
  const entries = logOf(answers(...from)).entries();
  assert.equal(entries.length, CHANGE_LIMIT);
  assert.deepEqual(entries.at(-1)?.kind === "turn" && entries.at(-1), entries.at(-1));
  assert.ok((entries[0]?.atUs ?? 0) > 10 * SECOND);
});

Deno.test("the past has the entries that it had", () => {
  const log = logOf(answers("a", "a", "a", "b", "b", "b", "c"));
  assert.equal(log.entries(4 * SECOND).length, 1);
  log.reset();
  assert.deepEqual(log.entries(), []);
});
