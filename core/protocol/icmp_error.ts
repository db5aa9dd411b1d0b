/**
 * ICMP errors about a probe, whatever protocol it was of: who said what, and the quoted message. Both forms of arrival end
 * here: the whole ICMP message of a raw socket, and what a kernel's error queue says of it.
 */
import type { Answer, AnswerKind } from "../messages.ts";
import type { Family } from "../network.ts";
import { parseExtension } from "../packet/extension.ts";
import type { IcmpMessage } from "../packet/icmp.ts";
import { ICMP4_PROTOCOL, ICMP4_TYPE, parseIcmp4 } from "../packet/icmp4.ts";
import { ICMP6_PROTOCOL, ICMP6_TYPE, parseIcmp6 } from "../packet/icmp6.ts";
import { parseIpv4 } from "../packet/ipv4.ts";
import { parseIpv6 } from "../packet/ipv6.ts";
import type { Arrival } from "./protocol.ts";

/** An error, and the message that caused it. */
export interface IcmpErrorHeard {
  readonly answer: Answer;
  /** Where the quoted packet was going. */
  readonly destination: string;
  /** Where it came from, as its IP header tells; `undefined` where a kernel keeps that to itself. */
  readonly source: string | undefined;
  /** With which traffic class it arrived, the same. */
  readonly trafficClass: number | undefined;
  /** IPv4 identification of the quoted packet; `undefined` for IPv6, and where a kernel keeps it to itself. */
  readonly identification: number | undefined;
  /** The quoted message from its transport header on, as far as it was quoted. */
  readonly quoted: Uint8Array;
}

const CODECS = {
  4: {
    parse: parseIcmp4,
    parsePacket: parseIpv4,
    kinds: {
      [ICMP4_TYPE.timeExceeded]: "timeExceeded",
      [ICMP4_TYPE.unreachable]: "unreachable",
      [ICMP4_TYPE.parameterProblem]: "unreachable",
    },
  },
  6: {
    parse: parseIcmp6,
    parsePacket: parseIpv6,
    kinds: {
      [ICMP6_TYPE.timeExceeded]: "timeExceeded",
      [ICMP6_TYPE.unreachable]: "unreachable",
      [ICMP6_TYPE.packetTooBig]: "unreachable",
      [ICMP6_TYPE.parameterProblem]: "unreachable",
    },
  },
} as const satisfies Record<Family, unknown>;

const ANSWER_KINDS = {
  timeExceeded: "timeExceeded",
  unreachable: "unreachable",
  // The probe can go no further, as with IPv4's "fragmentation needed", which is an unreachable.
  packetTooBig: "unreachable",
} as const satisfies Partial<Record<IcmpMessage["kind"], AnswerKind>>;

/** ICMP's own number among the protocols of a family. */
export const ICMP_PROTOCOLS = { 4: ICMP4_PROTOCOL, 6: ICMP6_PROTOCOL } as const satisfies Record<Family, number>;

/**
 * Reads an error that quotes a message of `protocol`; `undefined` if `arrival` is none. `parsed` is the whole ICMP
 * message that arrived, where somebody has taken it apart already.
 */
export function readIcmpError(
  arrival: Arrival,
  protocol: number,
  parsed?: IcmpMessage,
): IcmpErrorHeard | undefined {
  const { family } = arrival;
  if (arrival.kind === "error") {
    const { icmpType, icmpCode, mtu, to, quoted } = arrival;
    const kinds: Readonly<Record<number, AnswerKind>> = CODECS[family].kinds;
    const kind = kinds[icmpType];
    if (kind === undefined) return undefined;
    const answer: Answer = { kind, icmpType, icmpCode, mtu, ...extensionOf(arrival.extension) };
    return { answer, destination: to, source: undefined, trafficClass: undefined, identification: undefined, quoted };
  }
  if (arrival.transport !== "icmp") return undefined;
  const message = parsed ?? CODECS[family].parse(arrival.bytes);
  if (message === undefined || !isError(message)) return undefined;
  const packet = CODECS[family].parsePacket(message.quoted);
  // A later fragment has no transport header; what stands in its place is payload.
  if (packet === undefined || packet.protocol !== protocol || packet.fragmentOffset !== 0) return undefined;
  const plain: Answer = {
    kind: ANSWER_KINDS[message.kind],
    icmpType: message.type,
    icmpCode: message.code,
    mtu: "mtu" in message ? message.mtu : 0,
    labels: NO_LABELS,
  };
  const isTtlTold = isOutOfTtl(message) && packet.ttl !== EXPIRING_TTL;
  const answer: Answer = message.extension === undefined && !isTtlTold
    ? plain
    : { ...plain, ...extensionOf(message.extension), ...(isTtlTold && { quotedTtl: packet.ttl }) };
  const { destination, source, trafficClass, payload: quoted } = packet;
  const identification = "identification" in packet ? packet.identification : undefined;
  return { answer, destination, source, trafficClass, identification, quoted };
}

const NO_LABELS: Answer["labels"] = [];

/** With which a packet arrives at the router that cannot pass it on. */
const EXPIRING_TTL = 1;

type ErrorMessage = Extract<IcmpMessage, { kind: keyof typeof ANSWER_KINDS }>;

function isError(message: IcmpMessage): message is ErrorMessage {
  return message.kind in ANSWER_KINDS;
}

/** The other code is for fragments that did not come in time, which have TTL to spare. */
function isOutOfTtl({ kind, code }: ErrorMessage): boolean {
  return kind === "timeExceeded" && code === 0;
}

function extensionOf(extension: Uint8Array | undefined): Pick<Answer, "labels" | "interfaces"> {
  const { labels = NO_LABELS, interfaces = [] } = extension && parseExtension(extension) || {};
  return interfaces.length === 0 ? { labels } : { labels, interfaces };
}
