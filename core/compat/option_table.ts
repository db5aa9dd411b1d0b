/**
 * The options of both dialects. The order is mtr's, and seen where an abbreviation is ambiguous. The packages of mtr
 * that are the model have no `-g`: it needs mtr's GTK window.
 */
import {
  type Action,
  countVersion,
  help,
  hostFile,
  int,
  interval,
  ipinfoField,
  ipinfoFields,
  ipinfoProvider,
  order,
  port,
  protocol,
  range,
  scale,
  seconds,
  set,
  text,
  unsigned,
  version,
} from "./option_action.ts";
import type { DialectName } from "./dialect.ts";
import type { DraftSettings } from "./draft.ts";
import type { OptionNames } from "./getopt.ts";
import { LOCAL_PORT, REMOTE_PORT } from "./port.ts";

export interface CompatOption extends OptionNames {
  /** For the usage text. */
  readonly help: string;
  readonly action: Action;
}

interface OptionRow extends OptionNames {
  readonly help: string;
  /** In a dialect that is not named the option does not exist. */
  readonly does: Partial<Record<DialectName, Action>>;
}

function both(action: Action): Record<DialectName, Action> {
  return { "0.95": action, "0.96": action };
}

/** A TCP or SCTP probe needs a port: one that firewalls let through. */
const USUAL_PORT = 80;
const MOST_TTL = 255;
const MOST_DISPLAYED = 128;
const PACKET_BYTES = { least: 28, most: 65_535 } as const;

/** 0.95 keeps the two in order; 0.96 refuses when all is read. */
function lowerFirstTtl(settings: DraftSettings): void {
  settings.firstTtl = Math.min(settings.firstTtl, settings.maxTtl);
}

/** C has no amount of its least integer, which passes for that. The spelling is mtr's. */
function packetBytesProblem(bytes: number): string | undefined {
  const { least, most } = PACKET_BYTES;
  const amount = Math.abs(bytes);
  return amount < least || (amount > most && amount !== 2 ** 31) ? `value of of range (${least} - ${most})` : undefined;
}

