/** What the screen remembers between keys. It changes by keys alone. */
import type { ScreenView, View } from "../../view.ts";
import type { Action } from "./action.ts";
import type { Frame } from "./frame.ts";
import type { Key } from "./key.ts";
import type { Moment } from "./moment.ts";
import type { Scene } from "./scene.ts";

export interface State extends ScreenView {
  /** Columns, names and networks as keys have chosen them. */
  readonly view: View;
  /** Index of the target that is shown. */
  readonly target: number;
  /** The hop that is chosen; `undefined`: none is. */
  readonly selectedTtl: number | undefined;
  /** Lines of the table above the first one that is shown. */
  readonly scroll: number;
  /** What takes the place of the table, or asks for something above it, and hears keys first. */
  readonly panel: Panel | undefined;
  /** The time at which the picture stands still. */
  readonly frozen: Moment | undefined;
  readonly hasSparklines: boolean;
  /** What was searched for last. */
  readonly searched: string;
  /** What was exported last. */
  readonly exported: ExportName;
  /** Says what became of the last key. */
  readonly notice: string | undefined;
}

export const EXPORT_NAMES = ["report", "csv", "json", "svg"] as const;
export type ExportName = typeof EXPORT_NAMES[number];

/** What became of a key. */
export interface Pressed {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** A part of the screen for a while. */
export interface Panel {
  /** `undefined`: the key means what it means without this panel. */
  press(key: Key, state: State, scene: Scene): Pressed | undefined;
  draw(state: State, scene: Scene): Frame;
}

export function begin(view: View, screen: ScreenView): State {
  const { displayMode, compact, scaleMs } = screen;
  return {
    displayMode,
    compact,
    scaleMs,
    view,
    target: 0,
    selectedTtl: undefined,
    scroll: 0,
    panel: undefined,
    frozen: undefined,
    hasSparklines: true,
    searched: "",
    exported: "report",
    notice: undefined,
  };
}

/** The state with these changes, and what they ask the program for. */
export function pressed(state: State, change: Partial<State> = {}, ...actions: readonly Action[]): Pressed {
  return { state: { ...state, ...change }, actions };
}
