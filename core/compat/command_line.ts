/**
 * mtr's own command line: from words to settings, or to the text and status that mtr ends with. Nothing is resolved or
 * opened here; files of hosts are read through the door that the caller gives.
 */
import { NumberReader } from "./c_number.ts";
import type { DialectName } from "./dialect.ts";
import { type Draft, initialSettings, type ReadHosts } from "./draft.ts";
import { WORDS_OF } from "./environment_words.ts";
import { getopt } from "./getopt.ts";
import { type CompatHost, splitPort } from "./host_name.ts";
import { type Ending, failure } from "./option_action.ts";
import { OPTIONS } from "./option_table.ts";
import type { CompatSettings } from "./settings.ts";
import { usageText, versionText } from "./usage.ts";

export interface CommandLineWorld {
  readonly dialect: DialectName;
  /** Absent: not set. */
  readonly environment: { readonly MTR_OPTIONS?: string; readonly POSIXLY_CORRECT?: string };
  /** The real user's. */
  readonly uid: number;
  readonly readHosts: ReadHosts;
}

export type CommandLine =
  | {
    readonly kind: "trace";
    readonly settings: CompatSettings;
    /** At least one. */
    readonly hosts: readonly CompatHost[];
    /** For stderr; may be empty. */
    readonly warnings: string;
  }
  | { readonly kind: "exit"; readonly status: number; readonly stdout: string; readonly stderr: string };

/** `argv` is without the program's name. */
export function readCommandLine(argv: readonly string[], world: CommandLineWorld): CommandLine {
  const { dialect, environment, uid, readHosts } = world;
  const draft: Draft = {
    settings: initialSettings(dialect),
    numbers: new NumberReader(dialect),
    hosts: [],
    versionsAsked: 0,
    uid,
    readHosts,
  };
  const split = WORDS_OF[dialect](environment.MTR_OPTIONS ?? "");
  if (!split.ok) return exitOf(dialect, failure(split.message), "");
  const warnings = split.ignored === undefined ? "" : said(`Warning: extra arguments ignored: ${split.ignored}`);

  const fromEnvironment = readOptions(split.words, draft, world);
  if (!fromEnvironment.ok) return exitOf(dialect, fromEnvironment.ending, warnings);
  const fromArguments = readOptions(argv, draft, world);
  if (!fromArguments.ok) return exitOf(dialect, fromArguments.ending, warnings);

  const ending = protocolEnding(draft.settings);
  if (ending !== undefined) return exitOf(dialect, ending, warnings);
  const typed = [...draft.hosts, ...fromArguments.operands];
  const targets = readHostNames(typed.length === 0 ? ["localhost"] : typed, draft);
  if (!targets.ok) return exitOf(dialect, failure(targets.message), warnings);
  return { kind: "trace", settings: draft.settings, hosts: targets.hosts, warnings };
}

type Mistake =
  | Ending
  | { readonly kind: "usage"; readonly message: string }
  | { readonly kind: "versions"; readonly asked: number };

type OptionsReading =
  | { readonly ok: true; readonly operands: readonly string[] }
  | { readonly ok: false; readonly ending: Mistake };

/** Options count as they come, so that the first wrong one ends the program, even before one that getopt refuses. */
function readOptions(
  words: readonly string[],
  draft: Draft,
  { dialect, environment }: CommandLineWorld,
): OptionsReading {
  const found = getopt(words, OPTIONS[dialect], { optionsFirst: environment.POSIXLY_CORRECT !== undefined });
  for (const { option, value } of found.options) {
    const ending = option.action(draft, value);
    if (ending !== undefined) return { ok: false, ending };
  }
  if (found.mistake !== undefined) return { ok: false, ending: { kind: "usage", message: found.mistake } };
  if (draft.versionsAsked > 0) return { ok: false, ending: { kind: "versions", asked: draft.versionsAsked } };
  const ending = ttlEnding(draft.settings);
  return ending === undefined ? { ok: true, operands: found.operands } : { ok: false, ending };
}

/** 0.95 has put them in order already. */
function ttlEnding({ firstTtl, maxTtl, dueTtl }: CompatSettings): Ending | undefined {
  // mtr's messages end with a blank.
  if (firstTtl > maxTtl) return failure(`firstTTL(${firstTtl}) cannot be larger than maxTTL(${maxTtl}). `);
  if (dueTtl === undefined) return undefined;
  if (dueTtl < firstTtl) return failure(`dueTTL(${dueTtl}) cannot be less than firstTTL(${firstTtl}). `);
  if (dueTtl > maxTtl) return failure(`dueTTL(${dueTtl}) cannot be larger than maxTTL(${maxTtl}). `);
  return undefined;
}

/** What a dialect makes of ports. */
const PORT_RULES: Readonly<Record<DialectName, { readonly needsProtocol: boolean; readonly inHosts: boolean }>> = {
  "0.95": { needsProtocol: false, inHosts: false },
  "0.96": { needsProtocol: true, inHosts: true },
};

function protocolEnding({ dialect, protocol, remotePort }: CompatSettings): Ending | undefined {
  if (!PORT_RULES[dialect].needsProtocol || protocol !== "icmp" || remotePort === undefined) return undefined;
  return failure("port number specified (-P) but protocol is ICMP; use -T (TCP) or -u (UDP)");
}

type HostsReading =
  | { readonly ok: true; readonly hosts: readonly CompatHost[] }
  | { readonly ok: false; readonly message: string };

function readHostNames(typed: readonly string[], { settings, numbers }: Draft): HostsReading {
  if (!PORT_RULES[settings.dialect].inHosts || settings.protocol === "icmp") {
    return { ok: true, hosts: typed.map((name) => ({ name })) };
  }
  const hosts: CompatHost[] = [];
  for (const text of typed) {
    const reading = splitPort(text, numbers);
    if (!reading.ok) return reading;
    hosts.push(reading.host);
  }
  return { ok: true, hosts };
}

function exitOf(dialect: DialectName, ending: Mistake, warnings: string): CommandLine {
  switch (ending.kind) {
    case "failure":
      return { kind: "exit", status: 1, stdout: "", stderr: warnings + said(ending.message) };
    case "usage":
      return { kind: "exit", status: 1, stdout: "", stderr: warnings + said(ending.message) + usageText(dialect) };
    case "help":
      return { kind: "exit", status: 0, stdout: usageText(dialect), stderr: warnings };
    case "version":
      return { kind: "exit", status: 0, stdout: versionText(dialect, 1), stderr: warnings };
    case "versions":
      return { kind: "exit", status: 0, stdout: versionText(dialect, ending.asked), stderr: warnings };
  }
}

/** A line on stderr, as mtr writes it. */
function said(message: string): string {
  return `mtr: ${message}\n`;
}
