/** What is lost beside what is refused: a refused probe has got as far as to whoever refuses it, and is not lost. */
import assert from "node:assert/strict";
import { path } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { type Route, verdicts, words } from "./verdicts.ts";
import { routesOf } from "./ways.ts";
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

/** The way becomes longer by a fifth hop, which refuses all. */
const LONGER = path(6, { 5: { refuses: { code: 1 } } });
const BY_TARGET = path(5, { 5: { unreachableCode: 13 } });

const TIMED: readonly { name: string; route: Route; plan?: Partial<TracePlan>; expected: object }[] = [
  { name: "for good", route: since([0, path(5)], [4, path(5, REFUSING)]), expected: { from: 4, refused: 60 } },
  {
    name: "until nobody says anything",
    route: since([0, path(5)], [4, path(5, REFUSING)], [7, path(5, { 3: { forwardLoss: 1 } })]),
    expected: { from: 4, until: 7, refused: 30 },
  },
  {
    name: "for a time",
    route: since([0, path(5)], [4, path(5, REFUSING)], [7, path(5)]),
    expected: { from: 4, until: 7, refused: 30 },
  },
  {
    name: "from the start, until the target answers",
    route: since([0, path(5, REFUSING)], [4, path(5)]),
    // The round that still ends at the router is too short.
    expected: { until: 4, refused: 40, decided: 99 },
  },
  {
    name: "two times",
    route: since([0, path(5)], [2, path(5, REFUSING)], [4, path(5)], [6, path(5, REFUSING)], [8, path(5)]),
    expected: { times: 2, from: 6, until: 8, refused: 40 },
  },
  {
    name: "by a router in the place of the target",
    route: since([0, path(5)], [4, LONGER], [7, path(5)]),
    // The first round still goes no further than to it.
    expected: { from: 4, until: 7, refused: 29, decided: 99 },
  },
  {
    name: "by a router behind the place of the target",
    route: since([0, path(5)], [4, path(8, { 7: { refuses: { code: 1 } } })], [7, path(5)]),
    expected: { from: 4, until: 7, refused: 29, decided: 99 },
  },
  {
    name: "of half of the packets, by chance",
    route: refusingSome(0, [0.5, 0.5]),
    expected: { refused: 47 },
  },
  { name: "by the target itself", route: since([0, path(5)], [4, BY_TARGET]), expected: { from: 4, refused: 60 } },
  {
    name: "by the target itself, until it is silent",
    route: since([0, path(5)], [4, BY_TARGET], [7, path(5, { 5: { silent: true } })]),
    expected: { from: 4, until: 7, refused: 30 },
  },
  {
    name: "by the target itself, for a time",
    route: since([0, path(5)], [4, BY_TARGET], [7, path(5)]),
    expected: { from: 4, until: 7, refused: 30 },
  },
];

for (const { name, route, expected } of TIMED) {
  Deno.test(`it is told how many rounds are refused, since when, and until when: ${name}`, () => {
    const found = verdicts(route, { rounds: 100, intervalUs: 100 * MS }).find(({ word }) => word === "REFUSED");
    const { refusedSinceUs: from, refusedUntilUs: until, refusedTimes: times, refused, decided } = found!.numbers;
    const seconds = Object.entries({ from, until }).map(([name, us]) => [name, us && Math.floor(us / SECOND)]);
    const told = { ...Object.fromEntries(seconds), times, refused, decided };
    const none = { from: undefined, until: undefined, times: undefined, decided: 100 };
    assert.deepEqual(told, { ...none, ...expected });
  });
}

Deno.test("whoever says that the target cannot be reached, and then nothing any more, is told with the time", () => {
  const found = verdicts(since([0, path(5, REFUSING)], [4, path(5, { 3: { forwardLoss: 1 } })]), { rounds: 10 });
  const [refused, ...others] = found;
  assert.deepEqual([refused?.word, refused?.ttl, others], ["REFUSED", 3, []]);
  assert.deepEqual(Math.floor((refused?.numbers["refusedUntilUs"] ?? 0) / SECOND), 4);
});

