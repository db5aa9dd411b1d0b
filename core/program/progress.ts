/** One line that says how far a run is, for somebody who waits at a terminal for output that comes at the end. */
import { unicodeWidth } from "@std/cli/unicode-width";
import type { TraceEvent } from "../messages.ts";
import type { TracePlan } from "../plan.ts";
import type { Listener } from "./listener.ts";
import type { World } from "./world.ts";

const ERASE = "\r\x1b[K";
/** Where the line is not alone in its row, it would wrap and stay. */
const LEAST_COLUMNS = 20;

export interface ProgressOptions {
  readonly plan: TracePlan;
  readonly isWanted: boolean;
  readonly targets: readonly unknown[];
}

type Doors = Pick<World, "errorColumns" | "draw">;

export class Progress implements Listener {
  readonly #world: Doors;
  readonly #options: ProgressOptions;
  #rounds = 0;
  #finished = 0;
  #sent = 0;
  #lost = 0;
  #loadBytes = 0;
  #drawn = "";

  constructor(world: Doors, options: ProgressOptions) {
    this.#world = world;
    this.#options = options;
  }

  take(event: TraceEvent): void {
    const { kind } = event;
    if (kind === "round") this.#rounds++;
    else if (kind === "finished") this.#finished++;
    // What another one stood in for has not left.
    else if (kind === "sent" && event.shared === undefined) this.#sent++;
    else if (kind === "lost" && event.shared === undefined) this.#lost++;
    else if (kind === "load") this.#loadBytes += event.bytes;
  }

  /** Whether there is somebody to draw for. */
  get isDrawn(): boolean {
    return this.#options.isWanted && this.#world.errorColumns !== undefined;
  }

  /** Draws the line anew if it has changed. */
  tick(): void {
    const columns = this.isDrawn ? this.#world.errorColumns : undefined;
    if (columns === undefined || columns < LEAST_COLUMNS) return;
    const text = fitting(this.#text(), columns - 1);
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.#world.draw(`${ERASE}${text}`);
  }

  /** Leaves the terminal as it was. */
  erase(): void {
    if (this.#drawn !== "") this.#world.draw(ERASE);
    this.#drawn = "";
  }

  #text(): string {
    const { plan: { rounds, loadBps }, targets } = this.#options;
    const round = Math.floor(this.#rounds / Math.max(1, targets.length));
    const ofAll = rounds === undefined ? "" : ` of ${rounds}`;
    const done = targets.length > 1 ? `, ${this.#finished} of ${targets.length} targets done` : "";
    const load = loadBps === undefined ? "" : `, ${(this.#loadBytes / 1e6).toFixed(1)} MB of load sent`;
    return `Round ${round}${ofAll}${done}, ${this.#sent} probes sent, ${this.#lost} lost${load}`;
  }
}

/** As much of it as fits. */
function fitting(text: string, columns: number): string {
  let fits = text;
  while (unicodeWidth(fits) > columns) fits = fits.slice(0, -1);
  return fits;
}
