/**
 * The outputs. Each renders a run as text and writes nothing: `cli.ts` does. A new format is one file and one line here.
 */
import type { OutputName } from "../view.ts";
import { csv } from "./csv.ts";
import { json } from "./json.ts";
import type { OutputFormat } from "./record.ts";
import { report } from "./report.ts";

export type { Names, OutputFormat, RunRecord, TargetRecord } from "./record.ts";

export const OUTPUTS = { report, csv, json } as const satisfies Record<OutputName, OutputFormat>;
