/**
 * TCP probes without raw sockets: the kernel sends the SYN, from a `connect` that nobody waits for, and what it learns of
 * the answer is given as a raw socket would have heard it.
 *
 * One socket a probe, bound to the SYN's source port. A router's error is in its error queue (IP_RECVERR); the kernel has
 * compared the sequence number that it quotes with that of its own SYN. A socket that becomes writable was answered by
 * SYN-ACK, ECONNREFUSED is a reset. Any answer closes the socket.
 *
 * Where the times come from, nearest to the wire first:
 *
 * | answer  | sent                                    | received                                     |
 * | ------- | --------------------------------------- | -------------------------------------------- |
 * | SYN-ACK | the kernel's TCP, before its scheduler  | the same: TCP_INFO has the time between them |
 * | error   | this program's clock before `connect`   | the kernel's stamp                           |
 * | reset   | this program's clock before `connect`   | this program's clock when it woke            |
 *
 * There is no transmit stamp of a SYN: SO_TIMESTAMPING stamps data only, and so it is with MSG_FASTOPEN, with and without a
 * cookie (TCP_FASTOPEN_NO_COOKIE), and what numbers the stamps (OPT_ID, OPT_ID_TCP) is refused before there is a connection
 * (Linux 6.18). So the time of a SYN-ACK has the ways between TCP and the interface in it, some 12 µs, and nobody tells how
 * much of that is which: nothing is taken off.
 *
 * A SYN may wait in this host, for the next hop's address mostly, as long as three seconds, and TCP_INFO's time has
 * that in it. What waits takes memory of its socket (SO_MEMINFO), so that is looked at until it has left. A driver
 * gives that memory back when it likes, so a short wait makes the bound longer only; behind a long one the SYN left
 * between two looks. One that waits when its socket is closed has not left in time, and is told so.
 *
 * Nor does `connect` say that this host's firewall has dropped the SYN, or has answered it with a reset. Until many in a
 * row have passed that is watched from outside (`firewall_watch.ts`), and again since one was lost. A SYN that has not
 * passed is told so when its socket is closed without an answer.
 *
 * The kernel repeats a SYN after one second (RFC 6298), and the answer to a repeat is none to the probe: so the socket is
 * closed before, and what comes later is not heard. If this thread ran too late for that, TCP_INFO tells of the repeat, and
 * the answer is passed over: to which of the two SYNs it came, nobody can know.
 */
import type { Endpoint, Family, Inbound, Outbound, SendResult, Stamp } from "../core/network.ts";
import type { Between } from "../core/packet/pseudo_header.ts";
import { parseQuotedTcp, type TcpHeader, writeTcpReset, writeTcpSegment } from "../core/packet/tcp.ts";
import type { TracePlan } from "../core/plan.ts";
import type { Clock } from "./clock.ts";
import { ControlReader } from "./control.ts";
import { failedSend, mayBeStray } from "./errno.ts";
import { FirewallWatch, type Passage } from "./firewall_watch.ts";
import { isIcmpError, readQueuedError } from "./error_queue.ts";
import { bindToSource, configureSending, hearErrors } from "./icmp_socket.ts";
import { libc } from "./libc.ts";
import type { Polled, PollSet } from "./poll_set.ts";
import { Socket } from "./socket.ts";
import type { ReceiveBatch } from "./receive_batch.ts";
import { setFlowLabel, writeSockaddr } from "./struct.ts";
import { TcpInfo } from "./tcp_info.ts";

// The kernel's timer (TCP_TIMEOUT_INIT) is 1 s, which a slow tick makes longer and never shorter by more than 10 ms.
const BEFORE_REPEAT_US = 900_000;
// A silent path of 30 hops, probed by 30 targets at once. Beyond it the answers to the oldest are not heard.
const MOST_ATTEMPTS = 1_024;
/** struct linger: int on, int seconds. */
const NO_LINGER = new Uint8Array(new Int32Array([1, 0]).buffer);
/** What SO_MEMINFO gives: nine numbers of 32 bits, the third of them what waits to leave (<linux/sock_diag.h>). */
const MEMORY = { bytes: 36, waitingAt: 8 } as const;
const LOOK_US = 2_000;
// Two numbers that agree are mostly the first two.
const MOST_TRIES = 8;
/** No driver keeps what has left for so long. */
const LONG_WAIT_US = 20_000;
/**
 * IPv6 flow label of all SYNs to a target where they are to be one flow, as far as they can: of itself the kernel gives each
 * connection another one, by chance. Any would do.
 */
const LABEL_OF_ONE_FLOW = 0xcf1bb;

