/** mtr-packet's protocol served over simulated paths: what is said, and when. */
import assert from "node:assert/strict";
import type { Network, Outbound, SendResult } from "../../core/network.ts";
import { RELAY_DIALECTS, type RelayDialect } from "../../core/relay/dialects.ts";
import { readCommandLine } from "../../core/relay/server_lines.ts";
import { RelayServer } from "../../core/relay/server.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { Random } from "./random.ts";
import { MS, SECOND } from "./run.ts";
import { OWN_ADDRESS } from "./packets.ts";
import { ORIGIN_US, SimulatedNetwork } from "./simulated_network.ts";
import type { World } from "./world.ts";

const [OLD, NEW] = [RELAY_DIALECTS["0.95"], RELAY_DIALECTS["0.96"]];
// A server that is not done after so many turns never will be.
const MOST_TURNS = 100_000;

/** A line that the client wrote, and one that it got, with their times in ms. */
type Line = readonly [atMs: number, text: string];

/** Holds a conversation to its end; everything is written at once, in pieces of `pieceBytes`. */
function converse(
  world: World,
  text: string | Uint8Array,
  { dialect = OLD, pieceBytes = 1e9 }: { dialect?: RelayDialect; pieceBytes?: number } = {},
): readonly Line[] {
  const network = new SimulatedNetwork(world);
  const server = new RelayServer(withoutTtl0(network), { dialect, abilities: { has: () => true } });
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const lines: Line[] = [];
  let at = 0;
  for (let turns = 0; !server.isDone; turns++) {
    assert.ok(turns < MOST_TURNS, "The server does not come to an end");
    if (at < bytes.length) server.read(bytes.subarray(at, at += pieceBytes));
    else server.end();
    const untilUs = at < bytes.length || server.nextUs === Infinity ? network.nowUs() : server.nextUs;
    server.take(network.receive(untilUs));
    server.expire();
    server.run();
    const atMs = Math.round((network.nowUs() - ORIGIN_US) / MS);
    for (const line of server.drain().split("\n").slice(0, -1)) lines.push([atMs, line]);
  }
  return lines;
}

/** The simulated kernel has no header with such a TTL. */
function withoutTtl0(network: SimulatedNetwork): Network {
  const refusal: SendResult = { ok: false, reason: "invalid", detail: "EINVAL" };
  return {
    nowUs: () => network.nowUs(),
    echoIdentifier: (family) => network.echoIdentifier(family),
    overflowed: 0,
    trafficClass: network.trafficClass,
    ownPort: network.ownPort,
    sourceAddress: (to) => network.sourceAddress(to),
    isOwn: (address) => network.isOwn(address),
    send: (message: Outbound) => message.ttl === 0 ? refusal : network.send(message),
    receive: (deadlineUs) => network.receive(deadlineUs),
  };
}

function said(world: World, text: string, dialect?: RelayDialect): readonly string[] {
  return converse(world, text, dialect && { dialect }).map(([, line]) => line);
}

const PLAIN: World = { paths: { [TARGET]: path(4), [TARGET6]: path6(4) } };

for (
  const protocol of ["icmp", "udp", "udp port 7", "udp local-port 5000", "udp port 7 local-port 5000", "tcp", "sctp"]
) {
  Deno.test(`every hop of a path answers with its time: ${protocol}`, () => {
    const commands = [1, 2, 3, 4].map((ttl) => `${ttl} send-probe ip-4 ${TARGET} ttl ${ttl} protocol ${protocol}\n`);
    assert.deepEqual(converse(PLAIN, commands.join("")), [
      [10, `1 ttl-expired ip-4 ${router(1)} round-trip-time 10000`],
      [20, `2 ttl-expired ip-4 ${router(2)} round-trip-time 20000`],
      [30, `3 ttl-expired ip-4 ${router(3)} round-trip-time 30000`],
      [40, `4 reply ip-4 ${TARGET} round-trip-time 40000`],
    ]);
    const commands6 = commands.map((line) => line.replace(`ip-4 ${TARGET}`, `ip-6 ${TARGET6}`));
    assert.deepEqual(said(PLAIN, commands6.join("")), [
      `1 ttl-expired ip-6 ${router6(1)} round-trip-time 10000`,
      `2 ttl-expired ip-6 ${router6(2)} round-trip-time 20000`,
      `3 ttl-expired ip-6 ${router6(3)} round-trip-time 30000`,
      `4 reply ip-6 ${TARGET6} round-trip-time 40000`,
    ]);
  });
}

Deno.test("replies come in the order of the answers, not of the commands", () => {
  const commands = [4, 2, 3, 1].map((ttl) => `${ttl} send-probe ip-4 ${TARGET} ttl ${ttl}\n`).join("");
  assert.deepEqual(said(PLAIN, commands).map((line) => line[0]), ["1", "2", "3", "4"]);
});

