/**
 * IPv4 header (RFC 791).
 *
 *  0          1         2              4                6
 * +----------+---------+--------------+----------------+----------------+
 * | version, | type of | total length | identification | flags,         |
 * | words    | service |              |                | fragment       |
 * +----------+---------+--------------+----------------+----------------+
 *  8          9         10             12               16               20
 * +----------+---------+--------------+----------------+----------------+---------
 * | time to  | proto-  | checksum     | source         | destination    | options
 * | live     | col     |              |                |                |
 * +----------+---------+--------------+----------------+----------------+---------
 */
import { formatIpv4, parseIpv4Address } from "./address.ts";
import { checksum } from "./checksum.ts";

const AT = {
  versionAndWords: 0,
  trafficClass: 1,
  totalBytes: 2,
  identification: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  options: 20,
} as const;

const VERSION = 4;
const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;
const LONGEST_OPTIONS = 40;
const NO_OPTIONS = new Uint8Array(0);

/** What a sender chooses. */
export interface Ipv4Header {
  /** Type of service: DSCP and ECN. */
  readonly trafficClass: number;
  /** Length of the whole packet, header included. */
  readonly totalBytes: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Place of the payload in the unfragmented one, in bytes: a multiple of 8. */
  readonly fragmentOffset: number;
  readonly ttl: number;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** Whole words, 40 bytes at most. */
  readonly options: Uint8Array;
}

export interface Ipv4Packet extends Ipv4Header {
  /** What follows the header, as far as it is there; without bytes beyond the total length. */
  readonly payload: Uint8Array;
}

/**
 * Reads a packet; `undefined` if `bytes` does not begin with a whole IPv4 header. The packet may be cut short behind its
 * header, as quoted packets are. A total length that does not even cover the header is ignored: some systems
 * quote it in the wrong byte order or without the header.
 */
export function parseIpv4(bytes: Uint8Array): Ipv4Packet | undefined {
  if (bytes.length < AT.options || bytes[AT.versionAndWords]! >> 4 !== VERSION) return undefined;
  const headerBytes = (bytes[AT.versionAndWords]! & 0x0f) * 4;
  if (headerBytes < AT.options || headerBytes > bytes.length) return undefined;
  const totalBytes = uint16At(bytes, AT.totalBytes);
  const fragment = uint16At(bytes, AT.fragment);
  return {
    trafficClass: bytes[AT.trafficClass]!,
    totalBytes,
    identification: uint16At(bytes, AT.identification),
    dontFragment: (fragment & DONT_FRAGMENT) !== 0,
    moreFragments: (fragment & MORE_FRAGMENTS) !== 0,
    fragmentOffset: (fragment & FRAGMENT_OFFSET) * 8,
    ttl: bytes[AT.ttl]!,
    protocol: bytes[AT.protocol]!,
    source: formatIpv4(bytes, AT.source),
    destination: formatIpv4(bytes, AT.destination),
    options: headerBytes === AT.options ? NO_OPTIONS : bytes.subarray(AT.options, headerBytes),
    payload: bytes.subarray(headerBytes, totalBytes < headerBytes ? bytes.length : totalBytes),
  };
}

/** Writes the header with its checksum to the start of `into`; gives its length. The payload is the caller's to place. */
export function writeIpv4(into: Uint8Array, header: Ipv4Header): number {
  const headerBytes = AT.options + header.options.length;
  if (header.options.length > LONGEST_OPTIONS || header.options.length % 4 !== 0) {
    throw new RangeError(`Cannot write ${header.options.length} bytes of IPv4 options: whole words, 40 bytes at most`);
  }
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint8(AT.versionAndWords, (VERSION << 4) | (headerBytes / 4));
  view.setUint8(AT.trafficClass, header.trafficClass);
  view.setUint16(AT.totalBytes, header.totalBytes);
  view.setUint16(AT.identification, header.identification);
  view.setUint16(
    AT.fragment,
    (header.dontFragment ? DONT_FRAGMENT : 0) | (header.moreFragments ? MORE_FRAGMENTS : 0) |
      (header.fragmentOffset / 8),
  );
  view.setUint8(AT.ttl, header.ttl);
  view.setUint8(AT.protocol, header.protocol);
  into.set(addressBytes(header.source), AT.source);
  into.set(addressBytes(header.destination), AT.destination);
  into.set(header.options, AT.options);
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, checksum(into.subarray(0, headerBytes)));
  return headerBytes;
}

function uint16At(bytes: Uint8Array, at: number): number {
  return bytes[at]! << 8 | bytes[at + 1]!;
}

function addressBytes(text: string): Uint8Array {
  const bytes = parseIpv4Address(text);
  if (bytes === undefined) throw new RangeError(`Cannot write the address ${text}: it must be IPv4`);
  return bytes;
}
