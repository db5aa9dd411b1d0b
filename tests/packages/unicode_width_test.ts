import assert from "node:assert/strict";
import { unicodeWidth } from "@std/cli/unicode-width";

function check(text: string, width: number): void {
  assert.equal(unicodeWidth(text), width, JSON.stringify(text));
}

Deno.test("unicode-width: ASCII is one column a character", () => {
  check("", 0);
  check("router-1.example.net (192.0.2.1)", 32);
});

Deno.test("unicode-width: control characters have no width", () => {
  check("a\nb\tc\x00\x7f\x85", 3);
  check("\x1b[31m", 4);
});

Deno.test("unicode-width: accents are one column, combining marks none", () => {
  check("é", 1);
  check("e\u0301", 1);
  check("голубой", 7);
  check("ñandú", 5);
});

Deno.test("unicode-width: CJK and full-width forms are two columns", () => {
  check("天地玄黃宇宙洪荒", 16);
  check("ｆｕｌｌ", 8);
  check("한국어", 6);
  check("カタカナ", 8);
});

Deno.test("unicode-width: an emoji is two columns, box drawing one, a zero-width space none", () => {
  check("🦕", 2);
  check("─│┌█▁", 5);
  check("\u200b", 0);
});
