import assert from "node:assert/strict";
import { type TerminalEnvironment, traitsOf } from "./traits.ts";

function check<Name extends "colours" | "isUnicode" | "background">(
  name: Name,
  cases: readonly (readonly [TerminalEnvironment, NonNullable<ReturnType<typeof traitsOf>>[Name]])[],
): void {
  for (const [environment, expected] of cases) {
    assert.equal(traitsOf({ TERM: "xterm", ...environment })?.[name], expected, JSON.stringify(environment));
  }
}

Deno.test("a terminal without a name, or a dumb one, has no screen", () => {
  for (const TERM of [undefined, "", "dumb", "unknown"]) {
    assert.equal(traitsOf({ ...(TERM !== undefined && { TERM }), COLORTERM: "truecolor" }), undefined);
  }
});

Deno.test("the number of colours is in the terminal's name, or beside it", () => {
  check("colours", [
    [{ TERM: "xterm" }, 16],
    [{ TERM: "linux" }, 16],
    [{ TERM: "screen" }, 16],
    [{ TERM: "xterm-256color" }, 256],
    [{ TERM: "tmux-256color" }, 256],
    [{ TERM: "xterm-kitty" }, 256],
    [{ TERM: "xterm-direct" }, 16_777_216],
    [{ TERM: "vt100" }, 0],
    [{ TERM: "xterm-mono" }, 0],
    [{ TERM: "xterm", COLORTERM: "truecolor" }, 16_777_216],
    [{ TERM: "xterm", COLORTERM: "24bit" }, 16_777_216],
    [{ TERM: "xterm", COLORTERM: "1" }, 16],
  ]);
});

Deno.test("NO_COLOR is none, unless it is empty", () => {
  check("colours", [
    [{ NO_COLOR: "1", COLORTERM: "truecolor" }, 0],
    [{ NO_COLOR: "", TERM: "xterm-256color" }, 256],
  ]);
});

Deno.test("characters beyond ASCII are for locales of UTF-8, of which LC_ALL goes before LC_CTYPE before LANG", () => {
  check("isUnicode", [
    [{}, false],
    [{ LANG: "C" }, false],
    [{ LANG: "C.UTF-8" }, true],
    [{ LANG: "de_DE.utf8" }, true],
    [{ LANG: "en_GB.UTF-8", LC_ALL: "C" }, false],
    [{ LANG: "en_GB.UTF-8", LC_ALL: "" }, true],
    [{ LANG: "C", LC_CTYPE: "en_GB.UTF-8" }, true],
  ]);
});

Deno.test("the background is dark unless the terminal says that it is light", () => {
  check("background", [
    [{}, "dark"],
    [{ COLORFGBG: "15;0" }, "dark"],
    [{ COLORFGBG: "0;15" }, "light"],
    [{ COLORFGBG: "0;default;15" }, "light"],
    [{ COLORFGBG: "0;7" }, "light"],
    [{ COLORFGBG: "7;8" }, "dark"],
    [{ COLORFGBG: "nonsense" }, "dark"],
  ]);
});
