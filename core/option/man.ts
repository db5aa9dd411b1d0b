/** The manual page, made from the tables of flags, commands, columns and statuses. */
import { FIELDS } from "../path/fields.ts";
import { STATUSES } from "../path/status.ts";
import { VERSION } from "../version.ts";
import { bold, entry, example, heading, italic, paragraphs, subheading, title } from "./_roff.ts";
import { COMMAND_ROWS } from "./commands.ts";
import { type Flag, GROUPS } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { EXIT_STATUSES, flagHelp, LIMIT_METRICS, VARIABLES } from "./help.ts";

/** When the parts of the page that no table has were last looked through. */
const REVISED = "2026-11-21";

/** In roff, for section 8. */
export function manText(): string {
  return [
    title({ name: "MTR-DENO", section: 8, date: REVISED, source: `mtr-deno ${VERSION}` }),
    heading("NAME"),
    "mtr\\-deno \\- trace the path to hosts and measure every hop on it",
    heading("SYNOPSIS"),
    `${bold("mtr-deno")} [${italic("OPTION")}]... [${italic("HOST")}]...`,
    ...COMMAND_ROWS.flatMap((
      [word, { usage }],
    ) => [".br", `${bold("mtr-deno")} ${bold(word)} ${italic(usage)}`.trim()]),
    heading("DESCRIPTION"),
    paragraphs(...DESCRIPTION),
    heading("COMMANDS"),
    ...COMMAND_ROWS.map(([word, { usage, help }]) =>
      entry(usage === "" ? bold(word) : `${bold(word)} ${italic(usage)}`, help)
    ),
    heading("OPTIONS"),
    paragraphs("A long name may be cut as long as it is the only one that begins so."),
    ...GROUPS.flatMap((group) => [
      subheading(group),
      ...FLAGS.filter((flag) => flag.group === group).map((flag) => entry(namesOf(flag), flagHelp(flag))),
    ]),
    heading("COLUMNS"),
    paragraphs("The letters of --order. Times are milliseconds; what has no sample is not 0 but empty."),
    ...Object.entries(FIELDS).map(([letter, { title, help }]) => {
      return entry(letter === " " ? italic("blank") : `${bold(letter)} ${title.replaceAll("\\", "\\e")}`, help);
    }),
    heading("LIMITS"),
    paragraphs(
      "--fail-if takes a metric, one of > >= < <= == !=, a value with its unit, and perhaps @ and a target. What was not " +
        "measured, since the target never answered, crosses its limit.",
    ),
    ...LIMIT_METRICS.map(([name, text]) => entry(bold(name), text)),
    heading("STATUS OF A TARGET"),
    ...Object.entries(STATUSES).map(([word, { meaning, exit }]) =>
      entry(bold(word), `${meaning} (exit status ${exit})`)
    ),
    heading("ENVIRONMENT"),
    ...VARIABLES.map(([name, text]) => entry(bold(name), text)),
    heading("EXIT STATUS"),
    ...EXIT_STATUSES.map(([status, text]) => entry(bold(status), text)),
    heading("EXAMPLES"),
    ...EXAMPLES.flatMap(([text, line], index) => [...(index === 0 ? [] : [".PP"]), paragraphs(text), example(line)]),
    heading("SEE ALSO"),
    `${bold("mtr")}(8), ${bold("traceroute")}(8), ${bold("ping")}(8), ${bold("capabilities")}(7)`,
  ].join("\n") + "\n";
}

const DESCRIPTION = [
  "Traces the path to each HOST, localhost without any, and measures every hop on it: lost probes and round-trip times, " +
  "which are the kernel's where it has stamps. Options and outputs are mtr's.",
  "Raw sockets, or the right to datagram ICMP sockets, are needed for ICMP; UDP and TCP need no privileges. Privileges " +
  "are given up before the first byte from the network is read.",
];

const EXAMPLES: readonly (readonly [text: string, line: string])[] = [
  ["A table of ten rounds, with addresses only:", "mtr-deno -rn example.com"],
  ["CSV of twenty rounds to two targets at once:", "mtr-deno --csv -c 20 192.0.2.1 2001:db8::1"],
  ["What this command line would mean, as a file for --config:", "mtr-deno -c 20 -i 0.5 --csv --print-config"],
];

/** "-c, --report-cycles COUNT" */
function namesOf(flag: Flag): string {
  const names = [...(flag.short === undefined ? [] : [bold(`-${flag.short}`)]), bold(`--${flag.long}`)].join(", ");
  return flag.kind === "flag" ? names : `${names} ${italic(flag.value)}`;
}
