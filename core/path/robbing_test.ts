import assert from "node:assert/strict";
import { KINDS, Robbing } from "./robbing.ts";

interface Rounds {
  readonly rounds: number;
  readonly lost: number;
}

/** How many of those that are lost behind further probes are given back, of each kind. */
function check(behind: Rounds, beside: Rounds, expected: number): void {
  for (const kind of KINDS) {
    const robbing = new Robbing();
    for (let round = 0; round < behind.rounds; round++) robbing.noteRound(kind, "behind", round < behind.lost);
    for (let round = 0; round < beside.rounds; round++) robbing.noteRound(kind, "beside", round < beside.lost);
    assert.equal(robbing.take(kind), expected);
    // Once.
    assert.equal(robbing.take(kind), 0);
  }
}

Deno.test("rounds that are lost above all behind further probes are given back", () => {
  check({ rounds: 11, lost: 7 }, { rounds: 11, lost: 0 }, 7);
  check({ rounds: 3, lost: 3 }, { rounds: 18, lost: 0 }, 3);
});

Deno.test("but not as many as are lost besides", () => {
  check({ rounds: 20, lost: 16 }, { rounds: 60, lost: 15 }, 11);
});

Deno.test("what chance may have done stays as it is", () => {
  check({ rounds: 0, lost: 0 }, { rounds: 0, lost: 0 }, 0);
  check({ rounds: 11, lost: 3 }, { rounds: 11, lost: 0 }, 0);
  check({ rounds: 50, lost: 10 }, { rounds: 50, lost: 10 }, 0);
  check({ rounds: 50, lost: 0 }, { rounds: 10, lost: 10 }, 0);
  check({ rounds: 20, lost: 20 }, { rounds: 0, lost: 0 }, 0);
});

Deno.test("what is lost later is given back then, and each kind by itself", () => {
  const robbing = new Robbing();
  for (let round = 0; round < 30; round++) robbing.noteRound("arrival", "beside", false);
  for (let round = 0; round < 4; round++) robbing.noteRound("arrival", "behind", true);
  assert.deepEqual(KINDS.map((kind) => robbing.take(kind)), [4, 0]);
  for (let round = 0; round < 2; round++) robbing.noteRound("arrival", "behind", true);
  assert.deepEqual(KINDS.map((kind) => robbing.take(kind)), [2, 0]);
});
