/**
 * Scripts that make a shell complete the command line, made from the tables of flags and commands. Hosts come from
 * `/etc/hosts` and from nowhere else: a list of one's own connections is nobody's business.
 */
import { FIELDS } from "../path/fields.ts";
import { DIALECT_NAMES } from "../compat/dialect.ts";
import { IP_INFO_FIELDS } from "../view.ts";
import { bashScript } from "./_complete_bash.ts";
import { fishScript } from "./_complete_fish.ts";
import { zshScript } from "./_complete_zsh.ts";
import { COMMAND_ROWS, type ShellName } from "./commands.ts";
import { FLAGS } from "./flags.ts";
import { SCALES } from "./text_value.ts";

/** A candidate, and what it means where that is known. */
export type Candidate = readonly [word: string, help?: string];

/** What a value may be. `letters` are put together to one word. */
export type Values =
  | { readonly kind: "nothing" | "files" | "interfaces" | "programs" }
  | { readonly kind: "words" | "letters"; readonly candidates: readonly Candidate[] };

/** An option as shells see it. */
export interface CompletedOption {
  readonly long: string;
  readonly short: string | undefined;
  readonly help: string;
  readonly isRepeatable: boolean;
  /** Absent: it takes no value. */
  readonly value?: { readonly name: string; readonly values: Values };
}

export interface CompletedCommand {
  readonly word: string;
  readonly help: string;
  readonly values: Values;
  readonly options: readonly (readonly [name: string, candidates: readonly Candidate[]])[];
}

/** Everything that a script is made from. */
export interface Vocabulary {
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

const SCRIPTS: Readonly<Record<ShellName, (vocabulary: Vocabulary) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionsText(shell: ShellName): string {
  return SCRIPTS[shell](vocabulary());
}

/** The name that stands for a value in the help says what it is. Those that are not here are for the user to know. */
const VALUES: Readonly<Record<string, Values>> = {
  COMMAND: { kind: "programs" },
  FIELDS: { kind: "words", candidates: IP_INFO_FIELDS.map((name, number) => [String(number), name]) },
  FILE: { kind: "files" },
  INTERFACE: { kind: "interfaces" },
  LETTERS: {
    kind: "letters",
    candidates: Object.entries(FIELDS).flatMap(([letter, { help }]) => letter === " " ? [] : [[letter, help]]),
  },
  RELEASE: { kind: "words", candidates: DIALECT_NAMES.map((name) => [name]) },
  SCALE: { kind: "words", candidates: SCALES.map((name) => [name]) },
};

const NOTHING: Values = { kind: "nothing" };

function valuesNamed(name: string): Values {
  return Object.hasOwn(VALUES, name) ? VALUES[name] ?? NOTHING : NOTHING;
}

function vocabulary(): Vocabulary {
  return {
    options: FLAGS.map((flag) => ({
      long: `--${flag.long}`,
      short: flag.short === undefined ? undefined : `-${flag.short}`,
      help: flag.help,
      isRepeatable: flag.repeatable === true,
      ...(flag.kind !== "flag" && { value: { name: flag.value, values: valuesNamed(flag.value) } }),
    })),
    commands: COMMAND_ROWS.map(([word, { help, values, options = {} }]) => ({
      word,
      help,
      values: values === undefined
        ? NOTHING
        : values === "files"
        ? { kind: "files" }
        : { kind: "words", candidates: values.map((value) => [value]) },
      options: Object.entries(options).map(([name, words]) => [name, words.map((value) => [value])]),
    })),
  };
}