const ROWS: readonly OptionRow[] = [
  { long: "help", short: "h", help: "print this text and exit", does: both(help) },
  {
    long: "version",
    short: "v",
    help: "print the version and exit",
    does: { "0.95": version, "0.96": countVersion },
  },
  { long: "inet", short: "4", help: "trace over IPv4", does: both(set({ family: 4 })) },
  { long: "inet6", short: "6", help: "trace over IPv6", does: both(set({ family: 6 })) },
  { long: "filename", short: "F", value: "FILE", help: "take hosts from the lines of FILE", does: both(hostFile) },
  { long: "report", short: "r", help: "print a table at the end", does: both(set({ output: "report" })) },
  {
    long: "report-wide",
    short: "w",
    help: "print a table that cuts no name",
    does: both(set({ output: "report", wide: true })),
  },
  {
    long: "report-on-exit",
    help: "print a table after the interactive display is closed",
    does: { "0.96": set({ reportOnExit: true }) },
  },
  { long: "xml", short: "x", help: "print XML", does: both(set({ output: "xml" })) },
  { long: "curses", short: "t", help: "show the interactive display", does: both(set({ output: "curses" })) },
  { long: "raw", short: "l", help: "print a line per event", does: both(set({ output: "raw" })) },
  { long: "csv", short: "C", help: "print CSV", does: both(set({ output: "csv" })) },
  { long: "json", short: "j", help: "print JSON", does: both(set({ output: "json" })) },
  {
    long: "displaymode",
    value: "MODE",
    help: "start the interactive display in this mode",
    does: {
      "0.95": int("displayMode", { problem: range(0, 2) }),
      // Negative ones pass.
      "0.96": int("displayMode", { problem: (mode, typed) => mode < 0 ? undefined : range(0, 3)(mode, typed) }),
    },
  },
  {
    long: "compact",
    help: "start the interactive display without its head",
    does: { "0.96": set({ compact: true }) },
  },
  {
    long: "scale",
    value: "SCALE",
    help: "limits of the strip charts: fast, average, slow, or nine numbers of ms with colons between",
    does: { "0.96": scale },
  },
  { long: "split", short: "p", help: "print a line per change, for programs", does: both(set({ output: "split" })) },
  { long: "no-dns", short: "n", help: "print addresses and look up no names", does: both(set({ dns: false })) },
  { long: "show-ips", short: "b", help: "print names with addresses", does: both(set({ showIps: true })) },
  { long: "order", short: "o", value: "LETTERS", help: "print these columns", does: both(order) },
  {
    long: "ipinfo",
    short: "y",
    value: "FIELD",
    help: "print what is known about an address: 0 AS, 1 prefix, 2 country, 3 registry, 4 date",
    does: { "0.95": ipinfoField, "0.96": ipinfoFields },
  },
  { long: "aslookup", short: "z", help: "print the AS of each address", does: both(set({ ipinfoFields: [0] })) },
  {
    long: "ipinfo_provider4",
    value: "ZONE",
    help: "ask this zone about IPv4 addresses",
    does: { "0.96": ipinfoProvider(4) },
  },
  {
    long: "ipinfo_provider6",
    value: "ZONE",
    help: "ask this zone about IPv6 addresses",
    does: { "0.96": ipinfoProvider(6) },
  },
  { long: "interval", short: "i", value: "SECONDS", help: "time from cycle to cycle", does: both(interval) },
  {
    long: "report-cycles",
    short: "c",
    value: "COUNT",
    help: "probe each hop COUNT times",
    does: both(int("cycles", {
      then: (settings) => {
        settings.hasCycles = true;
      },
    })),
  },
  {
    long: "psize",
    short: "s",
    value: "BYTES",
    help: "length of the probes",
    does: {
      "0.95": int("packetBytes"),
      "0.96": int("packetBytes", {
        problem: packetBytesProblem,
      }),
    },
  },
  {
    long: "bitpattern",
    short: "B",
    value: "BYTE",
    help: "fill the probes with BYTE",
    does: {
      "0.95": int("bitPattern", {
        then: (settings) => {
          if (settings.bitPattern > 255) settings.bitPattern = -1;
        },
      }),
      "0.96": int("bitPattern", { problem: range(-1, 255) }),
    },
  },
  {
    long: "tos",
    short: "Q",
    value: "BYTE",
    help: "type of service of the probes",
    does: {
      "0.95": int("tos", {
        then: (settings) => {
          if (settings.tos > 255) settings.tos = 0;
        },
      }),
      "0.96": int("tos", { problem: range(0, 255) }),
    },
  },
  { long: "mpls", short: "e", help: "print MPLS labels", does: both(set({ mpls: true })) },
  { long: "interface", short: "I", value: "NAME", help: "send through interface NAME", does: both(text("device")) },
  { long: "address", short: "a", value: "ADDRESS", help: "send from ADDRESS", does: both(text("sourceAddress")) },
  {
    long: "first-ttl",
    short: "f",
    value: "TTL",
    help: "begin at this hop",
    does: {
      "0.95": int("firstTtl", { least: 1, then: lowerFirstTtl }),
      "0.96": int("firstTtl", { least: 1 }),
    },
  },
  {
    long: "max-ttl",
    short: "m",
    value: "TTL",
    help: "go no further than this hop",
    does: {
      "0.95": int("maxTtl", { least: 1, most: MOST_TTL, then: lowerFirstTtl }),
      "0.96": int("maxTtl", { least: 1, most: MOST_TTL }),
    },
  },
  {
    long: "due-ttl",
    short: "D",
    value: "TTL",
    help: "do not stop before this hop",
    does: {
      "0.96": int("dueTtl", {
        most: MOST_TTL,
        problem: (ttl) => ttl <= 0 ? "due TTL must be greater than 0" : undefined,
      }),
    },
  },
  {
    long: "max-unknown",
    short: "U",
    value: "COUNT",
    help: "stop after COUNT silent hops",
    does: both(int("maxUnknown", { least: 1 })),
  },
  {
    long: "max-display-path",
    short: "E",
    value: "COUNT",
    help: "print at most COUNT addresses per hop",
    does: { "0.96": int("maxDisplayPath", { most: MOST_DISPLAYED }) },
  },
  { long: "udp", short: "u", help: "probe with UDP", does: both(protocol("udp")) },
  { long: "tcp", short: "T", help: "probe with TCP", does: both(protocol("tcp", USUAL_PORT)) },
  { long: "sctp", short: "S", help: "probe with SCTP", does: both(protocol("sctp", USUAL_PORT)) },
  { long: "port", short: "P", value: "PORT", help: "probe this port", does: both(port("remotePort", REMOTE_PORT)) },
  {
    long: "localport",
    short: "L",
    value: "PORT",
    help: "send UDP probes from this port",
    does: both(port("localPort", LOCAL_PORT)),
  },
  {
    long: "timeout",
    short: "Z",
    value: "SECONDS",
    help: "give up a probe after this time",
    does: both(int("timeoutSeconds")),
  },
  {
    long: "gracetime",
    short: "G",
    value: "SECONDS",
    help: "wait this time after the last probe",
    does: both(seconds("graceSeconds")),
  },
  {
    long: "cache",
    value: "SECONDS",
    help: "do not probe hops that have answered within this time",
    does: {
      "0.96": int("cacheSeconds", {
        problem: (value) => value <= 0 ? "cache timeout must be positive" : undefined,
      }),
    },
  },
  {
    long: "mark",
    short: "M",
    value: "MARK",
    help: "set the firewall mark of the probes",
    does: both(unsigned("mark")),
  },
];

/** The options that a dialect has. */
export const OPTIONS: Readonly<Record<DialectName, readonly CompatOption[]>> = {
  "0.95": optionsOf("0.95"),
  "0.96": optionsOf("0.96"),
};

function optionsOf(dialect: DialectName): CompatOption[] {
  return ROWS.flatMap(({ does, ...names }) => {
    const action = does[dialect];
    return action === undefined ? [] : [{ ...names, action }];
  });
}
