/**
 * The live screen: a fold of keys into a state, and of a state and a scene into lines of styled text. It writes nothing,
 * measures nothing and waits for nothing: `core/program/live.ts` brings keys and scenes, and does what is asked for.
 */
import { BINDINGS } from "./bindings.ts";
import type { Frame } from "./frame.ts";
import type { Key } from "./key.ts";
import { cutLine } from "./line.ts";
import type { Scene } from "./scene.ts";
import { type Pressed, pressed, type State } from "./state.ts";
import { tableFrame } from "./table.ts";

export { begin, type Pressed, type State } from "./state.ts";

/** What a key does. One without a meaning does nothing. */
export function press(state: State, key: Key, scene: Scene): Pressed {
  const heard = { ...state, notice: undefined };
  return heard.panel?.press(key, heard, scene) ??
    (BINDINGS.get(key) ?? BINDINGS.get(key.toLowerCase()))?.(heard, scene) ?? pressed(heard);
}

/** What the screen shows: lines of at most its columns, and of at most its rows. */
export function draw(state: State, scene: Scene): Frame {
  const { lines, cursor } = (state.panel?.draw ?? tableFrame)(state, scene);
  const fitting = lines.slice(0, scene.rows).map((line) => cutLine(line, scene.columns));
  return cursor === undefined || cursor.row >= scene.rows ? { lines: fitting } : { lines: fitting, cursor };
}
