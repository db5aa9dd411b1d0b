import assert from "node:assert/strict";
import { RefusedEnd } from "./refused_end.ts";

/** The rounds of twenty that end with a check, where those named are refused, so many rounds after they have begun. */
function checksIn(refused: (round: number) => boolean, delay = 0): readonly number[] {
  const end = new RefusedEnd(0, delay);
  return Array.from({ length: 20 }, (_, index) => delay + 1 + index).filter((round) => {
    end.noteAsked(round);
    if (refused(round - delay)) end.noteRefusal(round - delay);
    return end.needsCheck(round);
  });
}

Deno.test("who refuses all rounds, or all but single ones, is not looked behind", () => {
  for (const delay of [0, 1, 5]) {
    assert.deepEqual(checksIn(() => true, delay), []);
    assert.deepEqual(checksIn((round) => round % 2 === 1, delay), []);
  }
});

Deno.test("where the word is missing on end a probe finds out, and again after as many rounds each time", () =>
  assert.deepEqual(checksIn((round) => round <= 3), [5, 7, 11, 19]));
