/** A target that has one answer a second, as Linux does, of which this program's own further probes take some. */
import assert from "node:assert/strict";
import { near, path, router } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { verdicts } from "./verdicts.ts";
import type { RateLimit, RouteSince } from "./world.ts";

const LINUX: RateLimit = { perSecond: 1, burst: 6 };
const PLAN = { protocol: "udp", intervalUs: SECOND } as const;

/** From 10 s on a router more. */
function grown(loss: number, target: { readonly limit?: RateLimit } = {}): readonly RouteSince[] {
  const shorter = path(4, { 2: { forwardLoss: loss }, 4: target });
  const longer = [near(router(1)), near("10.3.2.1", loss), near("10.3.3.1"), near("10.3.4.1")];
  return [
    { sinceUs: 0, path: shorter },
    { sinceUs: 10 * SECOND, path: { hops: longer, target: { rttUs: 45 * MS, ...target } } },
  ];
}

/** Nothing gets through from 12 s to 16 s. */
const INTERRUPTED: readonly RouteSince[] = [0, 1, 0].map((forwardLoss, index) => ({
  sinceUs: [0, 12, 16][index]! * SECOND,
  path: path(5, { 1: { forwardLoss }, 5: { limit: LINUX } }),
}));

function lostPercent(routes: readonly RouteSince[], rounds: number, seed: number): number {
  const found = verdicts(routes, { ...PLAN, rounds }, seed);
  return found.find(({ word, numbers }) => word === "LOSS" && "lossPercent" in numbers)?.numbers["lossPercent"] ?? 0;
}

Deno.test("a path that has grown loses nothing, though its target answers one of two probes of a round", () => {
  for (let seed = 1; seed <= 20; seed++) assert.equal(lostPercent(grown(0, { limit: LINUX }), 45, seed), 0, `${seed}`);
});

Deno.test("what is lost besides is told about as it is", () => {
  const told = Array.from({ length: 20 }, (_, index) => lostPercent(grown(0.1, { limit: LINUX }), 100, index + 1));
  const mean = told.reduce((sum, one) => sum + one) / told.length;
  assert.ok(Math.abs(mean - 10) < 3, told.join(" "));
});

Deno.test("an outage is all that is lost, though checks behind it take the answers of rounds", () => {
  for (const rounds of [40, 80]) {
    for (let seed = 1; seed <= 20; seed++) {
      assert.equal(lostPercent(INTERRUPTED, rounds, seed), 400 / rounds, `${seed}`);
    }
  }
});

Deno.test("loss on the path of a target that limits nothing never passes for that", () => {
  for (let seed = 1; seed <= 40; seed++) assert.ok(lostPercent(grown(0.2), 100, seed) > 8, `${seed}`);
});
