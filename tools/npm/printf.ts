/**
 * `@std/fmt/printf` where jsr cannot be reached, over sprintf-js: `%s` (of text), `%d`, `%x`, `%X` (of whole numbers), `%f` (of
 * finite numbers) and `%%`, with a width, a precision (`%s`, and at least 1 for `%f`), `-`, `0` and `+` (`%d`, `%f`). The rest is
 * refused, since the two packages read it differently (`%.0f` of 3 is `3.` there).
 */

// @ts-types="npm:@types/sprintf-js@1.1.4"
import sprintfJs from "npm:sprintf-js@1.1.3";

const DIRECTIVE = /%(?<flags>[-+0]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<verb>.?)/gs;

export function sprintf(format: string, ...args: unknown[]): string {
  const values: unknown[] = [];
  const translated = format.replace(DIRECTIVE, (directive, flags, width, precision, verb) => {
    if (directive === "%%") return directive;
    const { text, value } = translate({ directive, flags, width, precision, verb }, args[values.length]);
    values.push(value);
    return text;
  });
  if (values.length !== args.length) throw new Error(`Cannot format "${format}": it takes ${values.length} values`);
  return sprintfJs.sprintf(translated, ...values);
}

interface Directive {
  directive: string;
  flags: string;
  width: string;
  precision: string | undefined;
  verb: string;
}

/** The same directive as sprintf-js writes it (flags in the order `+`, `0`, `-`; an explicit precision), and its value. */
function translate({ directive, flags, width, precision, verb }: Directive, value: unknown): {
  text: string;
  value: unknown;
} {
  const kind = KINDS[verb];
  if (kind === undefined || precision === "" || (precision === "0" && verb === "f")) {
    throw new Error(`Cannot format ${directive}: use %s, %d, %x, %X, %.1f or %%`);
  }
  if (flags.includes("+") && !kind.sign) throw new Error(`Cannot format ${directive}: + is for %d and %f`);
  if (precision !== undefined && !kind.precision) throw new Error(`Cannot format ${directive}: it has no precision`);
  if (!kind.accepts(value)) throw new TypeError(`Cannot format ${value} with ${directive}`);

  const digits = precision ?? (verb === "f" ? "6" : undefined);
  const left = flags.includes("-") ? "-" : "";
  const zero = flags.includes("0") && !left && verb !== "s" ? "0" : "";
  const sign = flags.includes("+") ? "+" : "";
  return {
    text: `%${sign}${zero}${left}${width}${digits === undefined ? "" : `.${digits}`}${verb}`,
    value: verb === "f" ? roundHalfUp(Number(value), Number(digits)) : value,
  };
}

interface Kind {
  accepts: (value: unknown) => boolean;
  precision?: true;
  sign?: true;
}

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const isNatural = (value: unknown): boolean => isWhole(value) && Number(value) >= 0 && Number(value) < 2 ** 32;

const KINDS: Record<string, Kind> = {
  s: { accepts: (value) => typeof value === "string", precision: true },
  d: { accepts: isWhole, sign: true },
  x: { accepts: isNatural },
  X: { accepts: isNatural },
  f: { accepts: Number.isFinite, precision: true, sign: true },
};

/** Rounds the decimal digits that print the number, as @std/fmt does, where toFixed rounds its binary value. */
function roundHalfUp(value: number, digits: number): number {
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e");
  const tenths = Math.floor(Number(`${mantissa}e${Number(exponent) + digits + 1}`));
  return Math.sign(value) * Number(`${Math.round(tenths / 10)}e-${digits}`);
}
