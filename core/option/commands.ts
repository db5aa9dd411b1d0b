/**
 * The table of commands: words that stand at the beginning of a command line, where a host could stand. Help, completions
 * and the manual page read it; to add a command, add a row here and let `cli/main.ts` run it.
 */
import { DIALECT_NAMES } from "../compat/dialect.ts";
import { SCHEMA_NAMES } from "../schema/mod.ts";

export interface Command {
  /** What may follow the word, as the usage has it. */
  readonly usage: string;
  readonly help: string;
  /** What its arguments may be: these words, or names of files. */
  readonly values?: readonly string[] | "files";
  /** Its own options, with the words that may follow each. */
  readonly options?: Readonly<Record<string, readonly string[]>>;
}

/** The shells that completions are there for. */
export const SHELL_NAMES = ["bash", "zsh", "fish"] as const;
export type ShellName = typeof SHELL_NAMES[number];

export const COMMANDS = {
  packet: {
    usage: "[OPTION]...",
    help: "take the place of mtr's own prober, as when started as mtr-packet (packet --help)",
    options: { "--compat": DIALECT_NAMES, "--help": [] },
  },
  replay: {
    usage: "[OPTION]... FILE...",
    help: "show what --jsonl has written, in any output (replay --help)",
    values: "files",
  },
  import: {
    usage: "[OPTION]... FILE...",
    help: "show what mtr, scamper or RIPE Atlas have measured, in any output (import --help)",
    values: "files",
  },
  schema: {
    usage: "NAME",
    help: "print the JSON Schema of an output (schema --help)",
    values: SCHEMA_NAMES,
    options: { "--help": [] },
  },
  completions: {
    usage: SHELL_NAMES.join("|"),
    help: "print what makes that shell complete options, their values and hosts",
    values: SHELL_NAMES,
  },
  man: { usage: "", help: "print the manual page, for man -l - and for a file mtr-deno.8" },
} as const satisfies Record<string, Command>;

/** The rows, as every reader of the table wants them. */
export const COMMAND_ROWS: readonly (readonly [word: string, command: Command])[] = Object.entries(COMMANDS);
