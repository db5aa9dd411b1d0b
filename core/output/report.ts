/**
 * The report for people, narrow and wide: mtr's layout, byte for byte where the path answers.
 *
 * It differs from mtr's where that would mislead: "no sample" is `-`, not 0.0; a value that is too long for its column
 * widens the column instead of being cut; a refusal is shown beside the address; the labels of every hop are shown; the
 * titles of the wide report stand above their columns; and lines `Status: …`, `Verdict: …` and `Limit: …` say what else than
 * a complete measurement this is, what the figures mean, and which limits were crossed.
 */
import { toldHops } from "../path/target.ts";
import { columnsOf, type Field } from "../path/fields.ts";
import type { HopFigures, ResponderFigures } from "../path/hop_figures.ts";
import type { PathFigures } from "../path/figures.ts";
import { IP_INFO_COLUMNS, ipInfoOf } from "./ip_info.ts";
import { cell, cellText, growingText } from "./cell.ts";
import { labelText } from "./label.ts";
import { crossingsOf } from "./limit.ts";
import { loadSentence } from "./load.ts";
import { multipathLines, multipathOf } from "./multipath.ts";
import { localHostOf, nameOf, UNKNOWN } from "./naming.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";
import { sharedSentence } from "./shared.ts";
import { portsSentence, sentenceOf } from "./sentence.ts";
import { reportTime } from "./time.ts";
import { firstWords, toldVerdicts, verdictLine } from "./verdict.ts";

export const report: OutputFormat = {
  help: "A table for people",
  extension: "txt",
  target: renderTarget,
  render: (run) => run.targets.map((target) => renderTarget(target, run)).join(""),
};

/** What of a run is the same for all of its targets. */
type RunFacts = Omit<RunRecord, "targets">;

/** Where the columns of a narrow report begin, and the room that mtr gives to a name there. */
const NARROW = 33;

const INDENT = {
  address: " ".repeat(8),
  addressWithInfo: " ".repeat(5),
  labels: " ".repeat(7),
} as const;

const HEADER = "HOST: ";

/** A hop, ready to be laid out. */
interface Row {
  readonly number: string;
  /** Texts of the fields of AS information. */
  readonly info: readonly string[];
  readonly name: string;
  /** With the blank before it; empty if the hop refuses nothing. */
  readonly marker: string;
  readonly hop: HopFigures;
  /** Its first verdict, where a column asks for it. */
  readonly word: string | undefined;
  /** Addresses other than the main one. */
  readonly others: readonly Other[];
}

interface Other {
  readonly info: readonly string[];
  readonly name: string;
  readonly responder: ResponderFigures;
}

/** All widths of one target's table, in characters. */
interface Layout {
  readonly columns: readonly Field[];
  readonly columnWidths: readonly number[];
  /** Of the fields of AS information; empty without any. */
  readonly infoWidths: readonly number[];
  /** Room for a name. */
  readonly nameWidth: number;
  /** Where the first column begins; `undefined` if what stands before is never cut. */
  readonly columnsAt: number | undefined;
}

function renderTarget(target: TargetRecord, run: RunFacts): string {
  const rows = target.path === undefined ? [] : rowsOf(target.path, run);
  const layout = layoutOf(rows, run);
  const sentence = sentenceOf(target);
  const shared = target.path && sharedSentence(target.path);
  const ports = target.path && portsSentence(target.path);
  const { startedAtMs } = target;
  return [
    `Start: ${startedAtMs === undefined ? UNKNOWN : reportTime(startedAtMs, target.utcOffsetMinutes)}`,
    headerLine(layout, run),
    ...rows.flatMap((row) => linesOf(row, layout, run)),
    // Those that a search for all paths takes are too many, and few go all the way.
    ...(run.plan.multipath === true ? [] : target.path?.flows ?? []).flatMap((flow, index) => [
      `Flow ${index + 1}:`,
      ...rowsOf(flow, run).flatMap((row) => linesOf(row, layout, run)),
    ]),
    ...multipathLines(multipathOf(target.path, run), run),
    ...(sentence === undefined ? [] : [`Status: ${target.status}: ${sentence}`]),
    ...(target.path?.load === undefined ? [] : [`Load: ${loadSentence(target.path.load)}`]),
    ...(shared === undefined ? [] : [`Shared: ${shared}`]),
    ...(ports === undefined ? [] : [`Ports: ${ports}`]),
    ...toldVerdicts(target, run.counts).map((verdict) => `Verdict: ${verdictLine(verdict)}`),
    ...crossingsOf(target).map((crossing) => `Limit: ${crossing}`),
  ].map((line) => `${line}\n`).join("");
}

