/** Words of a text as a shell parts them that expands nothing. */

export interface QuotedWords {
  readonly words: readonly string[];
  /** The quote that is not closed. */
  readonly openQuote: string | undefined;
  /** A backslash is the last character, and takes none. */
  readonly endsInBackslash: boolean;
  /** What follows once there are as many words as may be. */
  readonly rest: string;
}

const WHITE_SPACE = new Set([" ", "\t", "\n", "\v", "\f", "\r"]);

/**
 * White space parts words; '...' and "..." keep it; a backslash takes the next character as it is, inside both quotes,
 * too, and stands for itself at the end. Empty quotes are an empty word. Reads until there are `most` words.
 */
export function quotedWords(text: string, most = Infinity): QuotedWords {
  const words: string[] = [];
  const characters = [...text];
  let word: string | undefined;
  let openQuote: string | undefined;
  let endsInBackslash = false;
  let index = 0;
  for (; index < characters.length && words.length < most; index++) {
    const character = characters[index]!;
    if (character === "\\") {
      endsInBackslash = index + 1 === characters.length;
      word = (word ?? "") + (characters[++index] ?? character);
    } else if (openQuote !== undefined) {
      if (character === openQuote) openQuote = undefined;
      else word += character;
    } else if (character === "'" || character === '"') {
      openQuote = character;
      word ??= "";
    } else if (WHITE_SPACE.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== undefined && openQuote === undefined) words.push(word);
  return { words, openQuote, endsInBackslash, rest: characters.slice(index).join("") };
}
