import assert from "node:assert/strict";
import { REMEMBERED_TRANSMISSIONS, SendNumbers } from "./send_numbers.ts";

/** What the kernel does with a send: whether it fails, takes a number, and has its scheduler stamp it before it returns. */
interface Habit {
  readonly fails: boolean;
  readonly counts: boolean;
  readonly stamps: boolean;
}

const WELL = { fails: false, counts: true, stamps: true };
/** Waits for the address of a neighbour: the stamps come later. */
const WAITS = { fails: false, counts: true, stamps: false };
const REFUSED_BY_QUEUE = { fails: true, counts: true, stamps: true };
const REFUSED_BY_FIREWALL = { fails: true, counts: true, stamps: false };
const TOO_LONG = { fails: true, counts: false, stamps: false };

/** A socket whose sends the kernel numbers. */
class Counted {
  readonly numbers = new SendNumbers();
  #counter = 0;
  #transmissions = 0;

  /** The transmission, the number of its stamps, and whether the book claims to know it. */
  send({ fails, counts, stamps }: Habit): { transmission: number; number: number; isKnown: boolean } {
    const number = this.#counter;
    if (counts) this.#counter++;
    const transmission = ++this.#transmissions;
    if (fails) this.numbers.fail();
    else this.numbers.begin(transmission);
    if (stamps) this.numbers.transmissionOf(number, true);
    this.numbers.end();
    return { transmission, number, isKnown: !fails && this.numbers.isCertain };
  }

  /** What the driver's stamp of that number is of. */
  driver(number: number): number {
    return this.numbers.transmissionOf(number, false);
  }
}

function check(habits: readonly Habit[], known: readonly boolean[]): void {
  const socket = new Counted();
  const sends = habits.map((habit) => socket.send(habit));
  assert.deepEqual(sends.map(({ isKnown }) => isKnown), known);
  sends.forEach(({ transmission, number, isKnown }, at) => {
    if (!habits[at]!.fails) assert.equal(socket.driver(number), isKnown ? transmission : 0, `send ${at}`);
  });
}

Deno.test("sends are numbered as they come", () => check([WELL, WAITS, WELL], [true, true, true]));

for (const failure of [REFUSED_BY_QUEUE, REFUSED_BY_FIREWALL, TOO_LONG]) {
  Deno.test(`after a send that failed (${JSON.stringify(failure)}) the numbers of those before and behind are known`, () => {
    check([WAITS, failure, WELL, WAITS], [true, false, true, true]);
    check([WELL, failure, failure, failure, WELL], [true, false, false, false, true]);
  });
}

Deno.test("what waits behind a failure of which nobody knows whether it counts has no number, until one is met", () => {
  check([WELL, REFUSED_BY_FIREWALL, WAITS, WAITS, WELL, WAITS], [true, false, false, false, true, true]);
  check([WELL, TOO_LONG, WAITS, WAITS, WELL, WAITS], [true, false, false, false, true, true]);
});

Deno.test("a stamp of long ago names nobody", () => {
  const socket = new Counted();
  const first = socket.send(WELL);
  for (let more = 1; more < REMEMBERED_TRANSMISSIONS; more++) socket.send(WELL);
  assert.equal(socket.driver(first.number), first.transmission);
  socket.send(WELL);
  assert.equal(socket.driver(first.number), 0);
});

Deno.test("whatever fails, the numbers that are claimed to be known are right, and known again with the next that is met", () => {
  const habits = [WELL, REFUSED_BY_QUEUE, REFUSED_BY_FIREWALL, TOO_LONG];
  for (let seed = 1; seed <= 200; seed++) {
    const socket = new Counted();
    let state = seed;
    const late: { transmission: number; number: number }[] = [];
    for (let sends = 0; sends < 300; sends++) {
      state = Math.imul(state, 1_103_515_245) + 12_345 >>> 0;
      const habit = habits[(state >>> 16) % habits.length]!;
      const send = socket.send(habit);
      assert.equal(send.isKnown, !habit.fails, `seed ${seed}`);
      if (!habit.fails) late.push(send);
      // The driver's stamp comes a few sends later.
      const stamped = late.length > 5 ? late.shift() : undefined;
      if (stamped !== undefined) assert.equal(socket.driver(stamped.number), stamped.transmission, `seed ${seed}`);
    }
  }
});
