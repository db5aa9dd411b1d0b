/** Which rows of the table are shown, and which hop is chosen. */
import type { Scene } from "./scene.ts";
import { type Pressed, pressed, type State } from "./state.ts";
import { firstRow, layoutOf } from "./table.ts";

/** mtr's step. */
export const STEP = 5;
export const WHEEL_STEP = 3;

export function scrolled(state: State, scene: Scene, step: number): Pressed {
  const { rows, height } = layoutOf(state, scene);
  const first = firstRow(state.scroll, rows.length, height);
  return pressed(state, { scroll: firstRow(first + step, rows.length, height) });
}

export function scrolledByPage(state: State, scene: Scene, direction: number): Pressed {
  return scrolled(state, scene, direction * Math.max(1, layoutOf(state, scene).height - 1));
}

/** The hop so many hops further, or the first one that is shown; the window goes with it. */
export function selectedBy(state: State, scene: Scene, step: number): Pressed {
  const { rows, window } = layoutOf(state, scene);
  const ttls = [...new Set(rows.map(({ ttl }) => ttl))].filter((ttl) => ttl > 0);
  const at = state.selectedTtl === undefined ? -1 : ttls.indexOf(state.selectedTtl);
  const [first] = window;
  const next = at < 0 ? first?.ttl : ttls[Math.max(0, Math.min(ttls.length - 1, at + step))];
  return next === undefined || next === 0 ? pressed(state) : shown(state, scene, next);
}

/** This hop is chosen, and all its rows are in the window, or as many as there is room for. */
export function shown(state: State, scene: Scene, ttl: number): Pressed {
  const { rows, height } = layoutOf(state, scene);
  const first = firstRow(state.scroll, rows.length, height);
  const begin = rows.findIndex((row) => row.ttl === ttl);
  const end = rows.findLastIndex((row) => row.ttl === ttl) + 1;
  const scroll = Math.min(Math.max(first, end - height), begin);
  return pressed(state, { selectedTtl: ttl, scroll: Math.max(0, scroll) });
}
