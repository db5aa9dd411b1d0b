/** Which flows are said to lose more than others: of flows alike none, however many there are. */
import assert from "node:assert/strict";
import { losingFlows } from "./flow_rows.ts";
import { Hop } from "./hop.ts";
import { type Row, rowOf } from "./row.ts";

function flowOf(flow: number, count: number, total: number): Row {
  return { ...rowOf(new Hop(1)), flow, count, total };
}

/** A generator of Park and Miller, so that each run draws the same. */
function draws(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}

function drawn(next: () => number, total: number, probability: number): number {
  return Array.from({ length: total }, next).filter((value) => value < probability).length;
}

Deno.test("of flows that lose the same by chance less than one of a hundred runs says that some lose more", () => {
  for (const [flows, rounds] of [[8, 50], [8, 150], [16, 100], [64, 50]] as const) {
    for (const loss of [0.01, 0.05, 0.1, 0.3]) {
      const next = draws(flows * rounds);
      let told = 0;
      for (let run = 0; run < 200; run++) {
        const rows = Array.from({ length: flows }, (_, flow) => flowOf(flow, drawn(next, rounds, loss), rounds));
        if (losingFlows(rows) !== undefined) told += 1;
      }
      assert.ok(told <= 2, `${flows} flows, ${rounds} rounds, ${loss}: ${told}`);
    }
  }
});

Deno.test("flows that are dead, or half so, are told from others that lose a little", () => {
  for (const [flows, rounds] of [[8, 20], [8, 500], [64, 50], [64, 500]] as const) {
    for (const part of [1, 0.5]) {
      const rows = Array.from(
        { length: flows },
        (_, flow) => flowOf(flow, Math.round(rounds * (flow % 4 === 3 ? part : 0.05)), rounds),
      );
      const losing = losingFlows(rows)?.map(({ flow }) => flow);
      assert.deepEqual(
        losing?.toSorted((one = 0, other = 0) => one - other),
        rows.flatMap(({ flow = 0 }) => flow % 4 === 3 ? [flow] : []),
      );
    }
  }
});

Deno.test("flows of which all are dead, none is, or there is but one, are alike", () => {
  for (const count of [0, 10]) {
    for (const flows of [0, 1, 8]) {
      assert.equal(losingFlows(Array.from({ length: flows }, (_, flow) => flowOf(flow, count, 10))), undefined);
    }
  }
});
