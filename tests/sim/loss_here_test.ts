/** What this host drops on the way to its interface is no loss of the network's, and told as what it is. */
import assert from "node:assert/strict";
import { path, TARGET } from "./paths.ts";
import { MS, only, run } from "./run.ts";
import type { World } from "./world.ts";

/** Of a path of two hops, in four rounds: how many probes the network lost, and how many never left. */
function check(world: Omit<World, "paths">, expected: { lost: number; unsent: number }, silent = false): void {
  const { events } = run({ ...world, paths: { [TARGET]: path(2, { 1: { silent } }) } }, { rounds: 4, maxTtl: 2 });
  assert.equal(only(events, "sent").length, 8);
  assert.deepEqual({ lost: only(events, "lost").length, unsent: only(events, "unsent").length }, expected);
  assert.ok(only(events, "unsent").every(({ reason }) => reason === "noBuffer"));
}

const LATER = { sentStamp: "later", tellsAfterUs: 3 * MS } as const;

Deno.test("a packet that the driver never saw has not left this host", () => {
  check({ droppedHere: [0, 5] }, { lost: 0, unsent: 2 });
  check({ droppedHere: [2, 5], clock: LATER }, { lost: 0, unsent: 2 });
});

Deno.test("one that the driver saw is the network's loss", () => {
  check({}, { lost: 4, unsent: 0 }, true);
  check({ clock: LATER }, { lost: 4, unsent: 0 }, true);
});

Deno.test("where the driver stamps nothing, or nobody does, nothing is claimed", () => {
  check({ droppedHere: [0, 1, 2, 3, 4, 5, 6, 7] }, { lost: 8, unsent: 0 });
  check({ droppedHere: [2, 5], clock: { sentStamp: "never" } }, { lost: 2, unsent: 0 });
});

Deno.test("after a send that failed the kernel's stamps are known no more, so nothing is claimed of what waited", () => {
  const sendFailures = [{ fromUs: 1_400 * MS, untilUs: 1_600 * MS, reason: "noBuffer" as const }];
  const { events } = run(
    { droppedHere: [2], sendFailures, paths: { [TARGET]: path(2) } },
    { rounds: 4, maxTtl: 2 },
  );
  assert.deepEqual([only(events, "lost").length, only(events, "unsent").length], [1, 0]);
  assert.equal(only(events, "sendFailed").length, 1);
});
