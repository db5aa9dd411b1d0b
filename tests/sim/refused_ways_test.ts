/** Refusals that are not all there is: of some ways, until a silent router is behind, and by routers that seldom say so. */
import assert from "node:assert/strict";
import { near, path, router, TARGET } from "./paths.ts";
import { MS, only, run, SECOND } from "./run.ts";
import { type Route, verdicts, words } from "./verdicts.ts";
import { type Part, routesOf } from "./ways.ts";
import type { Fork, Hop, Path } from "./world.ts";

const REFUSES = { refuses: { code: 13 } } as const;
const SILENT: Hop = { ...near("10.9.0.1"), silent: true };
const PLAN = { rounds: 100, intervalUs: 200 * MS } as const;

function behind(...ways: readonly (readonly Hop[])[]): Path<Hop | Fork> {
  const chances = ways.map(() => 1 / ways.length);
  return { hops: [near(router(1)), near(router(2)), { ways, chances }], target: { rttUs: 50 * MS } };
}

const REFUSED = behind([{ ...near(router(3)), ...REFUSES }]);

const WAYS: Readonly<Record<string, Route>> = {
  "half of the packets, and the others go over a silent router": behind([near(router(3)), SILENT], [
    { ...near(router(3)), ...REFUSES },
  ]),
  "half of the packets, and the others go over two silent routers": behind([near(router(3)), SILENT, SILENT], [
    { ...near(router(3)), ...REFUSES },
  ]),
  "all, until there is a silent router instead": [
    { sinceUs: 0, path: REFUSED },
    { sinceUs: 7 * SECOND, path: behind([near(router(3)), SILENT]) },
  ],
  "all, until there are two silent routers instead": [
    { sinceUs: 0, path: REFUSED },
    { sinceUs: 7 * SECOND, path: behind([near(router(3)), SILENT, SILENT]) },
  ],
};

for (const [name, route] of Object.entries(WAYS)) {
  Deno.test(`rounds that went no further than to who refuses are no loss: ${name}`, () => {
    for (let seed = 1; seed <= 10; seed++) {
      const found = verdicts(route, PLAN, seed);
      assert.deepEqual(words(found), ["REFUSED 3"], `${seed}`);
      const { refused = 0, decided = 0, unanswered = 0 } = found[0]!.numbers;
      const truth = Array.isArray(route) ? 0.35 : 0.5;
      assert.ok(Math.abs((refused + unanswered) / decided - truth) < 0.16, `${seed}: ${refused} of ${decided}`);
    }
  });
}

const FIREWALLS: Readonly<Record<string, { parts: readonly Part[]; until?: number }>> = {
  "in the target's place, for good": { parts: [[6, "1234T"], [Infinity, "1234F"]] },
  "in the target's place, for a time": { parts: [[6, "1234T"], [14, "1234F"], [Infinity, "1234T"]], until: 14 },
  "behind a silent router in the target's place": { parts: [[6, "1234T"], [Infinity, "1234_F"]] },
  "in the place of the router before the target": { parts: [[6, "1234T"], [Infinity, "123F"]] },
};

for (const [name, { parts, until }] of Object.entries(FIREWALLS)) {
  Deno.test(`a firewall that says only of packets which go further that it refuses them is no loss: ${name}`, () => {
    for (const loss of [0, 0.1]) {
      const seeds = loss === 0 ? 1 : 10;
      let told = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const found = verdicts(routesOf(parts, loss), PLAN, seed);
        const { numbers } = found.find(({ word }) => word === "REFUSED")!;
        const { refused = 0, decided = 0, refusedSinceUs = 0, refusedUntilUs } = numbers;
        const isNear = (us: number, s: number): boolean => Math.abs(us / SECOND - s) < 2;
        assert.equal(decided, 100);
        assert.ok(isNear(refusedSinceUs, 6) && (until === undefined || isNear(refusedUntilUs ?? 0, until)), `${seed}`);
        assert.equal(refusedUntilUs === undefined, until === undefined, `${seed}`);
        if (loss === 0) assert.deepEqual(words(found).filter((word) => !/REFUSED|SILENT/.test(word)), []);
        told += refused / seeds;
      }
      const rounds = until === undefined ? 70 : 40;
      assert.ok(Math.abs(told / rounds / (1 - loss) - 1) < 0.05, `${loss}: ${told}`);
    }
  });
}

