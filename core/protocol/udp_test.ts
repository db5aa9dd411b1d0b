import assert from "node:assert/strict";
import type { Answer } from "../messages.ts";
import { hex, maul, Random } from "../packet/_random.ts";
import { isChecksumRight } from "../packet/checksum.ts";
import { writeExtension } from "../packet/extension.ts";
import { sumBetween } from "../packet/pseudo_header.ts";
import { parseUdp, UDP_PROTOCOL, type UdpDatagram, writeUdp } from "../packet/udp.ts";
import type { TracePlan } from "../plan.ts";
import {
  ELSEWHERE,
  EXCEEDED,
  FAMILIES,
  fitting,
  OWN_PORT,
  protocolOf,
  queuedOf,
  quotedBy,
  type Quoting,
  received,
  ROUTER,
  SELF,
  TARGET,
  text,
  UNREACHABLE,
  written,
} from "./_arrivals.ts";
import { PROTOCOLS } from "./mod.ts";
import type { Arrival, ProbeProtocol, ProbeText } from "./protocol.ts";
import { udp } from "./udp.ts";

const SEQUENCE = 0x9abc;
const LOCAL_PORT = 4_711;
const REMOTE_PORT = 53;
const UDP = { protocol: UDP_PROTOCOL } as const;

interface Scheme {
  readonly name: string;
  readonly plan: Partial<TracePlan>;
  /** The target's own. */
  readonly port?: number;
  readonly expected: Partial<UdpDatagram>;
}

const SCHEMES: readonly Scheme[] = [
  {
    name: "no port named: the destination port counts",
    plan: {},
    expected: { sourcePort: OWN_PORT, destinationPort: SEQUENCE },
  },
  {
    name: "-L: the destination port counts",
    plan: { localPort: LOCAL_PORT },
    expected: { sourcePort: LOCAL_PORT, destinationPort: SEQUENCE },
  },
  {
    name: "-P: the source port counts",
    plan: { remotePort: REMOTE_PORT },
    expected: { sourcePort: SEQUENCE, destinationPort: REMOTE_PORT },
  },
  {
    name: "a target with a port: the source port counts",
    plan: {},
    port: REMOTE_PORT,
    expected: { sourcePort: SEQUENCE, destinationPort: REMOTE_PORT },
  },
  {
    name: "-P, and a target with another port: the target's is asked",
    plan: { remotePort: 99 },
    port: REMOTE_PORT,
    expected: { sourcePort: SEQUENCE, destinationPort: REMOTE_PORT },
  },
  {
    name: "-P and -L: the checksum counts",
    plan: { remotePort: REMOTE_PORT, localPort: LOCAL_PORT },
    expected: { sourcePort: LOCAL_PORT, destinationPort: REMOTE_PORT, checksum: SEQUENCE },
  },
  {
    name: "-L, and a target with a port: the checksum counts",
    plan: { localPort: LOCAL_PORT },
    port: REMOTE_PORT,
    expected: { sourcePort: LOCAL_PORT, destinationPort: REMOTE_PORT, checksum: SEQUENCE },
  },
];

/** A run of a scheme, a probe of it, and the probe's bytes. */
function probeOf(
  scheme: Scheme,
  family: 4 | 6,
  of: Partial<ProbeText> = {},
): { readonly protocol: ProbeProtocol; readonly probe: ProbeText; readonly bytes: Uint8Array } {
  const protocol = protocolOf(udp, scheme.plan);
  const probe = text(family, SEQUENCE, { port: scheme.port, ...of });
  return { protocol, probe, bytes: written(protocol, probe) };
}

/** A test for every scheme in both families. */
function each(name: string, test: (scheme: Scheme, family: 4 | 6) => void): void {
  Deno.test(name, async (t) => {
    for (const scheme of SCHEMES) {
      for (const family of FAMILIES) await t.step(`IPv${family}, ${scheme.name}`, () => test(scheme, family));
    }
  });
}

const readsChecksum = ({ expected }: Scheme): boolean => expected.checksum !== undefined;

// Writing.

function checkWritten(scheme: Scheme, family: 4 | 6, of: Partial<ProbeText>): void {
  const { probe: { source, destination, payloadBytes, fill }, bytes } = probeOf(scheme, family, of);
  const sum = sumBetween({ source, destination }, UDP_PROTOCOL, bytes.length);
  assert.ok(isChecksumRight(bytes, sum), "the checksum covers the pseudo header");
  const datagram = parseUdp(bytes);
  assert.ok(datagram !== undefined);
  const { payload, ...header } = datagram;
  assert.deepEqual({ ...header, ...scheme.expected }, header);
  assert.equal(header.totalBytes, 8 + payloadBytes);
  assert.notEqual(header.checksum, 0, "0 stands for no checksum");
  assert.equal(payload.length, payloadBytes);
  const balanceBytes = readsChecksum(scheme) ? 2 : 0;
  assert.ok(payload.subarray(balanceBytes).every((byte) => byte === fill), `${payload}`);
}

