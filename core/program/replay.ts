/** Shows what was measured before: archives of this program, and files of other programs. */
import { ArchiveError, CutOffError, fileText } from "../archive/archive_error.ts";
import type { RunLine } from "../archive/line.ts";
import { readLine } from "../archive/read_line.ts";
import { type TextLine, textLines } from "../archive/text_lines.ts";
import { type Chunks, unpacked } from "../content/content.ts";
import type { IpInfoTable } from "../name/ip_info.ts";
import { printable } from "../name/text.ts";
import type { ReplayInvocation } from "../option/mod.ts";
import type { ToldPlan } from "../plan.ts";
import { readAsFile } from "./input.ts";
import { type OutputFormat, OUTPUTS } from "../output/mod.ts";
import { MisplacedLineError, Rerun, type RerunEnd, type RerunOptions } from "./rerun.ts";
import { finish } from "./ending.ts";
import { type TextOutput, UnusableError, type World } from "./world.ts";

/** Reads, prints and gives the exit status: that of the runs, the greatest of several. */
export async function runReplay(invocation: ReplayInvocation, world: World): Promise<number> {
  const { view, asFiles, files, source } = invocation;
  await world.renounce();
  const tables: IpInfoTable[] = [];
  for (const file of asFiles) tables.push(await readAsFile(file, world));
  const show = new Show((plan) => outputOf(invocation, plan, world), world, logHeader(invocation));
  for (const file of files) {
    try {
      const content = await contentOf(file, world);
      if (source === "archive") await replay(file, content, { view, tables }, show);
      else await (await import("./import.ts")).runImport(file, content, { view, tables }, show);
    } catch (error) {
      await show.written();
      throw asUnusable(error, file, world);
    }
    if (show.isClosed) break;
  }
  await finish(await show.output({}), world);
  return show.exit;
}

async function outputOf(
  { destination, gzip, view }: ReplayInvocation,
  plan: ToldPlan,
  world: World,
): Promise<TextOutput> {
  if (destination === undefined) return world.standardOutput(() => {}, { gzip });
  const { openFileOutput } = await import("./file_output.ts");
  const facts = { plan, view, startedAtMs: world.nowUnixMs(), target: "replay", hurry: new Promise(() => {}) };
  return await openFileOutput(destination, facts, world);
}

/** The columns of a log, of which it has one line. */
function logHeader({ destination, view }: ReplayInvocation): ((plan: ToldPlan) => string) | undefined {
  const { header } = OUTPUTS[view.output] as OutputFormat;
  return destination?.mode === "append" && header !== undefined ? (plan) => header({ view, plan }) : undefined;
}

/** Where runs are shown, and what comes of them. It is opened when the first plan is known, which its header may tell. */
export class Show {
  readonly #open: (plan: ToldPlan) => Promise<TextOutput>;
  readonly #world: Pick<World, "complain">;
  /** Where all runs have to have one. */
  readonly #headerOf: ((plan: ToldPlan) => string) | undefined;
  #header: string | undefined;
  #printer: TextOutput | undefined;
  #exit = 0;

  constructor(
    open: (plan: ToldPlan) => Promise<TextOutput>,
    world: Pick<World, "complain">,
    headerOf: ((plan: ToldPlan) => string) | undefined,
  ) {
    this.#open = open;
    this.#world = world;
    this.#headerOf = headerOf;
  }

  get exit(): number {
    return this.#exit;
  }

  get isClosed(): boolean {
    return this.#printer?.isClosed ?? false;
  }

  /** Where it goes, opened for runs of this plan if it is not yet. Throws `UnusableError`. */
  async output(plan: ToldPlan): Promise<TextOutput> {
    return this.#printer ??= await this.#open(plan);
  }

