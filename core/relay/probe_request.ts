/** The arguments of `send-probe`: from words to a probe that can be ordered, or to what is said of those that cannot. */
import type { Family, MessageSettings } from "../network.ts";
import { canonicalAddress } from "../packet/address.ts";
import { LIMITS, PROTOCOL_NAMES, type ProtocolName } from "../plan.ts";
import { readLong, toInt } from "../text/c_integer.ts";
import type { RelayDialect } from "./dialects.ts";
import type { Argument } from "./server_lines.ts";

export interface ProbeRequest {
  readonly family: Family;
  readonly to: string;
  /** Address to ask, where that is not the one that was named: this host has the unspecified one. */
  readonly destination: string;
  readonly protocol: ProtocolName;
  readonly port: number | undefined;
  readonly localPort: number | undefined;
  readonly ttl: number;
  readonly packetBytes: number;
  readonly fill: number;
  /** Not above 0: no longer than until what is there has been read. */
  readonly timeoutSeconds: number;
  readonly settings: MessageSettings;
}

/** A probe, or the words of the refusal. */
export type RequestRead =
  | { readonly ok: true; readonly request: ProbeRequest }
  | { readonly ok: false; readonly words: string };

/** What this host can send. */
export interface Abilities {
  has(family: Family, protocol: ProtocolName): boolean;
}

const INVALID = "invalid-argument";
const NO_FAMILY = `${INVALID} reason ip-version-not-supported`;
const NO_PROTOCOL = `${INVALID} reason protocol-not-supported`;
const NOT_OURS = "address-not-available";

const BYTE = 0xff;
const PORT = 0xffff;
const FAMILIES: readonly Family[] = [4, 6];
// What systems use unless told.
const USUAL_TTL = 64;
const DEFAULT = -1;
// mtr-packet's buffer, which has the IPv4 header in it and the IPv6 header not.
const MOST_PACKET_BYTES = { 4: 9_000, 6: 9_040 } as const;
const UNSPECIFIED = { 4: "0.0.0.0", 6: "::" } as const;
const LOOPBACK = { 4: "127.0.0.1", 6: "::1" } as const;
// The least IPv4 packets, to which other bytes may be added.
const LEAST_BYTES: Readonly<Partial<Record<ProtocolName, number>>> = { icmp: 28, udp: 32 };

interface Draft {
  to: { readonly family: Family; readonly text: string } | undefined;
  source: string | undefined;
  device: string | undefined;
  protocol: ProtocolName;
  port: number;
  localPort: number;
  ttl: number;
  size: number;
  fill: number;
  trafficClass: number;
  timeoutSeconds: number;
  mark: number;
}

type Setter = (draft: Draft, value: string) => boolean;
type NumberName = "port" | "localPort" | "ttl" | "size" | "fill" | "trafficClass" | "timeoutSeconds" | "mark";

/** A whole number of any size; more than an `int` loses its upper bits. */
const number = (name: NumberName, accepts: (value: number) => boolean = () => true): Setter => (draft, text) => {
  const { value, isWhole } = readLong(text);
  draft[name] = toInt(value);
  return isWhole && accepts(draft[name]);
};

const ARGUMENTS: Readonly<Record<string, Setter>> = {
  "ip-4": (draft, text) => (draft.to = { family: 4, text }, true),
  "ip-6": (draft, text) => (draft.to = { family: 6, text }, true),
  "local-ip-4": (draft, text) => (draft.source = text, true),
  "local-ip-6": (draft, text) => (draft.source = text, true),
  "local-device": (draft, text) => (draft.device = text, true),
  protocol: (draft, text) => {
    const found = PROTOCOL_NAMES.find((name) => name === text);
    draft.protocol = found ?? draft.protocol;
    return found !== undefined;
  },
  port: number("port"),
  "local-port": number("localPort", (port) => port >= LIMITS.localPort.least),
  ttl: number("ttl"),
  size: number("size"),
  "bit-pattern": number("fill"),
  tos: number("trafficClass"),
  timeout: number("timeoutSeconds"),
  mark: number("mark"),
};

