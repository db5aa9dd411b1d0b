/** Simulated paths that change, and those that only have several ways: what is said of each. */
import assert from "node:assert/strict";
import { PROTOCOL_NAMES } from "../../core/plan.ts";
import { path } from "./paths.ts";
import { SECOND } from "./run.ts";
import { only, type Route, verdicts, words } from "./verdicts.ts";
import type { Hop } from "./world.ts";

Deno.test("packets that take turns are balanced", () => {
  // Each round sends three packets there, so every answer is from the other one.
  const balanced = { address: ["10.0.2.1", "10.0.2.2"], balance: "packet" as const };
  const found = only(verdicts(path(4, { 2: balanced }), { rounds: 11 }).slice(0, 1), "PER_PACKET");
  assert.deepEqual([found.ttl, found.numbers], [2, { addresses: 2, flows: 1, changes: 9, answers: 11 }]);
});

Deno.test("flows that are balanced show where every probe is a flow of its own", () => {
  const balanced = { address: ["10.0.2.1", "10.0.2.2"], balance: "flow" as const };
  const found = verdicts(path(4, { 2: balanced }), { protocol: "udp", rounds: 20, flow: "varying" });
  assert.deepEqual(words(found), ["BALANCED 2"]);
});

Deno.test("flows that are balanced are told of several flows, and not of one", () => {
  const balanced = { address: ["10.0.2.1", "10.0.2.2"], balance: "flow" as const };
  for (const protocol of PROTOCOL_NAMES) {
    assert.deepEqual(verdicts(path(4, { 2: balanced }), { protocol }), []);
    const found = only(verdicts(path(4, { 2: balanced }), { protocol, flows: 16 }), "PER_FLOW");
    assert.deepEqual([found.ttl, found.numbers], [2, { addresses: 2, flows: 16, changes: 0, answers: 160 }]);
  }
});

Deno.test("a route that changes is told once, with its time and the number of hops", () => {
  const other = path(6, { 2: { address: "10.9.2.1" }, 3: { address: "10.9.3.1" } });
  for (const sinceUs of [2.5 * SECOND, 4.5 * SECOND, 8.5 * SECOND]) {
    const found = only(verdicts([{ sinceUs: 0, path: path(6) }, { sinceUs, path: other }]), "CHANGED");
    assert.deepEqual([found.ttl, found.address, found.numbers["hops"]], [2, "10.9.2.1", 2]);
    assert.ok(Math.abs(found.numbers["afterUs"]! - sinceUs) <= 1.1 * SECOND, `${found.numbers["afterUs"]}`);
  }
});

Deno.test("an outage before a path that grows is a loss where it was, and no limit of the routers before it", () => {
  const outage = path(5, { 1: { forwardLoss: 1 } });
  const routes = [{ sinceUs: 0, path: path(5) }, { sinceUs: 20 * SECOND, path: outage }, {
    sinceUs: 30 * SECOND,
    path: path(10),
  }];
  const found = verdicts(routes, { rounds: 60 });
  assert.deepEqual(found.filter(({ word }) => word !== "CHANGED").map(({ word, ttl }) => `${word} ${ttl}`), [
    "LOSS 2",
    // 100 ms instead of 50 ms: of the hops that are new it is not known that they are slower.
    "LATENCY 10",
  ]);
});

Deno.test("a route that flaps is no balance", () => {
  const other = path(4, { 2: { address: "10.9.2.1" } });
  const flaps = [0, 10, 20, 30].map((since, index) => ({
    sinceUs: since * SECOND,
    path: index % 2 === 0 ? path(4) : other,
  }));
  const found = only(verdicts(flaps, { rounds: 40 }), "CHANGED");
  assert.equal(found.numbers["changes"], 3);
});

/** Two hops are others each time the route changes, at these parts of the run. */
function flapping(parts: readonly number[], rounds: number, lost: { path?: number; hop?: number } = {}): Route {
  const [one, other] = ["10.0", "10.9"].map((net) =>
    path(6, {
      1: { forwardLoss: lost.path ?? 0 },
      3: { address: `${net}.3.1` },
      4: { address: `${net}.4.1`, loss: lost.hop ?? 0 },
    })
  );
  return [0, ...parts].map((part, index) => ({
    sinceUs: part * rounds * SECOND,
    path: index % 2 === 0 ? one! : other!,
  }));
}

function turnWords(route: Route, rounds: number, seed = 1): readonly string[] {
  const found = verdicts(route, { rounds }, seed).filter(({ word }) => /CHANGED|PER_PACKET|VARYING/.test(word));
  return found.map(({ word, ttl, numbers }) => `${word} ${ttl}, ${numbers["changes"]} times`);
}

const THREE = [0.25, 0.5, 0.75];

Deno.test("three changes of the route within a dozen rounds are no balance, if two hops show them", () => {
  for (const rounds of [12, 13, 14, 15]) {
    assert.deepEqual(turnWords(flapping(THREE, rounds), rounds), ["CHANGED 3, 3 times"]);
  }
  // Of routers that are balanced each does so in one of six runs.
  assert.deepEqual(turnWords(flapping(THREE, 10), 10), ["VARYING 3, 3 times", "VARYING 4, 3 times"]);
});

