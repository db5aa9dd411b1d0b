/**
 * `@std/cli/parse-args` where jsr cannot be reached, over minimist, from which parse-args was ported: declared options, each
 * as one word with its value (`--name=value`), which is what mtr-deno gives it.
 */

// @ts-types="npm:@types/minimist@1.2.5"
import minimist from "npm:minimist@1.2.8";

export interface ParseOptions {
  boolean?: string[];
  string?: string[];
  /** Of these that may be repeated: always an array, empty when absent. Of all others the last value counts. */
  collect?: string[];
}

export interface Args {
  [name: string]: unknown;
  /** Words that are no option. */
  _: (string | number)[];
}

export function parseArgs(args: string[], { boolean = [], string = [], collect = [] }: ParseOptions = {}): Args {
  const { _, ...values } = minimist(args, { boolean, string });
  // minimist makes an array of every option that is repeated.
  const once = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]);
  const all = collect.map((name) => [name, [values[name] ?? []].flat()]);
  return { ...Object.fromEntries([...once, ...all]), _ };
}
