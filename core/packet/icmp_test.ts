import assert from "node:assert/strict";
import { hex, Random } from "./_random.ts";
import { writeExtension } from "./extension.ts";
import { divideBody, joinBody } from "./icmp.ts";

const EXTENSION = writeExtension({ labels: [{ label: 16, trafficClass: 0, bottomOfStack: true, ttl: 1 }] });
const WITHOUT_CHECKSUM = EXTENSION.slice().fill(0, 2, 4);

/**
 * `quoteBytes` of a quote, then `extension`; told to be `lengthBytes` long. Expects the quote's length and whether
 * there is an extension.
 */
function check(
  { quoteBytes, extension, lengthBytes }: { quoteBytes: number; extension: Uint8Array; lengthBytes: number },
  expected: { quoteBytes: number; extension: boolean },
): void {
  const quote = new Random(quoteBytes).bytes(quoteBytes);
  const divided = divideBody(Uint8Array.of(...quote, ...extension), lengthBytes);
  assert.equal(divided.quoted.length, expected.quoteBytes);
  assert.deepEqual(divided.extension, expected.extension ? extension : undefined);
}

const NONE = new Uint8Array(0);
const DAMAGED = EXTENSION.slice().fill(0xee, 4);

Deno.test("without an extension all of the body is the quote, however short", () => {
  for (const quoteBytes of [0, 1, 28, 127, 128, 129, 132, 548]) {
    check({ quoteBytes, extension: NONE, lengthBytes: 0 }, { quoteBytes, extension: false });
  }
});

Deno.test("the length attribute says where the extension begins", () => {
  for (const quoteBytes of [128, 132, 256, 512]) {
    check({ quoteBytes, extension: EXTENSION, lengthBytes: quoteBytes }, { quoteBytes, extension: true });
    check({ quoteBytes, extension: WITHOUT_CHECKSUM, lengthBytes: quoteBytes }, { quoteBytes, extension: true });
  }
});

Deno.test("a quote shorter than RFC 4884 wants is taken with its extension", () => {
  check({ quoteBytes: 28, extension: EXTENSION, lengthBytes: 28 }, { quoteBytes: 28, extension: true });
});

Deno.test("a length attribute with nothing behind the quote is respected", () => {
  check({ quoteBytes: 128, extension: NONE, lengthBytes: 128 }, { quoteBytes: 128, extension: false });
});

Deno.test("a damaged extension behind a told length is neither extension nor quote", () => {
  check({ quoteBytes: 128, extension: DAMAGED, lengthBytes: 128 }, { quoteBytes: 128, extension: false });
});

Deno.test("a length that cannot be leaves the whole body as quote", () => {
  check({ quoteBytes: 128, extension: NONE, lengthBytes: 132 }, { quoteBytes: 128, extension: false });
  check({ quoteBytes: 28, extension: NONE, lengthBytes: 1020 }, { quoteBytes: 28, extension: false });
  check({ quoteBytes: 60, extension: NONE, lengthBytes: 8 }, { quoteBytes: 60, extension: false });
});

Deno.test("an old router's extension at byte 128 is recognised by its version and checksum", () => {
  check({ quoteBytes: 128, extension: EXTENSION, lengthBytes: 0 }, { quoteBytes: 128, extension: true });
  check({ quoteBytes: 128, extension: WITHOUT_CHECKSUM, lengthBytes: 0 }, {
    quoteBytes: 128 + EXTENSION.length,
    extension: false,
  });
  check({ quoteBytes: 128, extension: DAMAGED, lengthBytes: 0 }, {
    quoteBytes: 128 + EXTENSION.length,
    extension: false,
  });
  check({ quoteBytes: 132, extension: EXTENSION, lengthBytes: 0 }, {
    quoteBytes: 132 + EXTENSION.length,
    extension: false,
  });
});

Deno.test("a length in the wrong unit does not hide an extension at byte 128", () => {
  // IPv6 in words of 4 bytes read as words of 8, and the other way round.
  check({ quoteBytes: 128, extension: EXTENSION, lengthBytes: 256 }, { quoteBytes: 128, extension: true });
  check({ quoteBytes: 128, extension: EXTENSION, lengthBytes: 64 }, { quoteBytes: 128, extension: true });
});

Deno.test("a length that RFC 4884 does not allow needs an extension with a checksum", () => {
  check({ quoteBytes: 28, extension: WITHOUT_CHECKSUM, lengthBytes: 28 }, {
    quoteBytes: 28 + EXTENSION.length,
    extension: false,
  });
  // The byte that was unused before is 1, and at that place of the quoted header stands what looks like a version.
  const header = hex("45000054 20000000 40010000 0a000001 c0000263");
  const body = Uint8Array.of(...header, ...new Random(5).bytes(64));
  assert.deepEqual(divideBody(body, 4), { quoted: body, extension: undefined });
});

Deno.test("whatever stands in body and length, quote and extension are parts of the body, in order", () => {
  const random = new Random(42);
  for (let round = 0; round < 5_000; round++) {
    const body = Uint8Array.of(...random.bytes(random.below(300)), ...random.pick([EXTENSION, WITHOUT_CHECKSUM, NONE]));
    const { quoted, extension } = divideBody(body, random.below(256) * random.pick([4, 8]));
    assert.deepEqual(quoted, body.subarray(0, quoted.length));
    if (extension !== undefined) assert.deepEqual(extension, body.subarray(quoted.length));
  }
});

Deno.test("a long quote of an even pattern is not taken for an extension", () => {
  for (let fill = 0; fill < 256; fill++) {
    for (let length = 130; length < 600; length++) {
      const divided = divideBody(new Uint8Array(length).fill(fill), 0);
      assert.ok(divided.extension === undefined, `pattern ${fill}, ${length} bytes`);
    }
  }
});

Deno.test("joining pads the quote to 128 bytes and to whole units, and dividing gives it back", () => {
  const random = new Random(41);
  for (const unitBytes of [4, 8]) {
    for (const quoteBytes of [0, 28, 48, 127, 128, 129, 133, 500]) {
      const quoted = random.bytes(quoteBytes);
      const error = { type: 0, code: 0, mtu: 0, quoted, extension: EXTENSION, tellsLength: true };
      const { body, lengthBytes } = joinBody(error, unitBytes);
      assert.equal(lengthBytes % unitBytes, 0);
      assert.ok(lengthBytes >= 128 && lengthBytes < Math.max(128, quoteBytes) + unitBytes);
      const divided = divideBody(body, lengthBytes);
      assert.deepEqual(divided.quoted.subarray(0, quoteBytes), quoted);
      assert.ok(divided.quoted.subarray(quoteBytes).every((byte) => byte === 0));
      assert.deepEqual(divided.extension, EXTENSION);
    }
  }
});
