import { deepEqual } from "node:assert/strict";
import { NumberReader } from "./c_number.ts";
import { type CompatHost, hostsOfText, splitPort } from "./host_name.ts";

Deno.test("each line is a host, without the white space around it", () => {
  deepEqual(hostsOfText(""), []);
  deepEqual(hostsOfText(" a \r\n\tb\v\f"), ["a", "b"]);
  deepEqual(hostsOfText("\ufeffa\u00a0\n"), ["\ufeffa\u00a0"]);
});

Deno.test("an empty line is a host without a name, and there are no comments", () => {
  deepEqual(hostsOfText("\n  \na\n# b c\n"), ["", "", "a", "# b c"]);
});

Deno.test("a line of more than 511 bytes is several hosts", () => {
  deepEqual(hostsOfText("a".repeat(600)), ["a".repeat(511), "a".repeat(89)]);
  deepEqual(hostsOfText(`${"a".repeat(510)}\nb`), ["a".repeat(510), "b"]);
  deepEqual(hostsOfText(`${"a".repeat(511)}\nb`), ["a".repeat(511), "", "b"]);
  deepEqual(hostsOfText("é".repeat(255) + "xy\n"), ["é".repeat(255) + "x", "y"]);
});

Deno.test("a NUL ends a host", () => deepEqual(hostsOfText("a b\0c\nd"), ["a b", "d"]));

function check(typed: string, host: CompatHost): void {
  deepEqual(splitPort(typed, new NumberReader("0.96")), { ok: true, host });
}

function checkProblem(typed: string, message: string): void {
  deepEqual(splitPort(typed, new NumberReader("0.96")), { ok: false, message });
}

Deno.test("one colon parts host and port", () => {
  check("a:80", { name: "a", port: 80 });
  check(":0x50", { name: "", port: 80 });
  check(" b : 80", { name: " b ", port: 80 });
  check("a]:80", { name: "a]", port: 80 });
});

Deno.test("brackets keep the colons of an address", () => {
  check("[::1]:80", { name: "::1", port: 80 });
  check("[a]:80", { name: "a", port: 80 });
  check("[]:80", { name: "", port: 80 });
});

Deno.test("what has no port, or other colons, is a name", () => {
  for (
    const name of ["", "a", "::1", "a:b:c", "a:", ":", "[::1]", "[::1", "[::1]x", "[a]b:0", "[a]:", "[[a]]:0", "[a:0"]
  ) {
    check(name, { name });
  }
});

Deno.test("a wrong port is told as that of -P", () => {
  checkProblem("a:0", "Illegal port number: 0");
  checkProblem("a:65536", "Illegal port number: 65536");
  checkProblem("a:-5", "Illegal port number: -5");
  checkProblem("a:x", "invalid argument: 'x'");
  checkProblem("[a]:0:y", "invalid argument: '0:y'");
  checkProblem("a:99999999999999999999", "invalid argument: '99999999999999999999': Numerical result out of range");
});
