import assert from "node:assert/strict";
import { TargetPlaces } from "./target_places.ts";

const ROUNDS = Array.from({ length: 800 }, (_, round) => round);

function roundsThatAsk(places: TargetPlaces, ttl: number): readonly number[] {
  return ROUNDS.filter((round) => !places.isLeftOut(ttl, round));
}

Deno.test("everybody is asked where the target has not answered", () => {
  const places = new TargetPlaces(true);
  places.noteTarget(6, 0);
  places.notePassed(5);
  assert.deepEqual(roundsThatAsk(places, 5), ROUNDS);
});

Deno.test("the target is asked again once in eight rounds, in step with nothing", () => {
  const places = new TargetPlaces(true);
  places.noteTarget(5, 0);
  const asking = roundsThatAsk(places, 5);
  assert.deepEqual(asking.map((round) => Math.floor(round / 8)), ROUNDS.slice(0, 100));
  assert.equal(new Set(asking.map((round) => round % 8)).size, 8);
});

Deno.test("where others take its place, or nobody answers, all rounds ask again", () => {
  const places = new TargetPlaces(true);
  places.noteTarget(5, 0);
  for (let probe = 0; probe < 3; probe++) places.notePassed(5);
  assert.equal(roundsThatAsk(places, 5).length, 100);
  places.noteTarget(5, 0);
  for (let probe = 0; probe < 3; probe++) places.notePassed(5);
  assert.equal(roundsThatAsk(places, 5).length, 100);
  places.notePassed(5);
  assert.deepEqual(roundsThatAsk(places, 5), ROUNDS);
});

/** What a round with an arrival probe does, and hears of the target: `A` is the answer to that, `n` to one that goes just as far. */
type Round = "An" | "n" | "A" | "";

/** Whether few rounds ask, after these: three that do, and then all, or each second, as if the others were left out. */
function doFewAsk(asking: "all" | "each second", rounds: readonly Round[], answersWithErrors = false): boolean {
  const places = new TargetPlaces(answersWithErrors);
  places.noteTarget(5, 0);
  for (const [index, heard] of rounds.entries()) {
    const round = index + 1;
    places.noteArrivalSent(round);
    if (asking === "all" || index < 3 || index % 2 === 0) places.noteSent(5, round);
    if (heard.includes("A")) places.noteArrival(round);
    if (heard.includes("n")) places.noteTarget(5, round);
  }
  places.noteArrivalSent(rounds.length + 1);
  return roundsThatAsk(places, 5).length < ROUNDS.length;
}

const PROOF: readonly Round[] = ["An", "n", "n"];
const SPARED: readonly Round[] = ["A", "An"];

function times(count: number, rounds: readonly Round[]): readonly Round[] {
  return new Array(count).fill(rounds).flat();
}

Deno.test("while all ask, few do as soon as the target has answered there, and not the arrival probe, most times", () => {
  assert.equal(doFewAsk("all", []), false);
  assert.equal(doFewAsk("all", ["An", "n"]), false);
  assert.equal(doFewAsk("all", PROOF), true);
  assert.equal(doFewAsk("all", ["An", "n", "A", "", "n"]), true);
  assert.equal(doFewAsk("all", ["An", "n", "An", "An", "An", "n", "An", "An", "An"]), false);
});

Deno.test("while few ask, all do as soon as it has an answer left behind six of them", () => {
  assert.equal(doFewAsk("each second", [...PROOF, ...times(5, SPARED)]), true);
  assert.equal(doFewAsk("each second", [...PROOF, ...times(6, SPARED)]), false);
  assert.equal(doFewAsk("each second", [...PROOF, ...times(3, SPARED), "", "An", ...times(4, SPARED)]), true);
  // Who is not answered has taken nothing.
  assert.equal(doFewAsk("each second", [...PROOF, ...times(9, ["A", "A"])]), true);
});

Deno.test("of errors few ask from the first, whatever is answered", () => {
  assert.equal(doFewAsk("all", [], true), true);
  assert.equal(doFewAsk("each second", times(12, SPARED), true), true);
});
