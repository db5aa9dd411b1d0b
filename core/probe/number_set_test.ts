import assert from "node:assert/strict";
import { NumberSet } from "./number_set.ts";
import { pseudoRandom } from "./pseudo_random.ts";

Deno.test("numbers come and go as those of any set (seed 1)", () => {
  const random = pseudoRandom(1);
  const set = new NumberSet();
  const expected = new Set<number>();
  for (let step = 0; step < 50_000; step++) {
    // Neighbours share a byte, and both ends are there.
    const number = [0, 65_520][Math.floor(random() * 2)]! + Math.floor(random() * 16);
    if (random() < 0.5) {
      set.add(number);
      expected.add(number);
    } else {
      assert.equal(set.delete(number), expected.delete(number), `${number}`);
    }
    assert.equal(set.has(number), expected.has(number), `${number}`);
    assert.equal(set.size, expected.size);
  }
});
