import assert from "node:assert/strict";
import { formatIpv6 } from "./address.ts";
import { hex, maul, Random } from "./_random.ts";
import { type Ipv6Header, parseIpv6, writeIpv6 } from "./ipv6.ts";

/** An echo request of 48 bytes from 2001:db8::1 to 2001:db8::2. */
const PACKET = hex(
  "6ab1 2345 0008 3a40 20010db8000000000000000000000001 20010db8000000000000000000000002 8000 0000 1234 0005",
);

const HEADER: Ipv6Header = {
  trafficClass: 0xab,
  flowLabel: 0x12345,
  payloadBytes: 8,
  protocol: 58,
  ttl: 64,
  source: "2001:db8::1",
  destination: "2001:db8::2",
};

/** The packet with these extension headers before its message. */
function withExtensions(first: number, extensions: string): Uint8Array {
  const between = hex(extensions);
  const bytes = Uint8Array.of(...PACKET.subarray(0, 40), ...between, ...PACKET.subarray(40));
  bytes[6] = first;
  bytes[5] = 8 + between.length;
  return bytes;
}

Deno.test("a packet is read field by field", () => {
  assert.deepEqual(parseIpv6(PACKET), {
    ...HEADER,
    moreFragments: false,
    fragmentOffset: 0,
    payload: PACKET.subarray(40),
  });
});

Deno.test("a header is written byte by byte", () => {
  const into = PACKET.slice().fill(0xee, 0, 40);
  assert.equal(writeIpv6(into, HEADER), 40);
  assert.deepEqual(into, PACKET);
});

Deno.test("what is written is read again", () => {
  const random = new Random(21);
  for (let round = 0; round < 2_000; round++) {
    const payload = random.bytes(random.below(60));
    const header: Ipv6Header = {
      trafficClass: random.below(256),
      flowLabel: random.below(1 << 20),
      payloadBytes: payload.length,
      protocol: random.pick([6, 17, 58, 132, 59]),
      ttl: random.below(256),
      source: formatIpv6(random.bytes(16)),
      destination: formatIpv6(random.bytes(16)),
    };
    const before = random.below(9);
    const bytes = random.bytes(before + 40 + payload.length + random.below(9)).subarray(before);
    bytes.set(payload, writeIpv6(bytes, header));
    assert.deepEqual(parseIpv6(bytes), { ...header, moreFragments: false, fragmentOffset: 0, payload });
  }
});

const EXTENSIONS = [
  { name: "hop-by-hop options", first: 0, bytes: "3a00 0104 00000000" },
  { name: "a routing header of 24 bytes", first: 43, bytes: "3a02 0001 00000000 20010db8000000000000000000000009" },
  { name: "destination options", first: 60, bytes: "3a00 0104 00000000" },
  { name: "a first fragment", first: 44, bytes: "3a00 0001 00000007" },
  { name: "an authentication header of 12 bytes", first: 51, bytes: "3a01 0000 00000001 00000002" },
  { name: "several in a row", first: 0, bytes: "2b00010400000000 2c00010400000000 3c00000000000007 3a00010400000000" },
];

for (const { name, first, bytes } of EXTENSIONS) {
  Deno.test(`the message is found behind ${name}`, () => {
    const packet = parseIpv6(withExtensions(first, bytes));
    assert.equal(packet?.protocol, 58);
    assert.deepEqual(packet?.payload, PACKET.subarray(40));
  });
}

Deno.test("a later fragment says so, and its payload is not taken for headers", () => {
  const packet = parseIpv6(withExtensions(44, "0000 0011 00000007"))!;
  assert.equal(packet.fragmentOffset, 16);
  assert.equal(packet.moreFragments, true);
  assert.equal(packet.protocol, 0);
  assert.deepEqual(packet.payload, PACKET.subarray(40));
});

Deno.test("a chain of extension headers that is cut short or too long ends where it can be followed no more", () => {
  const cut = withExtensions(0, "3a05 0104 00000000");
  assert.equal(parseIpv6(cut)?.protocol, 0);
  const long = withExtensions(60, "3c00010400000000".repeat(9));
  assert.equal(parseIpv6(long)?.protocol, 60);
  assert.equal(parseIpv6(long)?.payload.length, 16);
});

Deno.test("a quote may end anywhere behind the header", () => {
  for (let length = 40; length <= 48; length++) {
    assert.deepEqual(parseIpv6(PACKET.subarray(0, length))?.payload, PACKET.subarray(40, length));
  }
  for (let length = 0; length < 40; length++) assert.equal(parseIpv6(PACKET.subarray(0, length)), undefined);
});

Deno.test("addresses of another family are refused on writing", () => {
  assert.throws(() => writeIpv6(new Uint8Array(60), { ...HEADER, source: "192.0.2.1" }), RangeError);
  assert.throws(() => writeIpv6(new Uint8Array(60), { ...HEADER, source: "fe80::1%1" }), RangeError);
});

Deno.test("no bytes make the parser throw", () => {
  for (const { first, bytes } of EXTENSIONS) maul(withExtensions(first, bytes), parseIpv6);
  const random = new Random(22);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(120));
    if (bytes.length > 7 && random.flip()) {
      bytes[0] = 0x60;
      bytes[6] = random.pick([0, 43, 44, 51, 60]);
    }
    const packet = parseIpv6(bytes);
    if (packet) assert.ok(packet.payload.length <= bytes.length - 40);
  }
});
