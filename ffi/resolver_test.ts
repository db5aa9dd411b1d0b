/** Literals, which need nobody; and names that need no name server. */
import assert from "node:assert/strict";
import type { Endpoint, Family } from "../core/network.ts";
import { inNamespace } from "./_namespace_test.ts";
import { SystemResolver } from "./resolver.ts";

function check(text: string, expected: Endpoint | undefined): void {
  assert.deepEqual(new SystemResolver().literal(text), expected, text);
}

function v4(address: string): Endpoint {
  return { family: 4, address, scopeId: 0 };
}

function v6(address: string, scopeId = 0): Endpoint {
  return { family: 6, address, scopeId };
}

Deno.test("an IPv4 literal is itself", () => {
  for (const text of ["127.0.0.1", "0.0.0.0", "255.255.255.255"]) check(text, v4(text));
});

Deno.test("an IPv6 literal is spelled in the one way of RFC 5952", () => {
  check("::1", v6("::1"));
  check("2001:DB8:0:0:0:0:0:1", v6("2001:db8::1"));
  check("fe80:0::0:1", v6("fe80::1"));
});

Deno.test("brackets are taken off an IPv6 literal", () => {
  check("[::1]", v6("::1"));
  check("[::1", undefined);
  check("::1]", undefined);
  check("[]", undefined);
});

Deno.test("an IPv4-mapped literal is the IPv4 address that it stands for", () => {
  check("::ffff:192.0.2.1", v4("192.0.2.1"));
  check("::ffff:c000:201", v4("192.0.2.1"));
});

Deno.test("a zone is an interface, by name or number", () => {
  const lo = 1;
  check("fe80::1%lo", v6("fe80::1", lo));
  check("fe80::1%1", v6("fe80::1", lo));
  check("[fe80::1%lo]", v6("fe80::1", lo));
});

Deno.test("a zone that is no interface, or at an IPv4 address, makes no literal", () => {
  for (const zone of ["nowhere0", "", "0", "lo%lo", "99999999999", "-1", " lo"]) check(`fe80::1%${zone}`, undefined);
  check("127.0.0.1%lo", undefined);
});

Deno.test("names, and numbers that only look like addresses, are no literals", () => {
  for (
    const text of ["", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "::g", ":::", "12345"]
  ) {
    check(text, undefined);
  }
});

inNamespace(import.meta, "localhost is found on a host that has nothing but loopback, in either family", async () => {
  const resolver = new SystemResolver();
  for (const [family, address] of [[undefined, undefined], [4, "127.0.0.1"]] as const) {
    const found = await resolver.address("localhost", family as Family | undefined);
    assert.ok(found.ok, JSON.stringify({ family, found }));
    if (address !== undefined) assert.equal(found.endpoint.address, address);
  }
});

inNamespace(import.meta, "a name that cannot be is refused in words", async () => {
  const found = await new SystemResolver().address("no name", undefined);
  assert.ok(!found.ok);
  assert.match(found.why, /^[a-z]/);
});

inNamespace(import.meta, "an address without a name has none", async () => {
  for (const address of ["192.0.2.1", "2001:db8::1"]) assert.equal(await new SystemResolver().name(address), undefined);
});
