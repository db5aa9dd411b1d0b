import assert from "node:assert/strict";
import type { Inbound, SendResult } from "../../core/network.ts";
import { parseExtension } from "../../core/packet/extension.ts";
import {
  parseIcmp4,
  parseIcmp4EchoRequest,
  writeIcmp4EchoReply,
  writeIcmp4EchoRequest,
} from "../../core/packet/icmp4.ts";
import { parseIcmp6, parseIcmp6EchoRequest, writeIcmp6EchoRequest } from "../../core/packet/icmp6.ts";
import { parseIpv4 } from "../../core/packet/ipv4.ts";
import { parseIpv6 } from "../../core/packet/ipv6.ts";
import { path, path6, router, router6, TARGET, TARGET6 } from "./paths.ts";
import { endpointOf, MS, SECOND } from "./run.ts";
import { OWN_ADDRESS } from "./packets.ts";
import { ORIGIN_US, SimulatedNetwork } from "./simulated_network.ts";
import type { World } from "./world.ts";

/** Sends an echo request with 4 bytes of payload. */
function send(network: SimulatedNetwork, to: string, ttl: number, sequence: number): SendResult {
  const endpoint = endpointOf(to);
  const bytes = new Uint8Array(12);
  const echo = { identifier: network.echoIdentifier(endpoint.family), sequence, fill: 0x61 };
  if (endpoint.family === 4) writeIcmp4EchoRequest(bytes, echo);
  else writeIcmp6EchoRequest(bytes, echo);
  const result = network.send({ to: endpoint, transport: "icmp", ttl, bytes });
  // The door reads the bytes before it returns: what becomes of them later must not matter.
  bytes.fill(0);
  return result;
}

/** All that arrives within a minute, with the message copied before it is overwritten. */
function hearAll(network: SimulatedNetwork): Inbound[] {
  const heard: Inbound[] = [];
  const untilUs = network.nowUs() + 60 * SECOND;
  for (let more; (more = network.receive(untilUs)).length > 0;) heard.push(...more.map((one) => structuredClone(one)));
  return heard;
}

function heardOne<K extends Inbound["kind"]>(network: SimulatedNetwork, kind: K): Extract<Inbound, { kind: K }> {
  const [one, ...more] = hearAll(network);
  assert.equal(more.length, 0);
  assert.equal(one?.kind, kind);
  return one as Extract<Inbound, { kind: K }>;
}

function timeOf(inbound: Inbound): number {
  if (inbound.kind === "withheld") return inbound.atUs;
  return (inbound.kind === "transmitted" ? inbound.sent : inbound.received).atUs;
}

/** When each message arrived, in ms since the start. */
function arrivalsMs(network: SimulatedNetwork): number[] {
  return hearAll(network).map((one) => (timeOf(one) - ORIGIN_US) / MS);
}

Deno.test("a router whose ttl it is answers time exceeded, quoting what was sent", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(4) } });
  assert.deepEqual(send(network, TARGET, 2, 77), {
    ok: true,
    sent: { atUs: ORIGIN_US, source: "driver", errorUs: 0 },
    transmission: 0,
  });
  const heard = heardOne(network, "message");
  assert.equal(heard.from, router(2));
  assert.equal(heard.ttl, 254);
  assert.deepEqual(heard.received, { atUs: ORIGIN_US + 20 * MS, source: "driver", errorUs: 0 });
  const message = parseIcmp4(heard.bytes)!;
  assert.ok(message.kind === "timeExceeded");
  const packet = parseIpv4(message.quoted)!;
  assert.deepEqual([packet.source, packet.destination, packet.ttl], [OWN_ADDRESS[4], TARGET, 1]);
  assert.deepEqual(parseIcmp4EchoRequest(packet.payload), {
    identifier: network.echoIdentifier(4),
    sequence: 77,
    payload: Uint8Array.of(0x61, 0x61, 0x61, 0x61),
  });
});

Deno.test("the target answers every ttl that reaches it", () => {
  for (const ttl of [4, 5, 255]) {
    const network = new SimulatedNetwork({ paths: { [TARGET]: path(4) } });
    send(network, TARGET, ttl, 5);
    const heard = heardOne(network, "message");
    assert.equal(heard.from, TARGET);
    assert.equal(heard.ttl, 61);
    const message = parseIcmp4(heard.bytes);
    assert.ok(message?.kind === "echoReply" && message.sequence === 5 && message.payload.length === 4);
  }
});

