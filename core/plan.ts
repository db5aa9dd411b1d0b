/**
 * Every setting of a trace once: its meaning, unit, default and limits. Options are parsed elsewhere
 * (`core/option/`); whoever needs a setting takes the whole plan.
 */

import type { DialectName } from "./compat/dialect.ts";

/** What a numeric setting may be. All bounds are inclusive and in the setting's own unit. */
export interface Limits {
  readonly initial: number;
  readonly least: number;
  readonly most: number;
}

const SECOND_US = 1_000_000;

export const LIMITS = {
  firstTtl: { initial: 1, least: 1, most: 255 },
  maxTtl: { initial: 30, least: 1, most: 255 },
  maxUnknown: { initial: 12, least: 1, most: 255 },
  rounds: { initial: 10, least: 1, most: 2_147_483_647 },
  // Below a millisecond a round of 30 hops would be a flood.
  intervalUs: { initial: SECOND_US, least: 1_000, most: 86_400 * SECOND_US },
  graceUs: { initial: 5 * SECOND_US, least: 1_000, most: 3_600 * SECOND_US },
  timeoutUs: { initial: 10 * SECOND_US, least: 1_000, most: 3_600 * SECOND_US },
  // The least IPv4 ICMP packet: 20 bytes of IP header and 8 of ICMP; IPv6 packets are never smaller than 48.
  packetBytes: { initial: 64, least: 28, most: 65_535 },
  bitPattern: { initial: 0, least: 0, most: 255 },
  trafficClass: { initial: 0, least: 0, most: 255 },
  // A balancing router seldom has more than 16 ways; 64 flows miss one of those in 2 of 100 runs.
  flows: { initial: 1, least: 1, most: 64 },
  // Nine full packets a second fill no queue; more than nine thousand are too many for one thread beside the probes.
  loadBps: { initial: 1_000_000, least: 100_000, most: 100_000_000 },
  // Some 3 Mbit/s of small packets: no usual network notices, and a thousand paths of five hops take a second.
  probesPerSecond: { initial: 5_000, least: 1, most: 100_000 },
  mark: { initial: 0, least: 0, most: 4_294_967_295 },
  dueTtl: { initial: 1, least: 1, most: 255 },
  cacheUs: { initial: SECOND_US, least: SECOND_US, most: 86_400 * SECOND_US },
  // What TCP and SCTP probes ask for unless told: a port that firewalls let through.
  remotePort: { initial: 80, least: 1, most: 65_535 },
  // Below are the ports of services, which take more rights than probes need.
  localPort: { initial: 1_024, least: 1_024, most: 65_535 },
} as const satisfies Record<string, Limits>;

/** Bounds of a search for all paths, to each target. */
export const MULTIPATH = {
  /** Enough for 16 routers side by side with 8 next hops each, and for 100 with one. */
  mostFlows: 1_024,
  mostProbes: 10_000,
  /** Of those, the rounds after the search go on with as many. */
  mostFlowsOfRounds: 64,
} as const;

/** What concerns the whole program, and no trace. */
export const RUN_LIMITS = {
  // The least leaves time to start and to print.
  deadlineUs: { least: SECOND_US / 2, most: 30 * 86_400 * SECOND_US },
} as const;

/** Fewer rounds, one half of them with load, cannot prove that load makes a difference. */
export const LEAST_LOAD_ROUNDS = 10;

/**
 * Where a probe's number is a port: from the one at which traceroute has always begun, since nobody listens there.
 */
export const PORT_SEQUENCES = { first: 33_434, last: 65_535 } as const;

/**
 * What balancing routers see of a run's probes to one target. `constant`: ports, and ICMP's checksum, are the same for
 * all, so that all take one way (Augustin et al., "Avoiding traceroute anomalies with Paris traceroute", IMC 2006).
 * `varying`: they tell the probes apart, as with mtr, and each probe may take another way.
 */
export const FLOW_NAMES = ["constant", "varying"] as const;
export type FlowName = typeof FLOW_NAMES[number];

export const PROTOCOL_NAMES = ["icmp", "udp", "tcp", "sctp"] as const;
export type ProtocolName = typeof PROTOCOL_NAMES[number];

