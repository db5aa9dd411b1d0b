import assert from "node:assert/strict";
import { hex, Random } from "./_random.ts";
import { checksum, isChecksumRight, sumWords, updateChecksum } from "./checksum.ts";

/** The definition, word by word, with the carry added at once. */
function byDefinition(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

const VECTORS = [
  { name: "the example of RFC 1071 section 3", bytes: "0001 f203 f4f5 f6f7", expected: 0xffff - 0xddf2 },
  { name: "nothing", bytes: "", expected: 0xffff },
  { name: "a single byte as the high half of a word", bytes: "12", expected: 0xffff - 0x1200 },
  { name: "an odd length", bytes: "0001 f2", expected: 0xffff - 0xf201 },
  { name: "all ones as zero", bytes: "ffff ffff ffff", expected: 0 },
  {
    name: "an IPv4 header",
    bytes: "4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7",
    expected: 0xb861,
  },
];

for (const { name, bytes, expected } of VECTORS) {
  Deno.test(`the checksum covers ${name}`, () => assert.equal(checksum(hex(bytes)), expected));
}

Deno.test("a checksum in its place makes the whole right, and any damage of one word wrong", () => {
  const packet = hex("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7");
  assert.equal(isChecksumRight(packet), true);
  for (let at = 0; at < packet.length; at++) {
    const damaged = packet.slice();
    damaged[at] = packet[at]! ^ 0x10;
    assert.equal(isChecksumRight(damaged), false, `byte ${at}`);
  }
});

Deno.test("the checksum agrees with its definition for every length and any bytes", () => {
  const random = new Random(1);
  for (let length = 0; length < 600; length++) {
    const bytes = random.bytes(length);
    assert.equal(checksum(bytes), byDefinition(bytes), `length ${length}`);
  }
  for (const length of [65_535, 131_072]) {
    const bytes = new Uint8Array(length).fill(0xfe);
    assert.equal(checksum(bytes), byDefinition(bytes), `length ${length}`);
  }
});

Deno.test("a sum can be continued over several ranges", () => {
  const bytes = new Random(2).bytes(101);
  assert.equal(checksum(bytes.subarray(40), sumWords(bytes.subarray(0, 40))), checksum(bytes));
});

Deno.test("more than an IP packet can hold is refused", () => {
  assert.throws(() => checksum(new Uint8Array(131_073)), RangeError);
});

Deno.test("an update gives what a new computation gives", () => {
  const random = new Random(3);
  for (let round = 0; round < 2_000; round++) {
    // Every message has a byte that is not zero; without one, zero would have two forms that no sum can tell apart.
    const bytes = Uint8Array.of(8, 0, ...random.bytes(2 + 2 * random.below(20)));
    const view = new DataView(bytes.buffer);
    const at = 2 + 2 * random.below(bytes.length / 2 - 1);
    const before = view.getUint16(at);
    const old = checksum(bytes);
    view.setUint16(at, random.pick([0, 0xffff, random.below(65_536)]));
    const updated = updateChecksum(old, before, view.getUint16(at));
    // 0 and ffff both stand for zero in one's complement: compare as a receiver would.
    assert.equal(isChecksumRight(Uint8Array.of(...bytes, updated >> 8, updated & 255)), true);
  }
});

Deno.test("an update follows RFC 1624 section 4 where older formulas fail", () => {
  assert.equal(updateChecksum(0xdd2f, 0x5555, 0x3285), 0x0000);
});
