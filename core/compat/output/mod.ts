/**
 * mtr's outputs, byte for byte. Each gives text and writes nothing; its caller does. The others of mtr (`curses`, `gtk`)
 * are screens, not text.
 */
import { csv } from "./csv.ts";
import { json } from "./json.ts";
import { raw } from "./raw.ts";
import { report } from "./report.ts";
import type { CompatDocument, CompatStreamOpener } from "./run.ts";
import { split } from "./split.ts";
import { xml } from "./xml.ts";
import type { CompatOutputName } from "../settings.ts";

export { startLine } from "./report.ts";
export type {
  CompatDocument,
  CompatEnd,
  CompatNames,
  CompatRun,
  CompatStream,
  CompatStreamOpener,
  NameLookup,
} from "./run.ts";

/** Printed when a run is over. A report follows its `startLine`. */
export const DOCUMENTS = { report, csv, json, xml } as const satisfies Partial<
  Record<CompatOutputName, CompatDocument>
>;

/** Printed as it comes. */
export const STREAMS = { raw, split } as const satisfies Partial<Record<CompatOutputName, CompatStreamOpener>>;