Deno.test("IPv6 works alike", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET6]: path6(3) } });
  send(network, TARGET6, 1, 6);
  send(network, TARGET6, 3, 7);
  const [first, second] = hearAll(network);
  assert.ok(first?.kind === "message" && second?.kind === "message");
  assert.deepEqual([first.from, second.from], [router6(1), TARGET6]);
  const exceeded = parseIcmp6(first.bytes, { source: router6(1), destination: OWN_ADDRESS[6] });
  assert.ok(exceeded?.kind === "timeExceeded");
  assert.equal(parseIcmp6EchoRequest(parseIpv6(exceeded.quoted)!.payload)?.sequence, 6);
  const reply = parseIcmp6(second.bytes, { source: TARGET6, destination: OWN_ADDRESS[6] });
  assert.ok(reply?.kind === "echoReply" && reply.sequence === 7);
});

Deno.test("as datagram, errors come taken apart and requests leave with the kernel's identifier", () => {
  const labels = [{ label: 300, trafficClass: 1, bottomOfStack: true, ttl: 1 }];
  const network = new SimulatedNetwork({ access: "datagram", paths: { [TARGET]: path(3, { 1: { labels } }) } });
  send(network, TARGET, 1, 8);
  send(network, TARGET, 3, 9);
  const [error, reply] = hearAll(network);
  assert.ok(error?.kind === "error" && reply?.kind === "message");
  const { from, icmpType, icmpCode, mtu, to } = error;
  assert.deepEqual({ from, icmpType, icmpCode, mtu, to }, {
    from: router(1),
    icmpType: 11,
    icmpCode: 0,
    mtu: 0,
    to: TARGET,
  });
  assert.equal(parseIcmp4EchoRequest(error.quoted)?.sequence, 8);
  // As the kernel gives it: with the zeros between quote and extension.
  assert.equal(error.quoted.length, 128 - 20);
  assert.deepEqual(parseExtension(error.extension!)?.labels, labels);
  assert.equal(parseIcmp4EchoRequest(network.sent[0]!.bytes)?.identifier, network.echoIdentifier(4));
});

Deno.test("as datagram, nothing is heard that is not for this socket", () => {
  const strange = writeIcmp4EchoReply({ identifier: 1, sequence: 1, payload: new Uint8Array(0) });
  const world: World = {
    paths: {},
    injections: [{ atUs: 5, from: "192.0.2.66", family: 4, make: () => strange }],
  };
  assert.equal(hearAll(new SimulatedNetwork({ ...world, access: "datagram" })).length, 0);
  assert.equal(hearAll(new SimulatedNetwork(world)).length, 1);
});

const ANSWERING: readonly { name: string; change: Parameters<typeof path>[1]; ttl: number; expectedMs: number[] }[] = [
  { name: "a plain hop", change: {}, ttl: 2, expectedMs: [20, 120, 220, 320] },
  { name: "a silent hop", change: { 2: { silent: true } }, ttl: 2, expectedMs: [] },
  { name: "dropped ordinals", change: { 2: { dropped: [0, 2] } }, ttl: 2, expectedMs: [120, 320] },
  { name: "certain loss", change: { 2: { loss: 1 } }, ttl: 2, expectedMs: [] },
  { name: "loss on the way", change: { 2: { forwardDropped: [1, 2] } }, ttl: 3, expectedMs: [30, 330] },
  { name: "no loss before the lossy hop", change: { 2: { forwardLoss: 1 } }, ttl: 1, expectedMs: [10, 110, 210, 310] },
  { name: "a late answer", change: { 2: { delaysUs: { 0: 250 * MS } } }, ttl: 2, expectedMs: [120, 220, 270, 320] },
  {
    name: "copies",
    change: { 2: { copiesUs: { 1: [1 * MS, 2 * MS] } } },
    ttl: 2,
    expectedMs: [20, 120, 121, 122, 220, 320],
  },
  {
    name: "a rate limit of five a second",
    change: { 2: { limit: { perSecond: 5, burst: 1 } } },
    ttl: 2,
    expectedMs: [20, 220],
  },
  {
    name: "a rate limit with a reserve",
    change: { 2: { limit: { perSecond: 1, burst: 3 } } },
    ttl: 2,
    expectedMs: [20, 120, 220],
  },
  { name: "a silent target", change: { 3: { silent: true } }, ttl: 3, expectedMs: [] },
  {
    name: "a router that refuses all but its own",
    change: { 1: { refuses: { code: 13 } } },
    ttl: 1,
    expectedMs: [10, 110, 210, 310],
  },
  { name: "a refusal", change: { 1: { refuses: { code: 13 } } }, ttl: 3, expectedMs: [10, 110, 210, 310] },
];

