/**
 * Arrival probes: where packets of a flow go ways of unequal length, or some of them in a loop, the target's figures are what
 * becomes of packets with TTL to spare. What is told is held against what became of the simulated network's own packets.
 */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { targetByRounds, targetOf } from "../../core/path/target.ts";
import { verdictsOf } from "../../core/path/verdict.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { looping, near, path, router, TARGET, uneven } from "./paths.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import { MS, only, run, SECOND } from "./run.ts";
import type { Fork, Hop, Path, RouteSince, World } from "./world.ts";

type Route = Path<Hop | Fork> | readonly RouteSince[];

const PLAN = { rounds: 90, intervalUs: 100 * MS, timeoutUs: SECOND, graceUs: 1_500 * MS } as const;
const ENOUGH_TTL = DEFAULT_PLAN.maxTtl;

function fold(events: readonly TraceEvent[], plan: Partial<TracePlan> = {}, address = TARGET, target = 0): Fold {
  const { firstTtl = 1, maxTtl = 30, protocol = "icmp", flow } = plan;
  const folded = new Fold({
    address,
    family: address.includes(":") ? 6 : 4,
    firstTtl,
    maxTtl,
    asksForPort: protocol !== "icmp",
    hasConstantFlows: flow !== "varying",
  });
  events.forEach((event) => (!("target" in event) || event.target === target) && folded.apply(event));
  return folded;
}

/** What really becomes of packets with TTL to spare: the part of them that does not get to the target. */
function trueLoss(route: Route): number {
  const plan = { rounds: 4_000, firstTtl: ENOUGH_TTL, maxTtl: ENOUGH_TTL, intervalUs: 10 * MS, timeoutUs: SECOND };
  const { truth } = run({ seed: 77, paths: { [TARGET]: route } }, plan);
  return 1 - truth.probes.filter(({ answers }) => answers[0]?.from === TARGET).length / truth.probes.length;
}

interface Told {
  /** Of the target. */
  readonly loss: number;
  readonly rounds: number;
}

function told(route: Route, seed: number, plan: Partial<TracePlan> = {}): Told | undefined {
  const target = targetOf(fold(run({ seed, paths: { [TARGET]: route } }, { ...PLAN, ...plan }).events));
  if (target?.received === undefined || target.lost === undefined) return undefined;
  const rounds = target.received + target.lost;
  return { loss: target.lost / rounds, rounds };
}

const BALANCED: Readonly<Record<string, Route>> = {
  "a quarter of the packets goes round in a loop": looping(0.26),
  "most packets go round in a loop": looping(0.6),
  "one packet of twenty goes round in a loop": looping(0.05),
  "the longer of two ways is dead": uneven(0.5, { longer: 1 }),
  "the longer of two ways, which few packets take, is dead": uneven(0.2, { longer: 1 }),
  "the shorter of two ways loses most": uneven(0.5, { shorter: 0.6 }),
  "both ways lose some": uneven(0.5, { shorter: 0.1, longer: 0.1 }),
  "ways of unequal length that lose nothing": uneven(0.5),
};

/** Ways of four hops and of nine. */
function farther(part: number): Route {
  const longer = Array.from({ length: 7 }, (_, index) => near(`10.4.${index}.1`));
  const shorter = [near("10.2.2.1"), near("10.2.3.1")];
  return {
    hops: [near(router(1)), { ways: [shorter, longer], chances: [1 - part, part] }],
    target: { rttUs: 50 * MS },
  };
}

const SEEDS = 40;

/** The path has become longer by so many routers that say nothing. */
function grown(routers: number, loss = 0): Route {
  const before = path(5, { 4: { forwardLoss: loss } });
  const silent = Array.from({ length: routers }, (_, index): Hop => ({ ...near(`10.3.9.${index}`), silent: true }));
  return [{ sinceUs: 0, path: before }, {
    sinceUs: 4 * SECOND,
    path: { ...before, hops: [...before.hops, ...silent] },
  }];
}

for (const [routers, loss] of [[1, 0], [1, 0.2], [2, 0], [3, 0]] as const) {
  Deno.test(`a path that has grown by ${routers} silent routers and loses ${loss} of its packets: the loss is no greater`, () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);
    const folds = seeds.map((seed) =>
      fold(run({ seed, paths: { [TARGET]: grown(routers, loss) } }, { ...PLAN, rounds: 300 }).events)
    );
    const targets = folds.map((folded) => targetOf(folded)!);
    const mean = targets.reduce((sum, { lost, received }) => sum + lost! / (lost! + received!), 0) / targets.length;
    assert.ok(Math.abs(mean - loss) < 0.03, `${mean} is told on average`);
    for (const folded of folds) assert.equal(folded.reachedTtl, 5 + routers);
  });
}

