import assert from "node:assert/strict";
import type { IpInfo } from "./ip_info.ts";
import { originInfo, originQuestion } from "./as_origin.ts";

function check(address: string, question: string | undefined): void {
  assert.equal(originQuestion(address), question);
}

Deno.test("an IPv4 address is asked for backwards", () => check("192.0.2.1", "1.2.0.192.origin.asn.cymru.com"));

Deno.test("of an IPv6 address the 16 nibbles of its first half are asked for backwards", () =>
  check("2001:db8:12::1", "0.0.0.0.2.1.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com"));

Deno.test("behind a NAT64 prefix stands an IPv4 address", () =>
  check("64:ff9b::c000:201", "1.2.0.192.origin.asn.cymru.com"));

Deno.test("what is no address is not asked for", () => check("router.example", undefined));

Deno.test("other zones can be asked", () => {
  const zones = { 4: "four.example", 6: "six.example" };
  assert.equal(originQuestion("192.0.2.1", zones), "1.2.0.192.four.example");
  assert.match(originQuestion("2001:db8::1", zones) ?? "", /\.0\.2\.six\.example$/);
});

const ANSWERS: readonly (readonly [answer: string, info: IpInfo])[] = [
  ["64496 | 192.0.2.0/24 | ZZ | arin | 2010-01-01", {
    asn: "64496",
    prefix: "192.0.2.0/24",
    country: "ZZ",
    registry: "arin",
    allocated: "2010-01-01",
  }],
  [" 64497 64498 | 192.0.2.0/24", { asn: "64497 64498", prefix: "192.0.2.0/24" }],
  ["64496|||arin|", { asn: "64496", registry: "arin" }],
  ["NA | 192.0.2.0/24 | ZZ", { prefix: "192.0.2.0/24", country: "ZZ" }],
  ["", {}],
  ["|", {}],
  ["\x1b[2J", {}],
  ["64496x", {}],
];

for (const [answer, info] of ANSWERS) {
  Deno.test(`the answer ${JSON.stringify(answer)} tells ${JSON.stringify(info)}`, () =>
    assert.deepEqual(originInfo(answer), info));
}

Deno.test("of an endless answer a beginning is read", () =>
  assert.ok((originInfo(`1|${"9".repeat(100_000)}`).prefix ?? "").length <= 512));
