import assert from "node:assert/strict";
import { formatIpv4, formatIpv6 } from "./address.ts";
import { hex, maul, Random } from "./_random.ts";
import type { Between } from "./pseudo_header.ts";
import { parseQuotedUdp, parseUdp, type UdpDatagram, writeUdp, writeUdpWithChecksum } from "./udp.ts";

const BETWEEN_4 = { source: "192.0.2.1", destination: "198.51.100.7" };
const BETWEEN_6 = { source: "2001:db8::1", destination: "2001:db8:5::2" };

interface Vector {
  name: string;
  between: Between;
  destinationPort: number;
  bytes: string;
}

/** From port 1234 (hexadecimal), filled with the letter A. */
const VECTORS: readonly Vector[] = [
  { name: "IPv4", between: BETWEEN_4, destinationPort: 33_434, bytes: "1234 829a 000c fc48 4141 4141" },
  { name: "IPv4, odd", between: BETWEEN_4, destinationPort: 33_434, bytes: "1234 829a 000d bb46 4141 4141 41" },
  { name: "IPv4, empty", between: BETWEEN_4, destinationPort: 33_434, bytes: "1234 829a 0008 7ed3" },
  {
    name: "IPv4, a sum that comes out as 0",
    between: BETWEEN_4,
    destinationPort: 32_483,
    bytes: "1234 7ee3 000c ffff 4141 4141",
  },
  { name: "IPv6", between: BETWEEN_6, destinationPort: 33_434, bytes: "1234 829a 000c 8d0b 4141 4141" },
  { name: "IPv6, odd", between: BETWEEN_6, destinationPort: 33_434, bytes: "1234 829a 000d 4c09 4141 4141 41" },
  { name: "IPv6, empty", between: BETWEEN_6, destinationPort: 33_434, bytes: "1234 829a 0008 0f96" },
  {
    name: "IPv6, a sum that comes out as 0",
    between: BETWEEN_6,
    destinationPort: 4_006,
    bytes: "1234 0fa6 000c ffff 4141 4141",
  },
];

for (const { name, between, destinationPort, bytes } of VECTORS) {
  Deno.test(`a datagram is written and read byte by byte (${name})`, () => {
    const expected = hex(bytes);
    const into = new Uint8Array(expected.length).fill(0xee);
    writeUdp(into, { sourcePort: 0x1234, destinationPort, fill: 0x41 }, between);
    assert.deepEqual(into, expected);
    const datagram: UdpDatagram = {
      sourcePort: 0x1234,
      destinationPort,
      totalBytes: expected.length,
      checksum: new DataView(expected.buffer).getUint16(6),
      payload: expected.subarray(8),
    };
    assert.deepEqual(parseUdp(expected, between), datagram);
    assert.deepEqual(parseUdp(expected), datagram);
    assert.deepEqual(parseQuotedUdp(expected), datagram);
  });

  Deno.test(`damage is found where the addresses are known, and only there (${name})`, () => {
    for (let at = 0; at < hex(bytes).length; at++) {
      const damaged = hex(bytes);
      damaged[at] = damaged[at]! ^ 0x04;
      assert.equal(parseUdp(damaged, between), undefined, `byte ${at}`);
      // A length of more than is there shows without addresses.
      if (at !== 4 && at !== 5) assert.notEqual(parseUdp(damaged), undefined, `byte ${at}`);
    }
    const elsewhere = { ...between, source: between === BETWEEN_4 ? "192.0.2.3" : "2001:db8::3" };
    assert.equal(parseUdp(hex(bytes), elsewhere), undefined);
  });
}

Deno.test("a datagram is written only to its own bytes of a larger buffer", () => {
  const buffer = new Uint8Array(30).fill(0xee);
  const probe = { sourcePort: 1, destinationPort: 2, fill: 3 };
  writeUdp(buffer.subarray(4, 21), probe, BETWEEN_4);
  writeUdpWithChecksum(buffer.subarray(4, 21), { ...probe, checksum: 4 }, BETWEEN_4);
  assert.notEqual(parseUdp(buffer.subarray(4, 21), BETWEEN_4), undefined);
  assert.ok(buffer.subarray(0, 4).every((byte) => byte === 0xee) && buffer.subarray(21).every((byte) => byte === 0xee));
});

Deno.test("a checksum of 0 stands for none over IPv4, and is wrong over IPv6", () => {
  const bytes = hex("1234 829a 000c 0000 4141 4141");
  assert.equal(parseUdp(bytes, BETWEEN_4)?.checksum, 0);
  assert.equal(parseUdp(bytes, BETWEEN_6), undefined);
});

Deno.test("a checksum that a sender left to its device is no damage", () => {
  const between = { source: "127.0.0.1", destination: "127.0.0.1" };
  assert.equal(parseUdp(hex("8ff1 270f 000a fe1d 6162"), between)?.destinationPort, 9_999);
});

