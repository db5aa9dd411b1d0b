/** What holds for the outputs of any run. */
import assert from "node:assert/strict";
import { OUTPUTS } from "../../core/output/mod.ts";
import { randomRun } from "../../core/path/_random_run.ts";
import type { Path } from "../../core/path/path.ts";
import { statusOf } from "../../core/path/status.ts";
import { DEFAULT_VIEW, type View } from "../../core/view.ts";
import { runWith } from "./record.ts";

const RUNS = 200;

function forAnyRun(check: (path: Path, render: (view: Partial<View>) => string) => void): void {
  for (let seed = 1; seed <= RUNS; seed++) {
    const { script, firstTtl, maxTtl } = randomRun(seed);
    const path = script.path({ firstTtl, maxTtl });
    const status = statusOf(path, seed % 3 !== 0);
    check(path, (asked) => {
      const view = { ...DEFAULT_VIEW, ...asked };
      return OUTPUTS[view.output].render(runWith([{ path, status }], { view }));
    });
  }
}

Deno.test("the columns of a report are aligned, whatever stands in them", () =>
  forAnyRun((path, render) => {
    for (const view of [{}, { wide: true }, { asLookup: true }, { wide: true, asLookup: true }]) {
      const table = render({ ...view, order: "LSRDNBAWVGJMXI" }).split("\n").filter((line) =>
        /^(HOST:| {1,2}\d+\.)/.test(line)
      );
      assert.equal(table.length, path.hops().length + 1);
      assert.equal(new Set(table.map((line) => line.length)).size, 1, table.join("\n"));
      const numbers = table.slice(1).map((line) => line.trimEnd().split(/ +/).slice(-14));
      assert.ok(numbers.every((cells) => cells.every((cell) => /^(-|\d+(\.\d)?%?)$/.test(cell))), table.join("\n"));
    }
  }));

Deno.test("a CSV row tells of every hop in order, and a further one of each further responder", () =>
  forAnyRun((path, render) => {
    const rows = render({ output: "csv", wide: true }).trimEnd().split("\n").slice(1).map((line) => line.split(","));
    const expected = path.hops().flatMap(({ ttl, responders }) =>
      new Array(Math.max(1, responders.length)).fill(`${ttl}`)
    );
    assert.deepEqual(rows.map((cells) => cells[4]), expected);
    assert.ok(rows.every((cells) => cells.length === rows[0]?.length));
  }));

Deno.test("JSON tells the same counts as the path", () =>
  forAnyRun((path, render) => {
    const { report } = JSON.parse(render({ output: "json" }));
    const counts = report.hubs.map((
      hub: Record<string, number>,
    ) => [hub["count"], hub["Snt"], hub["received"], hub["lost"]]);
    assert.deepEqual(counts, path.hops().map(({ ttl, sent, received, lost }) => [ttl, sent, received, lost]));
  }));
