import { deepEqual } from "node:assert/strict";
import type { DialectName } from "./dialect.ts";
import { WORDS_OF } from "./environment_words.ts";

function check(dialect: DialectName, text: string, words: readonly string[], ignored?: string): void {
  deepEqual(WORDS_OF[dialect](text), { ok: true, words, ...(ignored === undefined ? {} : { ignored }) });
}

Deno.test("0.95 parts words at blanks and tabs, and knows no quotes", () => {
  check("0.95", "", []);
  check("0.95", " -c\t20  -o 'LS A'\\ x", ["-c", "20", "-o", "'LS", "A'\\", "x"]);
  check("0.95", "-c 5\n-r\r", ["-c", "5\n-r\r"]);
});

Deno.test("0.96 parts words at any white space", () => {
  check("0.96", " \t\n\v\f\r ", []);
  check("0.96", " -c\t20\n-r\v-n\f-b\r", ["-c", "20", "-r", "-n", "-b"]);
});

Deno.test("quotes of 0.96 keep white space and join what they touch", () => {
  check("0.96", `-o 'LS A' "b\tc"`, ["-o", "LS A", "b\tc"]);
  check("0.96", `a'b c'"d e"f '"' "'" '' ""`, ["ab cd ef", '"', "'", "", ""]);
});

Deno.test("a backslash of 0.96 takes the next character as it is, inside both quotes, too", () => {
  check("0.96", String.raw`a\ b \\ \' "a\"b" 'a\'b' "\n"`, ["a b", "\\", "'", `a"b`, `a'b`, "n"]);
});

Deno.test("a backslash at the end stands for itself", () => {
  check("0.96", "\\", ["\\"]);
  check("0.96", "-c a\\", ["-c", "a\\"]);
});

Deno.test("an open quote is a mistake of 0.96", () => {
  for (const text of ["'", '-o "LS', "-o 'LS\"", '-o "LS\\"', "'x\\"]) {
    deepEqual(WORDS_OF["0.96"](text), { ok: false, message: "unterminated quote in MTR_OPTIONS" });
  }
});

const NS = "-n ".repeat(127);
const WORDS = Array.from({ length: 127 }, () => "-n");

Deno.test("127 words are read, and the white space that ends the last one", () => {
  for (const dialect of ["0.95", "0.96"] as const) {
    check(dialect, NS.trimEnd(), WORDS);
    check(dialect, NS, WORDS);
  }
});

Deno.test("further white space is left out of 0.95 silently, and told by 0.96", () => {
  check("0.95", `${NS} \t`, WORDS);
  check("0.96", `${NS} \t`, WORDS, " \t");
});

Deno.test("of the words left out 0.95 tells the first, 0.96 the text", () => {
  check("0.95", `${NS} aa bb`, WORDS, "aa");
  check("0.96", `${NS} 'aa b\tbb `, WORDS, " 'aa b\tbb ");
  check("0.96", `${NS}''`, WORDS, "''");
});
