import assert from "node:assert/strict";
import { hex, maul, Random } from "./_random.ts";
import { parseExtension, writeExtension } from "./extension.ts";
import type { IcmpError } from "./icmp.ts";
import {
  parseIcmp6,
  parseIcmp6EchoRequest,
  writeIcmp6EchoReply,
  writeIcmp6EchoRequest,
  writeIcmp6Error,
} from "./icmp6.ts";
import { parseIpv6 } from "./ipv6.ts";

const BETWEEN = { source: "2001:db8::1", destination: "2001:db8::2" };

/** An echo request of 48 bytes from `BETWEEN`. */
const QUOTED = hex(
  "6000 0000 0008 3a01 20010db8000000000000000000000001 20010db8000000000000000000000002 8000 0000 1234 8299",
);

const EXTENSION = writeExtension({
  labels: [{ label: 24_005, trafficClass: 0, bottomOfStack: true, ttl: 1 }],
});

function errorOf(change: Partial<IcmpError>): Uint8Array {
  return writeIcmp6Error({
    type: 3,
    code: 0,
    mtu: 0,
    quoted: QUOTED,
    extension: undefined,
    tellsLength: true,
    ...change,
  });
}

Deno.test("an echo request is written with type, numbers, pattern and a checksum of 0", () => {
  const into = new Uint8Array(12).fill(0xee);
  writeIcmp6EchoRequest(into, { identifier: 0x1234, sequence: 0x8299, fill: 0x41 });
  assert.deepEqual(into, hex("8000 0000 1234 8299 4141 4141"));
});

Deno.test("between two addresses an echo request has the checksum over the pseudo header", () => {
  const into = new Uint8Array(8);
  writeIcmp6EchoRequest(into, { identifier: 0x1234, sequence: 0x8299, fill: 0 }, BETWEEN);
  // Words of the addresses: 2001 0db8 1 2001 0db8 2; then length 8, protocol 58, and the message.
  const sum = 0x2001 + 0x0db8 + 1 + 0x2001 + 0x0db8 + 2 + 8 + 58 + 0x8000 + 0x1234 + 0x8299;
  const folded = (sum & 0xffff) + (sum >> 16);
  assert.equal(new DataView(into.buffer).getUint16(2), 0xffff - folded);
});

Deno.test("a checksum is verified where the addresses are known, and only there", () => {
  const bytes = writeIcmp6EchoReply({ identifier: 1, sequence: 2, payload: Uint8Array.of(3) }, BETWEEN);
  assert.equal(parseIcmp6(bytes, BETWEEN)?.kind, "echoReply");
  assert.equal(parseIcmp6(bytes, { ...BETWEEN, source: "2001:db8::3" }), undefined);
  assert.equal(parseIcmp6(bytes)?.kind, "echoReply");
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] = bytes[at]! ^ 0x04;
    assert.equal(parseIcmp6(damaged, BETWEEN), undefined, `byte ${at}`);
  }
});

Deno.test("time exceeded is read with the packet that it quotes", () => {
  const message = parseIcmp6(errorOf({}))!;
  assert.deepEqual(message, { kind: "timeExceeded", type: 3, code: 0, quoted: QUOTED, extension: undefined });
  assert.deepEqual(parseIcmp6EchoRequest(parseIpv6(QUOTED)!.payload), {
    identifier: 0x1234,
    sequence: 0x8299,
    payload: new Uint8Array(0),
  });
});

Deno.test("unreachable is read with its code", () => {
  assert.deepEqual(parseIcmp6(errorOf({ type: 1, code: 4 })), {
    kind: "unreachable",
    type: 1,
    code: 4,
    mtu: 0,
    quoted: QUOTED,
    extension: undefined,
  });
});

Deno.test("packet too big is read with its MTU of 32 bits, and has no extension", () => {
  const expected = { kind: "packetTooBig", type: 2, code: 0, quoted: QUOTED, extension: undefined };
  assert.deepEqual(parseIcmp6(errorOf({ type: 2, mtu: 1_280 })), { ...expected, mtu: 1_280 });
  assert.deepEqual(parseIcmp6(errorOf({ type: 2, mtu: 0xffff_fff0 })), { ...expected, mtu: 0xffff_fff0 });
});

Deno.test("a parameter problem is an unreachable without an extension, whatever the problem", () => {
  for (const code of [0, 1, 2, 3, 255]) {
    const message = errorOf({ type: 4, code, extension: undefined });
    const expected = { kind: "unreachable", type: 4, code, mtu: 0, quoted: QUOTED, extension: undefined };
    assert.deepEqual(parseIcmp6(message), expected);
    // Where other errors have their length, this one has its pointer: to the next header field of the quoted packet, or
    // beyond.
    for (const pointer of [6, 40, 0x1000_0028, 0xffff_ffff]) {
      new DataView(message.buffer).setUint32(4, pointer);
      assert.deepEqual(parseIcmp6(message), expected);
    }
  }
});

Deno.test("an extension is found with and without the length attribute", () => {
  for (const type of [1, 3]) {
    for (const tellsLength of [true, false]) {
      const message = parseIcmp6(errorOf({ type, extension: EXTENSION, tellsLength }))!;
      assert.ok(message.kind === "timeExceeded" || message.kind === "unreachable");
      assert.deepEqual(parseExtension(message.extension!)?.labels[0]?.label, 24_005);
      assert.equal(parseIpv6(message.quoted)?.payload.length, 8);
    }
  }
});

Deno.test("the length attribute is in words of 8 bytes at byte 4", () => {
  assert.equal(errorOf({ extension: EXTENSION })[4], 16);
  assert.equal(errorOf({ extension: EXTENSION, quoted: new Uint8Array(500) })[4], 63);
  assert.equal(errorOf({ extension: EXTENSION, tellsLength: false })[4], 0);
});

Deno.test("other messages are known by type and code alone", () => {
  for (const [type, code] of [[5, 0], [128, 0], [134, 0], [255, 255]] as const) {
    assert.deepEqual(parseIcmp6(errorOf({ type, code })), { kind: "other", type, code });
  }
});

Deno.test("what is written is read again", () => {
  const random = new Random(61);
  for (let round = 0; round < 1_000; round++) {
    const between = random.flip() ? BETWEEN : undefined;
    const echo = {
      identifier: random.below(65_536),
      sequence: random.below(65_536),
      payload: random.bytes(random.below(80)),
    };
    const reply = { kind: "echoReply", type: 129, code: 0, ...echo };
    assert.deepEqual(parseIcmp6(writeIcmp6EchoReply(echo, between), between), reply);
    const fill = random.below(256);
    const into = random.bytes(8 + random.below(80));
    writeIcmp6EchoRequest(into, { ...echo, fill }, between);
    assert.deepEqual(parseIcmp6EchoRequest(into), { ...echo, payload: new Uint8Array(into.length - 8).fill(fill) });
    assert.equal(parseIcmp6(into, between)?.kind, "other");
  }
});

Deno.test("no bytes make the parser throw", () => {
  const parse = (bytes: Uint8Array): void => {
    parseIcmp6(bytes);
    parseIcmp6(bytes, BETWEEN);
    parseIcmp6EchoRequest(bytes);
  };
  maul(errorOf({ extension: EXTENSION }), parse);
  const random = new Random(62);
  for (let round = 0; round < 5_000; round++) {
    const bytes = random.bytes(random.below(200));
    if (bytes.length > 0 && random.flip()) bytes[0] = random.pick([1, 2, 3, 4, 128, 129]);
    parse(bytes);
  }
});
