import assert from "node:assert/strict";
import { formatIpv4 } from "./address.ts";
import { hex, maul, Random } from "./_random.ts";
import { type Ipv4Header, parseIpv4, writeIpv4 } from "./ipv4.ts";

/** An echo request of 28 bytes, from 192.168.0.1 to 192.168.0.199. */
const PACKET = hex("4500 001c 1234 4000 0101 e594 c0a8 0001 c0a8 00c7 0800 f7ff 0000 0000");

const HEADER: Ipv4Header = {
  trafficClass: 0,
  totalBytes: 28,
  identification: 0x1234,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 1,
  protocol: 1,
  source: "192.168.0.1",
  destination: "192.168.0.199",
  options: new Uint8Array(0),
};

Deno.test("a packet is read field by field", () => {
  assert.deepEqual(parseIpv4(PACKET), { ...HEADER, payload: PACKET.subarray(20) });
});

Deno.test("a header is written byte by byte", () => {
  const into = PACKET.slice().fill(0xee, 0, 20);
  assert.equal(writeIpv4(into, HEADER), 20);
  assert.deepEqual(into, PACKET);
});

Deno.test("what is written is read again", () => {
  const random = new Random(11);
  for (let round = 0; round < 2_000; round++) {
    const payload = random.bytes(random.below(60));
    const options = random.bytes(4 * random.below(11));
    const header: Ipv4Header = {
      trafficClass: random.below(256),
      totalBytes: 20 + options.length + payload.length,
      identification: random.below(65_536),
      dontFragment: random.flip(),
      moreFragments: random.flip(),
      fragmentOffset: 8 * random.below(8_192),
      ttl: random.below(256),
      protocol: random.below(256),
      source: formatIpv4(random.bytes(4)),
      destination: formatIpv4(random.bytes(4)),
      options,
    };
    // A packet may lie anywhere in a larger buffer, and have padding behind it.
    const before = random.below(9);
    const bytes = random.bytes(before + header.totalBytes + random.below(9)).subarray(before);
    bytes.set(payload, writeIpv4(bytes, header));
    assert.deepEqual(parseIpv4(bytes), { ...header, payload });
  }
});

Deno.test("a quote may end anywhere behind the header", () => {
  for (let length = 20; length <= 28; length++) {
    assert.deepEqual(parseIpv4(PACKET.subarray(0, length))?.payload, PACKET.subarray(20, length));
  }
  for (let length = 0; length < 20; length++) assert.equal(parseIpv4(PACKET.subarray(0, length)), undefined);
});

Deno.test("bytes beyond the total length are no payload", () => {
  assert.equal(parseIpv4(Uint8Array.of(...PACKET, 1, 2, 3))?.payload.length, 8);
});

Deno.test("a total length shorter than the header, as some systems quote it, is ignored", () => {
  const quoted = PACKET.slice();
  quoted[3] = 8;
  assert.equal(parseIpv4(quoted)?.payload.length, 8);
});

Deno.test("a wrong header checksum is not refused: routers quote what they changed", () => {
  const quoted = PACKET.slice();
  quoted[8] = 0;
  assert.equal(parseIpv4(quoted)?.ttl, 0);
});

Deno.test("another version, or a header shorter than the least or longer than the bytes, is no packet", () => {
  for (const first of [0x00, 0x35, 0x55, 0x65, 0x44, 0x40, 0x48, 0x4f]) {
    const bytes = PACKET.slice();
    bytes[0] = first;
    assert.equal(parseIpv4(bytes), undefined, first.toString(16));
  }
});

Deno.test("options that the header cannot hold, and foreign addresses, are refused on writing", () => {
  const into = new Uint8Array(100);
  assert.throws(() => writeIpv4(into, { ...HEADER, options: new Uint8Array(3) }), RangeError);
  assert.throws(() => writeIpv4(into, { ...HEADER, options: new Uint8Array(44) }), RangeError);
  assert.throws(() => writeIpv4(into, { ...HEADER, source: "::1" }), RangeError);
});

Deno.test("no bytes make the parser throw", () => {
  maul(PACKET, parseIpv4);
  const random = new Random(12);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(80));
    if (bytes.length > 0 && random.flip()) bytes[0] = 0x40 | random.below(16);
    const packet = parseIpv4(bytes);
    if (packet) assert.ok(packet.payload.length <= bytes.length - 20);
  }
});
