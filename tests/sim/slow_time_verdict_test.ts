/** Paths that become slower during the run, or are for a part of it: from which hop on, since when and until when. */
import assert from "node:assert/strict";
import type { TracePlan } from "../../core/plan.ts";
import { near, path, router } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { only, verdicts, words } from "./verdicts.ts";
import type { Path, RouteSince } from "./world.ts";

const PLAN = { rounds: 100, intervalUs: 200 * MS } as const;
const JITTER = 5 * MS;
const ALL = [1, 2, 3, 4, 5, 6];

interface Way {
  /** The hops that are slower. */
  readonly ttls?: readonly number[];
  readonly byMs?: number;
  readonly loss?: number;
  readonly address?: string;
}

/** Six hops, 5 ms apart. */
function way({ ttls = [3, 4, 5, 6], byMs = 0, loss = 0, address = router(3) }: Way = {}): Path {
  const hops = ALL.map((ttl) => [ttl, {
    rttUs: (5 * ttl + (ttls.includes(ttl) ? byMs : 0)) * MS,
    jitterUs: JITTER,
    ...(ttl === 2 && { forwardLoss: loss }),
    ...(ttl === 3 && { address }),
  }]);
  return path(6, Object.fromEntries(hops));
}

/** Each way from its second on. */
function since(...ways: readonly (readonly [sinceS: number, path: Path])[]): readonly RouteSince[] {
  return ways.map(([sinceS, path]) => ({ sinceUs: sinceS * SECOND, path }));
}

function isNear(us: number | undefined, second: number | undefined): boolean {
  if (us === undefined || second === undefined) return us === second;
  // A round, and what is lost of the next ones.
  return Math.abs(us - second * SECOND) <= 800 * MS;
}

const CASES = {
  "to the end": { from: 8, to: undefined },
  "to the end, late": { from: 14, to: undefined },
  "from the beginning": { from: undefined, to: 9 },
  "in between": { from: 6, to: 13 },
} as const;

for (const [name, { from, to }] of Object.entries(CASES)) {
  Deno.test(`a path that is slower for a part of the run is told with the hop, the step and the times: ${name}`, () => {
    for (const [byMs, loss] of [[100, 0], [100, 0.1], [30, 0]] as const) {
      for (let seed = 1; seed <= 4; seed++) {
        const [quick, slow] = [way({ loss }), way({ byMs, loss })];
        const ways = since([0, from === undefined ? slow : quick]).concat(
          from === undefined ? [] : since([from, slow]),
          to === undefined ? [] : since([to, quick]),
        );
        const found = verdicts(ways, PLAN, seed).filter(({ word }) => word !== "LOSS");
        const { ttl, numbers } = only(found, "LATENCY");
        assert.equal(ttl, 3, `${seed}`);
        assert.ok(Math.abs(numbers["stepUs"]! - byMs * MS) < JITTER, `${numbers["stepUs"]}`);
        assert.ok(Math.abs(numbers["beforeUs"]! - 30 * MS) < JITTER, `${numbers["beforeUs"]}`);
        assert.ok(isNear(numbers["slowerSinceUs"], from) && isNear(numbers["slowerUntilUs"], to), `${seed}`);
      }
    }
  });
}

Deno.test("of several such times at a hop, as slow as each other, the latest is told, and how many there were", () => {
  const [quick, slow] = [way(), way({ byMs: 50 })];
  const twice = only(verdicts(since([0, quick], [4, slow], [8, quick], [12, slow]), PLAN), "LATENCY").numbers;
  assert.ok(isNear(twice["slowerSinceUs"], 12) && twice["slowerTimes"] === 2 && !("slowerUntilUs" in twice));
});

/** From this hop on slower by so much, from one second to before another. */
interface Step {
  readonly ttl: number;
  readonly byMs: number;
  readonly from?: number;
  readonly to?: number;
}

