import { deepEqual, equal } from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { splitWords } from "./words.ts";

function check(text: string, words: readonly string[]): void {
  deepEqual(splitWords(text), { ok: true, words });
}

function checkMistake(text: string, because: string): void {
  deepEqual(splitWords(text), { ok: false, mistake: { cannot: "split the words", because } });
}

Deno.test("words are parted by any white space", () => {
  check("", []);
  check(" \t\n\v\f\r ", []);
  check(" -c\t20\n-r\v-n\f-b\r", ["-c", "20", "-r", "-n", "-b"]);
});

Deno.test("quotes keep white space and join what they touch", () => {
  check(`-o 'LS A' "b\tc"`, ["-o", "LS A", "b\tc"]);
  check(`a'b c'"d e"f`, ["ab cd ef"]);
  check(`'"' "'"`, [`"`, `'`]);
});

Deno.test("empty quotes are an empty word", () => check(`-o '' ""`, ["-o", "", ""]));

Deno.test("a backslash takes the next character as it is, inside both quotes, too", () => {
  check(String.raw`a\ b \\ \'`, ["a b", "\\", "'"]);
  check(String.raw`"a\"b" 'a\'b' "\n"`, [`a"b`, "a'b", "n"]);
});

Deno.test("what is left open at the end is a mistake", () => {
  checkMistake("a 'b", "a ' is not closed");
  checkMistake(`a "b'`, `a " is not closed`);
  checkMistake("a\\", "nothing follows the backslash at its end");
});

Deno.test("127 words are read, and 128 are too many", () => {
  check("a ".repeat(127), Array.from({ length: 127 }, () => "a"));
  checkMistake("a ".repeat(128), "it has 128 words, and must have at most 127");
});

Deno.test("words quoted in any of the three ways come back as they were", () => {
  const random = new Random(3);
  const escape = (word: string, characters: RegExp): string => word.replaceAll(characters, "\\$&");
  for (let run = 0; run < 2_000; run++) {
    const words = Array.from({ length: random.below(6) }, () => random.text("ab '\"\\\n\té", 6));
    const text = words.map((word) =>
      random.pick([
        word === "" ? "''" : escape(word, /[\s'"\\]/g),
        `'${escape(word, /['\\]/g)}'`,
        `"${escape(word, /["\\]/g)}"`,
      ])
    ).join(random.pick([" ", "\t", " \n "]));
    const split = splitWords(text);
    equal(split.ok, true, text);
    deepEqual(split, { ok: true, words });
  }
});
