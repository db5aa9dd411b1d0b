/** Cycles among those who answered, hop by hop: `_` is nobody. */
import assert from "node:assert/strict";
import { cycleIn } from "./cycle.ts";

/** First, period and repeats; `undefined` where nothing goes round so often. */
function check(met: string, expected: readonly [first: number, period: number, repeats: number] | undefined): void {
  const found = cycleIn([...met].map((one) => one === "_" ? undefined : one), ({ repeats }) => repeats >= 2);
  assert.deepEqual(found && [found.first, found.period, found.repeats], expected, met);
}

Deno.test("a way on which nobody is met again has no cycle, whoever is silent", () => {
  for (const met of ["", "_", "a", "abcdef", "ab__e_", "____"]) check(met, undefined);
});

Deno.test("two routers that answer in turns, and more of them, begin where the nearest is met again", () => {
  check("abcbc", [1, 2, 2]);
  check("abcbcbcbc", [1, 2, 6]);
  check("abcdbcd", [1, 3, 3]);
  check("abab____", [0, 2, 2]);
});

Deno.test("answers that are missing neither end a cycle nor make it longer", () => {
  check("abc_cb_bcb", [1, 2, 3]);
  check("ab_bcbc", [1, 2, 3]);
  check("_bcbcb", [1, 2, 3]);
  check("abcd_cdbcd", [1, 3, 4]);
});

Deno.test("a router that is silent is one of those that go round", () => {
  check("ab_b_b_", [1, 2, 2]);
  check("abc_bc_bc", [1, 3, 4]);
});

Deno.test("one router alone goes round where it answers four times on end", () => {
  check("abb", undefined);
  check("abbb", undefined);
  check("abbbb", [1, 1, 3]);
});

Deno.test("somebody else in the place of one that was met is the proof of the contrary", () => {
  check("abcbdbce", undefined);
  check("abcbcd", undefined);
  // Who came before does not count.
  check("abcdcdc", [2, 2, 3]);
});

Deno.test("one repeat alone is none", () => check("abcb", undefined));
