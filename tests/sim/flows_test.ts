/** Several flows to one target, over routers that balance by flow, by packet or not at all, and routes that change. */
import assert from "node:assert/strict";
import { Path } from "../../core/path/path.ts";
import { turnsOf, type TurnWord } from "../../core/path/turns.ts";
import { PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { path, TARGET } from "./paths.ts";
import { foreignCount, only, run, SECOND } from "./run.ts";
import type { World } from "./world.ts";

/** Addresses of a hop with this many routers side by side. */
function wide(width: number): readonly string[] {
  return Array.from({ length: width }, (_, index) => `10.9.${width}.${index}`);
}

function fold(world: World, plan: Partial<TracePlan>): Path {
  const { events } = run(world, plan);
  assert.equal(foreignCount(events), 0);
  const folded = new Path({
    address: TARGET,
    family: 4,
    firstTtl: 1,
    maxTtl: 30,
    hasConstantFlows: plan.flow !== "varying",
    asksForPort: plan.protocol !== undefined && plan.protocol !== "icmp",
  });
  events.forEach((event) => folded.apply(event));
  return folded;
}

function wordsOf(folded: Path): readonly (readonly TurnWord[])[] {
  const turns = turnsOf(folded);
  return folded.hops().map((hop) => turns.filter(({ ttl }) => ttl === hop.ttl).map(({ word }) => word));
}

for (const protocol of PROTOCOL_NAMES) {
  Deno.test(`${protocol}: one flow meets one router of a hop that is balanced by flow`, () => {
    for (const width of [2, 3, 8, 16]) {
      const folded = fold({ paths: { [TARGET]: path(3, { 2: { address: wide(width), balance: "flow" } }) } }, {
        protocol,
      });
      assert.deepEqual(folded.hops().map(({ responders }) => responders.length), [1, 1, 1]);
      assert.deepEqual(wordsOf(folded), [[], [], []]);
    }
  });

  Deno.test(`${protocol}: each of many flows meets one router, and all routers are met`, () => {
    for (const width of [2, 3, 8, 16]) {
      const described = path(3, { 2: { address: wide(width), balance: "flow" } });
      const folded = fold({ paths: { [TARGET]: described } }, { protocol, flows: 64, rounds: 4 });
      const [, second] = folded.hops();
      assert.equal(folded.flows.length, 64);
      assert.deepEqual(second!.responders.map(({ address }) => address).toSorted(), wide(width).toSorted());
      assert.deepEqual(second!.responders.flatMap(({ flows }) => flows).length, 64, "each flow has one responder");
      for (const flow of folded.flows) {
        assert.deepEqual(flow.hops().map(({ responders, sent, lost }) => [responders.length, sent, lost]), [
          [1, 4, 0],
          [1, 4, 0],
          [1, 4, 0],
        ]);
      }
      assert.deepEqual(wordsOf(folded), [[], ["PER_FLOW"], []]);
    }
  });

  Deno.test(`${protocol}: a hop that is balanced by packet is told by one flow, and by several`, () => {
    for (const width of [2, 3, 4, 16]) {
      for (const flows of [1, 3]) {
        const described = path(3, { 2: { address: wide(width), balance: "chance" } });
        const folded = fold({ paths: { [TARGET]: described } }, { protocol, flows, rounds: 20 });
        assert.deepEqual(wordsOf(folded), [[], ["PER_PACKET"], []]);
      }
    }
  });

  Deno.test(`${protocol}: a route change is told with its time, of one flow and of several`, () => {
    for (const flows of [1, 4]) {
      const before = path(3, { 2: { address: "10.8.0.1" } });
      const after = path(3, { 2: { address: "10.8.0.2" } });
      const sinceUs = 4.5 * SECOND;
      const world: World = { paths: { [TARGET]: [{ sinceUs: 0, path: before }, { sinceUs, path: after }] } };
      const folded = fold(world, { protocol, flows, rounds: 10 });
      assert.deepEqual(wordsOf(folded), [[], ["CHANGED"], []]);
      const atUs = turnsOf(folded)[0]!.afterUs!;
      assert.ok(atUs > sinceUs && atUs < sinceUs + 2 * SECOND, `${atUs}`);
    }
  });

  Deno.test(`${protocol}: a target that moves is a change, whatever it answers with`, () => {
    for (const hops of [4, 6]) {
      const sinceUs = 10.5 * SECOND;
      const world: World = { paths: { [TARGET]: [{ sinceUs: 0, path: path(5) }, { sinceUs, path: path(hops) }] } };
      const found = turnsOf(fold(world, { protocol, rounds: 40 }));
      assert.deepEqual(found.map(({ word, ttl }) => [word, ttl]), [["CHANGED", Math.min(5, hops)]], `${hops} hops`);
      assert.ok([found[0]!.address, found[0]!.before].includes(TARGET));
    }
  });

  Deno.test(`${protocol}: a target that answers in turns with a router is balanced, whatever it answers with`, () => {
    const world: World = {
      paths: {
        [TARGET]: {
          hops: [{ address: "10.0.1.1", rttUs: 1_000 }, {
            ways: [[], [{ address: "10.8.0.1", rttUs: 2_000 }]],
            chances: [0.5, 0.5],
          }],
          target: { rttUs: 3_000 },
        },
      },
    };
    const found = turnsOf(fold(world, { protocol, rounds: 80 }));
    assert.deepEqual(found.map(({ word, ttl }) => [word, ttl]), [["PER_PACKET", 2]]);
  });
}

Deno.test("loss takes no flow from its responder, and makes no route change of one", () => {
  const described = path(4, { 2: { address: wide(4), balance: "flow", loss: 0.3 } });
  const folded = fold({ paths: { [TARGET]: described } }, { flows: 16, rounds: 20 });
  assert.deepEqual(wordsOf(folded), [[], ["PER_FLOW"], [], []]);
  assert.equal(folded.flows.length, 16);
  const lost = folded.hops()[1]!.lost;
  assert.equal(folded.flows.reduce((sum, flow) => sum + flow.hops()[1]!.lost, 0), lost);
});

Deno.test("the counts of the whole are the sums of the flows'", () => {
  const described = path(5, { 3: { address: wide(2), balance: "flow", dropped: [0, 5] } });
  const folded = fold({ paths: { [TARGET]: described } }, { flows: 8, rounds: 3 });
  for (const key of ["sent", "received", "lost"] as const) {
    assert.equal(folded.flows.reduce((sum, { counts }) => sum + counts[key], 0), folded.counts[key], key);
  }
  assert.equal(folded.hops()[2]!.lost, 2);
});

Deno.test("a run of one flow names none in its events", () => {
  const { events } = run({ paths: { [TARGET]: path(2) } }, { rounds: 1 });
  assert.ok(only(events, "sent").every((event) => !("flow" in event)));
  const several = run({ paths: { [TARGET]: path(2) } }, { rounds: 1, flows: 2 }).events;
  assert.deepEqual([...new Set(only(several, "reply").map(({ flow }) => flow))], [1, 2]);
});