Deno.test("rounds before those that a firewall was seen to refuse are told as refused in the end, however long it does", () => {
  const { refused, decided } =
    verdicts(routesOf([[10, "1234T"], [Infinity, "1234F"]]), { ...PLAN, rounds: 2_000 })[0]!.numbers;
  assert.deepEqual([refused, decided], [1_950, 2_000]);
});

Deno.test("a longer way that is refused is no change of the path", () => {
  const refused = [near(router(3)), near(router(5)), { ...near(router(6)), ...REFUSES }];
  for (const forwardLoss of [0, 0.1]) {
    const { hops, target } = behind([near(router(3)), near(router(4))], refused);
    const route = { hops: hops.map((hop, index) => (index === 1 ? { ...hop, forwardLoss } : hop)), target };
    for (let seed = 1; seed <= 5; seed++) {
      const found = words(verdicts(route, { ...PLAN, rounds: 200 }, seed));
      assert.deepEqual(
        found.filter((word) => !/PER_PACKET|LOSS 3/.test(word)),
        ["REFUSED 5"],
        `${forwardLoss} ${seed}`,
      );
    }
  }
});

Deno.test("who refuses all rounds is asked once in each, and nobody behind", () => {
  const { events } = run({ paths: { [TARGET]: REFUSED } }, PLAN);
  assert.deepEqual(only(events, "sent").filter(({ round, ttl, arrival }) => round > 0 && (arrival || ttl > 4)), []);
});

for (const limit of [{ perSecond: 1, burst: 6 }, { perSecond: 2, burst: 1 }]) {
  Deno.test(`who refuses, and answers ${limit.perSecond} times a second only, is no loss`, () => {
    const [open, closed] = [path(5), path(5, { 3: { ...REFUSES, limit } })];
    const route = [0, 30, 70].map((second, index) => ({ sinceUs: second * SECOND, path: index === 1 ? closed : open }));
    const found = verdicts(route, { rounds: 100, timeoutUs: 2 * SECOND });
    const { refused = 0, unanswered = 0, refusedUntilUs = 0 } = found[0]!.numbers;
    assert.deepEqual(words(found).filter((word) => word !== "RATE_LIMIT 3"), ["REFUSED 3"]);
    // What is lost before the first refusal may have been lost.
    assert.ok(refused > 1 && refused + unanswered > 34 && refused + unanswered <= 40, `${refused}, ${unanswered}`);
    assert.ok(Math.abs(refusedUntilUs / SECOND - 70) < 1.5);
  });
}

for (const [ttl, intervalUs] of [[4, SECOND], [5, SECOND], [4, 300 * MS], [5, 300 * MS]] as const) {
  Deno.test(`who gives his few refusals to whoever asks first is no loss: hop ${ttl}, every ${intervalUs / MS} ms`, () => {
    const limit = { perSecond: 1, burst: 6 };
    const [open, closed] = [path(7, { [ttl]: { limit } }), path(7, { [ttl]: { ...REFUSES, limit } })];
    const route = [0, 20, 35].map((round, index) => ({
      sinceUs: round * intervalUs,
      path: index === 1 ? closed : open,
    }));
    const found = verdicts(route, { rounds: 50, intervalUs });
    assert.deepEqual(words(found).filter((word) => word !== `RATE_LIMIT ${ttl}`), [`REFUSED ${ttl}`]);
    const { refused = 0, unanswered = 0, refusedSinceUs = 0, refusedUntilUs = 0 } = found[0]!.numbers;
    assert.ok(refused + unanswered > 10 && refused + unanswered <= 15, `${refused}, ${unanswered}`);
    assert.ok(Math.abs(refusedSinceUs / intervalUs - 20) < 1.5 && Math.abs(refusedUntilUs / intervalUs - 35) < 1.5);
  });
}

