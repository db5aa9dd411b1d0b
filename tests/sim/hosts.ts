/**
 * What simulated hosts make of a message: what leaves must be right in every byte that others look at, and what a target
 * answers, protocol by protocol. Bytes are read and written by our own codecs.
 */
import assert from "node:assert/strict";
import type { Family, Transport } from "../../core/network.ts";
import { isChecksumRight } from "../../core/packet/checksum.ts";
import { ICMP4_PROTOCOL, parseIcmp4EchoRequest, writeIcmp4EchoReply } from "../../core/packet/icmp4.ts";
import { ICMP6_PROTOCOL, parseIcmp6EchoRequest, writeIcmp6EchoReply } from "../../core/packet/icmp6.ts";
import { type Between, sumBetween } from "../../core/packet/pseudo_header.ts";
import {
  parseSctp,
  SCTP_CHUNK,
  SCTP_PROTOCOL,
  type SctpPacket,
  writeSctpAbort,
  writeSctpInitAck,
} from "../../core/packet/sctp.ts";
import { parseTcp, TCP_PROTOCOL, writeTcpReset, writeTcpSegment } from "../../core/packet/tcp.ts";
import { parseUdp, UDP_PROTOCOL, writeUdp, writeUdpPayload } from "../../core/packet/udp.ts";
import type { PortState, SentMessage, TargetHost } from "./world.ts";

export const PROTOCOL_NUMBERS: Readonly<Record<Transport, Readonly<Record<Family, number>>>> = {
  icmp: { 4: ICMP4_PROTOCOL, 6: ICMP6_PROTOCOL },
  udp: { 4: UDP_PROTOCOL, 6: UDP_PROTOCOL },
  tcp: { 4: TCP_PROTOCOL, 6: TCP_PROTOCOL },
  sctp: { 4: SCTP_PROTOCOL, 6: SCTP_PROTOCOL },
};

/** Type and code of ICMP for a host without the protocol, and for a closed port (RFC 792; RFC 4443 sections 3.4 and 3.1). */
const NO_PROTOCOL = { 4: [3, 2], 6: [4, 1] } as const;
const NO_PORT = { 4: [3, 3], 6: [1, 4] } as const;
const UNREACHABLE = { 4: 3, 6: 1 } as const;

const COOKIE = Uint8Array.of(1, 2, 3);

export type HostAnswer =
  | { readonly kind: "message"; readonly transport: Transport; readonly bytes: Uint8Array }
  | { readonly kind: "error"; readonly type: number; readonly code: number }
  | { readonly kind: "silent" };

type Carried = Exclude<Transport, "icmp">;

/** The message, after a look at all that a host on the way or at its end would refuse. */
export function leave(transport: Carried, message: Uint8Array, between: Between): Uint8Array {
  LEAVES[transport](message, between);
  return message;
}

const LEAVES: Readonly<Record<Carried, (message: Uint8Array, between: Between) => void>> = {
  udp: (message, between) => {
    const datagram = parseUdp(message, between);
    assert.ok(datagram !== undefined && datagram.checksum !== 0 && datagram.totalBytes === message.length);
    checkSum(message, between, UDP_PROTOCOL);
  },
  tcp: (message, between) => {
    const segment = parseTcp(message, between);
    assert.ok(segment?.syn && !segment.ack && !segment.rst && !segment.fin, "A probe of TCP is a SYN");
    checkSum(message, between, TCP_PROTOCOL);
  },
  sctp: (message) => {
    const packet = parseSctp(message);
    assert.ok(packet?.chunk === SCTP_CHUNK.init && packet.verificationTag === 0, "A probe of SCTP is an INIT");
    assert.notEqual(packet.initiateTag, 0);
    assert.notDeepEqual(message.subarray(8, 12), new Uint8Array(4), "It has a checksum");
  },
};

