/** The sockets of a network: opens what each protocol needs of each family, and chooses one for each message. */
import type { Access } from "../core/messages.ts";
import type { Family, Outbound, Transport } from "../core/network.ts";
import { mostFlows, MULTIPATH, PORT_SEQUENCES, type ProtocolName, type TracePlan } from "../core/plan.ts";
import type { Channel } from "./channel.ts";
import { SystemCallError } from "./errno.ts";
import { askForStamps, IcmpSocket, NotPermittedError, setTrafficClass } from "./icmp_socket.ts";
import type { KernelHearing } from "./kernel_hearing.ts";
import { libc } from "./libc.ts";
import type { PollSet } from "./poll_set.ts";
import { SendNumbers } from "./send_numbers.ts";
import type { Socket } from "./socket.ts";
import { openPacketSocket, openRawSocket, openUdpSocket, udpPorts } from "./transport_socket.ts";

export const FAMILIES: readonly Family[] = [4, 6];
// Enough for the probes of some rounds; beyond it the answers to the oldest are not heard.
const MOST_UDP_SOCKETS = 256;
// Below the ports that probes are numbered by, and below those that Linux gives to connections, those of all flows
// included.
const OWN_PORTS = { first: 20_000, last: 32_768 - MULTIPATH.mostFlows } as const;
const MOST_PORT_TRIES = 8;

/** What sockets are opened for, beside the probes of a plan. */
export interface SocketOptions {
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
}

export class KernelSockets implements Disposable {
  readonly #libc = libc();
  #plan: TracePlan;
  readonly #options: SocketOptions;
  readonly #polled: PollSet;
  readonly #hearing: KernelHearing;
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
  #channels: Channel[] = [];
  /** Families whose TCP probes are connections, which have sockets of their own. */
  readonly #connected = new Set<Family>();
  #ownPort = randomPort();

  /** What comes to the sockets is polled there, and heard there. */
  constructor(
    plan: TracePlan,
    options: SocketOptions,
    { polled, hearing }: { polled: PollSet; hearing: KernelHearing },
  ) {
    this.#plan = plan;
    this.#options = options;
    this.#polled = polled;
    this.#hearing = hearing;
  }

  /** Opens those of all `families`. Throws `NotPermittedError` and `SystemCallError` as `KernelNetwork.open` does. */
  open(families: readonly Family[]): void {
    const { protocol: own } = this.#plan;
    // ICMP comes first: its raw socket hears the errors for the others, too.
    const { further, protocols = further ?? [own], writesHeaders } = this.#options;
    const steps = families.flatMap((family) =>
      protocols.map((protocol) => ({
        open: () => protocol === "icmp" ? this.#openIcmp(family) : this.#openCarried(family, protocol),
        isNeeded: further === undefined || protocol === own,
      }))
    );
    if (writesHeaders && families.includes(4)) steps.push({ open: () => this.#openForPackets(), isNeeded: true });
    let refusal: NotPermittedError | undefined;
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
    const access = further === undefined ? this.access : this.accessFor(own);
    if (refusal !== undefined && Object.keys(access).length === 0) throw refusal;
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

  /** Through which socket a message leaves; `undefined` if its family is not there. */
  senderOf({ to, transport, bytes, settings, identification }: Outbound): Channel | undefined {
    const sender = this.#senders[to.family][transport];
    const writesHeader = settings === undefined ? identification !== undefined : settings.ipv4Header === "program";
    if (writesHeader && to.family === 4 && sender?.access === "raw") return this.#packetSender ?? sender;
    if (sender !== undefined || transport !== "udp" || this.#routes[to.family] === undefined) return sender;
    return this.#udpChannel(to.family, udpPorts(bytes).source);
  }

  /** TCP probes of the family are connections. */
  usesConnections(family: Family): boolean {
    return this.#connected.has(family);
  }

  /** Those of some family are. */
  get hasConnections(): boolean {
    return this.#connected.size > 0;
  }

  /** Whether there is a way for messages of this kind to leave. */
  canSend(family: Family, transport: Transport): boolean {
    return this.#senders[family][transport] !== undefined || (transport === "tcp" && this.#connected.has(family)) ||
      (transport === "udp" && this.#routes[family] !== undefined);
  }

  /** The socket that tells which address this host would send from. */
  routeOf(family: Family): Socket | undefined {
    return this.#routes[family];
  }

  get trafficClass(): number {
    return this.#plan.trafficClass;
  }

  setTrafficClass(trafficClass: number): void {
    this.#plan = { ...this.#plan, trafficClass };
    for (const { socket, family } of this.#channels) setTrafficClass(socket, family, trafficClass);
  }

  /** All that can be read. */
  get channels(): readonly Channel[] {
    return this.#channels;
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

  [Symbol.dispose](): void {
    for (const { socket } of this.#channels) socket[Symbol.dispose]();
    for (const socket of Object.values(this.#routes)) socket[Symbol.dispose]();
  }

  /** Opens what ICMP needs of a family; nothing where the system does not have the family. */
  #openIcmp(family: Family): void {
    const plan = this.#plan;
    const icmp = IcmpSocket.open(family, plan);
    if (icmp === undefined) return;
    this.#senders[family].icmp = this.#listen(family, "icmp", icmp);
    this.#askRouters(family, "icmp", icmp.socket);
    if (icmp.access !== "raw") return;
    this.#heard.add(family);
    // What a router quotes is compared with the address that probes leave with.
    if (plan.flow === "constant") this.#routes[family] ??= openUdpSocket(family, plan, 0);
  }

  /** Opens what another protocol needs of a family, or what of it anybody may have; nothing as above. */
  #openCarried(family: Family, protocol: Exclude<ProtocolName, "icmp">): void {
    const plan = this.#plan;
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
    askForStamps(channel.socket);
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
}

function randomPort(): number {
  const { first, last } = OWN_PORTS;
  return first + crypto.getRandomValues(new Uint32Array(1))[0]! % (last - first + 1);
}
