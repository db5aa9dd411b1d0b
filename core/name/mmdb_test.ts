import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { type MmdbContent, writeMmdb } from "./_mmdb.ts";
import { IpInfoFileError } from "./file_error.ts";
import type { IpInfo } from "./ip_info.ts";
import { readMmdb } from "./mmdb.ts";

const NETWORKS = {
  "10.0.0.0/8": { autonomous_system_number: 64496, autonomous_system_organization: "Example" },
  "10.1.0.0/16": {
    autonomous_system_number: 4_200_000_123,
    autonomous_system_organization: "Söhne & Co. \x1b[2J",
    country: { iso_code: "YY" },
    registered_country: { iso_code: "ZZ", names: { en: "Nowhere", de: "Nirgendwo" } },
  },
  "10.2.0.0/15": { country: { iso_code: "YY" }, other: [true, false, "a".repeat(300)] },
  "2001:db8::/32": { autonomous_system_number: 64497, autonomous_system_organization: "Example" },
  "2001:db8::8/128": { autonomous_system_number: 64498, autonomous_system_organization: "b".repeat(40) },
} as const;

const EXPECTED: readonly (readonly [address: string, info: IpInfo | undefined])[] = [
  ["10.200.0.1", { asn: "64496", prefix: "10.128.0.0/9", organization: "Example" }],
  ["10.1.255.255", {
    asn: "4200000123",
    prefix: "10.1.0.0/16",
    country: "ZZ",
    organization: "Söhne & Co. \x1b[2J",
  }],
  ["10.3.0.1", { prefix: "10.2.0.0/15", country: "YY" }],
  ["11.0.0.1", undefined],
  ["2001:db8::8", { asn: "64498", prefix: "2001:db8::8/128", organization: "b".repeat(40) }],
  ["2001:db8:ffff::1", { asn: "64497", prefix: "2001:db8:8000::/33", organization: "Example" }],
  ["2001:db9::1", undefined],
  ["64:ff9b::a01:203", {
    asn: "4200000123",
    prefix: "10.1.0.0/16",
    country: "ZZ",
    organization: "Söhne & Co. \x1b[2J",
  }],
  ["router.example", undefined],
];

for (const recordBits of [24, 28, 32] as const) {
  Deno.test(`a database of ${recordBits}-bit records tells number, country, organization and the network that matched`, () => {
    const table = readMmdb("a.mmdb", writeMmdb({ recordBits, networks: NETWORKS }));
    for (const [address, info] of EXPECTED) assert.deepEqual(table.find(address), info, address);
  });
}

Deno.test("a database of IPv4 knows no IPv6 address", () => {
  const table = readMmdb("a.mmdb", writeMmdb({ ipVersion: 4, networks: { "0.0.0.0/1": NETWORKS["10.0.0.0/8"] } }));
  assert.equal(table.find("10.0.0.1")?.prefix, "0.0.0.0/1");
  assert.equal(table.find("2001:db8::1"), undefined);
});

Deno.test("fields of other types are not there", () => {
  const record = { autonomous_system_number: "64496", country: "ZZ", autonomous_system_organization: 1 };
  const table = readMmdb("a.mmdb", writeMmdb({ networks: { "10.0.0.0/8": record } }));
  assert.deepEqual(table.find("10.0.0.1"), { prefix: "10.0.0.0/8" });
});

Deno.test("names that objects have of their own are none of a record", () => {
  const networks = { "10.0.0.0/8": JSON.parse('{"__proto__": {"autonomous_system_number": 1}}') };
  assert.deepEqual(readMmdb("a.mmdb", writeMmdb({ networks })).find("10.0.0.1"), { prefix: "10.0.0.0/8" });
});

/** The message of the refusal, behind the name of the file. */
function refusalOf(bytes: Uint8Array): string {
  let message = "";
  assert.throws(() => readMmdb("a.mmdb", bytes), (error) => {
    message = error instanceof IpInfoFileError ? error.message : "";
    return error instanceof IpInfoFileError;
  });
  return message.replace(/^Cannot read AS information from a\.mmdb: /, "");
}

const PLAIN: MmdbContent = { ipVersion: 4, networks: { "10.0.0.0/8": { autonomous_system_number: 64496 } } };
const WRONG_METADATA: readonly (readonly [metadata: MmdbContent["metadata"], says: RegExp])[] = [
  [{ record_size: 20 }, /its metadata are wrong: Unsupported record size/],
  [{ record_size: "24" }, /its metadata are wrong/],
  [{ node_count: 1_000_000 }, /do not fit the file/],
  [{ node_count: 0 }, /do not fit the file/],
  [{ node_count: "3" }, /do not fit the file|are wrong/],
  [{ ip_version: 5 }, /of another format/],
  [{ binary_format_major_version: 3 }, /of another format/],
  [{ node_count: 4 }, /^offset /],
];

