/**
 * What the colours of a view become: on a terminal by what it can show and by its background, in SVG by the background.
 *
 * Of 16 colours only the terminal knows how they look; its bright yellow is no colour for a light background. Those of 256
 * and of 16 million are chosen so that each has a contrast of 4.5 to its background at least (WCAG 2.2, 1.4.3).
 */
import type { Colour, Style } from "./frame.ts";
import type { TerminalTraits } from "./scene.ts";

export type Background = TerminalTraits["background"];

interface Shades {
  /** SGR parameter of 16 colours (ECMA-48, 8.3.117; from 90 on as of aixterm). */
  readonly sgr: number;
  /** Of the palette of xterm. */
  readonly index: number;
  /** `#rrggbb` */
  readonly rgb: string;
}

const SHADES: Readonly<Record<Background, Readonly<Record<Colour, Shades>>>> = {
  dark: {
    red: { sgr: 91, index: 203, rgb: "#ff6b6b" },
    green: { sgr: 32, index: 114, rgb: "#87d787" },
    yellow: { sgr: 93, index: 221, rgb: "#ffd75f" },
    blue: { sgr: 94, index: 111, rgb: "#87afff" },
    magenta: { sgr: 95, index: 176, rgb: "#d787d7" },
    cyan: { sgr: 36, index: 80, rgb: "#5fd7d7" },
    grey: { sgr: 37, index: 246, rgb: "#949494" },
  },
  light: {
    red: { sgr: 31, index: 124, rgb: "#af0000" },
    green: { sgr: 32, index: 22, rgb: "#005f00" },
    yellow: { sgr: 33, index: 94, rgb: "#875f00" },
    blue: { sgr: 34, index: 19, rgb: "#0000af" },
    magenta: { sgr: 35, index: 90, rgb: "#870087" },
    cyan: { sgr: 36, index: 23, rgb: "#005f5f" },
    grey: { sgr: 90, index: 241, rgb: "#626262" },
  },
};

const PAPER: Readonly<Record<Background, { readonly ink: string; readonly paper: string }>> = {
  dark: { ink: "#e4e4e4", paper: "#121212" },
  light: { ink: "#121212", paper: "#ffffff" },
};

/** SGR parameters of what no colour is needed for. */
const ATTRIBUTES = { bold: 1, dim: 2, underline: 4, reverse: 7 } as const;

/** How many colours a terminal has, from those with the most on. */
const FOREGROUNDS = [
  { colours: 16_777_216, of: ({ rgb }: Shades): string => `38;2;${channelsOf(rgb).join(";")}` },
  { colours: 256, of: ({ index }: Shades): string => `38;5;${index}` },
  { colours: 16, of: ({ sgr }: Shades): string => String(sgr) },
] as const;

/** The parameters of an SGR sequence that makes this style out of none, without `ESC [` and `m`; "" for no style. */
export function sgrOf(style: Style | undefined, { colours, background }: TerminalTraits): string {
  if (style === undefined) return "";
  const { colour, ...rest } = style;
  const attributes = Object.entries(ATTRIBUTES).filter(([name]) => name in rest).map(([, parameter]) => parameter);
  const foreground = FOREGROUNDS.find((least) => colours >= least.colours);
  const colourParameters = colour === undefined ? undefined : foreground?.of(SHADES[background][colour]);
  return [...attributes, ...(colourParameters === undefined ? [] : [colourParameters])].join(";");
}

/** Colours of SVG, as `#rrggbb`. */
export function rgbOf(colour: Colour | undefined, background: Background): string {
  return colour === undefined ? PAPER[background].ink : SHADES[background][colour].rgb;
}

export function paperOf(background: Background): string {
  return PAPER[background].paper;
}

/** Red, green and blue from 0 to 255. */
export function channelsOf(rgb: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(rgb.slice(at, at + 2), 16));
}
