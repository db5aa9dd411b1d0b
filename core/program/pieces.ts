/** The text of a run that is printed target by target, as each is finished and its names are known. */
import type { Lookups } from "../name/lookups.ts";
import type { OutputFormat, RunRecord, TargetRecord } from "../output/mod.ts";
import { type Course, isFound } from "./course.ts";
import { NAMES_LIMIT_MS } from "./input.ts";
import type { World } from "./world.ts";

interface PiecesSetup {
  readonly text: NonNullable<OutputFormat["target"]>;
  readonly header: string;
  readonly courses: readonly Course[];
  readonly run: () => Omit<RunRecord, "targets">;
  readonly record: (course: Course) => TargetRecord;
  readonly lookups: Pick<Lookups, "isPending">;
  readonly world: Pick<World, "nowUnixMs">;
}

export class Pieces {
  readonly #setup: PiecesSetup;
  /** Finished, and not printed yet, in that order. */
  readonly #waiting: Course[] = [];
  readonly #printed = new Set<Course>();

  constructor(setup: PiecesSetup) {
    this.#setup = setup;
  }

  /** What is known before the first probe: the header, and whom nobody can trace. */
  begin(): string {
    return this.#setup.header + this.#textOf(this.#setup.courses.filter((course) => !isFound(course)));
  }

  finish(course: Course): void {
    this.#waiting.push(course);
  }

  /** Those that are ready by now. */
  ready(): string {
    const end = this.#waiting.findIndex((course) => !this.#isNamed(course));
    return this.#textOf(this.#waiting.splice(0, end < 0 ? Infinity : end));
  }

  /** All others: who is not finished comes last. */
  end(): string {
    return this.#textOf(this.#waiting.splice(0)) +
      this.#textOf(this.#setup.courses.filter((course) => !this.#printed.has(course)));
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
