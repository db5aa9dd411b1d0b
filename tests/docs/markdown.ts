/** Reads and writes the parts of the documents that tests hold to the program: code blocks, tables, places of tables. */

export interface Block {
  /** The word behind the fence. */
  readonly language: string;
  readonly lines: readonly string[];
  /** The nearest heading above. */
  readonly heading: string;
  /** Line of the fence, from 1. */
  readonly line: number;
}

export function readDocument(path: string): string {
  return Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
}

/** The fenced blocks of a document, in order. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { language: string; lines: string[]; line: number } | undefined;
  text.split("\n").forEach((line, index) => {
    const fence = /^```(\w*)$/.exec(line);
    if (open !== undefined) {
      if (fence === null) return void open.lines.push(line);
      blocks.push({ ...open, heading });
      open = undefined;
    } else if (fence !== null) open = { language: fence[1] ?? "", lines: [], line: index + 1 };
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  });
  if (open !== undefined) throw new SyntaxError(`The block of line ${open.line} has no end`);
  return blocks;
}

/** Cells of all rows of the tables in a text; a line of dashes is none. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const rows = text.split("\n").filter((line) => line.startsWith("|") && !/^\|[-| :]+\|$/.test(line));
  return rows.map((line) => line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")));
}

/** What stands between `<!-- name -->` and `<!-- end -->`, by name. */
export function placesOf(text: string): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const [, name = "", content = ""] of text.matchAll(PLACE)) places.set(name, content);
  return places;
}

/** The text with new contents of its places. */
export function filled(text: string, contentOf: (name: string) => string): string {
  return text.replaceAll(PLACE, (_, name: string) => `<!-- ${name} -->\n\n${contentOf(name)}\n<!-- end -->`);
}

const PLACE = /<!-- (?!end)(.+?) -->\n([\s\S]*?)<!-- end -->/g;

export function tableText(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("");
}
