/** Divides `MTR_OPTIONS` into words, by the rules of each dialect. */
import { quotedWords } from "../text/quoted_words.ts";
import type { DialectName } from "./dialect.ts";

export type EnvironmentWords =
  | {
    readonly ok: true;
    readonly words: readonly string[];
    /** What mtr says has been left out. */
    readonly ignored?: string;
  }
  | { readonly ok: false; readonly message: string };

/** mtr has room for 128 words, and the program's name is the first. */
const MOST_WORDS = 127;

export const WORDS_OF: Readonly<Record<DialectName, (text: string) => EnvironmentWords>> = {
  "0.95": plainWords,
  "0.96": shellWords,
};

/** Blanks and tabs part words, and nothing keeps them together. Of the words left out the first is told. */
function plainWords(text: string): EnvironmentWords {
  const words = text.split(/[ \t]+/).filter((word) => word !== "");
  const [ignored] = words.slice(MOST_WORDS);
  return { ok: true, words: words.slice(0, MOST_WORDS), ...(ignored === undefined ? {} : { ignored }) };
}

/** What is left out is told as it was written, even if it is only white space. */
function shellWords(text: string): EnvironmentWords {
  const { words, openQuote, rest } = quotedWords(text, MOST_WORDS);
  if (openQuote !== undefined) return { ok: false, message: "unterminated quote in MTR_OPTIONS" };
  return { ok: true, words, ...(rest === "" ? {} : { ignored: rest }) };
}
