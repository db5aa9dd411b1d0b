import assert from "node:assert/strict";
import type { Answered, Probe } from "./probe.ts";
import { Sharing, Trail } from "./sharing.ts";

const SECOND_US = 1_000_000;
const RTT_US = 1_000;

/** Two targets whose rounds go over some hops, each hop answered at once. */
class Pair {
  readonly #sharing = new Sharing(2);
  readonly #trails = [new Trail(this.#sharing, 0), new Trail(this.#sharing, 1)];
  #probes = 0;
  #round = -1;

  /** Who answers at each ttl from 1 on, `undefined` for nobody; gives who of the targets has sent a probe there. */
  round(...addresses: readonly (string | undefined)[]): readonly (readonly number[])[] {
    this.#round += 1;
    const atUs = this.#round * SECOND_US;
    const senders = addresses.map((): number[] => []);
    for (const [target, trail] of this.#trails.entries()) {
      trail.begin("icmp", this.#round, atUs);
      for (const [index, address] of addresses.entries()) {
        if (this.#asks(trail, { target, ttl: index + 1, address, atUs })) senders[index]!.push(target);
      }
    }
    return senders;
  }

  #asks(
    trail: Trail,
    { target, ttl, address, atUs }: { target: number; ttl: number; address: string | undefined; atUs: number },
  ): boolean {
    const round = this.#round;
    const isWanted = trail.goTo(ttl, { round, isOnTheWay: round > 0, nowUs: atUs });
    const probe: Probe = {
      number: this.#probes++,
      target,
      ttl,
      flow: 0,
      round,
      isArrival: false,
      load: undefined,
      deadlineUs: Infinity,
      state: "inFlight",
      answeredBy: undefined,
      standIn: undefined,
      offer: undefined,
    };
    if (!isWanted || trail.take(probe, atUs) !== undefined) return false;
    trail.offer(probe, atUs, 64);
    trail.noteSent(probe, atUs);
    if (address !== undefined) trail.noteAnswer(probe, answerOf(probe, address, atUs));
    return true;
  }
}

function answerOf(probe: Probe, from: string, atUs: number): Answered {
  const sent = { atUs, source: "driver", errorUs: 0 } as const;
  return {
    kind: "answer",
    flight: { family: 4, sequence: probe.number, tag: probe, sent, packetBytes: 64 },
    atUs: atUs + RTT_US,
    from,
    rttUs: RTT_US,
    receivedBy: "driver",
    replyTtl: undefined,
    answer: { kind: "timeExceeded", icmpType: 11, icmpCode: 0, mtu: 0, labels: [] },
  };
}

const BOTH = [0, 1];

Deno.test("the first round is each target's own, and in the others the first one asks for both", () => {
  const pair = new Pair();
  assert.deepEqual(pair.round("10.0.0.1", "10.0.0.2"), [BOTH, BOTH]);
  for (let round = 1; round < 60; round++) assert.deepEqual(pair.round("10.0.0.1", "10.0.0.2"), [[0], [0]]);
});

Deno.test("a router that changes is relied upon after three answers in a row, and those behind it, too", () => {
  const pair = new Pair();
  for (let round = 0; round < 5; round++) pair.round("10.0.0.1", "10.0.0.2");
  // Only the one who asks sees it; he proves all, and the other one hears of it from him.
  assert.deepEqual(pair.round("10.0.0.9", "10.0.0.2")[0], [0]);
  const rounds = Array.from({ length: 8 }, () => pair.round("10.0.0.9", "10.0.0.2"));
  assert.deepEqual(rounds.at(-1), [[0], [0]]);
  assert.deepEqual(rounds[0], [BOTH, BOTH]);
});

Deno.test("a hop that is silent is a place for those behind it, and is asked again", () => {
  const pair = new Pair();
  pair.round("10.0.0.1", undefined, "10.0.0.3");
  assert.deepEqual(pair.round("10.0.0.1", undefined, "10.0.0.3"), [[0], BOTH, [0]]);
});

Deno.test("routers with ever new addresses are forgotten, and what is steady is shared on", () => {
  const pair = new Pair();
  for (let round = 0; round < 2_000; round++) pair.round("10.0.0.1", `10.${round >> 10}.${(round >> 2) & 255}.2`);
  for (let round = 0; round < 5; round++) pair.round("10.0.0.1", "10.0.0.2");
  const rounds = Array.from({ length: 60 }, () => pair.round("10.0.0.1", "10.0.0.2"));
  assert.ok(rounds.filter((senders) => senders.every(({ length }) => length === 1)).length >= 57);
});
