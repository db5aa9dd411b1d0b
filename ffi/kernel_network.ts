/**
 * The door to the network on the kernel's sockets: sends, receives, and says when, by the kernel's own stamps.
 *
 * Each socket's error queue brings the transmit stamps (SO_TIMESTAMPING) and, without raw access, the routers' answers
 * (IP_RECVERR). It is read before the data, so a probe's transmit stamp is always known before its answer. It knows no
 * probes: it moves messages.
 */
import type { Access } from "../core/messages.ts";
import type { Endpoint, Family, Inbound, Network, Outbound, SendResult, Stamp } from "../core/network.ts";
import type { TracePlan } from "../core/plan.ts";
import { Clock } from "./clock.ts";
import type { Constants } from "./constant/mod.ts";
import { errnoText, sendFailure } from "./errno.ts";
import { IcmpSocket, NotPermittedError } from "./icmp_socket.ts";
import { libc } from "./libc.ts";
import { readSockaddr, ReceiveMessage, Timespec, writeSockaddr } from "./struct.ts";

/** One family's socket, and what the kernel knows of it. */
interface Channel {
  readonly icmp: IcmpSocket;
  /** The kernel numbers the sends of a socket; which transmission has which number, modulo the length. */
  readonly transmissions: Float64Array;
  nextKey: number;
  /** The TTL that the socket is set to. */
  ttl: number;
}

/** What the control messages of a received message say. */
interface Told {
  stamp: Stamp | undefined;
  ttl: number | undefined;
  /** Where `sock_extended_err` begins in the control buffer, and its length. */
  errorAt: number;
  errorBytes: number;
}

/** struct sock_extended_err of <linux/errqueue.h>; the offender's address follows. */
const EXTENDED_ERROR = { origin: 4, type: 5, code: 6, info: 8, data: 12, dataFlags: 14, offender: 16 } as const;
const EXTENSION_IS_INVALID = 1;
/** A timespec (Linux) or timeval (macOS: 12 bytes and 4 of padding); an int. */
const STAMP_BYTES = 16;
const TTL_BYTES = 4;

// Transmit stamps come in order and at once: as many sends back a key still names its transmission.
const REMEMBERED_TRANSMISSIONS = 4_096;
// A batch that is handed over before the clock is looked at again.
const MOST_MESSAGES_A_RECEIVE = 64;
// A pending ICMP error makes a send fail in its place; so many in a row have been seen, with room.
const MOST_SEND_TRIES = 5;
const IP_MESSAGE = { words: 0, ttl: 8, leastHeaderBytes: 20 } as const;

export class KernelNetwork implements Network, Disposable {
  readonly #libc = libc();
  readonly #clock = new Clock();
  readonly #message = new ReceiveMessage(libc().constants);
  readonly #timeout = new Timespec();
  readonly #addresses = new WeakMap<Endpoint, Uint8Array<ArrayBuffer>>();
  readonly #channels: Partial<Record<Family, Channel>> = {};
  readonly #pollList: Channel[] = [];
  /** struct pollfd: int fd, short events, short returned. */
  readonly #pollfds: Uint8Array<ArrayBuffer>;
  #transmissions = 0;
  /** What was found while sending, for the next `receive`. */
  #pending: Inbound[] = [];

