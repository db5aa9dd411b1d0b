/** `--target-order finish`: each target is printed when it is finished, and all of it is the same text. */
import assert from "node:assert/strict";
import { path } from "./paths.ts";
import { replayed, traced } from "./program_world.ts";
import { MS, SECOND } from "./run.ts";

const SLOW = "203.0.113.1";
const QUICK = "203.0.113.2";
const WORLD = { paths: { [SLOW]: path(2, { 2: { rttUs: 900 * MS } }), [QUICK]: path(2) } };
const HAPPENING = { world: WORLD, plan: { rounds: 2, intervalUs: SECOND / 2 }, hosts: [SLOW, QUICK] };

/** Where each target is first named. */
function orderIn(text: string): string[] {
  return [SLOW, QUICK].toSorted((one, other) => text.indexOf(one) - text.indexOf(other));
}

for (const format of ["-r", "-C", "-j", "-x"]) {
  Deno.test(`targets are in the order of input, or of finish (${format})`, async () => {
    const given = await traced([format, "-n"], HAPPENING);
    assert.deepEqual(orderIn(given.text), [SLOW, QUICK]);
    const finished = await traced([format, "-n", "--target-order", "finish"], HAPPENING);
    assert.deepEqual(orderIn(finished.text), [QUICK, SLOW]);
    assert.deepEqual([finished.exit, finished.complaints], [given.exit, given.complaints]);
    assert.deepEqual(linesOf(finished.text), linesOf(given.text));
    const { text: archive } = await traced(["--jsonl", "-n", "--target-order", "finish"], HAPPENING);
    const replay = await replayed(["replay", format, "-n", "--target-order", "finish"], { archive });
    assert.equal(replay.text, finished.text);
  });
}

/** What differs is the order alone. */
function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/,$/, "")).toSorted();
}

Deno.test("whom nobody can trace comes first, and who is not finished last", async () => {
  const { text } = await traced(["-C", "-n", "--target-order", "finish"], {
    ...HAPPENING,
    hosts: [SLOW, "0.0.0.0", QUICK],
    interruptedAt: 30,
  });
  const rows = text.split("\n").slice(1, -1).map((row) => row.split(",").slice(2, 4).join(" "));
  assert.equal(rows[0], "FAILED 0.0.0.0");
});