for (const loss of [0.05, 0.3, 0.6]) {
  Deno.test(`a plain path that loses ${loss} of its packets: looking for longer ways changes nothing`, () => {
    const route = path(5, { 4: { forwardLoss: loss } });
    const folds = Array.from(
      { length: 40 },
      (_, seed) => fold(run({ seed: seed + 1, paths: { [TARGET]: route } }, { ...PLAN, rounds: 200 }).events),
    );
    const mean = folds.map((folded) =>
      targetOf(folded)!
    ).reduce((sum, { lost, received }) => sum + lost! / (lost! + received!), 0) / 40;
    assert.ok(Math.abs(mean - loss) < 0.02, `${mean} is told on average`);
    for (const folded of folds) {
      assert.equal(folded.reachedTtl, 5);
    }
  });
}

for (const [name, route] of Object.entries(BALANCED)) {
  Deno.test(`${name}: what is told of the target's loss is true on average (${SEEDS} seeds)`, () => {
    const truth = trueLoss(route);
    const all = Array.from({ length: SEEDS }, (_, seed) => told(route, seed + 1)).filter((one) => one !== undefined);
    assert.equal(all.length, SEEDS);
    const mean = all.reduce((sum, { loss }) => sum + loss, 0) / SEEDS;
    // Of so many rounds, chance explains so much in one of a thousand cases; one round of each run may tell nothing.
    const rounds = all.reduce((sum, { rounds }) => sum + rounds, 0);
    const mayDiffer = 3.3 * Math.sqrt(truth * (1 - truth) / rounds + truth * (1 - truth) / 4_000) + 0.5 / PLAN.rounds;
    assert.ok(Math.abs(mean - truth) <= mayDiffer, `${mean} is told on average, and ${truth} is true`);
    assert.ok(rounds >= SEEDS * (PLAN.rounds - 3), `only ${rounds} rounds count`);
  });

  Deno.test(`${name}: each arrival probe counts as what became of it`, () => {
    const { events, truth } = run({ seed: 3, paths: { [TARGET]: route } }, PLAN);
    const sent = truth.probes.filter(({ sent }) => sent.ttl === ENOUGH_TTL);
    const delivered = sent.filter(({ answers }) => answers[0]?.from === TARGET).length;
    const { count, total } = fold(events).arrivalProbes ?? {};
    assert.deepEqual([count, total], [sent.length - delivered, sent.length]);
    assert.equal(sent.length, events.filter((event) => event.kind === "sent" && event.arrival).length);
  });
}

Deno.test("a run of ten rounds is off by one of them at most, on average", () => {
  for (const route of Object.values(BALANCED)) {
    const all = Array.from({ length: 100 }, (_, seed) => told(route, seed + 1, { rounds: 10 }));
    const known = all.filter((one) => one !== undefined);
    const mean = known.reduce((sum, { loss }) => sum + loss, 0) / known.length;
    const truth = trueLoss(route);
    assert.ok(Math.abs(mean - truth) < 0.1 && known.length >= 97, `${mean} is not ${truth}`);
  }
});

/** On the longer of two ways, which this part of the packets goes, a silent router is where the target is on the other. */
function silently(part: number, loss = 0, routers = 1): Route {
  const silent = Array.from({ length: routers }, (_, index): Hop => ({ ...near(`10.4.${index}.1`), silent: true }));
  const ways = [[near(router(3))], [near(router(3)), ...silent]];
  return {
    hops: [near(router(1)), { ...near(router(2)), forwardLoss: loss }, { ways, chances: [1 - part, part] }],
    target: { rttUs: 30 * MS },
  };
}

