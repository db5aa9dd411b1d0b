import assert from "node:assert/strict";
import { ORIGIN_ZONES } from "./as_origin.ts";
import type { IpInfoTable } from "./ip_info.ts";
import { Lookups, type Resolver } from "./lookups.ts";

const BY_DNS = { zones: ORIGIN_ZONES };

/** A resolver that answers when it is told to. */
function slowResolver(): { resolver: Resolver; open: (() => void)[]; asked: string[] } {
  const open: (() => void)[] = [];
  const asked: string[] = [];
  const answer = (name: string, text: string): Promise<string> => {
    asked.push(name);
    return new Promise((resolve) => open.push(() => resolve(text)));
  };
  return {
    resolver: { name: (address) => answer(address, `host-${address}`), text: (name) => answer(name, "64496 | x") },
    open,
    asked,
  };
}

async function drain(open: (() => void)[]): Promise<void> {
  while (open.length > 0) {
    open.shift()!();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
}

Deno.test("an address is looked up once", async () => {
  const { resolver, open, asked } = slowResolver();
  const lookups = new Lookups(resolver, { names: true, origin: undefined });
  for (let time = 0; time < 3; time++) lookups.ask("192.0.2.1");
  await drain(open);
  await lookups.settled();
  assert.deepEqual(asked, ["192.0.2.1"]);
  assert.equal(lookups.host("192.0.2.1"), "host-192.0.2.1");
  assert.equal(lookups.ipInfo("192.0.2.1"), undefined);
});

Deno.test("only what is wanted is asked for", async () => {
  const { resolver, open, asked } = slowResolver();
  const lookups = new Lookups(resolver, { names: false, origin: BY_DNS });
  lookups.ask("192.0.2.1");
  await drain(open);
  await lookups.settled();
  assert.deepEqual(asked, ["1.2.0.192.origin.asn.cymru.com"]);
  assert.deepEqual(lookups.ipInfo("192.0.2.1"), { asn: "64496", prefix: "x" });
});

Deno.test("what is wanted later is asked for all addresses until then, once", async () => {
  const { resolver, open, asked } = slowResolver();
  const lookups = new Lookups(resolver, { names: false, origin: undefined });
  lookups.ask("192.0.2.1");
  assert.deepEqual(asked, []);
  for (let time = 0; time < 2; time++) {
    lookups.wantNames();
    lookups.wantOrigin(BY_DNS);
  }
  lookups.ask("192.0.2.2");
  await drain(open);
  await lookups.settled();
  assert.deepEqual(asked, [
    "192.0.2.1",
    "1.2.0.192.origin.asn.cymru.com",
    "192.0.2.2",
    "2.2.0.192.origin.asn.cymru.com",
  ]);
  assert.equal(lookups.host("192.0.2.1"), "host-192.0.2.1");
  assert.deepEqual(lookups.ipInfo("192.0.2.2"), { asn: "64496", prefix: "x" });
});

Deno.test("at most 16 lookups run at once, and the rest follow", async () => {
  const { resolver, open, asked } = slowResolver();
  const lookups = new Lookups(resolver, { names: true, origin: undefined });
  for (let host = 0; host < 40; host++) lookups.ask(`192.0.2.${host}`);
  assert.equal(asked.length, 16);
  assert.equal(lookups.isAnswered, false);
  const settled = lookups.settled();
  await drain(open);
  await settled;
  assert.equal(asked.length, 40);
  assert.equal(lookups.isAnswered, true);
});

Deno.test("nothing asked is settled at once", async () => {
  await new Lookups(slowResolver().resolver, { names: true, origin: BY_DNS }).settled();
});

Deno.test("what is found is told, what is not there is not", async () => {
  const found: string[] = [];
  const resolver: Resolver = {
    name: (address) => Promise.resolve(address === "192.0.2.1" ? "router.example" : undefined),
    text: () => Promise.resolve("64496 | x"),
  };
  const lookups = new Lookups(resolver, { names: true, origin: undefined }, (address) => found.push(address));
  for (const address of ["192.0.2.1", "192.0.2.2"]) lookups.ask(address);
  await lookups.settled();
  assert.deepEqual(found, ["192.0.2.1"]);
});

/** Knows these addresses, by a prefix that tells which file it is. */
function fileOf(prefix: string, ...addresses: readonly string[]): IpInfoTable {
  return { find: (address) => addresses.includes(address) ? { prefix } : undefined };
}

Deno.test("of several files the first that knows an address counts, at once, and no name server is asked", async () => {
  const { resolver, asked } = slowResolver();
  const files = [fileOf("first", "192.0.2.1"), fileOf("second", "192.0.2.1", "192.0.2.2")];
  const found: string[] = [];
  const lookups = new Lookups(resolver, { names: false, origin: { files } }, (address) => found.push(address));
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) lookups.ask(address);
  assert.deepEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => lookups.ipInfo(address)?.prefix), [
    "first",
    "second",
    undefined,
  ]);
  assert.deepEqual(found, ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual(asked, []);
  await lookups.settled();
});

Deno.test("the zones that are wanted are asked", () => {
  const { resolver, asked } = slowResolver();
  const zones = { 4: "four.example", 6: "six.example" };
  new Lookups(resolver, { names: false, origin: { zones } }).ask("192.0.2.1");
  assert.deepEqual(asked, ["1.2.0.192.four.example"]);
});
