import assert from "node:assert/strict";
import { asText, hostText, printable, wordText } from "./text.ts";

const HOSTS: readonly (readonly [name: string, expected: string | undefined])[] = [
  ["r1.example", "r1.example"],
  ["_a-b.XN--c", "_a-b.XN--c"],
  ["", undefined],
  [".", undefined],
  ["a b", "a\\032b"],
  ["a\x1b[2Jb", "a\\027\\0912Jb"],
  ["a\nb", "a\\010b"],
  ["é", "\\195\\169"],
  ["=1+1", "\\0611\\0431"],
  ["a\\b", "a\\092b"],
  ["\u202e", "\\226\\128\\174"],
  // An octet that was no UTF-8, beside such that were; no octet has these surrogates.
  ["é\udcff", "\\195\\169\\255"],
  ["\udc7f\ud800", "\\239\\191\\189\\239\\191\\189"],
];

for (const [name, expected] of HOSTS) {
  Deno.test(`a host name is shown as ${expected}`, () => assert.equal(hostText(name), expected));
}

Deno.test("a host name is shown up to 253 characters, and no escape is torn", () => {
  assert.equal(hostText("a".repeat(300))?.length, 253);
  assert.equal(hostText(`${"a".repeat(250)}\n`), "a".repeat(250));
});

const NUMBERS: readonly (readonly [text: string, expected: string | undefined])[] = [
  ["64496", "64496"],
  [" 64497 64498 ", "64497 64498"],
  ["", undefined],
  ["NA", undefined],
  ["1\x1b[2J", undefined],
  ["=1", undefined],
];

for (const [text, expected] of NUMBERS) {
  Deno.test(`an AS number is shown as ${expected}`, () => assert.equal(asText(text), expected));
}

const WORDS: readonly (readonly [word: string, expected: string | undefined])[] = [
  ["2001:db8::/32", "2001:db8::/32"],
  ["ripencc", "ripencc"],
  ["2010-01-01", "2010-01-01"],
  ["", undefined],
  ["a b", "a\\032b"],
  ["=1+1", "\\0611\\0431"],
  ["\x1b[2J\n", "\\027\\0912J\\010"],
];

for (const [word, expected] of WORDS) {
  Deno.test(`a word is shown as ${expected}`, () => assert.equal(wordText(word), expected));
}

Deno.test("a word is shown up to 64 characters", () => assert.equal(wordText("a".repeat(99))?.length, 64));

const TEXTS: readonly (readonly [text: string, expected: string])[] = [
  ["Zürich 東京 ok", "Zürich 東京 ok"],
  ["a\x1b[2J", "a\\u{1B}[2J"],
  ["a\nb\x7f\x9b", "a\\u{A}b\\u{7F}\\u{9B}"],
  ["a\u202eb\u2066", "a\\u{202E}b\\u{2066}"],
  ["a\ud800b", "a\\u{D800}b"],
  ["a\\u{41}", "a\\\\u{41}"],
  ["\u2028", "\\u{2028}"],
];

for (const [text, expected] of TEXTS) {
  Deno.test(`a text is printed as ${expected}`, () => assert.equal(printable(text), expected));
}

Deno.test("whatever a name holds, it is shown as printable ASCII without a blank", () => {
  let state = 99;
  for (let run = 0; run < 500; run++) {
    const units = Array.from({ length: 1 + run % 40 }, () => {
      state = Math.imul(state, 1_103_515_245) + 12_345 | 0;
      return (state >>> 8) & (run % 2 === 0 ? 0xffff : 0xff);
    });
    assert.match(hostText(String.fromCharCode(...units)) ?? "x", /^[\x21-\x7e]{1,253}$/);
  }
});
