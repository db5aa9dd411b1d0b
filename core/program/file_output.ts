/**
 * Output that goes to a file. Where the file takes no more, all that it has not kept goes to the standard output: a full
 * disk costs no measurement.
 */
import type { Destination } from "../destination/destination.ts";
import { expandFileName } from "../destination/file_name.ts";
import { printable } from "../name/text.ts";
import { type OutputFormat, OUTPUTS } from "../output/mod.ts";
import type { ToldPlan } from "../plan.ts";
import type { View } from "../view.ts";
import { type FileDestination, type TextFile, type TextOutput, UnusableError, type World } from "./world.ts";

/** What the file of a run is called after, and what hastens its end. */
interface RunFacts {
  readonly view: View;
  readonly plan: ToldPlan;
  /** Unix time in ms. */
  readonly startedAtMs: number;
  /** The first one as typed. */
  readonly target: string;
  /** The run has to end: nothing is waited for at length. */
  readonly hurry: Promise<unknown>;
}

/** Opens the file, so that what is in the way is told before the first probe. Throws `UnusableError`. */
export async function openFileOutput(
  { mode, name, rotation }: Destination,
  run: RunFacts,
  world: World,
): Promise<TextOutput> {
  const { view: { output }, startedAtMs, target, hurry } = run;
  const format: OutputFormat = OUTPUTS[output];
  const path = expandFileName(name, {
    startedAtMs,
    utcOffsetMinutes: world.utcOffsetMinutes(startedAtMs),
    localHost: world.localHost,
    target,
    extension: format.extension ?? output,
  });
  const destination: FileDestination = { mode, path, rotation, header: format.header?.(run) };
  try {
    return new FileOutput(await world.openFile(destination, hurry), path, world);
  } catch (error) {
    throw unwritable(path, error, world);
  }
}

/** What the user is told; a defect is given as it is. */
function unwritable(path: string, error: unknown, { reasonOf }: Pick<World, "reasonOf">, hint = ""): unknown {
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new UnusableError(`Cannot write to ${printable(path)}: ${reason}${hint}`);
}

class FileOutput implements TextOutput {
  readonly #file: TextFile;
  readonly #path: string;
  readonly #world: World;
  #writing: Promise<void> = Promise.resolve();
  /** Once the file has failed. */
  #instead: TextOutput | undefined;
  #failure: unknown;

  constructor(file: TextFile, path: string, world: World) {
    this.#file = file;
    this.#path = path;
    this.#world = world;
  }

  get isClosed(): boolean {
    return this.#instead?.isClosed ?? false;
  }

  print(text: string | undefined): void {
    if (text === undefined || text === "") return;
    this.#writing = this.#writing.then(() => this.#write(text));
  }

  /** Throws `UnusableError` where the file does not hold the whole run, and what else went wrong on the way to it. */
  async done(): Promise<undefined> {
    await this.#writing;
    if (this.#instead === undefined) await this.#attempt(() => this.#file.finish());
    if (this.#instead === undefined) return;
    const problem = await this.#instead.done();
    const why = problem === undefined ? "nobody reads it" : this.#world.reasonOf(problem) ?? problem.message;
    const hint = this.#instead.isClosed
      ? `; nor to the standard output: ${why}`
      : "; what was measured is on the standard output";
    throw unwritable(this.#path, this.#failure, this.#world, hint);
  }

  async #write(text: string): Promise<void> {
    if (this.#instead === undefined) await this.#attempt(() => this.#file.write(text));
    else this.#instead.print(text);
  }

  async #attempt(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failure = error;
      this.#instead = this.#world.standardOutput(() => {});
      for (const text of this.#file.giveUp()) this.#instead.print(text);
    }
  }
}
