import assert from "node:assert/strict";
import { RELAY_DIALECTS } from "./dialects.ts";
import { type RelayInvocation, relayInvocation } from "./invocation.ts";

function invoked(words: string, name = "mtr-deno"): RelayInvocation | undefined {
  return relayInvocation(words.split(" ").filter((word) => word !== ""), () => name);
}

const USUAL = { action: "serve", dialect: RELAY_DIALECTS["0.95"], strictly: false } as const;

Deno.test("mtr-deno packet serves; a host of that name stands behind --", () => {
  assert.deepEqual(invoked("packet"), USUAL);
  for (const words of ["", "-- packet", "-r packet", "example.org packet"]) assert.equal(invoked(words), undefined);
});

Deno.test("started as mtr-packet without arguments, it serves", () => {
  assert.deepEqual(invoked("", "mtr-packet"), USUAL);
  assert.equal(invoked("example.org", "mtr-packet"), undefined);
});

Deno.test("the name is asked for only where that matters", () => {
  const never = (): never => {
    throw new Error("It was asked for");
  };
  assert.equal(relayInvocation(["example.org"], never), undefined);
  assert.deepEqual(relayInvocation(["packet"], never), USUAL);
});

Deno.test("--compat names the release", () => {
  for (const words of ["packet --compat 0.96", "packet --compat=0.96", "packet --compat 0.95 --compat=0.96"]) {
    assert.deepEqual(invoked(words), { action: "serve", dialect: RELAY_DIALECTS["0.96"], strictly: true });
  }
});

Deno.test("what it cannot be, and what it does not know, is refused; help is given", () => {
  for (const words of ["--compat", "--compat 1.0", "--compat=", "-4", "example.org"]) {
    assert.equal(invoked(`packet ${words}`)?.action, "refuse", words);
  }
  for (const words of ["-h", "--help"]) assert.deepEqual(invoked(`packet ${words}`), { action: "help" });
});
