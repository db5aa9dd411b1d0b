/**
 * The text of a configuration (`--config`): options by their long names, hosts, named targets and groups of them.
 * Reading the file is not done here. Everything is checked as on the command line, and a mistake has its line.
 *
 *     interval = 0.5
 *     report-wide = true
 *     asn-file = ["own.tsv", "ip2asn.tsv.gz"]
 *     hosts = ["office", "192.0.2.1"]
 *     [target.office]
 *     host = "gw.office.example"
 *     port = 443
 *     [group.all]
 *     hosts = ["office", "2001:db8::1"]
 */
import { isTable, tomlEntries, type TomlEntry } from "./_toml_entries.ts";
import type { ConfigFile, NamedHosts, PlacedHost, PlacedUse } from "./config_file.ts";
import type { Flag, ValueFlag } from "./flag.ts";
import { FLAGS, MISSING_FLAGS } from "./flags.ts";
import { hostRequirement } from "./host_list.ts";
import type { Use } from "./normalise.ts";
import { type Mistake, quoted, type UsageProblem, usageProblem } from "./problem.ts";
import { LIMITS } from "../plan.ts";
import { addressFamily } from "./text_value.ts";
import { mistakeOfTwoFiles } from "./to_destination.ts";
import { canonicalValue } from "./value.ts";

export type ParsedConfig =
  | { readonly ok: true; readonly config: ConfigFile }
  | { readonly ok: false; readonly problem: UsageProblem };

/** `file` names it in messages. */
export function parseConfig(text: string, file: string): ParsedConfig {
  const read = tomlEntries(text);
  if (!read.ok) {
    const problem = usageProblem({ cannot: "read TOML", because: read.why }, { file, line: read.line });
    return { ok: false, problem };
  }
  const reader = new Reader(file);
  for (const entry of read.entries) {
    const mistake = reader.take(entry);
    if (mistake !== undefined) return { ok: false, problem: usageProblem(mistake, { file, line: entry.line }) };
  }
  return reader.end();
}

interface Draft {
  readonly line: number;
  hosts?: readonly string[];
  port?: number;
}

type DraftTable = "target" | "group";

class Reader {
  readonly #file: string;
  readonly #uses: PlacedUse[] = [];
  readonly #hosts: PlacedHost[] = [];
  readonly #drafts: Readonly<Record<DraftTable, Map<string, Draft>>> = { target: new Map(), group: new Map() };

  constructor(file: string) {
    this.#file = file;
  }

