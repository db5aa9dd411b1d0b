/**
 * The door to the network on the kernel's sockets: opens them, chooses one for each message, and waits. What they bring is
 * read in `kernel_hearing.ts`, and what leaves through them is sent in `kernel_sending.ts`. It knows no probes: it moves
 * messages.
 */
import type { Access } from "../core/messages.ts";
import type { Endpoint, Family, Inbound, Network, NotSent, Outbound, SendResult, Transport } from "../core/network.ts";
import { mostFlows, MULTIPATH, PORT_SEQUENCES, type ProtocolName, type TracePlan } from "../core/plan.ts";
import type { Channel } from "./channel.ts";
import { Clock } from "./clock.ts";
import { failedSend, SystemCallError } from "./errno.ts";
import { HeadStart } from "./head_start.ts";
import { IcmpSocket, NotPermittedError, setTrafficClass } from "./icmp_socket.ts";
import { bindToDevice } from "./interface.ts";
import { KernelHearing } from "./kernel_hearing.ts";
import { KernelSending } from "./kernel_sending.ts";
import { libc } from "./libc.ts";
import { type Polled, PollSet } from "./poll_set.ts";
import { SendNumbers } from "./send_numbers.ts";
import { SentDatagrams } from "./sent_datagrams.ts";
import { Socket } from "./socket.ts";
import { TcpConnects } from "./tcp_connect.ts";
import { openPacketSocket, openRawSocket, openUdpSocket, udpPorts } from "./transport_socket.ts";

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

const FAMILIES: readonly Family[] = [4, 6];
// Enough for the probes of some rounds; beyond it the answers to the oldest are not heard.
const MOST_UDP_SOCKETS = 256;
// Below the ports that probes are numbered by, and below those that Linux gives to connections, those of all flows
// included.
const OWN_PORTS = { first: 20_000, last: 32_768 - MULTIPATH.mostFlows } as const;
const MOST_PORT_TRIES = 8;
// Nothing is sent there: it only completes an address.
const ANY_PORT = 1;

export class KernelNetwork implements Network, Disposable {
  readonly #libc = libc();
  readonly #clock: Clock;
  readonly #hearing: KernelHearing;
  readonly #sending: KernelSending;
  #plan: TracePlan;
  readonly #options: OpenOptions;
  /** Through which probes leave; UDP and TCP without raw access have one for each source port instead. */
  readonly #senders: Record<Family, Partial<Record<Transport, Channel>>> = { 4: {}, 6: {} };
  /** Through which whole IPv4 packets leave. */
  #packetSender: Channel | undefined;
  /** Families whose ICMP errors are heard on a raw socket. */
  readonly #heard = new Set<Family>();
  /** UDP sockets by family and source port, the longest unused first. */
  readonly #udp = new Map<number, Channel>();
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
  /** Descriptors of others, as they are polled. */
  readonly #watched = new Map<Polled, Polled>();
  #isWoken = false;
  #ownPort = randomPort();

