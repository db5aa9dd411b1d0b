import assert from "node:assert/strict";
import { parseArgs } from "@std/cli/parse-args";

/** As core/option hands it over: every setting that repeats is text as well. */
const OPTIONS = { boolean: ["report"], string: ["count", "size", "address"], collect: ["address"] };
const NONE = { _: [], report: false, address: [] };

function check(args: string[], expected: Record<string, unknown>): void {
  const parsed: Record<string, unknown> = parseArgs(args, OPTIONS);
  assert.deepEqual(entriesOf(parsed), entriesOf(expected));
}

/** Sorted, so that order and prototype do not count. */
function entriesOf(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
}

Deno.test("parse-args: no arguments give false booleans, empty collections and no strings", () => check([], NONE));

Deno.test("parse-args: a boolean is true or false", () => {
  check(["--report=true"], { ...NONE, report: true });
  check(["--report=false"], NONE);
});

Deno.test("parse-args: a string keeps its text", () => {
  check(["--count=010"], { ...NONE, count: "010" });
  check(["--size=-100"], { ...NONE, size: "-100" });
  check(["--size=a=b"], { ...NONE, size: "a=b" });
  check(["--size=--report"], { ...NONE, size: "--report" });
  check(["--size="], { ...NONE, size: "" });
  check(["--size=two\nlines"], { ...NONE, size: "two\nlines" });
});

Deno.test("parse-args: of a repeated option the last value counts", () => {
  check(["--count=1", "--count=2"], { ...NONE, count: "2" });
  check(["--report=true", "--report=false"], NONE);
});

Deno.test("parse-args: a collected option keeps all values", () => {
  check(["--address=x"], { ...NONE, address: ["x"] });
  check(["--address=5", "--count=1", "--address=z"], { ...NONE, address: ["5", "z"], count: "1" });
});