function stepping(steps: readonly Step[]): readonly RouteSince[] {
  const edges = new Set([0, ...steps.flatMap(({ from = 0, to = 0 }) => [from, to])]);
  return since(
    ...[...edges].sort((one, other) => one - other).map((at): readonly [number, Path] => {
      const active = steps.filter(({ from = 0, to = Infinity }) => from <= at && at < to);
      const byMs = (at: number): number => active.reduce((sum, { ttl, byMs }) => sum + (ttl <= at ? byMs : 0), 0);
      const hops = ALL.map((ttl) => [ttl, { rttUs: (5 * ttl + byMs(ttl)) * MS, jitterUs: JITTER }]);
      return [at, path(6, Object.fromEntries(hops))];
    }),
  );
}

/** Each in the order in which they are told: by hops, and then by when they began. */
const SEVERAL: Readonly<Record<string, readonly Step[]>> = {
  "one after the other": [{ ttl: 3, byMs: 20, from: 4, to: 9 }, { ttl: 5, byMs: 50, from: 14 }],
  "both to the end": [{ ttl: 3, byMs: 40, from: 5 }, { ttl: 5, byMs: 40, from: 12 }],
  "one within the other": [{ ttl: 2, byMs: 60, from: 3, to: 17 }, { ttl: 5, byMs: 40, from: 7, to: 12 }],
  "one into the other": [{ ttl: 3, byMs: 50, from: 8 }, { ttl: 5, byMs: 50, from: 3, to: 13 }],
  "one that is over before": [{ ttl: 3, byMs: 60, to: 6 }, { ttl: 5, byMs: 50, from: 13 }],
  "up and up at one hop": [{ ttl: 3, byMs: 50, from: 6 }, { ttl: 3, byMs: 70, from: 13 }],
  "up and up, and down at once": [{ ttl: 3, byMs: 40, from: 3, to: 16 }, { ttl: 3, byMs: 60, from: 8, to: 16 }],
  "up at once, and down and down": [{ ttl: 3, byMs: 60, from: 3, to: 10 }, { ttl: 3, byMs: 40, from: 3, to: 16 }],
};

for (const [name, steps] of Object.entries(SEVERAL)) {
  Deno.test(`of several steps each is told with its own place, size and times: ${name}`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const found = verdicts(stepping(steps), PLAN, seed);
      assert.deepEqual(words(found), steps.map(({ ttl }) => `LATENCY ${ttl}`), `${seed}`);
      found.forEach(({ numbers }, index) => {
        const { byMs, from, to } = steps[index]!;
        assert.ok(Math.abs(numbers["stepUs"]! - byMs * MS) < JITTER, `${seed}: ${numbers["stepUs"]}`);
        assert.ok(isNear(numbers["slowerSinceUs"], from) && isNear(numbers["slowerUntilUs"], to), `${seed}`);
      });
    }
  });
}

Deno.test("steps at several hops within few answers are told as one, from the first of these hops on, whichever came first", () => {
  for (const [firstMs, secondMs] of [[20, 20], [20, 40], [40, 15]] as const) {
    for (const laterS of [0, 0.8, -0.8]) {
      for (let seed = 1; seed <= 5; seed++) {
        const steps = [{ ttl: 3, byMs: firstMs, from: 8 }, { ttl: 5, byMs: secondMs, from: 8 + laterS }];
        const { ttl, numbers } = only(verdicts(stepping(steps), PLAN, seed), "LATENCY");
        assert.equal(ttl, 3, `${laterS} ${seed}`);
        assert.ok(Math.abs(numbers["stepUs"]! - (firstMs + secondMs) * MS) < JITTER, `${numbers["stepUs"]}`);
        assert.ok(isNear(numbers["slowerSinceUs"], 8) || isNear(numbers["slowerSinceUs"], 8 + laterS), `${seed}`);
      }
    }
  }
});

