/**
 * From the words of a command line to what they ask for. Nothing is thrown for what a user typed, and nothing is done:
 * no file is read, no name looked up.
 *
 * Every use of a flag is normalised and its value checked, also where a later one overrides it. Then
 * `@std/cli/parse-args` takes the settings, those of MTR_OPTIONS first: the last one wins.
 */
import { parseArgs } from "@std/cli/parse-args";
import { type ConfigFile, hostsBehind, type PlacedUse } from "./config_file.ts";
import type { SettingName } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { hostRequirement } from "./host_list.ts";
import { normalise, type Normalised, type Use } from "./normalise.ts";
import { fileText, type Mistake, type Origin, quoted, type UsageProblem, usageProblem } from "./problem.ts";
import { replayOf, replayWordOf } from "./replay.ts";
import { mistakeOfTwoFiles } from "./to_destination.ts";
import { type Invocation, type Settings, toPlan } from "./to_plan.ts";
import { canonicalValue } from "./value.ts";
import { splitWords } from "./words.ts";

/** The environment variables that change how a command line is read; the caller has them. */
export interface OptionEnvironment {
  readonly MTR_OPTIONS?: string | undefined;
  /** Set, even to nothing: options end at the first host. */
  readonly POSIXLY_CORRECT?: string | undefined;
  /** A file that is read unless `--config` names another. */
  readonly MTR_DENO_CONFIG?: string | undefined;
  /** What is in the configuration, once it has been read. */
  readonly config?: ConfigFile | undefined;
}

export type ParsedArguments =
  | { readonly ok: true; readonly invocation: Invocation }
  | { readonly ok: false; readonly problem: UsageProblem };

export function parseArguments(argv: readonly string[], environment: OptionEnvironment): ParsedArguments {
  const posix = environment.POSIXLY_CORRECT !== undefined;
  const word = replayWordOf(argv);
  const typed = normalise(word === undefined ? argv : argv.slice(1), { posix });
  // Help is due even where MTR_OPTIONS is broken.
  const action = actionOf(typed.uses);
  if (action === "help" && word !== undefined) return { ok: true, invocation: { action: "replayHelp", word } };
  if (action !== undefined) return { ok: true, invocation: { action } };
  const replay = replayOf(word, typed);
  if (replay?.ok === false) return refuse(replay.mistake, "command line");

  const split = splitWords(environment.MTR_OPTIONS ?? "");
  if (!split.ok) return refuse(split.mistake, "MTR_OPTIONS");
  // Hosts of MTR_OPTIONS do not count.
  const preset: Normalised = { ...normalise(split.words, { posix }), hosts: [] };
  const presetAction = actionOf(preset.uses);
  if (presetAction !== undefined) return { ok: true, invocation: { action: presetAction } };

  const presetArgv = canonicalArgv(preset);
  if (!presetArgv.ok) return refuse(presetArgv.mistake, "MTR_OPTIONS");
  const typedArgv = canonicalArgv(replay === undefined ? typed : { ...typed, hosts: [] });
  if (!typedArgv.ok) return refuse(typedArgv.mistake, "command line");

  const uses = [...preset.uses, ...typed.uses];
  const file = configFileOf(uses) ?? environment.MTR_DENO_CONFIG ?? "";
  const { config } = environment;
  if (config === undefined && file !== "" && file !== NO_CONFIG) {
    return { ok: true, invocation: { action: "readConfig", file } };
  }
  // Whoever says whom to trace does not mean those of the file, too.
  const namesNobody = replay === undefined && typed.hosts.length === 0 && !uses.some(namesHosts);
  const ofFile = (config?.uses ?? []).filter(({ use }) => namesNobody || !namesHosts(use));
  // Checked when the file was read.
  const fileArgv = canonicalArgv({ uses: ofFile.map(({ use }) => use), hosts: [], mistake: undefined });
  if (!fileArgv.ok) return refuse(fileArgv.mistake, "command line");

  const settings = settingsOf([...fileArgv.argv, ...presetArgv.argv, ...typedArgv.argv]);
  const typedHosts = replay === undefined ? typed.hosts : [];
  const hosts = namesNobody
    ? config?.hosts ?? []
    : typedHosts.map((host) => ({ host, origin: "command line" as const }));
  const ports = settings.text.protocol !== undefined && settings.text.protocol !== "icmp";
  const named = hostsBehind(hosts.map(({ host }) => host), config?.names, { ports });
  const hostsOfName = (name: string): readonly string[] | undefined =>
    config?.names.has(name) ? hostsBehind([name], config.names, { ports }) : undefined;
  const meaning = toPlan(settings, { hosts: named, hostsOfName, isReplay: replay !== undefined });
  if (!meaning.ok) {
    const { cannot, because } = meaning.mistake;
    // Each of two options that do not go together may come from any place.
    const others = [
      ...(config === undefined || fileArgv.argv.length === 0 ? [] : [fileText(config.file)]),
      ...(presetArgv.argv.length === 0 ? [] : ["MTR_OPTIONS"]),
    ];
    const hint = others.length === 0 ? "" : ` (${others.join(" and ")} ${others.length > 1 ? "count" : "counts"}, too)`;
    return refuse({ cannot, because: because + hint }, "command line");
  }
  if (!settings.on.has("printConfig")) {
    return replay === undefined ? meaning : { ok: true, invocation: replay.with(meaning.invocation) };
  }
  const placed = [...ofFile, ...preset.uses.map(placedIn("MTR_OPTIONS")), ...typed.uses.map(placedIn("command line"))];
  return { ok: true, invocation: { action: "printConfig", inForce: { uses: placed, hosts, names: config?.names } } };
}

