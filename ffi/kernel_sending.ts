/**
 * Sends messages through the sockets of a network, each with what is its own, and asks at once when it left. A message that
 * fails for what came meanwhile is sent again.
 */
import type { Endpoint, Family, MessageSettings, Outbound, SendResult, Transport } from "../core/network.ts";
import { ICMP4_PROTOCOL } from "../core/packet/icmp4.ts";
import { writeIpv4 } from "../core/packet/ipv4.ts";
import { SCTP_PROTOCOL } from "../core/packet/sctp.ts";
import { TCP_PROTOCOL } from "../core/packet/tcp.ts";
import { UDP_HEADER_BYTES, UDP_PROTOCOL } from "../core/packet/udp.ts";
import { LIMITS, type TracePlan } from "../core/plan.ts";
import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import { failedSend, mayBeStray, SystemCallError } from "./errno.ts";
import type { KernelHearing } from "./kernel_hearing.ts";
import { packetCounts, passageBetween } from "./firewall_watch.ts";
import { libc } from "./libc.ts";
import { SendMessage } from "./send_message.ts";
import type { SentDatagrams } from "./sent_datagrams.ts";
import { cString, setFlowLabel, writeSockaddr } from "./struct.ts";
import { fragmented, openUdpSocket, udpPorts } from "./transport_socket.ts";

// A pending ICMP error makes a send fail in its place; so many in a row have been seen, with room.
const MOST_SEND_TRIES = 5;
const SOCKADDR_PORT_AT = 2;
const NO_OPTIONS = new Uint8Array(0);
const IP_PROTOCOLS: Readonly<Record<Transport, number>> = {
  icmp: ICMP4_PROTOCOL,
  udp: UDP_PROTOCOL,
  tcp: TCP_PROTOCOL,
  sctp: SCTP_PROTOCOL,
};
/** Without options. */
const IPV4_HEADER_BYTES = 20;

/** What is shared with the rest of a network. */
export interface KernelSendingOptions {
  readonly plan: TracePlan;
  readonly clock: Clock;
  readonly hearing: KernelHearing;
  /** Is told what left, where only the checksum tells which probe it is. */
  readonly datagrams: SentDatagrams | undefined;
  /** Waits until a message may leave; gives the time. */
  readonly awaitNow: () => number;
}

export class KernelSending {
  readonly #libc = libc();
  readonly #options: KernelSendingOptions;
  #plan: TracePlan;
  readonly #addresses = new WeakMap<Endpoint, Uint8Array<ArrayBuffer>>();
  /** To these packets pass this host's firewall, as far as anybody has looked. */
  readonly #passed = new WeakSet<Endpoint>();
  #message: SendMessage | undefined;
  /** Filled where this program writes the IPv4 header. */
  readonly #packet = new Uint8Array(LIMITS.packetBytes.most);

  constructor(options: KernelSendingOptions) {
    this.#options = options;
    this.#plan = options.plan;
  }

  setTrafficClass(trafficClass: number): void {
    this.#plan = { ...this.#plan, trafficClass };
  }

  /** Through `channel`, which takes such messages; one that takes whole IPv4 packets gives them the identification. */
  send(channel: Channel, message: Outbound): SendResult {
    const sent = saysNothing(channel) ? this.#watched(channel, message) : this.#send(channel, message);
    const { family, transport, access, socket } = channel;
    const mayFragment = family === 6 && transport === "udp" && access === "datagram";
    const isTooLong = !sent.ok && sent.reason === "tooLarge" && mayFragment;
    return isTooLong ? fragmented(socket, () => this.#send(channel, message)) : sent;
  }

  /** Looking takes time, so it is done until the first packet to a target has passed. */
  #watched(channel: Channel, message: Outbound): SendResult {
    const { to } = message;
    const before = this.#passed.has(to) ? undefined : packetCounts(to.family);
    const sent = this.#send(channel, message);
    const after = before && packetCounts(to.family);
    if (!sent.ok || before === undefined || after === undefined) return sent;
    const passage = passageBetween(before, after, 0);
    if (passage === "all") this.#passed.add(to);
    return passage === "nothing" ? { ...sent, hasNotPassed: true } : sent;
  }

