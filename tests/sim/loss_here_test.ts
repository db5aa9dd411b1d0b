/** What this host drops on the way to its interface is no loss of the network's, and told as what it is. */
import assert from "node:assert/strict";
import { OWN_ADDRESS } from "./packets.ts";
import { path, path6, router, TARGET, TARGET6 } from "./paths.ts";
import { MS, only, run } from "./run.ts";
import { FLOW_NAMES, PROTOCOL_NAMES } from "../../core/plan.ts";
import type { Family } from "../../core/network.ts";
import type { ClockHabits, World } from "./world.ts";

/** Of a path of two hops, in four rounds: how many probes the network lost, and how many never left. */
function check(world: Omit<World, "paths">, expected: { lost: number; unsent: number }, silent = false): void {
  const { events } = run({ ...world, paths: { [TARGET]: path(2, { 1: { silent } }) } }, { rounds: 4, maxTtl: 2 });
  assert.equal(only(events, "sent").length, 8);
  assert.deepEqual({ lost: only(events, "lost").length, unsent: only(events, "unsent").length }, expected);
  assert.ok(only(events, "unsent").every(({ reason }) => reason === (world.stoppedHere ? "other" : "noBuffer")));
}

const LATER = { sentStamp: "later", tellsAfterUs: 3 * MS } as const;

Deno.test("a packet that the driver never saw has not left this host", () => {
  check({ droppedHere: [0, 5] }, { lost: 0, unsent: 2 });
  check({ droppedHere: [2, 5], clock: LATER }, { lost: 0, unsent: 2 });
});

Deno.test("one that the driver saw is the network's loss", () => {
  check({}, { lost: 4, unsent: 0 }, true);
  check({ clock: LATER }, { lost: 4, unsent: 0 }, true);
});

Deno.test("where the driver stamps nothing, or nobody does, nothing is claimed", () => {
  check({ droppedHere: [0, 1, 2, 3, 4, 5, 6, 7] }, { lost: 8, unsent: 0 });
  check({ droppedHere: [2, 5], clock: { sentStamp: "never" } }, { lost: 2, unsent: 0 });
});

Deno.test("what a firewall of this host takes without a word has not left, either, and another reason", () => {
  const { events } = run({ stoppedHere: [2, 5], paths: { [TARGET]: path(2) } }, { rounds: 4, maxTtl: 2 });
  assert.deepEqual(only(events, "unsent").map(({ reason }) => reason), ["other", "other"]);
  assert.equal(only(events, "lost").length, 0);
});

Deno.test("where nobody stamps anything, what is not seen behind the firewall has not left, unless some of it is answered", () => {
  const clock = { sentStamp: "never" } as const;
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  check({ clock, stoppedHere: all, unseenHere: all }, { lost: 0, unsent: 8 });
  check({ clock, stoppedHere: [2, 5], unseenHere: [2, 5] }, { lost: 0, unsent: 2 });
  check({ clock, stoppedHere: [2, 5], unseenHere: all }, { lost: 2, unsent: 0 });
  check({ clock, unseenHere: all }, { lost: 4, unsent: 0 }, true);
});

Deno.test("sends that fail, of the same family or the other, take nothing from what is known of those that wait", () => {
  for (const [to, others] of [[TARGET, {}], [TARGET6, { [TARGET6]: path6(2) }]] as const) {
    const sendFailures = [{ fromUs: 400 * MS, untilUs: 1_600 * MS, reason: "noBuffer" as const, to }];
    const paths = { [TARGET]: path(2), ...others };
    const { events } = run({ droppedHere: [2], sendFailures, paths }, { rounds: 4, maxTtl: 2 });
    assert.deepEqual([only(events, "lost").length, only(events, "unsent").length], [0, 1], to);
    assert.ok(only(events, "sendFailed").length > 0);
  }
});

Deno.test("where the route goes in the middle of a run, the system's own word for it is told of all probes", () => {
  const sendFailures = [{ fromUs: 2_000 * MS, untilUs: 6_000 * MS, reason: "noRoute" as const }];
  for (const protocol of PROTOCOL_NAMES) {
    const { events } = run({ sendFailures, paths: { [TARGET]: path(2) } }, { protocol, rounds: 8 });
    const failed = only(events, "sendFailed");
    assert.deepEqual(new Set(failed.map(({ detail }) => detail)), new Set(["ENETUNREACH"]), protocol);
    assert.ok(failed.length >= 6, `${failed.length}`);
  }
});

