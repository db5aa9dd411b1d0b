/**
 * The door to the network on the kernel's sockets: moves messages, and waits. `kernel_sockets.ts` opens the sockets and
 * chooses among them, what they bring is read in `kernel_hearing.ts`, and what leaves is sent in `kernel_sending.ts`. It
 * knows no probes.
 */
import type { Access } from "../core/messages.ts";
import type { Endpoint, Family, Inbound, Network, NotSent, Outbound, SendResult, Transport } from "../core/network.ts";
import type { ProtocolName, TracePlan } from "../core/plan.ts";
import type { Channel } from "./channel.ts";
import { Clock } from "./clock.ts";
import { failedSend, SystemCallError } from "./errno.ts";
import { HeadStart } from "./head_start.ts";
import { bindToDevice } from "./interface.ts";
import { KernelHearing } from "./kernel_hearing.ts";
import { KernelSending } from "./kernel_sending.ts";
import { FAMILIES, KernelSockets, type SocketOptions } from "./kernel_sockets.ts";
import { libc } from "./libc.ts";
import { type Polled, PollSet } from "./poll_set.ts";
import { SentDatagrams } from "./sent_datagrams.ts";
import { Socket } from "./socket.ts";
import { TcpConnects } from "./tcp_connect.ts";

/** What else a network can be opened for. */
export interface NetworkOptions extends SocketOptions {
  /** Time runs a little ahead while nothing arrives: what is due is prepared, and leaves when its time has come. */
  readonly headStart?: true;
  /** The time; that of the system's clocks if absent. */
  readonly clock?: Clock;
}

// Nothing is sent there: it only completes an address.
const ANY_PORT = 1;

export class KernelNetwork implements Network, Disposable {
  readonly #libc = libc();
  readonly #clock: Clock;
  readonly #hearing: KernelHearing;
  readonly #sending: KernelSending;
  readonly #sockets: KernelSockets;
  readonly #device: string | undefined;
  readonly #polled = new PollSet();
  readonly #headStart: HeadStart | undefined;
  /** What `nowUs` has told, be it ahead of the clock: nothing leaves before it. */
  #aheadUs = -Infinity;
  /** A wait has ended in time for this, and nothing has been sent since. */
  #isAhead = false;
  #heardUs = -Infinity;
  readonly #tcp: TcpConnects;
  /** Descriptors of others, as they are polled. */
  readonly #watched = new Map<Polled, Polled>();
  #isWoken = false;

  private constructor(plan: TracePlan, options: NetworkOptions) {
    const clock = this.#clock = options.clock ?? new Clock();
    this.#device = plan.device;
    // Others than Linux wait for whole milliseconds.
    if (options.headStart && libc().constants.features.ppoll) this.#headStart = new HeadStart();
    // Where only the checksum tells which probe a datagram is.
    const isByChecksum = plan.localPort !== undefined || plan.flow === "constant";
    const datagrams = isByChecksum ? new SentDatagrams(plan.timeoutUs) : undefined;
    const hearing = this.#hearing = new KernelHearing(clock, datagrams);
    this.#sockets = new KernelSockets(plan, options, { polled: this.#polled, hearing });
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
    options: NetworkOptions = {},
  ): KernelNetwork {
    const { sourceAddress } = plan;
    const network = new KernelNetwork(plan, options);
    try {
      network.#sockets.open(sourceAddress === undefined ? families : [sourceAddress.includes(":") ? 6 : 4]);
      return network;
    } catch (error) {
      network[Symbol.dispose]();
      throw error;
    }
  }

  /** How each family that could be opened is reached. */
  get access(): Partial<Record<Family, Access>> {
    return this.#sockets.access;
  }

  /** How each family is reached with a protocol; a family where it cannot be is absent. */
  accessFor(protocol: ProtocolName): Partial<Record<Family, Access>> {
    return this.#sockets.accessFor(protocol);
  }

  get trafficClass(): number {
    return this.#sockets.trafficClass;
  }

  /** From the next message on. */
  setTrafficClass(trafficClass: number): void {
    this.#tcp.setTrafficClass(trafficClass);
    this.#sending.setTrafficClass(trafficClass);
    this.#sockets.setTrafficClass(trafficClass);
  }

  nowUs(): number {
    return Math.max(this.#aheadUs, this.#clock.nowUs());
  }

  get heardUs(): number {
    return this.#heardUs;
  }

  get overflowed(): number {
    return this.#sockets.overflowed;
  }

  get ownPort(): number {
    return this.#sockets.ownPort;
  }

  echoIdentifier(family: Family): number {
    return this.#sockets.echoIdentifier(family);
  }

  /** Whether there is a way for messages of this kind to leave. */
  canSend(family: Family, transport: Transport): boolean {
    return this.#sockets.canSend(family, transport);
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

  sourceAddress(to: Endpoint, device = this.#device): string | NotSent {
    const socket = this.#sockets.routeOf(to.family);
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
      if (message.transport === "tcp" && this.#sockets.usesConnections(message.to.family)) {
        this.#awaitNow();
        return this.#tcp.send(message, this.#hearing.newTransmission());
      }
      channel = this.#sockets.senderOf(message);
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
      const { hasConnections } = this.#sockets;
      const untilUs = hasConnections ? Math.min(deadlineUs, this.#tcp.nextUs) : deadlineUs;
      this.#hearing.begin(nowUs);
      this.#isAhead = false;
      const waitUs = this.#hearing.hasHeard ? 0 : Math.max(0, untilUs - nowUs);
      const headStartUs = untilUs < deadlineUs ? undefined : this.#headStart?.before(waitUs);
      const askedUs = waitUs - (headStartUs ?? 0);
      this.#polled.wait(askedUs);
      if (hasConnections) this.#tcp.expire();
      this.#hearing.readLateStamps(this.#sockets.channels);
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
    this.#sockets[Symbol.dispose]();
  }
}
