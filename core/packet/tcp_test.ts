import assert from "node:assert/strict";
import { formatIpv4, formatIpv6 } from "./address.ts";
import { hex, maul, Random } from "./_random.ts";
import type { Between } from "./pseudo_header.ts";
import {
  parseQuotedTcp,
  parseTcp,
  TCP_MAX_SEGMENT_BYTES,
  TCP_SYN_BYTES,
  type TcpSegment,
  type TcpSyn,
  writeTcpReset,
  writeTcpSegment,
  writeTcpSyn,
} from "./tcp.ts";

const THERE_4 = { source: "192.0.2.1", destination: "198.51.100.7" };
const BACK_4 = { source: "198.51.100.7", destination: "192.0.2.1" };
const THERE_6 = { source: "2001:db8::1", destination: "2001:db8:5::2" };
const BACK_6 = { source: "2001:db8:5::2", destination: "2001:db8::1" };

const SYN: TcpSyn = {
  sourcePort: 33_434,
  destinationPort: 443,
  sequence: 0xdead_beef,
  window: 64_240,
  maxSegmentBytes: undefined,
};

const NO_FLAGS = { syn: false, ack: false, rst: false, fin: false };

const SYNS: readonly { name: string; between: Between; maxSegmentBytes: number | undefined; bytes: string }[] = [
  {
    name: "IPv4",
    between: THERE_4,
    maxSegmentBytes: TCP_MAX_SEGMENT_BYTES[4],
    bytes: "829a 01bb deadbeef 00000000 6002 faf0 8f06 0000 0204 05b4",
  },
  {
    name: "IPv4, without options",
    between: THERE_4,
    maxSegmentBytes: undefined,
    bytes: "829a 01bb deadbeef 00000000 5002 faf0 a6c2 0000",
  },
  {
    name: "IPv6",
    between: THERE_6,
    maxSegmentBytes: TCP_MAX_SEGMENT_BYTES[6],
    bytes: "829a 01bb deadbeef 00000000 6002 faf0 1fdd 0000 0204 05a0",
  },
  {
    name: "IPv6, without options",
    between: THERE_6,
    maxSegmentBytes: undefined,
    bytes: "829a 01bb deadbeef 00000000 5002 faf0 3785 0000",
  },
];

for (const { name, between, maxSegmentBytes, bytes } of SYNS) {
  Deno.test(`a SYN is written byte by byte, and nothing behind it (${name})`, () => {
    const expected = hex(bytes);
    const into = new Uint8Array(40).fill(0xee);
    assert.equal(writeTcpSyn(into, { ...SYN, maxSegmentBytes }, between), expected.length);
    assert.deepEqual(into.subarray(0, expected.length), expected);
    assert.ok(into.subarray(expected.length).every((byte) => byte === 0xee));
  });
}

const FROM_SERVER = { sourcePort: 443, destinationPort: 33_434 };
const RESET = { ...FROM_SERVER, ...NO_FLAGS, sequence: 0, acknowledgment: 0xdead_bef0, ack: true, rst: true };
const SYN_ACK = { ...RESET, sequence: 0x0102_0304, rst: false, syn: true };
const FIN_ACK = { ...SYN_ACK, syn: false, fin: true };

const RECEIVED: readonly { name: string; between: Between; bytes: string; expected: TcpSegment }[] = [
  {
    name: "RST (IPv4)",
    between: BACK_4,
    bytes: "01bb 829a 00000000 deadbef0 5014 0000 a1a0 0000",
    expected: RESET,
  },
  {
    name: "RST (IPv6)",
    between: BACK_6,
    bytes: "01bb 829a 00000000 deadbef0 5014 0000 3263 0000",
    expected: RESET,
  },
  {
    name: "SYN ACK with options (IPv4)",
    between: BACK_4,
    bytes: "01bb 829a 01020304 deadbef0 7012 ffff 71d2 0000 0204 05b4 0103 0307",
    expected: SYN_ACK,
  },
  {
    name: "SYN ACK with options (IPv6)",
    between: BACK_6,
    bytes: "01bb 829a 01020304 deadbef0 7012 ffff 0295 0000 0204 05b4 0103 0307",
    expected: SYN_ACK,
  },
  {
    name: "FIN ACK with an odd number of bytes (IPv4)",
    between: BACK_4,
    bytes: "01bb 829a 01020304 deadbef0 5011 ffff d620 0000 62 79 65",
    expected: FIN_ACK,
  },
  {
    name: "FIN ACK with an odd number of bytes (IPv6)",
    between: BACK_6,
    bytes: "01bb 829a 01020304 deadbef0 5011 ffff 66e3 0000 62 79 65",
    expected: FIN_ACK,
  },
];

