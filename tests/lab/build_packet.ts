/** Writes IP packets with ICMP messages for the lab's routers and forgers. Own code: see `capture.ts`. */

export interface IcmpMessage {
  readonly family: 4 | 6;
  readonly from: string;
  readonly to: string;
  readonly type: number;
  readonly code?: number;
  /** Bytes 4 to 7 of the header: identifier and sequence, or what an error has there. */
  readonly rest?: Uint8Array;
  readonly body: Uint8Array;
  readonly ttl?: number;
  /** Added to the right checksum. */
  readonly checksumError?: number;
}

export const ICMP = {
  4: { echoRequest: 8, echoReply: 0, timeExceeded: 11, unreachable: 3 },
  6: { echoRequest: 128, echoReply: 129, timeExceeded: 3, unreachable: 1 },
} as const;

const PROTOCOL = { 4: 1, 6: 58 } as const;

/** A whole IP packet. */
export function packetOf(message: IcmpMessage): Uint8Array<ArrayBuffer> {
  const { family, type, code = 0, rest = new Uint8Array(4), body, ttl = 64, checksumError = 0 } = message;
  const [from, to] = [addressBytes(message.from), addressBytes(message.to)];
  const icmp = Uint8Array.of(type, code, 0, 0, ...rest, ...body);
  const pseudo = family === 4 ? [] : [...from, ...to, 0, 0, icmp.length >> 8, icmp.length & 255, 0, 0, 0, 58];
  put16(icmp, 2, (checksum(Uint8Array.of(...pseudo, ...icmp)) + checksumError) & 0xffff);
  if (family === 6) {
    const length = icmp.length;
    return Uint8Array.of(0x60, 0, 0, 0, length >> 8, length & 255, PROTOCOL[6], ttl, ...from, ...to, ...icmp);
  }
  const length = 20 + icmp.length;
  const header = Uint8Array.of(0x45, 0, length >> 8, length & 255, 0, 0, 0, 0, ttl, PROTOCOL[4], 0, 0, ...from, ...to);
  put16(header, 10, checksum(header));
  return Uint8Array.of(...header, ...icmp);
}

/** An extension structure (RFC 4884) of these objects. */
export function extensionOf(objects: readonly (readonly number[])[]): Uint8Array {
  const structure = Uint8Array.of(0x20, 0, 0, 0, ...objects.flat());
  put16(structure, 2, checksum(structure));
  return structure;
}

/** The incoming interface with index, name and MTU (RFC 5837): the name in octets of text. */
export function interfaceObject({ index, name, mtu }: InterfaceTold): readonly number[] {
  const octets = Array.from(name, (character) => character.charCodeAt(0));
  while (octets.length % 4 !== 3) octets.push(0);
  const words = [index, mtu].map((value) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]);
  const payload = [...words[0] ?? [], 1 + octets.length, ...octets, ...words[1] ?? []];
  return [0, 4 + payload.length, 2, 0x0b, ...payload];
}

export interface InterfaceTold {
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
}

/** An MPLS label stack (RFC 4950). */
export function mplsObject(labels: readonly (readonly [label: number, tc: number, ttl: number])[]): readonly number[] {
  const entries = labels.flatMap(([label, tc, ttl], index) => {
    const last = index === labels.length - 1 ? 1 : 0;
    return [label >> 12, (label >> 4) & 255, ((label & 15) << 4) | (tc << 1) | last, ttl];
  });
  return [0, 4 + entries.length, 1, 1, ...entries];
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 255;
}

/** The Internet checksum (RFC 1071). */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** The 4 or 16 bytes of an address; IPv6 with at most one `::`, no dotted tail. */
export function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  if (!address.includes(":")) return Uint8Array.from(address.split("."), Number);
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string): number[] => text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}
