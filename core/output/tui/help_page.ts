/** The page of keys. */
import type { Line } from "./frame.ts";
import { columnsOfText, fittedLine, span } from "./line.ts";
import { MARKS } from "./marks.ts";
import type { Page } from "./page.ts";
import type { Scene } from "./scene.ts";

/** A line of the page: keys, and what they do; a group has no keys. */
export interface HelpEntry {
  readonly keys: string;
  readonly help: string;
}

const KEYS_COLUMNS = 10;
const GAP = 2;

export function helpPage(entries: readonly HelpEntry[]): Page {
  const marks = MARKS.map(({ sign, meaning }) => ({ keys: sign, help: meaning }));
  const all = [...entries, { keys: "", help: "Signs beside a hop" }, ...marks];
  return {
    title: () => "Keys; any one but arrows goes back",
    lines: (_, scene) => linesOf(all, scene),
    endsWithAnyKey: true,
  };
}

/** One below the other, in as many columns side by side as they need and the screen has room for. */
function linesOf(entries: readonly HelpEntry[], { columns, rows }: Scene): readonly Line[] {
  const lines = entries.map(({ keys, help }): Line =>
    keys === ""
      ? [span(help, { bold: true })]
      : [span(` ${keys.padEnd(KEYS_COLUMNS)}`, { bold: true }), span(` ${help}`)]
  );
  const width = GAP + Math.max(...entries.map(({ help }) => KEYS_COLUMNS + 2 + columnsOfText(help)));
  const most = Math.max(1, Math.floor(columns / width));
  const needed = Math.ceil(lines.length / Math.max(1, rows - 1));
  const height = Math.ceil(lines.length / Math.min(most, needed));
  return Array.from(
    { length: height },
    (_, row) => lines.filter((_, at) => at % height === row).flatMap((line) => fittedLine(line, width)),
  );
}
