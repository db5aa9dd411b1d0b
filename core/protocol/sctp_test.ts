import assert from "node:assert/strict";
import type { Answer } from "../messages.ts";
import { hex, maul, Random } from "../packet/_random.ts";
import { crc32c } from "../packet/crc32c.ts";
import { writeExtension } from "../packet/extension.ts";
import {
  parseQuotedSctp,
  parseSctp,
  SCTP_CHUNK,
  SCTP_PROTOCOL,
  type SctpHeader,
  type SctpInit,
  writeSctpAbort,
  writeSctpInitAck,
} from "../packet/sctp.ts";
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
  text,
  UNREACHABLE,
  written,
} from "./_arrivals.ts";
import { PROTOCOLS } from "./mod.ts";
import type { Arrival, ProbeText } from "./protocol.ts";
import { sctp } from "./sctp.ts";

const SEQUENCE = 0x9abc;
const PORT = 5_060;
const SCTP = { protocol: SCTP_PROTOCOL } as const;
const PROTOCOL = protocolOf(sctp);
/** Of an error, enough for the initiate tag. */
const WITH_TAG = 20;

function probeOf(family: 4 | 6, of: Partial<ProbeText> = {}): ProbeText {
  return text(family, SEQUENCE, { port: PORT, ...of });
}

function initOf(family: 4 | 6, protocol = PROTOCOL): Uint8Array {
  return written(protocol, probeOf(family));
}

// Writing.

Deno.test("a probe is an INIT from the numbered port, with its checksum, and a tag that is not 0", () => {
  for (const family of FAMILIES) {
    const bytes = initOf(family);
    const { initiateTag, ...header } = parseSctp(bytes)!;
    assert.deepEqual(header, {
      sourcePort: SEQUENCE,
      destinationPort: PORT,
      verificationTag: 0,
      chunk: SCTP_CHUNK.init,
    });
    assert.ok(initiateTag !== undefined && initiateTag > 0);
    const view = new DataView(bytes.buffer);
    const zeroed = bytes.slice();
    zeroed.fill(0, 8, 12);
    assert.equal(view.getUint32(8, true), crc32c(zeroed));
    assert.equal(bytes.length, 32);
    assert.equal(view.getUint16(14), 20, "length of the chunk");
    assert.ok(view.getUint32(20) >= 1_500, "the least window (RFC 9260 section 3.3.2)");
    assert.ok(view.getUint16(24) > 0 && view.getUint16(26) > 0, "streams in both directions");
  }
});

Deno.test("the target's port goes before -P, and without both it is 80", () => {
  for (
    const [remotePort, port, expected] of [[undefined, undefined, 80], [22, undefined, 22], [22, 8_080, 8_080]] as const
  ) {
    const protocol = protocolOf(sctp, { remotePort });
    assert.equal(protocol.portOf(port), expected);
    assert.equal(parseSctp(written(protocol, probeOf(4, { port })))!.destinationPort, expected);
  }
});

Deno.test("size and pattern have no effect, and the rest of the buffer is left alone", () => {
  assert.deepEqual([PROTOCOL.transport, PROTOCOL.headerBytes, PROTOCOL.hasPayload], ["sctp", 32, false]);
  for (const family of FAMILIES) {
    const used = new Uint8Array(80).fill(0xee);
    const bytes = PROTOCOL.write(probeOf(family, { payloadBytes: 9, fill: 1 }), used);
    assert.deepEqual(bytes, initOf(family));
    assert.deepEqual([bytes.buffer, bytes.byteOffset], [used.buffer, 0]);
    assert.ok(used.subarray(bytes.length).every((byte) => byte === 0xee));
  }
});

Deno.test("tags differ from probe to probe and from run to run", () => {
  const tag = (ownPort: number, sequence: number): number | undefined =>
    parseSctp(written(protocolOf(sctp, {}, ownPort), text(4, sequence)))!.initiateTag;
  const tags = [20_000, 20_001, 0xffff].flatMap((own) => [33_434, 33_435, 65_535].map((port) => tag(own, port)));
  assert.equal(new Set(tags).size, tags.length);
});

Deno.test("the table has it under its name", () => assert.equal(PROTOCOLS.sctp, sctp));

// Answers.

function check(arrival: Arrival, probe: ProbeText, expected: Partial<Answer>): void {
  const [heard, ...more] = fitting(PROTOCOL, arrival, probe);
  assert.ok(heard !== undefined, "it is an answer");
  assert.equal(more.length, 0);
  assert.deepEqual(heard.answer, { icmpType: 0, icmpCode: 0, mtu: 0, labels: [], ...expected });
}