export interface TracePlan {
  readonly protocol: ProtocolName;
  readonly firstTtl: number;
  readonly maxTtl: number;
  /** A round ends with the first probe that has more silent hops than this directly before it. */
  readonly maxUnknown: number;
  /** How often the path is probed; `undefined` is without end. */
  readonly rounds: number | undefined;
  /** Time from the start of a round to the start of the next. */
  readonly intervalUs: number;
  /** Longest wait for answers after the last probe of a run. */
  readonly graceUs: number;
  /** Longest wait for the answer to one probe. */
  readonly timeoutUs: number;
  /** Length of the whole IP packet; the largest one if `randomPacketBytes`. */
  readonly packetBytes: number;
  /** Each round takes its own length, from the least possible to `packetBytes`. */
  readonly randomPacketBytes: boolean;
  /** The byte that fills the payload. */
  readonly bitPattern: number;
  /** Each round takes its own bit pattern. */
  readonly randomBitPattern: boolean;
  /** IPv4 type of service or IPv6 traffic class. */
  readonly trafficClass: number;
  /** Port to probe; `undefined` is the usual one, or none (see `usualPort`). A target's own port goes before it. */
  readonly remotePort: number | undefined;
  /** Port to probe from (UDP); `undefined` leaves it open. */
  readonly localPort: number | undefined;
  /** Address to send from; of its own family only. */
  readonly sourceAddress: string | undefined;
  /** Interface to send through. */
  readonly device: string | undefined;
  /** Whether all probes to a target look the same to routers that balance flows. */
  readonly flow: FlowName;
  /** How many flows to each target are probed in each round; more than one only if they are constant. */
  readonly flows: number;
  /**
   * The first round looks for all paths, with as many flows as that takes; the others go on with flows that take every link
   * found. `flows` is 1 then.
   */
  readonly multipath: boolean;
  /** Load towards the target in half of the rounds, in bits a second, IP headers included; `undefined` is none. */
  readonly loadBps: number | undefined;
  /** Of all targets together there are no more. A round that they do not suffice for takes longer than its interval. */
  readonly probesPerSecond: number;
  /** Near routers that several targets have in common are probed once a round for all of them. Takes one constant flow. */
  readonly share: boolean;
  /** Firewall mark of every probe; 0 is none. */
  readonly mark: number;
  /** The target does not count as reached below this ttl. */
  readonly dueTtl: number | undefined;
  /** A hop that has answered within this time is not probed again. */
  readonly cacheUs: number | undefined;
  /** Start of the pseudo-random numbers (lengths, patterns), so that a run can be had again. */
  readonly seed: number;
  /** Keep mtr's very schedule and limits, as this release has them. */
  readonly mtr: DialectName | undefined;
}

/** The port that probes ask for when nobody names one; `undefined` where there is none, or each probe has its own. */
export function usualPort({ protocol, flow }: Pick<ToldPlan, "protocol" | "flow">): number | undefined {
  if (protocol === "tcp" || protocol === "sctp") return LIMITS.remotePort.initial;
  return protocol === "udp" && flow === "constant" ? PORT_SEQUENCES.first : undefined;
}

/** The settings of a run that another program, or another time, tells of: what it does not tell is absent. */
export type ToldPlan = { readonly [Name in keyof TracePlan]?: TracePlan[Name] | undefined };

export const DEFAULT_PLAN: TracePlan = {
  protocol: "icmp",
  firstTtl: LIMITS.firstTtl.initial,
  maxTtl: LIMITS.maxTtl.initial,
  maxUnknown: LIMITS.maxUnknown.initial,
  rounds: LIMITS.rounds.initial,
  intervalUs: LIMITS.intervalUs.initial,
  graceUs: LIMITS.graceUs.initial,
  timeoutUs: LIMITS.timeoutUs.initial,
  packetBytes: LIMITS.packetBytes.initial,
  randomPacketBytes: false,
  bitPattern: LIMITS.bitPattern.initial,
  randomBitPattern: false,
  trafficClass: LIMITS.trafficClass.initial,
  remotePort: undefined,
  localPort: undefined,
  sourceAddress: undefined,
  device: undefined,
  flow: "constant",
  flows: LIMITS.flows.initial,
  multipath: false,
  loadBps: undefined,
  probesPerSecond: LIMITS.probesPerSecond.initial,
  share: false,
  mark: LIMITS.mark.initial,
  dueTtl: undefined,
  cacheUs: undefined,
  seed: 1,
  mtr: undefined,
};

