import assert from "node:assert/strict";
import { hex, maul, Random } from "./_random.ts";
import { isChecksumRight } from "./checksum.ts";
import { parseExtension, writeExtension } from "./extension.ts";
import type { IcmpError } from "./icmp.ts";
import {
  parseIcmp4,
  parseIcmp4EchoRequest,
  writeIcmp4EchoReply,
  writeIcmp4EchoRequest,
  writeIcmp4Error,
} from "./icmp4.ts";
import { parseIpv4 } from "./ipv4.ts";

const REQUEST = hex("0800 5f2c 1234 8299 0102 0304");

/** A time exceeded that quotes an echo request in 28 bytes. */
const QUOTED = hex("4500 001c 0001 0000 0101 edde 0a00 0001 c000 0201 0800 6332 1234 8299");

const EXTENSION = writeExtension({
  labels: [{ label: 24_005, trafficClass: 0, bottomOfStack: true, ttl: 1 }],
});

function errorOf(change: Partial<IcmpError>): Uint8Array {
  return writeIcmp4Error({
    type: 11,
    code: 0,
    mtu: 0,
    quoted: QUOTED,
    extension: undefined,
    tellsLength: true,
    ...change,
  });
}

Deno.test("an echo request is written with type, numbers, pattern and checksum", () => {
  const into = new Uint8Array(12).fill(0xee);
  writeIcmp4EchoRequest(into, { identifier: 0x1234, sequence: 0x8299, fill: 0x41 });
  assert.deepEqual(into, hex("0800 e0af 1234 8299 4141 4141"));
});

Deno.test("an echo request of the least size is only a header", () => {
  const into = new Uint8Array(8);
  writeIcmp4EchoRequest(into, { identifier: 0x1234, sequence: 0x8299, fill: 0x41 });
  assert.deepEqual(into, hex("0800 6332 1234 8299"));
});

Deno.test("an echo request is written only to its own bytes of a larger buffer", () => {
  const buffer = new Uint8Array(30).fill(0xee);
  writeIcmp4EchoRequest(buffer.subarray(4, 21), { identifier: 1, sequence: 2, fill: 3 });
  assert.equal(isChecksumRight(buffer.subarray(4, 21)), true);
  assert.ok(buffer.subarray(0, 4).every((byte) => byte === 0xee) && buffer.subarray(21).every((byte) => byte === 0xee));
});

Deno.test("an echo request is read again, cut short or with a wrong checksum too", () => {
  const echo = { identifier: 0x1234, sequence: 0x8299, payload: Uint8Array.of(1, 2, 3, 4) };
  assert.deepEqual(parseIcmp4EchoRequest(REQUEST), echo);
  assert.deepEqual(parseIcmp4EchoRequest(REQUEST.subarray(0, 9))?.payload, Uint8Array.of(1));
  assert.equal(parseIcmp4EchoRequest(REQUEST.subarray(0, 7)), undefined);
  assert.equal(parseIcmp4EchoRequest(hex("0000 5f2c 1234 8299")), undefined);
  assert.equal(parseIcmp4EchoRequest(hex("0801 5f2c 1234 8299")), undefined);
});

Deno.test("an echo reply is read with everything that it returns", () => {
  const payload = Uint8Array.of(1, 2, 3);
  const bytes = writeIcmp4EchoReply({ identifier: 7, sequence: 65_535, payload });
  assert.deepEqual(parseIcmp4(bytes), {
    kind: "echoReply",
    type: 0,
    code: 0,
    identifier: 7,
    sequence: 65_535,
    payload,
  });
});

Deno.test("time exceeded is read with the packet that it quotes", () => {
  const message = parseIcmp4(errorOf({}))!;
  assert.deepEqual(message, { kind: "timeExceeded", type: 11, code: 0, quoted: QUOTED, extension: undefined });
  const packet = parseIpv4(QUOTED)!;
  assert.equal(packet.destination, "192.0.2.1");
  assert.deepEqual(parseIcmp4EchoRequest(packet.payload), {
    identifier: 0x1234,
    sequence: 0x8299,
    payload: new Uint8Array(0),
  });
});

Deno.test("unreachable is read with its code, and with the MTU of fragmentation needed alone", () => {
  const expected = { kind: "unreachable", type: 3, quoted: QUOTED, extension: undefined } as const;
  assert.deepEqual(parseIcmp4(errorOf({ type: 3, code: 13 })), { ...expected, code: 13, mtu: 0 });
  assert.deepEqual(parseIcmp4(errorOf({ type: 3, code: 4, mtu: 1_400 })), { ...expected, code: 4, mtu: 1_400 });
  assert.deepEqual(parseIcmp4(errorOf({ type: 3, code: 1, mtu: 1_400 })), { ...expected, code: 1, mtu: 0 });
});