function checkNone(arrival: Arrival, probe: ProbeText, why: string): void {
  assert.deepEqual(fitting(PROTOCOL, arrival, probe), [], why);
}

/** The header of an answer to an INIT. */
function headerOf(init: Uint8Array): SctpHeader {
  const { sourcePort, destinationPort, initiateTag } = parseSctp(init)!;
  return { sourcePort: destinationPort, destinationPort: sourcePort, verificationTag: initiateTag! };
}

function initAck(init: Uint8Array, changes: Partial<SctpInit & SctpHeader> = {}): Uint8Array {
  const chosen = { initiateTag: 9, receiverWindowBytes: 1_500, outboundStreams: 1, inboundStreams: 1, initialTsn: 1 };
  return writeSctpInitAck({ ...headerOf(init), ...chosen, cookie: hex("c00c1e"), ...changes });
}

function abort(init: Uint8Array, changes: Partial<SctpHeader> = {}): Uint8Array {
  return writeSctpAbort({ ...headerOf(init), ...changes });
}

Deno.test("a host without SCTP says so: IPv4 by its protocol, IPv6 by the next header that it does not recognize", () => {
  for (const [family, type, code] of [[4, 3, 2], [6, 4, 1]] as const) {
    const init = initOf(family);
    const expected = { kind: "unreachable", icmpType: type, icmpCode: code } as const;
    check(quotedBy(family, init, { ...SCTP, type, code }), probeOf(family), expected);
    check(queuedOf(family, "sctp", init, { type, code }), probeOf(family), expected);
  }
});

Deno.test("INIT ACK is an open port, ABORT a closed one", () => {
  for (const family of FAMILIES) {
    const init = initOf(family);
    check(received(family, "sctp", initAck(init)), probeOf(family), { kind: "initAck" });
    check(received(family, "sctp", abort(init)), probeOf(family), { kind: "abort" });
    // The tag of the INIT's own header, given back (RFC 9260 section 8.5.1).
    check(received(family, "sctp", abort(init, { verificationTag: 0 })), probeOf(family), { kind: "abort" });
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
        [{ type: unreachable, code: 2 }, { kind: "unreachable", icmpType: unreachable, icmpCode: 2 }],
        [{ extension }, { kind: "timeExceeded", icmpType: exceeded, labels: LABELS }],
      ] as const
    ) {
      check(quotedBy(family, initOf(family), { ...SCTP, ...of }), probeOf(family), expected);
      check(queuedOf(family, "sctp", initOf(family), of), probeOf(family), expected);
    }
  }
});

Deno.test("eight quoted bytes are enough, seven are not", () => {
  for (const family of FAMILIES) {
    const expected = { kind: "timeExceeded", icmpType: EXCEEDED[family] } as const;
    for (const quoteBytes of [8, 12, 19, WITH_TAG]) {
      check(quotedBy(family, initOf(family), { ...SCTP, quoteBytes }), probeOf(family), expected);
    }
    for (const quoteBytes of [0, 4, 7]) {
      assert.deepEqual(PROTOCOL.read(quotedBy(family, initOf(family), { ...SCTP, quoteBytes })), []);
    }
  }
});

Deno.test("IPv4 options in front of the quoted probe are passed over", () => {
  const arrival = quotedBy(4, initOf(4), { ...SCTP, options: hex("94040000 01010101") });
  check(arrival, probeOf(4), { kind: "timeExceeded", icmpType: 11 });
});

// Other programs.

function withField(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice();
  new DataView(changed.buffer).setUint16(at, value);
  return changed;
}