for (const [metadata, says] of WRONG_METADATA) {
  Deno.test(`metadata that say ${JSON.stringify(metadata)} are refused with their place`, () => {
    const message = refusalOf(writeMmdb({ ...PLAIN, ...(metadata && { metadata }) }));
    assert.match(message, /^offset \d+: /);
    assert.match(message, says);
  });
}

Deno.test("what ends with no metadata is refused", () =>
  assert.match(refusalOf(new Uint8Array(1000)), /^offset 1000: it is neither a MaxMind database/));

/** A database whose one record is replaced by these bytes, at the beginning of its data. */
function withData(...data: readonly number[]): Uint8Array {
  const bytes = writeMmdb(PLAIN);
  const end = bytes.findLastIndex((byte, at) => byte === 0xab && bytes[at + 1] === 0xcd);
  // Eight nodes of six bytes, and the separator.
  return Uint8Array.of(...bytes.subarray(0, 8 * 6 + 16), ...data, ...bytes.subarray(end));
}

const MAP_OF_1 = 0xe1;
const EMPTY_TEXT = 0x40;
/** An array of 16 million values. */
const HUGE_ARRAY = [0x1f, 0x04, 0xfe, 0xff, 0xff];
const DAMAGE: readonly (readonly [name: string, data: readonly number[], says: RegExp])[] = [
  ["a map that contains itself", [MAP_OF_1, EMPTY_TEXT, 0x20, 0x00], /^offset 65: values lie more than 32 deep/],
  ["a pointer to itself", [0x20, 0x00], /^offset 64: the pointer leads to a pointer/],
  ["a pointer beyond the data", [MAP_OF_1, EMPTY_TEXT, 0x27, 0xff], /^offset 66: the pointer leads behind the end/],
  ["an array larger than the file", [MAP_OF_1, EMPTY_TEXT, ...HUGE_ARRAY], /^offset 71: the value goes on behind/],
  ["a text larger than the file", [MAP_OF_1, EMPTY_TEXT, 0x5d, 0xff], /^offset 66: the value goes on behind/],
  ["a number of five bytes", [MAP_OF_1, EMPTY_TEXT, 0xc5, 1, 2, 3, 4, 5], /^offset 66: no value of type 6 has size 5/],
  ["a type that is none", [MAP_OF_1, EMPTY_TEXT, 0x00, 0x05], /^offset 66: no value of type 12/],
  ["a type that is not extended", [MAP_OF_1, EMPTY_TEXT, 0x00, 0x00], /^offset 66: there is no such type/],
  ["a key that is no text", [MAP_OF_1, 0xa0, EMPTY_TEXT], /^offset 65: a text must stand here/],
  ["a record that is no map", [EMPTY_TEXT], /^offset 64: a map must stand here/],
  ["no data", [], /^offset \d+: the tree leads out of the data/],
];

for (const [name, data, says] of DAMAGE) {
  Deno.test(`${name} is refused with its place`, () => assert.match(refusalOf(withData(...data)), says));
}

Deno.test("values that grow without bound when they are unpacked are refused at once", () => {
  // Each array holds the next one twenty times; the last one holds texts.
  const data = [MAP_OF_1, EMPTY_TEXT, 0x20, 4];
  for (let level = 0; level < 12; level++) {
    const next = data.length + 2 + 20 * 2;
    data.push(20, 0x04, ...Array.from({ length: 20 }, () => [0x20 | next >> 8, next & 0xff]).flat());
  }
  data.push(...Array.from({ length: 20 }, () => EMPTY_TEXT));
  assert.match(refusalOf(withData(...data)), /a record of more than 65536 values and bytes is too large/);
});

Deno.test("a damaged database is refused by name, or answers; nothing else is thrown, and it does not hang", () => {
  const random = new Random(20_261_121);
  const whole = ([24, 28, 32] as const).map((recordBits) => writeMmdb({ recordBits, networks: NETWORKS }));
  const addresses = [...EXPECTED.map(([address]) => address), "::", "0.0.0.0", "255.255.255.255", "ffff::ffff"];
  let refused = 0;
  const RUNS = 2000;
  for (let run = 0; run < RUNS; run++) {
    const bytes = random.pick(whole).slice(0, run % 5 === 0 ? random.below(600) : undefined);
    for (let damage = random.below(4); damage >= 0 && bytes.length > 0; damage--) {
      bytes[random.below(bytes.length)] = random.pick([random.below(256), 0x20 | random.below(32), 0xff, 0x1f, 0]);
    }
    try {
      const table = readMmdb("a.mmdb", bytes);
      for (const address of addresses) table.find(address);
    } catch (error) {
      assert.ok(error instanceof IpInfoFileError, `run ${run}: ${error}`);
      assert.match(error.message, /^Cannot read AS information from a\.mmdb: offset \d+: [^\p{Cc}]+[^.]$/u);
      refused++;
    }
  }
  assert.ok(refused > RUNS / 10 && refused < RUNS, `${refused} of ${RUNS} refused`);
});
