/**
 * Probes on the wire and their answers, whoever sent them: matched by what the answer returns, nothing else. Of probes that
 * look alike the latest without an answer has it.
 */
import type { Packet, PortPacket } from "./capture.ts";

/** In µs of the wall clock, with a fraction. */
export interface WireTrip {
  readonly sentUs: number;
  answeredUs: number | undefined;
}

/** Echo requests of either family, in the order of sending. */
export function echoTrips(packets: readonly Packet[]): readonly WireTrip[] {
  return match(packets.map((packet) => ({
    atUs: packet.atUs,
    isProbe: packet.kind === "echoRequest",
    key: `${packet.identifier} ${packet.sequence}`,
  })));
}

/** UDP datagrams and TCP SYNs to `target`, in the order of sending. */
export function transportTrips(packets: readonly PortPacket[], target: string): readonly WireTrip[] {
  return match(packets.flatMap((packet) => {
    const { protocol, to, atUs, message } = packet;
    if (protocol === "icmp") return { atUs, isProbe: false, key: quotedKey(packet) };
    const isProbe = to === target;
    if (protocol === "udp") return { atUs, isProbe, key: isProbe ? udpKey(message) : reversedKey(packet) };
    // What the client says after the answer is no probe.
    if (isProbe && message[TCP.flags] !== SYN) return [];
    return { atUs, isProbe, key: isProbe ? tcpKey(message) : reversedKey(packet) };
  }));
}

const TCP = { sequence: 4, acknowledgment: 8, flags: 13 } as const;
const SYN = 2;
const ICMP_HEADER_BYTES = 8;
const IPV6_HEADER_BYTES = 40;

/** Ports, checksum, and the two bytes of the payload that make the checksum what it is. */
function udpKey(message: Uint8Array): string {
  return `${message.slice(0, 4)} ${message.slice(6, 10)}`;
}

/** Ports and sequence number. */
function tcpKey(message: Uint8Array): string {
  return `${message.slice(0, TCP.acknowledgment)}`;
}

function quotedKey({ family, message }: PortPacket): string {
  const ipAt = ICMP_HEADER_BYTES;
  const headerBytes = family === 4 ? (message[ipAt]! & 15) * 4 : IPV6_HEADER_BYTES;
  const quoted = message.slice(ipAt + headerBytes);
  const isTcp = message[ipAt + (family === 4 ? 9 : 6)] === 6;
  return isTcp ? tcpKey(quoted) : udpKey(quoted);
}

/** The key of the probe that such an answer of the target was sent to. */
function reversedKey({ protocol, message }: PortPacket): string {
  const reversed = Uint8Array.from(message);
  reversed.set(message.subarray(2, 4), 0);
  reversed.set(message.subarray(0, 2), 2);
  if (protocol !== "tcp") return udpKey(reversed);
  const view = new DataView(reversed.buffer);
  view.setUint32(TCP.sequence, view.getUint32(TCP.acknowledgment) - 1);
  return tcpKey(reversed);
}

function match(
  packets: readonly { readonly atUs: number; readonly isProbe: boolean; readonly key: string }[],
): readonly WireTrip[] {
  const trips: WireTrip[] = [];
  const open = new Map<string, WireTrip>();
  for (const { atUs, isProbe, key } of packets) {
    if (isProbe) {
      const trip = { sentUs: atUs, answeredUs: undefined };
      trips.push(trip);
      open.set(key, trip);
      continue;
    }
    const trip = open.get(key);
    if (trip !== undefined) trip.answeredUs = atUs;
    open.delete(key);
  }
  return trips;
}