for (
  const [part, loss, routers, rounds] of [
    [0.5, 0, 1, 200],
    [0.3, 0, 1, 200],
    [0.5, 0, 3, 200],
    [0.5, 0.1, 1, 200],
    [0.7, 0.05, 2, 200],
    [0.5, 0.2, 1, 500],
  ] as const
) {
  Deno.test(`${part} of the packets go a way with ${routers} silent routers more, ${loss} are lost in ${rounds} rounds: no more is told, and why`, () => {
    const folds = Array.from({ length: SEEDS }, (_, seed) => {
      const { events } = run({ seed: seed + 1, paths: { [TARGET]: silently(part, loss, routers) } }, {
        ...PLAN,
        rounds,
      });
      return fold(events);
    });
    const told = folds.map((folded) => targetOf(folded)!);
    const mean = told.reduce((sum, { lost, received }) => sum + lost! / (lost! + received!), 0) / SEEDS;
    assert.ok(Math.abs(mean - loss) < 0.03, `${mean} is told on average`);
    const off = told.filter(({ lost, received }) => Math.abs(lost! / (lost! + received!) - loss) > 0.12);
    assert.ok(off.length <= SEEDS / 10, `${off.length} of ${SEEDS} runs are far from it`);
    const silences = folds.flatMap((folded) => verdictsOf(folded)).filter(({ word }) => word === "SILENT");
    assert.ok(silences.length >= SEEDS - 1, `${silences.length} say so`);
    for (const { ttl, address, numbers } of silences) {
      assert.deepEqual([ttl, address], [4, TARGET]);
      assert.ok(numbers["unanswered"]! / numbers["decided"]! > part / 2);
    }
    const lossless = folds.filter((folded) => verdictsOf(folded).every(({ word }) => word !== "LOSS"));
    if (loss === 0) assert.equal(lossless.length, SEEDS);
  });
}

Deno.test("a run that is too short for a proof says what packets with TTL enough did beside its loss", () => {
  const seeds = Array.from({ length: SEEDS }, (_, seed) => seed + 1);
  const losses = seeds.flatMap((seed) =>
    verdictsOf(fold(run({ seed, paths: { [TARGET]: silently(0.5) } }, { ...PLAN, rounds: 22 }).events))
  ).filter(({ word }) => word === "LOSS");
  const hedged = losses.filter(({ numbers }) => numbers["checks"] !== undefined);
  assert.ok(hedged.length >= 8, `${hedged.length} of ${losses.length}`);
  for (const { numbers } of hedged) assert.equal(numbers["checksLost"], 0);
});

Deno.test("a detour over a silent router is told by what it does to the target's row, and is no loss", () => {
  const detour = path(5, { 4: { silent: true } });
  for (const untilUs of [6 * SECOND, 9 * SECOND]) {
    const route = [{ sinceUs: 0, path: path(4) }, { sinceUs: 3 * SECOND, path: detour }, {
      sinceUs: untilUs,
      path: path(4),
    }];
    const folded = fold(run({ seed: 1, paths: { [TARGET]: route } }, PLAN).events);
    const { lost, received } = targetOf(folded)!;
    assert.ok(lost! <= 1 && received! > 25, `${lost} of ${lost! + received!}`);
  }
});

Deno.test("a path that has grown by a silent router is told as changed, with the time, and as silent there since", () => {
  const folded = fold(run({ seed: 1, paths: { [TARGET]: grown(1) } }, { ...PLAN, rounds: 100 }).events);
  const [changed, silent, ...others] = verdictsOf(folded);
  assert.deepEqual([changed?.word, changed?.ttl, changed?.before, changed?.address], ["CHANGED", 5, TARGET, undefined]);
  assert.ok(Math.abs(changed!.numbers["afterUs"]! - 4 * SECOND) <= 200 * MS);
  assert.deepEqual([silent?.word, silent?.ttl, others], ["SILENT", 5, []]);
  const { unanswered, decided, unansweredBehind } = silent!.numbers;
  assert.deepEqual([unanswered, decided, unansweredBehind], [60, 100, 0]);
});

Deno.test("a path that has shrunk by silent routers is told as changed, with the time", () => {
  const silent = { 5: { silent: true }, 6: { silent: true } } as const;
  const route = [{ sinceUs: 0, path: path(7, silent) }, { sinceUs: 4 * SECOND, path: path(5) }];
  const folded = fold(run({ seed: 1, paths: { [TARGET]: route } }, { ...PLAN, rounds: 100 }).events);
  assert.equal(targetOf(folded)?.lost, 0);
  const [changed, slower, ...others] = verdictsOf(folded).filter(({ word }) => word !== "SILENT");
  assert.deepEqual([changed?.word, changed?.ttl, changed?.before, changed?.address], ["CHANGED", 5, undefined, TARGET]);
  assert.ok(Math.abs(changed!.numbers["afterUs"]! - 4 * SECOND) <= 200 * MS);
  // 70 ms instead of 50 ms.
  assert.deepEqual([slower?.word, slower?.numbers["slowerSinceUs"], others], ["LATENCY", undefined, []]);
});

Deno.test("a path that grows by silent routers is no outage while losses are waited for, nor one of the target's", () => {
  const { events } = run({ seed: 1, paths: { [TARGET]: grown(2) } }, { ...PLAN, rounds: 90, timeoutUs: 10 * SECOND });
  const target = targetOf(fold(events))!;
  assert.deepEqual([target.lost, target.lossRuns?.bursts], [0, 0]);
});

