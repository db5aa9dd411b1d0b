/**
 * Files of other programs, recognised by what is in them: mtr's JSON, CSV and raw output, scamper's traces, traceroute
 * results of RIPE Atlas. Where there are single measurements they become the lines of an archive, else a record of figures.
 */
import * as v from "valibot";
import { ArchiveError } from "../archive/archive_error.ts";
import type { ArchiveLine } from "../archive/line.ts";
import { whyOf } from "../archive/read_line.ts";
import type { RunRecord } from "../output/mod.ts";
import { atlasResult } from "./atlas.ts";
import { type FiguresRun, recordOf } from "./figures.ts";
import { jsonValues } from "./json_values.ts";
import { linesOf, type Measured, runsOf } from "./measured.ts";
import { mtrCsv } from "./mtr_csv.ts";
import { mtrReports } from "./mtr_json.ts";
import { mtrRaw } from "./mtr_raw.ts";
import { scamperTrace } from "./scamper.ts";

/** More than a day of any of them; a larger file can be divided between its runs. */
export const MOST_MIB = 32;

export type ImportedRun =
  | { readonly kind: "lines"; readonly lines: Iterable<ArchiveLine> }
  | { readonly kind: "figures"; readonly record: Omit<RunRecord, "view"> };

/** The runs in a text. Throws `ArchiveError`. */
export function* importedRuns(file: string, text: string): Generator<ImportedRun> {
  const start = text.trimStart().slice(0, 100);
  if (/^[[{]/.test(start)) return yield* jsonRuns(file, text);
  if (start.startsWith("Mtr_Version,")) {
    for (const run of mtrCsv(file, text)) yield { kind: "figures", record: recordOf(run) };
    return;
  }
  if (!/^[a-zA-Z] [0-9]/.test(start)) throw new ArchiveError(file, "", UNKNOWN);
  for (const run of runsOf(mtrRaw(file, text))) yield { kind: "lines", lines: linesOf(run) };
}

const UNKNOWN = "it is neither mtr's JSON, CSV or raw output, nor JSON of scamper or RIPE Atlas";

/** Traces of one host in one run each time that figures stand between them, or their settings change. */
function* jsonRuns(file: string, text: string): Generator<ImportedRun> {
  let traces: Measured[] = [];
  let count = 0;
  for (const { line, value } of jsonValues(file, text)) {
    const found = readValue(file, line, value);
    if (found === undefined) continue;
    count++;
    if (found.kind === "trace") {
      const [first] = traces;
      if (first !== undefined && [...runsOf([first, found.trace])].length > 1) {
        yield { kind: "lines", lines: linesOf(traces) };
        traces = [];
      }
      traces.push(found.trace);
      continue;
    }
    if (traces.length > 0) yield { kind: "lines", lines: linesOf(traces) };
    traces = [];
    yield { kind: "figures", record: recordOf(found.run) };
  }
  if (traces.length > 0) yield { kind: "lines", lines: linesOf(traces) };
  if (count === 0) throw new ArchiveError(file, "", UNKNOWN);
}

type Found =
  | { readonly kind: "trace"; readonly trace: Measured }
  | { readonly kind: "figures"; readonly run: FiguresRun };

/** What tells a format from the others, in the order of asking. */
const shape = v.object({
  type: v.optional(v.unknown()),
  kind: v.optional(v.unknown()),
  report: v.optional(v.unknown()),
  reports: v.optional(v.unknown()),
  result: v.optional(v.unknown()),
});

/** `undefined` of values that tell no trace: scamper's cycles, other measurements. */
function readValue(file: string, line: number, value: unknown): Found | undefined {
  const where = `line ${line}`;
  const found = v.safeParse(shape, value);
  if (!found.success) throw new ArchiveError(file, where, UNKNOWN);
  const { type, kind, report, reports, result } = found.output;
  if (kind === "run") throw new ArchiveError(file, where, "it is an archive of this program: mtr-deno replay shows it");
  if (report !== undefined || reports !== undefined) {
    const run = checked(file, where, v.safeParse(mtrReports, value));
    return run && { kind: "figures", run };
  }
  if (type === "trace") return { kind: "trace", trace: checked(file, where, v.safeParse(scamperTrace, value)) };
  if (type === "traceroute" || (type === undefined && Array.isArray(result))) {
    return { kind: "trace", trace: checked(file, where, v.safeParse(atlasResult, value)) };
  }
  if (typeof type === "string") return undefined;
  throw new ArchiveError(file, where, UNKNOWN);
}

function checked<Value>(file: string, where: string, read: v.SafeParseResult<v.GenericSchema<unknown, Value>>): Value {
  if (read.success) return read.output;
  throw new ArchiveError(file, where, whyOf(read.issues[0]));
}
