import assert from "node:assert/strict";
import type { Flight } from "../probe/prober.ts";
import type { Probe } from "./probe.ts";
import { Undecided } from "./undecided.ts";

function flight(number: number, deadlineUs: number): Flight<Probe> {
  const tag: Probe = {
    number,
    target: 0,
    ttl: 1,
    flow: 0,
    round: 0,
    isArrival: false,
    load: undefined,
    deadlineUs,
    state: "inFlight",
    answeredBy: undefined,
    standIn: undefined,
    offer: undefined,
  };
  return { tag, family: 4, sequence: number, sent: { atUs: 0, source: "driver", errorUs: 0 }, packetBytes: 64 };
}

/** Probes numbered from 0 that are due 10 µs apart, the first at 10. */
function undecidedOf(count: number): { readonly undecided: Undecided; readonly flights: readonly Flight<Probe>[] } {
  const undecided = new Undecided();
  const flights = Array.from({ length: count }, (_, number) => flight(number, 10 * (number + 1)));
  for (const one of flights) undecided.add(one);
  return { undecided, flights };
}

/** All that are overdue, by their numbers; each is lost then. */
function lose(undecided: Undecided, heardUs: number): number[] {
  const numbers: number[] = [];
  for (let one; (one = undecided.takeOverdue(heardUs)) !== undefined;) {
    one.tag.state = "lost";
    numbers.push(one.tag.number);
  }
  return numbers;
}

Deno.test("nobody's time is over before everything up to its deadline has been read", () => {
  const { undecided } = undecidedOf(3);
  assert.deepEqual(lose(undecided, 9), []);
  assert.equal(undecided.nextUs, 10);
  assert.deepEqual(lose(undecided, 20), [0, 1]);
  assert.equal(undecided.nextUs, 30);
  assert.deepEqual(lose(undecided, Infinity), [2]);
  assert.equal(undecided.nextUs, Infinity);
});

Deno.test("what has been answered is not overdue", () => {
  const { undecided, flights } = undecidedOf(4);
  for (const number of [0, 2]) flights[number]!.tag.state = "answered";
  assert.deepEqual(lose(undecided, Infinity), [1, 3]);
});

Deno.test("of hundreds each is taken once, in their order, however many are decided before", () => {
  const { undecided, flights } = undecidedOf(500);
  for (const { tag } of flights) if (tag.number % 3 === 0) tag.state = "answered";
  const lost: number[] = [];
  for (let heardUs = 0; heardUs < 5_070; heardUs += 70) lost.push(...lose(undecided, heardUs));
  assert.deepEqual(lost, flights.map(({ tag }) => tag.number).filter((number) => number % 3 !== 0));
  assert.ok(undecided.takeAll().length <= 16, "decided ones stay");
});

Deno.test("what is sent again has the deadline of that", () => {
  const { undecided, flights } = undecidedOf(3);
  undecided.remove(flights[1]!);
  flights[1]!.tag.deadlineUs = 40;
  undecided.add({ ...flights[1]!, sequence: 3 });
  assert.deepEqual(lose(undecided, 30), [0, 2]);
  assert.equal(undecided.nextUs, 40);
});

Deno.test("deadlines are moved forward, never back", () => {
  const { undecided } = undecidedOf(3);
  undecided.shorten(15);
  assert.deepEqual(lose(undecided, 14), [0]);
  assert.deepEqual(lose(undecided, 15), [1, 2]);
});

Deno.test("once all are taken nothing is left", () => {
  const { undecided, flights } = undecidedOf(2);
  assert.deepEqual(undecided.takeAll(), flights);
  assert.equal(undecided.nextUs, Infinity);
  assert.deepEqual(undecided.takeAll(), []);
});
