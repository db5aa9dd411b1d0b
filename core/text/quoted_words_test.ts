import assert from "node:assert/strict";
import { quotedWords } from "./quoted_words.ts";

interface Case {
  readonly words: readonly string[];
  readonly openQuote?: string;
  readonly endsInBackslash?: true;
}

const CASES: Readonly<Record<string, Case>> = {
  "": { words: [] },
  " \t\n": { words: [] },
  "a  b\tc": { words: ["a", "b", "c"] },
  "a'b c'd \"e f\"": { words: ["ab cd", "e f"] },
  "'' \"\"": { words: ["", ""] },
  "a\\ b '\\''": { words: ["a b", "'"] },
  "a b\\": { words: ["a", "b\\"], endsInBackslash: true },
  "a 'b": { words: ["a"], openQuote: "'" },
  'x"': { words: [], openQuote: '"' },
};

for (const [text, { words, openQuote, endsInBackslash = false }] of Object.entries(CASES)) {
  Deno.test(`words are parted as a shell parts them: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(quotedWords(text), { words, openQuote, endsInBackslash, rest: "" });
  });
}

Deno.test("what follows the last word that may be is given as it was written", () => {
  assert.deepEqual(quotedWords("a 'b c' \"d", 2), {
    words: ["a", "b c"],
    openQuote: undefined,
    endsInBackslash: false,
    rest: '"d',
  });
});
