/** How often chance is taken for something, and something for chance, over thousands of simulated paths. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { type Verdict, VERDICTS, verdictsOf, type VerdictWord } from "../../core/path/verdict.ts";
import { schemaText } from "../../core/schema/mod.ts";
import { path } from "./paths.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import { run, SECOND } from "./run.ts";
import type { Path } from "./world.ts";
import { verdicts } from "./verdicts.ts";

/** How many of so many worlds, one a seed, have a verdict of this kind. */
function share(
  worlds: number,
  route: (random: Random) => Path,
  isSuch: (found: readonly Verdict[]) => boolean,
): number {
  let count = 0;
  for (let seed = 1; seed <= worlds; seed++) {
    const random = new Random(seed);
    if (isSuch(verdicts(route(random), { timeoutUs: SECOND }, seed))) count += 1;
  }
  return count / worlds;
}

function has(word: VerdictWord): (found: readonly Verdict[]) => boolean {
  return (found) => found.some((verdict) => verdict.word === word);
}

const WORLDS = 2_000;

Deno.test("of 2,000 paths that lose nothing none is said to, whatever their routers do not answer", () =>
  assert.equal(share(WORLDS, (random) => path(6, unwilling(random)), has("LOSS")), 0));

Deno.test("of 2,000 paths that lose one probe of a hundred by chance, less than 1 % are said to lose at 10 rounds", () =>
  assert.ok(
    share(WORLDS, (random) => path(6, { 2: { forwardLoss: 0.01 }, ...unwilling(random, 3) }), has("LOSS")) < 0.01,
  ));

Deno.test("of 2,000 paths that lose a fifth everywhere, less than one of 500 is taken for limits", () => {
  const hasHint = (found: readonly Verdict[]): boolean =>
    found.some(({ word, numbers }) => word === "LOSS" && "answersPerSecond" in numbers);
  assert.ok(share(WORLDS, () => path(4, { 1: { forwardLoss: 0.2 } }), hasHint) < 1 / 500);
});

Deno.test("of 2,000 paths that lose a fifth everywhere behind their first hop, less than 3 % name a router's limit", () =>
  assert.ok(share(WORLDS, () => path(6, { 1: { forwardLoss: 0.2 } }), has("RATE_LIMIT")) < 0.03));

Deno.test("of 1,000 paths that lose half from a hop on 95 of 100 are said to, and the hop is among those named", () => {
  const ok = (found: readonly Verdict[]): boolean => {
    const numbers = found.find(({ word }) => word === "LOSS")?.numbers;
    return numbers !== undefined && numbers["earliestHop"]! <= 4 && numbers["latestHop"]! >= 4;
  };
  const part = share(1_000, (random) => path(7, { 3: { forwardLoss: 0.5 }, 2: { loss: random.next() / 2 } }), ok);
  assert.ok(part > 0.95, `${part}`);
});

/** Routers that leave out answers of their own, each at its own rate. */
function unwilling(random: Random, from = 1): Parameters<typeof path>[1] {
  return Object.fromEntries(
    [1, 2, 3, 4, 5].filter((ttl) => ttl >= from).map((ttl) => [ttl, { loss: random.next() * 0.9 }]),
  );
}

Deno.test("whatever a world is like, its verdicts are of the list, at its hops, with numbers of the schema", async () => {
  const known = JSON.parse(await schemaText("jsonl")).$defs.numbers.properties;
  for (let seed = 1; seed <= 100; seed++) {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    const plan = randomPlan(random, world);
    const { events } = run(world, plan);
    for (const [target, address] of Object.keys(world.paths).entries()) {
      const { firstTtl = 1, maxTtl = 30, protocol } = plan;
      const family = address.includes(":") ? 6 : 4;
      const fold = new Fold({ address, family, firstTtl, maxTtl, asksForPort: protocol !== "icmp" });
      for (const event of events) if (!("target" in event) || event.target === target) fold.apply(event);
      const ttls = fold.hops().map(({ ttl }) => ttl);
      for (const { word, ttl, numbers } of verdictsOf(fold)) {
        assert.ok(word in VERDICTS && ttls.includes(ttl), `world ${seed}`);
        for (const [name, value] of Object.entries(numbers)) {
          assert.ok(value >= 0 && value < Infinity && name in known, `${name} in world ${seed}`);
        }
      }
    }
  }
});
