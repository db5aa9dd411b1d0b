/** Several flows to a target that limits its answers, as Linux does, so that some are hardly ever answered, or never. */
import assert from "node:assert/strict";
import { withFlows } from "../../core/path/flow_rows.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { rowOf } from "../../core/path/row.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { TARGET } from "./paths.ts";
import { MS, run, SECOND } from "./run.ts";
import { words } from "./verdicts.ts";
import type { Fork, Hop, Path, RateLimit, TargetHost } from "./world.ts";

const LINUX: RateLimit = { perSecond: 1, burst: 6 };
const PLAN: Partial<TracePlan> = { protocol: "udp", flows: 8, rounds: 20, intervalUs: 300 * MS };
const RTT_US = 2 * MS;

function hop(address: string, habits: Partial<Hop> = {}): Hop {
  return { address, rttUs: RTT_US, jitterUs: MS, ...habits };
}

function fold(path: Path<Hop | Fork>, { seed, ...plan }: Partial<TracePlan> & { readonly seed: number }): Fold {
  const folded = new Fold({
    address: TARGET,
    family: 4,
    firstTtl: 1,
    maxTtl: 30,
    asksForPort: true,
    hasConstantFlows: true,
  });
  const { events } = run({ seed, paths: { [TARGET]: path } }, { ...PLAN, ...plan });
  events.forEach((event) => folded.apply(event));
  return folded;
}

function host(habits: Partial<TargetHost>): TargetHost {
  return { rttUs: RTT_US, jitterUs: MS, ...habits };
}

Deno.test("a target that limits its answers has its place for all flows, and nobody is behind it", () => {
  const hops = ["10.0.1.1", "10.0.2.1", "10.0.3.1", "10.0.4.1"].map((address) => hop(address));
  for (let seed = 1; seed <= 20; seed++) {
    for (const rounds of [20, 40]) {
      const folded = fold({ hops, target: host({ limit: LINUX }) }, { rounds, seed });
      assert.equal(folded.hops().length, 5, `${seed}`);
      const found = verdictsOf(folded);
      assert.deepEqual(words(found), ["LOSS 5", "RATE_LIMIT 5"], `${seed}`);
      assert.ok(found.every(({ numbers }) => numbers["answersPerSecond"] === 1), `${seed}`);
    }
  }
});

Deno.test("so it has one for those of each way, where these are of unequal length", () => {
  const ways = [[hop("10.0.2.1")], [hop("10.1.2.1"), hop("10.1.3.1")]];
  for (let seed = 1; seed <= 20; seed++) {
    const folded = fold({ hops: [hop("10.0.1.1"), { ways }], target: host({ limit: LINUX }) }, { seed });
    const longer = folded.hops()[1]!.responders.find(({ address }) => address === "10.1.2.1")?.flows ?? [];
    const places = folded.flows.map(({ reachedTtl }, flow) => [reachedTtl, longer.includes(flow + 1) ? 4 : 3]);
    assert.ok(places.every(([ttl, place]) => ttl === undefined || ttl === place), `${seed}: ${places.join(" ")}`);
    assert.equal(folded.hops().length, 4, `${seed}`);
  }
});

Deno.test("a flow of a way that is longer by a silent router has the target behind that, whatever the target loses", () => {
  const ways = [[hop("10.0.2.1")], [hop("10.1.2.1"), hop("10.1.3.1", { silent: true })]];
  for (const loss of [0, 0.2, 0.5]) {
    for (let seed = 1; seed <= 20; seed++) {
      const folded = fold({ hops: [hop("10.0.1.1"), { ways }], target: host({ loss }) }, { seed });
      const longer = folded.hops()[1]!.responders.find(({ address }) => address === "10.1.2.1")?.flows ?? [];
      for (const [flow, { reachedTtl }] of folded.flows.entries()) {
        assert.equal(reachedTtl, longer.includes(flow + 1) ? 4 : 3, `loss ${loss}, seed ${seed}, flow ${flow + 1}`);
      }
    }
  }
});

Deno.test("a rate where flows meet several routers is told as of all of them", () => {
  const limit = { perSecond: 1, burst: 3 };
  const ways = Array.from({ length: 8 }, (_, index) => [hop(`10.0.2.${index + 1}`, { limit })]);
  const path = { hops: [hop("10.0.1.1"), { ways }, hop("10.0.3.1")], target: host({}) };
  for (let seed = 1; seed <= 5; seed++) {
    const found = verdictsOf(fold(path, { flows: 24, rounds: 30, intervalUs: SECOND, seed }));
    assert.deepEqual(words(found), ["PER_FLOW 2", "RATE_LIMIT 2"], `${seed}`);
    const { answersPerSecond, routersTogether } = found[1]!.numbers;
    assert.deepEqual([answersPerSecond, routersTogether], [8, 8], `${seed}`);
  }
});

Deno.test("a row and what its hop was asked name flows alike: a dead one leaves what others are asked as it was", () => {
  const hops = ["10.0.1.1", "10.0.2.1", "10.0.3.1"].map((address) => hop(address));
  const folded = fold({ hops, target: host({ limit: LINUX }) }, { rounds: 20, flows: 3, seed: 1 });
  const [row] = withFlows(folded.hops().map(rowOf), folded, undefined).slice(-1);
  const asked = new Set(row!.hop.spacing?.asked?.flows);
  assert.deepEqual(row!.flows?.map(({ flow }) => flow), [...asked].sort());
});