for (const { name, between, bytes, expected } of RECEIVED) {
  Deno.test(`a segment is read: ${name}`, () => {
    assert.deepEqual(parseTcp(hex(bytes), between), expected);
    assert.deepEqual(parseTcp(hex(bytes)), expected);
  });

  Deno.test(`damage is found where the addresses are known: ${name}`, () => {
    for (let at = 0; at < hex(bytes).length; at++) {
      const damaged = hex(bytes);
      damaged[at] = damaged[at]! ^ 0x04;
      assert.equal(parseTcp(damaged, between), undefined, `byte ${at}`);
      // Only the length of the header shows without addresses.
      if (at !== 12) assert.notEqual(parseTcp(damaged), undefined, `byte ${at}`);
    }
  });
}

Deno.test("a reset answers a SYN: the ports turned round, the next number acknowledged", () => {
  const probe = { sourcePort: 33_434, destinationPort: 443, sequence: 0xdead_beef };
  assert.deepEqual(writeTcpReset(probe, BACK_4), hex(RECEIVED[0]!.bytes));
  assert.deepEqual(writeTcpReset(probe, BACK_6), hex(RECEIVED[1]!.bytes));
  const last = writeTcpReset({ ...probe, sequence: 0xffff_ffff }, BACK_4);
  assert.equal(parseTcp(last, BACK_4)?.acknowledgment, 0);
});

Deno.test("a checksum that a sender left to its device is no damage", () => {
  // A kernel's own answer, as its loopback device carries it.
  const bytes = hex("abe3 977e a05b959b 09015c9b a012 ffcb fe30 0000 0204ffd7 0402080a 58bac4b8 170adda7 0103030a");
  const between = { source: "127.0.0.1", destination: "127.0.0.1" };
  assert.equal(parseTcp(bytes, between)?.syn, true);
});

Deno.test("eight quoted bytes tell ports and sequence number, fewer nothing", () => {
  const bytes = hex(SYNS[0]!.bytes);
  for (let length = 8; length <= bytes.length; length++) {
    assert.deepEqual(parseQuotedTcp(bytes.subarray(0, length)), {
      sourcePort: 33_434,
      destinationPort: 443,
      sequence: 0xdead_beef,
    });
  }
  for (let length = 0; length < 8; length++) assert.equal(parseQuotedTcp(bytes.subarray(0, length)), undefined);
});

Deno.test("a header shorter than the least or longer than the bytes is no segment", () => {
  for (const words of [0, 1, 4, 8, 15]) {
    const bytes = hex(RECEIVED[2]!.bytes);
    bytes[12] = words << 4;
    assert.equal(parseTcp(bytes), undefined, `${words} words`);
  }
  const cut = hex(RECEIVED[2]!.bytes);
  for (let length = 0; length < cut.length; length++) assert.equal(parseTcp(cut.subarray(0, length)), undefined);
});

Deno.test("a buffer that is too short for the SYN is refused", () => {
  for (let length = 0; length < TCP_SYN_BYTES; length++) {
    const syn = { ...SYN, maxSegmentBytes: 1_460 };
    assert.throws(() => writeTcpSyn(new Uint8Array(length), syn, THERE_4), RangeError);
  }
});

Deno.test("what is written is read again", () => {
  const random = new Random(91);
  const number32 = (): number => random.below(0xffff_ffff);
  for (let round = 0; round < 2_000; round++) {
    const between = random.flip()
      ? { source: formatIpv4(random.bytes(4)), destination: formatIpv4(random.bytes(4)) }
      : { source: formatIpv6(random.bytes(16)), destination: formatIpv6(random.bytes(16)) };
    const header = {
      sourcePort: random.below(65_536),
      destinationPort: random.below(65_536),
      sequence: number32(),
    };
    const segment: TcpSegment = {
      ...header,
      acknowledgment: number32(),
      syn: random.flip(),
      ack: random.flip(),
      rst: random.flip(),
      fin: random.flip(),
    };
    assert.deepEqual(parseTcp(writeTcpSegment(segment, between), between), segment);
    const before = random.below(9);
    const into = random.bytes(before + TCP_SYN_BYTES + random.below(9)).subarray(before);
    const length = writeTcpSyn(into, {
      ...header,
      window: random.below(65_536),
      maxSegmentBytes: random.flip() ? random.below(65_536) : undefined,
    }, between);
    const written = into.subarray(0, length);
    assert.deepEqual(parseTcp(written, between), { ...header, ...NO_FLAGS, acknowledgment: 0, syn: true });
    assert.deepEqual(parseQuotedTcp(written), header);
  }
});

Deno.test("no bytes make the parsers throw", () => {
  const parse = (bytes: Uint8Array): void => {
    parseQuotedTcp(bytes);
    parseTcp(bytes);
    parseTcp(bytes, BACK_4);
    parseTcp(bytes, BACK_6);
  };
  for (const { bytes } of [...SYNS, ...RECEIVED]) maul(hex(bytes), parse);
  const random = new Random(92);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(80));
    if (bytes.length > 12 && random.flip()) bytes[12] = random.pick([5, 6, 7, 15]) << 4;
    parse(bytes);
  }
});