Deno.test("errors about another program's packets are none of ours", () => {
  for (const family of FAMILIES) {
    const init = initOf(family);
    const others: [what: string, bytes: Uint8Array, quoteBytes: readonly number[]][] = [
      ["source port", withField(init, 0, SEQUENCE ^ 1), [8, 32]],
      ["destination port", withField(init, 2, PORT ^ 1), [8, 32]],
      ["an association that is open: it has a tag", withField(init, 4, 0x1234), [8, 32]],
      ["the upper half of the initiate tag", withField(init, 16, 0x1234), [WITH_TAG, 32]],
      ["the lower half of the initiate tag", withField(init, 18, 0x1234), [WITH_TAG, 32]],
    ];
    for (const [what, other, lengths] of others) {
      for (const quoteBytes of lengths) {
        checkNone(quotedBy(family, other, { ...SCTP, quoteBytes }), probeOf(family), what);
        checkNone(queuedOf(family, "sctp", other, { quoteBytes }), probeOf(family), what);
      }
    }
    const destination = ELSEWHERE[family];
    checkNone(quotedBy(family, init, { ...SCTP, destination }), probeOf(family), "another destination");
    checkNone(queuedOf(family, "sctp", init, { destination }), probeOf(family), "another destination");
    const theirs = written(protocolOf(sctp, {}, 20_001), probeOf(family));
    checkNone(quotedBy(family, theirs, SCTP), probeOf(family), "another run's probe with the same ports");
  }
});

Deno.test("a quote of another protocol, a later fragment or another family holds no packet of ours", () => {
  for (const family of FAMILIES) {
    const init = initOf(family);
    for (const protocol of [1, 6, 17, 58]) assert.deepEqual(PROTOCOL.read(quotedBy(family, init, { protocol })), []);
    assert.deepEqual(PROTOCOL.read(quotedBy(family, init, { ...SCTP, fragmentOffset: 8 })), []);
    const quoted = quotedBy(family === 4 ? 6 : 4, init, SCTP);
    assert.deepEqual(PROTOCOL.read({ ...quoted, family }), []);
  }
});

Deno.test("packets of other ports, other hosts and other associations are none of ours", () => {
  for (const family of FAMILIES) {
    const init = initOf(family);
    const probe = probeOf(family);
    const { verificationTag } = headerOf(init);
    const none = (bytes: Uint8Array, why: string): void => checkNone(received(family, "sctp", bytes), probe, why);
    for (const answer of [initAck, abort]) {
      none(answer(init, { sourcePort: 80 }), "from another port");
      none(answer(init, { destinationPort: SEQUENCE ^ 1 }), "to another port");
      none(answer(init, { verificationTag: verificationTag ^ 1 }), "with another tag");
    }
    none(initAck(init, { verificationTag: 0 }), "agrees to nobody's INIT");
    none(init, "our own probe, heard over the loopback");
    checkNone(received(family, "sctp", initAck(init), ROUTER[family]), probe, "from another host");
    checkNone(received(family, "tcp", initAck(init)), probe, "as another transport");
  }
});

Deno.test("an answer that is cut short or damaged is none", () => {
  for (const family of FAMILIES) {
    for (const answer of [initAck(initOf(family)), abort(initOf(family))]) {
      for (const length of [0, 8, 12, 15]) {
        assert.deepEqual(PROTOCOL.read(received(family, "sctp", answer.subarray(0, length))), []);
      }
      const damaged = answer.slice();
      damaged[13]! ^= 1;
      assert.deepEqual(PROTOCOL.read(received(family, "sctp", damaged)), []);
    }
  }
});

Deno.test("errors that end no way are no answers", () => {
  for (const family of FAMILIES) {
    for (const type of family === 4 ? [0, 4, 5, 8, 13] : [0, 5, 128, 129, 137]) {
      assert.deepEqual(PROTOCOL.read(quotedBy(family, initOf(family), { ...SCTP, type })), []);
    }
  }
});

Deno.test("damaged, shortened and random messages never throw", () => {
  const extension = writeExtension({ labels: LABELS });
  for (const family of FAMILIES) {
    const random = new Random(family);
    const init = initOf(family);
    const error = quotedBy(family, init, { ...SCTP, extension }) as Extract<Arrival, { kind: "message" }>;
    maul(error.bytes, (bytes) => PROTOCOL.read({ ...error, bytes }));
    maul(init, (quoted) => PROTOCOL.read(queuedOf(family, "sctp", quoted)));
    for (const answer of [initAck(init), abort(init)]) {
      maul(answer, (bytes) => PROTOCOL.read(received(family, "sctp", bytes)));
    }
    maul(init, (bytes) => parseQuotedSctp(bytes));
    for (let round = 0; round < 2_000; round++) {
      const noise = random.bytes(random.below(120));
      PROTOCOL.read(received(family, random.pick(["icmp", "udp", "tcp", "sctp"]), noise));
      PROTOCOL.read(queuedOf(family, "sctp", noise, { type: random.below(256), extension: random.bytes(9) }));
      PROTOCOL.read(quotedBy(family, noise, SCTP));
    }
  }
});
