import assert from "node:assert/strict";
import { describeUnreachable } from "./icmp_code.ts";

const ROWS = [
  [4, 3, 0, "!N", "network unreachable"],
  [4, 3, 1, "!H", "host unreachable"],
  [4, 3, 2, "!P", "protocol unreachable"],
  [4, 3, 3, "!p", "port unreachable"],
  [4, 3, 4, "!F", "fragmentation needed"],
  [4, 3, 5, "!S", "source route failed"],
  [4, 3, 9, "!X", "network administratively prohibited"],
  [4, 3, 10, "!X", "host administratively prohibited"],
  [4, 3, 13, "!X", "administratively prohibited"],
  [4, 3, 14, "!V", "host precedence violation"],
  [4, 3, 15, "!C", "precedence cutoff in effect"],
  [4, 3, 16, "!<16>", "unreachable with ICMP type 3 code 16"],
  [4, 12, 0, "!P", "parameter problem"],
  [4, 12, 1, "!P", "required option missing"],
  [4, 12, 2, "!P", "bad length"],
  [4, 12, 3, "!<3>", "unreachable with ICMP type 12 code 3"],
  [6, 1, 0, "!N", "no route to destination"],
  [6, 1, 1, "!X", "administratively prohibited"],
  [6, 1, 3, "!H", "address unreachable"],
  [6, 1, 4, "!p", "port unreachable"],
  [6, 1, 6, "!X", "reject route to destination"],
  [6, 2, 0, "!F", "packet too big"],
  [6, 4, 0, "!P", "erroneous header field"],
  [6, 4, 1, "!P", "unrecognized next header"],
  [6, 4, 2, "!P", "unrecognized option"],
  [6, 4, 3, "!<3>", "unreachable with ICMP type 4 code 3"],
  [6, 3, 0, "!<0>", "unreachable with ICMP type 3 code 0"],
  [4, 1, 0, "!<0>", "unreachable with ICMP type 1 code 0"],
] as const;

for (const [family, type, code, marker, words] of ROWS) {
  Deno.test(`IPv${family} type ${type} code ${code} is ${marker}, ${words}`, () => {
    assert.deepEqual(describeUnreachable(family, type, code), { marker, words });
  });
}

Deno.test("every code of both families has a marker and words", () => {
  for (let code = 0; code < 256; code++) {
    for (const [family, type] of [[4, 3], [4, 12], [6, 1], [6, 2], [6, 4]] as const) {
      const { marker, words } = describeUnreachable(family, type, code);
      assert.match(marker, /^!([A-Zp]|<[0-9]+>)$/);
      assert.match(words, /^[a-z]/);
    }
  }
});