/** How many flows to a target there may be. */
export function mostFlows({ flows, multipath }: Pick<TracePlan, "flows" | "multipath">): number {
  return multipath ? MULTIPATH.mostFlows : flows;
}

/** Of a run without end: so many rounds without load, so many with it, and so on. */
const LOAD_BLOCK_ROUNDS = 10;

/** How many rounds without load go before as many with it. */
export function loadBlockRounds({ rounds }: Pick<ToldPlan, "rounds">): number {
  return rounds === undefined ? LOAD_BLOCK_ROUNDS : Math.ceil(rounds / 2);
}

/** Rounds with load: the second half, or of a run without end every second block of ten. From 0. */
export function isLoaded(round: number, plan: Pick<ToldPlan, "rounds">): boolean {
  return Math.floor(round / loadBlockRounds(plan)) % 2 === 1;
}

/** A whole plan of these settings and the defaults. Throws `RangeError` for a value outside its limits. */
export function checkedPlan(settings: Partial<TracePlan>): TracePlan {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  // An endless run is asked for by naming `rounds` and giving it no number.
  const endless = "rounds" in settings && settings.rounds === undefined ? { rounds: undefined } : {};
  const plan: TracePlan = { ...DEFAULT_PLAN, ...Object.fromEntries(given), ...endless };
  for (const [name, { least, most }] of Object.entries(LIMITS)) {
    const value = plan[name as keyof typeof LIMITS];
    if (value === undefined) continue;
    const isWhole = name.endsWith("Us") || Number.isInteger(value);
    // Written so that NaN fails, too.
    if (!(isWhole && value >= least && value <= most)) {
      throw new RangeError(`Cannot use ${value} as ${name}: it must be ${least} to ${most}`);
    }
  }
  if (plan.firstTtl > plan.maxTtl) {
    throw new RangeError(`Cannot start at ttl ${plan.firstTtl}: it must not be larger than maxTtl, ${plan.maxTtl}`);
  }
  if (plan.loadBps !== undefined && (plan.rounds ?? Infinity) < LEAST_LOAD_ROUNDS) {
    throw new RangeError(`Cannot send load in ${plan.rounds} rounds: it takes at least ${LEAST_LOAD_ROUNDS}`);
  }
  if (plan.flows > 1 && plan.flow !== "constant") {
    throw new RangeError(`Cannot probe ${plan.flows} flows: that takes constant ones`);
  }
  if (plan.multipath && (plan.flows > 1 || plan.flow !== "constant")) {
    throw new RangeError("Cannot look for all paths: that takes constant flows, and chooses how many");
  }
  if (plan.share && (plan.flow !== "constant" || plan.firstTtl > 1 || mostFlows(plan) > 1)) {
    throw new RangeError("Cannot share near hops: that takes one constant flow from ttl 1 on");
  }
  const flows = mostFlows(plan);
  if ((plan.localPort ?? 0) + flows - 1 > LIMITS.localPort.most) {
    throw new RangeError(`Cannot probe ${flows} flows from port ${plan.localPort}: there are not as many above it`);
  }
  if (plan.dueTtl !== undefined && (plan.dueTtl < plan.firstTtl || plan.dueTtl > plan.maxTtl)) {
    throw new RangeError(`Cannot use ${plan.dueTtl} as dueTtl: it must be ${plan.firstTtl} to ${plan.maxTtl}`);
  }
  return plan;
}

/** Settings that may change while probes are sent; what is absent stays as it is. */
export type PlanChange = Partial<
  Pick<
    TracePlan,
    | "protocol"
    | "firstTtl"
    | "maxTtl"
    | "intervalUs"
    | "packetBytes"
    | "randomPacketBytes"
    | "bitPattern"
    | "randomBitPattern"
    | "trafficClass"
  >
>;
