import assert from "node:assert/strict";
import { hex, maul, Random } from "./_random.ts";
import { checksum } from "./checksum.ts";
import type { InterfaceInfo } from "./interface_info.ts";
import { isExtension, isExtensionByItself, type MplsLabel, parseExtension, writeExtension } from "./extension.ts";

/** A structure of these objects, with its checksum. */
function structure(objects: string): Uint8Array {
  const bytes = hex(`2000 0000 ${objects}`);
  new DataView(bytes.buffer).setUint16(2, checksum(bytes));
  return bytes;
}

/** RFC 4950: label 24005 (0x05dc5), class 0, not the bottom, TTL 1; then label 100, class 5, bottom, TTL 255. */
const TWO_LABELS = "000c 0101 05dc5001 00064bff";
const LABELS: readonly MplsLabel[] = [
  { label: 24_005, trafficClass: 0, bottomOfStack: false, ttl: 1 },
  { label: 100, trafficClass: 5, bottomOfStack: true, ttl: 255 },
];
/** RFC 5837: incoming interface with its index. */
const INTERFACE = "0008 0208 00000003";
/** Outgoing interface with index, IPv4 address, name and MTU. */
const WHOLE_INTERFACE = "001c 028f 00000007 0001 0000 0a000001 0865746830 000000 000005dc";

const TOLD: InterfaceInfo = { role: "outgoing", index: 7, address: "10.0.0.1", name: "eth0", mtu: 1_500 };

function check(bytes: Uint8Array, labels: readonly MplsLabel[] | undefined): void {
  assert.deepEqual(parseExtension(bytes)?.labels, labels);
}

Deno.test("a label stack is read bit by bit", () => check(structure(TWO_LABELS), LABELS));

Deno.test("a label stack is written bit by bit", () => {
  assert.deepEqual(writeExtension({ labels: LABELS }), structure(TWO_LABELS));
});

Deno.test("a structure without objects has no labels", () => {
  check(structure(""), []);
  assert.deepEqual(writeExtension({ labels: [] }), structure(""));
});

Deno.test("objects of other classes and types are passed over", () => {
  check(structure(`${INTERFACE} ${TWO_LABELS}`), LABELS);
  check(structure(`${TWO_LABELS} ${INTERFACE}`), LABELS);
  check(structure("0008 0102 05dc5001"), []);
  check(structure(`0004 0900 ${TWO_LABELS}`), LABELS);
});

Deno.test("labels of several objects follow each other", () => {
  check(structure(`${TWO_LABELS} ${TWO_LABELS}`), [...LABELS, ...LABELS]);
});

Deno.test("an object with a length that cannot be ends the reading", () => {
  for (const length of ["0000", "0003", "0010", "ffff"]) {
    check(structure(`${TWO_LABELS} ${length} 0101 05dc5001`), LABELS);
  }
  check(structure("000e 0101 05dc5001 00064bff 0000"), LABELS);
  check(structure(`${TWO_LABELS} 0008`), LABELS);
});

Deno.test("interfaces are read beside labels, in any order, each of them", () => {
  const both = parseExtension(structure(`${INTERFACE} ${TWO_LABELS} ${WHOLE_INTERFACE}`));
  assert.deepEqual(both, { labels: LABELS, interfaces: [{ role: "incoming", index: 3 }, TOLD] });
});

Deno.test("an interface that is malformed is passed over, and what follows is read", () => {
  // It has an index and no room for it; then an address of no known family.
  for (const malformed of ["0004 0208", "000c 0204 0003 0000 0a000001"]) {
    const { labels, interfaces } = parseExtension(structure(`${malformed} ${INTERFACE} ${TWO_LABELS}`)) ?? {};
    assert.deepEqual([labels, interfaces], [LABELS, [{ role: "incoming", index: 3 }]]);
  }
});

Deno.test("at most 8 interfaces are read", () => {
  assert.equal(parseExtension(structure(INTERFACE.repeat(100)))?.interfaces.length, 8);
});

Deno.test("labels and interfaces are written one object after another", () => {
  assert.deepEqual(
    writeExtension({ labels: LABELS, interfaces: [TOLD] }),
    structure(`${TWO_LABELS} ${WHOLE_INTERFACE}`),
  );
});

Deno.test("at most 16 labels are read", () => {
  assert.equal(parseExtension(structure(`00a4 0101 ${"05dc5001".repeat(40)}`))?.labels.length, 16);
});

Deno.test("a wrong checksum or version is no structure", () => {
  const bytes = structure(TWO_LABELS);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] = bytes[at]! ^ 0x40;
    check(damaged, undefined);
  }
  for (const version of ["0000", "1000", "3000"]) check(hex(`${version} 0000`), undefined);
});

Deno.test("a checksum of 0 was not computed: enough where a length announced the structure, else not", () => {
  const bytes = hex(`2000 0000 ${TWO_LABELS}`);
  check(bytes, LABELS);
  assert.equal(isExtension(bytes), true);
  assert.equal(isExtensionByItself(bytes), false);
  assert.equal(isExtensionByItself(structure(TWO_LABELS)), true);
});

Deno.test("what is written is read again", () => {
  const random = new Random(31);
  for (let round = 0; round < 2_000; round++) {
    const labels = Array.from({ length: random.below(17) }, (): MplsLabel => ({
      label: random.below(1 << 20),
      trafficClass: random.below(8),
      bottomOfStack: random.flip(),
      ttl: random.below(256),
    }));
    check(writeExtension({ labels }), labels);
  }
});

Deno.test("no bytes make the parser throw", () => {
  maul(structure(`${INTERFACE} ${TWO_LABELS}`), parseExtension);
  // Without a checksum, damage reaches the objects.
  maul(hex(`2000 0000 ${WHOLE_INTERFACE} ${TWO_LABELS}`), parseExtension);
  const random = new Random(32);
  for (let round = 0; round < 20_000; round++) {
    const bytes = random.bytes(random.below(60));
    if (random.flip()) bytes.set(hex("2000 0000").subarray(0, bytes.length));
    parseExtension(bytes);
  }
});
