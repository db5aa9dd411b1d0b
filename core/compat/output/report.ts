/**
 * mtr's report. The columns of the narrow one are written over the line at a fixed place, so a long name is cut; and each
 * column begins where it should, so that a value wider than its column is cut by the next one.
 */
import { reportTime } from "../../output/time.ts";
import { fieldsOf, type MtrField } from "../mtr_fields.ts";
import type { MtrHop, MtrResponder } from "../mtr_path.ts";
import type { CompatSettings } from "../settings.ts";
import { asColumns, asColumnsWidth } from "./as_text.ts";
import { hopNameOf, nameOf, otherRespondersOf } from "./naming.ts";
import type { CompatRun } from "./run.ts";

/** Where the columns of the narrow report begin. */
const NARROW_AT = 33;

/** The line that is printed when the run starts: local time, which is so far ahead of UTC. */
export function startLine(unixMs: number, offsetMinutes: number): string {
  return `Start: ${reportTime(unixMs, offsetMinutes)}\n`;
}

/** All lines behind that one. */
export function report(run: CompatRun): string {
  const layout = layoutOf(run);
  return [headerOf(run, layout), ...run.path.rows().flatMap((hop) => linesOf(hop, run, layout))]
    .map((line) => `${line}\n`).join("");
}

interface Layout {
  readonly fields: readonly MtrField[];
  /** The local host's name is filled up to this. */
  readonly headerWidth: number;
  /** Names are filled up to this. */
  readonly nameWidth: number;
  /** What columns are written over; `undefined`: they are appended. */
  readonly columnsAt: number | undefined;
}

function layoutOf(run: CompatRun): Layout {
  const { settings, localHost, path } = run;
  const fields = fieldsOf(settings.order, settings.dialect);
  const asWidth = asColumnsWidth(settings);
  if (!settings.wide) {
    // 0.95 does not move the columns to make room for the lookup.
    const columnsAt = NARROW_AT + (settings.dialect === "0.95" ? 0 : asWidth);
    return { fields, headerWidth: columnsAt, nameWidth: NARROW_AT, columnsAt };
  }
  const longest = Math.max(localHost.length, ...path.rows().map((hop) => hopNameOf(hop, run).length));
  const nameWidth = hasAs(settings) ? longest + 1 : longest;
  return { fields, headerWidth: longest + asWidth, nameWidth, columnsAt: undefined };
}

function headerOf({ localHost }: CompatRun, { fields, headerWidth, columnsAt }: Layout): string {
  const text = `HOST: ${localHost.padEnd(headerWidth)}`;
  return withCells(text, fields.map(({ title, width }) => ({ text: title, width })), columnsAt);
}

function linesOf(hop: MtrHop, run: CompatRun, { fields, nameWidth, columnsAt }: Layout): readonly string[] {
  const { settings } = run;
  const number = String(hop.index + 1).padStart(2);
  const lead = hasAs(settings) ? ` ${number}. ${asColumns(hop.latest?.address, run)}` : ` ${number}.|-- `;
  const cells = fields.map(({ value, format, width }) => ({ text: format(value(hop.figures)), width }));
  const row = withCells(`${lead}${hopNameOf(hop, run).padEnd(nameWidth)}`, cells, columnsAt);
  const isAlone = hop.responders.length === 1 && hasAs(settings);
  return [
    row,
    ...(isAlone ? labelLines(hop.latest, settings) : []),
    ...otherRespondersOf(hop, settings).flatMap((other) => [
      `        ${nameOf(other.address, run).padEnd(nameWidth)}`,
      // mtr shows the labels of the hop itself only in this odd place.
      ...(other.place === 1 ? labelLines(hop.latest, settings) : []),
      ...(hasAs(settings) ? [`     ${asColumns(other.address, run)}${nameOf(other.address, run)}`] : []),
      ...labelLines(other, settings),
    ]),
  ];
}

function hasAs({ ipinfoFields }: CompatSettings): boolean {
  return ipinfoFields.length > 0;
}

interface Cell {
  readonly text: string;
  readonly width: number;
}

/** Puts `cells` behind `line`, or over it from `at` on; all but the last are cut or filled up to their widths. */
function withCells(line: string, cells: readonly Cell[], at: number | undefined): string {
  if (cells.length === 0) return line;
  const filled = cells.map(({ text, width }) => text.padStart(width));
  const cut = filled.map((text, index) => index === cells.length - 1 ? text : text.slice(0, cells[index]?.width));
  return `${line.slice(0, at)}${cut.join("")}`;
}

function labelLines(responder: MtrResponder | undefined, { mpls, dialect }: CompatSettings): readonly string[] {
  if (!mpls || responder === undefined) return [];
  return responder.labels.map(({ label, trafficClass, bottomOfStack, ttl }) => {
    const bottom = bottomOfStack ? 1 : 0;
    // 0.95 prints the octet itself, and the letter that was to be a part of its format.
    const bottomText = dialect === "0.95" ? `${String.fromCharCode(bottom)}u` : String(bottom);
    return `       [MPLS: Lbl ${label} TC ${trafficClass} S ${bottomText} TTL ${ttl}]`;
  });
}
