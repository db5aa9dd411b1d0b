import assert from "node:assert/strict";
import { sprintf } from "@std/fmt/printf";

function check(expected: string, format: string, ...args: unknown[]): void {
  assert.equal(sprintf(format, ...args), expected, JSON.stringify([format, ...args]));
}

Deno.test("printf: text and percent signs pass through", () => {
  check("", "");
  check("Loss%", "Loss%%");
  check("100% done", "%d%% done", 100);
});

Deno.test("printf: %s pads right with a width, left with -, and cuts with a precision", () => {
  check("  ab", "%4s", "ab");
  check("ab  |", "%-4s|", "ab");
  check("abcdef", "%4s", "abcdef");
  check("ab", "%.2s", "abcdef");
  check("  ab", "%4.2s", "abcdef");
  assert.throws(() => sprintf("%s", 7));
});

Deno.test("printf: %d", () => {
  check("42", "%d", 42);
  check("-42", "%d", -42);
  check("   42", "%5d", 42);
  check("  -42", "%5d", -42);
  check("42   |", "%-5d|", 42);
  check("00042", "%05d", 42);
  check("-0042", "%05d", -42);
  check("+42", "%+d", 42);
  check("0", "%d", 0);
});

Deno.test("printf: %x and %X", () => {
  check("ff", "%x", 255);
  check("FF", "%X", 255);
  check("0a", "%02x", 10);
  check("   a", "%4x", 10);
});

Deno.test("printf: %f rounds to its precision, six digits without", () => {
  check("1.500000", "%f", 1.5);
  check("0.0", "%.1f", 0);
  check("12.3", "%.1f", 12.345);
  check("  0.1", "%5.1f", 0.1);
  check("99.99|", "%.2f|", 99.99);
  check("100.00", "%.2f", 99.995);
  check("-1.25", "%.2f", -1.25);
  check("+1.2", "%+.1f", 1.2);
  check("001.5", "%05.1f", 1.5);
  check("1.5  |", "%-5.1f|", 1.5);
  check("123456789.125", "%.3f", 123456789.125);
});

// C and toFixed round the binary value instead: 3262.99 and 1.00.
Deno.test("printf: %f rounds the decimal digits half up", () => {
  check("3263.00", "%.2f", 3262.995);
  check("1.01", "%.2f", 1.005);
  check("0.2", "%.1f", 0.15);
  check("0.0", "%.1f", 1e-9);
  check("-0.2", "%.1f", -0.15);
});

Deno.test("printf: a line of a report", () => {
  check(
    "  1.|-- 192.0.2.1               0.0%    10    0.1   0.2   0.1   0.3   0.0",
    " %2d.|-- %-20s %6.1f%%  %4d  %5.1f %5.1f %5.1f %5.1f %5.1f",
    1,
    "192.0.2.1",
    0,
    10,
    0.1,
    0.2,
    0.1,
    0.3,
    0.04,
  );
});
