import assert from "node:assert/strict";
import { hex, maul, Random } from "./_random.ts";
import {
  INTERFACE_ROLES,
  type InterfaceInfo,
  LONGEST_NAME_BYTES,
  parseInterfaceInfo,
  writeInterfaceInfo,
} from "./interface_info.ts";

function check(type: number, payload: string, expected: InterfaceInfo | undefined): void {
  assert.deepEqual(parseInterfaceInfo(type, hex(payload)), expected);
}

Deno.test("each part is read where its bit says that it is there", () => {
  check(0x08, "ffffffff", { role: "incoming", index: 4_294_967_295 });
  check(0x04, "00010000 c0000201", { role: "incoming", address: "192.0.2.1" });
  check(0x04, "00020000 20010db8 00000000 00000000 00000001", { role: "incoming", address: "2001:db8::1" });
  check(0x02, "08 65746830 000000", { role: "incoming", name: "eth0" });
  check(0x01, "000005dc", { role: "incoming", mtu: 1_500 });
  check(0x0f, "00000007 00010000 0a000001 08 65746830 000000 000005dc", {
    role: "incoming",
    index: 7,
    address: "10.0.0.1",
    name: "eth0",
    mtu: 1_500,
  });
});

Deno.test("the first two bits are the role", () => {
  for (const [number, role] of INTERFACE_ROLES.entries()) check(number << 6 | 0x08, "00000001", { role, index: 1 });
  // Reserved bits mean nothing.
  check(0x38, "00000001", { role: "incoming", index: 1 });
});

Deno.test("a name ends with its first zero, and keeps whatever else stands in it", () => {
  check(0x02, "08 6100 6200 000000", { role: "incoming", name: "a" });
  check(0x02, "04 c3bc00", { role: "incoming", name: "ü" });
  check(0x02, "08 1b5b324a 0a0d22", { role: "incoming", name: '\x1b[2J\n\r"' });
  check(0x02, "04 ff61 00", { role: "incoming", name: "\udcffa" });
  check(0x02, "08 c3bc61ff 000000", { role: "incoming", name: "\udcc3\udcbca\udcff" });
  check(0x02, `40 ${"61".repeat(63)}`, { role: "incoming", name: "a".repeat(63) });
});

Deno.test("what tells nothing is nothing", () => {
  check(0x00, "", undefined);
  check(0xc0, "00000001", undefined);
  check(0x02, "04 000000", undefined);
});

Deno.test("a part that is cut short, or cannot be, makes all of it none", () => {
  check(0x08, "000001", undefined);
  check(0x04, "0001", undefined);
  check(0x04, "00010000 c00002", undefined);
  check(0x04, "00020000 c0000201", undefined);
  check(0x04, "00030000 c0000201", undefined);
  check(0x0c, "00000001", undefined);
  check(0x02, "", undefined);
  check(0x02, "00", undefined);
  check(0x02, "08 616263", undefined);
  // Lengths of no whole words, and of more than 64 bytes.
  check(0x02, "05 61626364", undefined);
  check(0x02, `44 ${"61".repeat(67)}`, undefined);
  check(0x03, "04 616263 0005", undefined);
});

Deno.test("what is written is read again", () => {
  const random = new Random(51);
  for (let round = 0; round < 2_000; round++) {
    const name = random.text("aü/0.-", 31);
    const info: InterfaceInfo = {
      role: random.pick(INTERFACE_ROLES),
      index: random.below(2 ** 32),
      ...random.flip() && { address: random.pick(["192.0.2.1", "2001:db8::1"]) },
      ...random.flip() && name !== "" && { name },
      ...random.flip() && { mtu: random.below(2 ** 32) },
    };
    const { type, payload } = writeInterfaceInfo(info);
    assert.equal(payload.length % 4, 0);
    assert.deepEqual(parseInterfaceInfo(type, payload), info);
  }
});

Deno.test("no bytes make the parser throw, and no name is longer than its bytes", () => {
  const { type, payload } = writeInterfaceInfo({ role: "nextHop", index: 1, address: "::1", name: "a/b", mtu: 9 });
  maul(payload, (bytes) => parseInterfaceInfo(type, bytes));
  const random = new Random(52);
  for (let round = 0; round < 50_000; round++) {
    const name = parseInterfaceInfo(random.below(256), random.bytes(random.below(100)))?.name ?? "";
    assert.ok(name.length < LONGEST_NAME_BYTES && !name.includes("\0"));
  }
});
