/** README.md says of exit statuses, states and metrics what the tables of the code say. */
import assert from "node:assert/strict";
import { METRICS } from "../../core/limit/mod.ts";
import { EXIT_STATUSES } from "../../core/option/help.ts";
import { STATES } from "../../core/output/nagios.ts";
import { EXITS, WORST_FIRST } from "../../core/path/exit.ts";
import { readDocument, rowsOf } from "./markdown.ts";

const README = readDocument("README.md");

/** The rows of the first table below a heading. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = README.split(`\n### ${heading}\n`);
  const [table = ""] = /^\|.*$(?:\n\|.*$)*/m.exec(section) ?? [];
  return rowsOf(table).slice(1);
}

Deno.test("README.md has the exit statuses and their order", () => {
  assert.deepEqual(tableBelow("Exit status"), EXIT_STATUSES);
  const order = WORST_FIRST.map((name) => EXITS[name].status).join(", ");
  assert.ok(README.replaceAll("\n", " ").includes(`in this order counts: a signal, ${order}.`), order);
});

Deno.test("README.md has the states of a monitor, the worst first", () => {
  const states = Object.entries(STATES).map(([state, { exit, meaning }]) => [String(exit), state, meaning]);
  assert.deepEqual(tableBelow("Monitoring"), states);
});

Deno.test("README.md has every metric of a limit", () => {
  const names = tableBelow("Limits").flatMap(([cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(names, Object.keys(METRICS));
});
