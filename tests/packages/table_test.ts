import assert from "node:assert/strict";
import { Table } from "@cliffy/table";

function check(table: { toString(): string }, expected: string[]): void {
  assert.equal(table.toString(), expected.join("\n"));
}

const fixed = (width: number): { minWidth: number; maxWidth: number } => ({ minWidth: width, maxWidth: width });

Deno.test("table: padding is between the cells only", () => {
  const padded = (padding: number): Table =>
    new Table().body([["a", "b"], ["aa", "bb"]]).columns([fixed(2), fixed(2)]).padding(padding);
  check(padded(3), ["a    b ", "aa   bb"]);
  check(padded(0), ["a b ", "aabb"]);
});

Deno.test("table: widths are counted in columns", () => {
  check(new Table().body([["天地", "x"], ["red", "y"]]).columns([fixed(4), fixed(1)]), ["天地 x", "red  y"]);
});

Deno.test("table: a column of a fixed width is as wide, its cells are wrapped at blanks and filled up", () => {
  check(
    new Table().body([
      ["-c, --count N", "probe each hop N times"],
      ["-q", "short"],
      ["L  Loss%", ""],
      ["2", "as wide as that but not more than that"],
    ]).columns([fixed(13), fixed(12)]).padding(2).indent(2),
    [
      "  -c, --count N  probe each  ",
      "                 hop N times ",
      "  -q             short       ",
      "  L  Loss%                   ",
      "  2              as wide as  ",
      "                 that but not",
      "                 more than   ",
      "                 that        ",
    ],
  );
});

Deno.test("table: a single column wraps a paragraph", () => {
  const wrapped = (width: number): Table => new Table().body([["one two three"]]).columns([fixed(width)]).indent(1);
  check(wrapped(5), [" one  ", " two  ", " three"]);
  check(wrapped(7), [" one two", " three  "]);
  check(wrapped(12), [" one two     ", " three       "]);
  check(wrapped(13), [" one two three"]);
  check(wrapped(14), [" one two three "]);
});

Deno.test("table: no line is broken at a no-break space", () => {
  check(new Table().body([["else a\u00a0b c\u00a0d"]]).columns([fixed(8)]), ["else a\u00a0b", "c\u00a0d     "]);
  check(new Table().body([["else a\u00a0b"]]).columns([fixed(7)]), ["else   ", "a\u00a0b    "]);
});
