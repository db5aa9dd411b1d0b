/**
 * C structures as bytes: socket addresses, `msghdr` with its control messages, `timespec`. No system calls.
 *
 * Every buffer that a structure points to is made once and kept in a field, since a pointer does not keep it alive.
 * All integers of the host's are little endian (x86-64, aarch64); those of the network are big endian.
 */
import type { Endpoint, Family } from "../core/network.ts";
import { formatIpv4, formatIpv6, parseAddress } from "../core/packet/address.ts";
import type { Constants, Layouts } from "./constant/mod.ts";

/** sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address, scope. */
const SOCKADDR = { port: 2, ipv4: 4, ipv4Size: 16, flow: 4, ipv6: 8, scope: 24, ipv6Size: 28 } as const;
export const SOCKADDR_MOST_BYTES = SOCKADDR.ipv6Size;

/** A socket address for the system; throws if `endpoint.address` is not one of its family. */
export function writeSockaddr(endpoint: Endpoint, port: number, constants: Constants): Uint8Array<ArrayBuffer> {
  const { family, address, scopeId } = endpoint;
  const bytes = new Uint8Array(family === 4 ? SOCKADDR.ipv4Size : SOCKADDR.ipv6Size);
  const view = new DataView(bytes.buffer);
  const af = family === 4 ? constants.AF_INET : constants.AF_INET6;
  if (constants.layouts.sockaddrHasLength) {
    view.setUint8(0, bytes.length);
    view.setUint8(1, af);
  } else {
    view.setUint16(0, af, true);
  }
  view.setUint16(SOCKADDR.port, port);
  const octets = parseAddress(address);
  if (octets?.length !== (family === 4 ? 4 : 16)) {
    throw new RangeError(`Cannot use "${address}" as an address: it must be IPv${family}`);
  }
  bytes.set(octets, family === 4 ? SOCKADDR.ipv4 : SOCKADDR.ipv6);
  if (family === 6) view.setUint32(SOCKADDR.scope, scopeId, true);
  return bytes;
}

/** Puts the flow label, of 20 bits, into an IPv6 address that `writeSockaddr` wrote; 0 is the system's own. */
export function setFlowLabel(address: Uint8Array, label: number): void {
  address[SOCKADDR.flow + 1] = label >> 16;
  address[SOCKADDR.flow + 2] = label >> 8;
  address[SOCKADDR.flow + 3] = label;
}

/** Any address and port 0 of a family. */
export function anyAddress(family: Family): Endpoint {
  return { family, address: family === 4 ? "0.0.0.0" : "::", scopeId: 0 };
}

export interface SocketAddress extends Endpoint {
  readonly port: number;
}

/** Reads a socket address between `at` and `end`; `undefined` if it is of another family or does not fit. */
export function readSockaddr(
  bytes: Uint8Array,
  at: number,
  constants: Constants,
  end = bytes.length,
): SocketAddress | undefined {
  if (at + SOCKADDR.ipv4Size > end) return undefined;
  const af = constants.layouts.sockaddrHasLength ? bytes[at + 1]! : bytes[at]! | bytes[at + 1]! << 8;
  const port = bytes[at + SOCKADDR.port]! << 8 | bytes[at + SOCKADDR.port + 1]!;
  if (af === constants.AF_INET) {
    return { family: 4, address: formatIpv4(bytes, at + SOCKADDR.ipv4), scopeId: 0, port };
  }
  if (af !== constants.AF_INET6 || at + SOCKADDR.ipv6Size > end) return undefined;
  const scopeId = new DataView(bytes.buffer, bytes.byteOffset + at + SOCKADDR.scope, 4).getUint32(0, true);
  return { family: 6, address: formatIpv6(bytes, at + SOCKADDR.ipv6), scopeId, port };
}

const LONGEST_US = 86_400e6;

/** A `timespec`, and its value in µs since a base second, so that a double holds it to the nanosecond for 100 days. */
export class Timespec {
  readonly bytes = new Uint8Array(16);
  readonly #words = new Int32Array(this.bytes.buffer);