Deno.test("what becomes slower for the last tenth of a run is told, with the first probe that was", () => {
  for (const rounds of [100, 104, 120, 204]) {
    const from = 0.9 * rounds * 0.2;
    for (let seed = 1; seed <= 5; seed++) {
      const found = verdicts(stepping([{ ttl: 3, byMs: 50, from }]), { ...PLAN, rounds }, seed);
      const sinceUs = only(found, "LATENCY").numbers["slowerSinceUs"]!;
      assert.ok(sinceUs >= from * SECOND && sinceUs < from * SECOND + PLAN.intervalUs, `${rounds} of seed ${seed}`);
    }
  }
});

Deno.test("a router whose own answers become quicker or slower near a step does not move its place", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const own = (at: number): number => at < 11 ? 100 : 0;
    const hops = stepping([{ ttl: 3, byMs: 50, from: 8 }, { ttl: 6, byMs: 0, from: 11 }]).map(({ sinceUs, path }) => ({
      sinceUs,
      path: {
        ...path,
        hops: (path as Path).hops.map((hop, index) => ({
          ...hop,
          rttUs: hop.rttUs + (index === 3 ? own(sinceUs / SECOND) * MS : 0),
        })),
      },
    }));
    assert.equal(only(verdicts(hops, PLAN, seed), "LATENCY").ttl, 3, `${seed}`);
  }
});

Deno.test("a router whose own answers scatter more than a step is does not move its place", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const ways = stepping([{ ttl: 3, byMs: 50, from: 8 }]).map(({ sinceUs, path: { hops, target } }) => ({
      sinceUs,
      path: { hops: hops.map((hop, index) => ({ ...hop, ...(index === 3 && { jitterUs: 200 * MS }) })), target },
    }));
    assert.equal(only(verdicts(ways, PLAN, seed), "LATENCY").ttl, 3, `${seed}`);
  }
});

Deno.test("beginning and end of a slow time belong together, though routers scatter and tell little of where they are", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const ways = stepping([{ ttl: 3, byMs: 50, from: 6, to: 13 }]).map(({ sinceUs, path: { hops, target } }) => ({
      sinceUs,
      path: { hops: hops.map((hop) => ({ ...hop, jitterUs: 100 * MS })), target },
    }));
    const { ttl, numbers } = only(verdicts(ways, PLAN, seed), "LATENCY");
    assert.ok(ttl >= 3 && isNear(numbers["slowerSinceUs"], 6) && isNear(numbers["slowerUntilUs"], 13), `${seed}`);
  }
});

Deno.test("a router that becomes slow by itself is none, and a target that does is told at its own hop", () => {
  for (let seed = 1; seed <= 10; seed++) {
    const times = (ttls: readonly number[]): readonly RouteSince[] => since([0, way()], [8, way({ ttls, byMs: 100 })]);
    assert.deepEqual(words(verdicts(times([3]), PLAN, seed)), []);
    assert.deepEqual(words(verdicts(times([2, 3, 4, 5]), PLAN, seed)), []);
    assert.deepEqual(words(verdicts(times([3, 6]), PLAN, seed)), ["LATENCY 6"]);
  }
});

Deno.test("what is slow always keeps its own place and step beside one in time", () => {
  const far = [5, 6];
  const both = path(6, {
    3: { rttUs: 115 * MS },
    4: { rttUs: 120 * MS },
    5: { rttUs: 195 * MS },
    6: { rttUs: 200 * MS },
  });
  const found = verdicts(since([0, way({ ttls: far, byMs: 70 })], [8, both]), PLAN);
  assert.deepEqual(words(found), ["LATENCY 3", "LATENCY 5"]);
  const [inTime, always] = found;
  assert.ok(isNear(inTime!.numbers["slowerSinceUs"], 8));
  assert.ok(Math.abs(always!.numbers["stepUs"]! - 75 * MS) < JITTER && !("slowerSinceUs" in always!.numbers));
});

