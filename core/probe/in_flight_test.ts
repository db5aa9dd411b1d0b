import assert from "node:assert/strict";
import type { Family } from "../network.ts";
import { type Departed, InFlight } from "./in_flight.ts";

const SEQUENCES = 65_536;
const KEPT_US = 70_000_000;

/** Takes a sequence number and puts a probe under it. */
function send(
  table: InFlight<Departed>,
  family: Family,
  state: "open" | "closed" = "open",
  atUs = 0,
): Departed | undefined {
  const sequence = table.takeSequence(family);
  if (sequence === undefined) return undefined;
  const sent = { family, sequence, sent: { atUs } };
  table.add(sent);
  if (state === "closed") table.close(sent);
  return sent;
}

Deno.test("sequence numbers count up, and begin anew after 65535", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const first = table.takeSequence(4)!;
  for (let count = 1; count < SEQUENCES; count++) assert.equal(table.takeSequence(4), (first + count) % SEQUENCES);
  assert.equal(table.takeSequence(4), first);
});

Deno.test("a probe is found by family and sequence number only", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const sent = send(table, 4)!;
  assert.equal(table.find(4, sent.sequence), sent);
  assert.equal(table.find(6, sent.sequence), undefined);
  assert.equal(table.find(4, sent.sequence + 1), undefined);
});

Deno.test("the families count by themselves", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const [a, b, c] = [send(table, 4)!, send(table, 6)!, send(table, 6)!];
  assert.equal(a.sequence, b.sequence);
  assert.equal(c.sequence, b.sequence + 1);
  assert.deepEqual([table.find(4, a.sequence), table.find(6, b.sequence)], [a, b]);
});

Deno.test("a closed probe is known until its number is taken again", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const old = send(table, 4, "closed")!;
  for (let count = 1; count < SEQUENCES; count++) table.takeSequence(4);
  assert.equal(table.find(4, old.sequence), old);
  assert.equal(table.takeSequence(4), old.sequence);
  assert.equal(table.find(4, old.sequence), undefined, "an answer to the old probe is not one to the new");
});

Deno.test("a number in flight is not given twice", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const waiting = send(table, 4)!;
  for (let count = 1; count < SEQUENCES; count++) send(table, 4, "closed");
  assert.equal(table.takeSequence(4), (waiting.sequence + 1) % SEQUENCES);
  assert.equal(table.find(4, waiting.sequence), waiting);
});

Deno.test("with all numbers in flight there is none, until one is closed", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const sent: Departed[] = [];
  for (let count = 0; count < SEQUENCES; count++) sent.push(send(table, 4)!);
  assert.equal(new Set(sent.map(({ sequence }) => sequence)).size, SEQUENCES);
  assert.equal(table.takeSequence(4), undefined);
  assert.notEqual(table.takeSequence(6), undefined);
  table.close(sent[100]!);
  assert.equal(table.takeSequence(4), sent[100]!.sequence);
  table.add({ ...sent[100]! });
  assert.equal(table.takeSequence(4), undefined);
});

Deno.test("closing an old probe does not free its number for the new one that has it", () => {
  const table = new InFlight<Departed>({ first: 0, last: 1 }, KEPT_US);
  const old = send(table, 4, "closed")!;
  send(table, 4);
  send(table, 4);
  table.close(old);
  assert.equal(table.takeSequence(4), undefined);
});

Deno.test("closed probes are kept while 16,384 more are closed, and open ones as long as they are", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const open = send(table, 4)!;
  const closed = send(table, 4, "closed")!;
  for (let count = 1; count <= 16_384; count++) send(table, 4, "closed");
  assert.equal(table.find(4, closed.sequence), closed);
  send(table, 4);
  assert.equal(table.find(4, closed.sequence), undefined);
  for (let count = 0; count < 40_000; count++) send(table, 4, "closed");
  assert.equal(table.find(4, open.sequence), open);
});

Deno.test("a closed probe is forgotten some time after it left, an open one is not", () => {
  const table = new InFlight<Departed>({ first: 0, last: 65_535 }, KEPT_US);
  const [open, lost, answered] = [send(table, 4)!, send(table, 4)!, send(table, 6, "closed", 20)!];
  table.close(lost);
  const known = (): readonly boolean[] =>
    [open, lost, answered].map((one) => table.find(one.family, one.sequence) === one);
  send(table, 4, "open", KEPT_US);
  assert.deepEqual(known(), [true, true, true]);
  // In the order in which they were closed: what left before the first of them waits for it.
  send(table, 4, "open", KEPT_US + 1);
  assert.deepEqual(known(), [true, true, true]);
  send(table, 4, "open", KEPT_US + 21);
  assert.deepEqual(known(), [true, false, false]);
});

Deno.test("a number that was taken again is not forgotten with the probe that had it", () => {
  const table = new InFlight<Departed>({ first: 0, last: 1 }, KEPT_US);
  send(table, 4, "closed");
  send(table, 4, "closed");
  const [one, two] = [send(table, 4, "closed", KEPT_US)!, send(table, 4, "open", KEPT_US)!];
  table.add({ ...two, sent: { atUs: KEPT_US + 1 } });
  assert.equal(table.find(4, one.sequence), one);
});
