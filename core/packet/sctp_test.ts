import assert from "node:assert/strict";
import { hex, maul, Random } from "./_random.ts";
import {
  parseQuotedSctp,
  parseSctp,
  SCTP_INIT_BYTES,
  type SctpInit,
  writeSctpAbort,
  writeSctpInit,
  writeSctpInitAck,
} from "./sctp.ts";

const INIT: SctpInit = {
  sourcePort: 33_434,
  destinationPort: 80,
  initiateTag: 0xcafe_f00d,
  receiverWindowBytes: 65_535,
  outboundStreams: 10,
  inboundStreams: 10,
  initialTsn: 0x1122_3344,
};

const INIT_BYTES = hex("829a 0050 00000000 d4cd1937 0100 0014 cafef00d 0000ffff 000a 000a 11223344");

const BACK = { sourcePort: 80, destinationPort: 33_434, verificationTag: 0xcafe_f00d };

/** With a cookie of six bytes and two of padding, which the length of the chunk does not count (RFC 9260 section 3.2). */
const INIT_ACK_BYTES = hex(
  "0050 829a cafef00d 5857bdc5 0200 001e 0badcafe 0001a000 000a 0800 55667788 0007 000a 010203040506 0000",
);

const ABORT_BYTES = hex("0050 829a cafef00d 41cf9ddd 0600 0004");

Deno.test("an INIT is written byte by byte, and nothing behind it", () => {
  const into = new Uint8Array(40).fill(0xee);
  assert.equal(writeSctpInit(into, INIT), SCTP_INIT_BYTES);
  assert.deepEqual(into.subarray(0, SCTP_INIT_BYTES), INIT_BYTES);
  assert.ok(into.subarray(SCTP_INIT_BYTES).every((byte) => byte === 0xee));
});

Deno.test("an INIT ACK is written byte by byte, the padding of its cookie too", () => {
  const bytes = writeSctpInitAck({
    ...BACK,
    initiateTag: 0x0bad_cafe,
    receiverWindowBytes: 106_496,
    outboundStreams: 10,
    inboundStreams: 2_048,
    initialTsn: 0x5566_7788,
    cookie: Uint8Array.of(1, 2, 3, 4, 5, 6),
  });
  assert.deepEqual(bytes, INIT_ACK_BYTES);
});

Deno.test("an ABORT is written byte by byte", () => assert.deepEqual(writeSctpAbort(BACK), ABORT_BYTES));

Deno.test("an INIT, its acceptance and its refusal are read", () => {
  assert.deepEqual(parseSctp(INIT_BYTES), {
    sourcePort: 33_434,
    destinationPort: 80,
    verificationTag: 0,
    chunk: 1,
    initiateTag: 0xcafe_f00d,
  });
  assert.deepEqual(parseSctp(INIT_ACK_BYTES), { ...BACK, chunk: 2, initiateTag: 0x0bad_cafe });
  assert.deepEqual(parseSctp(ABORT_BYTES), { ...BACK, chunk: 6, initiateTag: undefined });
});

for (const [name, bytes] of Object.entries({ INIT: INIT_BYTES, "INIT ACK": INIT_ACK_BYTES, ABORT: ABORT_BYTES })) {
  Deno.test(`a damaged or shortened ${name} is no packet`, () => {
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = bytes.slice();
        damaged[at] = bytes[at]! ^ (1 << bit);
        assert.equal(parseSctp(damaged), undefined, `byte ${at}, bit ${bit}`);
      }
    }
    for (let length = 0; length < bytes.length; length++) assert.equal(parseSctp(bytes.subarray(0, length)), undefined);
  });

  Deno.test(`a checksum of ${name} that its sender left to the device is no damage`, () => {
    assert.deepEqual(parseSctp(bytes.slice().fill(0, 8, 12)), parseSctp(bytes));
  });
}