  private constructor(plan: TracePlan, options: OpenOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#clock = options.clock ?? new Clock();
    // Others than Linux wait for whole milliseconds.
    if (options.headStart && libc().constants.features.ppoll) this.#headStart = new HeadStart();
    const clock = this.#clock;
    // Where only the checksum tells which probe a datagram is.
    const isByChecksum = plan.localPort !== undefined || plan.flow === "constant";
    const datagrams = isByChecksum ? new SentDatagrams(plan.timeoutUs) : undefined;
    const hearing = this.#hearing = new KernelHearing(clock, datagrams);
    this.#sending = new KernelSending({ plan, clock, hearing, datagrams, awaitNow: () => this.#awaitNow() });
    this.#tcp = new TcpConnects({
      plan,
      clock,
      polled: this.#polled,
      batch: hearing.batch,
      hear: (inbound) => hearing.add(inbound),
      emptyAtUs: () => hearing.emptyAtUs,
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
      if (icmp.access === "raw") this.#heard.add(family);
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
    if (this.#heard.has(family)) return true;
    const icmp = IcmpSocket.open(family, this.#plan, ["raw"]);
    if (icmp === undefined) return false;
    this.#listen(family, "icmp", icmp);
    this.#heard.add(family);
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
    this.#packetSender = this.#listen(4, "icmp", { access: "raw", socket, identifier: 0 }, true);
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
  #listen(
    family: Family,
    transport: Transport,
    opened: Pick<IcmpSocket, "access" | "socket" | "identifier">,
    takesPackets = false,
  ): Channel {
    const { access, socket, identifier: own } = opened;
    const channel: Channel = {
      fd: socket.fd,
      events: this.#libc.constants.POLLIN,
      ready: (returned) => this.#hearing.readReady(channel, returned),
      family,
      transport,
      access,
      socket,
      own,
      takesPackets,
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
    this.#sending.setTrafficClass(trafficClass);
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

  sourceAddress(to: Endpoint, device = this.#plan.device): string | NotSent {
    const socket = this.#routes[to.family];
    if (socket === undefined) return this.#noFamily();
    try {
      // A further peer leaves the address of the first one in place, unless that is forgotten, and the interface with it.
      socket.disconnect();
      if (device !== undefined) bindToDevice(socket, to.family, device);
      socket.connect(to, ANY_PORT, `find the way to ${to.address}`);
      return socket.localAddress().address;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return failedSend(error.errno);
    }
  }

  isOwn({ family, address }: Omit<Endpoint, "scopeId">): boolean {
    const { AF_INET, AF_INET6, SOCK_DGRAM } = this.#libc.constants;
    const aim = `find the way to ${address}`;
    try {
      using socket = new Socket(family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0, aim);
      socket.connect({ family, address, scopeId: 0 }, ANY_PORT, aim);
      // To itself a host sends from there.
      return socket.localAddress().address === address;
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return false;
    }
  }

  send(message: Outbound): SendResult {
    const sent = this.#send(message);
    // Where somebody of this host has a flow label for himself (IPV6_FL_S_EXCL), no other passes but the kernel's own.
    const isBarred = !sent.ok && sent.reason === "invalid" && message.flowLabel;
    return isBarred ? this.#send({ ...message, flowLabel: 0 }) : sent;
  }

  #send(message: Outbound): SendResult {
    let channel: Channel | undefined;
    try {
      if (message.transport === "tcp" && this.#connected.has(message.to.family)) {
        this.#awaitNow();
        return this.#tcp.send(message, this.#hearing.newTransmission());
      }
      channel = this.#senderOf(message);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      return failedSend(error.errno, error.message);
    }
    if (channel === undefined) return this.#noFamily();
    const sent = this.#sending.send(channel, message);
    // Only packets with the kernel's own header are fragmented.
    const isTooLong = !sent.ok && sent.reason === "tooLarge" && message.identification !== undefined;
    return isTooLong && channel.takesPackets ? this.#send({ ...message, identification: undefined }) : sent;
  }

  #noFamily(): NotSent {
    return { ...failedSend(this.#libc.constants.errno.EAFNOSUPPORT), reason: "noRoute" };
  }

  receive(deadlineUs: number): readonly Inbound[] {
    for (;;) {
      const nowUs = this.#clock.nowUs();
      const untilUs = this.#isConnecting ? Math.min(deadlineUs, this.#tcp.nextUs) : deadlineUs;
      this.#hearing.begin(nowUs);
      this.#isAhead = false;
      const waitUs = this.#hearing.hasHeard ? 0 : Math.max(0, untilUs - nowUs);
      const headStartUs = untilUs < deadlineUs ? undefined : this.#headStart?.before(waitUs);
      const askedUs = waitUs - (headStartUs ?? 0);
      this.#polled.wait(askedUs);
      if (this.#isConnecting) this.#tcp.expire();
      const inbound = this.#hearing.take();
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

  /** The time; that which `nowUs` has told is waited for: asleep as far as one comes back in time, then awake. */
  #awaitNow(): number {
    let nowUs = this.#clock.nowUs();
    const headStart = this.#isAhead ? this.#headStart : undefined;
    this.#isAhead = false;
    const napUs = headStart?.nap(this.#aheadUs - nowUs) ?? 0;
    if (napUs > 0) {
      this.#polled.sleep(napUs);
      nowUs = this.#clock.nowUs();
      headStart?.note(nowUs - this.#aheadUs);
    }
    while (nowUs < this.#aheadUs) nowUs = this.#clock.nowUs();
    return nowUs;
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
    return this.#udpChannel(to.family, udpPorts(bytes).source);
  }

  /** Asks for stamps of arrivals, and of sends two, numbered from 0: before the packet scheduler, and in the driver. */
  #askForStamps({ socket }: Channel): void {
    const c = this.#libc.constants;
    if (!c.features.errorQueue) return;
    const flags = c.SOF_TIMESTAMPING_TX_SCHED | c.SOF_TIMESTAMPING_TX_SOFTWARE | c.SOF_TIMESTAMPING_RX_SOFTWARE |
      c.SOF_TIMESTAMPING_SOFTWARE | c.SOF_TIMESTAMPING_OPT_TSONLY | c.SOF_TIMESTAMPING_OPT_ID;
    socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, flags);
  }
}

function randomPort(): number {
  const { first, last } = OWN_PORTS;
  return first + crypto.getRandomValues(new Uint32Array(1))[0]! % (last - first + 1);
}
