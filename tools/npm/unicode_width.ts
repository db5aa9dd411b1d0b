/**
 * `@std/cli/unicode-width` where jsr cannot be reached, over get-east-asian-width. (string-width, built on the same package,
 * loads ICU's segmenter and emoji tables, which adds 40 ms to the start of the program.)
 */

import { eastAsianWidth } from "npm:get-east-asian-width@1.7.0";

/** Columns that a terminal needs for `str`, added up code point by code point. Escape sequences are not recognised. */
export function unicodeWidth(str: string): number {
  let width = 0;
  for (const character of str) width += characterWidth(character);
  return width;
}

const NO_WIDTH = /[\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Format}]/u;
const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;
const FIRST_PRINTABLE_LATIN1 = 0xa0;
const SOFT_HYPHEN = 0xad;

function characterWidth(character: string): number {
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint < DELETE) return codePoint < FIRST_PRINTABLE ? 0 : 1;
  if (codePoint < FIRST_PRINTABLE_LATIN1) return 0;
  if (codePoint !== SOFT_HYPHEN && NO_WIDTH.test(character)) return 0;
  return eastAsianWidth(codePoint);
}
