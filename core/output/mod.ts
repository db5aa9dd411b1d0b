/**
 * The outputs. Each gives a run as text and writes nothing: the program does. Most render it when it is over, some are a
 * stream beside it. A new format is one file and one line here.
 */
import type { OutputName } from "../view.ts";
import { csv } from "./csv.ts";
import { json } from "./json.ts";
import { jsonl } from "./jsonl.ts";
import { nagios } from "./nagios.ts";
import { raw } from "./raw.ts";
import type { OutputFormat } from "./record.ts";
import { report } from "./report.ts";
import { split } from "./split.ts";
import { xml } from "./xml.ts";

export { type Names, type OutputFormat, type OutputStream, type RunRecord, type RunSetup } from "./record.ts";
export { type TargetEvent, type TargetRecord, type TargetSetup, TICK_MS } from "./record.ts";

export const OUTPUTS = { report, csv, json, xml, raw, split, jsonl, nagios } as const satisfies Record<
  OutputName,
  OutputFormat
>;
