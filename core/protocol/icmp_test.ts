import assert from "node:assert/strict";
import type { Answer } from "../messages.ts";
import type { Family, Inbound } from "../network.ts";
import { hex, maul, Random } from "../packet/_random.ts";
import { type MplsLabel, writeExtension } from "../packet/extension.ts";
import type { InterfaceInfo } from "../packet/interface_info.ts";
import type { IcmpError } from "../packet/icmp.ts";
import { ICMP4_TYPE, writeIcmp4EchoReply, writeIcmp4EchoRequest, writeIcmp4Error } from "../packet/icmp4.ts";
import { ICMP6_TYPE, writeIcmp6EchoReply, writeIcmp6EchoRequest, writeIcmp6Error } from "../packet/icmp6.ts";
import { writeIpv4 } from "../packet/ipv4.ts";
import { writeIpv6 } from "../packet/ipv6.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { numberOf } from "./_arrivals.ts";
import { icmp } from "./icmp.ts";
import type { ProbeProtocol } from "./protocol.ts";
import { PROTOCOLS } from "./mod.ts";

const IDENTIFIER = 0xbeef;
const SEQUENCE = 0x829a;
const FILL = 0x5a;
const ROUTER = { 4: "203.0.113.1", 6: "2001:db8:1::1" } as const;
const TARGET = { 4: "192.0.2.9", 6: "2001:db8::9" } as const;
const SELF = { 4: "198.51.100.1", 6: "2001:db8:ffff::1" } as const;
const FAMILIES = [4, 6] as const;
const STAMP = { atUs: 1, source: "driver", errorUs: 0 } as const;
/** What does not show in an echo request. */
const TEXT = { source: "192.0.2.1", destination: "192.0.2.2", port: undefined, flow: 0 } as const;
const ICMP = withIdentifier(IDENTIFIER);

/** The protocol on a network that gives echo requests this identifier, and is never used otherwise. */
function withIdentifier(identifier: number): ProbeProtocol {
  const unused = (): never => assert.fail("Reading and writing messages moves none");
  const network = {
    echoIdentifier: () => identifier,
    ownPort: 0,
    overflowed: 0,
    trafficClass: 0,
    isOwn: unused,
    nowUs: unused,
    send: unused,
    receive: unused,
  };
  return icmp({ ...network, sourceAddress: unused }, { ...DEFAULT_PLAN, flow: "varying" });
}

const REQUEST = { 4: writeIcmp4EchoRequest, 6: writeIcmp6EchoRequest } as const;
const REPLY = { 4: writeIcmp4EchoReply, 6: writeIcmp6EchoReply } as const;
const ERROR = { 4: writeIcmp4Error, 6: writeIcmp6Error } as const;
const PROTOCOL = { 4: 1, 6: 58 } as const;

function message(family: Family, bytes: Uint8Array): Extract<Inbound, { kind: "message" }> {
  return { kind: "message", family, transport: "icmp", from: ROUTER[family], bytes, received: STAMP, ttl: 60 };
}

/** A probe as it leaves. */
function probe(family: Family, payloadBytes = 36): Uint8Array {
  const bytes = new Uint8Array(8 + payloadBytes);
  REQUEST[family](bytes, { identifier: IDENTIFIER, sequence: SEQUENCE, fill: FILL });
  return bytes;
}

interface Quoting {
  readonly transport?: Uint8Array;
  readonly protocol?: number;
  readonly fragmentOffset?: number;
  /** Bytes of IPv4 options. */
  readonly options?: Uint8Array;
  readonly ttl?: number;
  readonly trafficClass?: number;
}

/** The probe in its IP packet, as a router quotes it. */
function packet(
  family: Family,
  quoting: Quoting = {},
): Uint8Array {
  const { transport = probe(family), protocol = PROTOCOL[family], fragmentOffset = 0 } = quoting;
  const { options = new Uint8Array(0), ttl = 1, trafficClass = 0 } = quoting;
  const bytes = new Uint8Array((family === 4 ? 20 + options.length : 40) + transport.length);
  const between = { source: SELF[family], destination: TARGET[family] };
  if (family === 6) {
    writeIpv6(bytes, { trafficClass, flowLabel: 0, payloadBytes: transport.length, protocol, ttl, ...between });
  } else {
    writeIpv4(bytes, {
      trafficClass,
      totalBytes: bytes.length,
      identification: 7,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset,
      ttl,
      protocol,
      options,
      ...between,
    });
  }
  bytes.set(transport, bytes.length - transport.length);
  return bytes;
}

