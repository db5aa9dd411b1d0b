/**
 * The live screen: joins the pure views (`core/output/tui`) with the terminal, the engine and the resolver.
 *
 * It draws at most ten times a second, only what has changed, and never while the terminal has not taken the frame before:
 * a slow terminal sees fewer frames, and nothing piles up. Nothing here is waited for by the worker, which sends.
 */
import type { Action } from "../output/tui/action.ts";
import { TargetHistory } from "../output/tui/history.ts";
import type { Key } from "../output/tui/key.ts";
import { KeyDecoder } from "../output/tui/keys.ts";
import { paint, type Picture, pictureOf } from "../output/tui/paint.ts";
import type { Scene, TerminalTraits } from "../output/tui/scene.ts";
import { begin, draw, press } from "../output/tui/screen.ts";
import { expandFileName } from "../destination/file_name.ts";
import type { Lookups, Origin } from "../name/lookups.ts";
import { printable } from "../name/text.ts";
import type { TraceEvent } from "../messages.ts";
import type { RunRecord } from "../output/record.ts";
import { checkedPlan, type PlanChange, type TracePlan } from "../plan.ts";
import type { ScreenView } from "../view.ts";
import { type Course, type FoundCourse, isFound } from "./course.ts";
import { adaptPath } from "./course_record.ts";
import type { Listener } from "./listener.ts";
import { SaidLines } from "./said_lines.ts";
import { type ScreenTerminal, type TraceSession, UnusableError, type World } from "./world.ts";

/** Time between two frames. */
const FRAME_MS = 100;
// Terminals send the bytes of one key at once; who waits longer for them is a person.
const ESCAPE_MS = 50;
const SECOND_MS = 1_000;
const EXPORT_NAME = "mtr-deno-{target}-{date}-{time}.{format}";

type Doors = Pick<
  World,
  "openTerminal" | "nowUnixMs" | "utcOffsetMinutes" | "sinceStartMs" | "after" | "localHost" | "openFile" | "reasonOf"
>;

/** The run that is watched. */
export interface LiveRun {
  readonly traits: TerminalTraits;
  readonly view: ScreenView;
  /** As the run was started. */
  readonly plan: TracePlan;
  readonly session: TraceSession;
  readonly lookups: Lookups;
  readonly courses: readonly Course[];
  /** As it stands now, and is probed since. */
  record(change: PlanChange): RunRecord;
  /** What is known of networks; reads the files that there are. */
  findOrigin(): Promise<Origin | undefined>;
  /** Fulfilled when nothing may be waited for at length any more. */
  readonly hurry: Promise<unknown>;
}

export class Live implements Listener {
  readonly #run: LiveRun;
  readonly #world: Doors;
  readonly #keys = new KeyDecoder();
  readonly #histories: readonly (TargetHistory | undefined)[];
  readonly #traced: readonly TargetHistory[];
  #terminal: ScreenTerminal | undefined;
  #state: ReturnType<typeof begin>;
  #size = { columns: 0, rows: 0 };
  #picture: Picture | undefined;
  #message: string | undefined;
  /** All that keys have changed of the plan. */
  #change: PlanChange = {};
  #isPaused = false;
  #isWriting = false;
  #isDirty = true;
  #drawnAtMs = -Infinity;
  #drawnSecond = 0;
  #reads = 0;
  readonly #said = new SaidLines();
  #closing: Promise<void> | undefined;

