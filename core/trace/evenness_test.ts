import assert from "node:assert/strict";
import { Evenness, MEMORY_ROUNDS } from "./evenness.ts";

type Note = readonly [who: "router" | "target", ttl: number, round: number];

/** Whether it is uneven in this round. */
function check(notes: readonly Note[], round: number, expected: boolean, maxTtl = 30): void {
  const evenness = new Evenness();
  for (const [who, ttl, at] of notes) evenness[who === "router" ? "noteRouter" : "noteTarget"](ttl, at);
  assert.equal(evenness.isUneven(round, maxTtl), expected);
}

Deno.test("of an unprobed path, or one of which only routers or only the target is known, nothing is uneven", () => {
  check([], 0, false);
  check([["router", 9, 0], ["router", 3, 0]], 1, false);
  check([["target", 5, 0], ["target", 1, 0]], 1, false);
});

Deno.test("routers before the target are even, in whatever order all answer", () => {
  check([["router", 4, 0], ["target", 5, 0], ["target", 7, 0], ["router", 1, 1]], 1, false);
  check([["target", 6, 0], ["target", 5, 0], ["router", 4, 0]], 1, false);
});

Deno.test("a router where the target is, or behind it, is uneven, whoever came first", () => {
  check([["target", 5, 0], ["router", 5, 1]], 2, true);
  check([["router", 5, 0], ["target", 5, 1]], 2, true);
  check([["target", 5, 0], ["router", 9, 1]], 2, true);
  check([["router", 9, 0], ["target", 5, 1], ["target", 10, 1]], 2, true);
});

Deno.test("where probes go no further than to the target, none goes further", () => {
  check([["target", 5, 0], ["router", 5, 1]], 2, false, 5);
  check([["target", 5, 0], ["router", 5, 1]], 2, true, 6);
});

Deno.test("what lies back further than its memory is forgotten, and what comes instead is known", () => {
  const grown: Note[] = [["target", 5, 9], ["router", 5, 10], ["target", 6, 10]];
  check(grown, 9 + MEMORY_ROUNDS, true);
  check(grown, 10 + MEMORY_ROUNDS, false);
  const shrunk: Note[] = [["router", 5, 9], ["target", 5, 10]];
  check([...shrunk, ["router", 4, 50], ["target", 5, 9 + MEMORY_ROUNDS]], 9 + MEMORY_ROUNDS, true);
  check([...shrunk, ["router", 4, 50], ["target", 5, 10 + MEMORY_ROUNDS]], 10 + MEMORY_ROUNDS, false);
  check([...grown, ["router", 5, 200], ["target", 6, 200], ["router", 6, 201]], 202, true);
});

Deno.test("an answer that comes late makes nothing older than it is", () => {
  check([["target", 5, 90], ["router", 5, 90], ["target", 5, 1], ["router", 5, 1]], 90 + MEMORY_ROUNDS, true);
});