  /** A run of this plan is next. Throws `UnusableError` where its rows do not go below those of another one. */
  begin(plan: ToldPlan): void {
    const header = this.#headerOf?.(plan);
    this.#header ??= header;
    if (header === this.#header) return;
    throw new UnusableError(
      "Cannot append runs with different columns to one log: write those with --flows to another one, or use -j",
    );
  }

  /** Of a run of this plan. Fulfilled when it is written, so that no more waits to be than has been read at once. */
  async print(text: string, plan: ToldPlan): Promise<void> {
    (await this.output(plan)).print(text);
    await this.written();
  }

  async written(): Promise<void> {
    await this.#printer?.written?.();
  }

  end({ exit, sentences }: RerunEnd): void {
    this.#exit = Math.max(this.#exit, exit);
    for (const sentence of sentences) this.#world.complain(sentence);
  }

  complain(sentence: string): void {
    this.#world.complain(sentence);
  }
}

async function contentOf(file: string, world: World): Promise<Chunks> {
  const cutOff = (bytes: number): Error =>
    new CutOffError(`its gzip data are damaged or cut off behind ${bytes} unpacked bytes`);
  return await unpacked(await world.read(file), cutOff);
}

function asUnusable(error: unknown, file: string, world: World): unknown {
  if (error instanceof ArchiveError) return new UnusableError(error.message);
  if (error instanceof CutOffError) return new UnusableError(`Cannot read ${fileText(file)}: ${error.message}`);
  const reason = world.reasonOf(error);
  return reason === undefined ? error : new UnusableError(`Cannot read ${fileText(file)}: ${reason}`);
}

/** Shows every run of an archive; of one that was cut off, all that is there. */
async function replay(file: string, content: Chunks, options: RerunOptions, show: Show): Promise<void> {
  const reader = new ArchiveReader(file, options, show);
  let cutOff: string | undefined;
  try {
    for await (const lines of textLines(file, content)) {
      const text = lines.map((line) => reader.take(line)).join("");
      if (reader.plan !== undefined) await show.print(text, reader.plan);
      if (show.isClosed) return;
    }
  } catch (error) {
    if (!(error instanceof CutOffError)) throw error;
    cutOff = error.message;
  }
  await show.print(reader.finish(cutOff), reader.plan ?? {});
}

class ArchiveReader {
  readonly #file: string;
  readonly #options: RerunOptions;
  readonly #show: Show;
  #rerun: Rerun | undefined;
  #plan: ToldPlan | undefined;
  #number = 0;
  #isTorn = false;

  constructor(file: string, options: RerunOptions, show: Show) {
    this.#file = file;
    this.#options = options;
    this.#show = show;
  }

  /** What was planned for the latest run; `undefined` before the first one. */
  get plan(): ToldPlan | undefined {
    return this.#plan;
  }

  /** What there is to print. Throws `ArchiveError`. */
  take({ number, text, isLast }: TextLine): string {
    this.#number = number;
    if (text.trim() === "") return "";
    const read = readLine(text);
    if (!read.ok) {
      // Whoever wrote it was ended in the middle of a line.
      if (isLast && this.#rerun !== undefined) {
        this.#isTorn = true;
        return "";
      }
      const hint = this.#rerun === undefined && read.isForeign ? `; ${IMPORT_HINT}` : "";
      throw this.#error(`${read.why}${hint}`);
    }
    const { line } = read;
    if (line === undefined) return "";
    if (line.kind === "run") return this.#begin(line);
    if (this.#rerun === undefined) throw this.#error(`a "run" must stand before it; ${IMPORT_HINT}`);
    try {
      return this.#rerun.take(line);
    } catch (error) {
      if (!(error instanceof MisplacedLineError)) throw error;
      throw this.#error(error.message);
    }
  }

  /** `cutOff` says what kept the content from being read to its end. Throws `ArchiveError`. */
  finish(cutOff: string | undefined): string {
    if (this.#rerun === undefined) throw new ArchiveError(this.#file, "", cutOff ?? `no run is in it; ${IMPORT_HINT}`);
    return this.#endRun(cutOff);
  }

  #begin(line: RunLine): string {
    const text = this.#rerun === undefined ? "" : this.#endRun(undefined);
    this.#rerun = new Rerun(line, this.#options);
    this.#plan = line.plan;
    this.#show.begin(line.plan);
    return text;
  }

  #endRun(cutOff: string | undefined): string {
    const rerun = this.#rerun;
    if (rerun === undefined) return "";
    const end = rerun.finish();
    const isCutOff = cutOff !== undefined || this.#isTorn || !rerun.isWhole;
    this.#show.end(isCutOff ? { ...end, exit: Math.max(1, end.exit) } : end);
    if (isCutOff) {
      const what = cutOff ?? (this.#isTorn ? "it ends within this line" : "the run has no end");
      this.#show.complain(`${printable(this.#file)}: line ${this.#number}: ${what}; what stands before is shown`);
    }
    return end.text;
  }

  #error(why: string): ArchiveError {
    return new ArchiveError(this.#file, `line ${this.#number}`, why);
  }
}

const IMPORT_HINT = "mtr-deno import reads files of other programs";
