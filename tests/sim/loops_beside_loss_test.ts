/** Loops for a time beside ordinary loss, of several lengths, with silent routers, and in some flows. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { type Verdict, verdictsOf } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { near, router, TARGET } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Route } from "./verdicts.ts";
import type { Fork, Hop, Path } from "./world.ts";

const ENDLESS = 60;
const SEEDS = 4;
const PLAN: Partial<TracePlan> = { rounds: 150, intervalUs: 100 * MS, timeoutUs: SECOND };

/** Routers by their digits, `_` a silent one; what is behind `|` goes on again and again. Loss is behind the second. */
function way(text: string, forwardLoss: number): Path {
  const [before = "", round = ""] = text.split("|");
  const all = round === "" ? before : (before + round.repeat(ENDLESS)).slice(0, ENDLESS);
  const hops = [...all].map((one, index): Hop => ({
    ...near(one === "_" ? "10.9.9.1" : router(Number(one)), index === 1 ? forwardLoss : 0),
    silent: one === "_",
  }));
  return { hops, target: { rttUs: 30 * MS } };
}

function fold(route: Route, seed: number, plan: Partial<TracePlan> = {}): Fold {
  const folded = new Fold({
    address: TARGET,
    family: 4,
    firstTtl: 1,
    maxTtl: 30,
    asksForPort: plan.protocol !== undefined,
    hasConstantFlows: true,
  });
  run({ seed, paths: { [TARGET]: route } }, { ...PLAN, ...plan }).events.forEach((event) => folded.apply(event));
  return folded;
}

function loopOf(found: readonly Verdict[]): Verdict {
  const loop = found.find(({ word }) => word === "LOOP");
  assert.ok(loop !== undefined);
  return loop;
}

/** The loop's place, how many routers it is of, and how many hops the way has that it interrupts. */
const LOOPS = {
  "1|23": { path: "1234", place: [2, 2] },
  "12|345": { path: "1234", place: [3, 3] },
  "1|234567": { path: "1234", place: [2, 6] },
  "12345|67": { path: "123456789", place: [6, 2] },
  "1|2_": { path: "1234", place: [2, 2] },
  "1|23_": { path: "1234", place: [2, 3] },
  "1|_34": { path: "1234", place: [3, 3] },
  "12|_4": { path: "1234", place: [4, 2] },
} as const;

/** The place of somebody who has answered before is then a silent router's. */
function isSilentFirst(loop: string): boolean {
  return loop.includes("|_");
}

for (const [loop, { path, place }] of Object.entries(LOOPS)) {
  Deno.test(`a loop ${loop} for a time is one, with its times, whatever is lost beside it, and no router limits its answers`, () => {
    for (const loss of [0, 0.1]) {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const routes = [0, 5, 12].map((second, index) => ({
          sinceUs: second * SECOND,
          path: way(index === 1 ? loop : path, loss),
        }));
        const found = verdictsOf(fold(routes, seed));
        const { ttl, numbers: { routers, loops, loopedFromUs, loopedUntilUs, loopedRounds } } = loopOf(found);
        assert.deepEqual([ttl, routers, loops], [...place, 1], `${loss}, ${seed}`);
        assert.ok(loopedFromUs! >= 5 * SECOND && loopedFromUs! < 6.6 * SECOND, `${loss}, ${seed}: ${loopedFromUs}`);
        assert.ok(loopedUntilUs! <= 12.05 * SECOND && loopedUntilUs! > 11.5 * SECOND, `${loss}, ${seed}`);
        assert.ok(loopedRounds! <= 71 && loopedRounds! >= (loopedUntilUs! - loopedFromUs!) / (100 * MS) - 3);
        const words = ["LOOP", "LOSS", "CHANGED", ...(isSilentFirst(loop) ? ["SILENT"] : [])];
        assert.ok(found.every(({ word }) => words.includes(word)), `${loss}, ${seed}`);
      }
    }
  });
}

Deno.test("a loop whose first router is silent is told from its first round on, though it shows only when rounds go further", () => {
  for (const [rounds, intervalMs] of [[15, 1_000], [60, 500], [150, 100]] as const) {
    for (const loop of ["1|_34", "12|_4", "1|_3"]) {
      const [from, until] = [rounds / 3, rounds].map((round) => round * intervalMs * MS) as [number, number];
      const routes = [{ sinceUs: 0, path: way("1234", 0) }, { sinceUs: from, path: way(loop, 0) }];
      const plan = { rounds, intervalUs: intervalMs * MS, timeoutUs: 2 * SECOND };
      const { numbers } = loopOf(verdictsOf(fold(routes, 1, plan)));
      assert.equal(numbers["loopedRounds"], 2 * rounds / 3, `${loop}, ${rounds}`);
      assert.ok(numbers["loopedFromUs"]! >= from && numbers["loopedFromUs"]! < from + intervalMs * MS);
      assert.ok(!("loopedUntilUs" in numbers) && until > from);
    }
  }
});

