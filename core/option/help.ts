/** The text of `--help`, made from the table of flags, and of `--version`. */
import { FIELDS } from "../path/fields.ts";
import { type Flag, FLAGS, GROUPS } from "./flags.ts";
import { inUnitOfUser, rangeOf } from "./value.ts";

/** What the exit status says, for help and documentation. */
export const EXIT_STATUSES: readonly (readonly [status: string, meaning: string])[] = [
  ["0", "every target answered"],
  ["1", "a target did not answer"],
  ["2", "an option, a host name, a missing privilege or the environment was in the way"],
  ["130, 143", "ended by SIGINT or SIGTERM, after printing what had been measured"],
];

/** What environment variables do, for help and documentation. */
export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ["MTR_OPTIONS", "options that count before those of the command line; quotes and backslash work as in a shell"],
  ["POSIXLY_CORRECT", "if set, options end at the first host"],
];

/** For `width` columns; only a word that has no room is longer. */
export function helpText(width: number): string {
  const lines = [
    "Usage: mtr-deno [OPTION]... [HOST]...",
    "",
    ...wrap("Traces the path to each HOST (localhost without any) and measures every hop on it.", "", "", width),
  ];
  for (const group of GROUPS) {
    const flags = FLAGS.filter((flag) => flag.group === group);
    lines.push("", `${group}:`, ...entries(flags.map((flag) => [namesOf(flag), flagHelp(flag)]), width));
  }
  const columns = Object.entries(FIELDS).map(([letter, { title, help }]) => {
    return [letter === " " ? "blank" : `${letter}  ${title}`, help] as const;
  });
  lines.push("", "Letters of the columns:", ...entries(columns, width));
  lines.push("", "Environment:", ...entries(VARIABLES, width));
  lines.push("", "Exit status:", ...entries(EXIT_STATUSES, width));
  return lines.join("\n") + "\n";
}

export function versionText(version: string): string {
  return `mtr-deno ${version}\n`;
}

/** "-c, --report-cycles COUNT" */
function namesOf(flag: Flag): string {
  const names = `-${flag.short}, --${flag.long}`;
  return flag.kind === "flag" ? names : `${names} ${flag.value}`;
}

/** What the flag does, then what its value may be and is without it. */
function flagHelp(flag: Flag): string {
  const details = detailsOf(flag).join("; ");
  return details === "" ? flag.help : `${flag.help} (${details})`;
}

function detailsOf(flag: Flag): string[] {
  switch (flag.kind) {
    case "flag":
      return [];
    case "number":
    case "seconds":
      return [rangeOf(flag), `else ${inUnitOfUser(flag, flag.limits.initial)}`];
    case "text":
      return [
        ...(flag.repeatable ? ["repeatable"] : []),
        ...(flag.initial === undefined ? [] : [`else ${JSON.stringify(flag.initial)}`]),
      ];
  }
}

const INDENT = "  ";

/** Below this, two columns would be one word wide each. */
const LEAST_TEXT_WIDTH = 30;

/** Names at the left, their texts in one column; on a narrow terminal the texts below the names. */
function entries(list: readonly (readonly [name: string, text: string])[], width: number): string[] {
  const column = INDENT.length + Math.max(...LONGEST_NAMES) + INDENT.length;
  if (width - column < LEAST_TEXT_WIDTH) {
    const deep = INDENT.repeat(3);
    return list.flatMap(([name, text]) => [INDENT + name, ...wrap(text, deep, deep, width)]);
  }
  return list.flatMap(([name, text]) => wrap(text, (INDENT + name).padEnd(column), " ".repeat(column), width));
}

const LONGEST_NAMES = [...FLAGS.map(namesOf), ...VARIABLES.map(([name]) => name)].map((name) => name.length);

/** Breaks at blanks outside quotation marks; a word longer than the line stays whole. */
function wrap(text: string, firstIndent: string, indent: string, width: number): string[] {
  const lines: string[] = [];
  let line = firstIndent;
  let empty = true;
  for (const word of text.match(/"[^"]*"\S*|\S+/g) ?? []) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}
