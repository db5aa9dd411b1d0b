/** Loops that begin and end: when they were, what came after them, and what the target's row tells of the time. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { toldHops } from "../../core/path/target.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import { path, router, TARGET } from "./paths.ts";
import { traced as told } from "./program_world.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Hop, Path } from "./world.ts";

const ENDLESS = 60;
const OK = path(5);
/** Five hops; whoever is there now passes packets to and fro behind the second. */
const LOOP = behindTwo((ttl) => ({ address: ttl % 2 === 1 ? "10.0.3.7" : "10.0.4.7", rttUs: ttl * 2 * MS }));
const BLACK_HOLE = behindTwo(() => ({ silent: true }));
const FIREWALL = path(6, { 3: { refuses: { code: 13 } } });
const LONGER = path(7, { 3: { address: "10.0.3.5" }, 4: { address: "10.0.4.5" }, 5: { address: "10.0.5.5" } });

function behindTwo(hopAt: (ttl: number) => Partial<Hop>): Path {
  const changes: Record<number, Partial<Hop>> = {};
  for (let ttl = 3; ttl < ENDLESS; ttl++) changes[ttl] = hopAt(ttl);
  return path(ENDLESS, changes);
}

/** Each way from this second on. */
type Times = readonly (readonly [second: number, path: Path])[];

interface Expected {
  /** What is told, in its order, without the changes of the path: words with their times, in seconds. */
  readonly told: string;
  /** The last row: its hop, who answers, rounds and those that the target has answered. */
  readonly last?: readonly [ttl: number, address: string, sent: number, received: number];
  /** The longest burst and the first outage of the target, in seconds. */
  readonly burst?: number;
  readonly outage?: readonly [number, number | undefined];
}

const PLAN = { rounds: 40, intervalUs: 300 * MS } as const;

function folded(times: Times, plan = PLAN): Fold {
  const routes = times.map(([second, path]) => ({ sinceUs: second * SECOND, path }));
  const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
  run({ paths: { [TARGET]: routes } }, plan).events.forEach((event) => fold.apply(event));
  return fold;
}

const TIMES = ["loopedFromUs", "loopedUntilUs", "silentSinceUs", "refusedSinceUs"] as const;

function wordsOf(fold: Fold): string {
  return verdictsOf(fold).filter(({ word }) => word !== "CHANGED").map(({ word, ttl, numbers }) =>
    [word, ttl, ...TIMES.flatMap((name) => numbers[name] === undefined ? [] : [(numbers[name] / SECOND).toFixed(1)])]
      .join(" ")
  ).join("; ");
}

const SCENARIOS: Readonly<Record<string, readonly [Times, Expected]>> = {
  "a loop from the start that ends": [[[0, LOOP], [4, OK]], {
    told: "LOSS 5; LOOP 3 0.0 3.9",
    last: [5, TARGET, 40, 27],
    burst: 13,
  }],
  "a loop for a time": [[[0, OK], [3, LOOP], [6, OK]], {
    told: "LOSS 5; LOOP 3 3.1 6.0",
    last: [5, TARGET, 40, 30],
    burst: 10,
    outage: [3, 6],
  }],
  "two loops": [[[0, OK], [3, LOOP], [5, OK], [8, LOOP], [10, OK]], { told: "LOSS 5; LOOP 3 8.1 9.9", burst: 7 }],
  "a loop that lasts": [[[0, OK], [6, LOOP]], {
    told: "LOOP 3 6.1; LOSS 5 6.2",
    last: [5, TARGET, 40, 20],
    burst: 20,
  }],
  "a loop that becomes a black hole": [[[0, OK], [3, LOOP], [5, BLACK_HOLE]], {
    told: "LOSS 3 3.2; LOOP 3 3.1 5.0",
    last: [5, TARGET, 40, 10],
    burst: 30,
    outage: [3, undefined],
  }],
  "a loop from the start that becomes a black hole": [[[0, LOOP], [4, BLACK_HOLE]], {
    told: "UNANSWERED 2 4.2; LOOP 3 0.0 4.0",
  }],
  "a loop that becomes a firewall": [[[0, OK], [2, LOOP], [4, FIREWALL]], {
    told: "REFUSED 3 4.2; LOSS 5; LOOP 3 2.1 4.0",
    last: [5, TARGET, 40, 6],
  }],
  "a loop of which the path has grown since": [[[0, OK], [3, LOOP], [5, LONGER]], {
    told: "LOSS 7; LOOP 3 3.1 5.0; LATENCY 7",
    last: [7, TARGET, 40, 33],
  }],
};

for (const [name, [times, expected]] of Object.entries(SCENARIOS)) {
  Deno.test(`${name} is told with its times, and the target's row tells the rounds that it took`, () => {
    const fold = folded(times);
    assert.equal(wordsOf(fold), expected.told);
    const { ttl, main, sent, received } = toldHops(fold).at(-1)!;
    if (expected.last !== undefined) assert.deepEqual([ttl, main?.address, sent, received], expected.last);
    const { longestBurst, outages = [] } = fold.target?.lossRuns ?? {};
    if (expected.burst !== undefined) assert.equal(longestBurst, expected.burst);
    if (expected.outage !== undefined) {
      const [{ beginUs, endUs } = { beginUs: NaN, endUs: NaN }] = outages;
      const rounded = [beginUs, endUs].map((us) => us === undefined ? us : Math.round(us / SECOND));
      assert.deepEqual(rounded, expected.outage);
    }
  });
}

Deno.test("two rounds in a loop are proof enough, and the last row of CSV has lost them", async () => {
  const routes = [[0, OK], [1, LOOP], [3, OK]] as const;
  const world = { paths: { [TARGET]: routes.map(([second, path]) => ({ sinceUs: second * SECOND, path })) } };
  const plan = { rounds: 10, intervalUs: SECOND };
  const { text } = await told(["--csv", "-n"], { world, plan, hosts: [TARGET] });
  const [, , , , hop, address, loss, sent] = text.trimEnd().split("\n").at(-1)!.split(",");
  assert.deepEqual([hop, address, loss, sent], ["5", TARGET, "20.00", "10"]);
  const report = await told(["-rwn"], { world, plan, hosts: [TARGET] });
  const verdicts = report.text.split("\n").filter((line) => line.startsWith("Verdict: "));
  assert.deepEqual(verdicts.map((line) => line.split(": ").slice(1, 3).join(": ")), [
    "LOSS: 20.0 % of the target's answers are missing (2 of 10 rounds; 95 % confidence",
    "LOOP: packets went round in a loop from 1.2 s to 2.0 s after the start",
  ]);
});

Deno.test("a router that two ways of several lengths lead by is in no loop", () => {
  const hop = (address: string): Hop => ({ address, rttUs: 20 * MS });
  const after = [hop(router(4)), hop(router(5))];
  for (const isDead of [false, true]) {
    for (let seed = 1; seed <= 20; seed++) {
      const ways = [after, [hop("10.8.2.1"), hop("10.8.3.1"), ...after]].map((way) =>
        isDead ? way.map((one, index) => index === way.length - 1 ? { ...one, forwardLoss: 0.3 } : one) : way
      );
      const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
      const world = {
        seed,
        paths: { [TARGET]: { hops: [hop(router(1)), { ways, chances: [0.5, 0.5] }], target: { rttUs: 50 * MS } } },
      };
      run(world, { ...PLAN, rounds: 100 }).events.forEach((event) => fold.apply(event));
      assert.ok(verdictsOf(fold).every(({ word }) => word !== "LOOP"), `seed ${seed}, ${isDead}`);
    }
  }
});
