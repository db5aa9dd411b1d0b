/** Who was silent for a time, and answered before and after: silent from then until then, and no limit of answers. */
import assert from "node:assert/strict";
import { lossReachesTarget } from "../../core/path/verdict.ts";
import { near, path, router } from "./paths.ts";
import { MS, SECOND } from "./run.ts";
import { type Route, verdicts, words } from "./verdicts.ts";
import { type Part, routesOf } from "./ways.ts";
import type { Hop } from "./world.ts";

const PLAN = { rounds: 100, intervalUs: 200 * MS } as const;
const END = 999;

interface Case {
  readonly parts: readonly Part[];
  readonly ttl: number;
  /** In seconds. */
  readonly since: number;
  readonly until?: number;
  readonly silences?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  "a router, in between": { parts: [[4, "1234T"], [12, "12_4T"], [END, "1234T"]], ttl: 3, since: 4, until: 12 },
  "the first router": { parts: [[4, "1234T"], [8, "_234T"], [END, "1234T"]], ttl: 1, since: 4, until: 8 },
  "a router, at first": { parts: [[8, "12_4T"], [END, "1234T"]], ttl: 3, since: 0, until: 8 },
  "a router, to the end": { parts: [[8, "1234T"], [END, "12_4T"]], ttl: 3, since: 8 },
  "a router, twice": {
    ...{ parts: [[4, "1234T"], [8, "12_4T"], [12, "1234T"], [16, "12_4T"], [END, "1234T"]] },
    ...{ ttl: 3, since: 12, until: 16, silences: 2 },
  },
};

for (const [name, { parts, ttl, since, until, silences }] of Object.entries(CASES)) {
  Deno.test(`who was silent for a time is told so, with that time, whatever is lost beside: ${name}`, () => {
    for (const [loss, seeds] of [[0, 1], [0.1, 4]] as const) {
      for (let seed = 1; seed <= seeds; seed++) {
        const found = verdicts(routesOf(parts, loss), PLAN, seed);
        assert.deepEqual(words(found).filter((word) => !word.startsWith("LOSS")), [`SILENT ${ttl}`], `${loss} ${seed}`);
        const { numbers } = found.find(({ word }) => word === "SILENT")!;
        const isNear = (us = 0, s = 0): boolean => Math.abs(us - s * SECOND) <= SECOND;
        assert.ok(
          isNear(numbers["silentSinceUs"], since) && isNear(numbers["silentUntilUs"], until),
          `${loss} ${seed}`,
        );
        assert.deepEqual([numbers["silences"], "silentUntilUs" in numbers], [silences, until !== undefined]);
        assert.equal(lossReachesTarget({ ttl, lost: 1 }, found), false);
      }
    }
  });
}

Deno.test("who falls silent as refusals begin behind it is silent since then, and limits nothing, whatever is lost beside", () => {
  for (const [loss, seeds] of [[0, 1], [0.1, 3], [0.2, 3]] as const) {
    for (let seed = 1; seed <= seeds; seed++) {
      const silent = { ...near("10.8.2.1"), silent: true };
      // Whose TTL ends there is refused as well.
      const refuser = { ...near("10.9.98.1"), refuses: { code: 13 }, passesZeroTtl: true } as const;
      const refused = { hops: [near(router(1)), near(router(2), loss), silent, refuser], target: { rttUs: 30 * MS } };
      const [open] = routesOf([[END, "1234T"]], loss);
      const found = verdicts([open!, { sinceUs: 10 * SECOND, path: refused }], PLAN, seed);
      assert.deepEqual(
        words(found).filter((word) => !word.startsWith("LOSS")),
        ["REFUSED 4", "SILENT 3"],
        `${loss} ${seed}`,
      );
      const { silentSinceUs = 0, silentUntilUs } = found.find(({ word }) => word === "SILENT")!.numbers;
      assert.ok(Math.abs(silentSinceUs - 10 * SECOND) <= SECOND, `${silentSinceUs}`);
      assert.equal(silentUntilUs, undefined);
    }
  }
});

Deno.test("a limit of answers is one, however many are missing on end, and so it is where all is lost for a time", () => {
  const limits = [{ perSecond: 0.5, burst: 10 }, { perSecond: 1, burst: 1 }, { perSecond: 2, burst: 6 }];
  const seconds = { perSecond: 3, burst: 3, inSeconds: true } as const;
  for (const limit of [...limits, seconds]) {
    const limited = path(5, { 3: { limit } });
    const dead = path(5, { 2: { forwardLoss: 1 }, 3: { limit } });
    const outage = [{ sinceUs: 0, path: limited }, { sinceUs: 8 * SECOND, path: dead }, {
      sinceUs: 12 * SECOND,
      path: limited,
    }];
    for (const route of [limited, outage]) {
      const found = words(verdicts(route, PLAN)).filter((word) => !word.startsWith("LOSS"));
      assert.deepEqual(found, ["RATE_LIMIT 3"], JSON.stringify(limit));
    }
  }
});

Deno.test("routers at the target's place that answer some of what goes further limit that, and are not silent", () => {
  const plan = { rounds: 50, intervalUs: 300 * MS } as const;
  const hop = (address: string): Hop => ({ ...near(address), limit: { perSecond: 1, burst: 1 } });
  const routes = (last: Partial<Hop>): Readonly<Record<string, Route>> => {
    const shorter = [near(router(1)), hop("10.2.2.1"), hop(router(4))];
    const longer = [near(router(1)), hop("10.3.2.1"), hop("10.3.3.1"), { ...hop(router(4)), ...last }];
    const target = { rttUs: 30 * MS };
    return {
      balanced: { hops: [{ ways: [shorter, longer], chances: [0.6, 0.4] }], target },
      changed: [0, 4, 9].map((sinceS, index) => ({
        sinceUs: sinceS * SECOND,
        path: { hops: index === 1 ? longer : shorter, target },
      })),
    };
  };
  for (const [name, route] of Object.entries(routes({}))) {
    let told = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const found = verdicts(route, plan, seed).filter(({ ttl }) => ttl === 4);
      assert.ok(found.every(({ word }) => word !== "SILENT"), `${name} ${seed}`);
      // Where the latest answers are routers' they are told as any that limit their answers.
      const limit = found.find(({ word, numbers }) => word === "RATE_LIMIT" && "decidedFurther" in numbers);
      if (limit === undefined) continue;
      told += 1;
      const { unanswered = 0, answeredFurther = 0, decidedFurther = 0 } = limit.numbers;
      assert.ok(answeredFurther > 0 && answeredFurther + unanswered === decidedFurther, `${name} ${seed}`);
    }
    assert.ok(told >= 10, `${name}: ${told}`);
  }
  const silent = verdicts(routes({ silent: true })["balanced"]!, plan).filter(({ ttl }) => ttl === 4);
  assert.deepEqual(words(silent), ["SILENT 4"]);
});

Deno.test("what is lost on the path for a time is silence of no router", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const parts: readonly Part[] = [[4, "1234T"], [8, "12X"], [END, "1234T"]];
    const found = verdicts(routesOf(parts, 0.1), PLAN, seed);
    assert.deepEqual(words(found), ["LOSS 3"], `${seed}`);
    assert.equal(found[0]!.address, router(3));
  }
});
