/** What is in force, as a configuration again (`--print-config`): each line says where it comes from. */
import { stringify } from "smol-toml";
import type { ConfigFile, NamedHosts, PlacedHost, PlacedUse } from "./config_file.ts";
import { type Flag, GROUPS, type SettingName, type SwitchFlag, type ValueFlag } from "./flag.ts";
import { FLAGS } from "./flags.ts";
import { type Origin, placeOf } from "./problem.ts";
import { canonicalValue, inUnitOfUser } from "./value.ts";

/** Everything that was asked for, the weaker first. */
export interface InForce {
  readonly uses: readonly PlacedUse[];
  readonly hosts: readonly PlacedHost[];
  readonly names: ConfigFile["names"] | undefined;
}

const DEFAULT = "default";

export function configText({ uses, hosts, names }: InForce): string {
  const winners = winnersOf(uses);
  const sections = GROUPS.map((group) => {
    const flags = FLAGS.filter((flag) => flag.group === group && !flag.commandLineOnly);
    return flags.length === 0 ? [] : [`# ${group}`, ...flags.map((flag) => linesOf(flag, uses, winners)), ""];
  });
  const named: readonly (readonly [text: string, where: string])[] = hosts.map(({ host, origin }) => {
    return [host, originText(origin)];
  });
  // Files of hosts may be all that is traced.
  const files = uses.some(({ use }) => "value" in use && use.flag.sets === "file");
  const isLocal = named.length === 0 && !files;
  return [
    "# What mtr-deno would do; as a file, it is for --config",
    "",
    ...sections.flat(),
    "# Hosts",
    named.length === 0 && !isLocal ? "# hosts: not set" : list("hosts", isLocal ? [["localhost", DEFAULT]] : named),
    ...[...names ?? []].flatMap(([name, meaning]) => ["", ...namedLines(name, meaning)]),
  ].join("\n") + "\n";
}

/** For each setting the last use that sets it. */
function winnersOf(uses: readonly PlacedUse[]): ReadonlyMap<SettingName, PlacedUse> {
  const winners = new Map<SettingName, PlacedUse>();
  for (const placed of uses) for (const setting of settingsOf(placed.use.flag)) winners.set(setting, placed);
  return winners;
}

function settingsOf(flag: Flag): readonly SettingName[] {
  if (flag.kind === "flag") return flag.sets.map(([setting]) => setting);
  return [flag.sets, ...(flag.setsToo ?? []).map(([setting]) => setting)];
}

function linesOf(flag: Flag, uses: readonly PlacedUse[], winners: ReadonlyMap<SettingName, PlacedUse>): string {
  const own = uses.filter(({ use }) => use.flag === flag);
  const counting = own.filter((placed) => settingsOf(flag).some((setting) => winners.get(setting) === placed));
  if (flag.kind === "flag") return switchLine(flag, counting.at(-1), own.length > 0);
  if (flag.repeatable && own.length > 0) {
    return list(flag.long, own.map(({ use, origin }) => ["value" in use ? use.value : "", originText(origin)]));
  }
  return valueLine(flag, counting.at(-1));
}

function switchLine({ long }: SwitchFlag, counting: PlacedUse | undefined, isUsed: boolean): string {
  if (counting !== undefined) return commented(assignment(long, true), originText(counting.origin));
  return commented(assignment(long, false), isUsed ? "overridden" : DEFAULT);
}

function valueLine(flag: ValueFlag, counting: PlacedUse | undefined): string {
  const { long } = flag;
  if (counting !== undefined && "value" in counting.use) {
    return commented(assignment(long, valueOf(flag, counting.use.value)), originText(counting.origin));
  }
  const initial = flag.kind === "text"
    ? flag.initial
    : flag.limits.initial === undefined
    ? undefined
    : inUnitOfUser(flag, flag.limits.initial);
  if (initial === undefined) return `# ${long}: not set`;
  // Naming it would say more than leaving it out.
  if (flag.initialDepends) return `# ${commented(assignment(long, initial), `${DEFAULT} where it has a meaning`)}`;
  return commented(assignment(long, initial), DEFAULT);
}

/** The value with the type that a configuration has for it. */
function valueOf(flag: ValueFlag, text: string): string | number {
  const canonical = canonicalValue(flag, text);
  if (!canonical.ok || flag.kind === "text") return text;
  return inUnitOfUser(flag, Number(canonical.value));
}

function namedLines(name: string, { kind, origin, targets, members }: NamedHosts): string[] {
  const [target] = targets;
  const table = kind === "target" ? { ...target } : { hosts: members };
  return stringify({ [kind]: { [name]: table } }).trim().split("\n").map((line) => commented(line, originText(origin)));
}

/** A list with a line for each text. */
function list(key: string, texts: readonly (readonly [text: string, where: string])[]): string {
  const opening = `${assignment(key, []).replace(/\[.*$/, "")}[`;
  const items = texts.map(([text, where]) =>
    `  ${commented(`${assignment("text", text).slice("text = ".length)},`, where)}`
  );
  return [opening, ...items, "]"].join("\n");
}

function assignment(key: string, value: string | number | boolean | readonly string[]): string {
  return stringify({ [key]: value }).trim();
}

function commented(line: string, comment: string): string {
  return `${line} # ${comment}`;
}

function originText(origin: Origin): string {
  return typeof origin === "string" ? origin : placeOf(origin);
}
