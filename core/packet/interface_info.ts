/**
 * Interface information object of an ICMP extension (RFC 5837 section 4): through which interfaces of a router a packet
 * came, or would have gone. Its type says which parts its payload has, in this order:
 *
 *  type:  bit 0, 1   2, 3       4       5         6      7
 *        +----------+----------+-------+---------+------+-----+
 *        | role     | reserved | index | address | name | MTU |
 *        +----------+----------+-------+---------+------+-----+
 *
 *  index     4 bytes: ifIndex
 *  address   2 bytes of address family (1 IPv4, 2 IPv6), 2 reserved, 4 or 16 of address
 *  name      1 byte of length, itself included, a multiple of 4 and 64 at most; UTF-8, filled up with zeros
 *  MTU       4 bytes
 */
import { formatAddress, parseAddress } from "./address.ts";

/** Object class of RFC 5837. */
export const INTERFACE_CLASS = 2;

/**
 * In the order of their numbers: the IP interface that the packet arrived through, a part of it below IP, the one that it
 * would have left through, and the next router that it would have gone to.
 */
export const INTERFACE_ROLES = ["incoming", "subIp", "outgoing", "nextHop"] as const;
export type InterfaceRole = typeof INTERFACE_ROLES[number];

/** What a router tells of an interface. Absent is what it does not tell. */
export interface InterfaceInfo {
  readonly role: InterfaceRole;
  /** ifIndex of RFC 2863. */
  readonly index?: number;
  readonly address?: string;
  /** As it came: anything may stand in it, though never a zero byte. */
  readonly name?: string;
  /** In bytes. */
  readonly mtu?: number;
}

const ROLE_SHIFT = 6;
const HAS = { index: 0x08, address: 0x04, name: 0x02, mtu: 0x01 } as const;
const ADDRESS_AT = { family: 0, address: 4 } as const;
/** By the number of its family (IANA "Address Family Numbers"). */
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 16 };
/** With its length. */
export const LONGEST_NAME_BYTES = 64;
const UNIT = 4;
/** What a decoder puts in the place of bytes that are none. */
const NO_UTF8 = "\ufffd";
const ASCII_END = 0x80;
const LONE_SURROGATE = 0xdc00;

type Draft = { -readonly [Part in keyof InterfaceInfo]: InterfaceInfo[Part] };

/** Reads the payload of an object of this type; `undefined` if it is malformed, or tells nothing. */
export function parseInterfaceInfo(type: number, payload: Uint8Array): InterfaceInfo | undefined {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const info: Draft = { role: INTERFACE_ROLES[type >> ROLE_SHIFT & 3]! };
  let at = 0;
  /** Where the next part of so many bytes begins; `undefined` if it is not there. */
  const take = (length: number): number | undefined => {
    const begin = at;
    at += length;
    return at <= payload.length ? begin : undefined;
  };
  if ((type & HAS.index) !== 0) {
    const index = take(4);
    if (index === undefined) return undefined;
    info.index = view.getUint32(index);
  }
  if ((type & HAS.address) !== 0) {
    const header = take(ADDRESS_AT.address);
    const length = header === undefined ? undefined : ADDRESS_BYTES[view.getUint16(header + ADDRESS_AT.family)];
    const begin = length === undefined ? undefined : take(length);
    const address = begin === undefined ? undefined : formatAddress(payload.subarray(begin, at));
    if (address === undefined) return undefined;
    info.address = address;
  }
  if ((type & HAS.name) !== 0) {
    const length = payload[at] ?? 0;
    if (length === 0 || length % UNIT !== 0 || length > LONGEST_NAME_BYTES) return undefined;
    const name = take(length);
    if (name === undefined) return undefined;
    const text = textOf(payload.subarray(name + 1, at));
    if (text !== "") info.name = text;
  }
  if ((type & HAS.mtu) !== 0) {
    const mtu = take(4);
    if (mtu === undefined) return undefined;
    info.mtu = view.getUint32(mtu);
  }
  return Object.keys(info).length > 1 ? info : undefined;
}

/** The type of the object that tells this, and its payload. A name that is too long is cut. */
export function writeInterfaceInfo(info: InterfaceInfo): { readonly type: number; readonly payload: Uint8Array } {
  const { role, index, address, name, mtu } = info;
  const parts: (readonly [has: number, bytes: readonly number[]])[] = [];
  if (index !== undefined) parts.push([HAS.index, word(index)]);
  if (address !== undefined) {
    const bytes = parseAddress(address);
    if (bytes === undefined) throw new RangeError(`Cannot write the address ${address}: it must be IPv4 or IPv6`);
    parts.push([HAS.address, [0, bytes.length === 4 ? 1 : 2, 0, 0, ...bytes]]);
  }
  if (name !== undefined) {
    const bytes = new TextEncoder().encode(name).subarray(0, LONGEST_NAME_BYTES - 1);
    const length = Math.ceil((1 + bytes.length) / UNIT) * UNIT;
    parts.push([HAS.name, [length, ...bytes, ...new Uint8Array(length - 1 - bytes.length)]]);
  }
  if (mtu !== undefined) parts.push([HAS.mtu, word(mtu)]);
  return {
    type: parts.reduce((type, [has]) => type | has, INTERFACE_ROLES.indexOf(role) << ROLE_SHIFT),
    payload: Uint8Array.from(parts.flatMap(([, bytes]) => bytes)),
  };
}

/**
 * Up to the first zero. Where it is no UTF-8, each byte above 0x7f is a lone surrogate, U+DC00 and the byte (as PEP 383
 * has it).
 */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const name = end < 0 ? bytes : bytes.subarray(0, end);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(name);
  if (!text.includes(NO_UTF8)) return text;
  return String.fromCharCode(...Array.from(name, (byte) => byte < ASCII_END ? byte : LONE_SURROGATE + byte));
}

function word(value: number): readonly number[] {
  return [value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff];
}
