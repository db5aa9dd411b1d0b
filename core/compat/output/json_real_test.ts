import assert from "node:assert/strict";
import { exactDigits } from "../_exact_decimal.ts";
import { significant } from "./json_real.ts";

const check = (value: number, expected: string): void => assert.equal(significant(value), expected);

// Most of these are real mtr 0.95's.
Deno.test("five digits, a point at least, an exponent from 100000 on", () => {
  check(0, "0.0");
  check(0.001, "0.001");
  check(33.333, "33.333");
  check(100, "100.0");
  check(12_345.678, "12346.0");
  check(20_809, "20809.0");
  check(100_000, "1e5");
  check(2_000_000, "2e6");
  check(123_456.789, "1.2346e5");
  check(-419_967.298, "-4.1997e5");
  check(0.00001, "1e-5");
});

Deno.test("a tie goes to the even digit", () => {
  check(100.125, "100.12");
  check(100.375, "100.38");
  check(1000.25, "1000.2");
  check(1000.75, "1000.8");
  check(10_000.5, "10000.0");
  check(10_001.5, "10002.0");
  check(99_999.5, "1e5");
  check(123_455, "1.2346e5");
  check(123_465, "1.2346e5");
});

Deno.test("every value has the digits of C's %.5g", () => {
  let state = 7;
  for (let count = 0; count < 40_000; count++) {
    state = (state * 48_271) % 0x7fffffff;
    const us = count % 2 === 0 ? 1 + state % 10 ** (1 + count % 10) : 125 * (1 + state % 16_000_000);
    const { digits, exponent } = exactDigits(us / 1000, 4);
    const text = significant(us / 1000);
    const [mantissa = "", power] = text.split("e");
    assert.equal(mantissa.replace(".", "").replace(/^0+/, "").padEnd(5, "0").slice(0, 5), digits, text);
    assert.equal(Number(text), Number(`${digits}e${exponent - 4}`), text);
    assert.equal(power, exponent >= 5 ? String(exponent) : undefined, text);
  }
});