/** No device completes the checksum here. */
function checkSum(message: Uint8Array, between: Between, protocol: number): void {
  assert.ok(isChecksumRight(message, sumBetween(between, protocol, message.length)), "A wrong checksum was sent");
}

/** What the target of a message says to it. */
export function hostAnswer(sent: SentMessage, target: TargetHost, from: string): HostAnswer {
  const { family } = sent;
  if (target.lacksProtocol) return refused(NO_PROTOCOL[family]);
  if (target.unreachableCode !== undefined) return refused([UNREACHABLE[family], target.unreachableCode]);
  const back = { source: target.answersFrom ?? sent.to, destination: from };
  return ANSWERS[sent.transport](sent, target, back);
}

const ANSWERS: Readonly<Record<Transport, (sent: SentMessage, target: TargetHost, back: Between) => HostAnswer>> = {
  icmp: ({ family, bytes }, { returnsBytes }, back) => {
    const request = family === 4 ? parseIcmp4EchoRequest(bytes) : parseIcmp6EchoRequest(bytes);
    assert.ok(request);
    const echo = { ...request, payload: request.payload.subarray(0, returnsBytes ?? request.payload.length) };
    return said("icmp", family === 4 ? writeIcmp4EchoReply(echo) : writeIcmp6EchoReply(echo, back));
  },
  udp: ({ family, bytes }, target, back) => {
    const { sourcePort, destinationPort } = parseUdp(bytes)!;
    const state = stateOf(target, destinationPort);
    if (state === "closed") return refused(NO_PORT[family]);
    if (state === "silent") return { kind: "silent" };
    const datagram = new Uint8Array(state === "echo" ? bytes.length : 20);
    const ports = { sourcePort: destinationPort, destinationPort: sourcePort };
    if (state === "echo") {
      writeUdpPayload(datagram, { ...ports, payload: parseUdp(bytes)!.payload }, back);
      return said("udp", datagram);
    }
    writeUdp(datagram, { ...ports, fill: 0x21 }, back);
    return said("udp", datagram);
  },
  tcp: ({ bytes }, target, back) => {
    const syn = parseTcp(bytes)!;
    const state = stateOf(target, syn.destinationPort);
    if (state === "silent") return { kind: "silent" };
    if (state === "closed") return said("tcp", writeTcpReset(syn, back));
    const flags = { syn: true, ack: true, rst: false, fin: false };
    const numbers = { sequence: 77, acknowledgment: (syn.sequence + 1) >>> 0 };
    return said("tcp", writeTcpSegment({ ...turned(syn), ...numbers, ...flags }, back));
  },
  sctp: ({ bytes }, target) => {
    const init = parseSctp(bytes)!;
    const state = stateOf(target, init.destinationPort);
    if (state === "silent") return { kind: "silent" };
    const header = { ...turned(init), verificationTag: tagOf(init) };
    if (state === "closed") return said("sctp", writeSctpAbort(header));
    const chosen = { initiateTag: 9, receiverWindowBytes: 1_500, outboundStreams: 1, inboundStreams: 1, initialTsn: 9 };
    return said("sctp", writeSctpInitAck({ ...header, ...chosen, cookie: COOKIE }));
  },
};

function refused([type, code]: readonly [type: number, code: number]): HostAnswer {
  return { kind: "error", type, code };
}

function said(transport: Transport, bytes: Uint8Array): HostAnswer {
  return { kind: "message", transport, bytes };
}

function stateOf({ ports = {} }: TargetHost, port: number): PortState {
  return ports[port] ?? "closed";
}

function tagOf({ initiateTag }: SctpPacket): number {
  assert.ok(initiateTag !== undefined);
  return initiateTag;
}

function turned({ sourcePort, destinationPort }: { readonly sourcePort: number; readonly destinationPort: number }): {
  readonly sourcePort: number;
  readonly destinationPort: number;
} {
  return { sourcePort: destinationPort, destinationPort: sourcePort };
}