Deno.test("an outage of the whole path is a loss, whatever looks for longer ways", () => {
  const outage = path(5, { 2: { forwardLoss: 1 } });
  for (const [before, then] of [[path(5), path(5)], [path(5), path(7)]] as const) {
    const route = [{ sinceUs: 0, path: before }, { sinceUs: 3 * SECOND, path: outage }, {
      sinceUs: 6 * SECOND,
      path: then,
    }];
    const folded = fold(run({ seed: 1, paths: { [TARGET]: route } }, { ...PLAN, rounds: 120 }).events);
    assert.equal(targetOf(folded)?.lost, 30);
  }
});

Deno.test("a target that limits its answers, over ways of unequal length, is said to, and no other is", () => {
  const hops = uneven(0.5).hops;
  for (const [target, isLimited] of [[{ limit: { perSecond: 6, burst: 3 } }, true], [{ loss: 0.6 }, false]] as const) {
    const route = { hops, target: { rttUs: 50 * MS, ...target } };
    const found = verdictsOf(fold(run({ seed: 3, paths: { [TARGET]: route } }, { ...PLAN, rounds: 150 }).events));
    assert.deepEqual(found.some(({ word, numbers }) => word === "RATE_LIMIT" && "answeredNear" in numbers), isLimited);
  }
});

/** Rows as the outputs show them, arrival probes or not. */
function rows(folded: Fold): object {
  const shown = folded.hops().map((
    { ttl, sent, received, lost, inFlight, late, duplicates, reordered, rtt, responders },
  ) => ({
    ttl,
    counts: [sent, received, lost, inFlight, late, duplicates, reordered],
    times: [rtt.bestUs, rtt.meanUs, rtt.worstUs, rtt.p50Us],
    from: responders.map(({ address, kinds }) => [address, kinds]),
  }));
  return { shown, reachedTtl: folded.reachedTtl, refusal: folded.refusal };
}

/** The same with another path from some time on, and packets that go ways of unequal length. */
function unsteady(random: Random, world: World): World {
  const forks = [looping(0.3), uneven(0.4), uneven(0.5, { longer: 1 })];
  return { ...world, paths: { ...world.paths, [TARGET]: random.pick(forks) } };
}

for (let seed = 1; seed <= 100; seed++) {
  Deno.test(`world ${seed}: arrival probes are of no row, and none is sent where no answer shows a need`, () => {
    const random = new Random(seed);
    const world = unsteady(random, randomWorld(random, seed));
    const plan = { ...randomPlan(random, world), flows: random.pick([1, 1, 3]) };
    const { events } = run(world, plan);
    const others = events.filter((event) => !("arrival" in event));
    for (const [target, address] of Object.keys(world.paths).entries()) {
      assert.deepEqual(rows(fold(events, plan, address, target)), rows(fold(others, plan, address, target)));
    }
    for (const event of events) {
      if (!("arrival" in event)) continue;
      assert.equal(event.ttl, plan.maxTtl);
      if (event.kind !== "sent") continue;
      const before = events.slice(0, events.indexOf(event));
      const needs = [isUneven, isMissed, isUnrefused];
      assert.ok(needs.some((needsIt) => needsIt(before, event)), `probe ${event.probe} was not needed`);
    }
  });
}

/** Whether a router has answered this flow where the target has, or behind that. */
function isUneven(
  before: readonly TraceEvent[],
  { target, flow }: { target: number; flow?: number | undefined },
): boolean {
  const answers = before.filter((event) => event.kind === "reply" || event.kind === "late")
    .filter((event) => event.target === target && event.flow === flow && event.arrival === undefined);
  const isRouters = ({ answer }: typeof answers[number]): boolean => answer.kind === "timeExceeded";
  const furthest = Math.max(...answers.filter(isRouters).map(({ ttl }) => ttl));
  return answers.some((answer) => !isRouters(answer) && answer.ttl <= furthest);
}

/** Whether the two latest probes of this flow to where somebody has refused are not refused yet. */
function isUnrefused(
  before: readonly TraceEvent[],
  { target, flow }: { target: number; flow?: number | undefined },
): boolean {
  const told = before.filter((event) => "probe" in event && event.target === target && event.flow === flow);
  const replies = [...only(told, "reply"), ...only(told, "late")]
    .filter((event) => !("arrival" in event) && event.answer.kind === "unreachable");
  return replies.some(({ ttl }) => {
    const asked = [...only(told, "sent"), ...only(told, "sendFailed")]
      .filter((event) => event.ttl === ttl && !event.arrival)
      .sort((one, other) => one.probe - other.probe).slice(-2);
    return asked.every(({ probe }) => replies.every((reply) => reply.probe !== probe));
  });
}

