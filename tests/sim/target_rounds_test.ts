/** The target's own figures where its row is not its alone: exactly the rounds in which it answered, or did not. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { targetFiguresOf } from "../../core/limit/mod.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { targetByRounds } from "../../core/path/target.ts";
import { verdictsOf, type VerdictWord } from "../../core/path/verdict.ts";
import type { TracePlan } from "../../core/plan.ts";
import { path, router, TARGET, uneven as unevenByChance } from "./paths.ts";
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
    received: 60,
    lost: 30,
    loss: "LOSS 5, from 6 of 58 arrivals",
  }],
  "the same for good": [during(path(5), detour(6, 3, true), 99 * SECOND), {}, {
    received: 30,
    lost: 60,
    loss: "LOSS 6, from 5 of 58 arrivals",
  }],
  "a loop for some seconds": [during(path(5), loop(3)), {}, {
    received: 60,
    lost: 30,
    loss: "LOSS 5 of 58 arrivals; LOOP 3, from 3.0 to 6.0 s",
  }],
  "a shorter path whose last link loses": [
    during(path(6), path(4, { 2: { address: router(4) }, 3: { address: router(5) }, 4: { loss: 0.6 } })),
    {},
    { received: 74, lost: 16, loss: "LOSS 4 of 58 arrivals" },
  ],
  "a longer path that loses nothing": [during(path(5), detour(7, 3, false)), {}, { received: 89, lost: 0 }],
  "a shorter path that loses nothing": [
    during(path(6), path(4, { 2: { address: router(4) }, 3: { address: router(5) } })),
    {},
    { received: 90, lost: 0 },
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
    { received: 89, lost: 0 },
  ],
  "the same, and the longer way is dead, too": [
    uneven(true),
    { protocol: "udp", flow: "varying" },
    { received: 50, lost: 40, loss: "LOSS 5 of 87 arrivals" },
  ],
};

for (const [name, [route, plan, expected]] of Object.entries(SCENARIOS)) {
  Deno.test(`${name}: the target's figures are those of its rounds`, () => {
    const folded = traced(route, plan);
    const own = targetByRounds(folded);
    assert.deepEqual([own?.received, own?.lost, own?.inFlight], [expected.received, expected.lost, 0]);
    const { received, lost } = targetFiguresOf(folded);
    assert.deepEqual([received, lost], [expected.received, expected.lost]);
    assert.equal(lossWords(folded), expected.loss ?? "");
  });
}

Deno.test("where each probe is lost by itself, nobody is told as the last to answer", () => {
  const told = [{ shorter: 0.2, longer: 0.2 }, { shorter: 0.4 }, { longer: 1 }].flatMap((lost) =>
    Array.from({ length: 8 }, (_, index) => {
      const world = { seed: index + 1, paths: { [TARGET]: unevenByChance(0.4, lost) } };
      const found = verdictsOf(fold(run(world, PLAN).events)).find(({ word }) => word === "LOSS");
      assert.ok((found?.numbers["rounds"] ?? 0) > 80);
      return found?.numbers["lastAnswerHop"] ?? [];
    }).flat()
  );
  // Chance has it so in one run of a hundred.
  assert.ok(told.length <= 1, `${told}`);
});

const LOSSES: readonly VerdictWord[] = ["LOOP", "LOSS", "RATE_LIMIT"];

function lossWords(folded: Fold): string {
  const losses = verdictsOf(folded).filter(({ word }) => LOSSES.includes(word));
  const seconds = (us: number): string => (us / SECOND).toFixed(1);
  return losses.map((
    { word, ttl, numbers: { lastAnswerHop, flowsLosing, arrivals, looped, loopedFromUs, loopedUntilUs } },
  ) =>
    `${word} ${ttl}` +
    (loopedFromUs === undefined ? "" : `, from ${seconds(loopedFromUs)} to ${seconds(loopedUntilUs ?? Infinity)} s`) +
    (lastAnswerHop === undefined ? "" : `, from ${lastAnswerHop}`) +
    (flowsLosing === undefined ? "" : `, of ${flowsLosing} flows`) +
    (looped === undefined ? "" : `, ${looped} looped`) + (arrivals === undefined ? "" : ` of ${arrivals} arrivals`)
  ).join("; ");
}

Deno.test("answers of the target that come too late are told of its rounds, too", () => {
  const plan = { timeoutUs: 200 * MS };
  const slow = detour(7, 3, false);
  const folded = traced(during(path(5), { ...slow, target: { rttUs: 300 * MS } }), plan);
  const { received, lost, late } = targetByRounds(folded)!;
  // The first round of the detour was too short: arrival probes tell what its packets met.
  assert.deepEqual([received, lost, late], [60, 30, 29]);
  const [loss] = verdictsOf(folded);
  assert.deepEqual([loss?.word, loss?.numbers["late"]], ["LOSS", late]);
});

Deno.test("a router that refuses probes and passes them on is told beside the rounds in which the target has answered", () => {
  const route = path(5, { 4: { refuses: { code: 1, passesOn: true } } });
  const folded = traced(route, { rounds: 20 });
  const { received, lost, lossPercent } = targetFiguresOf(folded);
  // The answer to the very last probe comes when nobody waits for it any more, so that nobody knows of it.
  assert.deepEqual([received, lost, lossPercent], [19, 0, 0]);
  const [refused, ...others] = verdictsOf(folded);
  assert.deepEqual([refused?.word, refused?.ttl, others], ["REFUSED", 4, []]);
  const { decided, refused: count, answeredRounds, rounds } = refused!.numbers;
  assert.deepEqual([decided, count, answeredRounds, rounds], [20, 20, 19, 19]);
});

Deno.test("a longer way whose end refuses in the target's name is told with the rounds that it refuses", () => {
  const end: Hop = { address: "10.1.6.1", rttUs: 60 * MS, refuses: { code: 13 }, answersFrom: TARGET };
  const longer = path(8, { 3: { address: "10.1.3.1" }, 4: { address: "10.1.4.1" }, 6: end });
  const folded = traced(during(path(5), longer));
  const [refused] = verdictsOf(folded);
  assert.deepEqual([refused?.word, refused?.address], ["REFUSED", TARGET]);
  const { refused: count, rounds } = refused!.numbers;
  // The first round of the longer way was too short, and tells nothing.
  assert.deepEqual([count, rounds], [29, 89]);
});

Deno.test("another host that answers by a longer way is told beside what the target has answered", () => {
  const longer = path(7, {
    3: { address: "10.1.3.1" },
    4: { address: "10.1.4.1" },
    7: { answersFrom: "203.0.113.77" },
  });
  for (const [until, fromTarget, fromOthers] of [[6, 60, 29], [99, 30, 59]] as const) {
    const folded = traced(during(path(5), longer, until * SECOND));
    const found = verdictsOf(folded).find(({ word }) => word === "ELSEWHERE");
    assert.deepEqual(found?.numbers, { fromOthers, fromTarget });
  }
});

Deno.test("while the target alone answers in its row, every round and nowhere else, the row is the target's", () => {
  for (const changes of [{}, { 5: { loss: 0.3 } }, { 3: { forwardLoss: 0.5 } }, { 2: { silent: true } }]) {
    const folded = traced(path(5, changes));
    assert.equal(folded.target, folded.hops().at(-1));
    assert.equal(targetByRounds(folded), undefined);
  }
});

/**
 * Of the rounds that were lost here some have arrived: while the target answered from behind its place, and where they went no
 * further than to somebody who has refused.
 */
