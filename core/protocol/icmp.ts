/** ICMP echo as a probe (RFC 792, RFC 4443): the sequence number tells which, the identifier whose. */
import type { Answer, AnswerKind } from "../messages.ts";
import type { Family, Inbound } from "../network.ts";
import { parseExtension } from "../packet/extension.ts";
import type { IcmpMessage } from "../packet/icmp.ts";
import { ICMP4_HEADER_BYTES, ICMP4_PROTOCOL, ICMP4_TYPE } from "../packet/icmp4.ts";
import { parseIcmp4, parseIcmp4EchoRequest, writeIcmp4EchoRequest } from "../packet/icmp4.ts";
import {
  ICMP6_PROTOCOL,
  ICMP6_TYPE,
  parseIcmp6,
  parseIcmp6EchoRequest,
  writeIcmp6EchoRequest,
} from "../packet/icmp6.ts";
import { parseIpv4 } from "../packet/ipv4.ts";
import { parseIpv6 } from "../packet/ipv6.ts";
import type { Heard, ProbeProtocol, ProbeText } from "./protocol.ts";

type Message = Extract<Inbound, { kind: "message" }>;
type QueuedError = Extract<Inbound, { kind: "error" }>;

/** How each family's bytes are read and written. ICMPv6 checksums are the kernel's, in both directions. */
const CODECS = {
  4: {
    write: writeIcmp4EchoRequest,
    parse: parseIcmp4,
    parseRequest: parseIcmp4EchoRequest,
    parsePacket: parseIpv4,
    protocol: ICMP4_PROTOCOL,
    errors: { [ICMP4_TYPE.timeExceeded]: "timeExceeded", [ICMP4_TYPE.unreachable]: "unreachable" },
  },
  6: {
    write: writeIcmp6EchoRequest,
    parse: parseIcmp6,
    parseRequest: parseIcmp6EchoRequest,
    parsePacket: parseIpv6,
    protocol: ICMP6_PROTOCOL,
    errors: {
      [ICMP6_TYPE.timeExceeded]: "timeExceeded",
      [ICMP6_TYPE.unreachable]: "unreachable",
      [ICMP6_TYPE.packetTooBig]: "unreachable",
    },
  },
} as const satisfies Record<Family, unknown>;

const ANSWER_KINDS = {
  echoReply: "echoReply",
  timeExceeded: "timeExceeded",
  unreachable: "unreachable",
  // The probe can go no further, as with IPv4's "fragmentation needed", which is an unreachable.
  packetTooBig: "unreachable",
} as const satisfies Record<Exclude<IcmpMessage["kind"], "other">, AnswerKind>;

export const ICMP: ProbeProtocol = {
  transport: "icmp",
  headerBytes: ICMP4_HEADER_BYTES,

  write({ family, sequence, payloadBytes, fill }: ProbeText, identifier: number, buffer: Uint8Array): Uint8Array {
    const bytes = buffer.subarray(0, ICMP4_HEADER_BYTES + payloadBytes);
    CODECS[family].write(bytes, { identifier, sequence, fill });
    return bytes;
  },

  read(inbound: Message | QueuedError): Heard | undefined {
    return inbound.kind === "message" ? readMessage(inbound) : readError(inbound);
  },
};

function readMessage({ family, bytes }: Message): Heard | undefined {
  const message = CODECS[family].parse(bytes);
  if (message === undefined || message.kind === "other") return undefined;
  const isError = message.kind !== "echoReply";
  const answer: Answer = {
    kind: ANSWER_KINDS[message.kind],
    icmpType: message.type,
    icmpCode: message.code,
    mtu: "mtu" in message ? message.mtu : 0,
    labels: isError ? labelsOf(message.extension) : [],
  };
  if (!isError) {
    const { identifier, sequence, payload } = message;
    return { family, identifier, sequence, answer, destination: undefined, payload };
  }
  const { parsePacket, parseRequest, protocol } = CODECS[family];
  const packet = parsePacket(message.quoted);
  // A later fragment has no ICMP header; what stands in its place is payload.
  if (packet === undefined || packet.protocol !== protocol || packet.fragmentOffset !== 0) return undefined;
  const request = parseRequest(packet.payload);
  if (request === undefined) return undefined;
  return { family, ...request, answer, destination: packet.destination };
}

function readError(inbound: QueuedError): Heard | undefined {
  const { family, icmpType, icmpCode, mtu, to } = inbound;
  const kinds: Readonly<Record<number, AnswerKind>> = CODECS[family].errors;
  const kind = kinds[icmpType];
  const request = CODECS[family].parseRequest(inbound.quoted);
  if (kind === undefined || request === undefined) return undefined;
  const answer: Answer = { kind, icmpType, icmpCode, mtu, labels: labelsOf(inbound.extension) };
  return { family, ...request, answer, destination: to };
}

function labelsOf(extension: Uint8Array | undefined): Answer["labels"] {
  return extension === undefined ? [] : parseExtension(extension)?.labels ?? [];
}
