/**
 * A router on the way that passes on so many packets in a second, and drops others: all probes behind it take from the same bucket,
 * in step with rounds. What is told is what became of the target's own probes, whatever further ones find at other times.
 */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { targetOf } from "../../core/path/target.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import { path, TARGET } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import { words } from "./verdicts.ts";
import type { RateLimit } from "./world.ts";

const LENGTH = 7;
const PLAN = { intervalUs: SECOND, timeoutUs: 2 * SECOND } as const;

/** Which router passes on so many packets a second, and so many at first: enough for the target to be reached. */
const LIMITS = [[1, 2, 5], [1, 3, 5], [3, 1, 5], [3, 2, 5], [3, 3, 5], [5, 0.5, 3], [5, 1, 5]] as const;

for (const [at, perSecond, burst] of LIMITS) {
  Deno.test(`router ${at} passes on ${perSecond} packets a second: of the target is told what it has lost`, () => {
    for (const rounds of [40, 120]) for (let seed = 1; seed <= 3; seed++) check(at, { perSecond, burst }, rounds, seed);
  });
}

function check(at: number, forwardLimit: RateLimit, rounds: number, seed: number): void {
  const world = { seed, paths: { [TARGET]: path(LENGTH, { [at]: { forwardLimit } }) }, clock: { wakeUs: 4 * MS } };
  const { events, truth } = run(world, { ...PLAN, rounds });
  const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
  events.forEach((event) => fold.apply(event));
  const own = truth.probes.filter(({ sent }) => sent.ttl === LENGTH);
  const lost = own.filter(({ answers }) => answers.length === 0).length;
  const { lost: told = 0, received = 0 } = targetOf(fold) ?? {};
  const name = `${rounds} rounds, seed ${seed}: ${told} of ${told + received}, not ${lost} of ${own.length}`;
  assert.ok(Math.abs(told / (told + received) - lost / own.length) < 0.03, name);
  const all = words(verdictsOf(fold));
  assert.ok(all.every((word) => !/CHANGED|ASYMMETRIC/.test(word) && Number(word.split(" ")[1]) <= LENGTH), `${all}`);
}
