/**
 * `@std/fmt/colors` where jsr cannot be reached: the subset that mtr-deno uses, over ansi-styles and strip-ansi. (kleur and
 * ansis read environment variables when they are loaded, for which mtr-deno has no permission.)
 */

import styles from "npm:ansi-styles@6.2.3";
import stripAnsi from "npm:strip-ansi@7.2.0";

let enabled = !Deno.noColor;

/** Turns colours on or off; with NO_COLOR set they stay off. */
export function setColorEnabled(value: boolean): void {
  if (!Deno.noColor) enabled = value;
}

export function getColorEnabled(): boolean {
  return enabled;
}

export function bold(str: string): string {
  return styled(str, styles.bold);
}

export function dim(str: string): string {
  return styled(str, styles.dim);
}

export function inverse(str: string): string {
  return styled(str, styles.inverse);
}

export function red(str: string): string {
  return styled(str, styles.red);
}

export function green(str: string): string {
  return styled(str, styles.green);
}

export function yellow(str: string): string {
  return styled(str, styles.yellow);
}

export function blue(str: string): string {
  return styled(str, styles.blue);
}

export function magenta(str: string): string {
  return styled(str, styles.magenta);
}

export function cyan(str: string): string {
  return styled(str, styles.cyan);
}

export function gray(str: string): string {
  return styled(str, styles.gray);
}

export function stripAnsiCode(string: string): string {
  return stripAnsi(string);
}

/** A style that ends inside `str` goes on after it. */
function styled(str: string, style: { open: string; close: string }): string {
  return enabled ? style.open + str.replaceAll(style.close, style.open) + style.close : str;
}
