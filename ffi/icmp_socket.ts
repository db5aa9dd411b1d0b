/**
 * One family's ICMP socket: raw where the system allows it, else the datagram socket that ordinary users may open, whose
 * error queue has the routers' answers. What is set here is set once, before privileges are given up.
 */
import type { Access } from "../core/messages.ts";
import type { Endpoint, Family } from "../core/network.ts";
import { parseAddress } from "../core/packet/address.ts";
import { ICMP4_TYPE } from "../core/packet/icmp4.ts";
import type { TracePlan } from "../core/plan.ts";
import { SystemCallError } from "./errno.ts";
import { bindToDevice, zoneIndex } from "./interface.ts";
import { libc } from "./libc.ts";
import { Socket } from "./socket.ts";
import { anyAddress } from "./struct.ts";

/** The system lets this user open neither kind of ICMP socket. */
export class NotPermittedError extends Error {
  override readonly name = "NotPermittedError";
}

// Room for the answers of ten thousand probes while this thread does not run; the kernel takes it as they come.
const RECEIVE_BUFFER_BYTES = 8 << 20;
// The ICMP types that can answer a probe (RFC 792, RFC 4443), and those that may tell of one without answering it, which a
// datagram socket hears as well.
const { echoReply, unreachable, sourceQuench, redirect, timeExceeded, parameterProblem } = ICMP4_TYPE;
const HEARD_TYPES = {
  4: [echoReply, unreachable, sourceQuench, redirect, timeExceeded, parameterProblem],
  6: [129, 1, 2, 3, 4],
} as const;
const ICMP6_FILTER_BYTES = 32;
const ACCESSES: readonly Access[] = ["raw", "datagram"];

export class IcmpSocket implements Disposable {
  private constructor(
    readonly family: Family,
    readonly access: Access,
    readonly socket: Socket,
    /** The identifier that echo requests leave with. */
    readonly identifier: number,
  ) {}

  /**
   * Opens a family's socket as the plan wants it, with the first access that is allowed; `undefined` where the system
   * does not have the family. Throws `NotPermittedError` or, for a device, address or mark that cannot be used,
   * `SystemCallError`.
   */
  static open(family: Family, plan: TracePlan, accesses: readonly Access[] = ACCESSES): IcmpSocket | undefined {
    const opened = openSocket(family, accesses);
    if (opened === undefined) return undefined;
    const { socket, access } = opened;
    try {
      configure(socket, family, access, plan);
      if (access === "raw") keepHeardOnly(socket, family);
      if (plan.sourceAddress !== undefined || access === "datagram") bindToSource(socket, family, plan);
      // The system writes a datagram socket's port into its echo requests as their identifier.
      const identifier = access === "datagram" ? socket.localAddress().port : randomIdentifier();
      return new IcmpSocket(family, access, socket, identifier);
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]();
  }
}

function openSocket(family: Family, accesses: readonly Access[]): { socket: Socket; access: Access } | undefined {
  const { constants } = libc();
  const { errno, SOCK_RAW, SOCK_DGRAM } = constants;
  const domain = family === 4 ? constants.AF_INET : constants.AF_INET6;
  const protocol = family === 4 ? constants.IPPROTO_ICMP : constants.IPPROTO_ICMPV6;
  for (const access of accesses) {
    try {
      const type = access === "raw" ? SOCK_RAW : SOCK_DGRAM;
      return { socket: new Socket(domain, type, protocol, `open an ICMP socket for IPv${family}`), access };
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      if (error.errno === errno.EAFNOSUPPORT || error.errno === errno.EPROTONOSUPPORT) return undefined;
      if (error.errno !== errno.EPERM && error.errno !== errno.EACCES) throw error;
    }
  }
  const sockets = accesses.includes("datagram") ? "ICMP" : "raw";
  throw new NotPermittedError(`Cannot open ${sockets} sockets: this user is not allowed to`);
}

/** What a plan asks of any socket that probes leave through, or whose route they take. */
export function configure(socket: Socket, family: Family, access: Access, plan: TracePlan): void {
  const c = libc().constants;
  const level = family === 4 ? c.IPPROTO_IP : c.IPPROTO_IPV6;
  configureSending(socket, family, plan);
  if (!socket.trySet(c.SOL_SOCKET, c.SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)) {
    socket.trySet(c.SOL_SOCKET, c.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
  }
  socket.trySet(level, family === 4 ? c.IP_RECVTTL : c.IPV6_RECVHOPLIMIT, 1);
  // What does not fit in it, or has a wrong checksum, is counted in one, and told with the next message that is kept.
  socket.trySet(c.SOL_SOCKET, c.SO_RXQ_OVFL, 1);
  if (!c.features.errorQueue) socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMP, 1);
  else if (access === "datagram") hearErrors(socket, family);
}