for (const { name, change, ttl, expectedMs } of ANSWERING) {
  Deno.test(`four probes, one each 100 ms: ${name}`, () => {
    const network = new SimulatedNetwork({ paths: { [TARGET]: path(3, change) } });
    for (let sequence = 0; sequence < 4; sequence++) {
      send(network, TARGET, ttl, sequence);
      // Looks without waiting, then lets time pass.
      if (sequence < 3) waitUntil(network, ORIGIN_US + (sequence + 1) * 100 * MS);
    }
    const rtts = network.truth.probes.flatMap(({ sent, answers }) =>
      answers.map(({ rttUs }) => (sent.atUs + rttUs) / MS)
    );
    assert.deepEqual(rtts.sort((one, other) => one - other), expectedMs);
  });
}

/** Lets time pass; what arrives is not looked at. */
function waitUntil(network: SimulatedNetwork, untilUs: number): void {
  while (network.nowUs() < untilUs) network.receive(untilUs);
}

Deno.test("answers arrive in the order of time, whatever the order of sending", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(3, { 1: { delaysUs: { 0: 100 * MS } } }) } });
  send(network, TARGET, 1, 0);
  send(network, TARGET, 3, 1);
  send(network, TARGET, 2, 2);
  assert.deepEqual(arrivalsMs(network), [20, 30, 110]);
});

Deno.test("receive waits until the deadline and no longer, and a deadline in the past only looks", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(3) } });
  send(network, TARGET, 1, 0);
  assert.deepEqual(network.receive(ORIGIN_US + 9_999), []);
  assert.equal(network.nowUs(), ORIGIN_US + 9_999);
  assert.deepEqual(network.receive(0), []);
  assert.equal(network.nowUs(), ORIGIN_US + 9_999);
  assert.equal(network.receive(ORIGIN_US + 10_000).length, 1);
  assert.equal(network.nowUs(), ORIGIN_US + 10_000);
});

Deno.test("to wait for ever for nothing is a defect of the engine", () => {
  assert.throws(() => new SimulatedNetwork({ paths: {} }).receive(Infinity), /for ever/);
});

Deno.test("bytes of a message are gone with the next receive", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(3) } });
  send(network, TARGET, 1, 0);
  const [heard] = network.receive(ORIGIN_US + SECOND);
  assert.ok(heard?.kind === "message" && parseIcmp4(heard.bytes) !== undefined);
  network.receive(ORIGIN_US + SECOND);
  assert.equal(parseIcmp4(heard.bytes), undefined);
});

Deno.test("a route can change with time", () => {
  const other = path(2, { 1: { address: "10.9.9.9" } });
  const network = new SimulatedNetwork({
    paths: { [TARGET]: [{ sinceUs: 0, path: path(3) }, { sinceUs: SECOND, path: other }] },
  });
  send(network, TARGET, 1, 0);
  waitUntil(network, ORIGIN_US + SECOND);
  send(network, TARGET, 1, 1);
  send(network, TARGET, 2, 2);
  assert.deepEqual(hearAll(network).map((one) => "from" in one && one.from), ["10.9.9.9", TARGET]);
});

Deno.test("balanced by packet, routers take turns; balanced by flow, the checksum decides", () => {
  const address = ["10.1.1.1", "10.1.1.2"];
  const turns = new SimulatedNetwork({ paths: { [TARGET]: path(3, { 1: { address, balance: "packet" } }) } });
  for (let sequence = 0; sequence < 4; sequence++) send(turns, TARGET, 1, sequence);
  assert.deepEqual(turns.truth.probes.map(({ answers }) => answers[0]?.from), [...address, ...address]);

  const flows = new SimulatedNetwork({ paths: { [TARGET]: path(3, { 1: { address, balance: "flow" } }) } });
  for (let sequence = 0; sequence < 60; sequence++) send(flows, TARGET, 1, sequence % 30);
  const from = flows.truth.probes.map(({ answers }) => answers[0]?.from);
  assert.deepEqual(from.slice(0, 30), from.slice(30));
  assert.deepEqual([...new Set(from)].sort(), address);
});