/** Whether a probe of this flow is lost where the target has answered, or a later one there was quicker. */
function isMissed(
  before: readonly TraceEvent[],
  { target, flow }: { target: number; flow?: number | undefined },
): boolean {
  const told = before.filter((event) => "probe" in event && event.target === target && event.flow === flow);
  const replies = only(told, "reply").filter(({ arrival }) => !arrival);
  const places = new Set(
    [...replies, ...only(told, "late")].filter(({ answer }) => answer.kind !== "timeExceeded").map(({ ttl }) => ttl),
  );
  const answered = new Set(replies.map(({ probe }) => probe));
  const lost = new Set(only(told, "lost").map(({ probe }) => probe));
  const latest = replies.filter(({ ttl }) => places.has(ttl)).at(-1)?.probe ?? -1;
  return only(told, "sent").some(({ ttl, probe, arrival }) =>
    !arrival && places.has(ttl) && (lost.has(probe) || (probe < latest && !answered.has(probe)))
  );
}

/** Rounds that begin with an arrival probe. */
function arrivals(route: Route, plan: Partial<TracePlan> = {}): number {
  const { events } = run({ seed: 2, paths: { [TARGET]: route } }, { ...PLAN, ...plan });
  const rounds = Map.groupBy(only(events, "sent"), ({ round }) => round);
  return [...rounds.values()].filter(([first]) => first?.arrival).length;
}

Deno.test("where no way is longer than to the target, or rounds leave out hops, there are none", () => {
  assert.equal(arrivals(path(6, { 3: { loss: 0.4 }, 5: { silent: true }, 6: { loss: 0.5 } })), 0);
  assert.equal(arrivals(uneven(0.5), { maxTtl: 5 }), 0);
  assert.equal(arrivals(uneven(0.5), { cacheUs: SECOND }), 0);
  assert.equal(arrivals(path(6, { 3: { refuses: { code: 13 } } })), 0);
});

Deno.test("where rounds do not go as far as the longer way leads, what goes that way is no loss, nor anything else", () => {
  const short = fold(run({ seed: 4, paths: { [TARGET]: farther(0.5) } }, { ...PLAN, maxTtl: 6 }).events, { maxTtl: 6 });
  const own = targetOf(short)!;
  // Before the first arrival probe a round that goes as far as rounds may is what it is.
  assert.ok(own.lost! <= 3, `${own.lost} lost`);
  assert.ok(own.received! > 25 && own.received! < 65, `${own.received}`);
});

Deno.test("balancing by flow is even for each flow", () => {
  const { hops, target } = uneven(0.5);
  const ways = hops.map((step) => "ways" in step ? { ways: step.ways } : step);
  assert.equal(arrivals({ hops: ways, target }, { flows: 8 }), 0);
  assert.ok(arrivals({ hops: ways, target }, { protocol: "udp", flow: "varying" }) > 80);
});

Deno.test("where a router refuses behind what was the target's place, there are none any more", () => {
  const since = (sinceUs: number, path: Path): RouteSince => ({ sinceUs, path });
  const refusing = path(8, { 6: { refuses: { code: 1 } } });
  const refused = [since(0, path(5)), since(3 * SECOND, refusing)];
  const sent = arrivals(refused);
  assert.ok(sent < 5, `${sent} probes`);
});

Deno.test("a target that has come nearer is told of all rounds", () => {
  const nearer = [{ sinceUs: 0, path: path(6) }, { sinceUs: 3 * SECOND, path: path(4) }];
  const own = targetByRounds(fold(run({ paths: { [TARGET]: nearer } }, PLAN).events));
  assert.deepEqual([own?.received, own?.lost], [90, 0]);
});

Deno.test("arrival probes take a turn of their own in the pace of a round", () => {
  const { events } = run({ seed: 2, paths: { [TARGET]: uneven(0.5) } }, { ...PLAN, intervalUs: SECOND });
  const sent = only(events, "sent").filter(({ round }) => round > 20);
  const gaps = sent.slice(1).map(({ atUs }, index) => atUs - sent[index]!.atUs);
  assert.ok(gaps.every((gapUs) => gapUs >= 70 * MS), `${Math.min(...gaps)}`);
});

Deno.test("arrival probes are shared with nobody", () => {
  const world = { seed: 4, paths: { [TARGET]: uneven(0.5), [`${TARGET}1`]: uneven(0.5) } };
  const { events } = run(world, { ...PLAN, share: true });
  const probes = only(events, "sent").filter(({ arrival }) => arrival);
  assert.ok(probes.length > 150);
  assert.ok(probes.every(({ shared }) => shared === undefined));
});