each("a probe has its ports, its length, its fill and a right checksum", (scheme, family) => {
  checkWritten(scheme, family, {});
  checkWritten(scheme, family, { fill: 0xff });
  checkWritten(scheme, family, { payloadBytes: 4, fill: 0 });
  checkWritten(scheme, family, { payloadBytes: 1_453, fill: 0xa7 });
  checkWritten(scheme, family, { source: ELSEWHERE[family] });
});

Deno.test("every checksum that can be a number comes true, whatever the fill", () => {
  const protocol = protocolOf(udp, { remotePort: REMOTE_PORT, localPort: LOCAL_PORT });
  const buffer = new Uint8Array(64);
  const { first, last } = protocol.sequences;
  assert.deepEqual([first, last], [33_434, 65_535]);
  for (const family of FAMILIES) {
    const sum = sumBetween({ source: SELF[family], destination: TARGET[family] }, UDP_PROTOCOL, 12);
    for (let sequence = first; sequence <= last; sequence++) {
      const bytes = protocol.write(text(family, sequence, { payloadBytes: 4, fill: sequence & 0xff }), buffer);
      assert.ok(isChecksumRight(bytes, sum), `${sequence}`);
      assert.equal(bytes[6]! * 256 + bytes[7]!, sequence);
    }
  }
});

each("a probe is written at the start of the buffer, and leaves the rest of it alone", (scheme, family) => {
  const { protocol, probe, bytes } = probeOf(scheme, family);
  const used = new Uint8Array(80).fill(0xee);
  const again = protocol.write(probe, used);
  assert.deepEqual(again, bytes);
  assert.deepEqual([again.buffer, again.byteOffset, again.length], [used.buffer, 0, 44]);
  assert.ok(used.subarray(44).every((byte) => byte === 0xee));
});

Deno.test("a run has mtr's least payload, and its source address shows", () => {
  const { transport, headerBytes, leastPayloadBytes, hasPayload, needsSource } = protocolOf(udp);
  assert.deepEqual({ transport, headerBytes, leastPayloadBytes, hasPayload, needsSource }, {
    transport: "udp",
    headerBytes: 8,
    leastPayloadBytes: 4,
    hasPayload: true,
    needsSource: true,
  });
});

Deno.test("the table has it under its name", () => assert.equal(PROTOCOLS.udp, udp));

// Errors.

/** Expects that an arrival is read as this answer to the probe. */
function check(protocol: ProbeProtocol, arrival: Arrival, probe: ProbeText, expected: Partial<Answer>): void {
  const [heard, ...more] = fitting(protocol, arrival, probe);
  assert.ok(heard !== undefined, "it is an answer");
  assert.equal(more.length, 0);
  assert.deepEqual(heard.answer, { icmpType: 0, icmpCode: 0, mtu: 0, labels: [], ...expected });
  assert.equal(heard.destination, expected.kind === "datagram" ? undefined : TARGET[probe.family]);
}

const LABELS = [{ label: 24_015, trafficClass: 1, bottomOfStack: true, ttl: 1 }] as const;

interface Told {
  readonly of: Omit<Quoting, "protocol">;
  readonly expected: Partial<Answer>;
}

/** What routers and the target say, as both forms of error tell it. */
const TOLD: Readonly<Record<4 | 6, readonly Told[]>> = {
  4: [
    { of: {}, expected: { kind: "timeExceeded", icmpType: 11 } },
    { of: { type: 3, code: 3 }, expected: { kind: "unreachable", icmpType: 3, icmpCode: 3 } },
    { of: { type: 3, code: 13 }, expected: { kind: "unreachable", icmpType: 3, icmpCode: 13 } },
    { of: { type: 3, code: 4, mtu: 1_400 }, expected: { kind: "unreachable", icmpType: 3, icmpCode: 4, mtu: 1_400 } },
    {
      of: { extension: writeExtension({ labels: LABELS }) },
      expected: { kind: "timeExceeded", icmpType: 11, labels: LABELS },
    },
  ],
  6: [
    { of: {}, expected: { kind: "timeExceeded", icmpType: 3 } },
    { of: { type: 1, code: 4 }, expected: { kind: "unreachable", icmpType: 1, icmpCode: 4 } },
    { of: { type: 1, code: 1 }, expected: { kind: "unreachable", icmpType: 1, icmpCode: 1 } },
    { of: { type: 2, mtu: 1_280 }, expected: { kind: "unreachable", icmpType: 2, mtu: 1_280 } },
    {
      of: { extension: writeExtension({ labels: LABELS }) },
      expected: { kind: "timeExceeded", icmpType: 3, labels: LABELS },
    },
  ],
};