  #send(channel: Channel, message: Outbound): SendResult {
    const { call, errno, constants } = this.#libc;
    const { hearing, datagrams, awaitNow } = this.#options;
    const { fd } = channel.socket;
    const { to, settings } = message;
    const isIdentified = message.identification !== undefined && channel.takesPackets;
    const address = this.#addressOf(to);
    if (to.family === 6) setFlowLabel(address, message.flowLabel ?? 0);
    let { bytes } = message;
    let own: SendMessage | undefined;
    const isBare = channel.transport === "udp" && channel.access === "datagram";
    if (isBare) {
      // The kernel writes the header itself.
      new DataView(address.buffer).setUint16(SOCKADDR_PORT_AT, udpPorts(bytes).destination);
      bytes = bytes.subarray(UDP_HEADER_BYTES);
    }
    if (settings === undefined) {
      own = isIdentified
        ? this.#plain(address, this.#packetOf(message, this.#plan), 4, undefined)
        : this.#withTtl(channel, address, bytes, message.ttl);
    } else {
      own = this.#withSettings(message, settings, { channel, address, bytes });
      if (own === undefined) return failedSend(constants.errno.ENODEV);
    }
    // An ICMP error that came meanwhile would make this send fail in its place.
    if (channel.access === "datagram") hearing.readErrors(channel);
    for (let tries = 1;; tries++) {
      const sentUs = awaitNow();
      const length = own === undefined
        ? call.sendto(fd, bytes, bytes.length, constants.MSG_DONTWAIT, address, address.length)
        : call.sendmsg(fd, own.header, constants.MSG_DONTWAIT);
      if (length >= 0) {
        if (isBare) datagrams?.note(to.address, message.bytes, sentUs);
        const sent = this.#sent(channel, sentUs);
        return isIdentified ? { ...sent, isIdentified } : sent;
      }
      const failure = errno[0]!;
      channel.numbers.fail();
      const isInDoubt = tries === 1 && (mayBeStray(failure) || this.#mayBePending(channel, failure));
      if ((hearing.readErrors(channel) > 0 || isInDoubt) && tries < MOST_SEND_TRIES) continue;
      return failedSend(this.#whyRefused(failure, message));
    }
  }

  /** The kernel notes an ICMP error behind putting it into the queue, which may have been read in between. */
  #mayBePending({ access }: Channel, failure: number): boolean {
    const { ECONNREFUSED, EHOSTUNREACH } = this.#libc.constants.errno;
    return access === "datagram" && (failure === EHOSTUNREACH || failure === ECONNREFUSED);
  }

  /** A successful send: asks the kernel when, since it mostly knows by now. */
  #sent(channel: Channel, sentUs: number): Extract<SendResult, { ok: true }> {
    const { hearing, clock } = this.#options;
    const transmission = hearing.newTransmission();
    const stamp = hearing.stampOf(channel, transmission, sentUs);
    const sent = stamp ?? { atUs: sentUs, source: "program", errorUs: clock.nowUs() - sentUs };
    return { ok: true, sent, transmission: channel.numbers.isCertain ? transmission : undefined };
  }

  /** The message with its TTL; `undefined` where the system wants that to be set before. */
  #withTtl(channel: Channel, address: Uint8Array, bytes: Uint8Array, ttl: number): SendMessage | undefined {
    const { family } = channel;
    if (this.#libc.constants.features.ttlControl) return this.#plain(address, bytes, family, ttl);
    if (channel.ttl !== ttl) this.#setTtl(channel, ttl);
    return undefined;
  }

  #plain(address: Uint8Array, bytes: Uint8Array, family: Family, ttl: number | undefined): SendMessage {
    const message = this.#message ??= new SendMessage(this.#libc.constants);
    message.setPlain(address, bytes, family, ttl);
    return message;
  }

  /** The message with its settings; `undefined` if the interface is not there. */
  #withSettings(
    outbound: Outbound,
    settings: MessageSettings,
    { channel, address, bytes }: { channel: Channel; address: Uint8Array; bytes: Uint8Array },
  ): SendMessage | undefined {
    const { call, constants } = this.#libc;
    const { to: { family }, ttl } = outbound;
    const { device } = settings;
    const interfaceIndex = device === undefined ? 0 : call.if_nametoindex(cString(device));
    if (device !== undefined && interfaceIndex === 0) return undefined;
    const message = this.#message ??= new SendMessage(constants);
    if (!channel.takesPackets) {
      message.set(address, bytes, { family, ttl, settings, interfaceIndex });
      return message;
    }
    const packet = this.#packetOf(outbound, settings);
    message.set(address, packet, { family, ttl: undefined, settings, interfaceIndex });
    return message;
  }

  /** The message in its IPv4 packet. The kernel fills in the checksum, and what is 0: source address and identification. */
  #packetOf(
    { to: { address: destination }, transport, ttl, bytes, identification = 0 }: Outbound,
    { trafficClass, sourceAddress: source = "0.0.0.0" }: Pick<MessageSettings, "trafficClass" | "sourceAddress">,
  ): Uint8Array<ArrayBuffer> {
    const packet = this.#packet.subarray(0, IPV4_HEADER_BYTES + bytes.length);
    const headerBytes = writeIpv4(packet, {
      trafficClass,
      ttl,
      source,
      destination,
      identification,
      protocol: IP_PROTOCOLS[transport],
      totalBytes: packet.length,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      options: NO_OPTIONS,
    });
    packet.set(bytes, headerBytes);
    return packet;
  }

  /** The system says of an address that this host does not have what it says of other things, too; here it is told apart. */
  #whyRefused(failure: number, { to: { family }, settings }: Outbound): number {
    const { EINVAL, ENETUNREACH } = this.#libc.constants.errno;
    const sourceAddress = settings?.sourceAddress;
    if (sourceAddress === undefined || (failure !== EINVAL && failure !== ENETUNREACH)) return failure;
    try {
      openUdpSocket(family, { ...this.#plan, sourceAddress }, 0)[Symbol.dispose]();
      return failure;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return error.errno;
    }
  }

  #setTtl(channel: Channel, ttl: number): void {
    const c = this.#libc.constants;
    const { family, socket } = channel;
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
}

/** Linux says of no echo request of an ordinary user over IPv6 that a firewall has dropped it. */
function saysNothing({ family, transport, access }: Channel): boolean {
  return family === 6 && transport === "icmp" && access === "datagram";
}
