/** Random runs for property tests; the same seed gives the same run. */
import { EventScript, TARGET } from "./_script.ts";

export interface RandomRun {
  readonly script: EventScript;
  readonly firstTtl: number;
  readonly maxTtl: number;
}

/** Rounds over a path whose length may change with each, with answers of every kind. */
export function randomRun(seed: number): RandomRun {
  const below = dice(seed);
  const firstTtl = 1 + below(4);
  const maxTtl = firstTtl + below(10);
  const script = new EventScript();
  for (let round = below(6); round >= 0; round--) {
    const length = firstTtl + below(12);
    for (let ttl = firstTtl; ttl <= maxTtl; ttl++) probe(script, ttl, { length, below });
    script.round();
  }
  return { script, firstTtl, maxTtl };
}

type Dice = (limit: number) => number;

function probe(script: EventScript, ttl: number, { length, below }: { length: number; below: Dice }): void {
  const outcomes: readonly (() => unknown)[] = [
    () => script.lost(ttl),
    () => script.inFlight(ttl),
    () => script.late(ttl, "10.0.0.9", 1),
    () => script.sendFailed(ttl, "noBuffer", "ENOBUFS"),
    () =>
      script.reply(ttl, `10.0.${ttl}.1`, 1, { kind: "unreachable", icmpCode: below(16) }).duplicate(ttl, "10.0.0.9", 1),
    () =>
      script.reply(ttl, `10.0.${ttl}.1`, 1, {
        quotedTtl: below(256),
        quotedTrafficClass: below(256),
        sentTrafficClass: 0,
      }),
    () =>
      script.reply(ttl, `10.0.${ttl}.1`, 1, { interfaces: [{ role: "incoming", name: "\n9 9 <&\"'>\x1b[2J\u202e" }] }),
  ];
  const reply = () =>
    script.reply(ttl, ttl >= length ? TARGET : `10.0.${ttl}.${below(200)}`, below(10 ** (1 + below(8))));
  (outcomes[below(10)] ?? reply)();
}

/** Whole numbers from 0 to below the limit (mulberry32). */
function dice(seed: number): Dice {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
