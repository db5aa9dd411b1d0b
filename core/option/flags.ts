/**
 * The table of flags: parser and help, later manual page and completions, all read it. To add a flag, add a row here
 * and give its setting a meaning in `to_plan.ts`.
 *
 * Names are mtr's. A flag says which setting it sets; flags that override each other set the same one, so that the last
 * one wins.
 */
import { DIALECT_NAMES } from "../compat/dialect.ts";
import { fileNameRequirement } from "../destination/file_name.ts";
import { KEEP_LIMITS, rotationRequirement } from "../destination/rotation.ts";
import { LIMITS, RUN_LIMITS } from "../plan.ts";
import { ORIGIN_ZONES } from "../name/as_origin.ts";
import { DEFAULT_VIEW, VIEW_LIMITS } from "../view.ts";
import { SCREEN } from "./to_screen.ts";
import { addressRequirement, columnsRequirement, commandRequirement, deviceRequirement } from "./text_value.ts";
import {
  fileRequirement,
  ipInfoRequirement,
  limitRequirement,
  rateRequirement,
  releaseRequirement,
  scaleRequirement,
  targetOrderRequirement,
  zoneRequirement,
} from "./text_value.ts";

/** What flags set, by one name each: plan and view have most of them under the same name. */
export type SettingName =
  | keyof typeof LIMITS
  | keyof typeof RUN_LIMITS
  | keyof typeof VIEW_LIMITS
  | "action"
  | "asFile"
  | "compact"
  | "dryRun"
  | "fromJsonl"
  | "gzip"
  | "failIf"
  | "quiet"
  | "compat"
  | "config"
  | "destination"
  | "destinationMode"
  | "device"
  | "family"
  | "file"
  | "flow"
  | "helper"
  | "ipinfo"
  | "ipinfoZone4"
  | "ipinfoZone6"
  | "mpls"
  | "multipath"
  | "noDns"
  | "order"
  | "output"
  | "printConfig"
  | "protocol"
  | "reportOnExit"
  | "rotation"
  | "rotationKeep"
  | "scale"
  | "share"
  | "showIps"
  | "sourceAddress"
  | "targetOrder"
  | "wide";

interface Naming {
  readonly long: string;
  /** Absent where the long name is the only one. */
  readonly short?: string;
  readonly group: Group;
  readonly help: string;
  /** Every value counts, not only the last. */
  readonly repeatable?: true;
  /** It has no meaning in a configuration. */
  readonly commandLineOnly?: true;
}

/** Takes no value; the settings it sets, with their values. `"true"` marks a setting that is off or on. */
export interface SwitchFlag extends Naming {
  readonly kind: "flag";
  readonly sets: readonly (readonly [SettingName, string])[];
}

interface ValueNaming extends Naming {
  readonly sets: SettingName;
  /** Further settings that it sets, as a flag without value does. */
  readonly setsToo?: readonly (readonly [SettingName, string])[];
  /** Stands for the value in the help. */
  readonly value: string;
  /** What the value is, in messages: "Cannot use X as NOUN". */
  readonly noun: string;
  /** What holds without the flag does so beside some other flags only. */
  readonly initialDepends?: true;
}

/** What a number may be; `initial` is what holds unless the flag is given, where there is such a thing. */
export interface FlagLimits {
  readonly initial: number | undefined;
  readonly least: number;
  readonly most: number;
}

/** A whole number. */
export interface NumberFlag extends ValueNaming {
  readonly kind: "number";
  readonly limits: FlagLimits;
  /** A second range beside `limits`, and what it is for. */
  readonly also?: { readonly least: number; readonly most: number; readonly meaning: string };
}

/** Seconds with fractions; the setting and its limits are in µs. */
export interface SecondsFlag extends ValueNaming {
  readonly kind: "seconds";
  readonly limits: FlagLimits;
}