Deno.test("an extension is found with and without the length attribute", () => {
  for (const type of [3, 11]) {
    for (const tellsLength of [true, false]) {
      const message = parseIcmp4(errorOf({ type, extension: EXTENSION, tellsLength }))!;
      assert.ok(message.kind === "timeExceeded" || message.kind === "unreachable");
      assert.deepEqual(parseExtension(message.extension!)?.labels[0]?.label, 24_005);
      assert.equal(message.quoted.length, 128);
      assert.equal(parseIpv4(message.quoted)?.payload.length, 8);
    }
  }
});

Deno.test("the length attribute is in words of 4 bytes at byte 5", () => {
  assert.equal(errorOf({ extension: EXTENSION })[5], 32);
  assert.equal(errorOf({ extension: EXTENSION, quoted: new Uint8Array(500) })[5], 125);
  assert.equal(errorOf({ extension: EXTENSION, tellsLength: false })[5], 0);
});

Deno.test("a parameter problem is an unreachable, with quote and extension, whatever the problem", () => {
  for (const code of [0, 1, 2, 255]) {
    const problem = { kind: "unreachable", type: 12, code, mtu: 0 };
    assert.deepEqual(parseIcmp4(errorOf({ type: 12, code, mtu: 9 })), {
      ...problem,
      quoted: QUOTED,
      extension: undefined,
    });
    const { quoted, ...extended } = {
      quoted: undefined,
      ...parseIcmp4(errorOf({ type: 12, code, extension: EXTENSION })),
    };
    assert.deepEqual(extended, { ...problem, extension: EXTENSION });
    assert.deepEqual(quoted, new Uint8Array([...QUOTED, ...new Uint8Array(100)]));
  }
});

Deno.test("other messages are known by type and code alone", () => {
  for (const [type, code] of [[5, 1], [8, 0], [4, 0], [13, 0], [255, 255]] as const) {
    assert.deepEqual(parseIcmp4(errorOf({ type, code })), { kind: "other", type, code });
  }
});

Deno.test("a message with a wrong checksum is none", () => {
  const bytes = errorOf({ extension: EXTENSION });
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] = bytes[at]! ^ 0x20;
    assert.equal(parseIcmp4(damaged), undefined, `byte ${at}`);
  }
});

Deno.test("what is written is read again", () => {
  const random = new Random(51);
  for (let round = 0; round < 1_000; round++) {
    const echo = {
      identifier: random.below(65_536),
      sequence: random.below(65_536),
      payload: random.bytes(random.below(80)),
    };
    assert.deepEqual(parseIcmp4(writeIcmp4EchoReply(echo)), { kind: "echoReply", type: 0, code: 0, ...echo });
    const fill = random.below(256);
    const into = random.bytes(8 + random.below(80));
    writeIcmp4EchoRequest(into, { ...echo, fill });
    assert.deepEqual(parseIcmp4EchoRequest(into), { ...echo, payload: new Uint8Array(into.length - 8).fill(fill) });
    assert.equal(isChecksumRight(into), true);
    const quoted = random.bytes(random.below(200));
    const code = random.below(16);
    const mtu = code === 4 ? random.below(65_536) : 0;
    const message = parseIcmp4(errorOf({ type: 3, code, mtu, quoted }));
    // 132 random bytes end in a valid extension once in 2^20 times: the seed has none.
    assert.deepEqual(message, { kind: "unreachable", type: 3, code, mtu, quoted, extension: undefined });
  }
});

Deno.test("no bytes make the parser throw", () => {
  const parse = (bytes: Uint8Array): void => {
    const sealed = bytes.slice();
    parseIcmp4(sealed);
    parseIcmp4EchoRequest(sealed);
    // A right checksum lets the damage through to the inner readers.
    if (sealed.length >= 8) {
      const resealed = writeIcmp4Error({
        type: sealed[0]!,
        code: sealed[1]!,
        mtu: 0,
        quoted: sealed.subarray(8),
        extension: undefined,
        tellsLength: false,
      });
      parseIcmp4(resealed);
    }
  };
  maul(errorOf({ extension: EXTENSION }), parse);
  maul(REQUEST, parse);
  const random = new Random(52);
  for (let round = 0; round < 5_000; round++) parse(random.bytes(random.below(200)));
});
