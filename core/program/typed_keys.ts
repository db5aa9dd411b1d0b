/** What can be typed while an output that hears it is written: mtr's keys of its split view. */
import type { View } from "../view.ts";
import type { Course } from "./course.ts";
import type { TraceSession } from "./world.ts";

export class TypedKeys {
  readonly #keys: Readonly<Record<string, () => void>>;
  #isQuit = false;

  constructor(session: TraceSession, courses: readonly Course[], view: { -readonly [Name in keyof View]: View[Name] }) {
    const quit = (): void => {
      this.#isQuit = true;
      session.stop();
    };
    this.#keys = {
      q: quit,
      "\x03": quit,
      p: () => session.pause(),
      " ": () => session.resume(),
      r: () => courses.forEach(({ path }) => path?.reset()),
      n: () => view.names = !view.names,
    };
  }

  get isQuit(): boolean {
    return this.#isQuit;
  }

  hear(key: string | undefined): void {
    this.#keys[key ?? ""]?.();
  }
}
