/** Pages of lines in the table's place, which may be longer than the screen. */
import type { Frame, Line } from "./frame.ts";
import type { Key } from "./key.ts";
import { span } from "./line.ts";
import type { Scene } from "./scene.ts";
import { type Panel, type Pressed, pressed, type State } from "./state.ts";

export interface Page {
  readonly title: (state: State, scene: Scene) => string;
  readonly lines: (state: State, scene: Scene) => readonly Line[];
  /** What keys do here and nowhere else. */
  readonly press?: (key: Key, state: State, scene: Scene) => Pressed | undefined;
  /** Every key that has no meaning here ends it; otherwise it means what it means elsewhere. */
  readonly endsWithAnyKey?: true;
}

/** In lines, or in pages. */
const STEPS: ReadonlyMap<Key, { readonly lines?: number; readonly pages?: number }> = new Map([
  ["up", { lines: -1 }],
  ["down", { lines: 1 }],
  ["wheelUp", { lines: -3 }],
  ["wheelDown", { lines: 3 }],
  ["-", { lines: -5 }],
  ["+", { lines: 5 }],
  ["pageUp", { pages: -1 }],
  ["pageDown", { pages: 1 }],
  ["home", { lines: -Infinity }],
  ["end", { lines: Infinity }],
]);
const ENDS: readonly Key[] = ["escape", "enter"];

/** `first`: lines above the first one that is shown. */
export function pagePanel(page: Page, first = 0): Panel {
  return {
    press(key, state, scene): Pressed | undefined {
      const own = page.press?.(key, state, scene);
      if (own !== undefined) return own;
      const step = STEPS.get(key);
      if (step !== undefined) {
        const next = first + (step.lines ?? 0) + (step.pages ?? 0) * roomOf(scene);
        return pressed(state, { panel: pagePanel(page, clamped(next, state, scene)) });
      }
      return page.endsWithAnyKey || ENDS.includes(key) ? pressed(state, { panel: undefined }) : undefined;
    },
    draw(state, scene): Frame {
      const lines = page.lines(state, scene);
      const room = roomOf(scene);
      const begin = clamped(first, state, scene);
      const left = lines.length - begin - room;
      const more = left > 0 ? `  (${left} lines below)` : "";
      return {
        lines: [
          [span(page.title(state, scene), { bold: true }), span(more, { dim: true })],
          ...lines.slice(begin, begin + room),
        ],
      };
    },
  };

  function clamped(next: number, state: State, scene: Scene): number {
    return Math.max(0, Math.min(page.lines(state, scene).length - roomOf(scene), next));
  }
}

function roomOf({ rows }: Scene): number {
  return Math.max(1, rows - 1);
}
