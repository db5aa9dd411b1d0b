import assert from "node:assert/strict";
import { originPart } from "./origin_answer.ts";

const TEXT = "64496 64497 | 192.0.2.0/24 | ZZ | ripencc | 2001-02-03";

function check(text: string | undefined, expected: readonly string[]): void {
  assert.deepEqual(expected.map((_, field) => originPart(text, field)), expected);
}

Deno.test("the parts between the bars, trimmed", () =>
  check(TEXT, ["64496 64497", "192.0.2.0/24", "ZZ", "ripencc", "2001-02-03"]));

Deno.test("a part that is not there is the first one", () =>
  check("64496 | 192.0.2.0/24", ["64496", "192.0.2.0/24", "64496"]));

Deno.test("nothing known", () => {
  check(undefined, ["???", "???"]);
  check("", ["???"]);
});

Deno.test("127 octets are read", () => check(`${"1".repeat(200)} | x`, ["1".repeat(127), "1".repeat(127)]));

Deno.test("what moves a cursor is escaped", () => check("6\x1b[2J4496", ["6\\u{1B}[2J4496"]));