Deno.test("of flows that are refused it is told how many, since when, and of their rounds alone", () => {
  for (
    const [routes, hasTime] of [[[[0, path(5)], [4, refusingSome(0)]], true], [[[0, refusingSome(0)]], false]] as const
  ) {
    const found = verdicts(since(...routes), { ...FLOWS, flows: 6, rounds: 100, intervalUs: 100 * MS });
    const [refused, ...others] = found;
    assert.deepEqual([refused?.word, others], ["REFUSED", []]);
    const { flowsLosing = 0, flows, refused: count, decided, refusedSinceUs } = refused!.numbers;
    assert.ok(flowsLosing > 0 && flowsLosing < 6 && flows === 6, `${flowsLosing}`);
    assert.equal(decided, 100 * flowsLosing);
    assert.equal(count, (hasTime ? 60 : 100) * flowsLosing);
    assert.equal(
      refusedSinceUs === undefined ? undefined : Math.floor(refusedSinceUs / SECOND),
      hasTime ? 4 : undefined,
    );
  }
});

Deno.test("of flows of which each packet may be refused by chance none are told apart", () => {
  for (const chances of [[0.95, 0.05], [0.8, 0.2]]) {
    for (let seed = 1; seed <= 10; seed++) {
      const found = verdicts(
        refusingSome(0.05, chances),
        { ...FLOWS, flows: 8, rounds: 10, intervalUs: 500 * MS },
        seed,
      );
      const { numbers } = found.find(({ word }) => word === "REFUSED")!;
      assert.deepEqual([numbers["flowsLosing"], numbers["decided"]], [undefined, 80], `${seed}`);
    }
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

/** Of each that is told: where, by which code, how many of how many rounds, from which second, until which, and how often. */
function told(route: Route, plan: Partial<TracePlan> = {}): readonly (readonly (number | undefined)[])[] {
  const second = (us: number | undefined): number | undefined => us && Math.floor(us / SECOND);
  return verdicts(route, { rounds: 100, intervalUs: 200 * MS, ...plan }).filter(({ word }) => word === "REFUSED")
    .map((
      { ttl, numbers: { icmpCode, refused, rounds, refuserHop, refusedSinceUs, refusedUntilUs, refusedTimes } },
    ) => [
      ...[refuserHop ?? ttl, icmpCode, refused, rounds],
      ...[second(refusedSinceUs), second(refusedUntilUs), refusedTimes],
    ]);
}

const HOST: Parameters<typeof path>[1] = { 3: { refuses: { code: 1 } } };
const NEARER: Parameters<typeof path>[1] = { 2: { refuses: { code: 1 } } };

Deno.test("what one router refuses in other words is told apart, each with its own rounds and times", () => {
  const route = since([0, path(5)], [6, path(5, HOST)], [10, path(5, REFUSING)], [14, path(5)]);
  assert.deepEqual(told(route), [[3, 1, 20, 100, 6, 10, undefined], [3, 13, 20, 100, 10, 14, undefined]]);
});

Deno.test("what two routers refuse is told apart, each with its own rounds and times", () => {
  const times = since([0, path(5)], [6, path(5, REFUSING)], [8, path(5)], [12, path(5, NEARER)], [15, path(5)]);
  assert.deepEqual(told(times), [[2, 1, 15, 100, 12, 15, undefined], [3, 13, 10, 100, 6, 8, undefined]]);
  const onEnd = since([0, path(5, REFUSING)], [6, path(5, NEARER)], [8, path(5)]);
  assert.deepEqual(told(onEnd).map(([ttl, , , , ...times]) => [ttl, ...times]), [
    [2, 6, 8, undefined],
    [3, undefined, 6, undefined],
  ]);
});

Deno.test("who refuses behind the rows that are left is told where its own answers came from", () => {
  for (const [way, ttl] of [["1234567P", 7], ["123456P", 6], ["12345P", 5], ["123P", 3]] as const) {
    const route = routesOf([[6, "1234T"], [10, way], [Infinity, "1234T"]], 0.05);
    assert.deepEqual(told(route).map(([found]) => found), [ttl], way);
  }
});

Deno.test("as many rounds are told as refused beside what is lost as there are told to be refused", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const found = verdicts(refusingSome(0.1, [0.6, 0.4]), { rounds: 150, intervalUs: 150 * MS, protocol: "tcp" }, seed);
    const [refused, besideLost] = ["REFUSED", "LOSS"].map((word) =>
      found.find((verdict) => verdict.word === word)?.numbers["refused"]
    );
    assert.equal(besideLost, refused, `${seed}`);
  }
});
