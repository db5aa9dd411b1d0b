/** Many targets, many probes, and sends that fail. */
import assert from "node:assert/strict";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { foreignCount, hopsOf, MS, only, run, SECOND } from "./run.ts";
import type { World } from "./world.ts";

Deno.test("100 targets at once: each has its own path, exact and in order", () => {
  const paths: Record<string, ReturnType<typeof path>> = {};
  const lengths = Array.from({ length: 100 }, (_, index) => 1 + index % 12);
  for (const [index, length] of lengths.entries()) {
    if (index % 2 === 0) paths[`203.0.113.${index}`] = path(length, { [length]: { dropped: [index % 5] } });
    else paths[`2001:db8:77::${index.toString(16)}`] = path6(length, { [length]: { dropped: [index % 5] } });
  }
  const targets = Object.keys(paths);
  const { events, tookUs } = run({ paths }, { rounds: 5 });
  for (const [target, address] of targets.entries()) {
    const length = paths[address]!.hops.length + 1;
    const hops = hopsOf(events, target).slice(0, length);
    assert.equal(hops.length, length, address);
    for (const { ttl, sent, replies, lost, from } of hops) {
      const hop = paths[address]!.hops[ttl - 1];
      assert.deepEqual([sent, replies, lost, from], hop ? [5, 5, 0, [hop.address]] : [5, 4, 1, [address]], address);
    }
  }
  assert.equal(only(events, "finished").length, 100);
  // Five intervals, then the last lost probe of the slowest is waited for.
  assert.ok(tookUs < 5 * SECOND + 6 * SECOND);
});

Deno.test("targets do not wait for each other", () => {
  const paths = { [TARGET]: path(3), "203.0.113.10": path(3, { 3: { silent: true } }) };
  const { events } = run({ paths }, { rounds: 3 });
  const finished = only(events, "finished");
  assert.deepEqual(finished.map(({ target }) => target), [0, 1]);
  const lost = events.findIndex(({ kind }) => kind === "lost");
  assert.ok(events.indexOf(finished[0]!) < lost);
});

Deno.test("the same target twice is two targets", () => {
  const { events } = run({ paths: { [TARGET]: path(3) } }, { rounds: 4 }, { targets: [TARGET, TARGET] });
  for (const target of [0, 1]) {
    assert.deepEqual(hopsOf(events, target).slice(0, 3).map(({ sent, replies, lost }) => [sent, replies, lost]), [
      [4, 4, 0],
      [4, 4, 0],
      [4, 4, 0],
    ]);
  }
});

Deno.test("sequence numbers run through all 65,536 and over, and every answer finds its probe", () => {
  for (
    const paths of [{ [TARGET]: path(3, { 2: { dropped: [7] } }) }, { [TARGET6]: path6(3, { 2: { dropped: [7] } }) }]
  ) {
    const { events } = run({ paths }, { rounds: 23_000, intervalUs: 100 * MS }, { stepUs: SECOND });
    assert.deepEqual(hopsOf(events).slice(0, 3).map(({ sent, replies, late, lost }) => [sent, replies, late, lost]), [
      [23_000, 23_000, 0, 0],
      [23_000, 22_999, 0, 1],
      [23_000, 23_000, 0, 0],
    ]);
    assert.equal(foreignCount(events), 0);
  }
});

Deno.test("with all sequence numbers in flight a probe is not sent, and says so", () => {
  const paths = { [TARGET]: path(1, { 1: { silent: true } }) };
  const plan = { rounds: 66_000, intervalUs: 1 * MS, maxTtl: 1, timeoutUs: 100 * SECOND, graceUs: SECOND };
  const { events } = run({ paths }, plan, { stepUs: SECOND });
  const [hop] = hopsOf(events);
  assert.deepEqual([hop!.sent, hop!.sendFailed, hop!.lost], [65_536, 66_000 - 65_536, 65_536]);
  assert.ok(only(events, "sendFailed").every(({ reason }) => reason === "noBuffer"));
});

Deno.test("a probe that did not leave is not sent, not lost, and says why", () => {
  for (const reason of ["noRoute", "networkDown", "permissionDenied", "noBuffer"] as const) {
    const world: World = {
      paths: { [TARGET]: path(3) },
      sendFailures: [{ fromUs: 3.95 * SECOND, untilUs: 6.95 * SECOND, reason }],
    };
    const { events } = run(world, { rounds: 10 });
    assert.deepEqual(
      hopsOf(events).slice(0, 3).map(({ sent, replies, lost, sendFailed }) => [sent, replies, lost, sendFailed]),
      [[7, 7, 0, 3], [7, 7, 0, 3], [7, 7, 0, 3]],
      reason,
    );
    assert.ok(only(events, "sendFailed").every((event) => event.reason === reason && event.detail !== ""));
  }
});

Deno.test("a target without a route ends with its rounds, having sent nothing", () => {
  const { events, tookUs } = run({ paths: {} }, { rounds: 3 }, { targets: [TARGET] });
  assert.equal(only(events, "sent").length, 0);
  assert.equal(only(events, "lost").length, 0);
  const failed = only(events, "sendFailed");
  assert.ok(failed.length >= 3);
  assert.ok(failed.every(({ reason, detail }) => reason === "noRoute" && detail === "ENETUNREACH"));
  assert.ok(tookUs <= 3 * SECOND);
  assert.equal(only(events, "finished").length, 1);
});

Deno.test("a flood of foreign messages is counted to the last", () => {
  const injections = Array.from({ length: 20_000 }, (_, index) => ({
    atUs: index * 100,
    from: "192.0.2.66",
    family: 4 as const,
    make: () => new Uint8Array(64).fill(index),
  }));
  const { events } = run({ paths: { [TARGET]: path(3) }, injections }, { rounds: 3 });
  assert.equal(foreignCount(events), 20_000);
  assert.deepEqual(hopsOf(events).slice(0, 3).map(({ sent, replies }) => [sent, replies]), [[3, 3], [3, 3], [3, 3]]);
});
