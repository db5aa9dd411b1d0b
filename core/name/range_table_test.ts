import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { formatAddress } from "../packet/address.ts";
import { IpInfoFileError } from "./file_error.ts";
import type { IpInfo, IpInfoTable } from "./ip_info.ts";
import { RangeTableReader } from "./range_table.ts";

/** Read in chunks of this size. */
function tableOf(text: string, chunkBytes = 1 << 16): IpInfoTable {
  const reader = new RangeTableReader("a.tsv");
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.take(bytes.subarray(at, at + chunkBytes));
  return reader.end();
}

const TABLE = [
  "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUD",
  "1.0.1.0\t1.0.3.255\t0\tNone\tNot routed",
  "# a comment",
  "",
  "10.0.0.0\t10.255.255.255\t64496\tNone\tExample é, Inc.\r",
  "192.0.2.5\t192.0.2.20\t4294967295\tzz\t",
  "2001:db8::\t2001:db8:1:ffff:ffff:ffff:ffff:ffff\t64497\tDE\tSix",
  "2001:db8:2::1\t2001:db8:2::1\t64498\tDE\tOne\twith a tab",
].join("\n");

const EXPECTED: readonly (readonly [address: string, info: IpInfo | undefined])[] = [
  ["0.255.255.255", undefined],
  ["1.0.0.0", { asn: "13335", country: "US", organization: "CLOUD", prefix: "1.0.0.0/24" }],
  ["1.0.0.255", { asn: "13335", country: "US", organization: "CLOUD", prefix: "1.0.0.0/24" }],
  ["1.0.2.1", undefined],
  ["10.20.30.40", { asn: "64496", organization: "Example é, Inc.", prefix: "10.0.0.0/8" }],
  ["192.0.2.4", undefined],
  ["192.0.2.5", { asn: "4294967295", country: "zz", prefix: "192.0.2.5/32" }],
  ["192.0.2.9", { asn: "4294967295", country: "zz", prefix: "192.0.2.8/29" }],
  ["192.0.2.20", { asn: "4294967295", country: "zz", prefix: "192.0.2.20/32" }],
  ["2001:db8:1::8", { asn: "64497", country: "DE", organization: "Six", prefix: "2001:db8::/47" }],
  ["2001:db8:2::", undefined],
  ["2001:db8:2::1", { asn: "64498", country: "DE", organization: "One\twith a tab", prefix: "2001:db8:2::1/128" }],
  ["64:ff9b::100:1", { asn: "13335", country: "US", organization: "CLOUD", prefix: "1.0.0.0/24" }],
  ["router.example", undefined],
];

for (const chunkBytes of [1, 7, 1 << 16]) {
  Deno.test(`a table in chunks of ${chunkBytes} bytes tells owner and the largest prefix within the range`, () => {
    const table = tableOf(TABLE, chunkBytes);
    for (const [address, info] of EXPECTED) assert.deepEqual(table.find(address), info, address);
  });
}

const GOOD = "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUD\n";
const WRONG: readonly (readonly [line: string, says: RegExp])[] = [
  ["hello", /must have five columns with tabs/],
  ["1.0.1.0 1.0.1.255 1 US x", /must have five columns/],
  ["1.0.1.0\t1.0.1.255\t1\tUS", /must have five columns/],
  ["1.0.1\t1.0.1.255\t1\tUS\tx", /"1\.0\.1" is no address/],
  ["01.0.1.0\t1.0.1.255\t1\tUS\tx", /"01\.0\.1\.0" is no address/],
  ["1.0.1.256\t1.0.1.255\t1\tUS\tx", /is no address/],
  ["1.0.1.0.\t1.0.1.255\t1\tUS\tx", /is no address/],
  ["\t1.0.1.255\t1\tUS\tx", /"" is no address/],
  ["1.0.1.0\t2001:db8::1\t1\tUS\tx", /of one family/],
  ["1.0.1.9\t1.0.1.8\t1\tUS\tx", /first address stands behind its last/],
  ["1.0.0.255\t1.0.1.255\t1\tUS\tx", /begins before the range above it ends/],
  ["0.0.0.0\t0.0.0.1\t1\tUS\tx", /begins before the range above it ends/],
  ["1.0.1.0\t1.0.1.255\t4294967296\tUS\tx", /its AS number is "4294967296"; it must be 0 to 4294967295/],
  ["1.0.1.0\t1.0.1.255\tAS1\tUS\tx", /its AS number is "AS1"/],
  ["1.0.1.0\t1.0.1.255\t\tUS\tx", /its AS number is ""/],
  ["\x1b[2J\t1.0.1.255\t1\tUS\tx", /"\\u\{1B\}\[2J" is no address/],
  ["9".repeat(5000), /longer than 4096 bytes/],
  ["9".repeat(5000) + "\n", /longer than 4096 bytes/],
];

