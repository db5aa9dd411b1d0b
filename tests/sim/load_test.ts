/** Load of our own (`--load`): what leaves and when, what becomes of its answers, and what a queue on the way makes of it. */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { type Verdict, verdictsOf } from "../../core/path/verdict.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { NetworkProber } from "../../core/probe/network_prober.ts";
import { Tracer } from "../../core/trace/tracer.ts";
import { path, path6, router, TARGET, TARGET6 } from "./paths.ts";
import { Random } from "./random.ts";
import { endpointOf, foreignCount, hopsOf, MS, only, run, SECOND } from "./run.ts";
import { ORIGIN_US, SimulatedNetwork } from "./simulated_network.ts";
import type { Path, SentMessage, World } from "./world.ts";

const MEGABIT = 1_000_000;
const PACKET_BYTES = 1_400;
/** A bottleneck of 1 Mbit/s behind the second hop, whose queue takes 200 ms. */
const QUEUE = { bitsPerSecond: MEGABIT, mostBytes: 25_000 };
const FULL_US = 200 * MS;
const NARROW = path(4, { 2: { queue: QUEUE } });

const PROTOCOLS = ["icmp", "udp"] as const;

function loadOf(sent: readonly { readonly sent: SentMessage }[]): readonly SentMessage[] {
  return sent.map(({ sent }) => sent).filter(({ packet }) => packet.length === PACKET_BYTES);
}

function folded(events: readonly TraceEvent[], address = TARGET): Fold {
  const family = address.includes(":") ? 6 : 4;
  const fold = new Fold({ address, family, firstTtl: 1, maxTtl: 30, hasConstantFlows: true });
  for (const event of events) if ("target" in event) fold.apply(event);
  return fold;
}

function verdicts(world: World, plan: Partial<TracePlan>): readonly Verdict[] {
  const [address = TARGET] = Object.keys(world.paths);
  return verdictsOf(folded(run(world, { rounds: 20, timeoutUs: 2 * SECOND, ...plan }).events, address));
}

for (const protocol of PROTOCOLS) {
  for (const [address, described] of [[TARGET, path(4)], [TARGET6, path6(4)]] as const) {
    Deno.test(`beside ${protocol} to ${address} load leaves evenly in the second half, and is told to the byte`, () => {
      const plan = { protocol, rounds: 10, loadBps: MEGABIT } as const;
      const { events, truth } = run({ paths: { [address]: described } }, plan);
      const load = loadOf(truth.probes);
      const gapUs = PACKET_BYTES * 8;
      for (const [index, { atUs, transport, to }] of load.entries()) {
        assert.deepEqual([transport, to], ["icmp", address]);
        assert.ok(Math.abs(atUs - (5 * SECOND + index * gapUs)) < 1, `packet ${index} at ${atUs}`);
      }
      const told = only(events, "load");
      assert.equal(told.reduce((sum, { packets }) => sum + packets, 0), load.length);
      assert.equal(told.reduce((sum, { bytes }) => sum + bytes, 0), load.length * PACKET_BYTES);
      assert.equal(told.reduce((sum, { failed }) => sum + failed, 0), 0);
      const durationUs = told.reduce((sum, event) => sum + event.durationUs, 0);
      assert.ok(Math.abs(durationUs - load.length * gapUs) < 1, `${durationUs}`);
      // The last probe leaves before the last round is over.
      const most = 5 * SECOND / gapUs;
      assert.ok(load.length > 0.9 * most && load.length <= most, `${load.length} of ${most}`);
    });

    Deno.test(`beside ${protocol} to ${address} the answers to load are nobody's: no stranger's, and no probe's`, () => {
      const world = { paths: { [address]: described }, access: "datagram" } as const;
      const plan = { protocol, rounds: 10 } as const;
      const idle = run(world, plan).events;
      const loaded = run(world, { ...plan, loadBps: MEGABIT }).events;
      assert.equal(foreignCount(loaded), 0);
      assert.deepEqual(hopsOf(loaded), hopsOf(idle));
      assert.deepEqual(rtts(loaded), rtts(idle));
    });
  }
}

function rtts(events: readonly TraceEvent[]): readonly number[] {
  return only(events, "reply").map(({ rttUs }) => Math.round(rttUs));
}

Deno.test("errors about load are nobody's either", () => {
  const refuses = { code: 13, aboveBytes: 1_000 };
  const { events, truth } = run({ paths: { [TARGET]: path(4, { 2: { refuses } }) } }, { loadBps: MEGABIT });
  assert.ok(loadOf(truth.probes).length > 100);
  assert.equal(foreignCount(events), 0);
  assert.equal(folded(events).hops().length, 4);
});

Deno.test("probes say in which half they were, but for the round in which queues fill", () => {
  const { events } = run({ paths: { [TARGET]: path(2) } }, { rounds: 10, loadBps: MEGABIT });
  const phases = only(events, "sent").filter(({ ttl }) => ttl === 1).map(({ load }) => load);
  assert.deepEqual(phases, [...new Array(5).fill("idle"), undefined, ...new Array(4).fill("loaded")]);
  const { idle, loaded } = folded(events).hops()[1]!.load!;
  assert.deepEqual([idle.count, loaded.count], [5, 4]);
});

