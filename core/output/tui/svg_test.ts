import assert from "node:assert/strict";
import type { Frame } from "./frame.ts";
import { svgOf } from "./svg.ts";

function drawn(frame: Frame, background: "dark" | "light" = "dark"): string {
  return svgOf(frame, { columns: 10, rows: 3, terminal: { colours: 0, isUnicode: true, background } });
}

Deno.test("a frame becomes a picture of its size in the colours of the background", () => {
  const text = drawn({ lines: [[{ text: "ab" }, { text: "c", style: { colour: "red", bold: true } }]] }, "light");
  assert.match(text, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="96" height="33"/);
  assert.match(text, /fill="#ffffff"/);
  assert.match(text, /<text x="8" y="21" textLength="16" lengthAdjust="spacingAndGlyphs">ab<\/text>/);
  assert.match(text, /<text x="24" [^>]* fill="#af0000" font-weight="bold">c<\/text>/);
});

Deno.test("what is hostile in a frame is text in the picture", () => {
  const text = drawn({ lines: [[{ text: '</text><script a="1">&\x1b[2J' }], [{ text: "\ud800\uffff" }]] });
  assert.doesNotMatch(text, /<script|[\p{Cs}\uffff]|(?!\n)\p{Cc}/u);
  assert.match(text, /&lt;\/text&gt;/);
});

Deno.test("every word stands in its own column", () => {
  const text = drawn({ lines: [[{ text: " a b   日  c" }]] });
  const places = [...text.matchAll(/<text x="(\d+)" y="21" textLength="(\d+)"[^>]*>([^<]*)</g)].map((match) =>
    match.slice(1)
  );
  assert.deepEqual(places, [["16", "24", "a b"], ["64", "16", "日"]]);
});

Deno.test("reversed text stands on a box of its colour, blanks included", () => {
  const text = drawn({ lines: [[{ text: "  ", style: { reverse: true } }, { text: "x", style: { reverse: true } }]] });
  assert.equal(text.match(/<rect /g)?.length, 3);
  assert.match(text, /<text [^>]*fill="#121212">x</);
});

Deno.test("wide characters take two columns, and what does not fit is cut", () => {
  const text = drawn({ lines: [[{ text: "日" }, { text: "abcdefghijkl" }], [], [], [{ text: "below" }]] });
  assert.match(text, /<text x="24" y="21" textLength="64" lengthAdjust="spacingAndGlyphs">abcdefgh<\/text>/);
  assert.doesNotMatch(text, /below/);
});
