/**
 * A message that leaves in a way of its own, as a `msghdr` for `sendmsg`: what `setsockopt` sets for all messages of a
 * socket is in control messages, so that nothing stays behind for the next one. Linux only.
 */
import type { Family, MessageSettings } from "../core/network.ts";
import { parseAddress } from "../core/packet/address.ts";
import type { Constants } from "./constant/mod.ts";
import { addressOf, SOCKADDR_MOST_BYTES } from "./struct.ts";

/** struct in_pktinfo: int interface, address to send from, address; struct in6_pktinfo: address, unsigned interface. */
const PKTINFO = {
  4: { index: 0, source: 4, bytes: 12 },
  6: { index: 16, source: 0, bytes: 20 },
} as const;
const INT_BYTES = 4;
// PKTINFO, TTL, traffic class and mark, each with its header and rounded up.
const CONTROL_BYTES = 256;
// The longest IP packet.
const DATA_BYTES = 65_535;

/** What there is to say beside the bytes. */
export interface SendControls {
  readonly family: Family;
  /** `undefined` where the bytes have it already, and the traffic class. */
  readonly ttl: number | undefined;
  readonly settings: MessageSettings;
  /** Index of the interface to leave through; 0 is none. */
  readonly interfaceIndex: number;
}

export class SendMessage {
  /** For `sendmsg`; what it points to lives as long as this object. */
  readonly header: Uint8Array<ArrayBuffer>;
  readonly #name = new Uint8Array(SOCKADDR_MOST_BYTES);
  readonly #data = new Uint8Array(DATA_BYTES);
  readonly #control = new Uint8Array(CONTROL_BYTES);
  readonly #controlView = new DataView(this.#control.buffer);
  readonly #iovView: DataView;
  readonly #headerView: DataView;
  readonly #constants: Constants;
  readonly #iov = new Uint8Array(16);
  #controlBytes = 0;
  /** Of which family the TTL is that stands there, and nothing else does; 0 where nothing stands there at all. */
  #plain: Family | 0 | undefined;

  constructor(constants: Constants) {
    const layout = constants.layouts.msghdr;
    this.#constants = constants;
    this.header = new Uint8Array(layout.size);
    this.#headerView = new DataView(this.header.buffer);
    this.#iovView = new DataView(this.#iov.buffer);
    this.#iovView.setBigUint64(0, addressOf(this.#data), true);
    this.#headerView.setBigUint64(layout.name, addressOf(this.#name), true);
    this.#headerView.setBigUint64(layout.iov, addressOf(this.#iov), true);
    this.#headerView.setUint32(layout.iovlen, 1, true);
    this.#headerView.setBigUint64(layout.control, addressOf(this.#control), true);
  }

  /** Takes copies of everything. */
  set(address: Uint8Array, bytes: Uint8Array, controls: SendControls): void {
    this.#plain = undefined;
    this.#copy(address, bytes);
    this.#writeControls(controls);
    this.#tellControls();
  }

  /**
   * The same for a message that leaves as its socket was set up to, but for its TTL, unless the bytes have that: of most
   * messages there is no more to write than that.
   */
  setPlain(address: Uint8Array, bytes: Uint8Array, family: Family, ttl: number | undefined): void {
    this.#copy(address, bytes);
    const plain = ttl === undefined ? 0 : family;
    if (this.#plain !== plain) {
      this.#controlBytes = 0;
      const { level, ttl: type } = this.#numbers(family);
      if (ttl !== undefined) this.#addInt(level, type, ttl);
      this.#tellControls();
      this.#plain = plain;
    } else if (ttl !== undefined) {
      this.#controlView.setInt32(this.#constants.layouts.cmsghdr.data, ttl, true);
    }
  }

  #copy(address: Uint8Array, bytes: Uint8Array): void {
    this.#name.set(address);
    this.#data.set(bytes);
    this.#iovView.setUint32(8, bytes.length, true);
    this.#headerView.setUint32(this.#constants.layouts.msghdr.namelen, address.length, true);
  }

  #tellControls(): void {
    this.#headerView.setUint32(this.#constants.layouts.msghdr.controllen, this.#controlBytes, true);
  }

  #numbers(family: Family): { level: number; ttl: number; trafficClass: number; pktinfo: number } {
    const c = this.#constants;
    return family === 4
      ? { level: c.IPPROTO_IP, ttl: c.IP_TTL, trafficClass: c.IP_TOS, pktinfo: c.IP_PKTINFO }
      : { level: c.IPPROTO_IPV6, ttl: c.IPV6_HOPLIMIT, trafficClass: c.IPV6_TCLASS, pktinfo: c.IPV6_PKTINFO };
  }

  #writeControls({ family, ttl, settings, interfaceIndex }: SendControls): void {
    const c = this.#constants;
    const ip = this.#numbers(family);
    const { trafficClass, mark, sourceAddress } = settings;
    this.#controlBytes = 0;
    if (ttl !== undefined) {
      this.#addInt(ip.level, ip.ttl, ttl);
      this.#addInt(ip.level, ip.trafficClass, trafficClass);
    }
    if (mark !== 0) this.#addInt(c.SOL_SOCKET, c.SO_MARK, mark | 0);
    // Where the header is written already, the source address is in it.
    const source = ttl === undefined ? undefined : sourceAddress;
    if (source === undefined && interfaceIndex === 0) return;
    const at = PKTINFO[family];
    const dataAt = this.#add(ip.level, ip.pktinfo, at.bytes);
    this.#controlView.setUint32(dataAt + at.index, interfaceIndex, true);
    const octets = source === undefined ? undefined : parseAddress(source);
    if (octets !== undefined) this.#control.set(octets, dataAt + at.source);
  }

  #addInt(level: number, type: number, value: number): void {
    this.#controlView.setInt32(this.#add(level, type, INT_BYTES), value, true);
  }

  /** Begins a control message with so many bytes of data, all 0; gives their place. */
  #add(level: number, type: number, bytes: number): number {
    const { cmsghdr } = this.#constants.layouts;
    const start = this.#controlBytes;
    const length = cmsghdr.data + bytes;
    const end = start + Math.ceil(length / cmsghdr.align) * cmsghdr.align;
    this.#control.fill(0, start, end);
    this.#controlView.setUint32(start, length, true);
    this.#controlView.setInt32(start + cmsghdr.level, level, true);
    this.#controlView.setInt32(start + cmsghdr.type, type, true);
    this.#controlBytes = end;
    return start + cmsghdr.data;
  }
}
