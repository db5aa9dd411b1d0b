import assert from "node:assert/strict";
import type { TraceEvent } from "../messages.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { Progress, type ProgressOptions } from "./progress.ts";

const ROUND = { kind: "round", target: 0, round: 0 } as const;
const SENT = { kind: "sent", target: 0, probe: 0, ttl: 1, round: 0, atUs: 0, packetBytes: 64 } as const;
const LOST = { kind: "lost", target: 0, probe: 0, ttl: 1 } as const;

function takeAll(progress: Progress, events: readonly TraceEvent[]): void {
  for (const event of events) progress.take(event);
}

function start(
  errorColumns: number | undefined,
  options: Partial<ProgressOptions> = {},
): { progress: Progress; drawn: string[] } {
  const drawn: string[] = [];
  const world = { errorColumns, draw: (text: string) => void drawn.push(text) };
  return { progress: new Progress(world, { plan: DEFAULT_PLAN, isWanted: true, targets: [{}], ...options }), drawn };
}

Deno.test("at a terminal one line says how far the run is, drawn over itself, and only when it has changed", () => {
  const { progress, drawn } = start(80);
  takeAll(progress, [SENT, SENT, LOST, ROUND]);
  progress.tick();
  progress.tick();
  takeAll(progress, [SENT]);
  progress.tick();
  assert.deepEqual(drawn, [
    "\r\x1b[KRound 1 of 10, 2 probes sent, 1 lost",
    "\r\x1b[KRound 1 of 10, 3 probes sent, 1 lost",
  ]);
});

Deno.test("what has not left, since a probe to another target counts for it, is no probe of the run", () => {
  const { progress, drawn } = start(80);
  takeAll(progress, [SENT, { ...SENT, shared: 0 }, LOST, { ...LOST, shared: 0 }]);
  progress.tick();
  assert.deepEqual(drawn, ["\r\x1b[KRound 0 of 10, 1 probes sent, 1 lost"]);
});

Deno.test("at the end nothing of it is left", () => {
  const { progress, drawn } = start(80);
  progress.tick();
  progress.erase();
  progress.erase();
  assert.equal(drawn.at(-1), "\r\x1b[K");
  assert.equal(drawn.length, 2);
});

Deno.test("of several targets it says how many are done; an endless run has no last round", () => {
  const { progress, drawn } = start(80, { targets: [{}, {}, {}], plan: { ...DEFAULT_PLAN, rounds: undefined } });
  takeAll(progress, [ROUND, ROUND, ROUND, ROUND, { kind: "finished", target: 2, atUs: 0 }]);
  progress.tick();
  assert.deepEqual(drawn, ["\r\x1b[KRound 1, 1 of 3 targets done, 0 probes sent, 0 lost"]);
});

Deno.test("it names the load that has been sent", () => {
  const { progress, drawn } = start(80, { plan: { ...DEFAULT_PLAN, loadBps: 1e6 } });
  const load = { kind: "load", target: 0, packets: 1_000, bytes: 1_400_000, durationUs: 1e6, failed: 0 } as const;
  progress.tick();
  takeAll(progress, [load, load]);
  progress.tick();
  assert.deepEqual(drawn.map((text) => text.slice(4)), [
    "Round 0 of 10, 0 probes sent, 0 lost, 0.0 MB of load sent",
    "Round 0 of 10, 0 probes sent, 0 lost, 2.8 MB of load sent",
  ]);
});

Deno.test("it fits into the terminal, or is not drawn", () => {
  const narrow = start(30);
  narrow.progress.tick();
  assert.equal(narrow.drawn[0], "\r\x1b[KRound 0 of 10, 0 probes sent,");
  const tiny = start(10);
  tiny.progress.tick();
  assert.deepEqual(tiny.drawn, []);
});

Deno.test("without a terminal, or where nobody wants it, nothing is drawn", () => {
  for (const { progress, drawn } of [start(undefined), start(80, { isWanted: false })]) {
    takeAll(progress, [SENT]);
    progress.tick();
    progress.erase();
    assert.deepEqual(drawn, []);
  }
});