const GROWING = [33, 52, 113];

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
        const arrived = GROWING.includes(seed) ? received! - rounds.received : 0;
        const counted = { ...rounds, received: rounds.received + arrived, lost: rounds.lost - arrived };
        assert.ok(arrived >= 0);
        assert.deepEqual({ sent, received, lost, refused, sendFailed, inFlight }, counted);
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

type Fate = "undecided" | "received" | "lost" | "refused" | "sendFailed" | "short";

type Counts = Record<"sent" | "received" | "lost" | "refused" | "sendFailed" | "inFlight", number>;

/** What became of each round of each flow, read from all events at once. */
function recount(events: readonly TraceEvent[], { maxTtl = 30 }: Partial<TracePlan>, address: string): Counts {
  const over = new Set(events.flatMap((event) => event.kind === "round" ? [event.round] : []));
  const probes = events.filter((event) => event.kind === "sent" || event.kind === "sendFailed");
  const told = Map.groupBy(events.filter((event) => "probe" in event), ({ probe }) => probe);
  const counts = { sent: 0, received: 0, lost: 0, refused: 0, sendFailed: 0, inFlight: 0 };
  for (const ofFlow of Map.groupBy(probes, ({ flow }) => flow).values()) {
    const rounds = [...Map.groupBy(ofFlow, ({ round }) => round).values()].map((round) => {
      // One that the round does not begin with only finds out whether it is needed.
      const arrival = round[0]!.arrival ? round[0] : undefined;
      const counted = arrival === undefined ? round.filter((probe) => !probe.arrival) : [arrival];
      const isWhole = arrival !== undefined || over.has(round[0]!.round);
      const fate = fateOf(counted.map(({ probe }) => told.get(probe)!), { isWhole, maxTtl, address });
      return { ttl: counted.at(-1)!.ttl, isArrival: arrival !== undefined, fate };
    });
    const arrivals = rounds.filter(({ isArrival, fate }) => isArrival && (fate === "received" || fate === "lost"));
    const share = arrivals.filter(({ fate }) => fate === "lost").length / arrivals.length;
    for (const { ttl, fate } of rounds) {
      const row = ofFlow.filter((probe) => probe.ttl === ttl && !probe.arrival)
        .map(({ probe }) => fateOf([told.get(probe)!], { isWhole: true, maxTtl: ttl + 1, address }));
      const isLost = fate === "short" && isMostlyLost(row, share);
      if (fate === "undecided" || (fate === "short" && !isLost)) continue;
      counts.sent += 1;
      counts[fate === "received" ? "received" : "lost"] += 1;
      if (fate === "refused" || fate === "sendFailed") counts[fate] += 1;
    }
  }
  return counts;
}

