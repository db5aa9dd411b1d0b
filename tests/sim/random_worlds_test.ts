/**
 * Worlds made by chance, and what must hold in all of them: each probe has one fate, and it is the true one. A failure
 * names the seed of its world.
 */
import assert from "node:assert/strict";
import type { TraceEvent } from "../../core/messages.ts";
import { FLOW_NAMES, PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import { Random } from "./random.ts";
import { MS, run, SECOND } from "./run.ts";
import type { TrueProbe } from "./truth.ts";
import type { ClockHabits, Hop, Path, TargetHost, World } from "./world.ts";

const WORLDS = 300;
const OPEN_PORT = 5_353;
const CLOSED_PORT = 33_500;

/** Letters for what happens to one probe, and the only stories there are: D is a duplicate, L lost, l late. */
const LETTER = { sent: "s", sendFailed: "f", unsent: "u", reply: "r", late: "l", duplicate: "D", lost: "L" } as const;
const STORY = /^(f|s(|rD*|L(lD*)?))$/;

function randomPath(random: Random, family: 4 | 6): Path {
  const length = 1 + random.below(12);
  const changes: Record<number, Partial<Hop> & Partial<TargetHost>> = {};
  for (let ttl = 1; ttl <= length; ttl++) {
    const few = (): number[] => Array.from({ length: random.below(3) }, () => random.below(20));
    const all = {
      rttUs: 100 + random.below(random.pick([50 * MS, 2 * SECOND])),
      jitterUs: random.pick([0, 0, 5 * MS, 800 * MS]),
      loss: random.pick([0, 0, 0.1, 0.9]),
      dropped: few(),
      silent: random.chance(0.1),
      delaysUs: Object.fromEntries(few().map((ordinal) => [ordinal, random.below(6 * SECOND)])),
      copiesUs: Object.fromEntries(few().map((ordinal) => [ordinal, [random.below(SECOND)]])),
    };
    const routers: Partial<Hop> & Partial<TargetHost> = ttl === length ? { ports: { [OPEN_PORT]: "open" } } : {
      forwardLoss: random.pick([0, 0, 0, 0.2]),
      quoteBytes: random.pick([family === 4 ? 28 : 48, 128, 548]),
      ...random.chance(0.2) && { labels: [{ label: 16, trafficClass: 0, bottomOfStack: true, ttl: 1 }] },
      ...random.chance(0.05) && { refuses: { code: random.below(7) } },
      ...random.chance(0.1) && { limit: { perSecond: 1 + random.below(3), burst: 1 + random.below(4) } },
    };
    changes[ttl] = { ...all, ...routers };
  }
  return family === 4 ? path(length, changes) : path6(length, changes);
}

function randomWorld(random: Random, seed: number): World {
  const paths: Record<string, Path | { sinceUs: number; path: Path }[]> = {};
  for (let index = 0; index <= random.below(4); index++) {
    const family = random.pick([4, 6] as const);
    const address = family === 4 ? `${TARGET}${index}` : `${TARGET6}${index}`;
    const first = randomPath(random, family);
    paths[address] = random.chance(0.7)
      ? first
      : [{ sinceUs: 0, path: first }, { sinceUs: random.below(8 * SECOND), path: randomPath(random, family) }];
  }
  const clock: ClockHabits = {
    sendPathUs: random.below(50),
    sentStamp: random.pick(["atOnce", "later"]),
    wakeUs: random.pick([0, 300, 20 * MS]),
  };
  const fromUs = random.below(8 * SECOND);
  return {
    seed,
    access: random.pick(["raw", "datagram"]),
    paths,
    clock,
    sendFailures: random.chance(0.8) ? [] : [{ fromUs, untilUs: fromUs + SECOND, reason: "noRoute" }],
  };
}

function randomPlan(random: Random, { access }: World): Partial<TracePlan> {
  const plan = {
    rounds: 1 + random.below(15),
    intervalUs: random.pick([50 * MS, 300 * MS, SECOND]),
    timeoutUs: random.pick([400 * MS, 2 * SECOND, 10 * SECOND]),
    graceUs: random.pick([100 * MS, 5 * SECOND]),
    firstTtl: random.pick([1, 1, 1, 3]),
    maxTtl: random.pick([6, 30]),
    maxUnknown: random.pick([2, 12]),
    packetBytes: random.pick([28, 64, 700]),
    bitPattern: random.below(256),
  };
  const protocol = random.pick(access === "raw" ? PROTOCOL_NAMES : ["icmp", "udp"] as const);
  if (protocol === "icmp") return { ...plan, protocol };
  const localPort = protocol === "udp" ? random.pick([undefined, 4_711]) : undefined;
  // Eight bytes of SCTP, as some of these routers quote, name no probe of a constant flow.
  const flow = protocol === "sctp" ? "varying" : random.pick(FLOW_NAMES);
  // The datagrams of an open port name no probe that only its checksum does.
  const isNamed = protocol !== "udp" || (localPort === undefined && flow === "varying");
  const ports = isNamed ? [undefined, OPEN_PORT, CLOSED_PORT] : [undefined, CLOSED_PORT];
  return { ...plan, protocol, localPort, flow, remotePort: random.pick(ports) };
}

for (let seed = 1; seed <= WORLDS; seed++) {
  Deno.test(`world ${seed}: each probe has one fate, and it is the true one`, () => {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    const plan = randomPlan(random, world);
    const { events, truth } = run(world, plan);
    checkStories(events);
    checkFates(events, truth.probes, { timeoutUs: plan.timeoutUs!, graceUs: plan.graceUs! });
  });
}

/** Every probe's events are one of the stories, and every target's last event is that it is finished. */
function checkStories(events: readonly TraceEvent[]): void {
  const stories = new Map<number, string>();
  const finished = new Set<number>();
  for (const event of events) {
    if ("target" in event) assert.ok(!finished.has(event.target), `${event.kind} after the end`);
    if (event.kind === "finished") finished.add(event.target);
    if ("probe" in event) stories.set(event.probe, (stories.get(event.probe) ?? "") + LETTER[event.kind]);
  }
  for (const [probe, story] of stories) assert.match(story, STORY, `probe ${probe}`);
  assert.deepEqual([...stories.keys()].sort((one, other) => one - other), [...stories.keys()].map((_, index) => index));
}

/** What the events tell of each probe is what happened to it. */
function checkFates(
  events: readonly TraceEvent[],
  probes: readonly TrueProbe[],
  { timeoutUs, graceUs }: { timeoutUs: number; graceUs: number },
): void {
  let next = 0;
  const truthOf = new Map<number, TrueProbe>();
  const told = new Set<number>();
  for (const event of events) {
    if (event.kind === "sent") {
      const probe = probes[next++]!;
      truthOf.set(event.probe, probe);
      assert.equal(probe.sent.ttl, event.ttl);
      assert.equal(probe.sent.packet.length, event.packetBytes);
    }
    if (event.kind === "reply" || event.kind === "late") {
      const first = truthOf.get(event.probe)?.answers[0];
      assert.equal(first?.from, event.from, `probe ${event.probe}`);
      assert.ok(Math.abs(first.rttUs - event.rttUs) < 0.01, `probe ${event.probe}: ${event.rttUs}, not ${first.rttUs}`);
      // A late answer came after its time: the time of one probe, or the grace after the last send.
      if (event.kind === "late") {
        assert.ok(event.rttUs >= Math.min(timeoutUs, graceUs) - 100, `${event.rttUs} is not late`);
      } else assert.ok(event.rttUs <= timeoutUs + 100, `${event.rttUs} is late`);
      told.add(event.probe);
    }
    if (event.kind === "duplicate") {
      const rtts = truthOf.get(event.probe)!.answers.slice(1).map(({ rttUs }) => rttUs);
      assert.ok(rtts.some((rttUs) => Math.abs(rttUs - event.rttUs) < 0.01), `probe ${event.probe}`);
    }
    if (event.kind === "lost") {
      const first = truthOf.get(event.probe)?.answers[0];
      const leastUs = Math.min(timeoutUs, graceUs);
      assert.ok(
        first === undefined || first.rttUs >= leastUs - 100,
        `probe ${event.probe} was answered in ${first?.rttUs}`,
      );
      told.add(event.probe);
    }
  }
  assert.equal(next, probes.length);
  checkUndecided(events, told);
}

/** Only a probe beyond the end of the path may stay undecided: beyond one that the target answered, or a router refused. */
function checkUndecided(events: readonly TraceEvent[], told: ReadonlySet<number>): void {
  const endOf = new Map<number, number>();
  for (const event of events) {
    if (event.kind !== "reply" && event.kind !== "late") continue;
    if (event.answer.kind === "timeExceeded") continue;
    endOf.set(event.target, Math.min(event.ttl, endOf.get(event.target) ?? Infinity));
  }
  for (const event of events) {
    if (event.kind !== "sent" || told.has(event.probe)) continue;
    const end = endOf.get(event.target) ?? Infinity;
    assert.ok(event.ttl > end, `probe ${event.probe} with ttl ${event.ttl} is undecided, the path ends at ${end}`);
  }
}
