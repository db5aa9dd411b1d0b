/**
 * `@std/fmt/printf` where jsr cannot be reached, over sprintf-js: `%s`, `%d`, `%x`, `%X`, `%f`, `%e` and `%%`, with a width,
 * a precision (`%s`, `%f`, `%e`), `-`, `0` and `+` (`%d`, `%f`). Other directives are refused, since the two packages read
 * them differently.
 */

// @ts-types="npm:@types/sprintf-js@1.1.4"
import sprintfJs from "npm:sprintf-js@1.1.3";

const DIRECTIVE = /%(?<flags>[-+0]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<verb>.?)/gs;

export function sprintf(format: string, ...args: unknown[]): string {
  return sprintfJs.sprintf(format.replace(DIRECTIVE, rewritten), ...args);
}

/** The same directive as sprintf-js writes it: flags in the order `+`, `0`, `-`, and an explicit precision. */
function rewritten(
  directive: string,
  flags: string,
  width: string,
  precision: string | undefined,
  verb: string,
): string {
  if (directive === "%%") return directive;
  if (!"sdxXfe".includes(verb) || verb === "" || precision === "") {
    throw new Error(`Cannot format ${directive}: use %s, %d, %x, %X, %f, %e or %%`);
  }
  if (flags.includes("+") && !"df".includes(verb)) throw new Error(`Cannot format ${directive}: + is for %d and %f`);
  if (precision !== undefined && !"sfe".includes(verb)) {
    throw new Error(`Cannot format ${directive}: a precision is for %s, %f and %e`);
  }
  const left = flags.includes("-");
  const zero = flags.includes("0") && !left && verb !== "s";
  const digits = precision ?? ("fe".includes(verb) ? "6" : undefined);
  return `%${flags.includes("+") ? "+" : ""}${zero ? "0" : ""}${left ? "-" : ""}${width}${
    digits === undefined ? "" : `.${digits}`
  }${verb}`;
}
