import assert from "node:assert/strict";
import type { Answer } from "../messages.ts";
import { hex, maul, Random } from "../packet/_random.ts";
import { isChecksumRight } from "../packet/checksum.ts";
import { writeExtension } from "../packet/extension.ts";
import { sumBetween } from "../packet/pseudo_header.ts";
import { parseTcp, TCP_PROTOCOL, type TcpSegment, writeTcpReset, writeTcpSegment } from "../packet/tcp.ts";
import {
  ELSEWHERE,
  EXCEEDED,
  FAMILIES,
  fitting,
  protocolOf,
  queuedOf,
  quotedBy,
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
import { tcp } from "./tcp.ts";

const SEQUENCE = 0x9abc;
const PORT = 443;
const TCP = { protocol: TCP_PROTOCOL } as const;
const PROTOCOL = protocolOf(tcp);

function probeOf(family: 4 | 6, of: Partial<ProbeText> = {}): ProbeText {
  return text(family, SEQUENCE, { port: PORT, ...of });
}

function synOf(family: 4 | 6, protocol = PROTOCOL): Uint8Array {
  return written(protocol, probeOf(family));
}

// Writing.

Deno.test("a probe is a SYN from the numbered port, with the family's segment size and a right checksum", () => {
  for (const family of FAMILIES) {
    const bytes = synOf(family);
    const sum = sumBetween({ source: SELF[family], destination: TARGET[family] }, TCP_PROTOCOL, bytes.length);
    assert.ok(isChecksumRight(bytes, sum), "the checksum covers the pseudo header");
    const { sourcePort, destinationPort, acknowledgment, syn, ack, rst, fin } = parseTcp(bytes)!;
    assert.deepEqual({ sourcePort, destinationPort, acknowledgment, syn, ack, rst, fin }, {
      sourcePort: SEQUENCE,
      destinationPort: PORT,
      acknowledgment: 0,
      syn: true,
      ack: false,
      rst: false,
      fin: false,
    });
    // Ethernet's 1500 bytes without the IP header and this one.
    const segmentBytes = 1_500 - (family === 4 ? 20 : 40) - 20;
    assert.deepEqual([...bytes.subarray(20)], [2, 4, segmentBytes >> 8, segmentBytes & 255]);
  }
});

Deno.test("the target's port goes before -P, and without both it is 80", () => {
  for (
    const [remotePort, port, expected] of [[undefined, undefined, 80], [22, undefined, 22], [22, 8_080, 8_080]] as const
  ) {
    const protocol = protocolOf(tcp, { remotePort });
    assert.equal(protocol.portOf(port), expected);
    assert.equal(parseTcp(written(protocol, probeOf(4, { port })))!.destinationPort, expected);
  }
});

Deno.test("size and pattern have no effect, and the rest of the buffer is left alone", () => {
  assert.deepEqual(
    [PROTOCOL.transport, PROTOCOL.headerBytes, PROTOCOL.hasPayload, PROTOCOL.needsSource],
    ["tcp", 24, false, true],
  );
  for (const family of FAMILIES) {
    const used = new Uint8Array(80).fill(0xee);
    const bytes = PROTOCOL.write(probeOf(family, { payloadBytes: 9, fill: 1 }), used);
    assert.deepEqual(bytes, synOf(family));
    assert.deepEqual([bytes.buffer, bytes.byteOffset], [used.buffer, 0]);
    assert.ok(used.subarray(bytes.length).every((byte) => byte === 0xee));
  }
});

Deno.test("sequence numbers differ from probe to probe and from run to run", () => {
  const initial = (ownPort: number, sequence: number): number =>
    parseTcp(written(protocolOf(tcp, {}, ownPort), text(4, sequence)))!.sequence;
  const runs = [20_000, 20_001, 0xffff].flatMap((own) => [33_434, 33_435, 65_535].map((port) => initial(own, port)));
  assert.equal(new Set(runs).size, runs.length);
});

Deno.test("the table has it under its name", () => assert.equal(PROTOCOLS.tcp, tcp));

// Answers.

function check(arrival: Arrival, probe: ProbeText, expected: Partial<Answer>, protocol = PROTOCOL): void {
  const [heard, ...more] = fitting(protocol, arrival, probe);
  assert.ok(heard !== undefined, "it is an answer");
  assert.equal(more.length, 0);
  assert.deepEqual(heard.answer, { icmpType: 0, icmpCode: 0, mtu: 0, labels: [], ...expected });
}

function checkNone(arrival: Arrival, probe: ProbeText, why: string): void {
  assert.deepEqual(fitting(PROTOCOL, arrival, probe), [], why);
}

/** What an open port says to a SYN. */
function openAnswer(family: 4 | 6, syn: Uint8Array, changes: Partial<TcpSegment> = {}): Uint8Array {
  const { sourcePort, destinationPort, sequence } = parseTcp(syn)!;
  return writeTcpSegment({
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    sequence: 7,
    acknowledgment: (sequence + 1) >>> 0,
    syn: true,
    ack: true,
    rst: false,
    fin: false,
    ...changes,
  }, { source: TARGET[family], destination: SELF[family] });
}

Deno.test("SYN-ACK is an open port, RST a closed one", () => {
  for (const family of FAMILIES) {
    const syn = synOf(family);
    check(received(family, "tcp", openAnswer(family, syn)), probeOf(family), { kind: "synAck" });
    const reset = writeTcpReset(parseTcp(syn)!, { source: TARGET[family], destination: SELF[family] });
    check(received(family, "tcp", reset), probeOf(family), { kind: "reset" });
  }
});

Deno.test("the highest numbers of port and sequence are acknowledged as well: they go over to 0", () => {
  const protocol = protocolOf(tcp, {}, 0xffff);
  for (const family of FAMILIES) {
    const probe = text(family, 65_535, { port: PORT });
    const syn = written(protocol, probe);
    assert.equal(parseTcp(syn)!.sequence, 0xffff_ffff);
    check(received(family, "tcp", openAnswer(family, syn)), probe, { kind: "synAck" }, protocol);
  }
});

const LABELS = [{ label: 24_015, trafficClass: 1, bottomOfStack: true, ttl: 1 }] as const;

Deno.test("errors are read with their kinds and codes, raw and from the error queue", () => {
  const extension = writeExtension({ labels: LABELS });
  for (const family of FAMILIES) {
    const [exceeded, unreachable] = [EXCEEDED[family], UNREACHABLE[family]];
    for (
      const [of, expected] of [
        [{}, { kind: "timeExceeded", icmpType: exceeded }],
        [{ type: unreachable, code: 1 }, { kind: "unreachable", icmpType: unreachable, icmpCode: 1 }],
        [{ extension }, { kind: "timeExceeded", icmpType: exceeded, labels: LABELS }],
      ] as const
    ) {
      check(quotedBy(family, synOf(family), { ...TCP, ...of }), probeOf(family), expected);
      check(queuedOf(family, "tcp", synOf(family), of), probeOf(family), expected);
    }
  }
});

Deno.test("eight quoted bytes are enough, seven are not", () => {
  for (const family of FAMILIES) {
    const expected = { kind: "timeExceeded", icmpType: EXCEEDED[family] } as const;
    check(quotedBy(family, synOf(family), { ...TCP, quoteBytes: 8 }), probeOf(family), expected);
    for (const quoteBytes of [0, 4, 7]) {
      assert.deepEqual(PROTOCOL.read(quotedBy(family, synOf(family), { ...TCP, quoteBytes })), []);
    }
  }
});

Deno.test("IPv4 options in front of the quoted probe are passed over", () => {
  const arrival = quotedBy(4, synOf(4), { ...TCP, options: hex("94040000 01010101") });
  check(arrival, probeOf(4), { kind: "timeExceeded", icmpType: 11 });
});

// Other programs.

function withField(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint16(at, value);
  return changed;
}

Deno.test("errors about another program's segments are none of ours, however little they quote", () => {
  for (const family of FAMILIES) {
    const syn = synOf(family);
    const others = {
      "source port": withField(syn, 0, SEQUENCE ^ 1),
      "destination port": withField(syn, 2, PORT ^ 1),
      "run, by the sequence number's upper half": withField(syn, 4, 0x1234),
      "sequence number's lower half": withField(syn, 6, 0x1234),
    };
    for (const [what, other] of Object.entries(others)) {
      for (const quoteBytes of [8, syn.length]) {
        checkNone(quotedBy(family, other, { ...TCP, quoteBytes }), probeOf(family), what);
        checkNone(queuedOf(family, "tcp", other, { quoteBytes }), probeOf(family), what);
      }
    }
    const destination = ELSEWHERE[family];
    checkNone(quotedBy(family, syn, { ...TCP, destination }), probeOf(family), "another destination");
    checkNone(queuedOf(family, "tcp", syn, { destination }), probeOf(family), "another destination");
    const theirs = written(protocolOf(tcp, {}, 20_001), probeOf(family));
    checkNone(quotedBy(family, theirs, TCP), probeOf(family), "another run's probe with the same ports");
  }
});

Deno.test("a quote of another protocol, a later fragment or another family holds no segment of ours", () => {
  for (const family of FAMILIES) {
    const syn = synOf(family);
    for (const protocol of [1, 17, 58, 132]) assert.deepEqual(PROTOCOL.read(quotedBy(family, syn, { protocol })), []);
    assert.deepEqual(PROTOCOL.read(quotedBy(family, syn, { ...TCP, fragmentOffset: 8 })), []);
    const quoted = quotedBy(family === 4 ? 6 : 4, syn, TCP);
    assert.deepEqual(PROTOCOL.read({ ...quoted, family }), []);
  }
});

Deno.test("segments of other ports, other hosts and other connections are none of ours", () => {
  for (const family of FAMILIES) {
    const syn = synOf(family);
    const { sequence } = parseTcp(syn)!;
    const probe = probeOf(family);
    const answer = (changes: Partial<TcpSegment>): Arrival => received(family, "tcp", openAnswer(family, syn, changes));
    checkNone(answer({ sourcePort: 80 }), probe, "from another port");
    checkNone(answer({ destinationPort: SEQUENCE ^ 1 }), probe, "to another port");
    for (const acknowledgment of [sequence, sequence + 2, 0, 1]) {
      checkNone(answer({ acknowledgment }), probe, `acknowledges ${acknowledgment}`);
      checkNone(answer({ acknowledgment, syn: false, rst: true }), probe, `resets ${acknowledgment}`);
    }
    checkNone(answer({ ack: false }), probe, "a SYN that acknowledges nothing");
    checkNone(answer({ ack: false, syn: false, rst: true }), probe, "a reset that acknowledges nothing");
    checkNone(answer({ syn: false }), probe, "an acknowledgment alone");
    checkNone(answer({ syn: false, fin: true }), probe, "the end of a connection");
    checkNone(received(family, "tcp", syn), probe, "our own probe, heard over the loopback");
    checkNone(received(family, "tcp", openAnswer(family, syn), ROUTER[family]), probe, "from another host");
    checkNone(received(family, "udp", openAnswer(family, syn)), probe, "as another transport");
  }
});

Deno.test("an answer that is cut short is none", () => {
  for (const family of FAMILIES) {
    const answer = openAnswer(family, synOf(family));
    for (const length of [0, 8, 13, 19]) {
      assert.deepEqual(PROTOCOL.read(received(family, "tcp", answer.subarray(0, length))), []);
    }
  }
});

Deno.test("errors that end no way are no answers", () => {
  for (const family of FAMILIES) {
    for (const type of family === 4 ? [0, 4, 5, 8, 13] : [0, 5, 128, 129, 137]) {
      assert.deepEqual(PROTOCOL.read(quotedBy(family, synOf(family), { ...TCP, type })), []);
    }
  }
});

Deno.test("damaged, shortened and random messages never throw", () => {
  const extension = writeExtension({ labels: LABELS });
  for (const family of FAMILIES) {
    const random = new Random(family);
    const syn = synOf(family);
    const error = quotedBy(family, syn, { ...TCP, extension }) as Extract<Arrival, { kind: "message" }>;
    maul(error.bytes, (bytes) => PROTOCOL.read({ ...error, bytes }));
    maul(syn, (quoted) => PROTOCOL.read(queuedOf(family, "tcp", quoted)));
    maul(openAnswer(family, syn), (bytes) => PROTOCOL.read(received(family, "tcp", bytes)));
    fuzz(PROTOCOL, family, random);
  }
});

function fuzz(protocol: ProbeProtocol, family: 4 | 6, random: Random): void {
  for (let round = 0; round < 2_000; round++) {
    const noise = random.bytes(random.below(120));
    protocol.read(received(family, random.pick(["icmp", "udp", "tcp", "sctp"]), noise));
    protocol.read(queuedOf(family, "tcp", noise, { type: random.below(256), extension: random.bytes(9) }));
    protocol.read(quotedBy(family, noise, TCP));
  }
}

Deno.test("an answer of the target whose checksum is damaged is none", () => {
  for (const family of FAMILIES) {
    const protocol = protocolOf(tcp);
    const syn = written(protocol, probeOf(family));
    const reset = writeTcpReset(parseTcp(syn)!, { source: TARGET[family], destination: SELF[family] });
    assert.equal(protocol.read(received(family, "tcp", reset, TARGET[family])).length, 1);
    reset[16]! ^= 1;
    assert.deepEqual(protocol.read(received(family, "tcp", reset, TARGET[family])), []);
  }
});
