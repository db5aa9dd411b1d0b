/**
 * The command line as GNU getopt_long reads it, for `@std/cli/parse-args`, which reads it differently: bundles, glued
 * values, abbreviations, values that begin with a dash and options after hosts become one plain form.
 *
 * It finds out which flag was meant with which value. Whether the value is right, `value.ts` knows.
 */
import type { Flag, MissingFlag, SwitchFlag, ValueFlag } from "./flag.ts";
import { FLAGS, MISSING_FLAGS } from "./flags.ts";
import { type Mistake, quoted } from "./problem.ts";

/** A flag as it was used once. */
export type Use =
  | { readonly flag: SwitchFlag }
  | { readonly flag: ValueFlag; readonly value: string };

export interface Normalised {
  /** In the order of the words. */
  readonly uses: readonly Use[];
  readonly hosts: readonly string[];
  /** Reading ended here: what stands behind it is in neither list. */
  readonly mistake: Mistake | undefined;
}

/** `posix` (POSIXLY_CORRECT): options end at the first host; otherwise both may be mixed. */
export function normalise(words: readonly string[], { posix }: { readonly posix: boolean }): Normalised {
  const uses: Use[] = [];
  const hosts: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      hosts.push(...rest);
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      hosts.push(word);
      if (!posix) continue;
      hosts.push(...rest);
      break;
    }
    const read = word.startsWith("--") ? readLong(word, rest) : readBundle(word, rest);
    uses.push(...read.uses);
    if (read.mistake !== undefined) return { uses, hosts, mistake: read.mistake };
  }
  return { uses, hosts, mistake: undefined };
}

interface Read {
  readonly uses: readonly Use[];
  readonly mistake?: Mistake;
}

/** `--name`, `--name=value`, or `--name` with its value taken from `rest`. */
function readLong(word: string, rest: string[]): Read {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const glued = equals < 0 ? undefined : word.slice(equals + 1);

  const found = flagsNamed(name);
  const [flag] = found;
  if (flag === undefined) return refuse(`--${name}`, "there is no such option");
  if (found.length > 1) {
    return refuse(`--${name}`, `it may mean ${found.map((candidate) => `--${candidate.long}`).join(", ")}`);
  }
  if (flag.kind === "missing") return refuseMissing(flag);
  if (flag.kind === "flag") {
    return glued === undefined ? { uses: [{ flag }] } : refuse(word, `--${flag.long} takes no value`);
  }
  const value = glued ?? rest.shift();
  return value === undefined ? refuse(`--${name}`, needsValue(flag)) : { uses: [{ flag, value }] };
}

/** `-rwb`, `-c20`, `-rc20`, or `-rc` with the value of its last letter taken from `rest`. */
function readBundle(word: string, rest: string[]): Read {
  const uses: Use[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const flag = ALL.find(({ short }) => short === letter);
    if (flag === undefined) {
      const where = letters.length > 1 ? ` of ${quoted(word)}` : "";
      return { ...refuse(`-${letter}`, "there is no such option", where), uses };
    }
    if (flag.kind === "missing") return { ...refuseMissing(flag), uses };
    if (flag.kind === "flag") {
      uses.push({ flag });
      continue;
    }
    const glued = letters.slice(index + 1).join("");
    const value = glued === "" ? rest.shift() : glued;
    if (value === undefined) return { ...refuse(`-${letter}`, needsValue(flag)), uses };
    uses.push({ flag, value });
    break;
  }
  return { uses };
}

const ALL: readonly (Flag | MissingFlag)[] = [...FLAGS, ...MISSING_FLAGS];

/** The flag of exactly this name, or else every flag whose name begins so. */
function flagsNamed(name: string): readonly (Flag | MissingFlag)[] {
  const exact = ALL.filter((flag) => flag.long === name);
  if (exact.length > 0 || name === "") return exact;
  return ALL.filter((flag) => flag.long.startsWith(name));
}

function needsValue(flag: ValueFlag): string {
  const short = flag.short === undefined ? "" : `-${flag.short} ${flag.value} or `;
  return `a value must follow, as in ${short}--${flag.long}=${flag.value}`;
}

function refuseMissing(flag: MissingFlag): Read {
  const short = flag.short === undefined ? "" : ` (-${flag.short})`;
  return refuse(`--${flag.long}`, flag.because, short);
}

/** The option stands bare in the message, unless it holds something that a terminal would act on. */
function refuse(option: string, because: string, where = ""): Read {
  const bare = /^[-\w]{1,40}$/.test(option) ? option : quoted(option);
  return { uses: [], mistake: { cannot: `use ${bare}${where}`, because } };
}