each("errors are read with their kinds, codes, MTU and labels, raw and from the error queue", (scheme, family) => {
  const { protocol, probe, bytes } = probeOf(scheme, family);
  for (const { of, expected } of TOLD[family]) {
    check(protocol, quotedBy(family, bytes, { ...UDP, ...of }), probe, expected);
    check(protocol, queuedOf(family, "udp", bytes, of), probe, expected);
  }
});

each("eight quoted bytes are enough, seven are not", (scheme, family) => {
  const { protocol, probe, bytes } = probeOf(scheme, family);
  const expected = { kind: "timeExceeded", icmpType: EXCEEDED[family] } as const;
  check(protocol, quotedBy(family, bytes, { ...UDP, quoteBytes: 8 }), probe, expected);
  check(protocol, queuedOf(family, "udp", bytes, { quoteBytes: 8 }), probe, expected);
  for (const quoteBytes of [0, 2, 4, 7]) {
    assert.deepEqual(protocol.read(quotedBy(family, bytes, { ...UDP, quoteBytes })), []);
    assert.deepEqual(protocol.read(queuedOf(family, "udp", bytes, { quoteBytes })), []);
  }
});

Deno.test("IPv4 options in front of the quoted probe are passed over", () => {
  for (const scheme of SCHEMES) {
    const { protocol, probe, bytes } = probeOf(scheme, 4);
    const arrival = quotedBy(4, bytes, { ...UDP, options: hex("94040000 01010101") });
    check(protocol, arrival, probe, { kind: "timeExceeded", icmpType: 11 });
  }
});

// The target's own datagrams.

/** A datagram from the port that was asked to the one that asked. */
function answerTo(family: 4 | 6, bytes: Uint8Array, changes: Partial<UdpDatagram> = {}): Uint8Array {
  const { sourcePort, destinationPort } = parseUdp(bytes)!;
  const into = new Uint8Array(20);
  const turned = { sourcePort: destinationPort, destinationPort: sourcePort, ...changes };
  writeUdp(into, { ...turned, fill: 1 }, { source: TARGET[family], destination: SELF[family] });
  return into;
}

each("a datagram of the asked port is an answer, but for a probe that only its checksum names", (scheme, family) => {
  const { protocol, probe, bytes } = probeOf(scheme, family);
  const arrival = received(family, "udp", answerTo(family, bytes));
  if (readsChecksum(scheme)) assert.deepEqual(fitting(protocol, arrival, probe), []);
  else check(protocol, arrival, probe, { kind: "datagram" });
});

each("a datagram with a probe's number as its checksum is no answer to it", (scheme, family) => {
  if (!readsChecksum(scheme)) return;
  const { protocol, probe, bytes } = probeOf(scheme, family);
  const answer = withField(answerTo(family, bytes), 6, SEQUENCE);
  checkNone(protocol, received(family, "udp", answer), probe, "its checksum is the target's own");
});

Deno.test("a datagram that is cut short is no answer", () => {
  for (const family of FAMILIES) {
    const { protocol, bytes } = probeOf(SCHEMES[0]!, family);
    const answer = answerTo(family, bytes);
    for (const length of [0, 7, 8, 19]) {
      assert.deepEqual(protocol.read(received(family, "udp", answer.subarray(0, length))), []);
    }
  }
});

// Other programs.

/** The bytes of the probe with one 16-bit field of its header changed. */
function withField(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint16(at, value);
  return changed;
}

/** Expects that nothing of an arrival fits the probe. */
function checkNone(protocol: ProbeProtocol, arrival: Arrival, probe: ProbeText, why: string): void {
  assert.deepEqual(fitting(protocol, arrival, probe), [], why);
}

each("errors about another program's datagrams are none of ours", (scheme, family) => {
  const { protocol, probe, bytes } = probeOf(scheme, family);
  const { sourcePort, destinationPort, checksum } = parseUdp(bytes)!;
  const others: Record<string, Uint8Array> = {
    "source port": withField(bytes, 0, sourcePort ^ 1),
    "source port of a service": withField(bytes, 0, 123),
    "destination port": withField(bytes, 2, destinationPort ^ 1),
    "no destination port": withField(withField(bytes, 0, SEQUENCE), 2, 0),
    ...readsChecksum(scheme) && { checksum: withField(bytes, 6, checksum ^ 1), "no checksum": withField(bytes, 6, 0) },
  };
  for (const [what, other] of Object.entries(others)) {
    for (const quoteBytes of [8, bytes.length]) {
      checkNone(protocol, quotedBy(family, other, { ...UDP, quoteBytes }), probe, what);
      checkNone(protocol, queuedOf(family, "udp", other, { quoteBytes }), probe, what);
    }
  }
  const destination = ELSEWHERE[family];
  checkNone(protocol, quotedBy(family, bytes, { ...UDP, destination }), probe, "another destination");
  checkNone(protocol, queuedOf(family, "udp", bytes, { destination }), probe, "another destination");
});

