/** The lines of a content. */
import type { Chunks } from "../content/content.ts";
import { ArchiveError, CutOffError } from "./archive_error.ts";
import { LONGEST_LINE_BYTES } from "./line.ts";

export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** The content ends in it, without a line end: it may be a part of a line only. */
  readonly isLast: boolean;
}

/**
 * UTF-8, line by line, without their ends; those of a chunk at once. Throws `ArchiveError`, and what `content` throws
 * behind the lines before.
 */
export async function* textLines(file: string, content: Chunks): AsyncGenerator<readonly TextLine[]> {
  // Anything but UTF-8 becomes a replacement character, which is no JSON outside a text.
  const decoder = new TextDecoder();
  let number = 0;
  let rest = "";
  let cutOff: CutOffError | undefined;
  try {
    for await (const chunk of content) {
      const texts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = texts.pop() ?? "";
      yield texts.map((text) => ({ number: ++number, text: checked(file, text, number), isLast: false }));
      checked(file, rest, number + 1);
    }
  } catch (error) {
    if (!(error instanceof CutOffError)) throw error;
    cutOff = error;
  }
  rest += decoder.decode();
  if (rest !== "") yield [{ number: ++number, text: checked(file, rest, number), isLast: true }];
  if (cutOff !== undefined) throw cutOff;
}

function checked(file: string, text: string, number: number): string {
  if (text.length <= LONGEST_LINE_BYTES) return text;
  throw new ArchiveError(file, `line ${number}`, `it is longer than ${LONGEST_LINE_BYTES} bytes`);
}
