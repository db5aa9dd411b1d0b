/** What ends a run before its time: a signal, or the deadline. */
import type { Interruption, World } from "./world.ts";

// What stopping the engine and printing takes: the deadline is when the program ends, not when it begins to.
const MARGIN_MS = 300;
// And what each target takes, whose figures and verdicts are made then: of JSON and XML 0.7 ms on a slow machine.
const MARGIN_A_TARGET_MS = 1;
// How long output may be stuck after the deadline: whoever reads it has stopped to.
const STUCK_MS = 1_000;

type Doors = Pick<World, "after" | "sinceStartMs" | "onSignals">;

export class EarlyEnd {
  readonly #signals: Interruption;
  readonly #world: Doors;
  readonly #deadline = Promise.withResolvers<void>();
  readonly #deadlineMs: number | undefined;
  readonly #stop: () => void;
  #isPast = false;
  /** Fulfilled by the first of them. */
  readonly happened: Promise<void>;

  /** `deadlineUs` counts from the start of the program; `stop` is called by the first of them. */
  constructor(world: Doors, deadlineUs: number | undefined, stop: () => void) {
    this.#world = world;
    this.#signals = world.onSignals(stop);
    this.#stop = stop;
    this.#deadlineMs = deadlineUs === undefined ? undefined : deadlineUs / 1e3;
    this.happened = Promise.race([this.#signals.happened, this.#deadline.promise]);
    this.expect(0);
  }

  /** So many targets are to be printed: the end is the earlier. */
  expect(targets: number): void {
    if (this.#deadlineMs !== undefined) void this.#wait(this.#deadlineMs, MARGIN_MS + targets * MARGIN_A_TARGET_MS);
  }

  async #wait(deadlineMs: number, marginMs: number): Promise<void> {
    const untilMs = Math.max(deadlineMs / 2, deadlineMs - marginMs);
    await this.#world.after(Math.max(0, untilMs - this.#world.sinceStartMs()));
    if (this.#isPast) return;
    this.#isPast = true;
    this.#deadline.resolve();
    this.#stop();
  }

  get hasHappened(): boolean {
    return this.#isPast || this.#signals.status !== undefined;
  }

  /** Exit status of the signal, if it was one. */
  get signalStatus(): number | undefined {
    return this.#signals.status;
  }

  get isPastDeadline(): boolean {
    return this.#isPast;
  }

  /** What `work` gives; `undefined` if it is still stuck some time after the deadline. */
  async bounded<Result>(work: Promise<Result>): Promise<Result | undefined> {
    return await Promise.race([
      work,
      this.#deadline.promise.then(() => this.#world.after(STUCK_MS)).then(() => undefined),
    ]);
  }
}
