import assert from "node:assert/strict";
import { COUNT_NAMES, type CountName } from "../messages.ts";
import { script, TARGET } from "./_script.ts";
import { RunCounter } from "./run_counts.ts";
import { type Hearing, knownCount, unknownCounts } from "./unknown_counts.ts";

/** What of a run without anything odd is 0, and what nobody knows. */
function check(hearing: Hearing, expected: Readonly<Partial<Record<CountName, undefined>>>): void {
  const unknown = unknownCounts(hearing);
  const path = script().reply(1, "10.0.0.1", 100).reply(2, TARGET, 200).path({ unknown });
  const run = new RunCounter();
  run.cannotKnow(unknown);
  const counts = { ...zeros(path.hops()[0]!), ...zeros(run) };
  assert.deepEqual(counts, { ...Object.fromEntries(COUNT_NAMES.map((name) => [name, 0])), ...expected });
  assert.deepEqual([path.counts.late, path.counts.duplicates], [0, 0]);
}

function zeros(counts: Partial<Record<CountName, number | undefined>>): Partial<Record<CountName, number | undefined>> {
  return Object.fromEntries(COUNT_NAMES.filter((name) => name in counts).map((name) => [name, counts[name]]));
}

const OF_MESSAGES = { foreign: undefined, forged: undefined, malformed: undefined };

Deno.test("raw sockets hear everything", () => check("raw", {}));

Deno.test("datagram sockets hear only what names them", () => check("datagram", OF_MESSAGES));

Deno.test("of connections, and of another program, one answer a probe is heard", () => {
  const unknown = { ...OF_MESSAGES, overflowed: undefined, late: undefined, duplicates: undefined };
  check("connect", unknown);
  check("helper", unknown);
});

Deno.test("what was seen is counted, whoever could not see all of it", () => {
  assert.equal(knownCount(["forged"], "forged", 3), 3);
  assert.equal(knownCount(["forged"], "forged", 0), undefined);
  const run = new RunCounter();
  run.cannotKnow(unknownCounts("datagram"));
  run.apply({ kind: "foreign", count: 2, forged: 1 });
  assert.deepEqual([run.foreign, run.forged, run.malformed, run.overflowed], [2, 1, undefined, 0]);
});

Deno.test("what one target cannot tell is not known of the run", () => {
  const run = new RunCounter();
  run.cannotKnow(unknownCounts("raw"));
  run.cannotKnow(unknownCounts("connect"));
  assert.equal(run.overflowed, undefined);
});
