import assert from "node:assert/strict";
import { hex, Random } from "./_random.ts";
import { crc32c } from "./crc32c.ts";

/** The definition, bit by bit. */
function byDefinition(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const ASCENDING = Uint8Array.from({ length: 32 }, (_, index) => index);

const VECTORS = [
  { name: "nothing", bytes: new Uint8Array(0), expected: 0 },
  { name: "the digits 1 to 9", bytes: hex("313233343536373839"), expected: 0xe306_9283 },
  // RFC 3720 appendix B.4.
  { name: "32 zeros", bytes: new Uint8Array(32), expected: 0x8a91_36aa },
  { name: "32 bytes of ones", bytes: new Uint8Array(32).fill(0xff), expected: 0x62a8_ab43 },
  { name: "32 ascending bytes", bytes: ASCENDING, expected: 0x46dd_794e },
  { name: "32 descending bytes", bytes: ASCENDING.toReversed(), expected: 0x113f_db5c },
];

for (const { name, bytes, expected } of VECTORS) {
  Deno.test(`the CRC covers ${name}`, () => assert.equal(crc32c(bytes), expected));
}

Deno.test("the CRC agrees with its definition for every byte and any length", () => {
  for (let byte = 0; byte < 256; byte++) assert.equal(crc32c(Uint8Array.of(byte)), byDefinition(Uint8Array.of(byte)));
  const random = new Random(71);
  for (let length = 0; length < 300; length++) {
    const bytes = random.bytes(length);
    assert.equal(crc32c(bytes), byDefinition(bytes), `length ${length}`);
  }
});

Deno.test("a CRC can be continued over several ranges", () => {
  const bytes = new Random(72).bytes(100);
  for (let at = 0; at <= 100; at++) {
    assert.equal(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at))), crc32c(bytes));
  }
});
