/** JSON values one behind another, as programs write them: a document, several, one a line, or a list of them. */
import { ArchiveError } from "../archive/archive_error.ts";

export interface JsonValue {
  /** In which it begins, from 1. */
  readonly line: number;
  readonly value: unknown;
}

/** Those of a list stand for themselves. Throws `ArchiveError`. */
export function* jsonValues(file: string, text: string): Generator<JsonValue> {
  for (const { line, json } of documentsOf(text)) {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new ArchiveError(file, `line ${line}`, "it is no JSON");
    }
    if (!Array.isArray(value)) yield { line, value };
    else for (const element of value) yield { line, value: element };
  }
}

/** What opens, closes and hides brackets; everything else is skipped. */
const MARKS = /"(?:[^"\\]|\\.)*"|[{}[\]\n]/gs;

/** Where each outermost bracket ends, a document ends; what is left over at the end is one, too. */
function* documentsOf(text: string): Generator<{ readonly line: number; readonly json: string }> {
  let depth = 0;
  let line = 1;
  let start = 0;
  let startLine = 1;
  for (const { 0: mark, index } of text.matchAll(MARKS)) {
    if (mark === "\n") line++;
    if (mark === "{" || mark === "[") {
      if (depth++ === 0) startLine = line;
    }
    if (mark !== "}" && mark !== "]") continue;
    if (--depth > 0) continue;
    depth = 0;
    yield { line: startLine, json: text.slice(start, index + 1) };
    start = index + 1;
  }
  const rest = text.slice(start);
  if (rest.trim() !== "") yield { line: depth > 0 ? startLine : line, json: rest };
}