Deno.test("a probe without an answer is told when its own time is over", () => {
  const world = { paths: { [TARGET]: path(4, { 2: { silent: true }, 3: { silent: true } }) } };
  const probe = (ttl: number, timeout: string): string =>
    `${ttl} send-probe ip-4 ${TARGET} ttl ${ttl} timeout ${timeout}\n`;
  assert.deepEqual(converse(world, probe(2, "3") + probe(3, "1") + probe(1, "2")), [
    [10, `1 ttl-expired ip-4 ${router(1)} round-trip-time 10000`],
    [1_000, "3 no-reply"],
    [3_000, "2 no-reply"],
  ]);
  assert.deepEqual(converse(world, `2 send-probe ip-4 ${TARGET} ttl 2\n`), [[10_000, "2 no-reply"]]);
});

Deno.test("an answer after the time is over is not told, nor is a second one", () => {
  const late = { paths: { [TARGET]: path(1, { 1: { delaysUs: { 0: 2 * SECOND } } }) } };
  const waiting = `1 send-probe ip-4 ${TARGET} ttl 1 timeout 1\n2 send-probe ip-4 ${TARGET} ttl 1\n`;
  assert.deepEqual(said(late, waiting), ["2 reply ip-4 203.0.113.9 round-trip-time 10000", "1 no-reply"]);
  const twice = { paths: { [TARGET]: path(1, { 1: { copiesUs: { 0: [1, 2] } } }), [TARGET6]: path6(9) } };
  const both = `1 send-probe ip-4 ${TARGET} ttl 1\n2 send-probe ip-6 ${TARGET6} ttl 9\n`;
  assert.deepEqual(said(twice, both).map((line) => line[0]), ["1", "2"]);
});

Deno.test("a time of 0 or less is over when what is there has been read", () => {
  const probe = (timeout: number): string => `1 send-probe ip-4 ${TARGET} timeout ${timeout}\n`;
  const near = { paths: { [TARGET]: path(1, { 1: { rttUs: 0 } }) } };
  for (const timeout of [0, -1]) {
    assert.deepEqual(said(near, probe(timeout)), [`1 reply ip-4 ${TARGET} round-trip-time 0`]);
    assert.deepEqual(converse(PLAIN, probe(timeout)), [[0, "1 no-reply"]]);
  }
});

Deno.test("refusals of routers have each release's name; an unreachable port is the target's reply", () => {
  const probe = `1 send-probe ip-4 ${TARGET}\n`;
  const refusing = (code: number): World => ({ paths: { [TARGET]: path(4, { 2: { refuses: { code } } }) } });
  assert.deepEqual(said(refusing(1), probe), [`1 no-route ip-4 ${router(2)} round-trip-time 20000`]);
  assert.deepEqual(said(refusing(13), probe, NEW), [`1 no-route-host ip-4 ${router(2)} round-trip-time 20000`]);
  assert.deepEqual(said(refusing(3), probe), [`1 reply ip-4 ${router(2)} round-trip-time 20000`]);
});

Deno.test("packet too big is passed over, as mtr-packet does", () => {
  const world = { paths: { [TARGET6]: path6(3, { 2: { refuses: { code: 0, mtu: 1_280, aboveBytes: 1_280 } } }) } };
  assert.deepEqual(converse(world, `1 send-probe ip-6 ${TARGET6} size 1400 timeout 2\n`), [[2_000, "1 no-reply"]]);
});

Deno.test("of parameter problems only a protocol that is not known is a reply", () => {
  const refusing = (code: number): World => ({ paths: { [TARGET6]: path6(3, { 2: { refuses: { type: 4, code } } }) } });
  const probe = `1 send-probe ip-6 ${TARGET6} timeout 2\n`;
  assert.deepEqual(said(refusing(1), probe), [`1 reply ip-6 ${router6(2)} round-trip-time 20000`]);
  for (const code of [0, 2]) assert.deepEqual(converse(refusing(code), probe), [[2_000, "1 no-reply"]]);
});

Deno.test("label stacks stand behind the time", () => {
  const labels = [
    { label: 16_004, trafficClass: 3, bottomOfStack: false, ttl: 1 },
    { label: 17, trafficClass: 0, bottomOfStack: true, ttl: 254 },
  ];
  const world = { paths: { [TARGET]: path(3, { 2: { labels } }) } };
  assert.deepEqual(said(world, `1 send-probe ip-4 ${TARGET} ttl 2\n`), [
    `1 ttl-expired ip-4 ${router(2)} round-trip-time 20000 mpls 16004,3,0,1,17,0,1,254`,
  ]);
});

Deno.test("each release has its limit of probes that wait", () => {
  const world = { paths: { [TARGET]: path(1, { 1: { silent: true } }) } };
  for (const dialect of [OLD, NEW]) {
    const count = dialect.mostOutstanding + 2;
    const commands = Array.from({ length: count }, (_, at) => `${at} send-probe ip-4 ${TARGET} timeout 1\n`);
    const lines = said(world, commands.join(""), dialect);
    assert.equal(lines.filter((line) => line.endsWith(" no-reply")).length, dialect.mostOutstanding);
    assert.deepEqual(lines.slice(0, 2), [count - 2, count - 1].map((token) => `${token} probes-exhausted`));
  }
});

