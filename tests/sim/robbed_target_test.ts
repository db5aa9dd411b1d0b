/** A target that has one answer a second, as Linux does, of which this program's own further probes take some. */
import assert from "node:assert/strict";
import type { TracePlan } from "../../core/plan.ts";
import { near, path, router, uneven } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { type Route, verdicts } from "./verdicts.ts";
import type { RateLimit } from "./world.ts";

const LINUX: RateLimit = { perSecond: 1, burst: 6 };
const PLAN = { protocol: "udp", intervalUs: SECOND } as const;

/** From 10 s on a router more. */
function grown(loss: number, target: { readonly limit?: RateLimit } = {}): Route {
  const shorter = path(4, { 2: { forwardLoss: loss }, 4: target });
  const longer = [near(router(1)), near("10.3.2.1", loss), near("10.3.3.1"), near("10.3.4.1")];
  return [
    { sinceUs: 0, path: shorter },
    { sinceUs: 10 * SECOND, path: { hops: longer, target: { rttUs: 45 * MS, ...target } } },
  ];
}

/** Nothing gets through from 12 s to 16 s. */
const INTERRUPTED: Route = [0, 1, 0].map((forwardLoss, index) => ({
  sinceUs: [0, 12, 16][index]! * SECOND,
  path: path(5, { 1: { forwardLoss }, 5: { limit: LINUX } }),
}));

/** Packets take one of two ways by chance, this part of them the longer one. */
function balanced(longer: number, loss: number, limit?: RateLimit): Route {
  const { hops, target } = uneven(longer, { shorter: loss, longer: loss });
  return { hops, target: { ...target, ...(limit && { limit }) } };
}

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);

function meanLostPercent(route: Route, rounds: number, plan: Partial<TracePlan> = {}): number {
  return SEEDS.reduce((sum, seed) => sum + lostPercent(route, rounds, seed, plan), 0) / SEEDS.length;
}

function lostPercent(route: Route, rounds: number, seed: number, plan: Partial<TracePlan> = {}): number {
  const found = verdicts(route, { ...PLAN, ...plan, rounds }, seed);
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

for (const longer of [0.2, 0.5, 0.8]) {
  const name = `${100 * longer} % of the packets going a longer way`;
  Deno.test(`${name}: a target that answers once a second loses nothing`, () => {
    for (const rounds of [20, 40, 100]) {
      const told = meanLostPercent(balanced(longer, 0, LINUX), rounds);
      assert.ok(told < 2, `${told} % of ${rounds} rounds`);
    }
  });

  Deno.test(`${name}: what is lost besides is told as it is, whether the target limits its answers or not`, () => {
    for (const limit of [LINUX, undefined]) {
      for (const loss of [0.1, 0.3]) {
        const told = meanLostPercent(balanced(longer, loss, limit), 100);
        assert.ok(Math.abs(told - 100 * loss) < 2.5, `${told} % for ${100 * loss} %, limited: ${limit !== undefined}`);
      }
    }
  });

  Deno.test(`${name}: nor does one, or little, whose limit shows only when answers are missing`, () => {
    const told = meanLostPercent(balanced(longer, 0, LINUX), 100, { protocol: "icmp" });
    assert.ok(told < 8, `${told} %`);
  });
}
