/**
 * The report for people, narrow and wide: mtr's layout, byte for byte where the path answers.
 *
 * It differs from mtr's where that would mislead: "no sample" is `-`, not 0.0; a value that is too long for its column
 * widens the column instead of being cut; a refusal is shown beside the address; the labels of every hop are shown; the
 * titles of the wide report stand above their columns; and a line `Status: …` says what else than a complete
 * measurement this is.
 */
import { columnsOf, type Field } from "../path/fields.ts";
import type { HopFigures, ResponderFigures } from "../path/hop.ts";
import type { PathFigures } from "../path/path.ts";
import { asOf, localHostOf, nameOf } from "./naming.ts";
import { fixed, milliseconds } from "./number.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "./record.ts";
import { sentenceOf } from "./sentence.ts";
import { reportTime } from "./time.ts";

export const report: OutputFormat = {
  help: "A table for people",
  render: (run) => run.targets.map((target) => renderTarget(target, run)).join(""),
};

/** Where the columns of a narrow report begin, and the room that mtr gives to a name there. */
const NARROW = 33;

/** Width of an AS number with its `AS` in mtr 0.95. */
const AS_WIDTH = 9;

/** How many addresses of a hop mtr looks at; the rest is only counted. */
const ADDRESSES_SHOWN = 8;

const INDENT = {
  address: " ".repeat(8),
  addressWithAs: " ".repeat(5),
  labels: " ".repeat(7),
} as const;

const HEADER = "HOST: ";

/** A hop, ready to be laid out. */
interface Row {
  readonly number: string;
  readonly as: string;
  readonly name: string;
  /** With the blank before it; empty if the hop refuses nothing. */
  readonly marker: string;
  readonly hop: HopFigures;
  /** Addresses other than the main one. */
  readonly others: readonly Other[];
}

interface Other {
  readonly as: string;
  readonly name: string;
  readonly responder: ResponderFigures;
}

/** All widths of one target's table, in characters. */
interface Layout {
  readonly columns: readonly Field[];
  readonly columnWidths: readonly number[];
  /** 0 without AS numbers. */
  readonly asWidth: number;
  /** Room for a name. */
  readonly nameWidth: number;
  /** Where the first column begins; `undefined` if what stands before is never cut. */
  readonly columnsAt: number | undefined;
}

function renderTarget(target: TargetRecord, run: RunRecord): string {
  const rows = target.path === undefined ? [] : rowsOf(target.path, run);
  const layout = layoutOf(rows, run);
  const sentence = sentenceOf(target);
  return [
    `Start: ${reportTime(target.startedAtMs, target.utcOffsetMinutes)}`,
    headerLine(layout, run),
    ...rows.flatMap((row) => linesOf(row, layout, run)),
    ...(sentence === undefined ? [] : [`Status: ${target.status}: ${sentence}`]),
  ].map((line) => `${line}\n`).join("");
}

function rowsOf(path: PathFigures, run: RunRecord): readonly Row[] {
  const hops = path.hops();
  const digits = Math.max(2, String(hops.at(-1)?.ttl).length);
  return hops.map((hop) => {
    const refusal = path.refusalAt(hop);
    return {
      number: ` ${String(hop.ttl).padStart(digits)}.`,
      as: asOf(hop.main, run),
      name: nameOf(hop.main, run),
      marker: refusal === undefined ? "" : ` ${refusal.marker}`,
      hop,
      others: hop.responders.slice(0, ADDRESSES_SHOWN)
        .filter((responder) => responder.address !== hop.main?.address)
        .map((responder) => ({ as: asOf(responder, run), name: nameOf(responder, run), responder })),
    };
  });
}

function layoutOf(rows: readonly Row[], run: RunRecord): Layout {
  const columns = columnsOf(run.view.order);
  const asWidth = run.view.asLookup ? asWidthOf(rows) : 0;
  const columnWidths = columns.map((field) =>
    Math.max(field.width, ...rows.map(({ hop }) => 1 + growingText(field, hop).length))
  );
  if (!run.view.wide) {
    const pushed = Math.max(0, asWidth - AS_WIDTH);
    return {
      columns,
      columnWidths,
      asWidth,
      nameWidth: NARROW,
      columnsAt: columns.length > 0 ? NARROW + pushed : undefined,
    };
  }
  const longest = Math.max(localHostOf(run).length, ...rows.map(({ name, marker }) => name.length + marker.length));
  return {
    columns,
    columnWidths,
    asWidth,
    nameWidth: run.view.asLookup ? longest + 1 : longest,
    columnsAt: undefined,
  };
}