Deno.test("more local ports than there are probers for are served one after the other, not all at once", () => {
  const ports = Array.from({ length: 100 }, (_, at) => 5_000 + at);
  const probe = (port: number): string => `${port} send-probe ip-4 ${TARGET} protocol udp local-port ${port}\n`;
  const crowd = said(PLAIN, ports.map(probe).join(""));
  assert.equal(crowd.length, ports.length);
  assert.ok(crowd.some((line) => line.endsWith(" probes-exhausted")));
  // A piece a line, and the target is near: each is answered before the next comes.
  const near = { paths: { [TARGET]: path(1, { 1: { rttUs: 0 } }) } };
  const one = converse(near, ports.map(probe).join(""), { pieceBytes: probe(5_000).length });
  assert.deepEqual(new Set(one.map(([, line]) => line.split(" ")[1])), new Set(["reply"]));
});

Deno.test("a failed send has the name of its error, but one without a way is an invalid argument", () => {
  const failing = (reason: "networkDown" | "tooLarge" | "noRoute" | "hostUnreachable"): World => ({
    ...PLAIN,
    sendFailures: [{ fromUs: 0, untilUs: SECOND, reason }],
  });
  const probe = `1 send-probe ip-4 ${TARGET}`;
  const known = `${probe} local-ip-4 ${OWN_ADDRESS[4]}\n`;
  assert.deepEqual(said(failing("networkDown"), `${probe}\n`), ["1 network-down"]);
  assert.deepEqual(said(failing("tooLarge"), `${probe}\n`), ["1 unexpected-error errno 90"]);
  assert.deepEqual(said(failing("hostUnreachable"), `${probe}\n`), ["1 no-route"]);
  assert.deepEqual(said(failing("noRoute"), `${probe}\n`), ["1 invalid-argument"]);
  assert.deepEqual(said(failing("noRoute"), known), ["1 no-route"]);
  assert.deepEqual(said(failing("noRoute"), known, NEW), ["1 no-route-network"]);
});

Deno.test("times of answered probes, set years ahead, are forgotten", () => {
  const near = { paths: { [TARGET]: path(1, { 1: { rttUs: 0 } }) } };
  const probe = `1 send-probe ip-4 ${TARGET} timeout 2000000000\n`;
  assert.equal(converse(near, probe.repeat(20_000), { pieceBytes: 50 * probe.length }).length, 20_000);
});

Deno.test("an input that ends within a line ends there", () => {
  assert.deepEqual(said(PLAIN, "1 check-support feature version\n2 check-support"), ["1 feature-support support 0.95"]);
  assert.deepEqual(said(PLAIN, ""), []);
});

/** Words that commands are made of, and words that they are not. */
const WORDS = [
  "send-probe",
  "check-support",
  "SEND-PROBE",
  "feature",
  "version",
  "ip-4",
  "ip-6",
  TARGET,
  TARGET6,
  "10.9.9.9",
  "protocol",
  "icmp",
  "udp",
  "tcp",
  "sctp",
  "ttl",
  "size",
  "tos",
  "bit-pattern",
  "timeout",
  "mark",
  "port",
  "local-port",
  "local-device",
  "lo",
  "1",
  "2",
  "0",
  "-1",
  "255",
  "256",
  "9001",
  "65536",
  "99999999999999999999",
  "x",
  "constructor",
  "__proto__",
  "\x00",
  "\xff",
  "5000",
]; // deno-fmt-ignore

Deno.test("whatever a client writes, each line has one reply with its token, and nothing throws", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const pick = (count: number): number => Math.floor(random.next() * count);
    let text = "";
    for (let lines = 0; lines < 60; lines++) {
      if (random.chance(0.1)) {
        text += String.fromCharCode(...Array.from({ length: pick(60) }, () => pick(256)));
      } else {
        const isProbe = random.chance(0.6);
        const words = isProbe ? [pick(1_000), "send-probe", "ip-4", TARGET] : [pick(1_000)];
        text += [...words, ...Array.from({ length: 2 * pick(9) }, () => WORDS[pick(WORDS.length)]!)].join(" ");
      }
      text += "\n";
    }
    if (random.chance(0.2)) text += `${"y".repeat(5_000)}\n`;
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const dialect = random.chance(0.5) ? OLD : NEW;
    const lines = converse(PLAIN, bytes, { dialect, pieceBytes: 1 + pick(5_000) });
    const expected = text.split("\n").slice(0, -1).flatMap((line) => {
      const overflows = Array.from({ length: Math.floor(line.length / 4_095) }, () => "0");
      const rest = line.slice(4_095 * overflows.length);
      return [...overflows, `${readCommandLine(rest)?.token ?? 0}`];
    });
    const tokens = lines.map(([, line]) => line.split(" ")[0]!);
    assert.deepEqual(tokens.sort(), expected.sort(), `seed ${seed}`);
    for (const [, line] of lines) assert.match(line, /^-?\d+ [a-z-]+( \S+)*$/, `seed ${seed}`);
  }
});