/** As `--config`, or in `MTR_DENO_CONFIG`: no file. */
const NO_CONFIG = "none";

function configFileOf(uses: readonly Use[]): string | undefined {
  const last = uses.findLast(({ flag }) => flag.sets === "config");
  return last !== undefined && "value" in last ? last.value : undefined;
}

function namesHosts({ flag }: Use): boolean {
  return flag.sets === "file";
}

function placedIn(origin: Origin): (use: Use) => PlacedUse {
  return (use) => ({ use, origin });
}

function refuse(mistake: Mistake, origin: Origin): ParsedArguments {
  return { ok: false, problem: usageProblem(mistake, origin) };
}

function actionOf(uses: readonly Use[]): "help" | "version" | undefined {
  for (const { flag } of uses) {
    const [, action] = flag.kind === "flag" && flag.sets.find(([setting]) => setting === "action") || [];
    if (action === "help" || action === "version") return action;
  }
  return undefined;
}

type CanonicalArgv =
  | { readonly ok: true; readonly argv: readonly string[] }
  | { readonly ok: false; readonly mistake: Mistake };

/** `--setting=value` for everything that the flags set, in order; or the first mistake. */
function canonicalArgv({ uses, hosts, mistake }: Normalised): CanonicalArgv {
  const argv: string[] = [];
  for (const use of uses) {
    if (!("value" in use)) {
      argv.push(...use.flag.sets.map(([setting, value]) => `--${setting}=${value}`));
      continue;
    }
    const canonical = canonicalValue(use.flag, use.value);
    if (!canonical.ok) return canonical;
    argv.push(`--${use.flag.sets}=${canonical.value}`);
    argv.push(...(use.flag.setsToo ?? []).map(([setting, value]) => `--${setting}=${value}`));
  }
  const wrong = mistake ?? mistakeOfTwoFiles(uses);
  if (wrong !== undefined) return { ok: false, mistake: wrong };
  for (const host of hosts) {
    const because = hostRequirement(host);
    if (because !== undefined) return { ok: false, mistake: { cannot: `use ${quoted(host)} as a host`, because } };
  }
  return { ok: true, argv };
}

const SETTINGS_OF_SWITCHES = FLAGS.flatMap((flag) => flag.kind === "flag" ? flag.sets : []);

/** Settings that are on or off. */
const SWITCHES = new Set(SETTINGS_OF_SWITCHES.filter(([, value]) => value === "true").map(([setting]) => setting));
/** Settings with a text, by one of several flags or by the value of a flag. */
const TEXTS = new Set([
  ...SETTINGS_OF_SWITCHES.filter(([, value]) => value !== "true").map(([setting]) => setting),
  ...FLAGS.flatMap((flag) =>
    flag.kind === "flag" ? [] : [flag.sets, ...(flag.setsToo ?? []).map(([setting]) => setting)]
  ),
]);
const REPEATABLES = FLAGS.flatMap((flag) => flag.kind !== "flag" && flag.repeatable ? [flag.sets] : []);

function settingsOf(argv: readonly string[]): Settings {
  // Each setting that is declared costs time, whether it is there or not.
  const used = new Set(argv.map((word) => /^--([^=]*)=/.exec(word)?.[1]));
  const ofThese = (settings: Iterable<SettingName>): SettingName[] => [...settings].filter((name) => used.has(name));
  const parsed: Record<string, unknown> = parseArgs([...argv], {
    boolean: ofThese(SWITCHES),
    string: ofThese(TEXTS),
    collect: ofThese(REPEATABLES),
  });
  const text: Partial<Record<SettingName, string>> = {};
  for (const setting of TEXTS) {
    const value = parsed[setting];
    if (typeof value === "string") text[setting] = value;
  }
  return {
    text,
    on: new Set([...SWITCHES].filter((setting) => parsed[setting] === true)),
    lists: Object.fromEntries(REPEATABLES.map((setting) => {
      return [setting, [parsed[setting] ?? []].flat().filter((value) => typeof value === "string")];
    })),
  };
}
