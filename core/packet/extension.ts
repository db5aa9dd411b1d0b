/**
 * ICMP extension structure (RFC 4884 section 7) with the objects for MPLS label stacks (RFC 4950) and for interfaces
 * (RFC 5837, `interface_info.ts`).
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
import { INTERFACE_CLASS, type InterfaceInfo, parseInterfaceInfo, writeInterfaceInfo } from "./interface_info.ts";

const AT = { version: 0, checksum: 2, objects: 4 } as const;
const OBJECT_AT = { length: 0, class: 2, type: 3, payload: 4 } as const;

const VERSION = 2;
const MPLS_CLASS = 1;
const MPLS_INCOMING_STACK = 1;
const ENTRY_BYTES = 4;

// Real stacks have one to five entries; this is the depth that hardware can push at most.
const MOST_LABELS = 16;
/** One of each role, and several next hops. */
export const MOST_INTERFACES = 8;

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
  /** In the order of the message; empty if it tells of none. */
  readonly interfaces: readonly InterfaceInfo[];
}

/**
 * Reads a structure that goes on to the end of `bytes`; `undefined` if it is none of version 2, or damaged. Objects of
 * other classes, and those whose payload is malformed, are passed over; a length that cannot be ends the reading.
 */
export function parseExtension(bytes: Uint8Array): Extension | undefined {
  if (!isExtension(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const labels: MplsLabel[] = [];
  const interfaces: InterfaceInfo[] = [];
  for (let at: number = AT.objects; at + OBJECT_AT.payload <= bytes.length;) {
    const length = view.getUint16(at + OBJECT_AT.length);
    if (length < OBJECT_AT.payload || at + length > bytes.length) break;
    const objectClass = view.getUint8(at + OBJECT_AT.class);
    const type = view.getUint8(at + OBJECT_AT.type);
    if (objectClass === MPLS_CLASS && type === MPLS_INCOMING_STACK) {
      for (let entry = at + OBJECT_AT.payload; entry + ENTRY_BYTES <= at + length; entry += ENTRY_BYTES) {
        if (labels.length < MOST_LABELS) labels.push(labelOf(view.getUint32(entry)));
      }
    } else if (objectClass === INTERFACE_CLASS && interfaces.length < MOST_INTERFACES) {
      const info = parseInterfaceInfo(type, bytes.subarray(at + OBJECT_AT.payload, at + length));
      if (info !== undefined) interfaces.push(info);
    }
    at += length;
  }
  return { labels, interfaces };
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

/** A structure with one label stack object and one object for each interface; with neither only its header. */
export function writeExtension({ labels = [], interfaces = [] }: Partial<Extension>): Uint8Array {
  const objects: Uint8Array[] = [];
  if (labels.length > 0) {
    const entries = new DataView(new ArrayBuffer(labels.length * ENTRY_BYTES));
    labels.forEach((label, index) => entries.setUint32(index * ENTRY_BYTES, entryOf(label)));
    objects.push(objectOf(MPLS_CLASS, MPLS_INCOMING_STACK, new Uint8Array(entries.buffer)));
  }
  for (const info of interfaces) {
    const { type, payload } = writeInterfaceInfo(info);
    objects.push(objectOf(INTERFACE_CLASS, type, payload));
  }
  const bytes = Uint8Array.of(VERSION << 4, 0, 0, 0, ...objects.flatMap((object) => [...object]));
  new DataView(bytes.buffer).setUint16(AT.checksum, checksum(bytes));
  return bytes;
}

function objectOf(objectClass: number, type: number, payload: Uint8Array): Uint8Array {
  const length = OBJECT_AT.payload + payload.length;
  return Uint8Array.of(length >> 8, length & 0xff, objectClass, type, ...payload);
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