function rowsOf(path: PathFigures, run: RunFacts): readonly Row[] {
  const hops = toldHops(path);
  const words = firstWords(path, columnsOf(run.view.order));
  const digits = Math.max(2, String(hops.at(-1)?.ttl).length);
  return hops.map((hop) => {
    const refusal = path.refusalAt(hop);
    return {
      number: ` ${String(hop.ttl).padStart(digits)}.`,
      info: infoTexts(hop.main, run),
      name: nameOf(hop.main, run),
      marker: refusal === undefined ? "" : ` ${refusal.marker}`,
      hop,
      word: words.get(hop.ttl),
      others: hop.responders.slice(0, run.view.addressesShown)
        .filter((responder) => responder.address !== hop.main?.address)
        .map((responder) => ({ info: infoTexts(responder, run), name: nameOf(responder, run), responder })),
    };
  });
}

function infoTexts(responder: ResponderFigures | undefined, run: RunFacts): readonly string[] {
  return ipInfoOf(responder, run).map(({ text }) => text);
}

function layoutOf(rows: readonly Row[], run: RunFacts): Layout {
  const columns = columnsOf(run.view.order);
  const infoWidths = infoWidthsOf(rows, run);
  const columnWidths = columns.map((field) =>
    Math.max(field.width, ...rows.map(({ hop, word }) => 1 + growingText(field, hop, word).length))
  );
  if (!run.view.wide) {
    return {
      columns,
      columnWidths,
      infoWidths,
      nameWidth: NARROW,
      columnsAt: columns.length > 0 ? NARROW + infoText([], infoWidths).length : undefined,
    };
  }
  const longest = Math.max(localHostOf(run).length, ...rows.map(({ name, marker }) => name.length + marker.length));
  return {
    columns,
    columnWidths,
    infoWidths,
    nameWidth: infoWidths.length > 0 ? longest + 1 : longest,
    columnsAt: undefined,
  };
}

/** mtr's widths, and more where a text would touch what follows. */
function infoWidthsOf(rows: readonly Row[], { view }: RunFacts): readonly number[] {
  const texts = rows.flatMap(({ info, others }) => [info, ...others.map((other) => other.info)]);
  const last = view.ipinfo.length - 1;
  return view.ipinfo.map((field, index) => {
    const longest = Math.max(0, ...texts.map((info) => info[index]?.length ?? 0));
    return Math.max(IP_INFO_COLUMNS[field].width, index === last ? longest + 1 : longest);
  });
}

/** The fields as they stand before a name. */
function infoText(info: readonly string[], widths: readonly number[]): string {
  return widths.map((width, index) => (info[index] ?? "").padEnd(width)).join(" ");
}

function headerLine(layout: Layout, run: RunFacts): string {
  const titles = layout.columns.map((field, index) => field.title.padStart(layout.columnWidths[index] ?? 0));
  const before = `${HEADER}${localHostOf(run)}`;
  const lead = run.view.wide ? leadOf({ number: " 00.", info: [] }, layout).length : HEADER.length;
  return `${fit(before, lead + layout.nameWidth, layout)}${titles.join("")}`;
}

function linesOf(row: Row, layout: Layout, run: RunFacts): readonly string[] {
  return [
    hopLine(row, layout),
    ...labelLines(row.hop.main, run),
    ...row.others.flatMap((other) => [...addressLines(other, layout), ...labelLines(other.responder, run)]),
    ...moreLines(row),
  ];
}

function hopLine({ number, info, name, marker, hop, word }: Row, layout: Layout): string {
  const lead = leadOf({ number, info }, layout);
  const room = (layout.columnsAt ?? Infinity) - lead.length - marker.length;
  const before = fit(`${lead}${name.slice(0, room)}${marker}`, lead.length + layout.nameWidth, layout);
  const last = layout.columns.length - 1;
  const cells = layout.columns.map((field, index) =>
    cell(cellText(field, hop, word), layout.columnWidths[index] ?? 0, index === last)
  );
  return `${before}${cells.join("")}`;
}

function leadOf({ number, info }: Pick<Row, "number" | "info">, { infoWidths }: Layout): string {
  return infoWidths.length > 0 ? `${number} ${infoText(info, infoWidths)}` : `${number}|-- `;
}

/** What stands before the columns, padded; a narrow report also cuts it where its columns begin. */
function fit(text: string, width: number, { columnsAt }: Layout): string {
  return text.padEnd(columnsAt ?? width).slice(0, columnsAt);
}

function addressLines({ info, name }: Other, { infoWidths, nameWidth }: Layout): readonly string[] {
  const line = `${INDENT.address}${name.padEnd(nameWidth)}`;
  return infoWidths.length > 0 ? [line, `${INDENT.addressWithInfo}${infoText(info, infoWidths)}${name}`] : [line];
}

function labelLines(responder: ResponderFigures | undefined, { view }: RunFacts): readonly string[] {
  if (!view.mpls || responder === undefined) return [];
  return responder.labels.map((label) => `${INDENT.labels}${labelText(label)}`);
}

function moreLines({ hop, others }: Row): readonly string[] {
  const shown = others.length + (hop.main === undefined ? 0 : 1);
  const more = hop.responders.length - shown;
  if (hop.answersFromOthers > 0) return [`${INDENT.address}(more than ${hop.responders.length} addresses)`];
  return more > 0 ? [`${INDENT.address}(${more} more)`] : [];
}
