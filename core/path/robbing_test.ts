import assert from "node:assert/strict";
import { Robbing } from "./robbing.ts";

/** So many rounds whose arrival probe arrives, is lost alone, and is lost as others of the round are. */
function ofArrivals(arrived: number, alone: number, together: number): boolean {
  const robbing = new Robbing();
  for (let round = 0; round < arrived; round++) robbing.noteArrived();
  for (let round = 0; round < alone; round++) robbing.noteLostArrival(true);
  for (let round = 0; round < together; round++) robbing.noteLostArrival(false);
  return robbing.isProved;
}

/** So many rounds behind checks, and so many others, of which these are lost. */
function behindChecks(behind: number, lostBehind: number, beside: number, lostBeside: number): boolean {
  const robbing = new Robbing();
  for (let round = 0; round < behind; round++) robbing.noteRound("behindCheck", round < lostBehind);
  for (let round = 0; round < beside; round++) robbing.noteRound("beside", round < lostBeside);
  return robbing.isProved;
}

Deno.test("a target that answers other probes of a round above all where it lacks the arrival probe has one answer for two", () => {
  assert.equal(ofArrivals(0, 0, 0), false);
  assert.equal(ofArrivals(12, 23, 0), true);
  assert.equal(ofArrivals(2, 3, 0), false);
  // Loss on the path takes others as it takes arrival probes; in bursts it takes them together.
  assert.equal(ofArrivals(80, 16, 4), false);
  assert.equal(ofArrivals(50, 25, 25), false);
  assert.equal(ofArrivals(80, 0, 20), false);
});

Deno.test("so has one whose rounds are lost above all behind checks that it has answered", () => {
  assert.equal(behindChecks(11, 7, 11, 0), true);
  assert.equal(behindChecks(11, 3, 11, 0), false);
  assert.equal(behindChecks(50, 10, 50, 10), false);
  assert.equal(behindChecks(50, 0, 10, 10), false);
});
