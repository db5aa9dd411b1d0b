/** The page of keys. */
import type { Frame, Line } from "./frame.ts";
import type { Key } from "./key.ts";
import { columnsOfText, fittedLine, span } from "./line.ts";
import { MARKS } from "./marks.ts";
import type { Scene } from "./scene.ts";
import { type Panel, type Pressed, pressed } from "./state.ts";

/** A line of the page: keys, and what they do; a group has no keys. */
export interface HelpEntry {
  readonly keys: string;
  readonly help: string;
}

const KEYS_COLUMNS = 14;
const GAP = 2;
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
]);

/** Any key ends it, but those that show more of it. */
export function helpPanel(entries: readonly HelpEntry[], first = 0): Panel {
  const all = [
    ...entries,
    { keys: "", help: "Signs beside a hop" },
    ...MARKS.map(({ sign, meaning }) => ({ keys: sign, help: meaning })),
  ];
  return {
    press(key, state, scene): Pressed {
      const room = roomOf(scene);
      const step = STEPS.get(key);
      if (step === undefined) return pressed(state, { panel: undefined });
      const last = Math.max(0, linesOf(all, scene).length - room);
      return pressed(state, {
        panel: helpPanel(entries, Math.max(0, Math.min(last, first + (step.lines ?? 0) + (step.pages ?? 0) * room))),
      });
    },
    draw(_, scene): Frame {
      const lines = linesOf(all, scene);
      const isCut = lines.length > roomOf(scene);
      const title = `Keys${isCut ? " (arrows show more; any other key goes back)" : " (any key goes back)"}`;
      return { lines: [[span(title, { bold: true })], ...lines.slice(first, first + roomOf(scene))] };
    },
  };
}

function roomOf({ rows }: Scene): number {
  return Math.max(1, rows - 1);
}

/** One below the other, in as many columns side by side as the screen has room for. */
function linesOf(entries: readonly HelpEntry[], { columns, rows }: Scene): readonly Line[] {
  const lines = entries.map(({ keys, help }): Line =>
    keys === ""
      ? [span(help, { bold: true })]
      : [span(` ${keys.padEnd(KEYS_COLUMNS)}`, { bold: true }), span(` ${help}`)]
  );
  const width = GAP + Math.max(...entries.map(({ help }) => KEYS_COLUMNS + 2 + columnsOfText(help)));
  const most = Math.max(1, Math.floor(columns / width));
  const height = Math.ceil(lines.length / Math.min(most, Math.ceil(lines.length / Math.max(1, rows - 1))));
  return Array.from(
    { length: height },
    (_, row) => lines.filter((_, at) => at % height === row).flatMap((line) => fittedLine(line, width)),
  );
}
