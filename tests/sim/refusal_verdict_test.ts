/** What is lost beside what is refused: a refused probe has got as far as to whoever refuses it, and is not lost. */
import assert from "node:assert/strict";
import { path } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { type Route, verdicts, words } from "./verdicts.ts";
import type { TracePlan } from "../../core/plan.ts";
import type { Fork, Hop, Path, RouteSince } from "./world.ts";

const REFUSING = { 3: { refuses: { code: 13 } } } as const;
const FLOWS: Partial<TracePlan> = { protocol: "udp", flows: 4 };

/** Five hops; this part is lost on the link before the third one. */
function lossy(forwardLoss: number, changes: Parameters<typeof path>[1] = {}): Path {
  return path(5, { 2: { forwardLoss }, ...changes });
}

/** The same, and the third one refuses some flows, or of each flow half of the packets. */
function refusingSome(forwardLoss: number, chances?: readonly number[]): Path<Hop | Fork> {
  const { hops, target } = lossy(forwardLoss);
  const ways = [[hops[2]!], [{ ...hops[2]!, ...REFUSING[3] }]];
  return { hops: [...hops.slice(0, 2), { ways, ...(chances && { chances }) }, hops[3]!], target };
}

function since(...times: readonly (readonly [second: number, path: Path<Hop | Fork>])[]): readonly RouteSince[] {
  return times.map(([second, path]) => ({ sinceUs: second * SECOND, path }));
}

const CASES: readonly { name: string; route: Route; plan?: Partial<TracePlan>; percent: number }[] = [
  { name: "all from some time on", route: since([0, lossy(0.2)], [7, lossy(0.2, REFUSING)]), percent: 20 },
  { name: "all for a time", route: since([0, lossy(0.1)], [8, lossy(0.1, REFUSING)], [16, lossy(0.1)]), percent: 10 },
  { name: "half of the packets", route: refusingSome(0.2, [0.5, 0.5]), percent: 20 },
  { name: "some flows", route: refusingSome(0.1), plan: FLOWS, percent: 10 },
  { name: "some flows since", route: since([0, lossy(0.1)], [8, refusingSome(0.1)]), plan: FLOWS, percent: 10 },
];

for (const { name, route, plan, percent } of CASES) {
  Deno.test(`what is refused is in the number of what may be lost: ${name}`, () => {
    let told = 0;
    const seeds = 8;
    for (let seed = 1; seed <= seeds; seed++) {
      const found = verdicts(route, { rounds: 200, intervalUs: 100 * MS, ...plan }, seed);
      const { lossPercent = 0, decided = 0, lost = 0, refused = 0 } = found.find(({ word }) => word === "LOSS")
        ?.numbers ?? {};
      assert.ok(refused > 20 && lost + refused < decided, `${seed}: ${lost} and ${refused} of ${decided}`);
      assert.deepEqual(words(found).filter((word) => /RATE_LIMIT 4|SILENT/.test(word)), [], `${seed}`);
      told += lossPercent / seeds;
    }
    assert.ok(Math.abs(told / percent - 1) < 0.12, `${told} %`);
  });
}

Deno.test("of flows that lose nothing, and of which half are refused, no loss is told", () => {
  const route = since([0, lossy(0)], [4, refusingSome(0)]);
  for (const flows of [4, 8]) {
    const found = verdicts(route, { ...FLOWS, flows, rounds: 60, intervalUs: 100 * MS });
    assert.deepEqual(words(found), ["REFUSED 3"]);
  }
});

const TIMED: readonly { name: string; route: Route; plan?: Partial<TracePlan>; expected: object }[] = [
  {
    name: "for good",
    route: since([0, path(5)], [4, path(5, REFUSING)]),
    expected: { from: 4, until: undefined, refused: 120, decided: 200 },
  },
  {
    name: "until nobody says anything",
    route: since([0, path(5)], [4, path(5, REFUSING)], [7, path(5, { 3: { forwardLoss: 1 } })]),
    expected: { from: 4, until: 7, refused: 60, decided: 200 },
  },
  {
    name: "for a time",
    route: since([0, path(5)], [4, path(5, REFUSING)], [7, path(5)]),
    expected: { from: undefined, until: undefined, refused: 60, decided: 200 },
  },
  {
    name: "by the target itself",
    route: since([0, path(5)], [4, path(5, { 5: { unreachableCode: 13 } })]),
    expected: { from: 4, until: undefined, refused: 60, decided: 100 },
  },
  {
    name: "by the target itself, until it is silent",
    route: since([0, path(5)], [4, path(5, { 5: { unreachableCode: 13 } })], [7, path(5, { 5: { silent: true } })]),
    expected: { from: 4, until: 7, refused: 30, decided: 100 },
  },
  {
    name: "by the target itself, for a time",
    route: since([0, path(5)], [4, path(5, { 5: { unreachableCode: 13 } })], [7, path(5)]),
    expected: { from: undefined, until: undefined, refused: 30, decided: 100 },
  },
];

for (const { name, route, expected } of TIMED) {
  Deno.test(`it is told from when on all is refused, and until when: ${name}`, () => {
    const found = verdicts(route, { rounds: 100, intervalUs: 100 * MS }).find(({ word }) => word === "REFUSED");
    const { refusedSinceUs, refusedUntilUs, refused, decided } = found?.numbers ?? {};
    const second = (us: number | undefined): number | undefined => us && Math.floor(us / SECOND);
    assert.deepEqual({ from: second(refusedSinceUs), until: second(refusedUntilUs), refused, decided }, expected);
  });
}

Deno.test("of flows that are refused it is told how many, since when, and of their probes alone", () => {
  for (
    const [routes, hasTime] of [[[[0, path(5)], [4, refusingSome(0)]], true], [[[0, refusingSome(0)]], false]] as const
  ) {
    const found = verdicts(since(...routes), { ...FLOWS, flows: 6, rounds: 100, intervalUs: 100 * MS });
    const [refused, ...others] = found;
    assert.deepEqual([refused?.word, others], ["REFUSED", []]);
    const { flowsLosing = 0, flows, refused: count, decided, fromHop = 4, toHop = 0, refusedSinceUs } =
      refused!.numbers;
    assert.ok(flowsLosing > 0 && flowsLosing < 6 && flows === 6, `${flowsLosing}`);
    const places = 1 + toHop - fromHop;
    assert.equal(decided, 100 * flowsLosing * places);
    assert.equal(count, (hasTime ? 60 : 100) * flowsLosing * places);
    assert.equal(
      refusedSinceUs === undefined ? undefined : Math.floor(refusedSinceUs / SECOND),
      hasTime ? 4 : undefined,
    );
  }
});

Deno.test("losses of a router that says only now and then that it refuses are no end of that", () => {
  const limit = { perSecond: 1, burst: 1 };
  const refusing = path(5, { 3: { refuses: { code: 13 }, limit } });
  const found = verdicts(since([0, path(5)], [4, refusing]), { rounds: 100, intervalUs: 100 * MS });
  assert.equal(found.find(({ word }) => word === "REFUSED")?.numbers["refusedUntilUs"], undefined);
});

Deno.test("a loss since some time is told beside what was refused before", () => {
  const route = since([0, path(5)], [4, path(5, REFUSING)], [7, path(5, { 3: { forwardLoss: 1 } })]);
  const found = verdicts(route, { rounds: 100, intervalUs: 100 * MS }).find(({ word }) => word === "LOSS");
  const { lost, refused, decided, silentSinceUs = 0 } = found?.numbers ?? {};
  assert.deepEqual([lost, refused, decided, Math.floor(silentSinceUs / SECOND)], [30, 30, 100, 7]);
});
