/** What the recordings of real mtr leave out of raw and split: names, and the clock. */
import assert from "node:assert/strict";
import { eventsOf, namesOf, runOf, settingsOf, type Step, TARGET } from "../_fixture.ts";
import { raw } from "./raw.ts";
import type { CompatNames } from "./run.ts";
import { split } from "./split.ts";

const PENDING: CompatNames = { host: () => ({ kind: "pending" }), origin: () => undefined };
const STEPS: readonly Step[] = [{ ttl: 1, from: "10.0.0.1" }, { ttl: 1, from: "10.0.0.2" }];

function rawLines(names: CompatNames, { dns = true, named = new Set<number>() } = {}): readonly string[] {
  const stream = raw(runOf(settingsOf("0.95", { dns }), names), named);
  return eventsOf(STEPS).map((event) => stream.event(event)).join("").split("\n").filter((line) => !/^[xh]/.test(line));
}

Deno.test("raw: a name is told once a position, before the answer", () => {
  const names = namesOf({ "10.0.0.1": "r1.example", "10.0.0.2": "r2.example" });
  assert.deepEqual(rawLines(names), ["d 0 r1.example", "p 0 1000 33000", "p 0 1000 33001", ""]);
});

Deno.test("raw: without a name the address is told as one, and nothing while the lookup is pending", () => {
  assert.deepEqual(rawLines(namesOf({})), ["d 0 10.0.0.1", "p 0 1000 33000", "p 0 1000 33001", ""]);
  assert.deepEqual(rawLines(PENDING), ["p 0 1000 33000", "p 0 1000 33001", ""]);
  assert.deepEqual(rawLines(namesOf({}), { dns: false }), ["p 0 1000 33000", "p 0 1000 33001", ""]);
});

Deno.test("raw: a position that was named for an earlier host is not named again", () => {
  const named = new Set<number>();
  rawLines(namesOf({}), { named });
  assert.deepEqual(rawLines(namesOf({}), { named }), ["p 0 1000 33000", "p 0 1000 33001", ""]);
});

// Measured: real mtr 0.95 takes the rows away first, from the last one on.
Deno.test("split: rows that are no longer there are taken away", () => {
  const stream = split(runOf(settingsOf("0.95")));
  const refused: Step = { ttl: 1, from: "10.0.0.1", answer: { kind: "unreachable", icmpType: 3, icmpCode: 0 } };
  const steps: readonly Step[] = [{ ttl: 3, from: TARGET }, refused];
  const text = eventsOf(steps).map((event) => stream.event(event)).join("");
  assert.equal(text, "3 192.0.2.9 0 1 1 1 1 1\n-3\n-2\n1 10.0.0.1 0 1 1 1 1 1\n");
});

Deno.test("split: with -b the address stands behind the name, and twice without one", () => {
  const stream = split(runOf(settingsOf("0.95", { showIps: true }), namesOf({ "10.0.0.1": "r1.example" })));
  const text = eventsOf(STEPS).map((event) => stream.event(event)).join("");
  assert.match(text, /^1 r1\.example 10\.0\.0\.1 0 1 1 1 1 1\n1 10\.0\.0\.2 10\.0\.0\.2 0 2 2 1 1 1\n$/);
});

Deno.test("split: 0.96 draws on a grid of 100 ms, whatever comes in between", () => {
  const stream = split(runOf(settingsOf("0.96", { maxTtl: 1 })));
  assert.equal(eventsOf(STEPS).map((event) => stream.event(event)).join(""), "");
  assert.equal(stream.tick(99_999), "");
  assert.equal(stream.tick(130_000), "1 10.0.0.2 0 2 2 1.0 1.0 1.0\n");
  const [sent] = eventsOf([{ ttl: 1 }]);
  assert.ok(sent?.kind === "sent");
  assert.equal(stream.event({ ...sent, probe: 2, atUs: 150_000 }), "");
  assert.equal(stream.tick(199_999), "");
  assert.equal(stream.tick(200_000), "1 10.0.0.2 0 2 3 1.0 1.0 1.0\n");
  assert.equal(stream.end(200_001), "");
});

Deno.test("split: rows begin with the first position, even with -f", () => {
  const stream = split(runOf(settingsOf("0.96", { firstTtl: 2 })));
  for (const event of eventsOf([{ ttl: 2, from: TARGET }])) stream.event(event);
  assert.equal(stream.end(0), "1 ???\n2 192.0.2.9 0 1 1 1.0 1.0 1.0\n");
});

// Measured: real mtr 0.95 ends with this line, not with one that has the last probe as lost.
Deno.test("split: a probe that is unanswered at the end is sent, but not yet lost", () => {
  const stream = split(runOf(settingsOf("0.95", { maxTtl: 1 })));
  for (const event of eventsOf([{ ttl: 1, from: "10.0.0.1" }, { ttl: 1 }])) stream.event(event);
  assert.equal(stream.end(5_000_000), "1 10.0.0.1 0 1 2 1 1 1\n");
});
