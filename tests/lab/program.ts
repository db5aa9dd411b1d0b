/**
 * The program under test: the executable file, run as a process in a world, and readers for what it prints. The readers
 * are strict: what they cannot read, a script of a user cannot read either.
 */
import assert from "node:assert/strict";
import { insidePath, type WorldPlan } from "./set_up.ts";
import { type RunOptions, type RunResult, World } from "./world.ts";

const NAME = "mtr-deno";

/** The executable: `MTR_DENO` in the environment, else `dist/mtr-deno`. */
export function executable(): string {
  const path = Deno.env.get("MTR_DENO") ?? decodeURIComponent(new URL("../../dist/mtr-deno", import.meta.url).pathname);
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`Cannot find ${path}: run deno task compile`);
    throw error;
  }
}

/** A world that has the program in it. */
export async function openWorld(plan: Partial<WorldPlan> = {}): Promise<World> {
  return await World.open({ ...plan, files: { [NAME]: executable(), ...plan.files } });
}

/** The command line of the program inside a world. */
export function commandOf(args: readonly string[]): readonly string[] {
  return [insidePath(NAME), ...args];
}

/** Runs the program to its end. */
export async function mtr(world: World, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return await world.run(commandOf(args), options);
}

/** A run as a message, for assertions. */
export function told({ code, stdout, stderr }: Omit<RunResult, "durationMs">): string {
  return `exit ${code}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`;
}

/** What every output tells of a hop. Times in ms; `undefined` where nothing answered. */
export interface HopRow {
  readonly hop: number;
  readonly host: string;
  readonly lossPercent: number;
  readonly sent: number;
  readonly lastMs: number | undefined;
}

export type Format = "-r" | "-w" | "-C" | "-j";

export const FORMATS: readonly Format[] = ["-r", "-w", "-C", "-j"];

/** The hops of a run with one target and the default columns. */
export function readHops(format: Format, text: string): readonly HopRow[] {
  switch (format) {
    case "-r":
    case "-w":
      return readReport(text);
    case "-C":
      return readCsv(text).map(csvHop);
    case "-j":
      return readJson(text).report.hubs.map(jsonHop);
  }
}

/** Rows of the report: ` 1.|-- 10.0.0.1  0.0%  5  0.1 …`. */
function readReport(text: string): readonly HopRow[] {
  const rows: HopRow[] = [];
  for (const line of text.split("\n")) {
    const match = /^ {1,2}(\d+)\.\|-- (\S+).*?\s+([\d.]+)%?\s+(\d+)\s+(\S+)\s+\S+\s+\S+\s+\S+\s+\S+$/.exec(line);
    if (match === null) continue;
    const [, hop, host = "", loss, sent, last = ""] = match;
    rows.push({
      hop: Number(hop),
      host,
      lossPercent: Number(loss),
      sent: Number(sent),
      lastMs: Number(loss) === 100 ? undefined : Number(last),
    });
  }
  return rows;
}

/** The records of a CSV (RFC 4180) by the names of its one header. */
export function readCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [header, ...records] = parseCsv(text);
  assert.ok(header !== undefined, "no header");
  return records.map((fields) => {
    assert.equal(fields.length, header.length, `a record has as many fields as the header: ${fields}`);
    return Object.fromEntries(header.map((name, index) => [name, fields[index] ?? ""]));
  });
}

function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  // A field, quoted or not, and what ends it.
  for (const match of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/g)) {
    const [whole, field = "", end] = match;
    if (whole === "" && record.length === 0) break;
    record.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

function csvHop(record: Readonly<Record<string, string>>): HopRow {
  const last = record["Last"];
  return {
    hop: Number(record["Hop"]),
    host: record["Ip"] ?? "",
    lossPercent: Number(record["Loss%"]),
    sent: Number(record["Snt"]),
    lastMs: last === undefined || last === "" ? undefined : Number(last),
  };
}

export interface Hub {
  readonly responders: readonly {
    readonly quotedTtls?: readonly unknown[];
    readonly quotedTrafficClasses?: readonly unknown[];
    readonly interfaces?: readonly unknown[];
  }[];
  readonly verdicts: readonly { readonly word: string }[];
  /** Who took the times, and by how much they may be off. */
  readonly stamps: readonly { readonly worstErrorMs: number }[];
  readonly count: number;
  readonly host: string;
  readonly "Loss%": number;
  readonly Snt: number;
  readonly Last: number | null;
  readonly Best?: number;
  readonly Wrst?: number;
  readonly Avg?: number;
  readonly StDev?: number;
  readonly Jttr?: number;
  readonly Javg?: number;
  readonly Jmax?: number;
}

export interface JsonReport {
  readonly report: { readonly mtr: { readonly src: string; readonly dst: string }; readonly hubs: readonly Hub[] };
}

export function readJson(text: string): JsonReport {
  return JSON.parse(text) as JsonReport;
}

function jsonHop(hub: Hub): HopRow {
  return {
    hop: hub.count,
    host: hub.host,
    lossPercent: hub["Loss%"],
    sent: hub.Snt,
    lastMs: hub.Last ?? undefined,
  };
}

/** One line a hop, which is what most tests compare: `1 10.0.0.1 sent 5 loss 0`. */
export function summary(rows: readonly HopRow[]): readonly string[] {
  return rows.map(({ hop, host, sent, lossPercent }) => `${hop} ${host} sent ${sent} loss ${lossPercent}`);
}

/** The summary of a path on which every hop answered everything. */
export function perfect(addresses: readonly string[], sent: number, firstTtl = 1): readonly string[] {
  return addresses.map((address, index) => `${index + firstTtl} ${address} sent ${sent} loss 0`);
}