Deno.test("a run without end takes turns every ten rounds", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(2) } });
  const plan = { ...DEFAULT_PLAN, rounds: undefined, intervalUs: SECOND, loadBps: MEGABIT };
  const tracer = new Tracer(new NetworkProber(network, plan), plan);
  tracer.begin([{ index: 0, endpoint: endpointOf(TARGET) }]);
  const phases = only(tracer.step(ORIGIN_US + 40 * SECOND - 1), "sent").filter(({ ttl }) => ttl === 1)
    .map(({ load }) => load ?? "neither");
  const block = (first: string, phase: string): string[] => [first, ...new Array(9).fill(phase)];
  assert.deepEqual(phases, [
    ...block("idle", "idle"),
    ...block("neither", "loaded"),
    ...block("neither", "idle"),
    ...block("neither", "loaded"),
  ]);
  const seconds = new Set(loadOf(network.truth.probes).map(({ atUs }) => Math.floor(atUs / (10 * SECOND))));
  assert.deepEqual([...seconds], [1, 3]);
});

Deno.test("while it is paused no load leaves, and nothing of it is made up for", () => {
  const network = new SimulatedNetwork({ paths: { [TARGET]: path(2) } });
  const plan = { ...DEFAULT_PLAN, rounds: 10, loadBps: MEGABIT };
  const tracer = new Tracer(new NetworkProber(network, plan), plan);
  tracer.begin([{ index: 0, endpoint: endpointOf(TARGET) }]);
  tracer.step(ORIGIN_US + 7 * SECOND);
  const before = loadOf(network.truth.probes).length;
  tracer.pause();
  tracer.step(ORIGIN_US + 60 * SECOND);
  assert.equal(loadOf(network.truth.probes).length, before);
  tracer.resume();
  tracer.step(ORIGIN_US + 61 * SECOND);
  const perSecond = MEGABIT / (8 * PACKET_BYTES);
  assert.ok(Math.abs(loadOf(network.truth.probes).length - before - perSecond) < 2);
});

Deno.test("a program that wakes late makes up for load at twice the pace at most, and keeps the rate", () => {
  const clock = { wakeUs: 4 * MS };
  const { truth } = run({ seed: 3, clock, paths: { [TARGET]: path(4) } }, { rounds: 20, loadBps: MEGABIT });
  const load = loadOf(truth.probes);
  const gapUs = PACKET_BYTES * 8;
  const gaps = load.slice(1).map(({ atUs }, index) => atUs - load[index]!.atUs);
  assert.ok(Math.min(...gaps) >= gapUs / 2 - 1, `${Math.min(...gaps)}`);
  const meanUs = (load.at(-1)!.atUs - load[0]!.atUs) / gaps.length;
  assert.ok(Math.abs(meanUs - gapUs) < 0.01 * gapUs, `${meanUs}`);
});

Deno.test("load that does not leave is counted with the system's word, and its pace stays", () => {
  const sendFailures = [{ fromUs: 12 * SECOND, untilUs: 13 * SECOND, reason: "noBuffer" }] as const;
  const { events } = run({ sendFailures, paths: { [TARGET]: path(2) } }, { rounds: 20, loadBps: MEGABIT });
  const { load } = folded(events);
  assert.ok(load !== undefined);
  const { failed, detail } = load;
  assert.ok(Math.abs(failed - MEGABIT / (8 * PACKET_BYTES)) <= 1, `${failed}`);
  assert.equal(detail, "ENOBUFS");
});

Deno.test("without load nothing of it is told", () => {
  const { events } = run({ paths: { [TARGET]: path(2) } });
  assert.ok(events.every((event) => event.kind !== "load" && !("load" in event)));
  const fold = folded(events);
  assert.deepEqual([fold.load, fold.hops()[0]?.load], [undefined, undefined]);
});

Deno.test("a queue that load fills is told from the hop behind it on, with its length", () => {
  for (const [loadBps, rounds] of [[2 * MEGABIT, 10], [2 * MEGABIT, 40], [10 * MEGABIT, 20]] as const) {
    const events = run({ paths: { [TARGET]: NARROW } }, { rounds, loadBps, timeoutUs: 2 * SECOND }).events;
    const found = verdictsOf(folded(events)).filter(({ word }) => word === "BLOAT");
    // Of ten rounds four are with load: with one lost probe among them nothing is proved.
    if (rounds === 10 && found.length === 0) continue;
    assert.equal(found.length, 1, `${loadBps} in ${rounds} rounds`);
    const [{ ttl, address, numbers }] = found as [Verdict];
    assert.deepEqual([ttl, address], [3, router(3)]);
    assert.ok(Math.abs(numbers["idleMedianUs"]! - 30 * MS) < MS, `${numbers["idleMedianUs"]}`);
    const queuedUs = numbers["loadedMedianUs"]! - numbers["idleMedianUs"]!;
    // A full packet does not fit into the last part of the queue, and one is leaving it.
    assert.ok(queuedUs <= FULL_US && queuedUs > FULL_US - 2 * PACKET_BYTES * 8, `${queuedUs}`);
  }
});

