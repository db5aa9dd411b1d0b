import assert from "node:assert/strict";
import { median, quantile, table } from "./figures.ts";

Deno.test("quantiles are values that were there, by nearest rank", () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(median(values), 3);
  assert.equal(quantile(values, 0.95), 5);
  assert.equal(quantile(values, 0), 1);
  assert.equal(quantile([], 0.5), undefined);
});

Deno.test("a table has columns as wide as their widest field", () => {
  assert.equal(table(["a", "bb"], [["ccc", "d"]]), "| a   | bb |\n| --- | -- |\n| ccc | d  |");
});
