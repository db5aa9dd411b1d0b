/**
 * UDP (RFC 768).
 *
 *  0             2             4             6             8
 * +-------------+-------------+-------------+-------------+---------
 * | source port | destination | length      | checksum    | payload
 * |             | port        |             |             |
 * +-------------+-------------+-------------+-------------+---------
 *
 * The length counts the header, too. A checksum of 0 stands for none, which IPv6 does not allow (RFC 8200 section 8.1);
 * one that comes out as 0 is sent as ffff.
 */
import { checksum } from "./checksum.ts";
import { type Between, isMessageRight, sumBetween } from "./pseudo_header.ts";

const AT = { sourcePort: 0, destinationPort: 2, totalBytes: 4, checksum: 6, payload: 8 } as const;

/** IP protocol and next header number. */
export const UDP_PROTOCOL = 17;

export const UDP_HEADER_BYTES = AT.payload;

/** The part of a payload that `writeUdpWithChecksum` chooses. */
export const UDP_BALANCE_BYTES = 2;

// The length field has 16 bits.
const LONGEST = 65_535;

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Length of the whole datagram, header included, as its sender told it. */
  readonly totalBytes: number;
  readonly checksum: number;
  /** What follows the header, as far as it is there; without bytes beyond the total length. */
  readonly payload: Uint8Array;
}

/** What a sender chooses; the payload is filled with the byte `fill`. */
export interface UdpProbe {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly fill: number;
}

/**
 * Reads a received datagram; `undefined` if it is cut short, or if `between` is given and its checksum is wrong or, over
 * IPv6, missing.
 */
export function parseUdp(bytes: Uint8Array, between?: Between): UdpDatagram | undefined {
  const datagram = parseQuotedUdp(bytes);
  if (datagram === undefined) return undefined;
  const { totalBytes } = datagram;
  if (totalBytes < AT.payload || totalBytes > bytes.length) return undefined;
  if (between !== undefined && !isUndamaged(bytes.subarray(0, totalBytes), datagram.checksum, between)) {
    return undefined;
  }
  return datagram;
}

/**
 * Reads a datagram that an error quotes; `undefined` if `bytes` do not hold a whole header. The payload may be cut
 * short, so the checksum is not looked at. A length that does not even cover the header is ignored.
 */
export function parseQuotedUdp(bytes: Uint8Array): UdpDatagram | undefined {
  if (bytes.length < AT.payload) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const totalBytes = view.getUint16(AT.totalBytes);
  return {
    sourcePort: view.getUint16(AT.sourcePort),
    destinationPort: view.getUint16(AT.destinationPort),
    totalBytes,
    checksum: view.getUint16(AT.checksum),
    payload: bytes.subarray(AT.payload, totalBytes < AT.payload ? bytes.length : totalBytes),
  };
}

/** Makes the whole of `into` a datagram with its checksum. */
export function writeUdp(into: Uint8Array, probe: UdpProbe, between: Between): void {
  const view = writeAllButChecksum(into, probe);
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, checksumOf(into, between) || 0xffff);
}

/** The same with a payload of whoever sends it; `into` is as long as the whole. */
export function writeUdpPayload(
  into: Uint8Array,
  { payload, ...ports }: Omit<UdpProbe, "fill"> & { readonly payload: Uint8Array },
  between: Between,
): void {
  const view = writeAllButChecksum(into, { ...ports, fill: 0 });
  into.set(payload, AT.payload);
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, checksumOf(into, between) || 0xffff);
}

/**
 * The same with a checksum that was chosen beforehand, 1 to 65535: the first two bytes of the payload are such that it
 * is right. So the checksum can tell probes apart whose ports are all the same.
 */
export function writeUdpWithChecksum(
  into: Uint8Array,
  probe: UdpProbe & { readonly checksum: number },
  between: Between,
): void {
  if (into.length < AT.payload + UDP_BALANCE_BYTES) {
    throw new RangeError(`Cannot choose the checksum of ${into.length} bytes: the payload must have 2 bytes at least`);
  }
  if (probe.checksum < 1 || probe.checksum > 0xffff) {
    throw new RangeError(`Cannot choose the checksum ${probe.checksum}: it must be 1 to 65535, as 0 stands for none`);
  }
  const view = writeAllButChecksum(into, probe);
  view.setUint16(AT.checksum, probe.checksum);
  view.setUint16(AT.payload, 0);
  // With the wanted checksum in its field, what completes the sum may be in any other word just as well.
  view.setUint16(AT.payload, checksumOf(into, between));
}

function writeAllButChecksum(into: Uint8Array, probe: UdpProbe): DataView {
  if (into.length < AT.payload || into.length > LONGEST) {
    throw new RangeError(`Cannot write a datagram of ${into.length} bytes: it must have ${AT.payload} to ${LONGEST}`);
  }
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint16(AT.sourcePort, probe.sourcePort);
  view.setUint16(AT.destinationPort, probe.destinationPort);
  view.setUint16(AT.totalBytes, into.length);
  into.fill(probe.fill, AT.payload);
  return view;
}

function checksumOf(bytes: Uint8Array, between: Between): number {
  return checksum(bytes, sumBetween(between, UDP_PROTOCOL, bytes.length));
}

function isUndamaged(bytes: Uint8Array, field: number, between: Between): boolean {
  if (field === 0) return !between.source.includes(":");
  return isMessageRight(bytes, field, UDP_PROTOCOL, between);
}
