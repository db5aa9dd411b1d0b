import assert from "node:assert/strict";
import { median, openTable, quantile, table } from "./figures.ts";

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

Deno.test("a table that is told line by line has columns as wide as those it will be like", () => {
  const { head, line } = openTable(["a", "bb"], [["ccc"]]);
  assert.equal(head, "| a   | bb |\n| --- | -- |");
  assert.equal(line(["c", "d"]), "| c   | d  |");
});
