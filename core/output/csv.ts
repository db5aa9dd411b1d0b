/**
 * CSV (RFC 4180) with the header of mtr's development head, once per run.
 *
 * The first cell names the program, its version and, behind a slash, the number of this format. "No sample" is an empty
 * cell. `Status` is a word of `core/path/status.ts`. A silent hop has `???` for its address, as
 * in mtr; a target that was never probed has one row with hop 0. In a wide view each further responder of a hop has a
 * row of its own, with its own figures. In a run with several flows each has its rows, and a column `Flow` tells them.
 */
import { toldHops } from "../path/target.ts";
import { printable } from "../name/text.ts";
import { columnsOf } from "../path/fields.ts";
import type { PathFigures } from "../path/figures.ts";
import type { Figures, HopFigures, ResponderFigures } from "../path/hop_figures.ts";
import { VERSION } from "../version.ts";
import { IP_INFO_COLUMNS, ipInfoOf } from "./ip_info.ts";
import { firstWords } from "./verdict.ts";
import { nameOf } from "./naming.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";
import { type Decimals, valueText } from "./value_text.ts";

export const csv: OutputFormat = {
  help: "Comma-separated values, one row per hop",
  header: (run) => line(headerCells(run)),
  target: rowsText,
  render: (run) => line(headerCells(run)) + run.targets.map((target) => rowsText(target, run)).join(""),
};

const DECIMALS: Decimals = { percent: 2, microseconds: 2, score: 2 };
const PROGRAM = "mtr-deno";

/** What of a run is the same for all of its targets. */
type RunFacts = Omit<RunRecord, "targets">;

function headerCells(run: Pick<RunRecord, "view" | "plan">): readonly string[] {
  const { order, ipinfo } = run.view;
  const titles = columnsOf(order).map((field) => field.unit === "blank" ? "" : field.title);
  const infoTitles = ipinfo.map((field) => IP_INFO_COLUMNS[field].title);
  return [
    "Mtr_Version",
    "Start_Time",
    "Status",
    "Host",
    ...hasFlows(run) ? ["Flow"] : [],
    "Hop",
    "Ip",
    ...infoTitles,
    ...titles,
  ];
}

/** What has been measured by another program is still written by this one. */
function versionOf({ program }: RunFacts): string {
  return program.name === PROGRAM ? program.version : VERSION;
}

/** Grows with every change that a reader could notice. */
export const CSV_SCHEMA = 1;

/** What a row tells of: nobody for a silent hop, and neither for a target that was never probed. */
interface Subject {
  readonly flow?: number;
  readonly hop?: HopFigures;
  readonly responder?: ResponderFigures | undefined;
  readonly figures?: Figures;
  readonly word?: string | undefined;
}

function rowsText(target: TargetRecord, run: RunFacts): string {
  return rowsOf(target, run).map(line).join("");
}

function rowsOf(target: TargetRecord, run: RunFacts): readonly (readonly string[])[] {
  const { path } = target;
  if (path === undefined) return [rowCells(target, {}, run)];
  const flows = hasFlows(run) && path.flows !== undefined && path.flows.length > 0 ? path.flows : [path];
  return flows.flatMap((flow, index) => rowsOfFlow(target, { path: flow, flow: index + 1 }, run));
}

function rowsOfFlow(
  target: TargetRecord,
  { path, flow }: { readonly path: PathFigures; readonly flow: number },
  run: RunFacts,
): readonly (readonly string[])[] {
  const words = firstWords(path, columnsOf(run.view.order));
  return toldHops(path).flatMap((hop) => {
    const others = run.view.wide ? hop.responders.filter(({ address }) => address !== hop.main?.address) : [];
    return [
      rowCells(target, { flow, hop, responder: hop.main, figures: hop, word: words.get(hop.ttl) }, run),
      ...others.map((responder) => rowCells(target, { flow, hop, responder, figures: responder }, run)),
    ];
  });
}

/** Then each has rows of its own, and a column says which. */
function hasFlows({ plan: { flows = 1 } }: Pick<RunRecord, "plan">): boolean {
  return flows > 1;
}

function rowCells(
  target: TargetRecord,
  { flow = 0, hop, responder, figures, word }: Subject,
  run: RunFacts,
): readonly string[] {
  return [
    `MTR.deno-${printable(versionOf(run))}/${CSV_SCHEMA}`,
    target.startedAtMs === undefined ? "" : String(Math.floor(target.startedAtMs / 1000)),
    target.status,
    harmless(printable(target.typed)),
    ...hasFlows(run) ? [String(flow)] : [],
    String(hop?.ttl ?? 0),
    hop === undefined ? "" : harmless(nameOf(responder, run)),
    ...ipInfoOf(responder, run).map(({ text }) => hop === undefined ? "" : harmless(text)),
    ...columnsOf(run.view.order).map((field) => figures === undefined ? "" : valueText(field, figures, word, DECIMALS)),
  ];
}

/** A text of somebody else's must not begin a formula. */
function harmless(text: string): string {
  return /^[=+\-@]/.test(text) ? `\\0${text.charCodeAt(0).toString().padStart(2, "0")}${text.slice(1)}` : text;
}

function line(cells: readonly string[]): string {
  return `${cells.map(quoted).join(",")}\n`;
}

/** Quoted where RFC 4180 asks for it, and where a spreadsheet could take the user's own text for a formula. */
function quoted(cell: string): string {
  return /[",\r\n\t]|^[=+\-@]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
