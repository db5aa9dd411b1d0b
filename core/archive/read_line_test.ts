import assert from "node:assert/strict";
import { script } from "../path/_script.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { Random } from "../packet/_random.ts";
import { ARCHIVE_SCHEMA, type ArchiveLine, lineText } from "./line.ts";
import { readLine } from "./read_line.ts";

const RUN: ArchiveLine = {
  kind: "run",
  schema: ARCHIVE_SCHEMA,
  program: "mtr-deno",
  version: "0.1.0",
  host: "vm",
  start: "2026-11-21T16:28:16.000+00:00",
  startUnixMs: 1_795_278_496_000,
  utcOffsetMinutes: 0,
  plan: DEFAULT_PLAN,
};
const LABELS = [{ label: 16, trafficClass: 0, bottomOfStack: true, ttl: 1 }];
const EVENTS = script().reply(1, "10.0.0.1", 250.123456789, { labels: LABELS, replyTtl: 64 }).lost(2)
  .late(3, "2001:db8::1", 1e7).duplicate(3, "2001:db8::1", 2).sendFailed(4, "noRoute", "ENETUNREACH")
  .unsent(5, "other", "EX").reply(6, "10.0.0.6", 1, { load: "loaded" }).load(7, 1).events;

const DETAILED = script().reply(1, "10.0.0.1", 250, {
  quotedTtl: 0,
  quotedTrafficClass: 255,
  sentTrafficClass: 1,
  interfaces: [{ role: "nextHop", index: 4_294_967_295, address: "2001:db8::1", name: "\x1b[2J", mtu: 0 }, {
    role: "subIp",
  }],
}).events;

const LINES: readonly ArchiveLine[] = [
  RUN,
  { kind: "target", target: 0, typed: "a\u202e\n", address: "192.0.2.1", family: 4, port: 80, access: "raw" },
  { kind: "target", target: 1, typed: "b", failure: "Cannot resolve b" },
  ...EVENTS,
  ...DETAILED,
  { kind: "round", target: 0, round: 0 },
  { kind: "foreign", count: 3 },
  { kind: "foreign", count: 3, forged: 1, malformed: 2 },
  { kind: "overflow", count: 1 },
  { kind: "finished", target: 0, atUs: 1e6 },
  { kind: "name", address: "10.0.0.1", name: "\x1b[2Jgateway" },
  { kind: "origin", address: "10.0.0.1", asn: "64496", organization: "Carrier" },
  { kind: "status", target: 0, status: "OK", endUnixMs: 1_795_278_496_000 },
  { kind: "end", exit: 0 },
];

for (const line of LINES) {
  Deno.test(`a line of the kind "${line.kind}" reads back as it was: ${lineText(line).slice(0, 60).trim()}`, () => {
    const read = readLine(lineText(line));
    assert.ok(read.ok, JSON.stringify(read));
    assert.deepEqual(read.line, line);
  });
}

Deno.test("kinds and keys that are not known are passed over", () => {
  assert.deepEqual(readLine('{"kind":"verdict","text":"x"}'), { ok: true });
  assert.deepEqual(readLine('{"kind":"__proto__"}'), { ok: true });
  assert.deepEqual(readLine('{"kind":"lost","target":0,"probe":1,"ttl":2,"later":[1]}'), {
    ok: true,
    line: { kind: "lost", target: 0, probe: 1, ttl: 2 },
  });
});

const DETAIL = JSON.stringify(DETAILED[1]);
const REPLY = JSON.stringify(EVENTS[1]);

