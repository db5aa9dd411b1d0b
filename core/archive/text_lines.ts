/** The lines of a content. */
import type { Chunks } from "../content/content.ts";
import { ArchiveError, CutOffError } from "./archive_error.ts";
import { LONGEST_LINE_BYTES } from "./line.ts";

export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** The content ends in it: it may be a part of a line only. */
  readonly isLast: boolean;
}

/** UTF-8, line by line, without their ends. Throws `ArchiveError`, and what `content` throws behind the lines before. */
export async function* textLines(file: string, content: Chunks): AsyncGenerator<TextLine> {
  // Anything but UTF-8 becomes a replacement character, which is no JSON outside a text.
  const decoder = new TextDecoder();
  let number = 0;
  let rest = "";
  let cutOff: CutOffError | undefined;
  try {
    for await (const chunk of content) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) yield { number: ++number, text: checked(text, number), isLast: false };
      checked(rest, number + 1);
    }
  } catch (error) {
    if (!(error instanceof CutOffError)) throw error;
    cutOff = error;
  }
  rest += decoder.decode();
  if (rest !== "") yield { number: ++number, text: rest, isLast: true };
  if (cutOff !== undefined) throw cutOff;

  function checked(text: string, at: number): string {
    if (text.length <= LONGEST_LINE_BYTES) return text;
    throw new ArchiveError(file, `line ${at}`, `it is longer than ${LONGEST_LINE_BYTES} bytes`);
  }
}
