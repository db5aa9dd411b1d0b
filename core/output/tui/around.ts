/** All that a part of the screen is drawn from. */
import type { Scene } from "./scene.ts";
import type { State } from "./state.ts";
import type { Subject } from "./subject.ts";

export interface Around {
  readonly state: State;
  readonly scene: Scene;
  readonly subject: Subject;
}
