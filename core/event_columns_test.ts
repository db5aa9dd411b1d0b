import assert from "node:assert/strict";
import { fromColumns, toColumns } from "./event_columns.ts";
import type { Answer, TraceEvent } from "./messages.ts";

type Sent = Extract<TraceEvent, { kind: "sent" }>;
type Reply = Extract<TraceEvent, { kind: "reply" }>;

// Whatever there may be is in one of these, so that a new field of an event has to be put here.
const EVERY_SENT: Required<Sent> = {
  ...{ kind: "sent", target: 70_000, probe: 2 ** 40, ttl: 255, round: 99, atUs: 123_456_789.125, packetBytes: 64 },
  ...{ flow: 2, load: "loaded", arrival: true, shared: 7 },
};
const EVERY_ANSWER: Required<Answer> = {
  ...{ kind: "unreachable", icmpType: 3, icmpCode: 4, mtu: 1_400, rewritten: ["checksum"], quotedTtl: 0 },
  ...{ quotedTrafficClass: 0, sentTrafficClass: 184, interfaces: [], word: "no route" },
  labels: [{ label: 100, trafficClass: 0, bottomOfStack: true, ttl: 1 }],
};
const EVERY_REPLY: Required<Reply> = {
  ...{ kind: "reply", target: 0, probe: 0, ttl: 1, from: "2001:db8::1", atUs: 0.5, rttUs: 0, sentBy: "driver" },
  ...{ receivedBy: "program", errorUs: 2.5, replyTtl: 64, answer: EVERY_ANSWER },
  ...{ flow: 2, load: "idle", arrival: true, shared: 7 },
};

const { flow: _1, load: _2, arrival: _3, shared: _4, ...SENT } = EVERY_SENT;
const ANSWER: Answer = { kind: "timeExceeded", icmpType: 11, icmpCode: 0, mtu: 0, labels: [] };
const { flow: _5, load: _6, arrival: _7, shared: _8, ...ANY_REPLY } = EVERY_REPLY;
const REPLY: Reply = { ...ANY_REPLY, answer: ANSWER };
const { errorUs: _9, ...WITHOUT_ERROR } = REPLY;

/** Both ways, and between the threads. */
function check(events: readonly TraceEvent[], others: number): void {
  const columns = structuredClone(toColumns(events));
  assert.equal(columns.others.length, others);
  assert.deepEqual(fromColumns(columns), events);
}

Deno.test("probes and answers of a good path are numbers, whatever they are", () => {
  check([], 0);
  check([SENT, REPLY, { ...REPLY, from: "192.0.2.1" }, { ...SENT, probe: 1, atUs: -0.25 }, REPLY], 0);
  check([{ ...SENT, packetBytes: undefined }, { ...REPLY, replyTtl: undefined }], 0);
  for (const sentBy of ["driver", "queue", "program", "helper"] as const) check([{ ...REPLY, sentBy }], 0);
  for (const kind of ["echoReply", "unreachable", "datagram", "synAck", "reset", "reached", "abort"] as const) {
    check([{ ...REPLY, answer: { ...ANSWER, kind, icmpType: 3, icmpCode: 4, mtu: 1_280 } }], 0);
  }
});

Deno.test("with anything beside that an event stays as it is, in its place", () => {
  for (const field of Object.keys(EVERY_SENT).filter((field) => !(field in SENT))) {
    check([SENT, { ...SENT, ...Object.fromEntries([[field, Reflect.get(EVERY_SENT, field)]]) }, REPLY], 1);
    check([SENT, { ...REPLY, ...Object.fromEntries([[field, Reflect.get(EVERY_REPLY, field)]]) }, REPLY], 1);
  }
  for (const field of ["labels", ...Object.keys(EVERY_ANSWER).filter((field) => !(field in ANSWER))]) {
    const answer = { ...ANSWER, ...Object.fromEntries([[field, Reflect.get(EVERY_ANSWER, field)]]) };
    check([SENT, { ...REPLY, answer }, REPLY], 1);
  }
  check([WITHOUT_ERROR, EVERY_SENT, EVERY_REPLY], 3);
});

Deno.test("all that is neither probe nor answer stays as it is, in its place", () => {
  const others: readonly TraceEvent[] = [
    { kind: "lost", target: 0, probe: 1, ttl: 2 },
    { ...REPLY, kind: "late" },
    { ...REPLY, kind: "duplicate" },
    { kind: "round", target: 0, round: 1 },
    { kind: "finished", target: 0, atUs: 5 },
  ];
  check(others.flatMap((other) => [SENT, other, REPLY]), others.length);
});
