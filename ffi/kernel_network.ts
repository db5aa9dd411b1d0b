/**
 * The door to the network on the kernel's sockets: sends, receives, and says when, by the kernel's own stamps.
 *
 * Each socket's error queue brings the transmit stamps (SO_TIMESTAMPING) and, without raw access, the routers' answers
 * (IP_RECVERR). It is read before the data, so a probe's transmit stamp is always known before its answer. It knows no
 * probes: it moves messages.
 */
import type { Access } from "../core/messages.ts";
import type { Endpoint, Family, Inbound, MessageSettings, Network } from "../core/network.ts";
import type { Outbound, SendResult, Stamp, Transport } from "../core/network.ts";
import { ICMP4_PROTOCOL } from "../core/packet/icmp4.ts";
import { writeIpv4 } from "../core/packet/ipv4.ts";
import { SCTP_PROTOCOL } from "../core/packet/sctp.ts";
import { TCP_PROTOCOL } from "../core/packet/tcp.ts";
import { UDP_HEADER_BYTES, UDP_PROTOCOL } from "../core/packet/udp.ts";
import { LIMITS, mostFlows, MULTIPATH, PORT_SEQUENCES, type ProtocolName, type TracePlan } from "../core/plan.ts";
import { Clock } from "./clock.ts";
import { departure } from "./departure.ts";
import { failedSend, SystemCallError } from "./errno.ts";
import { EXTENDED_ERROR, isIcmpError, isTransmitStamp, readQueuedError } from "./error_queue.ts";
import { bindToDevice, IcmpSocket, NotPermittedError, setTrafficClass } from "./icmp_socket.ts";
import { HeadStart } from "./head_start.ts";
import { libc } from "./libc.ts";
import { ControlReader, type Told } from "./control.ts";
import { type Polled, PollSet } from "./poll_set.ts";
import { ReceiveBatch } from "./receive_batch.ts";
import { SendMessage } from "./send_message.ts";
import { REMEMBERED_TRANSMISSIONS, SendNumbers } from "./send_numbers.ts";
import { SentDatagrams } from "./sent_datagrams.ts";
import type { Socket } from "./socket.ts";
import { cString, type ReceiveMessage, type SocketAddress, writeSockaddr } from "./struct.ts";
import { TcpConnects } from "./tcp_connect.ts";
import { openPacketSocket, openRawSocket, openUdpSocket, udpMessage } from "./transport_socket.ts";

/** What else a network can be opened for. */
export interface OpenOptions {
  /** Of which probes are sent; that of the plan alone if absent. */
  readonly protocols?: readonly ProtocolName[];
  /** Protocols that may be needed beside that of the plan, in the order of the table; none of them has to be allowed. */
  readonly further?: readonly ProtocolName[];
  /** The least port that probes are numbered by, where that is another than the tracer's. */
  readonly firstPort?: number;
  /** Protocols whose IPv4 packets tell routers not to fragment them, where they fit into what is known of the path. */
  readonly dontFragment?: readonly ProtocolName[];
  /** Messages may say that this program writes their IPv4 headers. */
  readonly writesHeaders?: true;
  /** Time runs a little ahead while nothing arrives: what is due is prepared, and leaves when its time has come. */
  readonly headStart?: true;
  /** The time; that of the system's clocks if absent. */
  readonly clock?: Clock;
}

/** One socket, and what the kernel knows of it. */
interface Channel extends Polled {
  readonly family: Family;
  readonly transport: Transport;
  readonly access: Access;
  readonly socket: Socket;
  /** What the kernel writes into messages itself: the identifier of echo requests, the source port of UDP datagrams. */
  readonly own: number;
  readonly numbers: SendNumbers;
  /** How many messages the kernel dropped. */
  overflowed: number;
  /** The TTL that the socket is set to. */
  ttl: number;
}

