/** Splits `MTR_OPTIONS` into words, as a shell would that expands nothing. */
import { quotedWords } from "../text/quoted_words.ts";
import type { Mistake } from "./problem.ts";

/** As many as mtr takes; it drops the rest, which could be the one option that matters. */
const MOST_WORDS = 127;

export function splitWords(
  text: string,
): { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly mistake: Mistake } {
  const { words, openQuote, endsInBackslash } = quotedWords(text);
  if (openQuote !== undefined) return mistake(`a ${openQuote} is not closed`);
  if (endsInBackslash) return mistake("nothing follows the backslash at its end");
  if (words.length > MOST_WORDS) return mistake(`it has ${words.length} words, and must have at most ${MOST_WORDS}`);
  return { ok: true, words };
}

function mistake(because: string): { readonly ok: false; readonly mistake: Mistake } {
  return { ok: false, mistake: { cannot: "split the words", because } };
}
