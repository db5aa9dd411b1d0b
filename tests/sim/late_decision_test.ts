/** Losses that are decided long after answers to later rounds: the target's figures are those of its row all the same. */
import assert from "node:assert/strict";
import { Path as Fold } from "../../core/path/path.ts";
import { targetOf } from "../../core/path/target.ts";
import { path, TARGET } from "./paths.ts";
import { MS, run } from "./run.ts";

Deno.test("a plain path that loses packets is told what its target's row shows, however long losses are waited for", () => {
  for (const [loss, rounds, everyMs] of [[0.2, 300, 60], [0.3, 100, 300], [0.1, 300, 60]] as const) {
    for (let seed = 1; seed <= 12; seed++) {
      const route = path(5, { 2: { forwardLoss: loss } });
      const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
      for (const event of run({ seed, paths: { [TARGET]: route } }, { rounds, intervalUs: everyMs * MS }).events) {
        fold.apply(event);
      }
      if (fold.arrivals !== undefined) continue;
      const [target, row] = [targetOf(fold)!, fold.hops()[4]!];
      assert.deepEqual([target.received, target.lost], [row.received, row.lost], `seed ${seed}, ${everyMs} ms`);
    }
  }
});
