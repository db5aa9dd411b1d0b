import assert from "node:assert/strict";
import { Table } from "@cliffy/table";

const HEADER = ["Host", "Loss%", "Avg"];
const BODY = [["router", 0, "1.25"], ["target.example", 100, "-"]];

function check(table: { toString(): string }, expected: string[]): void {
  assert.equal(table.toString(), expected.join("\n"));
}

Deno.test("table: an empty table is an empty string", () => check(new Table(), [""]));

Deno.test("table: without border a cell is as wide as its column, the last one, too", () => {
  check(new Table().header([...HEADER]).body(BODY).border(false), [
    "Host           Loss% Avg ",
    "router         0     1.25",
    "target.example 100   -   ",
  ]);
});

Deno.test("table: padding is between the cells only", () => {
  check(new Table().body([["a", "b"], ["aa", "bb"]]).padding(3), ["a    b ", "aa   bb"]);
  check(new Table().body([["a", "b"], ["aa", "bb"]]).padding(0), ["a b ", "aabb"]);
});

Deno.test("table: indent goes before each line", () => {
  check(new Table().header(["x"]).body([["yy"]]).indent(2), ["  x ", "  yy"]);
});

Deno.test("table: a column's alignment is for the body, the table's for the header", () => {
  check(
    new Table().header([...HEADER]).body(BODY).columns([{ align: "left" }, { align: "right" }, { align: "center" }]),
    [
      "Host           Loss% Avg ",
      "router             0 1.25",
      "target.example   100  -  ",
    ],
  );
  check(new Table().header([...HEADER]).body(BODY).align("right").columns([{ align: "left" }]), [
    "          Host Loss%  Avg",
    "router             0 1.25",
    "target.example   100    -",
  ]);
});

Deno.test("table: short rows are filled with empty cells", () => {
  check(new Table().header(["a", "b", "c"]).body([["x"], ["y", undefined, "z"]]), ["a b c", "x    ", "y   z"]);
});

Deno.test("table: widths are counted in columns, without colours", () => {
  check(new Table().body([["天地", "x"], ["\x1b[31mred\x1b[39m", "y"]]), ["天地 x", "\x1b[31mred\x1b[39m  y"]);
});

Deno.test("table: cells of several words stay on one line", () => {
  check(new Table().body([["a b  c", "d"], [" lead", "trail "]]), ["a b  c d     ", " lead  trail "]);
});

const fixed = (width: number): { minWidth: number; maxWidth: number } => ({ minWidth: width, maxWidth: width });

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

Deno.test("table: border", () => {
  check(new Table().header(["h", "i"]).body([["1", "22"], ["333", "4"]]).border().indent(1), [
    " ┌─────┬────┐",
    " │ h   │ i  │",
    " ├─────┼────┤",
    " │ 1   │ 22 │",
    " ├─────┼────┤",
    " │ 333 │ 4  │",
    " └─────┴────┘",
  ]);
});
