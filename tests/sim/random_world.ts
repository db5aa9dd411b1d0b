/** Worlds made by chance, and plans that fit them: the same seed gives the same. */
import { FLOW_NAMES, PROTOCOL_NAMES, type TracePlan } from "../../core/plan.ts";
import { path, path6, TARGET, TARGET6 } from "./paths.ts";
import type { Random } from "./random.ts";
import { MS, SECOND } from "./run.ts";
import type { ClockHabits, Hop, Path, TargetHost, World } from "./world.ts";

const OPEN_PORT = 5_353;
const CLOSED_PORT = 33_500;

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
      ...random.chance(0.1) && { interfaces: [{ role: "incoming", index: ttl, name: "=\x1b[2J\n<b> 0/1" }] },
      ...random.chance(0.1) && { remarks: { dscp: random.below(64), ecn: random.below(4), ordinals: few() } },
      ...random.chance(0.1) && { remarks: { dscp: random.below(64) } },
      ...random.chance(0.1) && { quotesTtl: random.below(256) },
      ...random.chance(0.05) && { refuses: { code: random.below(7) } },
      ...random.chance(0.1) && { limit: { perSecond: 1 + random.below(3), burst: 1 + random.below(4) } },
    };
    changes[ttl] = { ...all, ...routers };
  }
  return family === 4 ? path(length, changes) : path6(length, changes);
}

export function randomWorld(random: Random, seed: number): World {
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
    headStartUs: seed % 3 === 0 ? 250 : 0,
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

export function randomPlan(random: Random, { access }: World): Partial<TracePlan> {
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
    trafficClass: random.pick([0, 0, 46 << 2, 2, 255]),
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
