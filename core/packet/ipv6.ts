/**
 * IPv6 header (RFC 8200) and the extension headers before the transport message.
 *
 *  0                       4                6             7
 * +-----------------------+----------------+-------------+-----------+
 * | version, traffic      | payload length | next header | hop limit |
 * | class, flow label     |                |             |           |
 * +-----------------------+----------------+-------------+-----------+
 *  8                                    24                                   40
 * +------------------------------------+------------------------------------+---------
 * | source                             | destination                        | payload
 * +------------------------------------+------------------------------------+---------
 */
import { formatIpv6, parseIpv6Address } from "./address.ts";

const AT = { word: 0, payloadBytes: 4, nextHeader: 6, ttl: 7, source: 8, destination: 24, payload: 40 } as const;

/** Every extension header: its successor, its length in units beyond the first 8 bytes; the fragment header has more. */
const EXTENSION_AT = { nextHeader: 0, length: 1, fragment: 2 } as const;

const VERSION = 6;

/** Extension headers (IANA "IPv6 Extension Header Types") that a probe's quote can show, by their header number. */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;

// RFC 8200 section 4.1 knows six positions; a longer chain is not worth following.
const MOST_EXTENSIONS = 8;

/** What a sender chooses. */
export interface Ipv6Header {
  readonly trafficClass: number;
  readonly flowLabel: number;
  /** Length of everything behind the fixed header. */
  readonly payloadBytes: number;
  /** The transport protocol, or the extension header where the chain could not be followed further. */
  readonly protocol: number;
  /** The hop limit. */
  readonly ttl: number;
  readonly source: string;
  readonly destination: string;
}

export interface Ipv6Packet extends Ipv6Header {
  readonly moreFragments: boolean;
  /** Place of the payload in the unfragmented one, in bytes. */
  readonly fragmentOffset: number;
  /** The transport message as far as it is there; without bytes beyond the payload length. */
  readonly payload: Uint8Array;
}

/**
 * Reads a packet; `undefined` if `bytes` does not begin with a whole IPv6 header. The packet may be cut short behind its
 * header, as quoted packets are.
 */
export function parseIpv6(bytes: Uint8Array): Ipv6Packet | undefined {
  if (bytes.length < AT.payload || bytes[AT.word]! >> 4 !== VERSION) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = view.getUint32(AT.word);
  const payloadBytes = view.getUint16(AT.payloadBytes);
  const end = Math.min(bytes.length, AT.payload + payloadBytes);
  let protocol = bytes[AT.nextHeader]!;
  let at: number = AT.payload;
  let fragment = 0;
  for (let passed = 0; passed < MOST_EXTENSIONS && end - at >= 8; passed++) {
    const length = extensionBytes(protocol, bytes[at + EXTENSION_AT.length]!);
    if (length === undefined || length > end - at) break;
    if (protocol === FRAGMENT) fragment = view.getUint16(at + EXTENSION_AT.fragment);
    protocol = bytes[at + EXTENSION_AT.nextHeader]!;
    at += length;
    // Behind the header of a later fragment there is the middle of something.
    if (fragment >> 3 !== 0) break;
  }
  return {
    trafficClass: (word >>> 20) & 0xff,
    flowLabel: word & 0xfffff,
    payloadBytes,
    protocol,
    ttl: bytes[AT.ttl]!,
    source: formatIpv6(bytes, AT.source),
    destination: formatIpv6(bytes, AT.destination),
    moreFragments: (fragment & 1) !== 0,
    fragmentOffset: fragment & 0xfff8,
    payload: bytes.subarray(at, end),
  };
}

/** Writes the fixed header to the start of `into`; gives its length. The payload is the caller's to place. */
export function writeIpv6(into: Uint8Array, header: Ipv6Header): number {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint32(AT.word, (VERSION << 28) | (header.trafficClass << 20) | header.flowLabel);
  view.setUint16(AT.payloadBytes, header.payloadBytes);
  view.setUint8(AT.nextHeader, header.protocol);
  view.setUint8(AT.ttl, header.ttl);
  into.set(addressBytes(header.source), AT.source);
  into.set(addressBytes(header.destination), AT.destination);
  return AT.payload;
}

/** Length of the extension header `number`; `undefined` if it is none that can be skipped. */
function extensionBytes(number: number, length: number): number | undefined {
  switch (number) {
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION_OPTIONS:
      return 8 + length * 8;
    case FRAGMENT:
      return 8;
    case AUTHENTICATION:
      return 8 + length * 4;
    default:
      return undefined;
  }
}

function addressBytes(text: string): Uint8Array {
  const bytes = parseIpv6Address(text);
  if (bytes === undefined) throw new RangeError(`Cannot write the address ${text}: it must be IPv6 without zone`);
  return bytes;
}
