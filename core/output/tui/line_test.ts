import assert from "node:assert/strict";
import { columnsOfLine, cutLine, cutText, fittedLine, joined, placed, span, textOf, wrapped } from "./line.ts";

Deno.test("text is cut where the columns end, and a wide character has no half", () => {
  assert.equal(cutText("router", 3), "rou");
  assert.equal(cutText("日本語", 4), "日本");
  assert.equal(cutText("日本語", 5), "日本");
  assert.equal(cutText("e\u0301te", 2), "e\u0301t");
  assert.equal(cutText("router", 0), "");
  assert.equal(cutText("router", -1), "");
});

Deno.test("nothing follows a wide character that was cut", () =>
  assert.equal(textOf(cutLine([span("a日"), span("b")], 2)), "a"));

Deno.test("a line is cut or filled up to its columns", () => {
  assert.equal(textOf(fittedLine([span("abc"), span("def")], 4)), "abcd");
  assert.equal(textOf(fittedLine([span("日")], 4)), "日  ");
  assert.equal(columnsOfLine(fittedLine([span("日本")], 3)), 3);
});

Deno.test("what is placed stands in its column, over what was there", () => {
  assert.equal(textOf(placed([span("abcdef")], 3, [span("X")])), "abcX");
  assert.equal(textOf(placed([span("ab")], 4, [span("X")])), "ab  X");
  assert.equal(textOf(placed([span("日本")], 3, [span("X")])), "日 X");
  assert.equal(textOf(placed([span("ab")], -5, [span("X")])), "X");
});

Deno.test("spans of one style are one span", () => {
  const style = { bold: true } as const;
  const line = joined([span("a", style), span("b", style), span("c"), span("d"), span("e", { bold: true })]);
  assert.deepEqual(line, [span("ab", style), span("cd"), span("e", { bold: true })]);
});

function checkWrapped(text: string, columns: number, lines: readonly string[], indent = 0): void {
  assert.deepEqual(wrapped(text, columns, indent), lines);
}

Deno.test("words are wrapped, long ones torn, and further lines indented", () => {
  checkWrapped("one two three", 7, ["one two", "three"]);
  checkWrapped("one two three", 9, ["one two", "  three"], 2);
  checkWrapped("abcdefgh", 3, ["abc", "def", "gh"]);
  checkWrapped("a bcdefgh", 4, ["a", " bcd", "efgh"], 1);
  checkWrapped("日本語", 4, ["日本", "語"]);
  checkWrapped("", 4, []);
  checkWrapped("日 a", 1, [" ", "a"]);
  checkWrapped("ab", 0, ["a", "b"]);
});
