/** What the settings of flags mean: the plan for the engine, the view for the output, and whom to trace. */
import {
  DEFAULT_PLAN,
  FLOW_NAMES,
  LEAST_LOAD_ROUNDS,
  LIMITS,
  mostFlows,
  PROTOCOL_NAMES,
  type TracePlan,
} from "../plan.ts";
import { DEFAULT_VIEW, OUTPUT_NAMES, type OutputName, TARGET_ORDERS, type View } from "../view.ts";
import type { InForce } from "./config_text.ts";
import type { Destination } from "../destination/destination.ts";
import type { SettingName } from "./flag.ts";
import type { Mistake } from "./problem.ts";
import { type Limit, parseLimit } from "../limit/mod.ts";
import { ORIGIN_ZONES } from "../name/as_origin.ts";
import { addressFamily, ipInfoFields, parseRate, rateText } from "./text_value.ts";
import { destinationOf, mistakeOfDestination } from "./to_destination.ts";
import { mistakeOfScreen, screenOf, type ScreenSetting } from "./to_screen.ts";
import type { ReplayInvocation, ReplayWord } from "./replay.ts";
import { splitWords } from "./words.ts";

/** What a command line asks for. */
export type Invocation =
  | { readonly action: "help" }
  | { readonly action: "version" }
  | { readonly action: "replayHelp"; readonly word: ReplayWord }
  | ReplayInvocation
  /** First a configuration has to be read: then the same is parsed with it. */
  | { readonly action: "readConfig"; readonly file: string }
  | { readonly action: "printConfig"; readonly inForce: InForce }
  | TraceInvocation;

export interface TraceInvocation {
  readonly action: "trace";
  readonly plan: TracePlan;
  readonly view: View;
  /** As typed; `localhost` when there are neither hosts nor files. */
  readonly hosts: readonly string[];
  /** Files of hosts; theirs come before `hosts`. */
  readonly files: readonly string[];
  /** The only family to use; `undefined` leaves it to the name. */
  readonly family: 4 | 6 | undefined;
  /** DNS zones of AS information, by the family of the address. */
  readonly originZones: Readonly<Record<4 | 6, string>>;
  /** Files of AS information, the first one that knows an address counts; with any of them no zone is asked. */
  readonly asFiles: readonly string[];
  /** The program, with its arguments, that is to send the probes; `undefined`: this one. */
  readonly helper: readonly string[] | undefined;
  /** Time within which the whole program ends, counted from its start. */
  readonly deadlineUs: number | undefined;
  /** Nothing is sent: it is said what would be. */
  readonly dryRun: boolean;
  /** No progress is shown. */
  readonly quiet: boolean;
  /** Where the output goes; `undefined`: to the standard output. */
  readonly destination: Destination | undefined;
  /** The standard output is compressed. */
  readonly gzip: boolean;
  /** What the targets are measured against. */
  readonly limits: readonly Limit[];
  /** The live screen, which takes the place of the output on a terminal; `undefined`: text was asked for. */
  readonly screen: ScreenSetting | undefined;
}

/** Values by setting, in canonical form; what no flag has set is absent. */
export interface Settings {
  readonly text: Readonly<Partial<Record<SettingName, string>>>;
  readonly on: ReadonlySet<SettingName>;
  /** Of flags of which every value counts. */
  readonly lists: Readonly<Partial<Record<SettingName, readonly string[]>>>;
}

export type Meaning =
  | { readonly ok: true; readonly invocation: TraceInvocation }
  | { readonly ok: false; readonly mistake: Mistake };

export interface Surroundings {
  readonly hosts: readonly string[];
  /** What a name of the configuration stands for; `undefined` if it is none. */
  readonly hostsOfName: (name: string) => readonly string[] | undefined;
  /** Nothing is traced. */
  readonly isReplay: boolean;
}

export function toPlan(settings: Settings, { hosts, hostsOfName, isReplay }: Surroundings): Meaning {
  const plan = planOf(settings);
  const view = viewOf(settings);
  const family = familyOf(settings);
  const mistake = mistakeBetween(plan, family, helperOf(settings) !== undefined) ??
    mistakeOfLoad(plan, settings, hosts) ??
    mistakeOfPlace(settings, isReplay) ??
    mistakeOfDestination(settings, view) ?? mistakeOfScreen(settings);
  if (mistake !== undefined) return { ok: false, mistake };
  const files = settings.lists.file ?? [];
  return {
    ok: true,
    invocation: {
      action: "trace",
      plan,
      view,
      hosts: hosts.length === 0 && files.length === 0 ? ["localhost"] : hosts,
      files,
      family: family ?? sourceFamily(plan),
      originZones: {
        4: settings.text.ipinfoZone4 ?? ORIGIN_ZONES[4],
        6: settings.text.ipinfoZone6 ?? ORIGIN_ZONES[6],
      },
      asFiles: settings.lists.asFile ?? [],
      helper: helperOf(settings),
      deadlineUs: settings.text.deadlineUs === undefined ? undefined : Number(settings.text.deadlineUs),
      dryRun: settings.on.has("dryRun"),
      quiet: settings.on.has("quiet"),
      destination: destinationOf(settings),
      gzip: settings.on.has("gzip"),
      limits: limitsOf(settings, hostsOfName),
      screen: screenOf(settings),
    },
  };
}

