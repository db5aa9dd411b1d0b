/** What is on the screen, for a file: the run in one of the outputs, or the screen itself as a picture. */
import { csv } from "../csv.ts";
import { json } from "../json.ts";
import type { RunRecord } from "../record.ts";
import { report } from "../report.ts";
import type { Action } from "./action.ts";
import type { Frame } from "./frame.ts";
import type { Key } from "./key.ts";
import { span } from "./line.ts";
import { PROMPT_ROW } from "./prompt.ts";
import type { Scene } from "./scene.ts";
import { EXPORT_NAMES, type ExportName, type Panel, type Pressed, pressed, type State } from "./state.ts";
import { svgOf } from "./svg.ts";
import { isCompact, tableFrame } from "./table.ts";

interface Export {
  readonly key: Key;
  readonly extension: Extract<Action, { kind: "export" }>["extension"];
  readonly text: (state: State, scene: Scene) => string;
}

const EXPORTS: Readonly<Record<ExportName, Export>> = {
  report: { key: "r", extension: "txt", text: (state, scene) => report.render(wide(recordOf(state, scene))) },
  csv: { key: "c", extension: "csv", text: (state, scene) => csv.render(recordOf(state, scene)) },
  json: { key: "j", extension: "json", text: (state, scene) => json.render(recordOf(state, scene)) },
  svg: { key: "s", extension: "svg", text: (state, scene) => svgOf(frameOf(state, scene), scene) },
};

/** Asks for a format, by its first letter. */
export const EXPORT_PANEL: Panel = {
  press(key, state, scene): Pressed {
    const closed = { ...state, panel: undefined };
    const chosen = key === "enter"
      ? state.exported
      : EXPORT_NAMES.find((name) => EXPORTS[name].key === key.toLowerCase());
    return chosen === undefined ? pressed(closed) : exported({ ...closed, exported: chosen }, scene);
  },
  draw(state, scene): Frame {
    const { lines } = tableFrame(state, scene);
    const row = isCompact(state, scene) ? 0 : PROMPT_ROW;
    const names = EXPORT_NAMES.flatMap((
      name,
    ) => [span("  "), span(name.slice(0, 1), { bold: true }), span(name.slice(1))]);
    const hint = `Enter: ${state.exported}; any other key goes back`;
    return {
      lines: [...lines.slice(0, row), [span("Write a file:"), ...names], [span(hint)], ...lines.slice(row + 2)],
    };
  },
};

/** In the format of the last time. */
export function exported(state: State, scene: Scene): Pressed {
  const { extension, text } = EXPORTS[state.exported];
  return pressed(state, {}, { kind: "export", extension, text: text(state, scene) });
}

/** All targets in the columns that are shown; the one that stands still as it was. */
function recordOf({ view, frozen, target }: State, { record }: Scene): RunRecord {
  const targets = record.targets.map((
    one,
    index,
  ) => ({ ...one, isRunning: true, ...(frozen !== undefined && index === target && { path: frozen.path }) } as const));
  return { ...record, view, targets };
}

/** A file has no edge at which names would have to be cut. */
function wide(record: RunRecord): RunRecord {
  return { ...record, view: { ...record.view, wide: true } };
}

function frameOf(state: State, scene: Scene): Frame {
  return (state.panel?.draw ?? tableFrame)(state, scene);
}
