import assert from "node:assert/strict";
import { sprintf } from "@std/fmt/printf";

function check(expected: string, format: string, ...values: number[]): void {
  assert.equal(sprintf(format, ...values), expected, JSON.stringify([format, ...values]));
}

Deno.test("printf: text passes through", () => {
  check("", "");
  check("0x", "0x");
});

Deno.test("printf: %X is as wide as it is told, with zeros or blanks before it", () => {
  check("FF", "%X", 255);
  check("0", "%X", 0);
  check("0x0A", "0x%02X", 10);
  check("0xFF", "0x%02X", 255);
  check("   A", "%4X", 10);
  check("1234", "%02X", 0x1234);
});
