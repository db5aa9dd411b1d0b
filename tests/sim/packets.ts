/** The bytes that routers and hosts of the simulated network send. */
import type { Family, Transport } from "../../core/network.ts";
import { checksum } from "../../core/packet/checksum.ts";
import { writeExtension } from "../../core/packet/extension.ts";
import { writeIcmp4Error } from "../../core/packet/icmp4.ts";
import { ICMP6_PROTOCOL, writeIcmp6Error } from "../../core/packet/icmp6.ts";
import { writeIpv4 } from "../../core/packet/ipv4.ts";
import { writeIpv6 } from "../../core/packet/ipv6.ts";
import { sumBetween } from "../../core/packet/pseudo_header.ts";
import { PROTOCOL_NUMBERS } from "./hosts.ts";
import type { Changed } from "./routing.ts";
import type { Hop, SentMessage, Translation } from "./world.ts";

/** The simulated host's own addresses. */
export const OWN_ADDRESS: Readonly<Record<Family, string>> = { 4: "198.51.100.1", 6: "2001:db8:ffff::1" };

const HEADER_BYTES = { 4: 20, 6: 40 } as const;

/** Where a checksum over addresses is. */
const CHECKSUM_AT: Readonly<Partial<Record<Transport, number>>> = { udp: 6, tcp: 16 };

/** Errors are cut so that they fit into the least MTU (RFC 1812 section 4.3.2.3, RFC 4443 section 3.3). */
const USUAL_QUOTE_BYTES = { 4: 548, 6: 1_232 } as const;

/** Where old routers put their extension, whatever they could quote (RFC 4884 section 5.5). */
const UNTOLD_QUOTE_BYTES = 128;

export function wrap({ family, transport, source, destination, ttl, trafficClass, identification, message }: {
  readonly family: Family;
  readonly transport: Transport;
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly trafficClass: number;
  readonly identification: number;
  readonly message: Uint8Array;
}): Uint8Array {
  const packet = new Uint8Array(HEADER_BYTES[family] + message.length);
  const common = { trafficClass, ttl, protocol: PROTOCOL_NUMBERS[transport][family], source, destination };
  if (family === 4) {
    writeIpv4(packet, {
      ...common,
      totalBytes: packet.length,
      identification,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      options: new Uint8Array(0),
    });
  } else {
    writeIpv6(packet, { ...common, flowLabel: 0, payloadBytes: message.length });
  }
  packet.set(message, HEADER_BYTES[family]);
  return packet;
}

/** The error that quotes what was sent, as it was when it arrived: with this TTL. */
export function errorBytes(
  sent: SentMessage,
  hop: Hop | undefined,
  { type, code, mtu, translation, trafficClass }: Changed & {
    readonly type: number;
    readonly code: number;
    readonly mtu: number;
  },
  ttlAtArrival: number,
): Uint8Array {
  const { family, transport, identification } = sent;
  const message = translation === undefined ? sent.bytes : translated(sent, translation);
  const source = translation === undefined || translation.restoresAddresses ? OWN_ADDRESS[family] : translation.address;
  const destination = hop?.quotesDestination ?? translation?.destination ?? sent.to;
  const ttl = hop?.quotesTtl ?? ttlAtArrival;
  const packet = wrap({ family, transport, source, destination, ttl, trafficClass, identification, message });
  const quoteBytes = hop?.quoteBytes ?? USUAL_QUOTE_BYTES[family];
  const tellsLength = hop?.tellsQuoteLength ?? true;
  const error = {
    type,
    code,
    mtu,
    quoted: packet.subarray(0, tellsLength ? quoteBytes : Math.min(quoteBytes, UNTOLD_QUOTE_BYTES)),
    extension: extensionOf(hop),
    tellsLength,
  };
  // ICMPv6 gets its checksum when it arrives: only then its source is certain.
  return family === 4 ? writeIcmp4Error(error) : writeIcmp6Error(error);
}

function extensionOf({ labels, interfaces }: Partial<Hop> = {}): Uint8Array | undefined {
  if (labels === undefined && interfaces === undefined) return undefined;
  return writeExtension({ ...(labels && { labels }), ...(interfaces && { interfaces }) });
}

/** The message behind a translator. */
function translated(
  sent: SentMessage,
  { address, port, identifier, destination: to = sent.to, destinationPort, restoresAddresses }: Translation,
): Uint8Array {
  const { family, transport, bytes } = sent;
  const message = bytes.slice();
  const view = new DataView(message.buffer);
  if (transport === "icmp") {
    if (identifier !== undefined) view.setUint16(4, identifier);
    if (family === 6) return sealed6(message, address, to);
    view.setUint16(2, 0);
    view.setUint16(2, checksum(message));
    return message;
  }
  if (port !== undefined) view.setUint16(0, port);
  if (destinationPort !== undefined) view.setUint16(2, destinationPort);
  const at = CHECKSUM_AT[transport];
  if (at !== undefined) {
    view.setUint16(at, 0);
    const sum = sumBetween({ source: address, destination: to }, PROTOCOL_NUMBERS[transport][family], message.length);
    view.setUint16(at, checksum(message, sum));
  }
  if (restoresAddresses) view.setUint16(0, new DataView(bytes.buffer, bytes.byteOffset).getUint16(0));
  return message;
}

export function sealed6(bytes: Uint8Array, source: string, destination: string): Uint8Array {
  const message = bytes.slice();
  const view = new DataView(message.buffer);
  view.setUint16(2, 0);
  view.setUint16(2, checksum(message, sumBetween({ source, destination }, ICMP6_PROTOCOL, message.length)));
  return message;
}