function limitsOf({ lists }: Settings, hostsOfName: Surroundings["hostsOfName"]): readonly Limit[] {
  return (lists.failIf ?? []).map(parseLimit).flatMap((parsed) => {
    if (!parsed.ok) return [];
    const hosts = hostsOfName(parsed.limit.target ?? "");
    return { ...parsed.limit, ...(hosts && { hosts }) };
  });
}

function planOf({ text, on }: Settings): TracePlan {
  const number = (name: keyof typeof LIMITS): number => Number(text[name] ?? LIMITS[name].initial);
  const optional = (name: keyof typeof LIMITS): number | undefined =>
    text[name] === undefined ? undefined : Number(text[name]);
  const packetBytes = number("packetBytes");
  const bitPattern = number("bitPattern");
  return {
    ...DEFAULT_PLAN,
    protocol: PROTOCOL_NAMES.find((name) => name === text.protocol) ?? DEFAULT_PLAN.protocol,
    remotePort: optional("remotePort"),
    localPort: optional("localPort"),
    flows: number("flows"),
    multipath: on.has("multipath"),
    flow: FLOW_NAMES.find((name) => name === text.flow) ?? DEFAULT_PLAN.flow,
    firstTtl: number("firstTtl"),
    maxTtl: number("maxTtl"),
    maxUnknown: number("maxUnknown"),
    rounds: number("rounds"),
    intervalUs: number("intervalUs"),
    graceUs: number("graceUs"),
    timeoutUs: number("timeoutUs"),
    // A negative size or pattern is how mtr's users ask for a random one.
    packetBytes: Math.abs(packetBytes),
    randomPacketBytes: packetBytes < 0,
    bitPattern: Math.max(bitPattern, LIMITS.bitPattern.least),
    randomBitPattern: bitPattern < 0,
    trafficClass: number("trafficClass"),
    sourceAddress: text.sourceAddress,
    device: text.device,
    loadBps: text.loadBps === undefined ? undefined : parseRate(text.loadBps),
    probesPerSecond: number("probesPerSecond"),
    share: on.has("share"),
    mark: number("mark"),
    dueTtl: optional("dueTtl"),
    cacheUs: optional("cacheUs"),
  };
}

function helperOf({ text }: Settings): readonly string[] | undefined {
  const split = text.helper === undefined ? undefined : splitWords(text.helper);
  return split?.ok ? split.words : undefined;
}

function viewOf({ text, on }: Settings): View {
  return {
    output: outputOf(text.output),
    wide: on.has("wide"),
    names: !on.has("noDns"),
    showIps: on.has("showIps"),
    order: text.order ?? DEFAULT_VIEW.order,
    ipinfo: text.ipinfo === undefined ? DEFAULT_VIEW.ipinfo : ipInfoFields(text.ipinfo),
    mpls: on.has("mpls"),
    targetOrder: TARGET_ORDERS.find((name) => name === text.targetOrder) ?? DEFAULT_VIEW.targetOrder,
    addressesShown: Number(text.addressesShown ?? DEFAULT_VIEW.addressesShown),
  };
}

function outputOf(text: string | undefined): OutputName {
  return OUTPUT_NAMES.find((name) => name === text) ?? DEFAULT_VIEW.output;
}

function familyOf({ text }: Settings): 4 | 6 | undefined {
  if (text.family === undefined) return undefined;
  return text.family === "4" ? 4 : 6;
}

function sourceFamily({ sourceAddress }: TracePlan): 4 | 6 | undefined {
  return sourceAddress === undefined ? undefined : addressFamily(sourceAddress);
}

/** The options that only the command line may have. */
function mistakeOfPlace({ text: { compat }, on }: Settings, isReplay: boolean): Mistake | undefined {
  if (on.has("fromJsonl") && !isReplay) {
    return { cannot: "read JSON Lines (--from-jsonl)", because: "it must stand on the command line" };
  }
  if (compat === undefined) return undefined;
  return {
    cannot: `be mtr ${compat} (--compat)`,
    because: "it must stand on the command line, and with its whole name",
  };
}

