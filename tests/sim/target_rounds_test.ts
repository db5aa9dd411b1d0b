/** The target's own figures where its row is not its alone: exactly the rounds in which it answered, or did not. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { targetFiguresOf } from "../../core/limit/mod.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { targetByRounds } from "../../core/path/target.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { path, router, TARGET } from "./paths.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import { MS, run, SECOND } from "./run.ts";
import type { Hop, Path, RouteSince, World } from "./world.ts";

const PLAN = { rounds: 90, intervalUs: 100 * MS, timeoutUs: SECOND, graceUs: 1_500 * MS } as const;

function fold(events: readonly TraceEvent[], plan: Partial<TracePlan> = {}, address = TARGET, target = 0): Fold {
  const folded = new Fold({
    address,
    family: address.includes(":") ? 6 : 4,
    firstTtl: plan.firstTtl ?? 1,
    maxTtl: plan.maxTtl ?? 30,
    asksForPort: (plan.protocol ?? "icmp") !== "icmp",
    hasConstantFlows: plan.flow !== "varying",
  });
  events.forEach((event) => (!("target" in event) || event.target === target) && folded.apply(event));
  return folded;
}

function traced(route: World["paths"][string], plan: Partial<TracePlan> = {}): Fold {
  const whole = { ...PLAN, ...plan };
  return fold(run({ seed: 5, paths: { [TARGET]: route } }, whole).events, whole);
}

/** Routers of a detour, from this ttl on. */
function detour(length: number, from: number, silent: boolean): Path {
  const changes: Record<number, Partial<Hop>> = {};
  for (let ttl = from; ttl < length; ttl++) changes[ttl] = { address: `10.1.${ttl}.1` };
  return path(length, { ...changes, [length]: { silent } });
}

/** Two routers that pass packets to and fro behind this ttl. */
function loop(from: number): Path {
  const changes: Record<number, Partial<Hop>> = {};
  for (let ttl = from; ttl < 40; ttl++) {
    changes[ttl] = { address: router(from + (ttl - from) % 2), rttUs: 50 * MS };
  }
  return path(40, changes);
}

/** Two ways of five hops and of six. */
function uneven(isDead: boolean): World["paths"][string] {
  const hop = (address: string): Hop => ({ address, rttUs: 20 * MS });
  const last = { ...hop(router(4)), forwardLoss: isDead ? 1 : 0 };
  return {
    hops: [hop(router(1)), {
      ways: [
        [hop("10.2.2.1"), hop("10.2.3.1"), hop(router(4))],
        [hop("10.3.2.1"), hop("10.3.3.1"), hop("10.3.4.1"), last],
      ],
    }],
    target: { rttUs: 50 * MS },
  };
}

function during(normal: Path, other: Path, untilUs = 6 * SECOND): readonly RouteSince[] {
  return [{ sinceUs: 0, path: normal }, { sinceUs: 3 * SECOND, path: other }, { sinceUs: untilUs, path: normal }];
}

interface Expected {
  readonly received: number;
  readonly lost: number;
  /** The verdict: its hop, the last to answer in most of those rounds, and how many flows lose; absent without. */
  readonly loss?: string;
}

const SCENARIOS: Readonly<Record<string, [World["paths"][string], Partial<TracePlan>, Expected]>> = {
  "a longer path that ends in a black hole": [during(path(5), detour(7, 3, true)), {}, {
    received: 63,
    lost: 26,
    loss: "LOSS 5, from 6",
  }],
  "the same for good": [during(path(5), detour(6, 3, true), 99 * SECOND), {}, {
    received: 30,
    lost: 59,
    loss: "LOSS 6, from 5",
  }],
  "a loop for some seconds": [during(path(5), loop(3)), {}, { received: 65, lost: 24, loss: "LOSS 5, from 30" }],
  "a shorter path whose last link loses": [
    during(path(6), path(4, { 2: { address: router(4) }, 3: { address: router(5) }, 4: { loss: 0.6 } })),
    {},
    { received: 74, lost: 14, loss: "LOSS 4" },
  ],
  "a longer path that loses nothing": [during(path(5), detour(7, 3, false)), {}, { received: 89, lost: 0 }],
  "a shorter path that loses nothing": [
    during(path(6), path(4, { 2: { address: router(4) }, 3: { address: router(5) } })),
    {},
    { received: 88, lost: 0 },
  ],
  "flows over ways of unequal length": [uneven(false), { flows: 8, rounds: 10 }, { received: 80, lost: 0 }],
  "the same, and the longer way is dead": [uneven(true), { flows: 8, rounds: 10 }, {
    received: 10,
    lost: 70,
    loss: "LOSS 5, from 5, of 7 flows",
  }],
  "probes of many flows over ways of unequal length": [
    uneven(false),
    { protocol: "udp", flow: "varying" },
    { received: 68, lost: 0 },
  ],
  "the same, and the longer way is dead, too": [
    uneven(true),
    { protocol: "udp", flow: "varying" },
    { received: 62, lost: 6, loss: "LOSS 5, from 5" },
  ],
};

for (const [name, [route, plan, expected]] of Object.entries(SCENARIOS)) {
  Deno.test(`${name}: the target's figures are those of its rounds`, () => {
    const folded = traced(route, plan);
    const own = targetByRounds(folded);
    assert.deepEqual([own?.received, own?.lost, own?.inFlight], [expected.received, expected.lost, 0]);
    const { received, lost } = targetFiguresOf(folded);
    assert.deepEqual([received, lost], [expected.received, expected.lost]);
    assert.deepEqual(lossWords(folded), expected.loss === undefined ? [] : [expected.loss]);
  });
}

