/** The text of a run that is printed target by target, as each is finished and its names are known. */
import type { Lookups } from "../name/lookups.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "../output/mod.ts";
import type { Course } from "./course.ts";
import { NAMES_LIMIT_MS } from "./input.ts";
import type { Listener } from "./listener.ts";
import type { TextOutput, World } from "./world.ts";

interface PiecesSetup {
  readonly text: NonNullable<OutputFormat["target"]>;
  readonly header: string;
  readonly courses: readonly Course[];
  readonly run: () => Omit<RunRecord, "targets">;
  readonly record: (course: Course) => TargetRecord;
  readonly lookups: Pick<Lookups, "isPending">;
  readonly printer: Pick<TextOutput, "print">;
  readonly world: Pick<World, "nowUnixMs">;
}

export class Pieces implements Listener {
  readonly #setup: PiecesSetup;
  /** Finished, and not printed yet, in that order. */
  readonly #waiting: Course[] = [];
  readonly #printed = new Set<Course>();

  constructor(setup: PiecesSetup) {
    this.#setup = setup;
  }

  /** Prints what is known before the first probe: the header, and whom nobody can trace. */
  begin(): void {
    const { header, courses, printer } = this.#setup;
    printer.print(header + this.#textOf(courses.filter(({ failure }) => failure !== undefined)));
  }

  finish(course: Course): void {
    // Who was known to be untraceable at the beginning is told already.
    if (!this.#printed.has(course)) this.#waiting.push(course);
  }

  settle(): void {
    this.#printReady();
  }

  tick(): void {
    this.#printReady();
  }

  /** The text of all others: who is not finished comes last. */
  end(): string {
    return this.#textOf(this.#waiting.splice(0)) +
      this.#textOf(this.#setup.courses.filter((course) => !this.#printed.has(course)));
  }

  #printReady(): void {
    const end = this.#waiting.findIndex((course) => !this.#isNamed(course));
    this.#setup.printer.print(this.#textOf(this.#waiting.splice(0, end < 0 ? Infinity : end)));
  }

  #textOf(courses: readonly Course[]): string {
    if (courses.length === 0) return "";
    const { text, run, record } = this.#setup;
    const facts = run();
    for (const course of courses) this.#printed.add(course);
    return courses.map((course) => text(record(course), facts)).join("");
  }

  /** Its names are known, or have been waited for long enough. */
  #isNamed({ path, endedAtMs }: Course): boolean {
    const { lookups, world } = this.#setup;
    if (world.nowUnixMs() - endedAtMs >= NAMES_LIMIT_MS) return true;
    return !(path?.hops() ?? []).some(({ responders }) => responders.some(({ address }) => lookups.isPending(address)));
  }
}