/** A SYN that may still be answered. */
interface Attempt extends Polled {
  readonly socket: Socket;
  readonly to: Endpoint;
  /** The segment as its protocol wrote it: what errors quote, as if it had been sent so. */
  readonly syn: Uint8Array;
  readonly header: TcpHeader;
  readonly transmission: number;
  readonly sentUs: number;
  /** How long `connect` took: within that time the SYN left. */
  readonly connectUs: number;
  readonly closeAtUs: number;
  /** What passed this host's firewall while it was sent. */
  readonly passage: Passage;
  /** So long after `sentUs` it still waited, when that was looked at last; and when it was seen to wait no more. */
  waitedUs: number;
  goneUs: number;
}

/** What is shared with the other sockets of a network. */
export interface TcpConnectsOptions {
  readonly plan: TracePlan;
  readonly clock: Clock;
  readonly polled: PollSet;
  readonly batch: ReceiveBatch;
  /** A moment at which nothing that is read now was there. */
  readonly emptyAtUs: () => number;
  /** Is told of what arrives. */
  readonly hear: (inbound: Inbound) => void;
}

export class TcpConnects implements Disposable {
  readonly #libc = libc();
  readonly #options: TcpConnectsOptions;
  #plan: TracePlan;
  readonly #waitUs: number;
  readonly #controls = new ControlReader(libc().constants);
  readonly #info = new TcpInfo();
  /** The oldest first. */
  readonly #attempts = new Set<Attempt>();
  /** Those of which the SYN waits in this host. */
  readonly #waiting = new Set<Attempt>();
  #lookUs = Infinity;
  readonly #firewall = new FirewallWatch();
  readonly #memory = new Uint8Array(MEMORY.bytes);
  readonly #memoryView = new DataView(this.#memory.buffer);

  constructor(options: TcpConnectsOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#waitUs = Math.min(options.plan.timeoutUs, BEFORE_REPEAT_US);
  }

