import assert from "node:assert/strict";
import {
  blue,
  bold,
  cyan,
  dim,
  getColorEnabled,
  gray,
  green,
  inverse,
  magenta,
  red,
  setColorEnabled,
  stripAnsiCode,
  yellow,
} from "@std/fmt/colors";

/** Runs `body` with colours on or off and puts back what was set. */
function withColors(enabled: boolean, body: () => void): void {
  const before = getColorEnabled();
  setColorEnabled(enabled);
  try {
    body();
  } finally {
    setColorEnabled(before);
  }
}

const STYLES = [
  { style: bold, open: 1, close: 22 },
  { style: dim, open: 2, close: 22 },
  { style: inverse, open: 7, close: 27 },
  { style: red, open: 31, close: 39 },
  { style: green, open: 32, close: 39 },
  { style: yellow, open: 33, close: 39 },
  { style: blue, open: 34, close: 39 },
  { style: magenta, open: 35, close: 39 },
  { style: cyan, open: 36, close: 39 },
  { style: gray, open: 90, close: 39 },
];

// With NO_COLOR set nothing can turn colours on.
const ignore = Deno.noColor;

for (const { style, open, close } of STYLES) {
  Deno.test({ name: `colors: ${style.name} opens with ${open} and closes with ${close}`, ignore }, () => {
    withColors(true, () => assert.equal(style("x"), `\x1b[${open}m${"x"}\x1b[${close}m`));
  });
}

Deno.test({ name: "colors: the outer colour goes on after an inner one", ignore }, () => {
  withColors(true, () => {
    assert.equal(red(`a${green("b")}c`), "\x1b[31ma\x1b[32mb\x1b[31mc\x1b[39m");
    assert.equal(bold(red("x")), "\x1b[1m\x1b[31mx\x1b[39m\x1b[22m");
  });
});

Deno.test("colors: turned off, text stays as it is", () => {
  withColors(false, () => {
    assert.equal(getColorEnabled(), false);
    assert.equal(bold(red("x")), "x");
  });
});

Deno.test("colors: stripAnsiCode removes colours, cursor movements and links", () => {
  assert.equal(stripAnsiCode("\x1b[1m\x1b[31mx\x1b[39m\x1b[22m"), "x");
  assert.equal(stripAnsiCode("\x1b[38;5;196mx\x1b[0m\x1b[2K\x1b[10;20H"), "x");
  assert.equal(stripAnsiCode("\x1b]8;;https://example.net\x07x\x1b]8;;\x07"), "x");
  assert.equal(stripAnsiCode("plain [31m"), "plain [31m");
});
