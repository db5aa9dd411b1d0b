/** A setting that is asked for above the table, on the lines where mtr asks. */
import type { ToldPlan } from "../../plan.ts";
import type { Frame } from "./frame.ts";
import { span, wrapped } from "./line.ts";
import type { Scene } from "./scene.ts";
import { type Panel, type Pressed, pressed, type State } from "./state.ts";
import { isCompact, tableFrame } from "./table.ts";
import { cursorAt, ERASING, stroke, typedLine } from "./typing.ts";

/** What becomes of a line that was typed: a sentence says why it cannot be used. */
export type Reading = Pressed | { readonly problem: string };

export interface Prompt {
  /** What stands before the value. */
  readonly label: string;
  /** What may be typed. */
  readonly hint: (plan: ToldPlan) => string;
  /** As many characters are heard. */
  readonly most: number;
  /** The present value, as it would be typed. */
  readonly initial: (state: State, scene: Scene) => string;
  /** Enter takes the present value, too, and does not merely leave things as they are. */
  readonly takesInitial?: true;
  /** The state has no panel any more. */
  readonly read: (text: string, state: State, scene: Scene) => Reading;
}

/** The row of mtr's prompts. */
export const PROMPT_ROW = 2;
export const PROBLEM = { bold: true, colour: "red" } as const;

/** `text`: what has been typed so far, if anything. */
export function promptPanel(prompt: Prompt, text?: string, problem?: string): Panel {
  const { label, hint, most, initial, takesInitial, read } = prompt;
  return {
    press(key, state, scene): Pressed {
      // What could not be used is corrected, or typed anew.
      const begun = problem === undefined || ERASING.includes(key) ? text : undefined;
      const struck = stroke(key, { text: begun, initial: initial(state, scene), most });
      const closed = { ...state, panel: undefined };
      if (struck.kind === "typed") return pressed(state, { panel: promptPanel(prompt, struck.text) });
      const given = text ?? (takesInitial ? initial(state, scene) : undefined);
      if (struck.kind === "cancelled" || given === undefined) return pressed(closed);
      const reading = read(given, closed, scene);
      if (!("problem" in reading)) return reading;
      return pressed(state, { panel: promptPanel(prompt, given, reading.problem) }, { kind: "bell" });
    },
    draw(state, scene): Frame {
      const { lines } = tableFrame(state, scene);
      const row = isCompact(state, scene) ? 0 : PROMPT_ROW;
      const { line, column } = typedLine(label, { text, initial: initial(state, scene) });
      const style = problem === undefined ? undefined : PROBLEM;
      const below = wrapped(`${problem ?? hint(scene.record.plan)}; Esc leaves`, scene.columns);
      return {
        lines: [
          ...lines.slice(0, row),
          line,
          ...below.map((text) => [span(text, style)]),
          ...lines.slice(row + 1 + below.length),
        ],
        cursor: cursorAt(row, column, scene.columns),
      };
    },
  };
}
