/** What a terminal can show, by the environment: its name, and what terminals and users say beside it. */
import type { TerminalTraits } from "./scene.ts";

export const TERMINAL_VARIABLES = [
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "COLORFGBG",
  "LC_ALL",
  "LC_CTYPE",
  "LANG",
] as const;
export type TerminalEnvironment = Readonly<Partial<Record<typeof TERMINAL_VARIABLES[number], string>>>;

/** By the terminal's name, the first that fits. */
const COLOURS: readonly (readonly [name: RegExp, colours: TerminalTraits["colours"]])[] = [
  [/-(?:m|mono)$|^vt\d|^(?:ansi-m|emacs|cons25-m)$/, 0],
  [/-direct\d*$/, 16_777_216],
  [/256color|^(?:alacritty|contour|foot|ghostty|rio|wezterm|xterm-ghostty|xterm-kitty)\b/, 256],
];

/** Background colours of `COLORFGBG` that are light ones (rxvt, Konsole): white, and the bright ones but dark grey. */
const LIGHT = /;(?:7|9|1[0-5])$/;

/** `undefined`: the terminal cannot place text (`TERM` says so, or nothing). */
export function traitsOf(environment: TerminalEnvironment): TerminalTraits | undefined {
  const { TERM = "", COLORTERM = "", NO_COLOR = "", COLORFGBG = "" } = environment;
  if (TERM === "" || TERM === "dumb" || TERM === "unknown") return undefined;
  const named = COLOURS.find(([name]) => name.test(TERM))?.[1] ?? 16;
  const colours = /^(?:truecolor|24bit)$/i.test(COLORTERM) ? 16_777_216 : named;
  return {
    // https://no-color.org: set, and to anything.
    colours: NO_COLOR === "" ? colours : 0,
    isUnicode: /utf-?8/i.test(localeOf(environment)),
    background: LIGHT.test(COLORFGBG) ? "light" : "dark",
  };
}

/** Of the characters (POSIX, "Internationalization Variables"): what is set to nothing is not set. */
function localeOf({ LC_ALL, LC_CTYPE, LANG }: TerminalEnvironment): string {
  return LC_ALL || LC_CTYPE || LANG || "";
}
