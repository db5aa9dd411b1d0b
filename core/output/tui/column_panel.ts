/** The columns, chosen from the one table of them: letters are typed, as in mtr, or picked from the list. */
import { FIELDS, isFieldLetter } from "../../path/fields.ts";
import type { Frame, Line } from "./frame.ts";
import type { Key } from "./key.ts";
import { span } from "./line.ts";
import { PROBLEM, PROMPT_ROW } from "./prompt.ts";
import { type Panel, type Pressed, pressed, type State } from "./state.ts";
import { tableFrame } from "./table.ts";
import { cursorAt, stroke, typedLine } from "./typing.ts";

const LETTERS = Object.keys(FIELDS).filter(isFieldLetter);
/** Every column twice is more than any screen shows. */
const MOST_COLUMNS = 2 * LETTERS.length;
const HINT = "Type letters, or pick with up, down and tab; enter takes them, escape does not";
const STEPS: ReadonlyMap<Key, number> = new Map([["up", LETTERS.length - 1], ["down", 1]]);

interface Choice {
  /** What has been typed or picked so far, if anything. */
  readonly text?: string | undefined;
  /** Index of the letter that the arrows have come to. */
  readonly at: number;
  readonly problem?: string;
}

export function columnPanel(choice: Choice = { at: 0 }): Panel {
  return {
    press: (key, state) => pressInList(key, state, choice),
    draw(state, scene): Frame {
      const order = choice.text ?? state.view.order;
      const { line, column } = typedLine("Fields: ", { text: choice.text, initial: state.view.order });
      const above = tableFrame(state, scene).lines.slice(0, PROMPT_ROW);
      const hint = choice.problem === undefined ? span(HINT) : span(choice.problem, PROBLEM);
      const room = Math.max(1, scene.rows - above.length - 2);
      const first = Math.max(0, choice.at - room + 1);
      return {
        lines: [...above, line, [hint], ...LETTERS.slice(first).map((letter) => listLine(letter, order, choice))],
        cursor: cursorAt(above.length, column, scene.columns),
      };
    },
  };
}

function pressInList(key: Key, state: State, { text, at }: Choice): Pressed {
  const step = STEPS.get(key);
  if (step !== undefined) return pressed(state, { panel: columnPanel({ text, at: (at + step) % LETTERS.length }) });
  if (key === "tab") {
    return pressed(state, { panel: columnPanel({ text: toggled(text ?? state.view.order, LETTERS[at]), at }) });
  }
  const struck = stroke(key, { text, initial: state.view.order, most: MOST_COLUMNS });
  if (struck.kind === "typed") return pressed(state, { panel: columnPanel({ text: struck.text, at }) });
  if (struck.kind === "cancelled" || !text) return pressed(state, { panel: undefined });
  const wrong = [...text].find((letter) => !isFieldLetter(letter) && letter !== "_");
  if (wrong === undefined) return pressed(state, { panel: undefined, view: { ...state.view, order: text } });
  const problem = `Cannot show "${wrong}": it must be one of the letters below`;
  return pressed(state, { panel: columnPanel({ text, at, problem }) }, { kind: "bell" });
}

/** With the letter at its end, or without it. */
function toggled(order: string, letter = ""): string {
  return order.includes(letter) ? order.replaceAll(letter, "") : order + letter;
}

/** ` > * L: Loss%  Lost probes, in percent` */
function listLine(letter: typeof LETTERS[number], order: string, { at }: Choice): Line {
  const isAt = LETTERS[at] === letter;
  const { title, help } = FIELDS[letter];
  const mark = `${isAt ? ">" : " "}${order.includes(letter) ? "*" : " "}`;
  const name = letter === " " ? "<space>: " : `${letter}: ${title.padEnd(6)}`;
  return [span(`${mark} ${name} ${help}`, isAt ? { reverse: true } : undefined)];
}
