import assert from "node:assert/strict";
import { parseArgs } from "@std/cli/parse-args";

/** The option set of a getopt-like program, as core/option hands it over. */
const OPTIONS = {
  boolean: ["report", "no-dns"],
  string: ["count", "size", "address", "_"],
  collect: ["address"],
  alias: { report: "r", count: "c", address: ["a"] },
};

function check(args: string[], expected: Record<string, unknown>): void {
  const parsed: Record<string, unknown> = parseArgs(args, OPTIONS);
  assert.deepEqual(
    entriesOf(parsed),
    entriesOf({ "no-dns": false, report: false, r: false, ...expected }),
  );
}

/** Sorted, so that order and prototype do not count. */
function entriesOf(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
}

const NONE = { _: [], address: [], a: [] };

Deno.test("parse-args: no arguments give false booleans, empty collections and no strings", () => check([], NONE));

Deno.test("parse-args: a boolean takes no value", () => {
  check(["--report", "host"], { ...NONE, report: true, r: true, _: ["host"] });
  check(["-r", "host"], { ...NONE, report: true, r: true, _: ["host"] });
  check(["--report=false"], NONE);
  check(["--report=true"], { ...NONE, report: true, r: true });
});

Deno.test("parse-args: an option called no-… is an option, not a negation", () => {
  check(["--no-dns", "host"], { ...NONE, "no-dns": true, _: ["host"] });
  check(["--no-dns"], { ...NONE, "no-dns": true });
});

// So a program that spells options out must pass a boolean called no-… bare.
Deno.test("parse-args: with a value no-… is dropped from the name", () => {
  check(["--no-count=3"], { ...NONE, count: "3", c: "3" });
});

Deno.test("parse-args: a string keeps its text", () => {
  check(["--count=010"], { ...NONE, count: "010", c: "010" });
  check(["--count", "10"], { ...NONE, count: "10", c: "10" });
  check(["-c", "10"], { ...NONE, count: "10", c: "10" });
  check(["--size=-100"], { ...NONE, size: "-100" });
  check(["--size=a=b"], { ...NONE, size: "a=b" });
  check(["--size="], { ...NONE, size: "" });
  check(["--size=two\nlines"], { ...NONE, size: "two\nlines" });
});

Deno.test("parse-args: a string without a value is empty", () => {
  check(["--size"], { ...NONE, size: "" });
  check(["--size", "--report"], { ...NONE, size: "", report: true, r: true });
});

Deno.test("parse-args: of a repeated option the last value counts", () => {
  check(["--count=1", "--count=2"], { ...NONE, count: "2", c: "2" });
  check(["--report=true", "--report=false"], NONE);
});

Deno.test("parse-args: a collected option keeps all values", () => {
  check(["--address=x"], { ...NONE, address: ["x"], a: ["x"] });
  check(["--address=x", "-a", "y", "--address=z"], { ...NONE, address: ["x", "y", "z"], a: ["x", "y", "z"] });
});

Deno.test("parse-args: operands are permuted and stay text when _ is a string", () => {
  check(["1.1", "--report", "0x10"], { ...NONE, report: true, r: true, _: ["1.1", "0x10"] });
});

Deno.test("parse-args: everything after -- is an operand", () => {
  check(["x", "--", "-r", "--no-dns", "y"], { ...NONE, _: ["x", "-r", "--no-dns", "y"] });
});

Deno.test("parse-args: '--' keeps what follows it apart", () => {
  const parsed = parseArgs(["x", "--", "-r", "--no-dns"], { ...OPTIONS, "--": true });
  assert.deepEqual([parsed._, parsed["--"]], [["x"], ["-r", "--no-dns"]]);
});

Deno.test("parse-args: stopEarly leaves everything after the first operand alone", () => {
  const parsed = parseArgs(["-r", "x", "--no-dns", "-c", "3"], { ...OPTIONS, stopEarly: true });
  assert.deepEqual([parsed["report"], parsed._], [true, ["x", "--no-dns", "-c", "3"]]);
});

Deno.test("parse-args: a default stands for an absent option only", () => {
  const options = { string: ["count", "size"], boolean: ["wide"], default: { count: "10", wide: true } };
  const absent = parseArgs([], options);
  const given = parseArgs(["--count=3", "--wide=false"], options);
  assert.deepEqual([absent["count"], absent["wide"], absent["size"]], ["10", true, undefined]);
  assert.deepEqual([given["count"], given["wide"]], ["3", false]);
});

Deno.test("parse-args: unknown hears of undeclared options and of operands, and false drops them", () => {
  const heard: string[] = [];
  const parsed = parseArgs(["--report", "--what", "--no-idea", "host", "-c", "3"], {
    ...OPTIONS,
    unknown: (arg: string) => {
      heard.push(arg);
      return !arg.startsWith("-");
    },
  });
  // An undeclared long option takes the next word as its value, in both.
  assert.deepEqual(heard.filter((arg) => arg.startsWith("-")), ["--what", "--no-idea"]);
  assert.deepEqual([parsed["report"], parsed["count"], parsed["what"], parsed["no-idea"]], [
    true,
    "3",
    undefined,
    undefined,
  ]);
});
