import assert from "node:assert/strict";
import { fixed, real } from "./number.ts";

const FIXED: readonly (readonly [value: number, decimals: number, expected: string])[] = [
  [0, 1, "0.0"],
  [0.25, 1, "0.2"],
  [0.75, 1, "0.8"],
  [0.35, 1, "0.3"],
  [0.45, 1, "0.5"],
  [12.25, 1, "12.2"],
  [1.125, 2, "1.12"],
  [1.375, 2, "1.38"],
  [1.005, 2, "1.00"],
  [2.5, 0, "2"],
  [3.5, 0, "4"],
  [99.95, 1, "100.0"],
  [1234.6, 1, "1234.6"],
  [100, 1, "100.0"],
];

for (const [value, decimals, expected] of FIXED) {
  Deno.test(`${value} with ${decimals} decimals is ${expected}, as printf has it`, () =>
    assert.equal(fixed(value, decimals), expected));
}

const REALS: readonly (readonly [value: number, expected: string])[] = [
  [0, "0.0"],
  [1, "1.0"],
  [0.1, "0.1"],
  [0.255, "0.255"],
  [20.3164, "20.316"],
  [12345.678, "12345.678"],
  [100, "100.0"],
];

for (const [value, expected] of REALS) {
  Deno.test(`${value} is the JSON number ${expected}`, () => assert.equal(real(value), expected));
}