/** An error about the probe, from its ICMP header on. */
function error(family: Family, type: number, of: Partial<IcmpError> = {}): Uint8Array {
  const quoted = packet(family);
  return ERROR[family]({ type, code: 0, mtu: 0, quoted, extension: undefined, tellsLength: true, ...of });
}

/** What an answer to the probe is read as. */
function check(family: Family, bytes: Uint8Array, expected: Partial<Answer>): void {
  const [heard] = ICMP.read(message(family, bytes));
  assert.ok(heard !== undefined, "it is an answer");
  const { destination, answer } = heard;
  const sequence = numberOf(heard);
  assert.deepEqual({ family: heard.family, sequence }, { family, sequence: SEQUENCE });
  assert.deepEqual(answer, { icmpCode: 0, mtu: 0, labels: [], ...expected });
  assert.equal(destination, answer.kind === "echoReply" ? undefined : TARGET[family]);
}

function checkNone(inbound: Parameters<typeof ICMP.read>[0]): void {
  assert.deepEqual(ICMP.read(inbound), []);
}

// Writing.

Deno.test("an ICMPv4 probe is an echo request with its checksum and its fill", () => {
  const bytes = withIdentifier(0x1234).write(
    { ...TEXT, family: 4, sequence: 0x0102, payloadBytes: 4, fill: 0xaa },
    new Uint8Array(64),
  );
  assert.deepEqual(bytes, hex("08 00 8f74 1234 0102 aaaaaaaa"));
});

Deno.test("an ICMPv6 probe leaves its checksum to the kernel", () => {
  const bytes = withIdentifier(0x1234).write(
    { ...TEXT, family: 6, sequence: 0x0102, payloadBytes: 4, fill: 0xaa },
    new Uint8Array(64),
  );
  assert.deepEqual(bytes, hex("80 00 0000 1234 0102 aaaaaaaa"));
});

Deno.test("a probe is written at the start of the buffer, and nothing else of it is touched", () => {
  for (const family of FAMILIES) {
    for (const payloadBytes of [0, 1, 56]) {
      const buffer = new Uint8Array(80).fill(0xee);
      const bytes = withIdentifier(1).write({ ...TEXT, family, sequence: 1, payloadBytes, fill: 0 }, buffer);
      assert.deepEqual([bytes.buffer, bytes.byteOffset, bytes.length], [buffer.buffer, 0, 8 + payloadBytes]);
      assert.ok(buffer.subarray(bytes.length).every((byte) => byte === 0xee));
    }
  }
});

Deno.test("a buffer that was used before leaves nothing behind", () => {
  for (const family of FAMILIES) {
    const text = { ...TEXT, family, sequence: 9, payloadBytes: 11, fill: 3 };
    const used = new Uint8Array(64).fill(0xff);
    assert.deepEqual(ICMP.write(text, used), ICMP.write(text, new Uint8Array(64)));
  }
});

Deno.test("the table has it under its name", () => assert.equal(PROTOCOLS.icmp, icmp));

// Messages.

Deno.test("an echo reply tells identifier, sequence and payload, and no destination", () => {
  for (const family of FAMILIES) {
    const payload = new Uint8Array(36).fill(FILL);
    const bytes = REPLY[family]({ identifier: IDENTIFIER, sequence: SEQUENCE, payload });
    check(family, bytes, { kind: "echoReply", icmpType: family === 4 ? 0 : 129 });
    assert.deepEqual(ICMP.read(message(family, bytes))[0]!.payload, payload);
  }
});

Deno.test("errors have the kinds of their types, with code and MTU", () => {
  check(4, error(4, ICMP4_TYPE.timeExceeded), { kind: "timeExceeded", icmpType: 11 });
  check(4, error(4, ICMP4_TYPE.unreachable, { code: 13 }), { kind: "unreachable", icmpType: 3, icmpCode: 13 });
  check(4, error(4, ICMP4_TYPE.unreachable, { code: 4, mtu: 1_280 }), {
    kind: "unreachable",
    icmpType: 3,
    icmpCode: 4,
    mtu: 1_280,
  });
  for (const code of [0, 1, 2]) {
    for (const [family, icmpType] of [[4, ICMP4_TYPE.parameterProblem], [6, ICMP6_TYPE.parameterProblem]] as const) {
      const problem = { kind: "unreachable", icmpType, icmpCode: code } as const;
      check(family, error(family, icmpType, { code }), problem);
      checkQueued(queued(family, icmpType, { icmpCode: code }), problem);
    }
  }
  check(6, error(6, ICMP6_TYPE.timeExceeded), { kind: "timeExceeded", icmpType: 3 });
  check(6, error(6, ICMP6_TYPE.unreachable, { code: 1 }), { kind: "unreachable", icmpType: 1, icmpCode: 1 });
  check(6, error(6, ICMP6_TYPE.packetTooBig, { mtu: 1_280 }), { kind: "unreachable", icmpType: 2, mtu: 1_280 });
});

