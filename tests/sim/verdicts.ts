/** The verdicts on simulated paths, as tests read them. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { type Verdict, verdictsOf, type VerdictWord } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { TARGET } from "./paths.ts";
import { run, SECOND } from "./run.ts";
import type { Fork, Hop, Path, RouteSince, World } from "./world.ts";

export type Route = Path<Hop | Fork> | readonly RouteSince[];

export function verdicts(route: Route, plan: Partial<TracePlan> = {}, seed = 1): readonly Verdict[] {
  return verdictsIn({ seed, paths: { [TARGET]: route } }, plan, TARGET);
}

export function verdictsIn(world: World, plan: Partial<TracePlan>, address: string): readonly Verdict[] {
  const fold = new Fold({
    address,
    family: address.includes(":") ? 6 : 4,
    firstTtl: 1,
    maxTtl: plan.maxTtl ?? 30,
    asksForPort: (plan.protocol ?? "icmp") !== "icmp",
    hasConstantFlows: plan.flow !== "varying",
  });
  for (const event of run(world, { rounds: 10, timeoutUs: 2 * SECOND, ...plan }).events) fold.apply(event);
  return verdictsOf(fold);
}

/** Word and place of each. */
export function words(found: readonly Verdict[]): readonly string[] {
  return found.map(({ word, ttl }) => `${word} ${ttl}`);
}

/** The only one, which has to be of this word. */
export function only(found: readonly Verdict[], word: VerdictWord): Verdict {
  assert.deepEqual(found.map((verdict) => verdict.word), [word]);
  return found[0]!;
}

export const ODD = [1, 3, 5, 7, 9];