each("a quote of another protocol, a later fragment or another family holds no datagram of ours", (scheme, family) => {
  const { protocol, bytes } = probeOf(scheme, family);
  for (const other of [1, 6, 58, 132, 136]) {
    assert.deepEqual(protocol.read(quotedBy(family, bytes, { protocol: other })), []);
  }
  assert.deepEqual(protocol.read(quotedBy(family, bytes, { ...UDP, fragmentOffset: 8 })), []);
  const { bytes: foreign } = received(family, "icmp", new Uint8Array(0)) as { bytes: Uint8Array };
  assert.deepEqual(protocol.read(received(family, "icmp", foreign)), []);
  const otherFamily = family === 4 ? 6 : 4;
  const quoted = quotedBy(otherFamily, bytes, UDP) as Extract<Arrival, { kind: "message" }>;
  assert.deepEqual(protocol.read({ ...quoted, family }), []);
});

each("datagrams of other ports and other hosts are none of ours", (scheme, family) => {
  const { protocol, probe, bytes } = probeOf(scheme, family);
  const { sourcePort, destinationPort } = parseUdp(bytes)!;
  const answer = (changes: Partial<UdpDatagram>): Arrival => received(family, "udp", answerTo(family, bytes, changes));
  checkNone(protocol, answer({ sourcePort: destinationPort ^ 1 }), probe, "from another port");
  checkNone(protocol, answer({ sourcePort: 0 }), probe, "from no port");
  checkNone(protocol, answer({ destinationPort: sourcePort ^ 1 }), probe, "to another port");
  checkNone(protocol, answer({ destinationPort: 123 }), probe, "to the port of a service");
  checkNone(protocol, received(family, "udp", bytes), probe, "our own probe, heard over the loopback");
  const fromRouter = received(family, "udp", answerTo(family, bytes), ROUTER[family]);
  checkNone(protocol, fromRouter, probe, "from another host");
});

each("errors that end no way are no answers", (scheme, family) => {
  const { protocol, bytes } = probeOf(scheme, family);
  for (const type of family === 4 ? [0, 4, 5, 8, 13] : [0, 5, 128, 129, 137]) {
    assert.deepEqual(protocol.read(quotedBy(family, bytes, { ...UDP, type })), []);
    assert.deepEqual(protocol.read(queuedOf(family, "udp", bytes, { type })), []);
  }
});

Deno.test("one run: targets with and without a port, and another run's probes, are told apart", () => {
  for (const family of FAMILIES) {
    for (const plan of [{}, { localPort: LOCAL_PORT }]) {
      const protocol = protocolOf(udp, plan);
      const probes = [undefined, REMOTE_PORT, 80].map((port) => text(family, SEQUENCE, { port }));
      for (const probe of probes) {
        const arrival = quotedBy(family, written(protocol, probe), { ...UDP, type: UNREACHABLE[family], code: 3 });
        for (const other of probes) {
          assert.equal(
            fitting(protocol, arrival, other).length,
            other === probe ? 1 : 0,
            `${probe.port} ${other.port}`,
          );
        }
      }
    }
    const [ours, theirs] = [protocolOf(udp, {}, 20_001), protocolOf(udp, {}, 20_002)];
    const probe = text(family, SEQUENCE);
    checkNone(ours, quotedBy(family, written(theirs, probe), UDP), probe, "the other run's");
  }
});

Deno.test("damaged, shortened and random messages never throw", () => {
  for (const family of FAMILIES) {
    const random = new Random(family);
    for (const scheme of SCHEMES) {
      const { protocol, bytes } = probeOf(scheme, family);
      const extension = writeExtension({ labels: LABELS });
      const error = quotedBy(family, bytes, { ...UDP, extension }) as Extract<Arrival, { kind: "message" }>;
      maul(error.bytes, (damaged) => protocol.read({ ...error, bytes: damaged }));
      maul(bytes, (quoted) => protocol.read(queuedOf(family, "udp", quoted)));
      maul(answerTo(family, bytes), (damaged) => protocol.read(received(family, "udp", damaged)));
      for (let round = 0; round < 500; round++) {
        const noise = random.bytes(random.below(120));
        protocol.read(received(family, random.pick(["icmp", "udp", "tcp", "sctp"]), noise));
        protocol.read(queuedOf(family, "udp", noise, { type: random.below(256), extension: random.bytes(9) }));
        protocol.read(quotedBy(family, noise, UDP));
      }
    }
  }
});
