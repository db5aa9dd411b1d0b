/** `@std/cli/unicode-width` where jsr cannot be reached, over string-width. */

import stringWidth from "npm:string-width@9.0.0";

/** Columns that a terminal needs for `str`, added up code point by code point. Escape sequences are not recognised. */
export function unicodeWidth(str: string): number {
  let width = 0;
  for (const character of str) width += stringWidth(character, { countAnsiEscapeCodes: true });
  return width;
}
