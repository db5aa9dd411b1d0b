/**
 * TCP (RFC 9293): the header, as far as the first step of a connection needs it.
 *
 *  0             2             4                           8
 * +-------------+-------------+---------------------------+---------------------------+
 * | source port | destination | sequence number           | acknowledgment number     |
 * |             | port        |                           |                           |
 * +-------------+-------------+-------------+-------------+---------------------------+
 *  12            14            16            18            20
 * +-------------+-------------+-------------+-------------+---------+------
 * | words,      | window      | checksum    | urgent      | options | data
 * | flags       |             |             | pointer     |         |
 * +-------------+-------------+-------------+-------------+---------+------
 */
import { checksum } from "./checksum.ts";
import { type Between, isMessageRight, sumBetween } from "./pseudo_header.ts";

const AT = {
  sourcePort: 0,
  destinationPort: 2,
  sequence: 4,
  acknowledgment: 8,
  wordsAndFlags: 12,
  window: 14,
  checksum: 16,
  urgentPointer: 18,
  options: 20,
} as const;

/** A quote of 8 bytes ends behind the sequence number. */
const LEAST_QUOTE = AT.acknowledgment;

/** Of the 16 bits at `wordsAndFlags`; the highest four are the length of the header in words. */
const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;
const WORDS_SHIFT = 12;

/** Maximum segment size (section 3.7.1): kind, length, bytes of data. */
const SEGMENT_OPTION = { kind: 2, bytes: 4 } as const;

/** IP protocol and next header number. */
export const TCP_PROTOCOL = 6;

/** What `writeTcpSyn` writes at most. */
export const TCP_SYN_BYTES = AT.options + SEGMENT_OPTION.bytes;

/** What fits into an Ethernet frame behind the IP header of each family and this one. */
export const TCP_MAX_SEGMENT_BYTES = { 4: 1_460, 6: 1_440 } as const;

/** What eight bytes tell. */
export interface TcpHeader {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
}

export interface TcpSegment extends TcpHeader {
  /** Means something only with `ack`. */
  readonly acknowledgment: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly rst: boolean;
  readonly fin: boolean;
}

/** What the sender of a first segment chooses. */
export interface TcpSyn extends TcpHeader {
  readonly window: number;
  /** The maximum segment size option; `undefined` leaves it out. */
  readonly maxSegmentBytes: number | undefined;
}

/**
 * Reads a received segment; `undefined` if it is cut short in its header, or if `between` is given and its checksum is
 * wrong.
 */
export function parseTcp(bytes: Uint8Array, between?: Between): TcpSegment | undefined {
  const header = parseQuotedTcp(bytes);
  if (header === undefined || bytes.length < AT.options) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint16(AT.wordsAndFlags);
  const headerBytes = (flags >> WORDS_SHIFT) * 4;
  if (headerBytes < AT.options || headerBytes > bytes.length) return undefined;
  if (between !== undefined && !isMessageRight(bytes, view.getUint16(AT.checksum), TCP_PROTOCOL, between)) {
    return undefined;
  }
  return {
    ...header,
    acknowledgment: view.getUint32(AT.acknowledgment),
    syn: (flags & FLAG.syn) !== 0,
    ack: (flags & FLAG.ack) !== 0,
    rst: (flags & FLAG.rst) !== 0,
    fin: (flags & FLAG.fin) !== 0,
  };
}

/** Reads a segment that an error quotes; `undefined` if `bytes` end before the sequence number does. */
export function parseQuotedTcp(bytes: Uint8Array): TcpHeader | undefined {
  if (bytes.length < LEAST_QUOTE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    sourcePort: view.getUint16(AT.sourcePort),
    destinationPort: view.getUint16(AT.destinationPort),
    sequence: view.getUint32(AT.sequence),
  };
}

/** Writes a first segment with its checksum to the start of `into`; gives its length. */
export function writeTcpSyn(into: Uint8Array, syn: TcpSyn, between: Between): number {
  const totalBytes = syn.maxSegmentBytes === undefined ? AT.options : TCP_SYN_BYTES;
  const bytes = into.subarray(0, totalBytes);
  const view = writeAllButChecksum(bytes, {
    ...syn,
    acknowledgment: 0,
    syn: true,
    ack: false,
    rst: false,
    fin: false,
  });
  view.setUint16(AT.window, syn.window);
  if (syn.maxSegmentBytes !== undefined) {
    view.setUint8(AT.options, SEGMENT_OPTION.kind);
    view.setUint8(AT.options + 1, SEGMENT_OPTION.bytes);
    view.setUint16(AT.options + 2, syn.maxSegmentBytes);
  }
  seal(bytes, view, between);
  return totalBytes;
}

/** A segment without options and data, as a host answers a SYN. */
export function writeTcpSegment(segment: TcpSegment, between: Between): Uint8Array {
  const bytes = new Uint8Array(AT.options);
  seal(bytes, writeAllButChecksum(bytes, segment), between);
  return bytes;
}

/** The reset that a host gives to a SYN for a closed port (section 3.10.7.1); `between` is the way of the answer. */
export function writeTcpReset(syn: TcpHeader, between: Between): Uint8Array {
  return writeTcpSegment({
    sourcePort: syn.destinationPort,
    destinationPort: syn.sourcePort,
    sequence: 0,
    acknowledgment: (syn.sequence + 1) >>> 0,
    syn: false,
    ack: true,
    rst: true,
    fin: false,
  }, between);
}

/** All of the fixed header; its length is that of `bytes`. */
function writeAllButChecksum(bytes: Uint8Array, segment: TcpSegment): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(AT.sourcePort, segment.sourcePort);
  view.setUint16(AT.destinationPort, segment.destinationPort);
  view.setUint32(AT.sequence, segment.sequence);
  view.setUint32(AT.acknowledgment, segment.acknowledgment);
  view.setUint16(
    AT.wordsAndFlags,
    ((bytes.length / 4) << WORDS_SHIFT) | (segment.syn ? FLAG.syn : 0) | (segment.ack ? FLAG.ack : 0) |
      (segment.rst ? FLAG.rst : 0) | (segment.fin ? FLAG.fin : 0),
  );
  view.setUint16(AT.window, 0);
  view.setUint16(AT.urgentPointer, 0);
  return view;
}

function seal(bytes: Uint8Array, view: DataView, between: Between): void {
  view.setUint16(AT.checksum, 0);
  view.setUint16(AT.checksum, checksum(bytes, sumBetween(between, TCP_PROTOCOL, bytes.length)));
}