Deno.test("what is lost while somebody refuses, as at other times, is lost", () => {
  const [open, closed] = [path(5, { 2: { forwardLoss: 0.2 } }), path(5, { 2: { forwardLoss: 0.2 }, 3: REFUSES })];
  for (let seed = 1; seed <= 10; seed++) {
    const found = verdicts([{ sinceUs: 0, path: open }, { sinceUs: 10 * SECOND, path: closed }], PLAN, seed);
    assert.equal(found.find(({ word }) => word === "REFUSED")?.numbers["unanswered"], undefined, `${seed}`);
  }
});

/** As Linux, which looks for the way first: of all that comes to that hop it refuses two packets, and then says nothing. */
function wordless(length: number, at: number, loss: number): readonly Path[] {
  const open = path(length, { 2: { forwardLoss: loss } });
  const limit = { perSecond: 0.001, burst: 2 };
  const refuser = { ...REFUSES, limit, passesZeroTtl: true } as const;
  const hops = open.hops.map((hop, index) => index === at - 1 ? { ...hop, ...refuser } : hop);
  return [open, { ...open, hops }, path(length, { 2: { forwardLoss: loss } })];
}

for (const [at, length] of [[3, 5], [4, 5], [4, 8]] as const) {
  Deno.test(`who refuses twice and then says nothing is told with all of that time: hop ${at} of ${length}`, () => {
    for (const loss of [0, 0.1]) {
      for (let seed = 1; seed <= 10; seed++) {
        // Between any probes of a round.
        const times = [0, 14.9 + seed / 10, 29.9 + seed / 10];
        const route = wordless(length, at, loss).map((path, index) => ({ sinceUs: times[index]! * SECOND, path }));
        const found = verdicts(route, { rounds: 50, timeoutUs: 2 * SECOND }, seed);
        const name = `${seed}, ${loss}: ${words(found)}`;
        const [told, ...others] = found;
        assert.deepEqual([told?.word, told?.ttl], ["REFUSED", at], name);
        const { refused = 0, unanswered = 0, refusedSinceUs = 0, refusedUntilUs = 0 } = told!.numbers;
        assert.ok(refused > 0 && refused <= 2, name);
        assert.ok(Math.abs(refused + unanswered - 15) <= (loss > 0 ? 3 : 1), `${name}: ${refused}, ${unanswered}`);
        const most = loss > 0 ? 3 : 1.5;
        assert.ok(Math.abs(refusedSinceUs / SECOND - times[1]!) < most, `${name}: ${refusedSinceUs}`);
        assert.ok(Math.abs(refusedUntilUs / SECOND - times[2]!) < most, `${name}: ${refusedUntilUs}`);
        assert.ok(others.every(({ word }) => loss > 0 && word === "LOSS"), name);
      }
    }
  });
}

Deno.test("what is lost before whoever has refused is lost, though nobody says anything then", () => {
  const [open, closed] = [path(6), path(6, { 4: REFUSES })];
  const dead = path(6, { 1: { forwardLoss: 1 } });
  const route = [[0, open], [10, closed], [13, dead], [25, open]] as const;
  const found = verdicts(route.map(([second, path]) => ({ sinceUs: second * SECOND, path })), { rounds: 40 });
  assert.deepEqual(words(found), ["REFUSED 4", "LOSS 2"]);
  assert.deepEqual(found.map(({ numbers: { refused, lost, unanswered } }) => [refused, lost, unanswered]), [
    [3, undefined, undefined],
    [3, 12, undefined],
  ]);
});