Deno.test("a change of the path stays one, with the latency beside it where it is slower, also if it is longer then", () => {
  const other = way({ byMs: 100, address: "10.9.3.1" });
  const found = verdicts(since([0, way()], [8, other]), PLAN);
  assert.deepEqual(words(found), ["CHANGED 3", "LATENCY 3"]);
  assert.ok(found.every(({ numbers }) => isNear(numbers["afterUs"] ?? numbers["slowerSinceUs"], 8)));
  const longer = path(8, { 3: { rttUs: 115 * MS }, ...{ 7: { rttUs: 135 * MS }, 8: { rttUs: 140 * MS } } });
  const inTime = verdicts(since([0, way()], [8, longer]), PLAN).filter(({ numbers }) => "slowerSinceUs" in numbers);
  assert.ok(isNear(only(inTime, "LATENCY").numbers["slowerSinceUs"], 8));
});

Deno.test("paths with jitter, loss or limits have no such time", () => {
  const plans: readonly Partial<TracePlan>[] = [PLAN, { rounds: 30 }, { rounds: 300, intervalUs: 60 * MS }];
  for (const plan of plans) {
    for (let seed = 1; seed <= 10; seed++) {
      const noisy = path(5, {
        2: { forwardLoss: 0.2 },
        3: { limit: { perSecond: 1, burst: 3 } },
        5: { jitterUs: 150 * MS },
      });
      const found = verdicts(noisy, plan, seed);
      assert.deepEqual(found.filter(({ numbers }) => "slowerSinceUs" in numbers || "slowerUntilUs" in numbers), []);
    }
  }
});

/** From this hop on so many add this much each; the path has so many hops more than before. */
function changedTo(
  eachMs: number,
  { from, slower, more }: { readonly from: number; readonly slower: number; readonly more: number },
): Path {
  const timeOf = (ttl: number): number => (5 * ttl + eachMs * Math.min(slower, Math.max(0, ttl - from + 1))) * MS;
  const ttls = Array.from({ length: 4 + more }, (_, index) => index + 1);
  const hops = ttls.map((ttl) => ({ ...near(ttl < from ? router(ttl) : `10.9.${ttl}.1`), rttUs: timeOf(ttl) }));
  return { hops, target: { rttUs: timeOf(5 + more) } };
}

Deno.test("a way that becomes slower and longer, so that rounds do not reach the target, is told where it begins", () => {
  const before = changedTo(0, { from: 9, slower: 0, more: 0 });
  for (const more of [1, 2, 3]) {
    for (const from of [2, 3, 4]) {
      const route = since([0, before], [4, changedTo(90, { from, slower: 1, more })]);
      const found = verdicts(route, { rounds: 20, intervalUs: 500 * MS });
      assert.deepEqual(words(found), [`CHANGED ${from}`, `LATENCY ${from}`], `${more} hops more`);
    }
  }
});

Deno.test("times that are told are those of a hop, wherever a change of the path adds them", () => {
  const before = changedTo(0, { from: 9, slower: 0, more: 0 });
  for (const eachMs of [50, 70]) {
    for (const from of [1, 2, 3, 4]) {
      for (const slower of [1, 2, 3]) {
        for (const more of [0, 1, 2]) {
          const behind = changedTo(eachMs, { from, slower, more });
          const found = verdicts([{ sinceUs: 0, path: before }, { sinceUs: 12 * SECOND, path: behind }], {
            rounds: 30,
            intervalUs: SECOND,
          });
          const known = [before, behind].flatMap(({ hops, target }) => [...hops, target].map(({ rttUs }) => rttUs));
          for (const { numbers } of found.filter(({ word }) => word === "LATENCY")) {
            for (const told of [numbers["beforeUs"] ?? known[0]!, numbers["medianUs"]!]) {
              assert.ok(known.some((rttUs) => Math.abs(rttUs - told) < MS), `${[eachMs, from, slower, more]}: ${told}`);
            }
          }
        }
      }
    }
  }
});
