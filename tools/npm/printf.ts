/**
 * `@std/fmt/printf` where jsr cannot be reached, over sprintf-js: of it `%X` of whole numbers with a width, filled with
 * zeros or blanks, which is what mtr-deno uses. The rest is refused, since the two packages differ in it.
 */

// @ts-types="npm:@types/sprintf-js@1.1.4"
import sprintfJs from "npm:sprintf-js@1.1.3";

export function sprintf(format: string, ...values: unknown[]): string {
  const other = /%(?!0?\d*X).{0,8}/s.exec(format)?.[0];
  if (other !== undefined) throw new Error(`Cannot format ${other}: use %X, %4X or %04X`);
  const wrong = values.find((value) => !Number.isSafeInteger(value) || Number(value) < 0 || Number(value) >= 2 ** 32);
  if (wrong !== undefined) throw new TypeError(`Cannot format ${wrong} with %X`);
  return sprintfJs.sprintf(format, ...values);
}