export interface TextFlag extends ValueNaming {
  readonly kind: "text";
  /** What holds unless the flag is given, where there is such a thing. */
  readonly initial?: string;
  /** What the value must be, in words, if `text` is not that. */
  readonly requirement: (text: string) => string | undefined;
}

export type ValueFlag = NumberFlag | SecondsFlag | TextFlag;
export type Flag = SwitchFlag | ValueFlag;

/** In the order of the help. */
export const GROUPS = [
  "Output",
  "Names",
  "Targets",
  "Path",
  "Time",
  "Packets",
  "Limits",
  "Screen (no effect on any output above)",
  "Programs",
  "About",
] as const;
export type Group = typeof GROUPS[number];

export const FLAGS: readonly Flag[] = [
  {
    kind: "flag",
    long: "report",
    short: "r",
    group: "Output",
    sets: [["output", "report"]],
    help: "print a table when the trace is over; this is what happens without any option where there is no terminal",
  },
  {
    kind: "flag",
    long: "report-wide",
    short: "w",
    group: "Output",
    sets: [["wide", "true"], ["output", "report"]],
    help: "print a table that cuts no name",
  },
  {
    kind: "flag",
    long: "csv",
    short: "C",
    group: "Output",
    sets: [["output", "csv"]],
    help: "print CSV, a line per hop",
  },
  { kind: "flag", long: "json", short: "j", group: "Output", sets: [["output", "json"]], help: "print JSON" },
  { kind: "flag", long: "xml", short: "x", group: "Output", sets: [["output", "xml"]], help: "print XML" },
  {
    kind: "flag",
    long: "nagios",
    group: "Output",
    sets: [["output", "nagios"]],
    help: "print a line for Nagios, Icinga and their like, and exit with a status of theirs",
  },
  {
    kind: "flag",
    long: "raw",
    short: "l",
    group: "Output",
    sets: [["output", "raw"]],
    help: "print a line for each probe and each answer, as they come",
  },
  {
    kind: "flag",
    long: "split",
    short: "p",
    group: "Output",
    sets: [["output", "split"]],
    help: "print a line for each hop whenever its figures change, for programs that show them",
  },
  {
    kind: "flag",
    long: "jsonl",
    group: "Output",
    sets: [["output", "jsonl"]],
    help: "print every event as it happens, as JSON Lines; mtr-deno replay makes any other output of them",
  },
  {
    kind: "flag",
    long: "from-jsonl",
    group: "Output",
    sets: [["fromJsonl", "true"]],
    commandLineOnly: true,
    help: "trace nothing; show what --jsonl has written, from the standard input",
  },
  {
    kind: "flag",
    long: "gzip",
    group: "Output",
    sets: [["gzip", "true"]],
    help: "compress the standard output, flushed with each batch of lines",
  },
  {
    kind: "text",
    long: "order",
    short: "o",
    group: "Output",
    value: "LETTERS",
    sets: "order",
    noun: "the order of columns",
    initial: DEFAULT_VIEW.order,
    requirement: columnsRequirement,
    help: "show these columns, from left to right; a blank leaves a gap",
  },
  {
    kind: "flag",
    long: "mpls",
    short: "e",
    group: "Output",
    sets: [["mpls", "true"]],
    help: "show the MPLS labels that routers report, below their hop",
  },
  {
    kind: "number",
    long: "max-display-path",
    short: "E",
    group: "Output",
    value: "COUNT",
    sets: "addressesShown",
    noun: "the number of addresses",
    limits: VIEW_LIMITS.addressesShown,
    help: "show the first COUNT addresses of a hop in a report; the other formats have all of them",
  },
  {
    kind: "text",
    long: "target-order",
    group: "Output",
    value: "ORDER",
    sets: "targetOrder",
    noun: "the order of targets",
    initial: DEFAULT_VIEW.targetOrder,
    requirement: targetOrderRequirement,
    help: "show hosts in the order of input, or of finish: report and CSV each as soon as it is finished",
  },
  {
    kind: "text",
    long: "output",
    group: "Output",
    value: "FILE",
    sets: "destination",
    setsToo: [["destinationMode", "replace"]],
    noun: "the file of the output",
    requirement: fileNameRequirement,
    help: "write to FILE, whole or not at all; {date}, {time}, {host}, {target} and {format} in it are replaced",
  },
  {
    kind: "text",
    long: "append",
    group: "Output",
    value: "FILE",
    sets: "destination",
    setsToo: [["destinationMode", "append"]],
    noun: "the file to append to",
    requirement: fileNameRequirement,
    help: "add the whole run to FILE at its end, as any number of runs may do at once; names as for --output",
  },
  {
    kind: "text",
    long: "rotate",
    group: "Output",
    value: "LIMIT",
    sets: "rotation",
    noun: "the limit of a file",
    requirement: rotationRequirement,
    help: "rename FILE of --append to FILE.1 before it exceeds a size (10M) or an age (24h, 7d)",
  },
  {
    kind: "number",
    long: "keep",
    group: "Output",
    value: "COUNT",
    sets: "rotationKeep",
    noun: "the number of files to keep",
    limits: KEEP_LIMITS,
    initialDepends: true,
    help: "keep COUNT files that --rotate has renamed",
  },

  {
    kind: "flag",
    long: "no-dns",
    short: "n",
    group: "Names",
    sets: [["noDns", "true"]],
    help: "show addresses only and look up no names",
  },
  {
    kind: "flag",
    long: "show-ips",
    short: "b",
    group: "Names",
    sets: [["showIps", "true"]],
    help: "show the address behind each name",
  },
  {
    kind: "flag",
    long: "aslookup",
    short: "z",
    group: "Names",
    sets: [["ipinfo", "0"]],
    help: "show the autonomous system that each address belongs to; the same as -y 0",
  },
  {
    kind: "text",
    long: "ipinfo",
    short: "y",
    group: "Names",
    value: "FIELDS",
    sets: "ipinfo",
    noun: "the fields of AS information",
    requirement: ipInfoRequirement,
    help: "show these before each name, with commas between: 0 AS number, 1 prefix, 2 country, 3 registry, 4 date",
  },
  {
    kind: "text",
    long: "ipinfo_provider4",
    group: "Names",
    value: "ZONE",
    sets: "ipinfoZone4",
    noun: "the zone of IPv4 addresses",
    initial: ORIGIN_ZONES[4],
    requirement: zoneRequirement,
    help: "ask this DNS zone for the fields of -y",
  },
  {
    kind: "text",
    long: "ipinfo_provider6",
    group: "Names",
    value: "ZONE",
    sets: "ipinfoZone6",
    noun: "the zone of IPv6 addresses",
    initial: ORIGIN_ZONES[6],
    requirement: zoneRequirement,
    help: "the same for IPv6 addresses",
  },
  {
    kind: "text",
    long: "asn-file",
    group: "Names",
    value: "FILE",
    sets: "asFile",
    repeatable: true,
    noun: "a file of AS information",
    requirement: fileRequirement,
    help:
      "take the fields of -y from FILE and ask no name server for them; a MaxMind database, or a table of iptoasn.com",
  },

  { kind: "flag", long: "inet", short: "4", group: "Targets", sets: [["family", "4"]], help: "use IPv4 only" },
  { kind: "flag", long: "inet6", short: "6", group: "Targets", sets: [["family", "6"]], help: "use IPv6 only" },
  {
    kind: "text",
    long: "filename",
    short: "F",
    group: "Targets",
    value: "FILE",
    sets: "file",
    repeatable: true,
    noun: "a file of hosts",
    requirement: fileRequirement,
    help: "read hosts from FILE, one a line; lines that start with # are comments",
  },

  {
    kind: "number",
    long: "first-ttl",
    short: "f",
    group: "Path",
    value: "TTL",
    sets: "firstTtl",
    noun: "the first ttl",
    limits: LIMITS.firstTtl,
    help: "start at this hop",
  },
  {
    kind: "number",
    long: "max-ttl",
    short: "m",
    group: "Path",
    value: "TTL",
    sets: "maxTtl",
    noun: "the last ttl",
    limits: LIMITS.maxTtl,
    help: "go no further than this hop",
  },
  {
    kind: "number",
    long: "max-unknown",
    short: "U",
    group: "Path",
    value: "COUNT",
    sets: "maxUnknown",
    noun: "the number of silent hops",
    limits: LIMITS.maxUnknown,
    help: "stop after more than COUNT silent hops",
  },
  {
    kind: "number",
    long: "due-ttl",
    short: "D",
    group: "Path",
    value: "TTL",
    sets: "dueTtl",
    noun: "the ttl where the target is due",
    limits: { ...LIMITS.dueTtl, initial: undefined },
    help: "do not take the target for reached below this hop, as where a firewall answers in its name",
  },
  {
    kind: "seconds",
    long: "cache",
    group: "Path",
    value: "SECONDS",
    sets: "cacheUs",
    noun: "the time for which an answer is good",
    limits: { ...LIMITS.cacheUs, initial: undefined },
    help: "do not probe a hop again that has answered within SECONDS",
  },
  {
    kind: "number",
    long: "flows",
    group: "Path",
    value: "COUNT",
    sets: "flows",
    noun: "the number of flows",
    limits: LIMITS.flows,
    help: "probe COUNT flows in each cycle and show the path of each: routers that balance load may part them",
  },
  {
    kind: "flag",
    long: "multipath",
    group: "Path",
    sets: [["multipath", "true"]],
    help: "first look for all paths over which routers balance load, and show what they look like",
  },

  {
    kind: "number",
    long: "report-cycles",
    short: "c",
    group: "Time",
    value: "COUNT",
    sets: "rounds",
    noun: "the number of cycles",
    limits: LIMITS.rounds,
    initialDepends: true,
    help: "probe each hop COUNT times",
  },
  {
    kind: "seconds",
    long: "interval",
    short: "i",
    group: "Time",
    value: "SECONDS",
    sets: "intervalUs",
    noun: "the interval",
    limits: LIMITS.intervalUs,
    help: "start a new cycle every SECONDS",
  },
  {
    kind: "number",
    long: "rate",
    group: "Time",
    value: "COUNT",
    sets: "probesPerSecond",
    noun: "the rate of probes",
    limits: LIMITS.probesPerSecond,
    help: "send no more than COUNT probes a second to all hosts together; cycles that need more take longer",
  },
  {
    kind: "flag",
    long: "share",
    group: "Time",
    sets: [["share", "true"]],
    help: "probe the near routers that several hosts have in common once a cycle, and count that for each of the hosts",
  },
  {
    kind: "seconds",
    long: "timeout",
    short: "Z",
    group: "Time",
    value: "SECONDS",
    sets: "timeoutUs",
    noun: "the timeout of a probe",
    limits: LIMITS.timeoutUs,
    help: "count a probe as lost when it has no answer after SECONDS",
  },
  {
    kind: "seconds",
    long: "gracetime",
    short: "G",
    group: "Time",
    value: "SECONDS",
    sets: "graceUs",
    noun: "the grace time",
    limits: LIMITS.graceUs,
    help: "wait at most SECONDS for answers after the last probe",
  },
  {
    kind: "seconds",
    long: "deadline",
    group: "Time",
    value: "SECONDS",
    sets: "deadlineUs",
    noun: "the deadline",
    limits: { ...RUN_LIMITS.deadlineUs, initial: undefined },
    help: "end the whole run, lookups included, within SECONDS, and print what was measured until then",
  },

  {
    kind: "flag",
    long: "udp",
    short: "u",
    group: "Packets",
    sets: [["protocol", "udp"]],
    help: "send UDP datagrams instead of ICMP echo requests; HOST may be HOST:PORT",
  },
  {
    kind: "flag",
    long: "tcp",
    short: "T",
    group: "Packets",
    sets: [["protocol", "tcp"]],
    help: "send TCP SYNs; HOST may be HOST:PORT",
  },
  {
    kind: "flag",
    long: "sctp",
    short: "S",
    group: "Packets",
    sets: [["protocol", "sctp"]],
    help: "send SCTP INITs; HOST may be HOST:PORT",
  },
  {
    kind: "number",
    long: "port",
    short: "P",
    group: "Packets",
    value: "PORT",
    sets: "remotePort",
    noun: "the port",
    limits: LIMITS.remotePort,
    help: "probe this port with UDP (33434 otherwise), TCP or SCTP",
    initialDepends: true,
  },
  {
    kind: "number",
    long: "localport",
    short: "L",
    group: "Packets",
    value: "PORT",
    sets: "localPort",
    noun: "the local port",
    limits: { ...LIMITS.localPort, initial: undefined },
    help: "send UDP datagrams from this port",
  },
  {
    kind: "flag",
    long: "vary-flow",
    group: "Packets",
    sets: [["flow", "varying"]],
    help: "give each probe ports or a checksum of its own, as mtr does, so that each may take another way",
  },
  {
    kind: "number",
    long: "psize",
    short: "s",
    group: "Packets",
    value: "BYTES",
    sets: "packetBytes",
    noun: "the packet size",
    limits: LIMITS.packetBytes,
    also: {
      least: -LIMITS.packetBytes.most,
      most: -LIMITS.packetBytes.least,
      meaning: "random sizes up to that",
    },
    help: "send packets of this size, IP header included",
  },
  {
    kind: "number",
    long: "bitpattern",
    short: "B",
    group: "Packets",
    value: "BYTE",
    sets: "bitPattern",
    noun: "the bit pattern",
    limits: LIMITS.bitPattern,
    also: { least: -1, most: -1, meaning: "a random one" },
    help: "fill the packets with this byte",
  },
  {
    kind: "number",
    long: "tos",
    short: "Q",
    group: "Packets",
    value: "BYTE",
    sets: "trafficClass",
    noun: "the type of service",
    limits: LIMITS.trafficClass,
    help: "set the type of service (IPv4) or traffic class (IPv6)",
  },
  {
    kind: "text",
    long: "interface",
    short: "I",
    group: "Packets",
    value: "INTERFACE",
    sets: "device",
    noun: "the interface",
    requirement: deviceRequirement,
    help: "send through this network interface",
  },
  {
    kind: "text",
    long: "address",
    short: "a",
    group: "Packets",
    value: "ADDRESS",
    sets: "sourceAddress",
    noun: "the source address",
    requirement: addressRequirement,
    help: "send from this address of the machine",
  },
  {
    kind: "text",
    long: "load",
    group: "Packets",
    value: "RATE",
    sets: "loadBps",
    noun: "a rate of load",
    requirement: rateRequirement,
    help:
      "load the way to HOST with RATE (bits/s: 100k to 100M) in the second half of the cycles, and say what it delays; " +
      "this traffic is real",
  },
  {
    kind: "number",
    long: "mark",
    short: "M",
    group: "Packets",
    value: "MARK",
    sets: "mark",
    noun: "the firewall mark",
    limits: LIMITS.mark,
    help: "mark each packet for firewall and routing rules",
  },

  {
    kind: "text",
    long: "fail-if",
    group: "Limits",
    value: "LIMIT",
    sets: "failIf",
    repeatable: true,
    noun: "a limit",
    requirement: limitRequirement,
    help: "exit with 3 if a target crosses it: 'loss > 5%', 'p95 > 80ms', 'hops >= 20 @HOST'",
  },

  {
    kind: "flag",
    long: "curses",
    short: "t",
    group: "Screen (no effect on any output above)",
    sets: [["output", SCREEN]],
    help: "show the path on a screen, live and without end unless -c says so; this is what happens on a terminal " +
      "without any option",
  },
  {
    kind: "number",
    long: "displaymode",
    group: "Screen (no effect on any output above)",
    value: "MODE",
    sets: "displayMode",
    noun: "the display mode",
    limits: VIEW_LIMITS.displayMode,
    help: "begin with figures (0), or charts of the latest round trips in dots (1), colours (2) or braille (3)",
  },
  {
    kind: "flag",
    long: "compact",
    group: "Screen (no effect on any output above)",
    sets: [["compact", "true"]],
    help: "leave out the lines above the table",
  },
  {
    kind: "text",
    long: "scale",
    group: "Screen (no effect on any output above)",
    value: "SCALE",
    sets: "scale",
    noun: "the scale of the charts",
    requirement: scaleRequirement,
    help: "fast, average, slow, or nine limits in ms with colons between",
  },
  {
    kind: "flag",
    long: "report-on-exit",
    group: "Screen (no effect on any output above)",
    sets: [["reportOnExit", "true"]],
    help: "print a report when the screen is left",
  },

  {
    kind: "text",
    long: "packet",
    group: "Programs",
    value: "COMMAND",
    sets: "helper",
    noun: "the command that sends the probes",
    requirement: commandRequirement,
    help: "let another program send the probes, one that speaks as mtr-packet does: --packet 'ssh gateway mtr-packet'",
  },
  {
    kind: "text",
    long: "compat",
    group: "Programs",
    value: "RELEASE",
    sets: "compat",
    commandLineOnly: true,
    noun: "a release of mtr",
    requirement: releaseRequirement,
    help: `be mtr ${DIALECT_NAMES.join(" or ")}: its options, schedule, arithmetic, outputs, messages and statuses`,
  },

  {
    kind: "flag",
    long: "dry-run",
    group: "About",
    sets: [["dryRun", "true"]],
    help: "send nothing; say what would be sent, to whom, and how long it can take at most",
  },
  {
    kind: "flag",
    long: "quiet",
    group: "About",
    sets: [["quiet", "true"]],
    help: "draw no progress line",
  },
  {
    kind: "text",
    long: "config",
    group: "About",
    value: "FILE",
    sets: "config",
    commandLineOnly: true,
    noun: "a configuration",
    requirement: () => undefined,
    help:
      "read options, hosts and names of targets from this file of TOML; none is no file, whatever MTR_DENO_CONFIG says",
  },
  {
    kind: "flag",
    long: "print-config",
    group: "About",
    sets: [["printConfig", "true"]],
    commandLineOnly: true,
    help: "print what is in force and where it comes from, as a file for --config, and exit",
  },
  {
    kind: "flag",
    long: "help",
    short: "h",
    group: "About",
    sets: [["action", "help"]],
    commandLineOnly: true,
    help: "print this text and exit",
  },
  {
    kind: "flag",
    long: "version",
    short: "v",
    group: "About",
    sets: [["action", "version"]],
    commandLineOnly: true,
    help: "print the version and exit",
  },
];

/**
 * Flags of mtr that mtr-deno knows by name only: whoever uses one is told so, and an abbreviation means the same flag
 * today as when its row moves into `FLAGS`.
 */
export interface MissingFlag {
  readonly kind: "missing";
  readonly long: string;
  readonly short?: string;
  /** Why it cannot be used, and what to do. */
  readonly because: string;
}

export const MISSING_FLAGS: readonly MissingFlag[] = [
  {
    kind: "missing",
    long: "gtk",
    short: "g",
    because: "mtr opens a window with it, and mtr-deno has none; --curses (-t) is the screen in a terminal",
  },
];