for (const [line, says] of WRONG) {
  Deno.test(`the line ${JSON.stringify(line.slice(0, 40))} is refused with its number`, () => {
    for (const chunkBytes of [1, 100, 1 << 16]) {
      assert.throws(() => tableOf(`# x\n${GOOD}${line}`, chunkBytes), (error) => {
        assert.ok(error instanceof IpInfoFileError);
        assert.match(error.message, /^Cannot read AS information from a\.tsv: line 3: /);
        assert.match(error.message, says);
        return true;
      });
    }
  });
}

Deno.test("a table without a range is refused", () => {
  for (const text of ["", "\n\n", "# nothing\n"]) {
    assert.throws(() => tableOf(text), /Cannot read AS information from a\.tsv: it holds no range of addresses/);
  }
});

/** A range of random ones, as the table and as a reader of one line after the other has it. */
interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly asn: number;
}

/** In order, with gaps and without, over a part of the numbers of `bits` bits. */
function randomRanges(random: Random, bits: number): readonly Range[] {
  const most = (1n << BigInt(bits)) - 1n;
  const ranges: Range[] = [];
  let next = random.flip() ? 0n : randomBelow(random, bits - 4);
  while (next <= most && ranges.length < 400) {
    const last = next + randomBelow(random, random.below(bits - 8));
    ranges.push({ first: next, last: last > most ? most : last, asn: random.below(5) });
    next = last + 1n + (random.flip() ? 0n : randomBelow(random, random.below(bits - 8)));
  }
  return ranges;
}

function randomBelow(random: Random, bits: number): bigint {
  let number = 0n;
  for (let bit = 0; bit < bits; bit++) number = number << 1n | BigInt(random.below(2));
  return number;
}

function textOf(address: bigint, bits: number): string {
  const bytes = Array.from({ length: bits / 8 }, (_, at) => Number(address >> BigInt(bits - 8 - at * 8) & 0xffn));
  return formatAddress(Uint8Array.from(bytes)) ?? "";
}

for (const bits of [32, 128] as const) {
  Deno.test(`any table of IPv${bits === 32 ? 4 : 6} tells what a look at each of its lines tells`, () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = new Random(seed * 7919);
      const ranges = randomRanges(random, bits);
      const lines = ranges.map(({ first, last, asn }) =>
        `${textOf(first, bits)}\t${textOf(last, bits)}\t${asn}\tDE\tx`
      );
      const table = tableOf(lines.join("\n"), 1 + random.below(5000));
      for (let probe = 0; probe < 200; probe++) {
        const { first, last } = random.pick(ranges);
        const address = random.pick([
          first,
          last,
          first - 1n,
          last + 1n,
          (first + last) / 2n,
          randomBelow(random, bits),
        ]);
        if (address < 0n || address >= 1n << BigInt(bits)) continue;
        const range = ranges.find((one) => one.first <= address && address <= one.last);
        const found = table.find(textOf(address, bits));
        assert.equal(found?.asn, range && range.asn > 0 ? String(range.asn) : undefined, `seed ${seed}: ${address}`);
        if (found === undefined || range === undefined) continue;
        assert.equal(found.prefix, largestPrefix(address, range, bits), `seed ${seed}: ${address}`);
      }
    }
  });
}

function largestPrefix(address: bigint, { first, last }: Range, bits: number): string {
  for (let length = 0;; length++) {
    const size = 1n << BigInt(bits - length);
    const start = address / size * size;
    if (start >= first && start + size - 1n <= last) return `${textOf(start, bits)}/${length}`;
  }
}

Deno.test("any text is a table or refused by name; nothing else is thrown", () => {
  const random = new Random(3);
  for (let run = 0; run < 2000; run++) {
    const text = random.flip()
      ? random.text("1.0.\t\n:a#\r\0é", 80)
      : TABLE.slice(0, random.below(TABLE.length)) + random.text("1.0.\t\n:a", 4) +
        TABLE.slice(random.below(TABLE.length));
    try {
      const table = tableOf(text, 1 + random.below(50));
      for (const [address] of EXPECTED) table.find(address);
    } catch (error) {
      assert.ok(error instanceof IpInfoFileError, `${error}`);
      assert.match(error.message, /^Cannot read AS information from a\.tsv: [^\p{Cc}]+$/u);
    }
  }
});
