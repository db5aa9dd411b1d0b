/** Shows what other programs have measured. */
import { ArchiveError } from "../archive/archive_error.ts";
import type { Chunks } from "../content/content.ts";
import { type ImportedRun, importedRuns, MOST_MIB } from "../import/mod.ts";
import { type OutputFormat, OUTPUTS } from "../output/mod.ts";
import { sentenceOf } from "../output/sentence.ts";
import { worstExit } from "../path/status.ts";
import type { ToldPlan } from "../plan.ts";
import type { Show } from "./replay.ts";
import { Rerun, type RerunOptions } from "./rerun.ts";

// Lines that are folded before their text is printed.
const BATCH = 1_000;

/** Shows every run in a file. Throws `ArchiveError`. */
export async function runImport(file: string, content: Chunks, options: RerunOptions, show: Show): Promise<void> {
  for (const run of importedRuns(file, await wholeText(file, content))) {
    if (run.kind === "lines") await showLines(run.lines, options, show);
    else await showFigures(file, run.record, options, show);
    if (show.isClosed) return;
  }
}

async function wholeText(file: string, content: Chunks): Promise<string> {
  // Without the mark that some editors put first.
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > MOST_MIB << 20) {
      throw new ArchiveError(file, "", `it holds more than ${MOST_MIB} MiB: divide it between its runs`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function showLines(
  lines: Extract<ImportedRun, { kind: "lines" }>["lines"],
  options: RerunOptions,
  show: Show,
): Promise<void> {
  let rerun: Rerun | undefined;
  let plan: ToldPlan = {};
  let texts: string[] = [];
  for (const line of lines) {
    if (line.kind === "run") {
      rerun = new Rerun(line, options);
      plan = line.plan;
    } else texts.push(rerun?.take(line) ?? "");
    if (texts.length < BATCH) continue;
    await show.print(texts.join(""), plan);
    texts = [];
  }
  const end = rerun?.finish();
  if (end === undefined) return;
  show.end(end);
  await show.print(texts.join("") + end.text, plan);
}

async function showFigures(
  file: string,
  record: Extract<ImportedRun, { kind: "figures" }>["record"],
  { view, tables }: RerunOptions,
  show: Show,
): Promise<void> {
  const format: OutputFormat = OUTPUTS[view.output];
  if (format.stream !== undefined) {
    const why = `it tells no single measurements, of which ${view.output} is made; choose report, CSV, JSON or XML`;
    throw new ArchiveError(file, "", why);
  }
  const names = {
    host: record.names.host,
    ipInfo: (address: string) =>
      tables.map((table) => table.find(address)).find((info) => info !== undefined) ?? record.names.ipInfo(address),
  };
  const statuses = record.targets.map(({ status }) => status);
  const sentences = new Set(record.targets.map(sentenceOf).filter((sentence) => sentence !== undefined));
  show.end({ text: "", exit: worstExit(statuses), sentences: [...sentences] });
  await show.print(format.render({ ...record, names, view }), record.plan);
}