Deno.test("a refusal and an unreachable target tell their code, a long packet the MTU", () => {
  const network = new SimulatedNetwork({
    paths: {
      [TARGET]: path(3, { 1: { refuses: { code: 13 } } }),
      "203.0.113.10": path(1, { 1: { unreachableCode: 3 } }),
      "203.0.113.11": path(3, { 1: { refuses: { code: 4, mtu: 30, aboveBytes: 30 } } }),
      "203.0.113.12": path(3, { 1: { refuses: { code: 4, mtu: 32, aboveBytes: 32 } } }),
      [TARGET6]: path6(3, { 1: { refuses: { code: 0, mtu: 50, aboveBytes: 50 } } }),
    },
  });
  const seen = Object.entries({ [TARGET]: 3, "203.0.113.10": 1, "203.0.113.11": 3, "203.0.113.12": 2, [TARGET6]: 2 })
    .map(([to, ttl]) => {
      send(network, to, ttl, 0);
      const heard = heardOne(network, "message");
      const message = heard.family === 4 ? parseIcmp4(heard.bytes) : parseIcmp6(heard.bytes);
      return [message?.kind, message?.code, message && "mtu" in message ? message.mtu : 0];
    });
  assert.deepEqual(seen, [
    ["unreachable", 13, 0],
    ["unreachable", 3, 0],
    ["unreachable", 4, 30],
    ["timeExceeded", 0, 0],
    ["packetTooBig", 0, 50],
  ]);
});

Deno.test("a quote may be as short as 28 bytes, and an answer may come from a wrong address", () => {
  const network = new SimulatedNetwork({
    paths: { [TARGET]: path(3, { 1: { quoteBytes: 28, answersFrom: "172.16.0.1" } }) },
  });
  send(network, TARGET, 1, 0);
  const heard = heardOne(network, "message");
  assert.equal(heard.from, "172.16.0.1");
  assert.equal(heard.bytes.length, 8 + 28);
});

Deno.test("sending fails where and when the world says so", () => {
  const network = new SimulatedNetwork({
    paths: { [TARGET]: path(3), "203.0.113.10": path(3) },
    sendFailures: [{ fromUs: 0, untilUs: SECOND, to: TARGET, reason: "networkDown" }],
  });
  assert.deepEqual(send(network, TARGET, 1, 0), { ok: false, reason: "networkDown", detail: "ENETDOWN" });
  assert.equal(send(network, "203.0.113.10", 1, 0).ok, true);
  assert.deepEqual(send(network, "203.0.113.99", 1, 0), { ok: false, reason: "noRoute", detail: "ENETUNREACH" });
  waitUntil(network, ORIGIN_US + SECOND);
  assert.equal(send(network, TARGET, 1, 0).ok, true);
  assert.equal(network.truth.failed.length, 2);
});

Deno.test("stamps tell the wire's times, whenever the program wakes", () => {
  const clock = { sendPathUs: 40, sentStamp: "later", tellsAfterUs: 7, wakeUs: 3 * MS } as const;
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(3) }, clock });
  const result = send(network, TARGET, 1, 0);
  assert.deepEqual(result, { ok: true, sent: { atUs: ORIGIN_US, source: "program", errorUs: 40 }, transmission: 0 });
  const heard = hearAll(network);
  assert.deepEqual(heard[0], {
    kind: "transmitted",
    transmission: 0,
    sent: { atUs: ORIGIN_US + 40, source: "driver", errorUs: 0 },
  });
  assert.ok(heard[1]?.kind === "message");
  assert.deepEqual(heard[1].received, { atUs: ORIGIN_US + 40 + 10 * MS, source: "driver", errorUs: 0 });
});

Deno.test("a program's own stamp is as late as the program", () => {
  const clock = { sentStamp: "never", receivedStamp: "program", wakeUs: 3 * MS } as const;
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(3) }, clock });
  send(network, TARGET, 1, 0);
  const { received } = heardOne(network, "message");
  assert.equal(received.source, "program");
  assert.ok(received.atUs > ORIGIN_US + 10 * MS && received.atUs < ORIGIN_US + 13 * MS);
});

Deno.test("the same seed gives the same world, another seed another", () => {
  const worldOf = (seed: number): World => ({
    seed,
    paths: { [TARGET]: path(3, { 2: { loss: 0.5, jitterUs: 5 * MS } }) },
  });
  const rtts = (seed: number): readonly number[] => {
    const network = new SimulatedNetwork(worldOf(seed));
    for (let sequence = 0; sequence < 100; sequence++) send(network, TARGET, 2, sequence);
    return network.truth.hop(TARGET, 2).rttsUs;
  };
  assert.deepEqual(rtts(5), rtts(5));
  assert.notDeepEqual(rtts(5), rtts(6));
  assert.ok(rtts(5).length > 30 && rtts(5).length < 70);
  assert.ok(rtts(5).every((rttUs) => rttUs >= 20 * MS && rttUs < 25 * MS));
});
