/** The picture stands still, or is one of the past. */
import type { Moment } from "./moment.ts";
import type { Scene } from "./scene.ts";
import { type Pressed, pressed, type State } from "./state.ts";

/** Stands still as it is now; goes on if it did. */
export function toggledFreeze(state: State, scene: Scene): Pressed {
  return pressed(state, { frozen: state.frozen === undefined ? now(state, scene) : undefined });
}

/** To what was shown before, by this much at least. */
export function back(state: State, scene: Scene, byUs = 0): Pressed {
  const from = state.frozen ?? now(state, scene);
  const before = from && scene.histories[state.target]?.before(from, byUs);
  return pressed(state, { frozen: before ?? from });
}

/** Towards now, and at last to it. */
export function forth(state: State, scene: Scene, byUs = 0): Pressed {
  const { frozen } = state;
  return pressed(state, { frozen: frozen && scene.histories[state.target]?.after(frozen, byUs) });
}

function now({ target }: State, { record, histories }: Scene): Moment | undefined {
  const path = record.targets[target]?.path;
  return path && histories[target]?.now(path);
}