Deno.test("bytes beyond the total length are neither payload nor checked", () => {
  const bytes = Uint8Array.of(...hex(VECTORS[0]!.bytes), 1, 2, 3);
  assert.equal(parseUdp(bytes, BETWEEN_4)?.payload.length, 4);
  assert.equal(parseQuotedUdp(bytes)?.payload.length, 4);
});

Deno.test("a quote may end anywhere behind the header, a received datagram may not", () => {
  const bytes = hex(VECTORS[0]!.bytes);
  for (let length = 8; length < bytes.length; length++) {
    const quoted = parseQuotedUdp(bytes.subarray(0, length))!;
    assert.deepEqual(quoted.payload, bytes.subarray(8, length));
    assert.equal(quoted.totalBytes, 12);
    assert.equal(parseUdp(bytes.subarray(0, length)), undefined);
  }
  for (let length = 0; length < 8; length++) assert.equal(parseQuotedUdp(bytes.subarray(0, length)), undefined);
});

Deno.test("a length shorter than the header is ignored in a quote, and no datagram when received", () => {
  for (const length of [0, 7]) {
    const bytes = hex(VECTORS[0]!.bytes);
    bytes[5] = length;
    assert.equal(parseQuotedUdp(bytes)?.payload.length, 4);
    assert.equal(parseUdp(bytes), undefined);
  }
});

const CHOSEN = [
  { name: "IPv4", between: BETWEEN_4, bytes: "1234 0035 000c 829a 3d55 4141" },
  { name: "IPv6", between: BETWEEN_6, bytes: "1234 0035 000c 829a ce17 4141" },
];

for (const { name, between, bytes } of CHOSEN) {
  Deno.test(`the payload balances a checksum chosen beforehand (${name})`, () => {
    const into = new Uint8Array(12).fill(0xee);
    const probe = { sourcePort: 0x1234, destinationPort: 53, fill: 0x41, checksum: 33_434 };
    writeUdpWithChecksum(into, probe, between);
    assert.deepEqual(into, hex(bytes));
  });

  Deno.test(`every checksum but 0 can be chosen (${name})`, () => {
    const into = new Uint8Array(10);
    for (let checksum = 1; checksum <= 0xffff; checksum++) {
      writeUdpWithChecksum(into, { sourcePort: 33_000, destinationPort: 53, fill: 0, checksum }, between);
      assert.equal(parseUdp(into, between)?.checksum, checksum);
    }
  });
}

Deno.test("what cannot be written is refused", () => {
  const probe = { sourcePort: 1, destinationPort: 2, fill: 0 };
  for (const length of [0, 7, 65_536]) {
    assert.throws(() => writeUdp(new Uint8Array(length), probe, BETWEEN_4), RangeError);
  }
  for (const length of [8, 9, 65_536]) {
    assert.throws(() => writeUdpWithChecksum(new Uint8Array(length), { ...probe, checksum: 1 }, BETWEEN_4), RangeError);
  }
  for (const checksum of [0, -1, 65_536]) {
    assert.throws(() => writeUdpWithChecksum(new Uint8Array(10), { ...probe, checksum }, BETWEEN_4), RangeError);
  }
});

Deno.test("what is written is read again", () => {
  const random = new Random(81);
  for (let round = 0; round < 2_000; round++) {
    const between = random.flip()
      ? { source: formatIpv4(random.bytes(4)), destination: formatIpv4(random.bytes(4)) }
      : { source: formatIpv6(random.bytes(16)), destination: formatIpv6(random.bytes(16)) };
    const probe = {
      sourcePort: random.below(65_536),
      destinationPort: random.below(65_536),
      fill: random.below(256),
    };
    const { fill, ...ports } = probe;
    const before = random.below(9);
    const into = random.bytes(before + 10 + random.below(80)).subarray(before);
    const payload = new Uint8Array(into.length - 8).fill(fill);
    writeUdp(into, probe, between);
    const { checksum, ...written } = parseUdp(into, between)!;
    assert.deepEqual(written, { ...ports, totalBytes: into.length, payload });
    assert.notEqual(checksum, 0);
    const chosen = 1 + random.below(65_535);
    writeUdpWithChecksum(into, { ...probe, checksum: chosen }, between);
    payload.set(into.subarray(8, 10));
    assert.deepEqual(parseUdp(into, between), { ...ports, totalBytes: into.length, checksum: chosen, payload });
  }
});

Deno.test("no bytes make the parsers throw", () => {
  const parse = (bytes: Uint8Array): void => {
    parseQuotedUdp(bytes);
    parseUdp(bytes);
    parseUdp(bytes, BETWEEN_4);
    parseUdp(bytes, BETWEEN_6);
  };
  for (const { bytes } of VECTORS) maul(hex(bytes), parse);
  const random = new Random(82);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(60));
    // A length that fits lets the rest through to the checksum.
    if (bytes.length > 5 && random.flip()) bytes.set([0, random.below(bytes.length + 2)], 4);
    parse(bytes);
  }
});