const LABELS: readonly MplsLabel[] = [
  { label: 24_015, trafficClass: 1, bottomOfStack: false, ttl: 1 },
  { label: 3, trafficClass: 0, bottomOfStack: true, ttl: 254 },
];

Deno.test("MPLS labels are those of the extension, where the router tells its place and where it does not", () => {
  for (const family of FAMILIES) {
    const type = family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
    for (const tellsLength of [true, false]) {
      const bytes = error(family, type, { extension: writeExtension({ labels: LABELS }), tellsLength });
      check(family, bytes, { kind: "timeExceeded", icmpType: type, labels: LABELS });
    }
  }
});

Deno.test("interfaces are those of the extension, by whatever way the error came", () => {
  const interfaces: readonly InterfaceInfo[] = [{ role: "incoming", index: 7, name: "eth0" }];
  const extension = writeExtension({ labels: LABELS, interfaces });
  for (const family of FAMILIES) {
    const type = family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
    const expected = { kind: "timeExceeded", icmpType: type, labels: LABELS, interfaces } as const;
    check(family, error(family, type, { extension }), expected);
    checkQueued(queued(family, type, { extension }), expected);
  }
});

Deno.test("the quoted TTL is told where time was exceeded on the way, and it is not 1", () => {
  for (const family of FAMILIES) {
    const [expired, unreachable] = family === 4
      ? [ICMP4_TYPE.timeExceeded, ICMP4_TYPE.unreachable]
      : [ICMP6_TYPE.timeExceeded, ICMP6_TYPE.unreachable];
    for (const ttl of [0, 2, 255]) {
      const quoted = packet(family, { ttl });
      check(family, error(family, expired, { quoted }), { kind: "timeExceeded", icmpType: expired, quotedTtl: ttl });
      // A fragment that did not come in time, or was refused, had TTL to spare.
      check(family, error(family, expired, { quoted, code: 1 }), {
        kind: "timeExceeded",
        icmpType: expired,
        icmpCode: 1,
      });
      check(family, error(family, unreachable, { quoted }), { kind: "unreachable", icmpType: unreachable });
    }
  }
});

Deno.test("the traffic class is the quote's, and unknown where a kernel took the error apart", () => {
  for (const family of FAMILIES) {
    const type = family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
    for (const trafficClass of [0, 1, 184, 255]) {
      const quoted = packet(family, { trafficClass });
      assert.equal(ICMP.read(message(family, error(family, type, { quoted })))[0]?.trafficClass, trafficClass);
    }
    assert.equal(ICMP.read(queued(family, type))[0]?.trafficClass, undefined);
    const reply = REPLY[family]({ identifier: IDENTIFIER, sequence: SEQUENCE, payload: new Uint8Array(8) });
    assert.equal(ICMP.read(message(family, reply))[0]?.trafficClass, undefined);
  }
});

Deno.test("eight bytes of the probe are enough to know it, seven are not", () => {
  for (const family of FAMILIES) {
    const type = family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
    const header = family === 4 ? 20 : 40;
    const quoted = packet(family);
    check(family, error(family, type, { quoted: quoted.subarray(0, header + 8) }), {
      kind: "timeExceeded",
      icmpType: type,
    });
    checkNone(message(family, error(family, type, { quoted: quoted.subarray(0, header + 7) })));
    checkNone(message(family, error(family, type, { quoted: quoted.subarray(0, header) })));
    checkNone(message(family, error(family, type, { quoted: new Uint8Array(0) })));
  }
});

Deno.test("IP options in front of the quoted probe are passed over", () => {
  const quoted = packet(4, { options: hex("94040000 01010101") });
  check(4, error(4, ICMP4_TYPE.timeExceeded, { quoted }), { kind: "timeExceeded", icmpType: 11 });
});

Deno.test("a quote of another protocol, a later fragment, or an echo reply is no probe of ours", () => {
  for (const family of FAMILIES) {
    const type = family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
    const reply = REPLY[family]({ identifier: IDENTIFIER, sequence: SEQUENCE, payload: new Uint8Array(8) });
    for (const quoting of [{ protocol: 17 }, { protocol: 6 }, { transport: reply }]) {
      checkNone(message(family, error(family, type, { quoted: packet(family, quoting) })));
    }
  }
  checkNone(message(4, error(4, ICMP4_TYPE.timeExceeded, { quoted: packet(4, { fragmentOffset: 8 }) })));
});