/** Nobody answers for the next hop's address: after three seconds `from` says so, with the code of its family. */
function unanswered(from: Readonly<Record<Family, string>>): World["paths"] {
  const target = { rttUs: 3_000 * MS };
  return {
    [TARGET]: { hops: [], target: { ...target, unreachableCode: 1, answersFrom: from[4] } },
    [TARGET6]: { hops: [], target: { ...target, unreachableCode: 3, answersFrom: from[6] } },
  };
}

const KINDS = [
  ...PROTOCOL_NAMES.map((protocol) => ({ access: "raw", protocol }) as const),
  { access: "datagram", protocol: "icmp" },
] as const;

for (const { access, protocol } of KINDS) {
  for (const flow of FLOW_NAMES) {
    for (const to of [TARGET, TARGET6]) {
      const plan = { protocol, flow, rounds: 4, maxTtl: 2 };
      Deno.test(`${access} ${protocol} to ${to}, ${flow}: what this host itself calls unreachable has not left it`, () => {
        const { events } = run({ access, paths: unanswered(OWN_ADDRESS) }, plan, { targets: [to] });
        const unsent = only(events, "unsent");
        assert.deepEqual([only(events, "sent").length, only(events, "reply").length], [unsent.length, 0]);
        assert.ok(unsent.length > 0 && unsent.every(({ reason }) => reason === "hostUnreachable"));
      });
    }
  }
}

Deno.test("what somebody else calls unreachable has an answer, and so has whatever mtr is told", () => {
  const routers = { 4: router(1), 6: "2001:db8:1::1" };
  assert.equal(only(run({ paths: unanswered(routers) }, { rounds: 2 }).events, "unsent").length, 0);
  const { events } = run({ paths: unanswered(OWN_ADDRESS) }, { rounds: 2, mtr: "0.95", flow: "varying" });
  assert.deepEqual(only(events, "unsent"), []);
  assert.ok(only(events, "reply").length > 0);
});

Deno.test("an answer of this host about itself is one", () => {
  const paths = { [OWN_ADDRESS[4]]: { hops: [], target: { rttUs: MS, unreachableCode: 1 } } };
  const { events } = run({ paths }, { rounds: 2 });
  assert.deepEqual([only(events, "reply").length, only(events, "unsent").length], [only(events, "sent").length, 0]);
});

Deno.test("what waited for an address that nobody has, and was dropped without a word, has not left, either", () => {
  const paths = unanswered(OWN_ADDRESS);
  const { events } = run({ stoppedHere: [1], paths }, { rounds: 2, maxTtl: 2, timeoutUs: 5_000 * MS });
  assert.deepEqual([only(events, "lost").length, only(events, "unsent").length], [0, only(events, "sent").length]);
  assert.ok(only(events, "unsent").every(({ reason }) => reason === "hostUnreachable"));
});

Deno.test("of a probe whose stamps nobody knows nothing is claimed", () => {
  const paths = { [TARGET]: path(2, { 2: { dropped: [2] } }) };
  const { events } = run({ unnumbered: [5], paths }, { rounds: 4, maxTtl: 2 });
  assert.deepEqual([only(events, "lost").length, only(events, "unsent").length], [1, 0]);
});

/** Probes wait here for 30 ms before they leave; of ten answers the bound of so many is small. */
function checkBounds(tellsAfterUs: number, unnumbered: readonly number[], exact: number): void {
  const clock: ClockHabits = { sendPathUs: 30 * MS, sentStamp: "queued", tellsAfterUs };
  const { events } = run({ clock, unnumbered, paths: { [TARGET]: path(2) } }, { rounds: 6, maxTtl: 2 });
  // Before a first stamp of the driver nobody knows that there will be any.
  const replies = only(events, "reply").slice(2);
  assert.equal(replies.length, 10);
  for (const { rttUs, errorUs = 0, ttl } of replies) {
    assert.ok(Math.abs(rttUs - ttl * 10 * MS) <= errorUs + 1e-3, `${rttUs} ± ${errorUs} at ${ttl}`);
  }
  assert.equal(replies.filter(({ errorUs }) => errorUs! < 1).length, exact);
}

Deno.test("the bound of a time holds, however long a probe waited here, and whatever is known of that", () => {
  checkBounds(0, [], 10);
  checkBounds(0, [4, 5, 6], 7);
  // Later than the first hop's answers.
  checkBounds(15 * MS, [], 5);
  checkBounds(15 * MS, [4, 5, 6], 4);
});
