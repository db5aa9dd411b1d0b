/** Whoever hears of a run while it goes on. */
import type { TraceEvent } from "../messages.ts";
import type { OutputStream } from "../output/mod.ts";
import type { Course, FoundCourse } from "./course.ts";
import type { TextOutput } from "./world.ts";

/** Called in this order, but for `named` and `tick`, which come at any time. */
export interface Listener {
  /** An event; `course` is its target, if it has one, whose path has taken it in. */
  take?(event: TraceEvent, course: FoundCourse | undefined): void;
  /** Nothing more comes of this target. */
  finish?(course: Course): void;
  /** All events that have come together are told. */
  settle?(): void;
  /** The names know more of this address than before. */
  named?(address: string): void;
  /** `TICK_MS` have passed. */
  tick?(): void;
}

/** Prints what a stream has to say: of events that come together at once. */
export class StreamPrinter implements Listener {
  readonly #stream: OutputStream;
  readonly #printer: Pick<TextOutput, "print">;
  #text = "";

  constructor(stream: OutputStream, printer: Pick<TextOutput, "print">) {
    this.#stream = stream;
    this.#printer = printer;
  }

  take(event: TraceEvent, course: FoundCourse | undefined): void {
    if (!("target" in event)) this.#text += this.#stream.aside?.(event) ?? "";
    else if (course?.path !== undefined) this.#text += this.#stream.event(event, course.path);
  }

  settle(): void {
    this.#printer.print(this.#text);
    this.#text = "";
  }

  named(address: string): void {
    this.#printer.print(this.#stream.named(address));
  }

  tick(): void {
    this.#printer.print(this.#stream.tick());
  }
}