/** In the order of mtr-packet: every word first, then what is asked for at all, then the addresses and the numbers. */
export function readRequest(args: readonly Argument[], abilities: Abilities, dialect: RelayDialect): RequestRead {
  const draft: Draft = {
    to: undefined,
    source: undefined,
    device: undefined,
    protocol: "icmp",
    port: 0,
    localPort: 0,
    ttl: 255,
    size: 64,
    fill: 0,
    trafficClass: 0,
    timeoutSeconds: 10,
    mark: 0,
  };
  for (const [name, value] of args) {
    const isKnown = Object.hasOwn(ARGUMENTS, name);
    if (isKnown && !ARGUMENTS[name]!(draft, value)) return refused(INVALID);
  }
  const { to, protocol } = draft;
  if (to === undefined || !PROTOCOL_NAMES.some((any) => abilities.has(to.family, any))) return refused(NO_FAMILY);
  if (!abilities.has(to.family, protocol)) return refused(NO_PROTOCOL);
  return addressed(draft, to, dialect);
}

function addressed(draft: Draft, { family, text }: NonNullable<Draft["to"]>, dialect: RelayDialect): RequestRead {
  const { protocol, device, size, mark } = draft;
  const to = addressOf(family, text);
  const source = draft.source === undefined ? UNSPECIFIED[family] : addressOf(family, draft.source);
  if (to === undefined || source === undefined) return refused(INVALID);
  const hasPayload = LEAST_BYTES[protocol] !== undefined;
  if (hasPayload && size > MOST_PACKET_BYTES[family]) return refused(INVALID);
  // Which interface, only its source address would tell.
  if (isLinkLocal(to) && source === UNSPECIFIED[6]) return refused(INVALID);
  // An IPv6 socket would have to send from such an address, too.
  if (isMapped(to)) return refused(NOT_OURS);
  const ipv4Header = hasPayload ? dialect.ipv4Header : "kernel";
  const writesHeader = family === 4 && ipv4Header === "program";
  const ttl = ttlOf(draft.ttl, family, writesHeader);
  const trafficClass = trafficClassOf(draft.trafficClass, family);
  if (ttl === undefined || trafficClass === undefined) return refused(INVALID);
  if (mark !== 0 && !dialect.marks) return refused("permission-denied");
  return {
    ok: true,
    request: {
      family,
      to,
      // Echo replies may come from anywhere, and the kernel itself knows best which address this is.
      destination: to === UNSPECIFIED[family] && protocol !== "icmp" ? LOOPBACK[family] : to,
      protocol,
      port: (draft.port & PORT) || undefined,
      localPort: (draft.localPort & PORT) || undefined,
      ttl,
      packetBytes: Math.max(size, LEAST_BYTES[protocol] ?? 0) + dialect.extraBytes[family],
      fill: draft.fill & BYTE,
      timeoutSeconds: draft.timeoutSeconds,
      settings: {
        trafficClass,
        mark,
        device: dialect.knowsDevice ? device : undefined,
        sourceAddress: source === UNSPECIFIED[family] ? undefined : source,
        ipv4Header,
      },
    },
  };
}

function refused(words: string): RequestRead {
  return { ok: false, words };
}

function addressOf(family: Family, text: string): string | undefined {
  const address = canonicalAddress(text);
  return address !== undefined && FAMILIES[address.includes(":") ? 1 : 0] === family ? address : undefined;
}

function isMapped(address: string): boolean {
  return address.startsWith("::ffff:") && address.includes(".");
}

/** Of fe80::/10 (RFC 4291 section 2.5.6), in its one spelling. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}

/** The TTL of the header; `undefined` for one that the kernel takes none of. A header of our own has its lower byte. */
function ttlOf(ttl: number, family: Family, writesHeader: boolean): number | undefined {
  if (writesHeader) return ttl & BYTE;
  if (ttl === DEFAULT) return USUAL_TTL;
  return ttl >= (family === 4 ? 1 : 0) && ttl <= BYTE ? ttl : undefined;
}

function trafficClassOf(value: number, family: Family): number | undefined {
  if (family === 4) return value & BYTE;
  if (value === DEFAULT) return 0;
  return value >= 0 && value <= BYTE ? value : undefined;
}
