/** mtr's CSV: nothing is quoted. */
import { fixed } from "../../output/number.ts";
import type { DialectName } from "../dialect.ts";
import { fieldsOf, type MtrField, THOUSANDTHS } from "../mtr_fields.ts";
import type { MtrHop } from "../mtr_path.ts";
import { asNumberText } from "./as_text.ts";
import { hopNameOf, nameOf, otherRespondersOf } from "./naming.ts";
import type { CompatEnd, CompatRun } from "./run.ts";

const MS_PER_S = 1000;

/** What the releases do differently: the end of the header, the title of a blank column, and what stands in it. */
const DIALECTS = {
  "0.95": { headerEnd: ",", blankTitle: " ", hasBlankValue: true },
  "0.96": { headerEnd: "", blankTitle: "", hasBlankValue: false },
} as const satisfies Record<DialectName, unknown>;

/** A header and a row a hop; nothing if there is no hop. With -w a row for each further address of a hop. */
export function csv(run: CompatRun & CompatEnd): string {
  const rows = run.path.rows();
  if (rows.length === 0) return "";
  return [headerOf(run), ...rows.flatMap((hop) => rowsOf(hop, run))].map((line) => `${line}\n`).join("");
}

function headerOf({ settings }: CompatRun): string {
  const { headerEnd, blankTitle } = DIALECTS[settings.dialect];
  const fields = fieldsOf(settings.order, settings.dialect);
  return [
    "Mtr_Version,Start_Time,Status,Host,Hop,Ip",
    ...(settings.ipinfoFields.includes(0) ? ["Asn"] : []),
    ...fields.map(({ kind, title }) => kind === "blank" ? blankTitle : title),
  ].join(",") + headerEnd;
}

function rowsOf(hop: MtrHop, run: CompatRun & CompatEnd): readonly string[] {
  const others = run.settings.wide ? otherRespondersOf(hop, run.settings) : [];
  return [
    rowOf(hop, hopNameOf(hop, run), hop.latest?.address, run),
    ...others.map(({ address }) => rowOf(hop, nameOf(address, run), address, run)),
  ];
}

function rowOf(hop: MtrHop, name: string, address: string | undefined, run: CompatRun & CompatEnd): string {
  const { settings, target, endedAtUnixMs } = run;
  const asNumber = asNumberText(address, run);
  return [
    `MTR.${settings.dialect}`,
    Math.floor(endedAtUnixMs / MS_PER_S),
    "OK",
    target,
    hop.index + 1,
    name,
    ...(asNumber === undefined ? [] : [asNumber.trim()]),
    ...fieldsOf(settings.order, settings.dialect).map((field) => valueOf(field, hop, settings.dialect)),
  ].join(",");
}

function valueOf({ kind, value }: MtrField, { figures }: MtrHop, dialect: DialectName): string {
  if (kind === "thousandths") return fixed(value(figures) / THOUSANDTHS, 2);
  return kind === "blank" && !DIALECTS[dialect].hasBlankValue ? "" : String(value(figures));
}
