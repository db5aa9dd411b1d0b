import assert from "node:assert/strict";
import { readLong, strtol, strtoul, toInt } from "./c_integer.ts";

const LONGS: Readonly<Record<string, readonly [value: bigint, isOutOfRange: boolean, isWhole: boolean]>> = {
  "": [0n, false, false],
  "0": [0n, false, true],
  " \t-12": [-12n, false, true],
  "+7": [7n, false, true],
  "12.5": [12n, false, false],
  "0x10": [0n, false, false],
  "010": [10n, false, true],
  "abc": [0n, false, false],
  "-": [0n, false, false],
  "9223372036854775807": [2n ** 63n - 1n, false, true],
  "9223372036854775808": [2n ** 63n - 1n, true, true],
  "-9223372036854775809": [-(2n ** 63n), true, true],
};

for (const [text, [value, isOutOfRange, isWhole]] of Object.entries(LONGS)) {
  Deno.test(`a long is read as C reads it: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readLong(text), { value, isOutOfRange, isWhole });
  });
}

Deno.test("a base of 0 takes the notation of C's literals", () => {
  for (
    const [text, value, rest] of [["0x1fz", 31n, "z"], ["017", 15n, ""], ["09", 0n, "9"], ["-10", -10n, ""]] as const
  ) {
    assert.deepEqual(strtol(text, 0), { value, rest, outOfRange: false });
  }
});

Deno.test("a negative number wraps around where there is no sign", () => {
  assert.deepEqual(strtoul("-1", 10), { value: 2n ** 64n - 1n, rest: "", outOfRange: false });
});

Deno.test("a number of a million digits costs no time of its own", () => {
  assert.deepEqual(strtol("9".repeat(1e6), 10), { value: 2n ** 63n - 1n, rest: "", outOfRange: true });
});

Deno.test("an int is the lower 32 bits", () => {
  assert.deepEqual([2n ** 32n + 5n, 2n ** 31n, -1n].map(toInt), [5, -(2 ** 31), -1]);
});
