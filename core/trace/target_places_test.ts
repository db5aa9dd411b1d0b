import assert from "node:assert/strict";
import { TargetPlaces } from "./target_places.ts";

const ROUNDS = Array.from({ length: 800 }, (_, round) => round);

function roundsThatAsk(places: TargetPlaces, ttl: number): readonly number[] {
  return ROUNDS.filter((round) => !places.isLeftOut(ttl, round));
}

Deno.test("everybody is asked where the target has not answered", () => {
  const places = new TargetPlaces();
  places.noteTarget(6);
  places.notePassed(5);
  assert.deepEqual(roundsThatAsk(places, 5), ROUNDS);
});

Deno.test("the target is asked again once in eight rounds, in step with nothing", () => {
  const places = new TargetPlaces();
  places.noteTarget(5);
  const asking = roundsThatAsk(places, 5);
  assert.deepEqual(asking.map((round) => Math.floor(round / 8)), ROUNDS.slice(0, 100));
  assert.equal(new Set(asking.map((round) => round % 8)).size, 8);
});

Deno.test("where others take its place, or nobody answers, all rounds ask again", () => {
  const places = new TargetPlaces();
  places.noteTarget(5);
  for (let probe = 0; probe < 3; probe++) places.notePassed(5);
  assert.equal(roundsThatAsk(places, 5).length, 100);
  places.noteTarget(5);
  for (let probe = 0; probe < 3; probe++) places.notePassed(5);
  assert.equal(roundsThatAsk(places, 5).length, 100);
  places.notePassed(5);
  assert.deepEqual(roundsThatAsk(places, 5), ROUNDS);
});