function lossWords(folded: Fold): readonly string[] {
  const losses = verdictsOf(folded).filter(({ word }) => word === "LOSS" || word === "RATE_LIMIT");
  return losses.map(({ word, ttl, numbers: { lastAnswerHop, flowsLosing } }) =>
    `${word} ${ttl}` + (lastAnswerHop === undefined ? "" : `, from ${lastAnswerHop}`) +
    (flowsLosing === undefined ? "" : `, of ${flowsLosing} flows`)
  );
}

Deno.test("a router that refuses probes and passes them on is told beside the rounds in which the target has answered", () => {
  const route = path(5, { 4: { refuses: { code: 1, passesOn: true } } });
  const folded = traced(route, { rounds: 20 });
  const { received, lost, lossPercent } = targetFiguresOf(folded);
  // The answer to the very last probe comes when nobody waits for it any more.
  assert.deepEqual([received, lost, lossPercent], [19, 1, 5]);
  const [refused, ...others] = verdictsOf(folded);
  assert.deepEqual([refused?.word, refused?.ttl, others], ["REFUSED", 4, []]);
  const { decided, refused: count, answeredRounds, rounds } = refused!.numbers;
  assert.deepEqual([decided, count, answeredRounds, rounds], [20, 20, 19, 20]);
});

Deno.test("while the target alone answers in its row, every round and nowhere else, the row is the target's", () => {
  for (const changes of [{}, { 5: { loss: 0.3 } }, { 3: { forwardLoss: 0.5 } }, { 2: { silent: true } }]) {
    const folded = traced(path(5, changes));
    assert.equal(folded.target, folded.hops().at(-1));
    assert.equal(targetByRounds(folded), undefined);
  }
});

for (let seed = 1; seed <= 150; seed++) {
  Deno.test(`world ${seed}: the target's figures are a plain count of its rounds`, () => {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    const plan = { ...randomPlan(random, world), flows: random.pick([1, 1, 3]) };
    const { events } = run(world, plan);
    for (const [target, address] of Object.keys(world.paths).entries()) {
      // Whether it is the target that tells so of a closed port is a matter of what was known until then.
      if (events.some((event) => isClosedPortElsewhere(event, address, target))) continue;
      const folded = fold(events, plan, address, target);
      const rounds = recount(events.filter((event) => "target" in event && event.target === target), plan, address);
      const own = targetByRounds(folded);
      if (own !== undefined) {
        const { sent, received, lost, refused, sendFailed, inFlight } = own;
        assert.deepEqual({ sent, received, lost, refused, sendFailed, inFlight }, rounds);
      } else if (folded.reachedTtl !== undefined) {
        const row = folded.hops().find(({ ttl }) => ttl === folded.reachedTtl);
        const kinds = row?.responders.flatMap((responder) => Object.keys(responder.kinds)) ?? [];
        assert.ok(!kinds.includes("timeExceeded"), "a row with answers of routers is not the target's");
      }
    }
  });
}

function isClosedPortElsewhere(event: TraceEvent, address: string, target: number): boolean {
  if (!("from" in event) || event.target !== target || event.from === address) return false;
  const { kind, icmpType, icmpCode } = event.answer;
  return kind === "unreachable" && icmpCode === (icmpType === 3 ? 3 : 4);
}

/** What became of each round of each flow, read from all events at once. */
function recount(events: readonly TraceEvent[], { maxTtl = 30 }: Partial<TracePlan>, address: string): object {
  const over = new Set(events.flatMap((event) => event.kind === "round" ? [event.round] : []));
  const probes = events.filter((event) => event.kind === "sent" || event.kind === "sendFailed");
  const fates = Map.groupBy(events.filter((event) => "probe" in event), ({ probe }) => probe);
  const counts = { sent: 0, received: 0, lost: 0, refused: 0, sendFailed: 0, inFlight: 0 };
  for (const round of Map.groupBy(probes, ({ flow, round }) => `${flow} ${round}`).values()) {
    const told = round.flatMap(({ probe }) => fates.get(probe) ?? []);
    const inTime = new Set(told.flatMap((event) => event.kind === "reply" ? [event.probe] : []));
    const answers = told.filter((event) => event.kind === "reply" || event.kind === "duplicate")
      .filter(({ probe }) => inTime.has(probe));
    const isAnswered = answers.some(({ from, answer: { kind } }) =>
      kind === "echoReply" || (from === address && kind !== "timeExceeded")
    );
    const isDecided = round.every(({ probe }) => fates.get(probe)!.some(({ kind }) => kind !== "sent"));
    const furthestTtl = Math.max(...round.map(({ ttl }) => ttl));
    const isRefused = answers.some(({ kind, answer }) => kind === "reply" && answer.kind === "unreachable");
    const isUnsent = told.some(({ kind }) => kind === "sendFailed" || kind === "unsent");
    const isShort = furthestTtl < maxTtl &&
      answers.some(({ kind, ttl, answer }) =>
        kind === "reply" && ttl === furthestTtl && answer.kind === "timeExceeded"
      );
    if (!isAnswered && (!over.has(round[0]!.round) || !isDecided || (isShort && !isRefused && !isUnsent))) continue;
    counts.sent += 1;
    counts[isAnswered ? "received" : "lost"] += 1;
    if (!isAnswered && isUnsent) counts.sendFailed += 1;
    else if (!isAnswered && isRefused) counts.refused += 1;
  }
  return counts;
}