  /** µs since `baseSeconds`. The upper half of the seconds is 0 until 2106. */
  us(baseSeconds: number): number {
    return ((this.#words[0]! >>> 0) - baseSeconds) * 1e6 + this.#words[2]! / 1e3;
  }

  get seconds(): number {
    return this.#words[0]! >>> 0;
  }

  /** Sets a length of time, to whole µs; at most a day, which is for ever in here. */
  setUs(us: number): void {
    const bounded = Math.min(us, LONGEST_US);
    this.#words[0] = Math.floor(bounded / 1e6);
    this.#words[2] = Math.floor(bounded % 1e6) * 1e3;
  }
}

/** One control message: `at` is where its data begins in the control buffer, `nextAt` where the next message does. */
export class ControlMessage {
  level = 0;
  type = 0;
  at = 0;
  bytes = 0;
  nextAt = 0;
}

// An error-queue message has a time stamp (64), an extended error with two addresses (76) and a TTL (24) at most.
const CONTROL_BYTES = 512;
/** The longest IP packet. */
export const MESSAGE_DATA_BYTES = 65_535;

/** A `msghdr` for `recvmsg`, with buffers for the sender's address, the data and the control messages. */
export class ReceiveMessage {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly name = new Uint8Array(SOCKADDR_MOST_BYTES);
  readonly data: Uint8Array<ArrayBuffer>;
  readonly control = new Uint8Array(CONTROL_BYTES);
  readonly controlView = new DataView(this.control.buffer);
  readonly #controlWords = new Int32Array(this.control.buffer);
  readonly #iov = new Uint8Array(16);
  /** The header, and where its lengths are in it. */
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #namelen: number;
  readonly #controllen: number;
  readonly #flags: number;
  readonly #cmsghdr: Layouts["cmsghdr"];
  readonly #constants: Constants;

  /** In buffers of its own unless they are given: one of the header's length, and one of whole packets. */
  constructor(
    constants: Constants,
    header = new Uint8Array(constants.layouts.msghdr.size),
    data = new Uint8Array(MESSAGE_DATA_BYTES),
  ) {
    const { msghdr, cmsghdr } = constants.layouts;
    this.#constants = constants;
    this.header = header;
    this.data = data;
    this.#words = new Int32Array(header.buffer, header.byteOffset, header.length >> 2);
    this.#namelen = msghdr.namelen >> 2;
    this.#controllen = msghdr.controllen >> 2;
    this.#flags = msghdr.flags >> 2;
    this.#cmsghdr = cmsghdr;
    const iov = new DataView(this.#iov.buffer);
    iov.setBigUint64(0, addressOf(data), true);
    iov.setUint32(8, data.length, true);
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    view.setBigUint64(msghdr.name, addressOf(this.name), true);
    view.setBigUint64(msghdr.iov, addressOf(this.#iov), true);
    view.setUint32(msghdr.iovlen, 1, true);
    view.setBigUint64(msghdr.control, addressOf(this.control), true);
  }

  /** The kernel overwrites the lengths with what it used: to be called before each `recvmsg`. */
  reset(): void {
    this.#words[this.#namelen] = SOCKADDR_MOST_BYTES;
    this.#words[this.#controllen] = CONTROL_BYTES;
    this.#words[this.#flags] = 0;
  }

  /** Who sent it; `undefined` if the kernel named nobody. */
  sender(): SocketAddress | undefined {
    const length = Math.min(this.#words[this.#namelen]! >>> 0, SOCKADDR_MOST_BYTES);
    return readSockaddr(this.name, 0, this.#constants, length);
  }

  /**
   * Goes to the control message that the kernel wrote behind `control`, or to the first one if that is new; false where
   * there is none, or one that does not fit. (An iterator would be made for each of a million messages.)
   */
  next(control: ControlMessage): boolean {
    const { level, type, data, align } = this.#cmsghdr;
    const end = Math.min(this.#words[this.#controllen]! >>> 0, CONTROL_BYTES);
    const start = control.nextAt;
    if (start + data > end) return false;
    // It begins at a multiple of `align`, which is one of 4.
    const length = this.#controlWords[start >> 2]! >>> 0;
    if (length < data || start + length > end) return false;
    control.level = this.#controlWords[start + level >> 2]!;
    control.type = this.#controlWords[start + type >> 2]!;
    control.at = start + data;
    control.bytes = length - data;
    control.nextAt = start + length + align - 1 & -align;
    return true;
  }
}

/** A 4-byte integer for `setsockopt`. */
export function int(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([value]).buffer);
}

/** A text with its closing zero byte. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

/** Where a buffer lies in memory. It must be kept alive for as long as the number is used. */
export function addressOf(buffer: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
}
