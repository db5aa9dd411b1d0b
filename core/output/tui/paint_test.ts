import assert from "node:assert/strict";
import { pseudoRandom } from "../../probe/pseudo_random.ts";
import type { Frame, Line, Span } from "./frame.ts";
import { paint, type Picture, pictureOf } from "./paint.ts";
import type { TerminalTraits } from "./scene.ts";

const PLAIN: TerminalTraits = { colours: 0, isUnicode: true, background: "dark" };

function lineOf(line: string | Line): Line {
  return typeof line === "string" ? [{ text: line }] : line;
}

function picture(
  lines: readonly (string | Line)[],
  { columns = 10, rows = 2, cursor, ...terminal }: Partial<TerminalTraits & { columns: number; rows: number }> & {
    cursor?: Frame["cursor"];
  } = {},
): Picture {
  const frame = { lines: lines.map(lineOf), ...(cursor && { cursor }) };
  return pictureOf(frame, { columns, rows, terminal: { ...PLAIN, ...terminal } });
}

/** What is sent between two frames, without hiding the cursor. */
function change(before: readonly (string | Line)[], after: readonly (string | Line)[], options = {}): string {
  return paint(picture(after, options), picture(before, options)).replace("\x1b[?25l", "");
}

Deno.test("the first frame clears the screen and writes what is not blank", () => {
  assert.equal(paint(picture(["ab", " c"]), undefined), "\x1b[?25l\x1b[m\x1b[2J\x1b[1;1Hab\x1b[2;2Hc");
});

Deno.test("the same frame again is nothing", () => {
  const lines = ["wide 語 text", [{ text: "x", style: { bold: true } }] as const];
  assert.equal(paint(picture(lines), picture(lines)), "");
  assert.equal(
    paint(picture(["a"], { cursor: { row: 0, column: 1 } }), picture(["a"], { cursor: { row: 0, column: 1 } })),
    "",
  );
});

Deno.test("only changed cells are written", () => {
  assert.equal(change(["loss 1.0"], ["loss 2.0"]), "\x1b[1;6H2");
  assert.equal(change(["abc", "xyz"], ["aXc", "xyZ"]), "\x1b[1;2HX\x1b[2;3HZ");
  assert.equal(change(["abc"], ["a"]), "\x1b[1;2H  ");
});

Deno.test("attributes end with the cells that have them", () => {
  const bold: Span = { text: "b", style: { bold: true, reverse: true } };
  assert.equal(change([], [[{ text: "a" }, bold, { text: "c" }]]), "\x1b[1;1Ha\x1b[0;1;7mb\x1b[mc");
  assert.equal(change([], [[bold]]), "\x1b[1;1H\x1b[0;1;7mb\x1b[m");
  assert.equal(change(["b"], [[bold]]), "\x1b[1;1H\x1b[0;1;7mb\x1b[m");
});

Deno.test("a colour is one that the terminal has, and none where it has none", () => {
  const red = [[{ text: "x", style: { colour: "red" } }]] as const;
  assert.equal(change([], red, { colours: 0 }), "\x1b[1;1Hx");
  assert.equal(change([], red, { colours: 16 }), "\x1b[1;1H\x1b[0;91mx\x1b[m");
});

Deno.test("a wide character takes two columns, and what follows has its own place", () => {
  assert.equal(change([], ["a語b"]), "\x1b[1;1Ha語\x1b[1;4Hb");
  assert.equal(change(["a語b"], ["axyb"]), "\x1b[1;2Hxy");
  assert.equal(change(["axyb"], ["a語b"]), "\x1b[1;2H語");
});

Deno.test("a combining character stays with its letter, and a crowd of them is thinned", () => {
  assert.equal(change([], ["e\u0301x"]), "\x1b[1;1He\u0301\x1b[1;2Hx");
  assert.equal(change([], [`e${"\u0301".repeat(50)}`]), `\x1b[1;1He${"\u0301".repeat(4)}`);
  assert.equal(change([], ["\u0301x"]), "\x1b[1;1Hx");
});