Deno.test("a first chunk whose length cannot be is none, whatever the checksum", () => {
  for (const length of [0, 3, 5, 0xffff]) {
    const bytes = ABORT_BYTES.slice().fill(0, 8, 12);
    new DataView(bytes.buffer).setUint16(14, length);
    assert.equal(parseSctp(bytes), undefined, `length ${length}`);
  }
  for (const length of [4, 19]) {
    const bytes = INIT_BYTES.slice().fill(0, 8, 12);
    new DataView(bytes.buffer).setUint16(14, length);
    assert.equal(parseSctp(bytes), undefined, `length ${length} of an INIT`);
  }
});

Deno.test("a quote tells as much as it has", () => {
  const header = { sourcePort: 33_434, destinationPort: 80, verificationTag: 0 };
  for (let length = 0; length <= INIT_BYTES.length; length++) {
    assert.deepEqual(
      parseQuotedSctp(INIT_BYTES.subarray(0, length)),
      length < 8 ? undefined : {
        ...header,
        checksum: length < 12 ? undefined : 0x3719_cdd4,
        initiateTag: length < 20 ? undefined : 0xcafe_f00d,
      },
      `${length} bytes`,
    );
  }
});

Deno.test("only an INIT has an initiate tag in a quote", () => {
  const bytes = INIT_BYTES.slice();
  bytes[12] = 10;
  assert.equal(parseQuotedSctp(bytes)?.initiateTag, undefined);
});

Deno.test("what a host would discard, and a buffer that is too short, are refused on writing", () => {
  const into = new Uint8Array(SCTP_INIT_BYTES);
  assert.throws(() => writeSctpInit(into, { ...INIT, initiateTag: 0 }), RangeError);
  assert.throws(() => writeSctpInit(into, { ...INIT, outboundStreams: 0 }), RangeError);
  assert.throws(() => writeSctpInit(into, { ...INIT, inboundStreams: 0 }), RangeError);
  for (let length = 0; length < SCTP_INIT_BYTES; length++) {
    assert.throws(() => writeSctpInit(new Uint8Array(length), INIT), RangeError);
  }
});

Deno.test("what is written is read again", () => {
  const random = new Random(101);
  const number32 = (): number => random.below(0xffff_ffff);
  for (let round = 0; round < 2_000; round++) {
    const ports = { sourcePort: random.below(65_536), destinationPort: random.below(65_536) };
    const initiateTag = 1 + number32();
    const init: SctpInit = {
      ...ports,
      initiateTag,
      receiverWindowBytes: number32(),
      outboundStreams: 1 + random.below(65_535),
      inboundStreams: 1 + random.below(65_535),
      initialTsn: number32(),
    };
    const before = random.below(9);
    const into = random.bytes(before + SCTP_INIT_BYTES + random.below(9)).subarray(before);
    const packet = into.subarray(0, writeSctpInit(into, init));
    assert.deepEqual(parseSctp(packet), { ...ports, verificationTag: 0, chunk: 1, initiateTag });
    assert.equal(parseQuotedSctp(packet)?.initiateTag, initiateTag);
    const verificationTag = number32();
    const cookie = random.bytes(random.below(50));
    assert.deepEqual(parseSctp(writeSctpInitAck({ ...init, verificationTag, cookie })), {
      ...ports,
      verificationTag,
      chunk: 2,
      initiateTag,
    });
    const abort = { ...ports, verificationTag };
    assert.deepEqual(parseSctp(writeSctpAbort(abort)), { ...abort, chunk: 6, initiateTag: undefined });
  }
});

Deno.test("no bytes make the parsers throw", () => {
  const parse = (bytes: Uint8Array): void => {
    parseQuotedSctp(bytes);
    parseSctp(bytes);
    // Without a checksum, damage reaches the chunk.
    parseSctp(bytes.slice().fill(0, 8, 12));
  };
  for (const bytes of [INIT_BYTES, INIT_ACK_BYTES, ABORT_BYTES]) maul(bytes, parse);
  const random = new Random(102);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(60));
    if (bytes.length > 15 && random.flip()) bytes.set([random.pick([1, 2, 6]), 0, 0, random.below(60)], 12);
    parse(bytes);
  }
});
