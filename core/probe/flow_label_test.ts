import assert from "node:assert/strict";
import { LIMITS } from "../plan.ts";
import { flowLabelOf } from "./flow_label.ts";

Deno.test("the first flow leaves its label to the system", () => {
  assert.equal(flowLabelOf(0), 0);
});

Deno.test("every sequence number and every flow has a label of 20 bits to itself, in the half that nobody gives out", () => {
  const numbers = Array.from({ length: 65_535 }, (_, index) => index + 1);
  const labels = numbers.map(flowLabelOf);
  assert.equal(new Set(labels).size, numbers.length);
  assert.ok(labels.every((label) => label >= 0x80000 && label <= 0xfffff));
  assert.ok(LIMITS.flows.most <= numbers.length);
});

Deno.test("each bit of the labels of the first 64 flows is set in a third of them at least, and not in as many", () => {
  for (let bit = 0; bit < 19; bit++) {
    const set = Array.from({ length: 64 }, (_, flow) => flowLabelOf(flow + 1) >> bit & 1).reduce((sum, one) =>
      sum + one
    );
    assert.ok(set >= 21 && set <= 43, `bit ${bit} is set in ${set}`);
  }
});
