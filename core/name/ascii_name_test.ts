import assert from "node:assert/strict";
import { asciiName } from "./ascii_name.ts";

const NAMES: Readonly<Record<string, string>> = {
  "münchen.example": "xn--mnchen-3ya.example",
  "MÜNCHEN.Example": "xn--mnchen-3ya.example",
  "straße.example": "xn--strae-oqa.example",
  "例え。テスト": "xn--r8jz45g.xn--zckzah",
  "a_b.ü": "a_b.xn--tda",
  "ü.example.": "xn--tda.example.",
};

Deno.test("names in other letters are asked for as the DNS has them", () => {
  for (const [name, ascii] of Object.entries(NAMES)) assert.equal(asciiName(name), ascii);
});

Deno.test("what is ASCII, or can be no name, stays as it is", () => {
  const names = [
    "",
    "host",
    "HOST.Example",
    "0x7f.1",
    "fe80::1",
    "xn--zz",
    "ü/x",
    "ü@x",
    "ü:80",
    "ü x",
    "%ü",
    "\u202eü",
  ];
  for (const name of names) assert.equal(asciiName(name), name);
});
