/** mtr's CSV, of 0.93 to 0.96, or this program's: one header or several, with a comma behind the last cell or without. */
import { ArchiveError } from "../archive/archive_error.ts";
import type { IpInfo } from "../name/ip_info.ts";
import { FIELDS } from "../path/fields.ts";
import { type FiguresRow, type FiguresRun, type FiguresTarget, INFO_FIELDS, infoText, OWN_PROGRAM } from "./figures.ts";

/** The cells before the columns, in their order. */
const FIRST = ["Mtr_Version", "Start_Time", "Status", "Host", "Hop", "Ip"];
const TITLES: ReadonlySet<string> = new Set(Object.values(FIELDS).map(({ title }) => title));
const OWN_VERSION = /^MTR\.deno-([^/]*)/;
const MOST_CELLS = 100;

interface Row {
  readonly version: string;
  readonly startedAtMs: number;
  readonly status: string;
  readonly typed: string;
  /** Absent of a target that was never probed. */
  readonly hop: FiguresRow | undefined;
}

/** A run for each header and version; its targets are those of the rows. Throws `ArchiveError`. */
export function* mtrCsv(file: string, text: string): Generator<FiguresRun> {
  let header: readonly string[] = [];
  let rows: Row[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const cells = cellsOf(line.replace(/\r$/, ""));
    const fail = (why: string): never => {
      throw new ArchiveError(file, `line ${index + 1}`, why);
    };
    if (cells === undefined) return fail("it is no line of CSV");
    if (cells.length === 1 && cells[0] === "") continue;
    if (cells[0] === FIRST[0]) {
      if (rows.length > 0) yield runOf(rows);
      rows = [];
      header = cells;
      continue;
    }
    if (header.length === 0) return fail(`the header, with ${FIRST.join(",")}, must stand before it`);
    // mtr puts names in as they are; no cell before the columns may hold a comma.
    if (cells.length < FIRST.length) {
      return fail(`it must have at least ${FIRST.length} cells, and has ${cells.length}`);
    }
    const row = rowOf(header, cells);
    rows.push(typeof row === "string" ? fail(row) : row);
  }
  if (rows.length > 0) yield runOf(rows);
}

/** RFC 4180, a record a line; `undefined` where a quote is not closed. */
function cellsOf(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.split(",", MOST_CELLS);
  const cells: string[] = [];
  const CELL = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (let at = 0; cells.length < MOST_CELLS;) {
    CELL.lastIndex = at;
    const found = CELL.exec(line);
    if (found === null) return undefined;
    const [whole, quoted, plain = "", end] = found;
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    at += whole.length;
    if (end === "") break;
  }
  return cells;
}

/** What the cells tell, or what is wrong with them. */
function rowOf(header: readonly string[], cells: readonly string[]): Row | string {
  const [version = "", start = "", status = "", typed = "", hop = "", host = ""] = cells;
  if (!/^[0-9]{1,10}$/.test(start) && start !== "") {
    return `Start_Time must be a number of seconds, and is ${quoted(start)}`;
  }
  if (!/^[0-9]{1,3}$/.test(hop) || Number(hop) > 255) return `Hop must be a number up to 255, and is ${quoted(hop)}`;
  const values = new Map<string, number>();
  const info: Partial<Record<keyof IpInfo, string>> = {};
  for (let at = FIRST.length; at < header.length; at++) {
    const title = header[at]?.trim() ?? "";
    const cell = cells[at]?.trim() ?? "";
    const field = INFO_FIELDS[title.toLowerCase()];
    const known = field && infoText(field, cell);
    if (field !== undefined && known !== undefined) info[field] = known;
    if (!TITLES.has(title) || cell === "") continue;
    if (!/^[0-9]{1,12}(\.[0-9]{1,6})?%?$/.test(cell)) {
      return `${quoted(title)} must be a number, and is ${quoted(cell)}`;
    }
    values.set(title, Number(cell.replace("%", "")));
  }
  return {
    version,
    startedAtMs: start === "" ? NaN : Number(start) * 1_000,
    status,
    typed,
    hop: Number(hop) === 0 ? undefined : { ttl: Number(hop), host: unescaped(host), values, info },
  };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

/** This program writes what could begin a formula as `\DDD`. */
function unescaped(host: string): string {
  return host.replace(/^\\045/, "-");
}

function runOf(rows: readonly Row[]): FiguresRun {
  const [first] = rows;
  const own = OWN_VERSION.exec(first?.version ?? "")?.[1];
  const isOwn = own !== undefined;
  const targets: FiguresTarget[] = [];
  let hops: FiguresRow[] = [];
  let latest: Row | undefined;
  const end = (): void => {
    if (latest === undefined) return;
    const { typed, startedAtMs, status } = latest;
    targets.push({
      typed,
      startedAtMs: Number.isNaN(startedAtMs) ? undefined : startedAtMs,
      ...(isOwn && { status }),
      rows: hops,
    });
    hops = [];
  };
  for (const row of rows) {
    const isNext = latest === undefined || row.typed !== latest.typed || row.startedAtMs !== latest.startedAtMs ||
      row.hop === undefined || row.hop.ttl < (hops.at(-1)?.ttl ?? 0);
    if (isNext) end();
    latest = row;
    // In a wide view each further responder has a row; the first one has the hop's own figures.
    if (row.hop !== undefined && row.hop.ttl !== hops.at(-1)?.ttl) hops.push(row.hop);
  }
  end();
  return {
    program: isOwn ? OWN_PROGRAM : "mtr",
    version: own ?? first?.version.replace(/^MTR\./, "") ?? "",
    host: "",
    plan: {},
    targets,
  };
}