  take({ path, value, line }: TomlEntry): Mistake | undefined {
    const [first = "", name, ...keys] = path;
    const origin = { file: this.#file, line };
    if (first === "target" || first === "group") return this.#takeNamed(first, name, keys, { path, value, line });
    if (name === undefined && first === "hosts") {
      const hosts = hostsOf(value);
      if (hosts === undefined) {
        return wrongType(value, "hosts", 'a list of texts in quotes, as in hosts = ["example.com"]');
      }
      this.#hosts.push(...hosts.map((host) => ({ host, origin })));
      return mistakeOfHosts(hosts);
    }
    const flag = FLAGS.find(({ long }) => name === undefined && long === first);
    if (flag === undefined || flag.commandLineOnly) return unknownOption(path.join("."), flag);
    const uses = usesOf(flag, value);
    if (!Array.isArray(uses)) return uses;
    this.#uses.push(...uses.map((use) => ({ use, origin })));
    return mistakeOfTwoFiles(this.#uses.map(({ use }) => use));
  }

  #takeNamed(
    table: DraftTable,
    name: string | undefined,
    [key, ...beyond]: readonly string[],
    { path, value, line }: TomlEntry,
  ): Mistake | undefined {
    // As a header before inline tables.
    if (name === undefined && isTable(value)) return undefined;
    if (name === undefined || (key === undefined && !isTable(value))) {
      return wrongType(value, path.join("."), `a table with a name, as [${table}.NAME]`);
    }
    const nameRule = name.startsWith("-") ? "it must not begin with -" : hostRequirement(name);
    if (nameRule !== undefined) return { cannot: `name a ${table} ${quoted(name)}`, because: nameRule };
    const other = table === "target" ? "group" : "target";
    if (this.#drafts[other].has(name)) {
      return { cannot: `name a ${table} ${quoted(name)}`, because: `a ${other} has that name; choose another one` };
    }
    const draft: Draft = this.#drafts[table].get(name) ?? { line };
    this.#drafts[table].set(name, draft);
    if (key === undefined) return undefined;
    if (beyond.length > 0 || !KEYS[table].includes(key)) {
      return { cannot: `use ${quoted(path.join("."))}`, because: `a ${table} has ${KEYS[table].join(" and ")} only` };
    }
    return TAKERS[`${table}.${key}`]?.(draft, value);
  }

  end(): ParsedConfig {
    const names = new Map<string, NamedHosts>();
    const { target, group } = this.#drafts;
    const refuse = (mistake: Mistake, line: number): ParsedConfig => {
      return { ok: false, problem: usageProblem(mistake, { file: this.#file, line }) };
    };
    for (const [name, { hosts: [host] = [], port, line }] of target) {
      if (host === undefined) {
        return refuse({ cannot: `use the target ${quoted(name)}`, because: 'it needs host = "..."' }, line);
      }
      // Its own colons aside, what has a colon names a port already.
      if (port !== undefined && host.includes(":") && addressFamily(host) !== 6) {
        return refuse(
          { cannot: `add port ${port} to ${quoted(host)}`, because: "it has one; leave one of them out" },
          line,
        );
      }
      const origin = { file: this.#file, line };
      names.set(name, { kind: "target", origin, targets: [{ host, ...(port !== undefined && { port }) }] });
    }
    for (const [name, { hosts = [], line }] of group) {
      if (hosts.length === 0) {
        return refuse({ cannot: `use the group ${quoted(name)}`, because: 'it needs hosts = ["...", ...]' }, line);
      }
      const inner = hosts.find((host) => group.has(host));
      if (inner !== undefined) {
        const because = "it is a group, too; a group has hosts and targets only";
        return refuse({ cannot: `put ${quoted(inner)} into the group ${quoted(name)}`, because }, line);
      }
      const targets = hosts.flatMap((host) => names.get(host)?.targets ?? [{ host }]);
      names.set(name, { kind: "group", origin: { file: this.#file, line }, members: hosts, targets });
    }
    return { ok: true, config: { file: this.#file, uses: this.#uses, hosts: this.#hosts, names } };
  }
}

const KEYS: Readonly<Record<DraftTable, readonly string[]>> = { target: ["host", "port"], group: ["hosts"] };

/** What a key of a named table does. */
const TAKERS: Readonly<Record<string, (draft: Draft, value: unknown) => Mistake | undefined>> = {
  "target.host": (draft, value) => {
    if (typeof value !== "string") return wrongType(value, "host", "text in quotes");
    draft.hosts = [value];
    return mistakeOfHosts(draft.hosts);
  },
  "target.port": (draft, value) => {
    const { least, most } = LIMITS.remotePort;
    if (typeof value !== "bigint" || value < least || value > most) {
      return wrongType(value, "port", `a whole number from ${least} to ${most}`);
    }
    draft.port = Number(value);
    return undefined;
  },
  "group.hosts": (draft, value) => {
    const hosts = hostsOf(value);
    if (hosts === undefined) return wrongType(value, "hosts", "a list of texts in quotes");
    draft.hosts = hosts;
    return mistakeOfHosts(hosts);
  },
};

function hostsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((host) => typeof host === "string") ? value : undefined;
}

function mistakeOfHosts(hosts: readonly string[]): Mistake | undefined {
  for (const host of hosts) {
    const because = hostRequirement(host);
    if (because !== undefined) return { cannot: `use ${quoted(host)} as a host`, because };
  }
  return undefined;
}

/** The uses that a key means, or the mistake in it. */
function usesOf(flag: Flag, value: unknown): Use[] | Mistake {
  if (flag.kind === "flag") {
    if (typeof value !== "boolean") return wrongType(value, flag.long, "true or false");
    return value ? [{ flag }] : [];
  }
  const values: readonly unknown[] = flag.repeatable && Array.isArray(value) ? value : [value];
  const uses: Use[] = [];
  for (const one of values) {
    const text = textOf(flag, one);
    if (text === undefined) return wrongType(one, flag.long, expectationOf(flag, one));
    const canonical = canonicalValue(flag, text);
    if (!canonical.ok) return canonical.mistake;
    uses.push({ flag, value: text });
  }
  return uses;
}

/** The value as it would be typed; `undefined` if it is of the wrong type. */
function textOf({ kind }: ValueFlag, value: unknown): string | undefined {
  const isRight = kind === "text"
    ? typeof value === "string"
    : typeof value === "bigint" || (kind === "seconds" && typeof value === "number");
  return isRight ? String(value) : undefined;
}

function expectationOf({ kind, long, repeatable }: ValueFlag, value: unknown): string {
  if (kind === "number") return "a whole number, without quotes";
  if (kind === "seconds") return "a number of seconds, without quotes";
  const given = ["bigint", "number", "boolean"].includes(typeof value) ? String(value) : "...";
  return `text in quotes${repeatable ? ", or a list of such" : ""}, as in ${long} = ${JSON.stringify(given)}`;
}

function wrongType(value: unknown, key: string, expected: string): Mistake {
  return { cannot: `use ${typeName(value)} as ${bareOrQuoted(key)}`, because: `it must be ${expected}` };
}

function typeName(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "bigint" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  return value instanceof Date ? "a date" : "a table";
}

function bareOrQuoted(key: string): string {
  return /^[\w.-]{1,80}$/.test(key) ? key : quoted(key);
}

function unknownOption(key: string, flag: Flag | undefined): Mistake {
  const cannot = `use ${quoted(key)}`;
  if (flag !== undefined) return { cannot, because: "it may stand on the command line only" };
  const missing = MISSING_FLAGS.find(({ long }) => long === key);
  if (missing !== undefined) return { cannot, because: missing.because };
  const byLetter = FLAGS.filter(({ short }) => short === key);
  const meant = byLetter.length > 0 ? byLetter : FLAGS.filter(({ long }) => key !== "" && long.startsWith(key));
  const remedy = meant.length === 0
    ? "mtr-deno --print-config lists them"
    : `write ${meant.map(({ long }) => long).join(" or ")}`;
  return { cannot, because: `there is no such option; ${remedy}` };
}