Deno.test("hops before the queue are as fast as ever, those behind it are late by what it holds", () => {
  const { events } = run({ paths: { [TARGET]: NARROW } }, { rounds: 40, loadBps: 2 * MEGABIT, timeoutUs: 2 * SECOND });
  const rises = folded(events).hops().map(({ load }) => Math.round((load!.loaded.p50Us! - load!.idle.p50Us!) / MS));
  assert.deepEqual(rises.slice(0, 2), [0, 0]);
  for (const rise of rises.slice(2)) assert.ok(rise > 170 && rise <= 200, `${rises}`);
});

Deno.test("a queue that takes hardly any probes is told where it is, though few of their answers can be late", () => {
  const jitterUs = 5 * MS;
  for (const [times, rounds] of [[2, 20], [4, 40]] as const) {
    for (let seed = 1; seed <= 12; seed++) {
      const { hops, target } = path(6, { 2: { queue: QUEUE } });
      const described = { hops: hops.map((hop) => ({ ...hop, jitterUs })), target: { ...target, jitterUs } };
      // Probes as long as those of load fit in as seldom.
      const size = { packetBytes: PACKET_BYTES, intervalUs: SECOND + seed * 700 };
      const plan = { rounds, loadBps: times * MEGABIT, ...size };
      const [found, ...others] = verdicts({ seed, paths: { [TARGET]: described } }, plan);
      assert.deepEqual([found?.word, found?.ttl, others], ["BLOAT", 3, []], `${times}, ${seed}`);
      const { loadedMedianUs = FULL_US, loadedLost = 0 } = found!.numbers;
      assert.ok(loadedMedianUs > FULL_US - 2 * PACKET_BYTES * 8 && loadedLost > 2, `${loadedMedianUs}, ${loadedLost}`);
    }
  }
});

Deno.test("what is lost under load alone is no loss of the path: BLOAT counts it", () => {
  // One packet of load fills it, so that nothing has to wait for long.
  const tight = path(4, { 2: { queue: { bitsPerSecond: MEGABIT, mostBytes: 1_460 } } });
  const plan = { loadBps: 4 * MEGABIT, rounds: 80, packetBytes: 200 };
  const [found, ...others] = verdicts({ paths: { [TARGET]: tight } }, plan);
  assert.deepEqual([found?.word, found?.ttl, others], ["BLOAT", 3, []]);
  const { idleLost, idleDecided, loadedDecided, loadedLost } = found!.numbers;
  assert.deepEqual([idleLost, idleDecided, loadedDecided], [0, 40, 39]);
  assert.ok(loadedLost! > 0);
});

Deno.test("loss that is there without load stays loss of the path", () => {
  const lossy = path(4, { 2: { forwardLoss: 0.3 } });
  const found = verdicts({ paths: { [TARGET]: lossy } }, { loadBps: MEGABIT, rounds: 40 });
  assert.deepEqual(found.map(({ word, ttl, numbers }) => [word, ttl, numbers["decided"]]), [["LOSS", 3, 20]]);
});

Deno.test("of a path with enough room there is nothing to say", () => {
  const wide = path(4, { 2: { queue: { ...QUEUE, bitsPerSecond: 10 * MEGABIT } } });
  assert.deepEqual(verdicts({ paths: { [TARGET]: wide } }, { loadBps: 2 * MEGABIT }), []);
});

Deno.test("a queue whose rise nobody would notice is none", () => {
  const short = path(4, { 2: { queue: { bitsPerSecond: 10 * MEGABIT, mostBytes: 5_000 } } });
  const found = verdicts({ paths: { [TARGET]: short } }, { loadBps: 20 * MEGABIT });
  assert.ok(found.every(({ word }) => word !== "BLOAT"));
});

Deno.test("of 1,000 paths that load does not touch less than 1 % are said to be bloated, however their times vary", () => {
  let count = 0;
  for (let seed = 1; seed <= 1_000; seed++) {
    const world = { seed, paths: { [TARGET]: uneven(seed) } };
    if (verdicts(world, { rounds: 10, loadBps: 100_000 }).some(isBloat)) count += 1;
  }
  assert.ok(count < 10, `${count}`);
});

Deno.test("of 100 paths with times as uneven, and a queue that load fills, 95 are said to be bloated", () => {
  let count = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const described = uneven(seed);
    const hops = described.hops.map((hop, index) => index === 1 ? { ...hop, queue: QUEUE } : hop);
    if (verdicts({ seed, paths: { [TARGET]: { ...described, hops } } }, { loadBps: 2 * MEGABIT }).some(isBloat)) {
      count += 1;
    }
  }
  assert.ok(count >= 95, `${count}`);
});

function isBloat({ word }: Verdict): boolean {
  return word === "BLOAT";
}

/** Each hop answers up to 100 ms later than the one before, at random. */
function uneven(seed: number): Path {
  const random = new Random(seed);
  const jitter = (): { jitterUs: number } => ({ jitterUs: random.next() * 100 * MS });
  return path(4, { 1: jitter(), 2: jitter(), 3: jitter(), 4: jitter() });
}