Deno.test("a quote of the other family is no probe of ours", () => {
  checkNone(message(4, error(4, ICMP4_TYPE.timeExceeded, { quoted: packet(6) })));
  checkNone(message(6, error(6, ICMP6_TYPE.timeExceeded, { quoted: packet(4) })));
});

Deno.test("messages that answer nothing are no answers: requests, redirects, neighbours", () => {
  for (const family of FAMILIES) checkNone(message(family, probe(family)));
  for (const type of [4, 5, 9, 10, 13, 14, 42, 255]) checkNone(message(4, error(4, type)));
  for (const type of [0, 5, 127, 133, 134, 135, 136, 255]) checkNone(message(6, error(6, type)));
});

Deno.test("an ICMPv4 message with a wrong checksum is no answer", () => {
  const bytes = error(4, ICMP4_TYPE.timeExceeded).slice();
  bytes[2]! ^= 1;
  checkNone(message(4, bytes));
});

Deno.test("answers of one family are not read as the other's", () => {
  const payload = new Uint8Array(0);
  checkNone(message(6, writeIcmp4EchoReply({ identifier: IDENTIFIER, sequence: SEQUENCE, payload })));
  checkNone(message(4, writeIcmp6EchoReply({ identifier: IDENTIFIER, sequence: SEQUENCE, payload })));
});

Deno.test("damaged and shortened answers never throw", () => {
  for (const family of FAMILIES) {
    const type = family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
    const extension = writeExtension({ labels: LABELS });
    maul(error(family, type, { extension }), (bytes) => ICMP.read(message(family, bytes)));
    maul(packet(family), (quoted) => ICMP.read(message(family, error(family, type, { quoted }))));
    const random = new Random(family);
    for (let round = 0; round < 2_000; round++) {
      ICMP.read(message(family, random.bytes(random.below(200))));
      ICMP.read(message(family, error(family, type, { quoted: random.bytes(random.below(200)) })));
      ICMP.read(
        queued(family, random.below(256), { quoted: random.bytes(random.below(100)), extension: random.bytes(9) }),
      );
    }
  }
});

// Errors that the kernel took apart.

function queued(
  family: Family,
  icmpType: number,
  of: Partial<Extract<Inbound, { kind: "error" }>> = {},
): Extract<Inbound, { kind: "error" }> {
  return {
    kind: "error",
    family,
    transport: "icmp",
    from: ROUTER[family],
    icmpType,
    icmpCode: 0,
    mtu: 0,
    to: TARGET[family],
    quoted: probe(family),
    extension: undefined,
    received: STAMP,
    ttl: undefined,
    ...of,
  };
}

/** The same as `check`, for an error of the error queue. */
function checkQueued(inbound: Extract<Inbound, { kind: "error" }>, expected: Partial<Answer>): void {
  const [heard] = ICMP.read(inbound);
  assert.ok(heard !== undefined, "it is an answer");
  const { family, destination, answer } = heard;
  const sequence = numberOf(heard);
  assert.deepEqual({ family, sequence }, { family: inbound.family, sequence: SEQUENCE });
  assert.equal(destination, inbound.to);
  assert.deepEqual(answer, { icmpType: inbound.icmpType, icmpCode: 0, mtu: 0, labels: [], ...expected });
}

Deno.test("an error of the error queue tells the same as the message", () => {
  checkQueued(queued(4, 11), { kind: "timeExceeded" });
  checkQueued(queued(4, 3, { icmpCode: 4, mtu: 1_400 }), { kind: "unreachable", icmpCode: 4, mtu: 1_400 });
  checkQueued(queued(6, 3), { kind: "timeExceeded" });
  checkQueued(queued(6, 1, { icmpCode: 4 }), { kind: "unreachable", icmpCode: 4 });
  checkQueued(queued(6, 2, { mtu: 1_280 }), { kind: "unreachable", mtu: 1_280 });
  checkQueued(queued(4, 11, { extension: writeExtension({ labels: LABELS }) }), {
    kind: "timeExceeded",
    labels: LABELS,
  });
  checkQueued(queued(4, 11, { extension: hex("2000") }), { kind: "timeExceeded" });
});

Deno.test("an error of the error queue of another type, or with another quote, is no answer", () => {
  for (const type of [0, 4, 5, 8, 13]) checkNone(queued(4, type));
  for (const type of [0, 5, 128, 129]) checkNone(queued(6, type));
  checkNone(queued(4, 11, { quoted: probe(4).subarray(0, 7) }));
  checkNone(queued(4, 11, { quoted: probe(6) }));
  checkNone(queued(4, 11, { quoted: new Uint8Array(0) }));
});