  /** Takes the terminal. */
  static async open(run: LiveRun, world: Doors): Promise<Live> {
    const live = new Live(run, world);
    live.#terminal = await world.openTerminal({
      typed: (bytes) => live.#hear(bytes),
      lost: () => run.session.stop(),
      changed: () => live.#renew(),
    });
    live.#renew();
    return live;
  }

  private constructor(run: LiveRun, world: Doors) {
    this.#run = run;
    this.#world = world;
    const targets = run.courses.filter(isFound).length;
    const { view, counts } = run.record({});
    this.#histories = run.courses.map((course, index) =>
      isFound(course) ? new TargetHistory({ targets, index, counts }) : undefined
    );
    this.#traced = this.#histories.filter((history) => history !== undefined);
    this.#state = begin(view, run.view);
  }

  take(event: TraceEvent, course: FoundCourse | undefined): void {
    if (!("target" in event) || course?.path === undefined) return;
    this.#traced[event.target]?.apply(event, course.path);
    this.#isDirty = true;
  }

  /** What the keys have changed of the plan. */
  get change(): PlanChange {
    return this.#change;
  }

  /** A helper says something beside its work. */
  hear(text: string): void {
    this.#said.add(text);
    if (this.#said.latest !== undefined) this.#say(`The program that sends the probes says: ${this.#said.latest}`);
  }

  /** All that it has said; line ends included. */
  get said(): string {
    return this.#said.text;
  }

  named(): void {
    this.#isDirty = true;
  }

  /** Draws, if there is something new: to be called every `FRAME_MS`. */
  tick(): void {
    // The time of day is on the screen.
    if (Math.floor(this.#world.nowUnixMs() / SECOND_MS) !== this.#drawnSecond) this.#isDirty = true;
    this.#draw();
  }

  /** Gives the terminal back. */
  close(): Promise<void> {
    return this.#closing ??= this.#terminal?.close() ?? Promise.resolve();
  }

  #draw(): void {
    if (!this.#isDirty || this.#isWriting || this.#closing !== undefined) return;
    const nowUnixMs = this.#world.nowUnixMs();
    this.#isDirty = false;
    this.#drawnAtMs = this.#world.sinceStartMs();
    this.#drawnSecond = Math.floor(nowUnixMs / SECOND_MS);
    const picture = pictureOf(draw(this.#state, this.#scene()), { ...this.#size, terminal: this.#run.traits });
    const text = paint(picture, this.#picture);
    this.#picture = picture;
    this.#write(text);
  }

  #write(text: string): void {
    if (text === "" || this.#terminal === undefined) return;
    this.#isWriting = true;
    void this.#terminal.write(text).then(() => {
      this.#isWriting = false;
    });
  }

  /** Everything is to be written, at the size that there is now. */
  #renew(): void {
    if (this.#terminal === undefined || this.#closing !== undefined) return;
    this.#size = this.#terminal.size;
    this.#picture = undefined;
    this.#isDirty = true;
    this.#draw();
  }

  #scene(): Scene {
    const nowUnixMs = this.#world.nowUnixMs();
    return {
      ...this.#size,
      record: this.#run.record(this.#change),
      histories: this.#histories,
      nowUnixMs,
      utcOffsetMinutes: this.#world.utcOffsetMinutes(nowUnixMs),
      isPaused: this.#isPaused,
      terminal: this.#run.traits,
      ...(this.#message !== undefined && { message: this.#message }),
    };
  }

  #hear(bytes: Uint8Array): void {
    const reads = ++this.#reads;
    this.#press(this.#keys.decode(bytes));
    if (!this.#keys.isUndecided) return;
    void this.#world.after(ESCAPE_MS).then(() => {
      if (reads === this.#reads) this.#press(this.#keys.flush());
    });
  }

  #press(keys: readonly Key[]): void {
    if (keys.length === 0 || this.#closing !== undefined) return;
    this.#message = undefined;
    // Thousands may be pasted at once; what they do to the figures shows in the next frame.
    const scene = this.#scene();
    for (const key of keys) {
      const { state, actions } = press(this.#state, key, scene);
      this.#state = state;
      for (const action of actions) this.#do(action);
    }
    this.#isDirty = true;
    if (this.#world.sinceStartMs() - this.#drawnAtMs >= FRAME_MS) this.#draw();
  }

  #do(action: Action): void {
    const act: (action: never) => void = this.#actions[action.kind];
    act(action as never);
  }

  readonly #actions = {
    quit: () => {
      void this.close();
      this.#run.session.stop();
    },
    pause: () => {
      this.#isPaused = true;
      this.#run.session.pause();
    },
    resume: () => {
      this.#isPaused = false;
      this.#run.session.resume();
    },
    reset: () => {
      for (const { path } of this.#run.courses) path?.reset();
      for (const history of this.#traced) history.reset();
    },
    change: ({ change }) => this.#say(this.#adapt(change)),
    redraw: () => this.#renew(),
    bell: () => {
      if (!this.#isWriting) this.#write("\x07");
    },
    suspend: () => {
      if (this.#terminal?.suspend() === false) this.#say("There is no shell to go back to: q ends the program");
    },
    lookUp: ({ what }) => this.#say(this.#lookUp(what)),
    export: ({ extension, text }) => this.#say(this.#export(extension, text)),
  } as const satisfies { readonly [Kind in Action["kind"]]: (action: Extract<Action, { kind: Kind }>) => void };

  /** Shows a sentence until the next key, once there is one. */
  #say(sentence: string | Promise<string | undefined>): void {
    void Promise.resolve(sentence).then((text) => {
      if (text === undefined) return;
      this.#message = text;
      this.#isDirty = true;
    });
  }

  /** Gives what keeps the probes from being so, if anything does. */
  async #adapt(change: PlanChange): Promise<string | undefined> {
    const changes = { ...this.#change, ...change };
    const plan = { ...this.#run.plan, ...changes };
    const refusal = mistakeOf(plan) ?? await this.#run.session.change(change);
    if (refusal !== undefined) return refusal;
    this.#change = changes;
    this.#isDirty = true;
    for (const history of this.#traced) history.change(change);
    for (const course of this.#run.courses) adaptPath(course, plan);
    return undefined;
  }

  async #lookUp(what: "names" | "networks"): Promise<string | undefined> {
    const { lookups } = this.#run;
    if (what === "names") lookups.wantNames();
    else {
      try {
        const origin = await this.#run.findOrigin();
        if (origin !== undefined) lookups.wantOrigin(origin);
      } catch (error) {
        if (!(error instanceof UnusableError)) throw error;
        return error.message;
      }
    }
    return undefined;
  }

  /** What became of it. */
  async #export(extension: string, text: string): Promise<string> {
    const startedAtMs = this.#world.nowUnixMs();
    const path = expandFileName(EXPORT_NAME, {
      startedAtMs,
      utcOffsetMinutes: this.#world.utcOffsetMinutes(startedAtMs),
      localHost: this.#world.localHost,
      target: this.#run.courses[0]?.typed ?? "",
      extension,
    });
    try {
      const file = await this.#world.openFile(
        { mode: "replace", path, rotation: undefined, header: undefined },
        this.#run.hurry,
      );
      await file.write(text);
      await file.finish();
      return `Written to ${printable(path)}`;
    } catch (error) {
      const reason = this.#world.reasonOf(error);
      if (reason === undefined) throw error;
      return `Cannot write to ${printable(path)}: ${reason}`;
    }
  }
}

/** Why there can be no such plan, if so. */
function mistakeOf(plan: TracePlan): string | undefined {
  try {
    checkedPlan(plan);
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}