Deno.test("a route that flaps is no balance, whatever is lost on it", () => {
  const six = [0.1, 0.2, 0.35, 0.5, 0.65, 0.8];
  for (const loss of [0, 0.15, 0.3]) {
    for (let seed = 1; seed <= 10; seed++) {
      assert.deepEqual(
        turnWords(flapping(six, 50, { path: loss }), 50, seed),
        ["CHANGED 3, 6 times"],
        `${loss} ${seed}`,
      );
    }
  }
});

Deno.test("who answers too seldom to tell changes is one of those that show them, where others prove them", () => {
  for (const parts of [[0.3, 0.6], THREE]) {
    for (const loss of [0.5, 0.7, 0.9]) {
      for (let seed = 1; seed <= 10; seed++) {
        const told = turnWords(flapping(parts, 20, { hop: loss }), 20, seed);
        assert.deepEqual(told, [`CHANGED 3, ${parts.length} times`], `${loss} ${seed}`);
      }
    }
  }
});

Deno.test("of 300 paths with two routers that are balanced by chance, one of 50 is told as changed at most", () => {
  for (const [rounds, loss] of [[12, 0], [20, 0], [20, 0.2], [40, 0.3]] as const) {
    let changed = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const balanced = (ttl: number): Partial<Hop> => ({
        address: [`10.0.${ttl}.1`, `10.0.${ttl}.2`],
        balance: "chance",
        loss,
      });
      const told = turnWords(path(5, { 2: balanced(2), 3: balanced(3) }), rounds, seed);
      if (told.some((one) => /CHANGED .*, [^1]/.test(one))) changed += 1;
    }
    assert.ok(changed <= 6, `${changed} of 300 at ${rounds} rounds and a loss of ${loss}`);
  }
});

Deno.test("a route that flaps with an outage each time is no balance, however short", () => {
  const [one, other] = [path(4), path(4, { 2: { address: "10.9.2.1" } })];
  const outage = path(4, { 1: { forwardLoss: 1 } });
  for (const outageS of [1.9, 2.5]) {
    const flaps = [0, 5, 10, 15].flatMap((since, index) => [
      { sinceUs: since * SECOND, path: index === 0 ? one : outage },
      { sinceUs: (since + outageS) * SECOND, path: index % 2 === 0 ? one : other },
    ]);
    const found = verdicts(flaps, { rounds: 20 });
    assert.deepEqual(words(found).filter((word) => !word.startsWith("LOSS")), ["CHANGED 2"], `${outageS} s`);
    assert.equal(found.find(({ word }) => word === "CHANGED")!.numbers["changes"], 3);
  }
});

Deno.test("routers that take turns are balanced, whatever is lost at them", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const turning = path(4, { 2: { address: ["10.0.2.1", "10.0.2.2"], balance: "chance", loss: 0.4 } });
    assert.ok(!words(verdicts(turning, { rounds: 40 }, seed)).includes("CHANGED 2"), `${seed}`);
  }
});

Deno.test("a route that is another one for two rounds has changed twice, which several hops show", () => {
  const other = path(6, { 2: { address: "10.9.2.1" }, 3: { address: "10.9.3.1" } });
  for (const rounds of [10, 20, 60]) {
    const route = [3.5, 5.5].map((since, index) => ({ sinceUs: since * SECOND, path: index === 0 ? other : path(6) }));
    const found = only(verdicts([{ sinceUs: 0, path: path(6) }, ...route], { rounds }), "CHANGED");
    const { changes, hops, afterUs } = found.numbers;
    assert.deepEqual([found.ttl, changes, hops], [2, 2, 2]);
    assert.ok(Math.abs(afterUs! - 5.5 * SECOND) <= 1.1 * SECOND, `${afterUs}`);
  }
});

Deno.test("who answers too seldom to tell a change is one of those that show it, where others prove it", () => {
  for (const loss of [0.6, 0.8, 0.9]) {
    for (let seed = 1; seed <= 10; seed++) {
      const other = path(6, { 2: { address: "10.9.2.1", loss }, 3: { address: "10.9.3.1" } });
      const route = [{ sinceUs: 0, path: path(6, { 2: { loss } }) }, { sinceUs: 9.5 * SECOND, path: other }];
      const found = verdicts(route, { rounds: 20 }, seed).filter(({ word }) => /CHANGED|VARYING/.test(word));
      const { numbers } = only(found, "CHANGED");
      assert.ok(Math.abs(numbers["afterUs"]! - 9.5 * SECOND) <= 1.1 * SECOND, `${numbers["afterUs"]}`);
    }
  }
});

Deno.test("one answer from elsewhere is neither", () => {
  const other = path(4, { 2: { address: "10.9.2.1" } });
  const found = verdicts([{ sinceUs: 0, path: path(4) }, { sinceUs: 4.5 * SECOND, path: other }, {
    sinceUs: 5.5 * SECOND,
    path: path(4),
  }]);
  assert.deepEqual(words(found), ["VARYING 2"]);
});
