/** The library door, on real sockets: each run has a process and a network namespace of its own. */
import assert from "node:assert/strict";
import { inNamespace, stampArrivals } from "./ffi/_namespace_test.ts";
import { giveUpCapabilities } from "./ffi/privilege.ts";
import {
  DEFAULT_PLAN,
  type Endpoint,
  Path,
  RefusedError,
  Session,
  trace,
  type TraceEvent,
  type TracePlan,
} from "./mod.ts";

const SELF: readonly Endpoint[] = [
  { family: 4, address: "127.0.0.1", scopeId: 0 },
  { family: 6, address: "::1", scopeId: 0 },
];
const QUICK: Partial<TracePlan> = { rounds: 3, intervalUs: 10_000, timeoutUs: 5_000_000 };

async function eventsOf(plan: Partial<TracePlan>, endpoints: readonly Endpoint[]): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  for await (const event of trace(plan, endpoints)) events.push(event);
  return events;
}

/** What happened to one target, without figures. */
function storyOf(events: readonly TraceEvent[], target: number): string[] {
  return events.flatMap((event) => "target" in event && event.target === target ? [event.kind] : []);
}

async function checkSelf(source: "raw" | "datagram"): Promise<void> {
  using _stamping = stampArrivals();
  const events = await eventsOf(QUICK, SELF);
  for (const [target, { family, address }] of SELF.entries()) {
    const own = events.filter((event) => "target" in event && event.target === target);
    const replies = own.filter((event) => event.kind === "reply");
    const told = JSON.stringify(own);
    assert.equal(own.filter(({ kind }) => kind === "sent").length, 3, told);
    assert.equal(replies.length, 3, told);
    for (const { ttl, from, rttUs, sentBy, receivedBy, replyTtl, answer } of replies) {
      assert.deepEqual({ ttl, from, kind: answer.kind }, { ttl: 1, from: address, kind: "echoReply" });
      assert.equal(answer.icmpType, family === 4 ? 0 : 129);
      assert.deepEqual([sentBy, receivedBy], ["driver", "driver"], `${source}: ${told}`);
      assert.ok(rttUs >= 0 && rttUs < 1e6, told);
      assert.equal(replyTtl, 64);
    }
    assert.deepEqual(own.filter(({ kind }) => kind === "round").length, 3);
    assert.equal(own.at(-1)?.kind, "finished");
  }
}

inNamespace(
  import.meta,
  "a host that traces itself hears each probe once, in either family, with the kernel's times",
  () => checkSelf("raw"),
);

inNamespace(import.meta, "so it does without raw sockets", () => {
  giveUpCapabilities();
  return checkSelf("datagram");
}, { pingSockets: true });

inNamespace(import.meta, "rounds are told in their order, and nothing after the end", async () => {
  const events = await eventsOf(QUICK, SELF.slice(0, 1));
  const round = ["sent", "round", "reply"];
  assert.deepEqual(storyOf(events, 0).toSorted(), [...round, ...round, ...round, "finished"].toSorted());
  assert.deepEqual(events.flatMap((event) => event.kind === "round" ? [event.round] : []), [0, 1, 2]);
  assert.deepEqual(events.flatMap((event) => event.kind === "sent" ? [event.probe] : []), [0, 1, 2]);
});

inNamespace(import.meta, "without a route each probe fails, and the run ends", async () => {
  const plan = { ...QUICK, maxTtl: 2 };
  const events = await eventsOf(plan, [{ family: 4, address: "192.0.2.1", scopeId: 0 }]);
  const failures = events.filter((event) => event.kind === "sendFailed");
  assert.equal(failures.length, 6);
  assert.ok(failures.every(({ reason, detail }) => reason === "noRoute" && detail.includes("ENETUNREACH")));
  assert.equal(events.at(-1)?.kind, "finished");
});

inNamespace(import.meta, "no endpoints make an empty run", async () => assert.deepEqual(await eventsOf(QUICK, []), []));

inNamespace(import.meta, "who may open no sockets hears it as a refusal", async () => {
  giveUpCapabilities();
  await assert.rejects(eventsOf(QUICK, SELF), (error) => {
    assert.ok(error instanceof RefusedError);
    assert.deepEqual([error.name, error.reason], ["RefusedError", "privileges"]);
    return true;
  });
});

inNamespace(import.meta, "an interface that is not there is a refusal for the environment's sake", async () => {
  await assert.rejects(eventsOf({ ...QUICK, device: "nowhere0" }, SELF), (error) => {
    assert.ok(error instanceof RefusedError);
    assert.equal(error.reason, "environment");
    assert.match(error.message, /"nowhere0"/);
    return true;
  });
});

inNamespace(import.meta, "leaving the loop ends a run without end", async () => {
  let rounds = 0;
  for await (const { kind } of trace({ ...QUICK, rounds: undefined }, SELF.slice(0, 1))) {
    if (kind === "round" && ++rounds === 2) break;
  }
  assert.equal(rounds, 2);
});

inNamespace(import.meta, "a session that is stopped ends with what was measured", async () => {
  const session = new Session();
  session.open({ ...DEFAULT_PLAN, ...QUICK, rounds: undefined });
  assert.deepEqual(await session.ready, { 4: "raw", 6: "raw" });
  session.trace([{ index: 0, endpoint: SELF[0]! }]);
  const events: TraceEvent[] = [];
  for await (const batch of session.events()) {
    events.push(...batch);
    session.stop();
  }
  assert.ok(events.some(({ kind }) => kind === "reply"));
  assert.ok(!events.some(({ kind }) => kind === "finished"));
  session.close();
});

inNamespace(import.meta, "the events fold into a path", async () => {
  const path = new Path({ address: "127.0.0.1", family: 4, firstTtl: 1, maxTtl: 30 });
  for await (const event of trace(QUICK, SELF.slice(0, 1))) path.apply(event);
  assert.ok(path.reached);
  assert.deepEqual(path.hops().map(({ ttl, sent, lost }) => ({ ttl, sent, lost })), [
    { ttl: 1, sent: 3, lost: 0 },
  ]);
});

inNamespace(import.meta, "a session that is stopped before it traced ends, too", async () => {
  const session = new Session();
  session.open({ ...DEFAULT_PLAN, ...QUICK });
  await session.ready;
  session.stop();
  for await (const batch of session.events()) assert.fail(`${batch.length} events of nothing`);
  session.close();
});

inNamespace(import.meta, "closing a session ends its events for whoever reads them", async () => {
  const session = new Session();
  session.open({ ...DEFAULT_PLAN, ...QUICK, rounds: undefined });
  session.trace([{ index: 0, endpoint: SELF[0]! }]);
  for await (const _ of session.events()) session.close();
});

inNamespace(import.meta, "a session traces once", () => {
  const session = new Session();
  session.open({ ...DEFAULT_PLAN, ...QUICK });
  session.trace([]);
  assert.throws(() => session.trace([]), /twice/);
  session.close();
});

for (const address of ["localhost", "::1", "127.1", "fe80::1%lo"]) {
  Deno.test(`"${address}" is no IPv4 address to trace`, async () => {
    await assert.rejects(eventsOf(QUICK, [{ family: 4, address, scopeId: 0 }]), RangeError);
  });
}

Deno.test("a plan that cannot be is refused before anything is opened", async () => {
  await assert.rejects(eventsOf({ intervalUs: 0 }, SELF), RangeError);
});
