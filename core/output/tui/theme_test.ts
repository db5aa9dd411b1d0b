import assert from "node:assert/strict";
import type { Colour, Style } from "./frame.ts";
import type { TerminalTraits } from "./scene.ts";
import { type Background, channelsOf, paperOf, rgbOf, sgrOf } from "./theme.ts";

function check(style: Style | undefined, traits: Partial<TerminalTraits>, parameters: string): void {
  assert.equal(sgrOf(style, { colours: 16, isUnicode: true, background: "dark", ...traits }), parameters);
}

Deno.test("a style becomes the parameters of one SGR sequence", () => {
  check(undefined, {}, "");
  check({}, {}, "");
  check({ bold: true }, {}, "1");
  check({ bold: true, dim: true, underline: true, reverse: true }, {}, "1;2;4;7");
  check({ bold: true, colour: "red" }, {}, "1;91");
  check({ bold: true, colour: "red" }, { background: "light" }, "1;31");
  check({ colour: "grey" }, {}, "37");
});

Deno.test("a colour is told as the terminal can show it, and where it has none the rest of the style stays", () => {
  const style = { bold: true, colour: "red" } as const;
  check(style, { colours: 0 }, "1");
  check(style, { colours: 256 }, "1;38;5;203");
  check(style, { colours: 256, background: "light" }, "1;38;5;124");
  check(style, { colours: 16_777_216 }, "1;38;2;255;107;107");
});

Deno.test("every colour can be read on its background: the contrast is 4.5 at least", () => {
  const colours: readonly (Colour | undefined)[] = [
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "grey",
    undefined,
  ];
  for (const background of ["dark", "light"] satisfies Background[]) {
    for (const colour of colours) {
      const [one, other] = [luminance(rgbOf(colour, background)), luminance(paperOf(background))];
      const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      assert.ok(contrast >= 4.5, `${colour} on ${background}: ${contrast}`);
    }
  }
});

/** Relative luminance (WCAG 2.2). */
function luminance(rgb: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(rgb).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
