import { deepEqual } from "node:assert/strict";
import { parseHostList } from "./host_list.ts";

function check(text: string, hosts: readonly string[]): void {
  deepEqual(parseHostList(text, "hosts"), { ok: true, hosts });
}

function checkProblem(text: string, message: string): void {
  deepEqual(parseHostList(text, "my hosts"), { ok: false, problem: { message } });
}

Deno.test("each line is a host, without the white space around it", () => {
  check("a\nb", ["a", "b"]);
  check(" a \r\n\tb\t\r\n", ["a", "b"]);
  check("\ufeffa\n", ["a"]);
});

Deno.test("empty lines and comments do not count", () => {
  check("", []);
  check("\n \n# names\n  # more\na\n\n", ["a"]);
  check(`# ${"x".repeat(1000)}\n`, []);
});

Deno.test("a number sign inside a line is part of the host", () => check("a#b", ["a#b"]));

Deno.test("a host that occurs twice is kept twice", () => check("a\na\n", ["a", "a"]));

Deno.test("white space and control characters inside a line are named with file and line", () => {
  const because = "it must hold neither white space nor control characters";
  checkProblem("a\n\nb c\n", `Cannot use line 3 of "my hosts" as a host: ${because}`);
  checkProblem("a # comment", `Cannot use line 1 of "my hosts" as a host: ${because}`);
  checkProblem("a\0b", `Cannot use line 1 of "my hosts" as a host: ${because}`);
  checkProblem("\x1b[2J", `Cannot use line 1 of "my hosts" as a host: ${because}`);
});

Deno.test("a line of 511 bytes is read, and one of 512 is named with its length", () => {
  check("a".repeat(511), ["a".repeat(511)]);
  checkProblem(
    "é".repeat(256),
    'Cannot use line 1 of "my hosts" as a host: it must have at most 511 bytes, and has 512',
  );
});
