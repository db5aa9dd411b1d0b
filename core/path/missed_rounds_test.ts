import assert from "node:assert/strict";
import { LastAnswers } from "./last_answers.ts";
import { MissedRounds } from "./missed_rounds.ts";

const MANY = 16_385;

Deno.test("a probe is missed until it is taken, once, and only the latest are known", () => {
  const missed = new MissedRounds(new LastAnswers());
  assert.equal(missed.take(7), false);
  for (let probe = 0; probe < MANY; probe++) missed.add(probe, undefined);
  assert.deepEqual([0, 1, 1, MANY - 1].map((probe) => missed.take(probe)), [false, true, false, true]);
});
