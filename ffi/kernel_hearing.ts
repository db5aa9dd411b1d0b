/**
 * What sockets bring, by the kernel's own stamps. The error queue has the transmit stamps (SO_TIMESTAMPING) and, without raw
 * access, the routers' answers (IP_RECVERR). It is read before the data, and behind it while a stamp is missing, so a probe's
 * transmit stamp is always known before its answer.
 */
import type { Inbound, Stamp } from "../core/network.ts";
import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import { ControlReader, type Told } from "./control.ts";
import { departure } from "./departure.ts";
import { EXTENDED_ERROR, isIcmpError, isTransmitStamp, readQueuedError } from "./error_queue.ts";
import { libc } from "./libc.ts";
import { ReceiveBatch } from "./receive_batch.ts";
import { REMEMBERED_TRANSMISSIONS } from "./send_numbers.ts";
import type { SentDatagrams } from "./sent_datagrams.ts";
import type { ReceiveMessage, SocketAddress } from "./struct.ts";
import { udpMessage } from "./transport_socket.ts";

// A batch that is handed over before the clock is looked at again.
const MOST_MESSAGES_A_RECEIVE = 64;
// Such a batch of errors that quote all of a probe.
const ARRIVED_BYTES = MOST_MESSAGES_A_RECEIVE * 2_048;
const IP_HEADER = { words: 0, ttl: 8, leastBytes: 20 } as const;

export class KernelHearing {
  readonly #constants = libc().constants;
  readonly #clock: Clock;
  readonly #datagrams: SentDatagrams | undefined;
  readonly #controls = new ControlReader(this.#constants);
  /** For whoever reads sockets of this network; nothing in it outlasts the next read. */
  readonly batch = new ReceiveBatch();
  /** What messages are kept in until the next wait, as far as there is room. */
  readonly #arrived = new Uint8Array(ARRIVED_BYTES);
  #arrivedBytes = 0;
  /** What was heard and is not taken yet, be it while sending. */
  #stamps: Inbound[] = [];
  #others: Inbound[] = [];
  #transmissions = 0;
  /** The earliest moment at which each of the latest can have left, by its number modulo the length. */
  readonly #earliestUs = new Float64Array(REMEMBERED_TRANSMISSIONS);
  /** The send whose stamps are being looked for, 0 if none is, and what was found. */
  #stamping = 0;
  #stamp: Stamp | undefined;
  /** How many of the latest sends the driver has not stamped yet. */
  #unstamped = 0;
  #emptyAtUs = 0;
  #waitingSinceUs = 0;
  #hasReadAll = true;

  /** `datagrams` are those that only their checksum tells apart. */
  constructor(clock: Clock, datagrams: SentDatagrams | undefined) {
    this.#clock = clock;
    this.#datagrams = datagrams;
  }

  /** Nothing lay unread at this moment, and since then one wait has begun. */
  get emptyAtUs(): number {
    return this.#emptyAtUs;
  }

  /** There is something to take. */
  get hasHeard(): boolean {
    return this.#others.length + this.#stamps.length > 0;
  }

