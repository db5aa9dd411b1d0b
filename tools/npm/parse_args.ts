/**
 * `@std/cli/parse-args` where jsr cannot be reached: the subset that mtr-deno uses, over minimist, from which parse-args
 * was ported. `negatable`, dotted names and `boolean: true` are not offered; options without a type are, but should not
 * be used: what they take as a value differs in corners.
 */

// @ts-types="npm:@types/minimist@1.2.5"
import minimist from "npm:minimist@1.2.8";

export interface ParseOptions {
  /** Puts what follows `--` into `result["--"]` instead of `result._`. */
  "--"?: boolean;
  alias?: Record<string, string | string[]>;
  boolean?: string | string[];
  /** Options that may be repeated: always an array, empty when absent. Of all others the last value counts. */
  collect?: string | string[];
  default?: Record<string, unknown>;
  /** Everything after the first operand is an operand. */
  stopEarly?: boolean;
  string?: string | string[];
  /** Called for each undeclared option and each operand; `false` drops it. */
  unknown?: (arg: string) => unknown;
}

export interface Args {
  [name: string]: unknown;
  /** The operands. Numbers are converted, unless `string` has `_`. */
  _: (string | number)[];
}

export function parseArgs(args: string[], options: ParseOptions = {}): Args {
  const names = namesOf(options);
  const { rewritten, original } = protectNegations(args, options);
  const restore = (arg: string): string => original.get(arg) ?? arg;

  const minimistOptions: minimist.Opts = {
    alias: options.alias ?? {},
    boolean: [options.boolean ?? []].flat(),
    default: options.default ?? {},
    stopEarly: options.stopEarly ?? false,
    string: [options.string ?? []].flat(),
    "--": options["--"] ?? false,
  };
  const declared = new Set([...names.string, ...names.boolean, ...names.collect, ...names.alias]);
  const { unknown } = options;
  if (unknown !== undefined) {
    minimistOptions.unknown = (arg) => {
      const name = /^--([^=]+)/.exec(arg)?.[1];
      if (name !== undefined && declared.has(name)) return true;
      return unknown(restore(arg)) !== false;
    };
  }

  const result: Args = minimist(rewritten, minimistOptions);
  result._ = result._.map((operand) => typeof operand === "string" ? restore(operand) : operand);
  for (const [name, value] of Object.entries(result)) {
    if (name !== "_" && name !== "--") result[name] = onceOrCollected(name, value, names, options);
  }
  for (const name of names.collect) {
    if (!(name in result) && (names.boolean.has(name) || names.string.has(name))) result[name] = [];
  }
  return result;
}

interface Names {
  alias: Set<string>;
  boolean: Set<string>;
  collect: Set<string>;
  string: Set<string>;
}

/** The declared names of each kind, aliases included. */
function namesOf(options: ParseOptions): Names {
  const groups = Object.entries(options.alias ?? {}).map(([name, others]) => [name, ...[others].flat()]);
  const withAliases = (names: string | string[] | undefined): Set<string> => {
    const listed = [names ?? []].flat();
    return new Set([...listed, ...groups.filter((group) => group.some((name) => listed.includes(name))).flat()]);
  };
  return {
    alias: new Set(groups.flat()),
    boolean: withAliases(options.boolean),
    collect: withAliases(options.collect),
    string: withAliases(options.string),
  };
}

/**
 * minimist reads `--no-x` as "x is false"; parse-args as an option called `no-x`, which `--no-x=true` is to minimist. And
 * `--no-x=3` is `--x=3` to parse-args.
 */
function protectNegations(
  args: string[],
  options: ParseOptions,
): { rewritten: string[]; original: Map<string, string> } {
  const original = new Map<string, string>();
  const end = args.indexOf("--");
  const strings = namesOf(options).string;
  const rewritten = args.map((arg, at) => {
    if ((end !== -1 && at >= end) || !/^--no-./s.test(arg)) return arg;
    const withoutValue = strings.has(arg.slice(2)) ? `${arg}=` : `${arg}=true`;
    const explicit = arg.includes("=") ? `--${arg.slice("--no-".length)}` : withoutValue;
    original.set(explicit, arg);
    return explicit;
  });
  return { rewritten, original };
}

/** minimist makes an array of every repeated option; parse-args only of the collected ones. */
function onceOrCollected(name: string, value: unknown, names: Names, options: ParseOptions): unknown {
  const byDefault = Object.values(options.default ?? {}).includes(value);
  if (names.collect.has(name)) {
    if (Array.isArray(value) || byDefault) return value;
    return names.boolean.has(name) && value === false ? [] : [value];
  }
  return Array.isArray(value) && !byDefault ? value.at(-1) : value;
}
