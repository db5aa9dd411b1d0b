import assert from "node:assert/strict";
import { ArrivalTally } from "./arrival_tally.ts";

const LOST = { isExpired: false, passedTtl: 4, passedFrom: "192.0.2.4" };

Deno.test("of arrival probes nothing is told until a round begins with one", () => {
  const tally = new ArrivalTally();
  assert.equal(tally.counts, undefined);
  tally.begin();
  assert.deepEqual(tally.counts, { received: 0, lost: 0, expired: 0, expiredTtl: 0, expiredAt: "" });
});

Deno.test("they are received, lost, or expired at the latest router, and what was lost may be given back", () => {
  const tally = new ArrivalTally();
  tally.begin();
  tally.addReceived();
  tally.addLost({ ...LOST, isExpired: true, passedTtl: 30 });
  tally.addLost(LOST);
  tally.begin();
  assert.deepEqual(tally.counts, { received: 1, lost: 2, expired: 1, expiredTtl: 30, expiredAt: "192.0.2.4" });
  tally.giveBack();
  assert.deepEqual([tally.counts?.received, tally.counts?.lost], [2, 1]);
});
