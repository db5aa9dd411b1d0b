/**
 * CSV (RFC 4180) with the header of mtr's development head, once per run.
 *
 * The first cell names the program, its version and, behind a slash, the number of this format. "No sample" is an empty
 * cell. `Status` is a word of `core/path/status.ts`. A silent hop has `???` for its address, as
 * in mtr; a target that was never probed has one row with hop 0. In a wide view each further responder of a hop has a
 * row of its own, with its own figures.
 */
import { printable } from "../name/text.ts";
import { columnsOf, type Field } from "../path/fields.ts";
import type { Figures, HopFigures, ResponderFigures } from "../path/hop.ts";
import { VERSION } from "../version.ts";
import type { View } from "../view.ts";
import { IP_INFO_COLUMNS, ipInfoOf } from "./ip_info.ts";
import { nameOf } from "./naming.ts";
import { fixed, milliseconds } from "./number.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";

export const csv: OutputFormat = {
  help: "Comma-separated values, one row per hop",
  header: (view) => line(headerCells(view)),
  render: (run) => [headerCells(run.view), ...run.targets.flatMap((target) => rowsOf(target, run))].map(line).join(""),
};

const DECIMALS = 2;
const PROGRAM = "mtr-deno";

function headerCells({ order, ipinfo }: Pick<View, "order" | "ipinfo">): readonly string[] {
  const titles = columnsOf(order).map((field) => field.unit === "blank" ? "" : field.title);
  const infoTitles = ipinfo.map((field) => IP_INFO_COLUMNS[field].title);
  return ["Mtr_Version", "Start_Time", "Status", "Host", "Hop", "Ip", ...infoTitles, ...titles];
}

/** What has been measured by another program is still written by this one. */
function versionOf({ program }: RunRecord): string {
  return program.name === PROGRAM ? program.version : VERSION;
}

/** Grows with every change that a reader could notice. */
export const CSV_SCHEMA = 1;

/** What a row tells of: nobody for a silent hop, and neither for a target that was never probed. */
interface Subject {
  readonly hop?: HopFigures;
  readonly responder?: ResponderFigures | undefined;
  readonly figures?: Figures;
}

function rowsOf(target: TargetRecord, run: RunRecord): readonly (readonly string[])[] {
  if (target.path === undefined) return [rowCells(target, {}, run)];
  return target.path.hops().flatMap((hop) => {
    const others = run.view.wide ? hop.responders.filter(({ address }) => address !== hop.main?.address) : [];
    return [
      rowCells(target, { hop, responder: hop.main, figures: hop }, run),
      ...others.map((responder) => rowCells(target, { hop, responder, figures: responder }, run)),
    ];
  });
}

function rowCells(target: TargetRecord, { hop, responder, figures }: Subject, run: RunRecord): readonly string[] {
  return [
    `MTR.deno-${printable(versionOf(run))}/${CSV_SCHEMA}`,
    target.startedAtMs === undefined ? "" : String(Math.floor(target.startedAtMs / 1000)),
    target.status,
    harmless(printable(target.typed)),
    String(hop?.ttl ?? 0),
    hop === undefined ? "" : harmless(nameOf(responder, run)),
    ...ipInfoOf(responder, run).map(({ text }) => hop === undefined ? "" : harmless(text)),
    ...columnsOf(run.view.order).map((field) => figures === undefined ? "" : valueText(field, figures)),
  ];
}

function valueText(field: Field, figures: Figures): string {
  const value = field.value(figures);
  if (value === undefined) return "";
  switch (field.unit) {
    case "percent":
      return fixed(value, DECIMALS);
    case "microseconds":
      return milliseconds(value, DECIMALS);
    case "count":
      return String(value);
    case "blank":
      return "";
    default:
      return field.unit satisfies never;
  }
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