const FAMILIES: readonly Family[] = [4, 6];
// A batch that is handed over before the clock is looked at again.
const MOST_MESSAGES_A_RECEIVE = 64;
// Such a batch of errors that quote all of a probe.
const ARRIVED_BYTES = MOST_MESSAGES_A_RECEIVE * 2_048;
// A pending ICMP error makes a send fail in its place; so many in a row have been seen, with room.
const MOST_SEND_TRIES = 5;
// Enough for the probes of some rounds; beyond it the answers to the oldest are not heard.
const MOST_UDP_SOCKETS = 256;
// Below the ports that probes are numbered by, and below those that Linux gives to connections, those of all flows
// included.
const OWN_PORTS = { first: 20_000, last: 32_768 - MULTIPATH.mostFlows } as const;
const MOST_PORT_TRIES = 8;
// Nothing is sent there: it only completes an address.
const ANY_PORT = 1;
const SOCKADDR_PORT_AT = 2;
const NO_OPTIONS = new Uint8Array(0);
const IP_PROTOCOLS: Readonly<Record<Transport, number>> = {
  icmp: ICMP4_PROTOCOL,
  udp: UDP_PROTOCOL,
  tcp: TCP_PROTOCOL,
  sctp: SCTP_PROTOCOL,
};
const IP_MESSAGE = { words: 0, ttl: 8, leastHeaderBytes: 20 } as const;

export class KernelNetwork implements Network, Disposable {
  readonly #libc = libc();
  readonly #clock: Clock;
  readonly #batch = new ReceiveBatch();
  readonly #controls = new ControlReader(libc().constants);
  /** What the messages of a `receive` are kept in, as far as there is room. */
  readonly #arrived = new Uint8Array(ARRIVED_BYTES);
  #arrivedBytes = 0;
  readonly #addresses = new WeakMap<Endpoint, Uint8Array<ArrayBuffer>>();
  #plan: TracePlan;
  readonly #options: OpenOptions;
  /** Through which probes leave; UDP and TCP without raw access have one for each source port instead. */
  readonly #senders: Record<Family, Partial<Record<Transport, Channel>>> = { 4: {}, 6: {} };
  /** Through which whole IPv4 packets leave. */
  #packetSender: Channel | undefined;
  /** Families whose ICMP errors are heard on a raw socket. */
  readonly #hearing = new Set<Family>();
  #sendMessage: SendMessage | undefined;
  /** UDP sockets by family and source port, the longest unused first. */
  readonly #udp = new Map<number, Channel>();
  /** What left through them, where only the checksum tells which probe it is. */
  readonly #datagrams: SentDatagrams | undefined;
  /** Sockets that only tell which address this host would send from. */
  readonly #routes: Partial<Record<Family, Socket>> = {};
  /** All that can be read. */
  #channels: Channel[] = [];
  readonly #polled = new PollSet();
  readonly #headStart: HeadStart | undefined;
  /** What `nowUs` has told, be it ahead of the clock: nothing leaves before it. */
  #aheadUs = -Infinity;
  /** A wait has ended in time for this, and nothing has been sent since. */
  #isAhead = false;
  #heardUs = -Infinity;
  readonly #tcp: TcpConnects;
  /** Families whose TCP probes it sends. */
  readonly #connected = new Set<Family>();
  #isConnecting = false;
  #transmissions = 0;
  /** The earliest moment at which each of the latest can have left, by its number modulo the length. */
  readonly #earliestUs = new Float64Array(REMEMBERED_TRANSMISSIONS);
  /** Nothing lay unread at this moment, and since then one wait has begun. */
  #emptyAtUs = 0;
  #waitingSinceUs = 0;
  #hasReadAll = true;
  /** Descriptors of others, as they are polled. */
  readonly #watched = new Map<Polled, Polled>();
  #isWoken = false;
  /** Filled where this program writes the IPv4 header. */
  readonly #packet = new Uint8Array(LIMITS.packetBytes.most);
  /** What was found while sending, for the next `receive`. */
  #pending: Inbound[] = [];
  #stamps: Inbound[] = [];
  /** The send whose stamps are being looked for, 0 if none is, and what was found. */
  #stamping = 0;
  #stamp: Stamp | undefined;
  #ownPort = randomPort();