  /** A wait begins. What was taken before may be overwritten. */
  begin(nowUs: number): void {
    if (this.#hasReadAll) this.#emptyAtUs = this.#waitingSinceUs;
    this.#waitingSinceUs = nowUs;
    this.#hasReadAll = true;
    this.#arrivedBytes = 0;
  }

  add(inbound: Inbound): void {
    this.#others.push(inbound);
  }

  /** What was found. An answer may come to another socket than the stamps of its probe, which go first. */
  take(): readonly Inbound[] {
    const stamps = this.#stamps;
    const others = this.#others;
    if (stamps.length > 0) this.#stamps = [];
    if (others.length > 0) this.#others = [];
    return stamps.length === 0 ? others : others.length === 0 ? stamps : [...stamps, ...others];
  }

  /** The number of the next send, from 1. */
  newTransmission(): number {
    return ++this.#transmissions;
  }

  /** What is found out at once about a send that began at `sentUs`; that need not be told later. */
  stampOf(channel: Channel, transmission: number, sentUs: number): Stamp | undefined {
    if (!this.#constants.features.errorQueue) return undefined;
    this.#earliestUs[transmission % REMEMBERED_TRANSMISSIONS] = sentUs;
    this.#stamp = undefined;
    this.#stamping = transmission;
    if (this.#unstamped < REMEMBERED_TRANSMISSIONS) this.#unstamped++;
    channel.numbers.begin(transmission);
    this.readErrors(channel);
    channel.numbers.end();
    this.#stamping = 0;
    return this.#stamp;
  }

  /** For a socket of which `poll` has told these bits. */
  readReady(channel: Channel, returned: number): void {
    const { POLLIN, POLLERR } = this.#constants;
    if ((returned & POLLERR) !== 0) this.readErrors(channel);
    if ((returned & POLLIN) !== 0) this.#readMessages(channel);
  }

  /** Where something was heard: the stamp of what it answers may have come behind the look for stamps, and before it. */
  readLateStamps(channels: readonly Channel[]): void {
    if (this.#unstamped === 0 || this.#others.length === 0) return;
    for (const channel of channels) this.readErrors(channel);
  }

  /** Reads what has arrived, up to a limit. */
  #readMessages(channel: Channel): void {
    const batch = this.batch;
    for (let read = 0; read < MOST_MESSAGES_A_RECEIVE;) {
      const { room } = batch;
      const count = batch.read(channel.socket.fd, 0);
      if (count === 0) return;
      this.#clock.look();
      for (let place = 0; place < count; place++) this.#hear(channel, batch.message(place), batch.lengthOf(place));
      if (count < room) return;
      read += count;
    }
    this.#hasReadAll = false;
  }

  #hear(channel: Channel, message: ReceiveMessage, length: number): void {
    const { family, transport, access } = channel;
    const told = this.#controls.read(message, family);
    channel.overflowed = Math.max(channel.overflowed, told.overflowed);
    const from = message.sender();
    if (from === undefined) return;
    const packet = message.data;
    const headerBytes = family === 4 ? this.#ipHeaderBytes(channel, packet, length) : 0;
    if (headerBytes === undefined) return;
    const isBare = transport === "udp" && access === "datagram";
    this.add({
      kind: "message",
      family,
      transport,
      from: from.address,
      bytes: isBare
        ? udpMessage(from.port, channel.own, packet.subarray(0, length))
        : this.#kept(packet.subarray(headerBytes, length)),
      received: this.#clock.received(told, this.#emptyAtUs),
      ttl: headerBytes > 0 ? packet[IP_HEADER.ttl] : told.ttl,
    });
  }

  /** A copy that lasts until the next `receive`. */
  #kept(bytes: Uint8Array): Uint8Array {
    const at = this.#arrivedBytes;
    const end = at + bytes.length;
    if (end > ARRIVED_BYTES) return bytes.slice();
    this.#arrivedBytes = end;
    const kept = this.#arrived.subarray(at, end);
    kept.set(bytes);
    return kept;
  }

  /** Length of the IPv4 header that the kernel delivers with a message; `undefined` if that is damaged. */
  #ipHeaderBytes(channel: Channel, packet: Uint8Array, length: number): number | undefined {
    if (channel.access === "datagram" && !this.#constants.features.datagramHasIpHeader) return 0;
    const headerBytes = (packet[IP_HEADER.words]! & 0x0f) * 4;
    return headerBytes < IP_HEADER.leastBytes || headerBytes > length ? undefined : headerBytes;
  }

  /** Reads all of the error queue. Gives the number of ICMP errors among what it held. */
  readErrors(channel: Channel): number {
    const constants = this.#constants;
    if (!constants.features.errorQueue) return 0;
    const batch = this.batch;
    let errors = 0;
    // The kernel limits the queue by the receive buffer.
    for (;;) {
      const { room } = batch;
      const count = batch.read(channel.socket.fd, constants.MSG_ERRQUEUE);
      if (count === 0) return errors;
      this.#clock.look();
      for (let place = 0; place < count; place++) {
        const message = batch.message(place);
        const told = this.#controls.read(message, channel.family);
        if (isTransmitStamp(message, told, constants)) {
          this.#hearTransmitted(channel, message, told);
        } else if (isIcmpError(message, told, constants)) {
          errors++;
          const found = this.#icmpError(channel, { message, told, length: batch.lengthOf(place) });
          if (found !== undefined) this.add(found);
        }
      }
      if (count < room) return errors;
    }
  }

  #hearTransmitted(channel: Channel, message: ReceiveMessage, told: Told): void {
    const view = message.controlView;
    const isDriver = view.getUint32(told.errorAt + EXTENDED_ERROR.info, true) === this.#constants.SCM_TSTAMP_SND;
    const number = view.getUint32(told.errorAt + EXTENDED_ERROR.data, true);
    const transmission = channel.numbers.transmissionOf(number, !isDriver);
    if (transmission === 0 || this.#transmissions - transmission >= REMEMBERED_TRANSMISSIONS) return;
    if (isDriver && this.#unstamped > 0) this.#unstamped--;
    const sent = this.#transmitted(transmission, told, isDriver);
    if (sent === undefined) return;
    // That the driver has it, at a time that is not known, is told apart.
    if (transmission !== this.#stamping || sent.source === "program") {
      this.#stamps.push({ kind: "transmitted", transmission, sent });
    } else if (this.#stamp?.source !== "driver") {
      this.#stamp = sent;
    }
  }

  /** When it left; by the program's own time, if the driver has it and the kernel's time is not known. */
  #transmitted(transmission: number, told: Told, isDriver: boolean): Stamp | undefined {
    const place = transmission % REMEMBERED_TRANSMISSIONS;
    const earliestUs = this.#earliestUs[place]!;
    const { lookedAtUs } = this.#clock;
    const atUs = this.#clock.kernelTime(told, earliestUs - this.#clock.errorUs);
    if (atUs === undefined) {
      return isDriver ? { atUs: earliestUs, source: "program", errorUs: lookedAtUs - earliestUs } : undefined;
    }
    if (isDriver) return departure(earliestUs, atUs, this.#clock.errorUs);
    this.#earliestUs[place] = atUs;
    // It was on its way by now, unless it waits in the queue.
    return { atUs, source: "queue", errorUs: lookedAtUs - atUs };
  }

  /** An ICMP error that the kernel took apart: the quoted message is the data, the router stands behind the error. */
  #icmpError(
    channel: Channel,
    { message, told, length }: { message: ReceiveMessage; told: Told; length: number },
  ): Extract<Inbound, { kind: "error" }> | undefined {
    const { family, transport } = channel;
    const error = readQueuedError(message, told, { family, transport, length }, this.#constants);
    if (error === undefined) return undefined;
    const { to, quoted } = error;
    return {
      ...error,
      kind: "error",
      family,
      transport,
      to: to.address,
      quoted: transport === "udp" ? this.#quotedUdp(channel, to, quoted) : quoted,
      received: this.#clock.received(told, this.#emptyAtUs),
    };
  }

  /** A UDP socket's error tells the payload only. */
  #quotedUdp({ own }: Channel, to: SocketAddress, payload: Uint8Array): Uint8Array {
    return udpMessage(own, to.port, payload, this.#datagrams?.find({ from: own, to }, payload, this.#clock.nowUs()));
  }
}