Deno.test("what does not fit is cut, a wide character that would stand half outside, too", () => {
  assert.equal(change([], ["abcdef", "x", "below"], { columns: 4 }), "\x1b[1;1Habcd\x1b[2;1Hx");
  assert.equal(change([], ["abc語"], { columns: 4 }), "\x1b[1;1Habc");
});

Deno.test("a terminal without Unicode gets none", () => {
  assert.equal(change([], ["é▂語x"], { isUnicode: false }), "\x1b[1;1H????x");
  assert.equal(change([], ["e\u0301x"], { isUnicode: false }), "\x1b[1;1Hex");
});

Deno.test("nothing in a text acts on the terminal", () => {
  assert.equal(change([], ["a\x1b[2J\r\n\x9b\u202eb"]), "\x1b[1;1Ha?[2J???b");
});

Deno.test("the cursor stands where the frame says, and is hidden elsewhere and while cells are written", () => {
  const cursor = { row: 1, column: 3 };
  assert.equal(paint(picture(["a"], { cursor }), picture(["a"])), "\x1b[?25l\x1b[2;4H\x1b[?25h");
  assert.equal(paint(picture(["b"], { cursor }), picture(["a"], { cursor })), "\x1b[?25l\x1b[1;1Hb\x1b[2;4H\x1b[?25h");
  assert.equal(paint(picture(["a"]), picture(["a"], { cursor })), "\x1b[?25l");
  assert.equal(paint(picture(["a"], { cursor: { row: 5, column: 0 } }), picture(["a"])), "");
});

/** What a terminal shows: enough of one to hold what is painted against what was meant. */
class Screen {
  readonly cells: string[][];
  #row = 0;
  #column = 0;
  #style = "";

  constructor(rows: number, columns: number) {
    this.cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(" "));
  }

  write(text: string): void {
    for (const [, row, column, style, clear, , character] of text.matchAll(SENT)) {
      if (row !== undefined) [this.#row, this.#column] = [Number(row) - 1, Number(column) - 1];
      else if (style !== undefined) this.#style = style.replace(/^0;?/, "");
      else if (clear !== undefined) { for (const cells of this.cells) cells.fill(" "); }
      else if (character !== undefined) this.#put(character);
    }
  }

  #put(character: string): void {
    const row = this.cells[this.#row]!;
    // Half of a wide character is none.
    if (row[this.#column] === "") row[this.#column - 1] = " ";
    const isWide = character === "語";
    row[this.#column++] = `${this.#style}${character}`;
    if (row[this.#column] === "" && !isWide) row[this.#column] = " ";
    if (isWide) {
      if (row[this.#column + 1] === "") row[this.#column + 1] = " ";
      row[this.#column++] = "";
    }
    assert.ok(this.#column <= row.length, "nothing is written beyond the edge");
  }
}

// deno-lint-ignore no-control-regex
const SENT = /\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(\x1b\[2J)|(\x1b\[\?25[lh])|([^\x1b])/gu;

Deno.test("frame after frame, the terminal shows what a fresh one would", () => {
  const random = pseudoRandom(7);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const size = { columns: 8, rows: 3, colours: 16 } as const;
  for (let run = 0; run < 300; run++) {
    const screen = new Screen(size.rows, size.columns);
    let previous: Picture | undefined;
    for (let frame = 0; frame < 6; frame++) {
      const lines = Array.from(
        { length: 3 },
        (): Line =>
          Array.from({ length: Math.floor(random() * 5) }, (): Span => ({
            text: Array.from({ length: Math.floor(random() * 4) }, () => pick(["a", "b", " ", "語"])).join(""),
            ...pick([{}, { style: { bold: true } }, { style: { colour: "red" } }] as const),
          })),
      );
      const next = picture(lines, size);
      screen.write(paint(next, previous));
      const fresh = new Screen(size.rows, size.columns);
      fresh.write(paint(next, undefined));
      assert.deepEqual(screen.cells, fresh.cells);
      previous = next;
    }
  }
});