/** Of that, what shows in the probes themselves. */
export function configureSending(socket: Socket, family: Family, plan: TracePlan): void {
  const c = libc().constants;
  const level = family === 4 ? c.IPPROTO_IP : c.IPPROTO_IPV6;
  if (plan.device !== undefined) bindToDevice(socket, family, plan.device);
  if (plan.mark !== 0) setMark(socket, plan.mark);
  if (plan.trafficClass !== 0) setTrafficClass(socket, family, plan.trafficClass);
  // Any label passes, without a right or a lease, unless somebody has one for himself (IPV6_FL_S_EXCL). Of 0 the kernel
  // makes one: of the addresses alone for a raw socket, of the ports, too, for others, and by chance for a connection.
  if (family === 6) socket.trySet(level, c.IPV6_FLOWINFO_SEND, 1);
  // A probe above the MTU is fragmented, as the user asked for its size, and no path MTU is learned from it. OMIT instead of
  // DONT, with which a datagram socket never hears "fragmentation needed".
  setDiscovery(socket, family, c.IP_PMTUDISC_OMIT);
}

/** Which part a socket takes in finding the path's MTU: one of IP_PMTUDISC_*. */
export function setDiscovery(socket: Socket, family: Family, part: number): void {
  const c = libc().constants;
  const [level, name] = family === 4 ? [c.IPPROTO_IP, c.IP_MTU_DISCOVER] : [c.IPPROTO_IPV6, c.IPV6_MTU_DISCOVER];
  socket.trySet(level, name, part);
}

export function setTrafficClass(socket: Socket, family: Family, trafficClass: number): void {
  const c = libc().constants;
  const [level, name] = family === 4 ? [c.IPPROTO_IP, c.IP_TOS] : [c.IPPROTO_IPV6, c.IPV6_TCLASS];
  socket.set(level, name, trafficClass, `set the type of service ${trafficClass}`);
}

/** ICMP errors about what a socket sent come to its error queue, with their extensions. Linux only. */
export function hearErrors(socket: Socket, family: Family): void {
  const c = libc().constants;
  const level = family === 4 ? c.IPPROTO_IP : c.IPPROTO_IPV6;
  socket.set(level, family === 4 ? c.IP_RECVERR : c.IPV6_RECVERR, 1, "hear routers without raw sockets");
  socket.trySet(level, family === 4 ? c.IP_RECVERR_RFC4884 : c.IPV6_RECVERR_RFC4884, 1);
}

/** Asks for stamps of arrivals, and of sends two, numbered from 0: before the packet scheduler, and in the driver. */
export function askForStamps(socket: Socket): void {
  const c = libc().constants;
  if (!c.features.errorQueue) return;
  const flags = c.SOF_TIMESTAMPING_TX_SCHED | c.SOF_TIMESTAMPING_TX_SOFTWARE | c.SOF_TIMESTAMPING_RX_SOFTWARE |
    c.SOF_TIMESTAMPING_SOFTWARE | c.SOF_TIMESTAMPING_OPT_TSONLY | c.SOF_TIMESTAMPING_OPT_ID;
  socket.trySet(c.SOL_SOCKET, c.SO_TIMESTAMPING, flags);
}

function setMark(socket: Socket, mark: number): void {
  const { constants: c } = libc();
  if (c.SO_MARK < 0) throw new Error(`Cannot set the mark ${mark}: this system has no firewall marks`);
  socket.set(c.SOL_SOCKET, c.SO_MARK, mark | 0, `set the mark ${mark}`);
}

/** A raw socket hears all ICMP of the host: the rest is filtered before it is queued. */
function keepHeardOnly(socket: Socket, family: Family): void {
  const c = libc().constants;
  if (family === 4) {
    // A set bit drops the type; only types below 32 can be filtered.
    const dropped = HEARD_TYPES[4].reduce((mask, type) => mask & ~(1 << type), ~0);
    if (c.ICMP_FILTER >= 0) socket.trySet(c.SOL_RAW, c.ICMP_FILTER, dropped);
    return;
  }
  const filter = new Uint32Array(ICMP6_FILTER_BYTES / 4).fill(c.features.icmp6FilterBlocks ? ~0 : 0);
  for (const type of HEARD_TYPES[6]) filter[type >> 5]! ^= 1 << (type & 31);
  socket.trySet(c.IPPROTO_ICMPV6, c.ICMP6_FILTER, new Uint8Array(filter.buffer));
}

/** Binds to the plan's source address, or any, and to `port`, 0 for whichever is free. */
export function bindToSource(socket: Socket, family: Family, { sourceAddress }: TracePlan, port = 0): void {
  const source = sourceAddress === undefined ? anyAddress(family) : sourceEndpoint(sourceAddress);
  const from = sourceAddress ?? "this host";
  socket.bind(source, port, port === 0 ? `send from ${from}` : `send from port ${port} of ${from}`);
}

/** An address of this host, with the index of its zone if it has one (RFC 4007 section 11). */
function sourceEndpoint(text: string): Endpoint {
  const [address = "", zone] = text.split("%");
  const family = parseAddress(address)?.length === 4 ? 4 : 6;
  return { family, address, scopeId: zone === undefined ? 0 : zoneIndex(zone) };
}

function randomIdentifier(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0]!;
}