/** mtr's width, and more if a text would touch the name. */
function asWidthOf(rows: readonly Row[]): number {
  const texts = rows.flatMap(({ as, others }) => [as, ...others.map((other) => other.as)]);
  return Math.max(AS_WIDTH, ...texts.map((text) => text.length + 1));
}

/** The part of a cell that must not be cut: mtr drops the `%` of 100 %, and so do we. */
function growingText(field: Field, hop: HopFigures): string {
  return cellText(field, hop).replace("%", "");
}

function headerLine(layout: Layout, run: RunRecord): string {
  const titles = layout.columns.map((field, index) => field.title.padStart(layout.columnWidths[index] ?? 0));
  const before = `${HEADER}${localHostOf(run)}`;
  const lead = run.view.wide ? leadOf({ number: " 00.", as: "" }, layout).length : HEADER.length;
  return `${fit(before, lead + layout.nameWidth, layout)}${titles.join("")}`;
}

function linesOf(row: Row, layout: Layout, run: RunRecord): readonly string[] {
  return [
    hopLine(row, layout),
    ...labelLines(row.hop.main, run),
    ...row.others.flatMap((other) => [...addressLines(other, layout), ...labelLines(other.responder, run)]),
    ...moreLines(row),
  ];
}

function hopLine({ number, as, name, marker, hop }: Row, layout: Layout): string {
  const lead = leadOf({ number, as }, layout);
  const room = (layout.columnsAt ?? Infinity) - lead.length - marker.length;
  const before = fit(`${lead}${name.slice(0, room)}${marker}`, lead.length + layout.nameWidth, layout);
  const last = layout.columns.length - 1;
  const cells = layout.columns.map((field, index) =>
    cell(cellText(field, hop), layout.columnWidths[index] ?? 0, index === last)
  );
  return `${before}${cells.join("")}`;
}

function leadOf({ number, as }: Pick<Row, "number" | "as">, { asWidth }: Layout): string {
  return asWidth > 0 ? `${number} ${as.padEnd(asWidth)}` : `${number}|-- `;
}

/** What stands before the columns, padded; a narrow report also cuts it where its columns begin. */
function fit(text: string, width: number, { columnsAt }: Layout): string {
  return text.padEnd(columnsAt ?? width).slice(0, columnsAt);
}

function cell(text: string, width: number, isLast: boolean): string {
  const cut = text.length < width || isLast ? text : text.replace("%", "");
  return cut === text && text.length >= width ? ` ${text}` : cut.padStart(width);
}

function cellText(field: Field, hop: HopFigures): string {
  if (field.unit === "blank") return "";
  const value = field.value(hop);
  if (value === undefined) return "-";
  switch (field.unit) {
    case "percent":
      return `${fixed(value, field.decimals)}%`;
    case "count":
      return String(value);
    case "microseconds":
      return milliseconds(value, field.decimals);
    default:
      return field.unit satisfies never;
  }
}

function addressLines({ as, name }: Other, { asWidth, nameWidth }: Layout): readonly string[] {
  const line = `${INDENT.address}${name.padEnd(nameWidth)}`;
  return asWidth > 0 ? [line, `${INDENT.addressWithAs}${as.padEnd(asWidth)}${name}`] : [line];
}

function labelLines(responder: ResponderFigures | undefined, { view }: RunRecord): readonly string[] {
  if (!view.mpls || responder === undefined) return [];
  return responder.labels.map(({ label, trafficClass, bottomOfStack, ttl }) =>
    `${INDENT.labels}[MPLS: Lbl ${label} TC ${trafficClass} S ${bottomOfStack ? 1 : 0} TTL ${ttl}]`
  );
}

function moreLines({ hop, others }: Row): readonly string[] {
  const shown = others.length + (hop.main === undefined ? 0 : 1);
  const more = hop.responders.length - shown;
  if (hop.answersFromOthers > 0) return [`${INDENT.address}(more than ${hop.responders.length} addresses)`];
  return more > 0 ? [`${INDENT.address}(${more} more)`] : [];
}
