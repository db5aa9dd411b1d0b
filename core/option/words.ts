/** Splits `MTR_OPTIONS` into words, as a shell would that expands nothing. */
import type { Mistake } from "./problem.ts";

/** As many as mtr takes; it drops the rest, which could be the one option that matters. */
const MOST_WORDS = 127;

const WHITE_SPACE = new Set([" ", "\t", "\n", "\v", "\f", "\r"]);

/**
 * White space parts words; '...' and "..." keep it; a backslash takes the next character as it is, inside both quotes,
 * too. Empty quotes are an empty word.
 */
export function splitWords(
  text: string,
): { readonly ok: true; readonly words: string[] } | { readonly ok: false; readonly mistake: Mistake } {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  let escaped = false;
  for (const character of text) {
    if (escaped) {
      word = (word ?? "") + character;
      escaped = false;
    } else if (character === "\\") {
      escaped = true;
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (WHITE_SPACE.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) return mistake(`a ${quote} is not closed`);
  if (escaped) return mistake("nothing follows the backslash at its end");
  if (word !== undefined) words.push(word);
  if (words.length > MOST_WORDS) return mistake(`it has ${words.length} words, and must have at most ${MOST_WORDS}`);
  return { ok: true, words };
}

function mistake(because: string): { readonly ok: false; readonly mistake: Mistake } {
  return { ok: false, mistake: { cannot: "split the words", because } };
}