/** Of what a router answered there, at least half is lost, if this share of all is. */
function isMostlyLost(row: readonly Fate[], share: number): boolean {
  const count = (...fates: Fate[]): number => row.filter((fate) => fates.includes(fate)).length;
  const [decided, lost, passed] = [
    row.length - count("undecided"),
    count("lost", "sendFailed", "refused"),
    count("short"),
  ];
  return share * decided - lost >= passed / 2;
}

/** What became of probes of a round, by what is told of each: that of the last one counts. */
function fateOf(
  probes: readonly (readonly TraceEvent[])[],
  { isWhole, maxTtl, address }: { isWhole: boolean; maxTtl: number; address: string },
): Fate {
  const answersTo = (told: readonly TraceEvent[]) =>
    told.some(({ kind }) => kind === "reply")
      ? told.filter((event) => event.kind === "reply" || event.kind === "duplicate")
      : [];
  const isReceived = answersTo(probes.at(-1)!).some(({ from, answer: { kind } }) =>
    kind === "echoReply" || (from === address && kind !== "timeExceeded")
  );
  if (isWhole && isReceived) return "received";
  if (!isWhole || probes.some((told) => told.every(({ kind }) => kind === "sent"))) return "undecided";
  if (probes.flat().some(({ kind }) => kind === "sendFailed" || kind === "unsent")) return "sendFailed";
  const first = probes.flatMap((told) => answersTo(told).slice(0, 1));
  if (
    answersTo(probes.at(-1)!).slice(0, 1).some(({ answer, from }) => answer.kind === "unreachable" && from !== address)
  ) return "refused";
  const furthestTtl = Math.max(...first.filter(({ answer }) => answer.kind === "timeExceeded").map(({ ttl }) => ttl));
  const sent = probes.at(-1)!.find((event) => event.kind === "sent");
  const isShort = sent?.kind === "sent" && !sent.arrival && furthestTtl >= sent.ttl && sent.ttl < maxTtl;
  return isShort ? "short" : "lost";
}
