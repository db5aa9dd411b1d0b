/** The text of `--help`, made from the table of flags, and of `--version`. */
import { METRICS } from "../limit/mod.ts";
import { EXITS, SIGNAL_EXITS } from "../path/exit.ts";
import { FIELDS } from "../path/fields.ts";
import type { Entry } from "./_help_layout.ts";
import { COMMAND_ROWS } from "./commands.ts";
import { type Flag, type Group, GROUPS } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { inUnitOfUser, rangeOf } from "./value.ts";

/** What the exit status says, for help and documentation. */
export const EXIT_STATUSES: readonly Entry[] = [
  ...Object.values(EXITS).map(({ status, meaning }) => [String(status), meaning] as const),
  [Object.values(SIGNAL_EXITS).join(", "), "ended by SIGHUP, SIGINT or SIGTERM, after printing what had been measured"],
];

/** What environment variables do, for help and documentation. */
export const VARIABLES: readonly Entry[] = [
  ["MTR_DENO_CONFIG", "a file that is read as with --config"],
  ["MTR_OPTIONS", "options that count before those of the command line; quotes and backslash work as in a shell"],
  ["MTR_PACKET", "a program, or a command, that is to send the probes, as --packet does"],
  ["POSIXLY_CORRECT", "if set, options end at the first host"],
];

/** What can be limited, for help and documentation. */
export const LIMIT_METRICS: readonly Entry[] = Object.entries(METRICS).map(([name, { unit, meaning }]) => [
  name,
  unit === "microseconds" ? `${meaning} (us, ms or s; else ms)` : meaning,
]);

/** For `width` columns; in fewer than 40 some lines are longer. */
export async function helpText(width: number): Promise<string> {
  // Only here, since the table library would cost every other start of the program 1 to 2 ms.
  const { list, paragraph } = await import("./_help_layout.ts");
  const section = (title: string, entries: readonly Entry[]): string =>
    `${title}:\n${list(entries, { nameWidth: NAME_WIDTH, width })}`;
  const columns = Object.entries(FIELDS).map(([letter, { title, help }]) => {
    return [letter === " " ? "blank" : `${letter}  ${title}`, help] as const;
  });
  return [
    "Usage: mtr-deno [OPTION]... [HOST]...\n   or: mtr-deno COMMAND [ARGUMENT]...",
    paragraph("Traces the path to each HOST (localhost without any) and measures every hop on it.", width),
    section("Commands (a host of that name: -- NAME)", COMMAND_ENTRIES),
    ...GROUPS.map((group) => section(group, entriesOf(group))),
    section("Letters of the columns", columns),
    section("Metrics of --fail-if", LIMIT_METRICS),
    section("Environment", VARIABLES),
    section("Exit status", EXIT_STATUSES),
  ].join("\n\n") + "\n";
}

export function versionText(version: string): string {
  return `mtr-deno ${version}\n`;
}

export function entriesOf(group: Group): Entry[] {
  return FLAGS.filter((flag) => flag.group === group).map((flag) => [namesOf(flag), flagHelp(flag)]);
}

/** "-c, --report-cycles COUNT"; without a letter the long name stands where the others do. */
function namesOf(flag: Flag): string {
  const names = `${flag.short === undefined ? "    " : `-${flag.short}, `}--${flag.long}`;
  return flag.kind === "flag" ? names : `${names} ${flag.value}`;
}

/** What the flag does, then what its value may be and is without it. */
export function flagHelp(flag: Flag): string {
  const details = detailsOf(flag).join("; ");
  return details === "" ? flag.help : `${flag.help} (${details})`;
}

function detailsOf(flag: Flag): string[] {
  switch (flag.kind) {
    case "flag":
      return [];
    case "number":
    case "seconds":
      return [
        rangeOf(flag),
        ...(flag.limits.initial === undefined ? [] : [`else ${inUnitOfUser(flag, flag.limits.initial)}`]),
      ];
    case "text":
      return [
        ...(flag.repeatable ? ["repeatable"] : []),
        ...(flag.initial === undefined ? [] : [`else ${JSON.stringify(flag.initial)}`]),
      ];
  }
}

const COMMAND_ENTRIES: readonly Entry[] = COMMAND_ROWS.map(([word, { usage, help }]) => {
  return [usage === "" ? word : `${word} ${usage}`, help];
});

/** All lists have it, so that their texts stand in one column. */
const NAME_WIDTH = Math.max(
  ...[...FLAGS.map(namesOf), ...[...COMMAND_ENTRIES, ...VARIABLES].map(([name]) => name)].map((name) => name.length),
);