const DAMAGED: readonly [line: string, why: string | RegExp][] = [
  ["", "it is no JSON"],
  ['{"kind":"lost"', "it is no JSON"],
  ["7", 'it must be an object with a "kind"'],
  ["[]", 'it must be an object with a "kind"'],
  ['{"kind":7}', 'it must be an object with a "kind"'],
  ['{"kind":"lost","target":0,"probe":1}', '"ttl" is missing'],
  ['{"kind":"lost","target":0,"probe":1,"ttl":0}', '"ttl" must be a whole number from 1 to 255'],
  ['{"kind":"lost","target":100000,"probe":1,"ttl":1}', '"target" must be a whole number from 0 to 99999'],
  ['{"kind":"lost","target":0,"probe":1.5,"ttl":1}', /^"probe" must be a whole number from 0 to/],
  [REPLY.replace('"10.0.0.1"', '"10.0.0.01"'), /^"from" must be an IPv4 or IPv6 address/],
  [REPLY.replace('"10.0.0.1"', '"\\u001b[2J"'), /^"from" must be an IPv4 or IPv6 address/],
  [REPLY.replace(/"rttUs":[0-9.]+/, '"rttUs":1e999'), /^"rttUs" must be a number from 0 to/],
  [REPLY.replace(/"rttUs":[0-9.]+/, '"rttUs":-1'), /^"rttUs" must be a number from 0 to/],
  [REPLY.replace('"label":16', '"label":1048576'), '"answer.labels.0.label" must be a whole number from 0 to 1048575'],
  [REPLY.replace('"timeExceeded"', '"magic"'), /^"answer.kind" must be one of echoReply, timeExceeded/],
  [DETAIL.replace('"quotedTtl":0', '"quotedTtl":256'), '"answer.quotedTtl" must be a whole number from 0 to 255'],
  [DETAIL.replace('"nextHop"', '"up"'), '"answer.interfaces.0.role" must be one of incoming, subIp, outgoing, nextHop'],
  [DETAIL.replace('"2001:db8::1"', '"x"'), /^"answer.interfaces.0.address" must be an IPv4 or IPv6 address/],
  [
    DETAIL.replace(/"interfaces":\[.*?\]/, `"interfaces":[${Array(9).fill('{"role":"subIp"}')}]`),
    '"answer.interfaces" must be a list of at most 8',
  ],
  [
    lineText(RUN).replace('"schema":1', '"schema":2'),
    '"schema" must be at most 1: a later version of this program wrote it',
  ],
  [lineText(RUN).replace('"maxTtl":30', '"maxTtl":300'), '"plan.maxTtl" must be a whole number from 1 to 255'],
  [lineText(RUN).replace('"protocol":"icmp"', '"protocol":"magic"'), /^"plan.protocol" must be one of icmp, udp/],
  [lineText(RUN).replace("1795278496000", "1e300"), /^"startUnixMs" must be a number from/],
  [`{"kind":"end","exit":256}`, '"exit" must be a whole number from 0 to 255'],
  [
    `{"kind":"name","address":"10.0.0.1","name":"${"x".repeat(5000)}"}`,
    '"name" must be a text of at most 4096 characters',
  ],
];

for (const [line, why] of DAMAGED) {
  Deno.test(`a damaged line says what is wrong: ${line.slice(0, 70)}`, () => {
    const read = readLine(line);
    assert.ok(!read.ok);
    if (typeof why === "string") assert.equal(read.why, why);
    else assert.match(read.why, why);
  });
}

Deno.test("a setting that is not told is absent, and one that is not set is undefined", () => {
  const read = readLine(
    '{"kind":"run","schema":1,"program":"p","version":"1","host":"","plan":{"rounds":null,"maxTtl":9}}',
  );
  assert.ok(read.ok && read.line?.kind === "run");
  assert.deepEqual(read.line.plan, { rounds: undefined, maxTtl: 9 });
});

Deno.test("whatever stands in a line, reading it throws nothing", () => {
  const random = new Random(5);
  for (let times = 0; times < 5_000; times++) {
    const line = lineText(LINES[random.below(LINES.length)]!);
    const at = random.below(line.length);
    const damaged = line.slice(0, at) + String.fromCharCode(32 + random.below(95)) + line.slice(at + random.below(3));
    readLine(damaged);
  }
});
