import assert from "node:assert/strict";
import { SaidLines } from "./said_lines.ts";

function check(pieces: readonly string[], expected: { latest: string | undefined; text: string }): void {
  const said = new SaidLines();
  for (const piece of pieces) said.add(piece);
  assert.deepEqual({ latest: said.latest, text: said.text }, expected);
}

Deno.test("lines come in pieces, and are kept in their order", () => {
  check([], { latest: undefined, text: "" });
  check(["one\ntw", "o\r\n\n"], { latest: "two", text: "one\ntwo\n" });
  check(["password: "], { latest: "password:", text: "password:\n" });
});

Deno.test("nothing moves the cursor, and a tab is a blank", () =>
  check(["\x1b[2J\x07a\tb\x9bc\n"], {
    latest: "\\u{1B}[2J\\u{7}a b\\u{9B}c",
    text: "\\u{1B}[2J\\u{7}a b\\u{9B}c\n",
  }));

Deno.test("of a flood the latest hundred lines are kept, and how many are not; a line without end is cut", () => {
  const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at}\n`);
  const kept = `(900 lines before)\n${lines.slice(-100).join("")}`;
  check([lines.join("")], { latest: "line 999", text: kept });
  check(lines, { latest: "line 999", text: kept });
  check(new Array(100).fill("x".repeat(10_000)), { latest: "x".repeat(1_000), text: `${"x".repeat(1_000)}\n` });
});