Deno.test("all rounds of a loop are told, the first of which goes on as long as rounds may", () => {
  const routes = [[0, "1234"], [5, "1|23"], [10, "1234"]] as const;
  const world = routes.map(([second, text]) => ({ sinceUs: second * SECOND, path: way(text, 0) }));
  const folded = fold(world, 1, { rounds: 15, intervalUs: SECOND });
  assert.equal(loopOf(verdictsOf(folded)).numbers["loopedRounds"], 5);
});

Deno.test("an outage before a loop is none of it", () => {
  const outage = (text: string): Path => {
    const path = way(text, 0);
    return {
      ...path,
      hops: path.hops.map((hop, index) => (index === text.length - 1 ? { ...hop, forwardLoss: 1 } : hop)),
    };
  };
  for (const loop of ["1|23", "1|_34"]) {
    for (const dead of ["1", "12", "123"]) {
      const paths = [way("1234", 0), outage(dead), way(loop, 0)];
      const routes = paths.map((path, index) => ({ sinceUs: [0, 4, 8][index]! * SECOND, path }));
      const from = loopOf(verdictsOf(fold(routes, 1))).numbers["loopedFromUs"]!;
      assert.ok(Math.abs(from - 8 * SECOND) < 200 * MS, `${loop}, ${dead}: ${from}`);
    }
  }
});

Deno.test("two loops beside loss are two, one from the start is told, and one that lasts is not over", () => {
  const [ok, loop] = [way("1234", 0.1), way("1|23", 0.1)];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const told = (...routes: readonly Path[]): Verdict["numbers"] => {
      const times = routes.map((path, index) => ({ sinceUs: 3 * index * SECOND, path }));
      return loopOf(verdictsOf(fold(times, seed))).numbers;
    };
    assert.equal(told(ok, loop, ok, loop, ok)["loops"], 2, `${seed}`);
    const atFirst = told(loop, ok);
    assert.deepEqual([atFirst["loops"], Math.round(atFirst["loopedUntilUs"]! / SECOND)], [1, 3], `${seed}`);
    const lasting = told(ok, loop);
    assert.ok(!("loopedUntilUs" in lasting) && lasting["loopedFromUs"]! < 3.5 * SECOND, `${seed}`);
  }
});

Deno.test("a loop of some flows for a time is told with their number and its times", () => {
  const round = Array.from({ length: ENDLESS }, (_, index) => near(router(6 + index % 2)));
  const world = (ways: readonly (readonly Hop[])[]): Path<Hop | Fork> => ({
    hops: [near(router(1), 0.05), { ways }],
    target: { rttUs: 50 * MS },
  });
  const tail = [2, 3, 4].map((ttl) => near(router(ttl)));
  for (let seed = 1; seed <= SEEDS; seed++) {
    const routes = [{ sinceUs: 0, path: world([tail, round]) }, { sinceUs: 9 * SECOND, path: world([tail, tail]) }];
    const folded = fold(routes, seed, { flows: 8, protocol: "udp", rounds: 30, intervalUs: 500 * MS });
    const looping = folded.flows.filter((flow) => flow.hops()[1]?.responders[0]?.address === router(6)).length;
    const { ttl, numbers } = loopOf(verdictsOf(folded));
    assert.deepEqual([ttl, numbers["flowsLosing"], numbers["flows"]], [2, looping, 8], `${seed}`);
    assert.ok(
      Math.abs(numbers["loopedUntilUs"]! - 9 * SECOND) <= SECOND && numbers["loopedFromUs"]! < SECOND,
      `${seed}`,
    );
  }
});

Deno.test("routers that packets meet again by a longer way are hardly ever taken for a loop, whatever is lost of either", () => {
  const after = (
    forwardLoss: number,
  ): readonly Hop[] => [near(router(4)), near(router(5)), near(router(6), forwardLoss)];
  for (const loss of [0.1, 0.3]) {
    const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
    const looping = seeds.filter((seed) => {
      const ways = [after(0), [near("10.8.1.1"), near("10.8.2.1"), ...after(0.3)]];
      const hops = [near(router(1)), near(router(2), loss), { ways, chances: [0.5, 0.5] }];
      const found = verdictsOf(fold({ hops, target: { rttUs: 50 * MS } }, seed));
      return found.some(({ word }) => word === "LOOP");
    });
    assert.ok(looping.length <= 1, `${loss}: ${looping}`);
  }
});