  private constructor(sockets: readonly IcmpSocket[]) {
    const { constants } = this.#libc;
    this.#pollfds = new Uint8Array(8 * sockets.length);
    const view = new DataView(this.#pollfds.buffer);
    for (const [index, icmp] of sockets.entries()) {
      const channel = { icmp, transmissions: new Float64Array(REMEMBERED_TRANSMISSIONS), nextKey: 0, ttl: -1 };
      this.#channels[icmp.family] = channel;
      this.#pollList.push(channel);
      view.setInt32(8 * index, icmp.socket.fd, true);
      view.setInt16(8 * index + 4, constants.POLLIN, true);
      this.#numberTransmissions(channel);
    }
    // Linux rounds waits of a thread up to 50 µs later than asked, unless told not to.
    if (constants.features.capabilities) this.#libc.call.prctl?.(constants.PR_SET_TIMERSLACK, 1, 0, 0, 0);
  }

  /**
   * Opens the sockets of both families, or only that of the plan's source address. Throws `NotPermittedError` if none
   * is allowed, and `SystemCallError` for a device, address or mark that cannot be used.
   */
  static open(plan: TracePlan): KernelNetwork {
    const families: readonly Family[] = plan.sourceAddress === undefined
      ? [4, 6]
      : plan.sourceAddress.includes(":")
      ? [6]
      : [4];
    const sockets: IcmpSocket[] = [];
    let refusal: NotPermittedError | undefined;
    try {
      for (const family of families) {
        try {
          const socket = IcmpSocket.open(family, plan);
          if (socket !== undefined) sockets.push(socket);
        } catch (error) {
          if (!(error instanceof NotPermittedError)) throw error;
          refusal = error;
        }
      }
      if (sockets.length > 0) return new KernelNetwork(sockets);
    } catch (error) {
      for (const socket of sockets) socket[Symbol.dispose]();
      throw error;
    }
    throw refusal ?? new Error(`Cannot open an ICMP socket: this system has no IPv${families.join(" and no IPv")}`);
  }

  /** How each family that could be opened is reached. */
  get access(): Partial<Record<Family, Access>> {
    return Object.fromEntries(this.#pollList.map(({ icmp }) => [icmp.family, icmp.access]));
  }

  nowUs(): number {
    return this.#clock.nowUs();
  }

  echoIdentifier(family: Family): number {
    return this.#channels[family]?.icmp.identifier ?? 0;
  }

  send(message: Outbound): SendResult {
    const channel = this.#channels[message.to.family];
    if (channel === undefined) {
      return { ok: false, reason: "noRoute", detail: errnoText(this.#libc.constants.errno.EAFNOSUPPORT) };
    }
    const { call, errno, constants } = this.#libc;
    const { fd } = channel.icmp.socket;
    const address = this.#addressOf(message.to);
    if (channel.ttl !== message.ttl) this.#setTtl(channel, message.ttl);
    // An ICMP error that came meanwhile would make this send fail in its place.
    if (channel.icmp.access === "datagram") this.#readErrors(channel);
    for (let tries = 1;; tries++) {
      const sentUs = this.#clock.nowUs();
      if (
        call.sendto(fd, message.bytes, message.bytes.length, constants.MSG_DONTWAIT, address, address.length) >= 0
      ) {
        return this.#sent(channel, sentUs);
      }
      const failure = errno[0]!;
      const wasPending = channel.icmp.access === "datagram" && this.#readErrors(channel) > 0;
      if ((wasPending || failure === constants.errno.EINTR) && tries < MOST_SEND_TRIES) continue;
      // Whether the kernel has given this send a number depends on where it failed: both begin anew.
      this.#numberTransmissions(channel);
      return { ok: false, reason: sendFailure(failure), detail: errnoText(failure) };
    }
  }

  receive(deadlineUs: number): readonly Inbound[] {
    for (;;) {
      const waitUs = this.#pending.length > 0 ? 0 : Math.max(0, deadlineUs - this.#clock.nowUs());
      if (this.#poll(waitUs) > 0) this.#readReady();
      const inbound = this.#pending;
      if (inbound.length > 0) {
        this.#pending = [];
        return inbound;
      }
      // A wait may end early: a signal, or a message that told nothing.
      if (waitUs === 0 || this.#clock.nowUs() >= deadlineUs) return inbound;
    }
  }

  [Symbol.dispose](): void {
    for (const { icmp } of this.#pollList) icmp[Symbol.dispose]();
  }

  /** A successful send: asks the kernel when, since it mostly knows by now. */
  #sent(channel: Channel, sentUs: number): SendResult {
    const transmission = ++this.#transmissions;
    let sent: Stamp = { atUs: sentUs, source: "program" };
    if (this.#libc.constants.features.errorQueue) {
      channel.transmissions[channel.nextKey++ % REMEMBERED_TRANSMISSIONS] = transmission;
      const first = this.#pending.length;
      this.#readErrors(channel, transmission);
      // What was found out about this very send need not be told later.
      for (let at = this.#pending.length - 1; at >= first; at--) {
        const found = this.#pending[at]!;
        if (found.kind !== "transmitted" || found.transmission !== transmission) continue;
        const isPlausible = found.sent.atUs >= sentUs - 1;
        if (isPlausible && sent.source !== "driver") sent = found.sent;
        this.#pending.splice(at, 1);
      }
    }
    return { ok: true, sent, transmission };
  }

  /** Starts the kernel's numbering of a socket's sends at 0; without kernel stamps it does nothing. */
  #numberTransmissions(channel: Channel): void {
    const c = this.#libc.constants;
    if (!c.features.errorQueue) return;
    const flags = c.SOF_TIMESTAMPING_TX_SOFTWARE | c.SOF_TIMESTAMPING_TX_SCHED | c.SOF_TIMESTAMPING_RX_SOFTWARE |
      c.SOF_TIMESTAMPING_SOFTWARE | c.SOF_TIMESTAMPING_OPT_TSONLY;
    // Stamps with the old numbers go first. Only switching the numbers on again starts them anew.
    this.#readErrors(channel);
    channel.icmp.socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, flags);
    channel.icmp.socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, flags | c.SOF_TIMESTAMPING_OPT_ID);
    channel.nextKey = 0;
    channel.transmissions.fill(0);
  }

  #setTtl(channel: Channel, ttl: number): void {
    const c = this.#libc.constants;
    const { family, socket } = channel.icmp;
    if (family === 4) socket.set(c.IPPROTO_IP, c.IP_TTL, ttl, `send with the TTL ${ttl}`);
    else socket.set(c.IPPROTO_IPV6, c.IPV6_UNICAST_HOPS, ttl, `send with the hop limit ${ttl}`);
    channel.ttl = ttl;
  }

  #addressOf(endpoint: Endpoint): Uint8Array<ArrayBuffer> {
    let address = this.#addresses.get(endpoint);
    if (address === undefined) {
      address = writeSockaddr(endpoint, 0, this.#libc.constants);
      this.#addresses.set(endpoint, address);
    }
    return address;
  }

  /** Number of sockets with something to read. */
  #poll(waitUs: number): number {
    const { call, constants } = this.#libc;
    if (!constants.features.ppoll) return call.poll(this.#pollfds, this.#pollList.length, Math.ceil(waitUs / 1e3));
    this.#timeout.setUs(waitUs);
    return call.ppoll!(this.#pollfds, this.#pollList.length, this.#timeout.bytes, null);
  }

  #readReady(): void {
    const { POLLIN, POLLERR } = this.#libc.constants;
    for (const [index, channel] of this.#pollList.entries()) {
      const returned = this.#pollfds[8 * index + 6]!;
      if ((returned & POLLERR) !== 0) this.#readErrors(channel);
      if ((returned & POLLIN) !== 0) this.#readMessages(channel);
    }
  }

  /** Reads what has arrived, up to a batch. */
  #readMessages(channel: Channel): void {
    const { call, constants } = this.#libc;
    const message = this.#message;
    const { family, socket } = channel.icmp;
    const wallIsSet = this.#clock.wasSet();
    for (let count = 0; count < MOST_MESSAGES_A_RECEIVE; count++) {
      message.reset();
      const length = call.recvmsg(socket.fd, message.header, constants.MSG_DONTWAIT);
      if (length < 0) return;
      const told = this.#readControls(family, wallIsSet);
      const from = message.sender();
      if (from === undefined) continue;
      const packet = message.data.subarray(0, length);
      const headerBytes = family === 4 ? this.#ipHeaderBytes(channel, packet) : 0;
      if (headerBytes === undefined) continue;
      this.#pending.push({
        kind: "message",
        family,
        transport: "icmp",
        from: from.address,
        bytes: packet.slice(headerBytes),
        received: told.stamp ?? { atUs: this.#clock.nowUs(), source: "program" },
        ttl: headerBytes > 0 ? packet[IP_MESSAGE.ttl] : told.ttl,
      });
    }
  }