  /** When the next socket has to be closed, or looked at; `Infinity` if there is none. */
  get nextUs(): number {
    return Math.min(this.#oldest?.closeAtUs ?? Infinity, this.#waiting.size > 0 ? this.#lookUs : Infinity);
  }

  setTrafficClass(trafficClass: number): void {
    this.#plan = { ...this.#plan, trafficClass };
  }

  /** Has the kernel send a SYN with the ports of `bytes`. Throws `SystemCallError` if there is no socket for it. */
  send({ to, ttl, bytes, settings, flowLabel = 0 }: Outbound, transmission: number): SendResult {
    const { call, constants } = this.#libc;
    const { clock, polled } = this.#options;
    const header = parseQuotedTcp(bytes);
    if (header === undefined) throw new RangeError(`Cannot send ${bytes.length} bytes as a SYN: it has 20 at least`);
    // To an address of this host it would be answered by itself: two SYNs that cross make a connection, too.
    if (header.sourcePort === header.destinationPort) return failedSend(constants.errno.EADDRINUSE);
    if (this.#attempts.size >= MOST_ATTEMPTS) this.#close(this.#oldest!);
    const socket = openTcpSocket(to.family, { ...this.#plan, ...settings }, { ttl, port: header.sourcePort });
    const address = writeSockaddr(to, header.destinationPort, constants);
    if (flowLabel !== 0) setFlowLabel(address, this.#plan.flow === "constant" ? LABEL_OF_ONE_FLOW : flowLabel);
    this.#firewall.begin(to.family);
    const sentUs = clock.nowUs();
    const refusal = sendSyn(socket, this.#info, () => call.connect(socket.fd, address, address.length));
    if (refusal !== undefined) {
      socket[Symbol.dispose]();
      return failedSend(refusal);
    }
    const connectUs = clock.nowUs() - sentUs;
    const passage = this.#firewall.end(to.family);
    const attempt: Attempt = {
      fd: socket.fd,
      events: constants.POLLOUT,
      ready: () => this.#answered(attempt),
      socket,
      to,
      syn: bytes.slice(),
      header,
      transmission,
      sentUs,
      connectUs,
      closeAtUs: sentUs + this.#waitUs,
      passage,
      waitedUs: 0,
      goneUs: Infinity,
    };
    this.#attempts.add(attempt);
    polled.add(attempt);
    const failure = this.#look(attempt);
    if (failure !== undefined) {
      this.#close(attempt);
      return failedSend(failure);
    }
    return { ok: true, sent: { atUs: sentUs, source: "program", errorUs: connectUs }, transmission };
  }

  /** What has become of a SYN right behind its sending; the error number if it has not left. */
  #look(attempt: Attempt): number | undefined {
    const { socket, passage, sentUs } = attempt;
    if (!this.#info.read(socket)) return undefined;
    const { EPERM, ENOBUFS } = this.#libc.constants.errno;
    const { isClosed, waitsForAnswer, isReduced } = this.#info;
    if (isClosed && passage === "allButOne") return EPERM;
    if (!waitsForAnswer) {
      // A near target has answered by now; later, a reset would have the time of a later look.
      if (isClosed && passage === "unknown") this.#firewall.doubt();
      this.#answered(attempt);
      return undefined;
    }
    // `connect` does not say so, and waits for the repeat.
    if (isReduced) return ENOBUFS;
    if (this.#waits(socket)) {
      if (this.#waiting.size === 0) this.#lookUs = sentUs + LOOK_US;
      this.#waiting.add(attempt);
    }
    return undefined;
  }

  /** Closes what can be answered no more, and looks at what waits. To be called after all that had arrived was read. */
  expire(): void {
    const nowUs = this.#options.clock.nowUs();
    if (this.#waiting.size > 0 && nowUs >= this.#lookUs) this.#lookAtWaiting(nowUs);
    for (const attempt of this.#attempts) {
      if (attempt.closeAtUs > nowUs) return;
      const { transmission, socket, passage } = attempt;
      const by = passage === "nothing"
        ? "firewall"
        : this.#waiting.has(attempt) && this.#waits(socket)
        ? "queue"
        : undefined;
      if (by === undefined) {
        if (passage === "unknown") this.#firewall.doubt();
      } else this.#options.hear({ kind: "withheld", transmission, by, atUs: nowUs });
      this.#close(attempt);
    }
  }

  #lookAtWaiting(nowUs: number): void {
    for (const attempt of this.#waiting) {
      if (this.#waits(attempt.socket)) {
        attempt.waitedUs = nowUs - attempt.sentUs;
      } else {
        attempt.goneUs = this.#options.clock.nowUs();
        this.#waiting.delete(attempt);
      }
    }
    this.#lookUs = nowUs + LOOK_US;
  }

  /** Whether a packet of this socket, which can only be its SYN, has not left yet; false where the kernel tells nothing. */
  #waits(socket: Socket): boolean {
    const { SOL_SOCKET, SO_MEMINFO } = this.#libc.constants;
    return socket.tryGet(SOL_SOCKET, SO_MEMINFO, this.#memory) &&
      this.#memoryView.getUint32(MEMORY.waitingAt, true) > 0;
  }

  [Symbol.dispose](): void {
    for (const attempt of this.#attempts) this.#close(attempt);
  }

  get #oldest(): Attempt | undefined {
    const [oldest] = this.#attempts;
    return oldest;
  }

  /** A peer that agreed is reset: it forgets at once, and the port is free for a later probe. Nothing was ever written. */
  #close(attempt: Attempt): void {
    this.#attempts.delete(attempt);
    this.#waiting.delete(attempt);
    this.#options.polled.remove(attempt);
    attempt.socket[Symbol.dispose]();
  }

  #answered(attempt: Attempt): void {
    const wokenUs = this.#options.clock.nowUs();
    const isFirst = this.#info.read(attempt.socket) && !this.#info.hasRepeated;
    if (isFirst && !this.#hearError(attempt)) this.#hearSegment(attempt, wokenUs);
    this.#close(attempt);
  }

  /** Tells of the first ICMP error, if there is one. It is older than anything that the target may have said meanwhile. */
  #hearError(attempt: Attempt): boolean {
    const { socket, to: { family }, syn } = attempt;
    const { constants } = this.#libc;
    const { batch, clock, emptyAtUs, hear } = this.#options;
    for (let count; (count = batch.read(socket.fd, constants.MSG_ERRQUEUE)) > 0;) {
      clock.look();
      for (let place = 0; place < count; place++) {
        const message = batch.message(place);
        const told = this.#controls.read(message, family);
        const error = isIcmpError(message, told, constants)
          ? readQueuedError(message, told, { family, transport: "tcp", length: batch.lengthOf(place) }, constants)
          : undefined;
        if (error === undefined) continue;
        const received = clock.received(told, emptyAtUs());
        this.#tellWait(attempt, received.atUs);
        hear({ ...error, kind: "error", family, transport: "tcp", to: error.to.address, quoted: syn, received });
        return true;
      }
    }
    return false;
  }

  #tellWait(attempt: Attempt, answeredUs: number): void {
    const { transmission, waitedUs } = attempt;
    if (waitedUs > 0) {
      this.#options.hear({ kind: "transmitted", transmission, sent: departureOf(attempt, answeredUs) });
    }
  }

  /** Tells of the segment that must have come, by what it has made of the connection. */
  #hearSegment(attempt: Attempt, wokenUs: number): void {
    const { socket, to, header, transmission, sentUs, connectUs } = attempt;
    const { SOL_SOCKET, SO_ERROR, errno } = this.#libc.constants;
    const { emptyAtUs, hear } = this.#options;
    const failure = new Int32Array(1);
    if (!socket.tryGet(SOL_SOCKET, SO_ERROR, new Uint8Array(failure.buffer))) return;
    const write = failure[0] === 0 ? writeSynAck : failure[0] === errno.ECONNREFUSED ? writeTcpReset : undefined;
    // The kernel gave up for a reason of its own.
    if (write === undefined) return;
    const bytes = write(header, { source: to.address, destination: socket.localAddress().address });
    let received: Stamp = { atUs: wokenUs, source: "program", errorUs: wokenUs - emptyAtUs() };
    const { rttUs } = this.#info;
    if (failure[0] === 0 && rttUs > 0 && sentUs + rttUs <= wokenUs) {
      hear({ kind: "transmitted", transmission, sent: { atUs: sentUs, source: "queue", errorUs: connectUs } });
      // Its way up to TCP is no longer than that of the SYN down from the program.
      received = { atUs: sentUs + rttUs, source: "queue", errorUs: connectUs };
    }
    this.#tellWait(attempt, received.atUs);
    hear({ kind: "message", family: to.family, transport: "tcp", from: to.address, bytes, received, ttl: undefined });
  }
}

/**
 * Has the kernel open a connection; gives the number of its refusal, or `undefined` where a SYN was sent. The number of a call of
 * the runtime's own may stand in the place of that of `connect`: so the socket is asked first, and the call is made again only
 * where it has sent nothing.
 */
export function sendSyn(socket: Socket, info: TcpInfo, connect: () => number): number | undefined {
  const { errno, constants } = libc();
  let told: number | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (connect() >= 0) return undefined;
    const failure = errno[0]!;
    if (failure === constants.errno.EINPROGRESS || (info.read(socket) && info.hasSent)) return undefined;
    if (!mayBeStray(failure) || failure === told) return failure;
    told = failure;
  }
  return told;
}

/** When a SYN that has waited left, before this answer to it. */
function departureOf({ sentUs, connectUs, waitedUs, goneUs }: Attempt, answeredUs: number): Stamp {
  if (waitedUs < LONG_WAIT_US) return { atUs: sentUs, source: "queue", errorUs: Math.max(connectUs, waitedUs) };
  const [fromUs, untilUs] = [sentUs + waitedUs, Math.min(goneUs, answeredUs)];
  return { atUs: (fromUs + untilUs) / 2, source: "queue", errorUs: (untilUs - fromUs) / 2 };
}

/** A SYN-ACK to this SYN. The peer's own number, which the kernel keeps to itself, is 0. */
function writeSynAck({ sourcePort, destinationPort, sequence }: TcpHeader, between: Between): Uint8Array {
  return writeTcpSegment({
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    sequence: 0,
    acknowledgment: (sequence + 1) >>> 0,
    syn: true,
    ack: true,
    rst: false,
    fin: false,
  }, between);
}

/** A socket whose `connect` will send a SYN with this TTL, from this port. Throws `SystemCallError`. */
function openTcpSocket(
  family: Family,
  plan: TracePlan,
  { ttl, port }: { readonly ttl: number; readonly port: number },
): Socket {
  const c = libc().constants;
  const [domain, level] = family === 4 ? [c.AF_INET, c.IPPROTO_IP] : [c.AF_INET6, c.IPPROTO_IPV6];
  const socket = new Socket(domain, c.SOCK_STREAM | c.SOCK_NONBLOCK, 0, `open a tcp socket for IPv${family}`);
  try {
    configureSending(socket, family, plan);
    hearErrors(socket, family);
    socket.set(level, family === 4 ? c.IP_TTL : c.IPV6_UNICAST_HOPS, ttl, `send with the TTL ${ttl}`);
    // The other family has the same port for itself.
    if (family === 6) socket.set(c.IPPROTO_IPV6, c.IPV6_V6ONLY, 1, "keep IPv4 out of an IPv6 socket");
    socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, c.SOF_TIMESTAMPING_RX_SOFTWARE | c.SOF_TIMESTAMPING_SOFTWARE);
    socket.set(c.SOL_SOCKET, c.SO_LINGER, NO_LINGER, "close without waiting");
    // The acknowledgment of a SYN-ACK waits for data: the reset comes before it, so that the peer's program hears nothing.
    socket.trySet(c.IPPROTO_TCP, c.TCP_QUICKACK, 0);
    // As few repeats as can be, should this thread stop.
    socket.trySet(c.IPPROTO_TCP, c.TCP_SYNCNT, 1);
    bindToSource(socket, family, plan, port);
    return socket;
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}
