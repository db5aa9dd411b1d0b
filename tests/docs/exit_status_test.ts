/** The documents say of the order of exit statuses, of states and of metrics what the tables of the code say. */
import assert from "node:assert/strict";
import { METRICS } from "../../core/limit/mod.ts";
import { STATES } from "../../core/output/nagios.ts";
import { EXITS, WORST_FIRST } from "../../core/path/exit.ts";
import { readDocument, rowsOf } from "./markdown.ts";

const LIMITS = readDocument("docs/limits.md");

/** The rows of the first table below a heading. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = LIMITS.split(`\n## ${heading}\n`);
  const [table = ""] = /^\|.*$(?:\n\|.*$)*/m.exec(section) ?? [];
  return rowsOf(table).slice(1);
}

for (const document of ["README.md", "docs/scripts.md"]) {
  Deno.test(`${document} has the order of the exit statuses`, () => {
    const order = WORST_FIRST.map((name) => EXITS[name].status).join(", ");
    assert.ok(
      readDocument(document).replaceAll("\n", " ").includes(`in this order counts: a signal, ${order}.`),
      order,
    );
  });
}

Deno.test("docs/limits.md has the states of a monitor, the worst first", () => {
  const states = Object.entries(STATES).map(([state, { exit, meaning }]) => [String(exit), state, meaning]);
  assert.deepEqual(tableBelow("Monitoring"), states);
});

Deno.test("docs/limits.md has every metric of a limit", () => {
  const names = tableBelow("Limits").flatMap(([cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(names, Object.keys(METRICS));
});
