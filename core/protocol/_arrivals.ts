/**
 * For the tests of this room: a network that moves nothing, and what may arrive about a probe. It makes every arrival
 * from bytes of its own, so that a test says only what differs.
 */
import type { Endpoint, Family, Transport } from "../network.ts";
import { writeIcmp4Error } from "../packet/icmp4.ts";
import { writeIcmp6Error } from "../packet/icmp6.ts";
import { writeIpv4 } from "../packet/ipv4.ts";
import { writeIpv6 } from "../packet/ipv6.ts";
import { DEFAULT_PLAN, type TracePlan } from "../plan.ts";
import type { Arrival, Heard, ProbeProtocol, ProbeText, ProtocolMaker } from "./protocol.ts";

export const FAMILIES = [4, 6] as const;
export const ROUTER = { 4: "203.0.113.1", 6: "2001:db8:1::1" } as const;
export const TARGET = { 4: "192.0.2.9", 6: "2001:db8::9" } as const;
export const ELSEWHERE = { 4: "192.0.2.10", 6: "2001:db8::a" } as const;
export const SELF = { 4: "198.51.100.1", 6: "2001:db8:ffff::1" } as const;
export const EXCEEDED = { 4: 11, 6: 3 } as const;
export const UNREACHABLE = { 4: 3, 6: 1 } as const;
/** A port of this run, as a network chooses it. */
export const OWN_PORT = 0x5a5a;

const ERROR = { 4: writeIcmp4Error, 6: writeIcmp6Error } as const;
const STAMP = { atUs: 1, source: "driver", errorUs: 0 } as const;
const FRAGMENT_HEADER = 44;

/** The protocol of a run of this plan, whose flows vary, on a network that has `ownPort` and is never used otherwise. */
export function protocolOf(maker: ProtocolMaker, plan: Partial<TracePlan> = {}, ownPort = OWN_PORT): ProbeProtocol {
  const unused = (): never => {
    throw new Error("Reading and writing messages moves none");
  };
  const network = {
    ownPort,
    overflowed: 0,
    trafficClass: 0,
    echoIdentifier: unused,
    isOwn: unused,
    nowUs: unused,
    send: unused,
    receive: unused,
  };
  const sourceAddress = ({ family }: Endpoint): string => SELF[family];
  return maker({ ...network, sourceAddress }, { ...DEFAULT_PLAN, flow: "varying", ...plan });
}

/** A probe with this number to the target. */
export function text(family: Family, sequence: number, of: Partial<ProbeText> = {}): ProbeText {
  const between = { source: SELF[family], destination: TARGET[family] };
  return { family, sequence, ...between, flow: 0, port: undefined, payloadBytes: 36, fill: 0x5a, ...of };
}

/** The bytes of a probe, for itself. */
export function written(protocol: ProbeProtocol, probe: ProbeText): Uint8Array {
  return protocol.write(probe, new Uint8Array(2_000)).slice();
}

/** A whole message of the target. */
export function received(family: Family, transport: Transport, bytes: Uint8Array, from?: string): Arrival {
  return { kind: "message", family, transport, from: from ?? TARGET[family], bytes, received: STAMP, ttl: 60 };
}

export interface Quoting {
  readonly protocol: number;
  readonly type?: number;
  readonly code?: number;
  readonly mtu?: number;
  readonly destination?: string;
  /** Most bytes of the quoted message behind its IP headers. */
  readonly quoteBytes?: number;
  readonly fragmentOffset?: number;
  /** Of IPv4; one that is no probe's if absent. */
  readonly identification?: number;
  /** Bytes of IPv4 options before the message. */
  readonly options?: Uint8Array;
  readonly extension?: Uint8Array;
}

/** An error of a router as a raw socket hears it: a message that quotes `bytes` in their IP packet. */
export function quotedBy(family: Family, bytes: Uint8Array, of: Quoting): Arrival {
  const { type = EXCEEDED[family], code = 0, mtu = 0, extension, quoteBytes = bytes.length } = of;
  const packet = packetOf(family, bytes, of);
  const quoted = packet.subarray(0, packet.length - bytes.length + quoteBytes);
  const message = ERROR[family]({ type, code, mtu, quoted, extension, tellsLength: true });
  return received(family, "icmp", message, ROUTER[family]);
}

/** The same as the error queue of a socket without raw access tells it. */
export function queuedOf(
  family: Family,
  transport: Transport,
  bytes: Uint8Array,
  of: Partial<Quoting> = {},
): Extract<Arrival, { kind: "error" }> {
  const { type = EXCEEDED[family], code = 0, mtu = 0, extension, quoteBytes, destination } = of;
  return {
    kind: "error",
    family,
    transport,
    from: ROUTER[family],
    icmpType: type,
    icmpCode: code,
    mtu,
    to: destination ?? TARGET[family],
    quoted: bytes.subarray(0, quoteBytes),
    extension,
    received: STAMP,
    ttl: undefined,
  };
}

/** The number that an answer names; `undefined` if it does not show it. */
export function numberOf({ name }: Heard): number | undefined {
  return name.by === "number" ? name.sequence : undefined;
}

/** What of `arrival` fits the probe, by all that the engine compares: number, port and destination. */
export function fitting(protocol: ProbeProtocol, arrival: Arrival, probe: ProbeText): readonly Heard[] {
  return protocol.read(arrival).filter((heard) =>
    heard.family === probe.family && numberOf(heard) === probe.sequence && heard.port === protocol.portOf(probe.port) &&
    (heard.destination ?? arrival.from) === probe.destination
  );
}

function packetOf(family: Family, bytes: Uint8Array, of: Quoting): Uint8Array {
  const { protocol, destination = TARGET[family], fragmentOffset = 0, options = new Uint8Array(0) } = of;
  const { identification = 7 } = of;
  const between = { source: SELF[family], destination };
  const common = { trafficClass: 0, ttl: 1, ...between };
  if (family === 4) {
    const packet = new Uint8Array(20 + options.length + bytes.length);
    const fragment = { identification, dontFragment: false, moreFragments: false, fragmentOffset };
    writeIpv4(packet, { ...common, ...fragment, totalBytes: packet.length, protocol, options });
    packet.set(bytes, packet.length - bytes.length);
    return packet;
  }
  const inFront = fragmentOffset === 0
    ? new Uint8Array(0)
    : Uint8Array.of(protocol, 0, fragmentOffset >> 8, fragmentOffset & 0xf8, 0, 0, 0, 7);
  const packet = new Uint8Array(40 + inFront.length + bytes.length);
  writeIpv6(packet, {
    ...common,
    flowLabel: 0,
    payloadBytes: packet.length - 40,
    protocol: fragmentOffset === 0 ? protocol : FRAGMENT_HEADER,
  });
  packet.set(inFront, 40);
  packet.set(bytes, packet.length - bytes.length);
  return packet;
}