  private constructor(plan: TracePlan, options: OpenOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? new Clock();
    if (options.headStart) this.#headStart = new HeadStart();
    if (plan.localPort !== undefined || plan.flow === "constant") this.#datagrams = new SentDatagrams(plan.timeoutUs);
    this.#tcp = new TcpConnects({
      plan,
      clock: this.#clock,
      polled: this.#polled,
      batch: this.#batch,
      hear: (inbound) => this.#pending.push(inbound),
      emptyAtUs: () => this.#emptyAtUs,
    });
    const { call, constants } = this.#libc;
    // Linux rounds waits of a thread up to 50 µs later than asked, unless told not to.
    if (constants.features.capabilities) call.prctl?.(constants.PR_SET_TIMERSLACK, 1, 0, 0, 0);
  }

  /**
   * Opens the sockets of `families`, or only that of the plan's source address. Throws `NotPermittedError` if none
   * is allowed, and `SystemCallError` for a device, address or mark that cannot be used.
   */
  static open(
    plan: TracePlan,
    families: readonly Family[] = FAMILIES,
    options: OpenOptions = {},
  ): KernelNetwork {
    const { sourceAddress } = plan;
    // ICMP comes first: its raw socket hears the errors for the others, too.
    const { further, protocols = further ?? [plan.protocol], writesHeaders } = options;
    if (sourceAddress !== undefined) families = [sourceAddress.includes(":") ? 6 : 4];
    const network = new KernelNetwork(plan, options);
    let refusal: NotPermittedError | undefined;
    const steps = families.flatMap((family) =>
      protocols.map((protocol) => ({
        open: () => network.#open(family, protocol),
        isNeeded: further === undefined || protocol === plan.protocol,
      }))
    );
    if (writesHeaders && families.includes(4)) steps.push({ open: () => network.#openForPackets(), isNeeded: true });
    try {
      for (const { open, isNeeded } of steps) {
        try {
          open();
        } catch (error) {
          const isRefusal = error instanceof NotPermittedError;
          if (!isNeeded && (isRefusal || error instanceof SystemCallError)) continue;
          if (!isRefusal) throw error;
          refusal = error;
        }
      }
      // A family that the system does not have fails at the send, as any other way that is not there.
      const access = further === undefined ? network.access : network.accessFor(plan.protocol);
      if (refusal !== undefined && Object.keys(access).length === 0) throw refusal;
      return network;
    } catch (error) {
      network[Symbol.dispose]();
      throw error;
    }
  }

  /** Opens what a protocol needs of a family; nothing where the system does not have the family. */
  #open(family: Family, protocol: ProtocolName): void {
    const plan = this.#plan;
    if (protocol === "icmp") {
      const icmp = IcmpSocket.open(family, plan);
      if (icmp === undefined) return;
      this.#senders[family].icmp = this.#listen(family, "icmp", icmp);
      this.#askRouters(family, "icmp", icmp.socket);
      if (icmp.access === "raw") this.#hearing.add(family);
      // What a router quotes is compared with the address that probes leave with.
      if (icmp.access === "raw" && plan.flow === "constant") this.#routes[family] ??= openUdpSocket(family, plan, 0);
      return;
    }
    try {
      if (!this.#hearErrors(family)) return;
      const own = plan.localPort ?? this.#ownPort;
      const { firstPort = PORT_SEQUENCES.first } = this.#options;
      const range = plan.flow === "constant"
        ? { first: own, last: own + mostFlows(plan) - 1 }
        : { first: protocol === "udp" ? own : firstPort, last: PORT_SEQUENCES.last };
      const socket = openRawSocket(family, protocol, plan, { ...range, opensOrResetsOnly: protocol === "tcp" });
      this.#senders[family][protocol] = this.#listen(family, protocol, { access: "raw", socket, identifier: 0 });
      this.#askRouters(family, protocol, socket);
      const isIdentified = family === 4 && protocol !== "tcp" && plan.flow === "constant";
      if (isIdentified && this.#libc.constants.features.packetSockets) this.#openForPackets();
    } catch (error) {
      if (!(error instanceof NotPermittedError)) throw error;
      this.#openWithoutRights(family, protocol, error);
    }
    if (this.#routes[family] !== undefined) return;
    this.#routes[family] = openUdpSocket(family, plan, 0);
    // The kernel stamps arrivals from some time after the first socket asks for it, until the last one does no more.
    if (this.#connected.has(family)) this.#askForArrivals(this.#routes[family]);
  }

  /** A raw ICMP socket of the family is there, or opened; false where the system does not have the family. */
  #hearErrors(family: Family): boolean {
    if (this.#hearing.has(family)) return true;
    const icmp = IcmpSocket.open(family, this.#plan, ["raw"]);
    if (icmp === undefined) return false;
    this.#listen(family, "icmp", icmp);
    this.#hearing.add(family);
    return true;
  }

  #askRouters(family: Family, protocol: ProtocolName, socket: Socket): void {
    const c = this.#libc.constants;
    if (family === 6 || this.#options.dontFragment?.includes(protocol) !== true) return;
    socket.trySet(c.IPPROTO_IP, c.IP_MTU_DISCOVER, c.IP_PMTUDISC_WANT);
  }

  #openForPackets(): void {
    if (this.#packetSender !== undefined) return;
    const socket = openPacketSocket(this.#plan);
    this.#packetSender = this.#listen(4, "icmp", { access: "raw", socket, identifier: 0 });
  }

  /** What anybody may open for a protocol; throws the refusal of raw sockets where there is no such thing. */
  #openWithoutRights(family: Family, protocol: ProtocolName, refusal: NotPermittedError): void {
    if (protocol === "udp") this.#openOwnUdp(family);
    else if (protocol === "tcp" && this.#libc.constants.features.errorQueue) {
      this.#connected.add(family);
      this.#isConnecting = true;
    } else throw refusal;
  }

  #askForArrivals(socket: Socket): void {
    const c = this.#libc.constants;
    socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, c.SOF_TIMESTAMPING_RX_SOFTWARE | c.SOF_TIMESTAMPING_SOFTWARE);
  }

  /** The UDP socket of this program's own port; if nobody named the port, of another one where it is taken. */
  #openOwnUdp(family: Family): void {
    const { localPort } = this.#plan;
    for (let tries = 1;; tries++) {
      try {
        this.#udpChannel(family, localPort ?? this.#ownPort);
        return;
      } catch (error) {
        const isTaken = error instanceof SystemCallError && error.errno === this.#libc.constants.errno.EADDRINUSE;
        if (!isTaken || localPort !== undefined || tries === MOST_PORT_TRIES) throw error;
        // A family that is open already keeps a socket of its own for the old port.
        this.#ownPort = randomPort();
      }
    }
  }

  /** Starts to listen to a socket. */
  #listen(family: Family, transport: Transport, opened: Pick<IcmpSocket, "access" | "socket" | "identifier">): Channel {
    const { access, socket, identifier: own } = opened;
    const channel: Channel = {
      fd: socket.fd,
      events: this.#libc.constants.POLLIN,
      ready: (returned) => this.#readReady(channel, returned),
      family,
      transport,
      access,
      socket,
      own,
      numbers: new SendNumbers(),
      overflowed: 0,
      ttl: -1,
    };
    this.#askForStamps(channel);
    this.#channels.push(channel);
    this.#polled.add(channel);
    return channel;
  }

  /** The UDP socket of a source port; opened when it is first needed, and closed when too many have been used since. */
  #udpChannel(family: Family, port: number): Channel {
    const key = family << 16 | port;
    const channel = this.#udp.get(key) ??
      this.#listen(family, "udp", {
        access: "datagram",
        socket: openUdpSocket(family, this.#plan, port),
        identifier: port,
      });
    this.#udp.delete(key);
    this.#udp.set(key, channel);
    if (this.#udp.size > MOST_UDP_SOCKETS) {
      const [[oldestKey, oldest]] = [...this.#udp.entries()] as [[number, Channel]];
      this.#udp.delete(oldestKey);
      this.#polled.remove(oldest);
      oldest.socket[Symbol.dispose]();
      this.#channels = this.#channels.filter((other) => other !== oldest);
    }
    return channel;
  }

  /** How each family that could be opened is reached. */
  get access(): Partial<Record<Family, Access>> {
    const connected = [...this.#connected].map((family) => [family, "connect"]);
    return Object.fromEntries([...connected, ...this.#channels.map(({ family, access }) => [family, access])]);
  }

  /** How each family is reached with a protocol; a family where it cannot be is absent. */
  accessFor(protocol: ProtocolName): Partial<Record<Family, Access>> {
    const accesses = FAMILIES.flatMap((family): (readonly [Family, Access])[] => {
      if (protocol === "tcp" && this.#connected.has(family)) return [[family, "connect"]];
      const sender = this.#senders[family][protocol] ??
        this.#channels.find((channel) => channel.family === family && channel.transport === protocol);
      return sender === undefined ? [] : [[family, sender.access]];
    });
    return Object.fromEntries(accesses);
  }

  get trafficClass(): number {
    return this.#plan.trafficClass;
  }

  /** From the next message on. */
  setTrafficClass(trafficClass: number): void {
    this.#plan = { ...this.#plan, trafficClass };
    this.#tcp.setTrafficClass(trafficClass);
    for (const { socket, family } of this.#channels) setTrafficClass(socket, family, trafficClass);
  }

  nowUs(): number {
    return Math.max(this.#aheadUs, this.#clock.nowUs());
  }

  get heardUs(): number {
    return this.#heardUs;
  }

  get overflowed(): number {
    return this.#channels.reduce((sum, channel) => sum + channel.overflowed, 0);
  }

  get ownPort(): number {
    return this.#ownPort;
  }

  echoIdentifier(family: Family): number {
    return this.#senders[family].icmp?.own ?? 0;
  }

  /** Whether there is a way for messages of this kind to leave. */
  canSend(family: Family, transport: Transport): boolean {
    return this.#senders[family][transport] !== undefined || (transport === "tcp" && this.#connected.has(family)) ||
      (transport === "udp" && this.#routes[family] !== undefined);
  }

  /** Looks at a file descriptor of somebody else, too: when it is ready, `receive` returns, be it with nothing. */
  watch(polled: Polled): void {
    const watched: Polled = {
      fd: polled.fd,
      events: polled.events,
      ready: (returned) => {
        this.#isWoken = true;
        polled.ready(returned);
      },
    };
    this.#polled.add(watched);
    this.#watched.set(polled, watched);
  }

  watchNoLonger(polled: Polled): void {
    const watched = this.#watched.get(polled);
    if (watched !== undefined) this.#polled.remove(watched);
    this.#watched.delete(polled);
  }

  sourceAddress(to: Endpoint, device = this.#plan.device): string | undefined {
    const socket = this.#routes[to.family];
    if (socket === undefined) return undefined;
    try {
      // A further peer leaves the address of the first one in place, unless that is forgotten, and the interface with it.
      socket.disconnect();
      if (device !== undefined) bindToDevice(socket, to.family, device);
      socket.connect(to, ANY_PORT, `find the way to ${to.address}`);
      return socket.localAddress().address;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return undefined;
    }
  }

  send(message: Outbound): SendResult {
    const { call, errno, constants } = this.#libc;
    let channel: Channel | undefined;
    try {
      if (message.transport === "tcp" && this.#connected.has(message.to.family)) {
        this.#awaitNow();
        return this.#tcp.send(message, ++this.#transmissions);
      }
      channel = this.#senderOf(message);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return failedSend(error.errno, error.message);
    }
    const isIdentified = message.identification !== undefined && channel === this.#packetSender;
    if (channel === undefined) return { ...failedSend(constants.errno.EAFNOSUPPORT), reason: "noRoute" };
    const { fd } = channel.socket;
    const address = this.#addressOf(message.to);
    let { bytes } = message;
    let own: SendMessage | undefined;
    const isBare = channel.transport === "udp" && channel.access === "datagram";
    if (isBare) {
      // The kernel writes the header itself.
      new DataView(address.buffer).setUint16(SOCKADDR_PORT_AT, portsOf(bytes).destination);
      bytes = bytes.subarray(UDP_HEADER_BYTES);
    }
    if (message.settings === undefined) {
      own = isIdentified
        ? this.#plain(address, this.#packetOf(message, this.#plan), 4, undefined)
        : this.#withTtl(channel, address, bytes, message.ttl);
    } else {
      own = this.#withSettings(message, message.settings, { channel, address, bytes });
      if (own === undefined) return failedSend(constants.errno.ENODEV);
    }
    // An ICMP error that came meanwhile would make this send fail in its place.
    if (channel.access === "datagram") this.#readErrors(channel);
    for (let tries = 1;; tries++) {
      const sentUs = this.#awaitNow();
      const length = own === undefined
        ? call.sendto(fd, bytes, bytes.length, constants.MSG_DONTWAIT, address, address.length)
        : call.sendmsg(fd, own.header, constants.MSG_DONTWAIT);
      if (length >= 0) {
        if (isBare) this.#datagrams?.note(message.to.address, message.bytes, sentUs);
        const sent = this.#sent(channel, sentUs);
        return isIdentified ? { ...sent, isIdentified } : sent;
      }
      const failure = errno[0]!;
      channel.numbers.fail();
      const wasPending = this.#readErrors(channel) > 0;
      if ((wasPending || failure === constants.errno.EINTR) && tries < MOST_SEND_TRIES) continue;
      // Only packets with the kernel's own header are fragmented.
      if (isIdentified && failure === constants.errno.EMSGSIZE) {
        return this.send({ ...message, identification: undefined });
      }
      return failedSend(this.#whyRefused(failure, message));
    }
  }

  /** The message with its TTL; `undefined` where the system wants that to be set before. */
  #withTtl(channel: Channel, address: Uint8Array, bytes: Uint8Array, ttl: number): SendMessage | undefined {
    const { family } = channel;
    if (this.#libc.constants.features.ttlControl) return this.#plain(address, bytes, family, ttl);
    if (channel.ttl !== ttl) this.#setTtl(channel, ttl);
    return undefined;
  }

  #plain(address: Uint8Array, bytes: Uint8Array, family: Family, ttl: number | undefined): SendMessage {
    const message = this.#sendMessage ??= new SendMessage(this.#libc.constants);
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
    const message = this.#sendMessage ??= new SendMessage(constants);
    if (channel !== this.#packetSender) {
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
    const packet = this.#packet.subarray(0, IP_MESSAGE.leastHeaderBytes + bytes.length);
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

  receive(deadlineUs: number): readonly Inbound[] {
    for (;;) {
      const nowUs = this.#clock.nowUs();
      const untilUs = this.#isConnecting ? Math.min(deadlineUs, this.#tcp.nextUs) : deadlineUs;
      if (this.#hasReadAll) this.#emptyAtUs = this.#waitingSinceUs;
      this.#waitingSinceUs = nowUs;
      this.#isAhead = false;
      this.#hasReadAll = true;
      this.#arrivedBytes = 0;
      const waitUs = this.#pending.length + this.#stamps.length > 0 ? 0 : Math.max(0, untilUs - nowUs);
      const headStartUs = untilUs < deadlineUs ? undefined : this.#headStart?.before(waitUs);
      const askedUs = waitUs - (headStartUs ?? 0);
      this.#polled.wait(askedUs);
      if (this.#isConnecting) this.#tcp.expire();
      const inbound = this.#takeArrived();
      if (inbound.length > 0 || this.#isWoken) {
        this.#isWoken = false;
        return inbound;
      }
      // A wait may end early: a signal, a message that told nothing, or a socket whose time is up.
      const wokenUs = this.#clock.nowUs();
      const isOver = wokenUs >= nowUs + askedUs;
      this.#heardUs = isOver ? nowUs + askedUs : nowUs;
      if (isOver && headStartUs !== undefined) {
        this.#aheadUs = deadlineUs;
        this.#isAhead = true;
        return inbound;
      }
      if (nowUs >= deadlineUs || wokenUs >= deadlineUs) return inbound;
    }
  }

  /** The time; that which `nowUs` has told is waited for, awake. */
  #awaitNow(): number {
    let nowUs = this.#clock.nowUs();
    if (this.#isAhead) this.#headStart?.note(nowUs - this.#aheadUs);
    this.#isAhead = false;
    while (nowUs < this.#aheadUs) nowUs = this.#clock.nowUs();
    return nowUs;
  }

  /** What was found. An answer may come to another socket than the stamps of its probe, which go first. */
  #takeArrived(): readonly Inbound[] {
    const stamps = this.#stamps;
    const others = this.#pending;
    if (stamps.length > 0) this.#stamps = [];
    if (others.length > 0) this.#pending = [];
    return stamps.length === 0 ? others : others.length === 0 ? stamps : [...stamps, ...others];
  }

  [Symbol.dispose](): void {
    this.#tcp[Symbol.dispose]();
    for (const { socket } of this.#channels) socket[Symbol.dispose]();
    for (const socket of Object.values(this.#routes)) socket[Symbol.dispose]();
  }

  /** Through which socket a message leaves; `undefined` if its family is not there. */
  #senderOf({ to, transport, bytes, settings, identification }: Outbound): Channel | undefined {
    const sender = this.#senders[to.family][transport];
    const writesHeader = settings === undefined ? identification !== undefined : settings.ipv4Header === "program";
    if (writesHeader && to.family === 4 && sender?.access === "raw") {
      return this.#packetSender ?? sender;
    }
    if (sender !== undefined || transport !== "udp" || this.#routes[to.family] === undefined) return sender;
    return this.#udpChannel(to.family, portsOf(bytes).source);
  }

  /** A successful send: asks the kernel when, since it mostly knows by now. */
  #sent(channel: Channel, sentUs: number): Extract<SendResult, { ok: true }> {
    const transmission = ++this.#transmissions;
    this.#earliestUs[transmission % REMEMBERED_TRANSMISSIONS] = sentUs;
    const stamp = this.#stampOf(channel, transmission);
    const sent = stamp ?? { atUs: sentUs, source: "program", errorUs: this.#clock.nowUs() - sentUs };
    return { ok: true, sent, transmission: channel.numbers.isCertain ? transmission : undefined };
  }

  /** What is found out at once about the latest send; that need not be told later. */
  #stampOf(channel: Channel, transmission: number): Stamp | undefined {
    if (!this.#libc.constants.features.errorQueue) return undefined;
    this.#stamp = undefined;
    this.#stamping = transmission;
    channel.numbers.begin(transmission);
    this.#readErrors(channel);
    channel.numbers.end();
    this.#stamping = 0;
    return this.#stamp;
  }

  /** Asks for stamps of arrivals, and of sends two, numbered from 0: before the packet scheduler, and in the driver. */
  #askForStamps({ socket }: Channel): void {
    const c = this.#libc.constants;
    if (!c.features.errorQueue) return;
    const flags = c.SOF_TIMESTAMPING_TX_SCHED | c.SOF_TIMESTAMPING_TX_SOFTWARE | c.SOF_TIMESTAMPING_RX_SOFTWARE |
      c.SOF_TIMESTAMPING_SOFTWARE | c.SOF_TIMESTAMPING_OPT_TSONLY | c.SOF_TIMESTAMPING_OPT_ID;
    socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, flags);
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

  #readReady(channel: Channel, returned: number): void {
    const { POLLIN, POLLERR } = this.#libc.constants;
    if ((returned & POLLERR) !== 0) this.#readErrors(channel);
    if ((returned & POLLIN) !== 0) this.#readMessages(channel);
  }

  /** Reads what has arrived, up to a limit. */
  #readMessages(channel: Channel): void {
    const batch = this.#batch;
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
    this.#pending.push({
      kind: "message",
      family,
      transport,
      from: from.address,
      bytes: isBare
        ? udpMessage(from.port, channel.own, packet.subarray(0, length))
        : this.#kept(packet.subarray(headerBytes, length)),
      received: this.#clock.received(told, this.#emptyAtUs),
      ttl: headerBytes > 0 ? packet[IP_MESSAGE.ttl] : told.ttl,
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
    if (channel.access === "datagram" && !this.#libc.constants.features.datagramHasIpHeader) return 0;
    const headerBytes = (packet[IP_MESSAGE.words]! & 0x0f) * 4;
    return headerBytes < IP_MESSAGE.leastHeaderBytes || headerBytes > length ? undefined : headerBytes;
  }

  /** Reads all of the error queue. Gives the number of ICMP errors among what it held. */
  #readErrors(channel: Channel): number {
    const { constants } = this.#libc;
    if (!constants.features.errorQueue) return 0;
    const batch = this.#batch;
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
          if (found !== undefined) this.#pending.push(found);
        }
      }
      if (count < room) return errors;
    }
  }

  #hearTransmitted(channel: Channel, message: ReceiveMessage, told: Told): void {
    const view = message.controlView;
    const isDriver = view.getUint32(told.errorAt + EXTENDED_ERROR.info, true) === this.#libc.constants.SCM_TSTAMP_SND;
    const number = view.getUint32(told.errorAt + EXTENDED_ERROR.data, true);
    const transmission = channel.numbers.transmissionOf(number, !isDriver);
    if (transmission === 0 || this.#transmissions - transmission >= REMEMBERED_TRANSMISSIONS) return;
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
    const error = readQueuedError(message, told, length, this.#libc.constants);
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

function portsOf(bytes: Uint8Array): { source: number; destination: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { source: view.getUint16(0), destination: view.getUint16(2) };
}

function randomPort(): number {
  const { first, last } = OWN_PORTS;
  return first + crypto.getRandomValues(new Uint32Array(1))[0]! % (last - first + 1);
}