  /** Length of the IPv4 header that the kernel delivers with a message; `undefined` if that is damaged. */
  #ipHeaderBytes(channel: Channel, packet: Uint8Array): number | undefined {
    if (channel.icmp.access === "datagram" && !this.#libc.constants.features.datagramHasIpHeader) return 0;
    const headerBytes = ((packet[IP_MESSAGE.words] ?? 0) & 0x0f) * 4;
    return headerBytes < IP_MESSAGE.leastHeaderBytes || headerBytes > packet.length ? undefined : headerBytes;
  }

  /**
   * Reads the error queue until it is empty or, if named, until that transmission's last stamp is there. Gives the
   * number of ICMP errors among what it held.
   */
  #readErrors(channel: Channel, until = 0): number {
    const { call, constants } = this.#libc;
    if (!constants.features.errorQueue) return 0;
    const message = this.#message;
    const { family, socket } = channel.icmp;
    const flags = constants.MSG_ERRQUEUE | constants.MSG_DONTWAIT;
    let wallIsSet: boolean | undefined;
    let errors = 0;
    // The kernel limits the queue by the receive buffer.
    for (;;) {
      message.reset();
      const length = call.recvmsg(socket.fd, message.header, flags);
      if (length < 0) return errors;
      wallIsSet ??= this.#clock.wasSet();
      const told = this.#readControls(family, wallIsSet);
      if (told.errorBytes < EXTENDED_ERROR.offender) continue;
      const view = message.controlView;
      const origin = view.getUint8(told.errorAt + EXTENDED_ERROR.origin);
      if (origin === constants.SO_EE_ORIGIN_TIMESTAMPING) {
        const found = this.#transmitted(channel, told);
        if (found === undefined) continue;
        this.#pending.push(found);
        if (found.transmission === until && found.sent.source === "driver") return errors;
      } else if (origin === constants.SO_EE_ORIGIN_ICMP || origin === constants.SO_EE_ORIGIN_ICMP6) {
        errors++;
        const found = this.#icmpError(family, told, length);
        if (found !== undefined) this.#pending.push(found);
      }
    }
  }

  #transmitted(channel: Channel, told: Told): Extract<Inbound, { kind: "transmitted" }> | undefined {
    const view = this.#message.controlView;
    const key = view.getUint32(told.errorAt + EXTENDED_ERROR.data, true);
    const transmission = channel.transmissions[key % REMEMBERED_TRANSMISSIONS]!;
    if (told.stamp === undefined || transmission === 0) return undefined;
    const isDriver = view.getUint32(told.errorAt + EXTENDED_ERROR.info, true) === this.#libc.constants.SCM_TSTAMP_SND;
    return { kind: "transmitted", transmission, sent: { ...told.stamp, source: isDriver ? "driver" : "queue" } };
  }

  /** An ICMP error that the kernel took apart: the quoted message is the data, the router stands behind the error. */
  #icmpError(family: Family, told: Told, length: number): Extract<Inbound, { kind: "error" }> | undefined {
    const { constants } = this.#libc;
    const { control, controlView: view } = this.#message;
    const at = told.errorAt;
    const from = readSockaddr(control, at + EXTENDED_ERROR.offender, constants);
    const to = this.#message.sender();
    if (from === undefined || to === undefined) return undefined;
    const data = this.#message.data.slice(0, length);
    const extensionAt = view.getUint16(at + EXTENDED_ERROR.data, true);
    const isIntact = (view.getUint8(at + EXTENDED_ERROR.dataFlags) & EXTENSION_IS_INVALID) === 0;
    const hasExtension = isIntact && extensionAt > 0 && extensionAt < length;
    return {
      kind: "error",
      family,
      transport: "icmp",
      from: from.address,
      icmpType: view.getUint8(at + EXTENDED_ERROR.type),
      icmpCode: view.getUint8(at + EXTENDED_ERROR.code),
      mtu: view.getUint32(at + EXTENDED_ERROR.info, true),
      to: to.address,
      quoted: hasExtension ? data.subarray(0, extensionAt) : data,
      extension: hasExtension ? data.subarray(extensionAt) : undefined,
      received: told.stamp ?? { atUs: this.#clock.nowUs(), source: "program" },
      ttl: told.ttl,
    };
  }

  /** Goes through the control messages once. A stamp is left out where the wall clock was just set, or if it lies ahead. */
  #readControls(family: Family, wallIsSet: boolean): Told {
    const c = this.#libc.constants;
    const view = this.#message.controlView;
    const told: Told = { stamp: undefined, ttl: undefined, errorAt: 0, errorBytes: 0 };
    const ip = family === 4 ? c.IPPROTO_IP : c.IPPROTO_IPV6;
    const ttlType = family === 4 ? c.IP_TTL : c.IPV6_HOPLIMIT;
    const errorType = family === 4 ? c.IP_RECVERR : c.IPV6_RECVERR;
    for (const { level, type, at, bytes } of this.#message.controls()) {
      if (level === c.SOL_SOCKET && isStamp(type, c) && bytes >= STAMP_BYTES) {
        const seconds = view.getUint32(at, true);
        const fraction = view.getInt32(at + 8, true);
        const atUs = this.#clock.fromWall(seconds, type === c.SCM_TIMESTAMPING ? fraction : fraction * 1e3);
        if (!wallIsSet && seconds !== 0 && atUs <= this.#clock.nowUs()) told.stamp = { atUs, source: "driver" };
      } else if (level === ip && type === ttlType && bytes >= TTL_BYTES) {
        told.ttl = view.getInt32(at, true);
      } else if (level === ip && type === errorType) {
        told.errorAt = at;
        told.errorBytes = bytes;
      }
    }
    return told;
  }
}

function isStamp(type: number, { SCM_TIMESTAMPING, SCM_TIMESTAMP }: Constants): boolean {
  return type === SCM_TIMESTAMPING || type === SCM_TIMESTAMP;
}