/** What leaves in earnest goes to one host that was named, and only where it can prove something. */
function mistakeOfLoad(
  { loadBps, rounds = Infinity }: TracePlan,
  settings: Settings,
  hosts: readonly string[],
): Mistake | undefined {
  if (loadBps === undefined) return undefined;
  const cannot = `send load of ${rateText(loadBps)} (--load)`;
  if (helperOf(settings) !== undefined) {
    return { cannot, because: "the command that sends the probes (--packet) sends none; leave one of them out" };
  }
  if (hosts.length > 1 || (settings.lists.file ?? []).length > 0) {
    return { cannot, because: "it takes one host, and no file of hosts (-F)" };
  }
  if (rounds < LEAST_LOAD_ROUNDS) {
    return {
      cannot: `${cannot} in ${rounds} cycles (-c)`,
      because: `fewer than ${LEAST_LOAD_ROUNDS} prove nothing`,
    };
  }
  return undefined;
}

/** Values that are right, each for itself, and wrong together. */
function mistakeBetween(plan: TracePlan, family: 4 | 6 | undefined, hasHelper: boolean): Mistake | undefined {
  return mistakeOfTtls(plan) ?? mistakeOfPorts(plan) ?? mistakeOfFlows(plan, hasHelper) ??
    mistakeOfSharing(plan, hasHelper) ?? mistakeOfFlowPorts(plan) ?? mistakeOfSource(plan, family);
}

function mistakeOfTtls({ firstTtl, maxTtl, dueTtl }: TracePlan): Mistake | undefined {
  if (firstTtl > maxTtl) {
    return {
      cannot: `start at ttl ${firstTtl} (-f)`,
      because: `it must not be larger than the last ttl, ${maxTtl} (-m)`,
    };
  }
  if (dueTtl !== undefined && (dueTtl < firstTtl || dueTtl > maxTtl)) {
    return {
      cannot: `expect the target at ttl ${dueTtl} (-D)`,
      because: `it must be one that is probed: ${firstTtl} (-f) to ${maxTtl} (-m)`,
    };
  }
  return undefined;
}

function mistakeOfPorts({ remotePort, localPort, protocol }: TracePlan): Mistake | undefined {
  if (remotePort !== undefined && protocol === "icmp") {
    return {
      cannot: `probe port ${remotePort} (-P)`,
      because: "ICMP has no ports; choose UDP (-u), TCP (-T) or SCTP (-S)",
    };
  }
  if (localPort !== undefined && protocol !== "udp") {
    return { cannot: `send from port ${localPort} (-L)`, because: "that is for UDP (-u) only" };
  }
  return undefined;
}

function mistakeOfFlows({ flows, flow, multipath }: TracePlan, hasHelper: boolean): Mistake | undefined {
  const varies = flow !== "constant";
  if (flows > 1) {
    const cannot = `probe ${flows} flows (--flows)`;
    if (varies) return { cannot, because: "with --vary-flow there are none; leave it out" };
    if (hasHelper) return { cannot, because: "the command that sends the probes (--packet) knows none" };
  }
  if (multipath) {
    const cannot = "look for all paths (--multipath)";
    if (flows > 1) return { cannot, because: `that takes as many flows as it needs; leave out --flows ${flows}` };
    if (varies) return { cannot, because: "with --vary-flow there are no flows; leave it out" };
    if (hasHelper) return { cannot, because: "the command that sends the probes (--packet) knows no flows" };
  }
  return undefined;
}

function mistakeOfSharing(plan: TracePlan, hasHelper: boolean): Mistake | undefined {
  if (!plan.share) return undefined;
  const cannot = "share near hops (--share)";
  if (plan.flow !== "constant") {
    return { cannot, because: "with --vary-flow each probe may take another way; leave it out" };
  }
  if (hasHelper) {
    return {
      cannot,
      because: "the command that sends the probes (--packet) may lead each another way; leave one of them out",
    };
  }
  if (mostFlows(plan) > 1) return { cannot, because: `that is for one flow; leave out ${flowsOption(plan)}` };
  if (plan.firstTtl > 1) {
    return { cannot, because: `nobody knows the hops before ttl ${plan.firstTtl} (-f); leave one of them out` };
  }
  return undefined;
}

function mistakeOfFlowPorts(plan: TracePlan): Mistake | undefined {
  const { localPort = 0 } = plan;
  const most = mostFlows(plan);
  if (localPort + most - 1 <= LIMITS.localPort.most) return undefined;
  return {
    cannot: `probe ${most} flows (${flowsOption(plan)}) from port ${localPort} (-L)`,
    because: `each takes the next port, up to ${LIMITS.localPort.most}`,
  };
}

function mistakeOfSource(plan: TracePlan, family: 4 | 6 | undefined): Mistake | undefined {
  const source = sourceFamily(plan);
  if (source === undefined || family === undefined || source === family) return undefined;
  return {
    cannot: `send from ${plan.sourceAddress} (-a)`,
    because: `-${family} allows IPv${family} only; leave it out, or give an IPv${family} address`,
  };
}

/** What has asked for several flows. */
function flowsOption({ multipath }: TracePlan): string {
  return multipath ? "--multipath" : "--flows";
}
