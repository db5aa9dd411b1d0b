/** Divides `MTR_OPTIONS` into words, by the rules of each dialect. */
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
  "0.96": quotedWords,
};

/** Blanks and tabs part words, and nothing keeps them together. Of the words left out the first is told. */
function plainWords(text: string): EnvironmentWords {
  const words = text.split(/[ \t]+/).filter((word) => word !== "");
  const [ignored] = words.slice(MOST_WORDS);
  return { ok: true, words: words.slice(0, MOST_WORDS), ...(ignored === undefined ? {} : { ignored }) };
}

const WHITE_SPACE = /[ \t\n\v\f\r]/;

/**
 * White space parts words, '...' and "..." keep it; a backslash takes the next character as it is, inside both quotes,
 * too, and stands for itself at the end. What is left out is told as it was written, even if it is only white space.
 */
function quotedWords(text: string): EnvironmentWords {
  const words: string[] = [];
  const characters = [...text];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < characters.length; index++) {
    if (words.length === MOST_WORDS) return { ok: true, words, ignored: characters.slice(index).join("") };
    const character = characters[index] ?? "";
    if (character === "\\" && index + 1 < characters.length) {
      word = (word ?? "") + (characters[++index] ?? "");
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (WHITE_SPACE.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) return { ok: false, message: "unterminated quote in MTR_OPTIONS" };
  if (word !== undefined) words.push(word);
  return { ok: true, words };
}
