import assert from "node:assert/strict";
import { domainToASCII } from "node:url";
import { decodedName, shownHost } from "./shown_name.ts";

/** What is shown of a name that is spelled so in the DNS. */
function check(spelled: string, shown = spelled): void {
  assert.equal(decodedName(domainToASCII(spelled)), shown);
}

Deno.test("names in letters that cannot be taken for others are shown in them", () => {
  for (
    const name of [
      "münchen.example",
      "straße.example",
      "łódź.example",
      "đường.example",
      "例え.テスト",
      "例子.测试",
      "서울.example",
      "core-1.zürich.carrier.example",
      "почта.рф",
      "ελλάδα.ελ",
    ]
  ) check(name);
  assert.equal(decodedName("xn--mnchen-3ya.example."), "münchen.example.");
  assert.equal(decodedName("XN--MNCHEN-3YA.EXAMPLE"), "münchen.EXAMPLE");
});

Deno.test("names whose letters look like others stay as the DNS has them", () => {
  for (
    const name of [
      // Cyrillic in Latin, and Cyrillic that looks like Latin.
      "аpple.example",
      "аррӏе.com",
      "еріс.рф.com",
      // Greek, Latin without its dot, and what looks like a slash or a dash.
      "ρaypal.example",
      "ıd.example",
      "googleノlogin.example",
      "com一login.example",
      // From right to left; combining marks; symbols.
      "שלום.example",
      "آزمایشی.example",
      "ไทย.example",
      "हिन्दी.example",
      "💩.example",
    ]
  ) check(name, domainToASCII(name));
});

Deno.test("what decodes to nothing, to something else or to ASCII stays as it is", () => {
  for (
    const name of [
      "xn--a.example",
      "xn--.example",
      "xn--zz-zz.example",
      "xn--mnchen-3ya_.example",
      "xn--%zz.example",
      "xn--abc-.example",
      "xn--a.xn--b",
      "host.example",
      "",
      "\\032xn--mnchen-3ya",
      "xn--" + "a".repeat(300),
    ]
  ) assert.equal(decodedName(name), name);
});

Deno.test("whatever a name is, what is shown of it has no control or format character, and stands for the same name", () => {
  const letters = "abc019-.xn--éλжש中ー\u200d\u202e\u0301\u{1F4A9}";
  const characters = [...letters];
  let state = 7;
  const next = (): number => state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  for (let round = 0; round < 5_000; round++) {
    const text = Array.from({ length: 1 + next() % 8 }, () => characters[next() % characters.length]).join("");
    const name = round % 2 === 0 ? `xn--${text}.example` : domainToASCII(`${text}.example`);
    const shown = decodedName(name);
    assert.doesNotMatch(shown.replace(name, ""), /[\p{Cc}\p{Cf}\p{M}\p{Co}\p{Cn}]/u);
    if (shown !== name) assert.equal(domainToASCII(shown), name.toLowerCase());
  }
});

Deno.test("what was typed is shown in its letters, and without UTF-8 as the DNS has it; ports and addresses stay", () => {
  const seen = (typed: string): readonly string[] => [true, false].map((isUnicode) => shownHost(typed, { isUnicode }));
  assert.deepEqual(seen("münchen.example:80"), ["münchen.example:80", "xn--mnchen-3ya.example:80"]);
  assert.deepEqual(seen("xn--mnchen-3ya.example"), ["münchen.example", "xn--mnchen-3ya.example"]);
  assert.deepEqual(seen("аpple.example"), ["xn--pple-43d.example", "xn--pple-43d.example"]);
  for (const typed of ["[2001:db8::1]:443", "192.0.2.1", "Host_1.Example", "fe80::1%eth0"]) {
    assert.deepEqual(seen(typed), [typed, typed]);
  }
});
