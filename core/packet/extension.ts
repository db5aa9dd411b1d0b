/**
 * ICMP extension structure (RFC 4884 section 7) with the MPLS label stack object (RFC 4950).
 *
 *  0          2          4        6       7        8
 * +----------+----------+--------+-------+--------+-----------+--------+-----
 * | version, | checksum | object | class | type   | object's  | object | …
 * | reserved |          | length |       |        | payload   | length |
 * +----------+----------+--------+-------+--------+-----------+--------+-----
 *
 * The payload of an MPLS object is a row of label stack entries (RFC 3032), top of the stack first:
 *
 *  0      bit 20          23             24           32
 * +--------+---------------+--------------+------------+
 * | label  | traffic class | bottom of    | time to    |
 * |        |               | stack        | live       |
 * +--------+---------------+--------------+------------+
 */
import { checksum, isChecksumRight } from "./checksum.ts";

const AT = { version: 0, checksum: 2, objects: 4 } as const;
const OBJECT_AT = { length: 0, class: 2, type: 3, payload: 4 } as const;

const VERSION = 2;
const MPLS_CLASS = 1;
const MPLS_INCOMING_STACK = 1;
const ENTRY_BYTES = 4;

// Real stacks have one to five entries; this is the depth that hardware can push at most.
const MOST_LABELS = 16;

export interface MplsLabel {
  readonly label: number;
  /** 0 to 7; "EXP" before RFC 5462. */
  readonly trafficClass: number;
  readonly bottomOfStack: boolean;
  readonly ttl: number;
}

export interface Extension {
  /** Top of the stack first; empty if the message has no label stack. */
  readonly labels: readonly MplsLabel[];
}

/**
 * Reads a structure that goes on to the end of `bytes`; `undefined` if it is none of version 2, or damaged. Objects of
 * other classes are passed over; a malformed one ends the reading.
 */
export function parseExtension(bytes: Uint8Array): Extension | undefined {
  if (!isExtension(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const labels: MplsLabel[] = [];
  for (let at: number = AT.objects; at + OBJECT_AT.payload <= bytes.length;) {
    const length = view.getUint16(at + OBJECT_AT.length);
    if (length < OBJECT_AT.payload || at + length > bytes.length) break;
    if (
      view.getUint8(at + OBJECT_AT.class) === MPLS_CLASS && view.getUint8(at + OBJECT_AT.type) === MPLS_INCOMING_STACK
    ) {
      for (let entry = at + OBJECT_AT.payload; entry + ENTRY_BYTES <= at + length; entry += ENTRY_BYTES) {
        if (labels.length < MOST_LABELS) labels.push(labelOf(view.getUint32(entry)));
      }
    }
    at += length;
  }
  return { labels };
}

/** Whether `bytes` are a structure of version 2 whose checksum is right or, being 0, was not computed. */
export function isExtension(bytes: Uint8Array): boolean {
  return hasVersion(bytes) && (hasNoChecksum(bytes) || isChecksumRight(bytes));
}

/**
 * The same where nothing but the bytes themselves says that they are a structure: the checksum must be there and the
 * reserved bits 0. Else a payload of the one byte 22 (hexadecimal) would pass at some lengths.
 */
export function isExtensionByItself(bytes: Uint8Array): boolean {
  return hasVersion(bytes) && hasReservedZero(bytes) && !hasNoChecksum(bytes) && isChecksumRight(bytes);
}

/** A structure with one label stack object; without labels only its header. */
export function writeExtension({ labels }: Extension): Uint8Array {
  const objectBytes = labels.length === 0 ? 0 : OBJECT_AT.payload + labels.length * ENTRY_BYTES;
  const bytes = new Uint8Array(AT.objects + objectBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(AT.version, VERSION << 4);
  if (objectBytes > 0) {
    view.setUint16(AT.objects + OBJECT_AT.length, objectBytes);
    view.setUint8(AT.objects + OBJECT_AT.class, MPLS_CLASS);
    view.setUint8(AT.objects + OBJECT_AT.type, MPLS_INCOMING_STACK);
  }
  for (const [index, label] of labels.entries()) {
    view.setUint32(AT.objects + OBJECT_AT.payload + index * ENTRY_BYTES, entryOf(label));
  }
  view.setUint16(AT.checksum, checksum(bytes));
  return bytes;
}

function hasVersion(bytes: Uint8Array): boolean {
  return bytes.length >= AT.objects && bytes[AT.version]! >> 4 === VERSION;
}

function hasReservedZero(bytes: Uint8Array): boolean {
  return bytes[AT.version] === VERSION << 4 && bytes[AT.version + 1] === 0;
}

function hasNoChecksum(bytes: Uint8Array): boolean {
  return bytes[AT.checksum] === 0 && bytes[AT.checksum + 1] === 0;
}

function labelOf(entry: number): MplsLabel {
  return {
    label: entry >>> 12,
    trafficClass: (entry >>> 9) & 7,
    bottomOfStack: ((entry >>> 8) & 1) === 1,
    ttl: entry & 0xff,
  };
}

function entryOf({ label, trafficClass, bottomOfStack, ttl }: MplsLabel): number {
  return (label << 12) | (trafficClass << 9) | (bottomOfStack ? 1 << 8 : 0) | ttl;
}
