import assert from "node:assert/strict";
import { originNumber, originQuestion } from "./as_origin.ts";

function check(address: string, question: string | undefined): void {
  assert.equal(originQuestion(address), question);
}

Deno.test("an IPv4 address is asked for backwards", () => check("192.0.2.1", "1.2.0.192.origin.asn.cymru.com"));

Deno.test("of an IPv6 address the 16 nibbles of its first half are asked for backwards", () =>
  check("2001:db8:12::1", "0.0.0.0.2.1.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com"));

Deno.test("behind a NAT64 prefix stands an IPv4 address", () =>
  check("64:ff9b::c000:201", "1.2.0.192.origin.asn.cymru.com"));

Deno.test("what is no address is not asked for", () => check("router.example", undefined));

Deno.test("the number is the first part of the answer", () => {
  assert.equal(originNumber("64496 | 192.0.2.0/24 | ZZ | arin | 2010-01-01"), "64496");
  assert.equal(originNumber(" 64497 64498 | 192.0.2.0/24"), "64497 64498");
});

Deno.test("an answer without a number gives none", () => {
  for (const answer of ["", "|", "NA | x", "\x1b[2J", "64496x"]) assert.equal(originNumber(answer), undefined);
});
