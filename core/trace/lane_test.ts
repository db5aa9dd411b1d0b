import assert from "node:assert/strict";
import { Lane } from "./lane.ts";
import type { Probe } from "./probe.ts";

function probe(ttl: number, isArrival = false): Probe {
  return {
    number: 0,
    target: 0,
    ttl,
    flow: 0,
    round: 0,
    isArrival,
    load: undefined,
    deadlineUs: Infinity,
    state: "inFlight",
    answeredBy: undefined,
    standIn: undefined,
    offer: undefined,
  };
}

Deno.test("a lane is decided once nothing is in flight", () => {
  const lane = new Lane("icmp");
  assert.ok(lane.isDecided);
  const probes = [probe(3), probe(3), probe(1)];
  for (const one of probes) lane.add(one);
  for (const one of probes) {
    assert.ok(!lane.isDecided);
    lane.remove(one);
  }
  assert.ok(lane.isDecided);
});

Deno.test("who is in flight behind the path's end keeps nobody waiting, but an arrival probe does, whatever its TTL", () => {
  const lane = new Lane("icmp");
  lane.reach.noteAnswer(3, "target", 0);
  lane.add(probe(4));
  assert.ok(lane.isDecided);
  const arrival = probe(30, true);
  lane.add(arrival);
  assert.ok(!lane.isDecided);
  lane.remove(arrival);
  assert.ok(lane.isDecided);
});

Deno.test("a hop is fresh for as long as its answer may be old, and each hop by itself", () => {
  const lane = new Lane("icmp");
  lane.noteAnswered(2, 1_000);
  const freshAt = (ttl: number, nowUs: number): boolean => lane.isFresh(ttl, 500, nowUs);
  assert.deepEqual([freshAt(2, 1_500), freshAt(2, 1_501), freshAt(1, 1_000)], [true, false, false]);
});
