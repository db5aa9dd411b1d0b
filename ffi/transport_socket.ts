/**
 * Sockets for probes other than ICMP. With raw access: one that sends whole messages and hears the target's own
 * answers; ICMP errors come to the raw ICMP socket beside it. Without: a UDP socket, whose error queue has them.
 */
import type { Family, Transport } from "../core/network.ts";
import { UDP_HEADER_BYTES } from "../core/packet/udp.ts";
import type { TracePlan } from "../core/plan.ts";
import { SystemCallError } from "./errno.ts";
import { bindToSource, configure, NotPermittedError, setDiscovery } from "./icmp_socket.ts";
import { libc } from "./libc.ts";
import { portFilter, type PortRange } from "./port_filter.ts";
import { Socket } from "./socket.ts";

type Carried = Exclude<Transport, "icmp">;

/**
 * A raw socket of `transport` that hears what goes to the ports of `range`. Throws `NotPermittedError` or, for a device,
 * address or mark that cannot be used, `SystemCallError`.
 */
export function openRawSocket(family: Family, transport: Carried, plan: TracePlan, range: PortRange): Socket {
  const c = libc().constants;
  const protocols = { udp: c.IPPROTO_UDP, tcp: c.IPPROTO_TCP, sctp: c.IPPROTO_SCTP } as const;
  const socket = openSocket(family, c.SOCK_RAW, protocols[transport], transport);
  return setUp(socket, () => {
    configure(socket, family, "raw", plan);
    const { program, fprog } = portFilter(family, range);
    // Without the filter there is only more to read in vain.
    socket.trySet(c.SOL_SOCKET, c.SO_ATTACH_FILTER, fprog);
    program.fill(0);
    if (plan.sourceAddress !== undefined) bindToSource(socket, family, plan);
  });
}

/** A raw socket through which whole IPv4 packets leave, and that hears nothing. Throws as `openRawSocket`. */
export function openPacketSocket(plan: TracePlan): Socket {
  const c = libc().constants;
  const socket = openSocket(4, c.SOCK_RAW, c.IPPROTO_RAW, "packet");
  return setUp(socket, () => {
    configure(socket, 4, "raw", plan);
    if (plan.sourceAddress !== undefined) bindToSource(socket, 4, plan);
  });
}

/** A UDP socket bound to `port`, 0 for whichever is free, that hears of ICMP errors. Throws `SystemCallError`. */
export function openUdpSocket(family: Family, plan: TracePlan, port: number): Socket {
  const c = libc().constants;
  const socket = openSocket(family, c.SOCK_DGRAM, 0, "udp");
  return setUp(socket, () => {
    configure(socket, family, "datagram", plan);
    // The other family has the same port for itself.
    if (family === 6) socket.set(c.IPPROTO_IPV6, c.IPV6_V6ONLY, 1, "keep IPv4 out of an IPv6 socket");
    if (family === 6) hearTooBig(socket);
    bindToSource(socket, family, plan, port);
  });
}

/**
 * A UDP socket for IPv6 hears "packet too big" only if the kernel may learn from it. With PROBE it sends what it is
 * given all the same, but refuses what is longer than the interface takes.
 */
function hearTooBig(socket: Socket): void {
  setDiscovery(socket, 6, libc().constants.IP_PMTUDISC_PROBE);
}

/** Does without that while it sends what has to be fragmented here. */
export function fragmented<Result>(socket: Socket, send: () => Result): Result {
  setDiscovery(socket, 6, libc().constants.IP_PMTUDISC_OMIT);
  try {
    return send();
  } finally {
    hearTooBig(socket);
  }
}

function openSocket(family: Family, type: number, protocol: number, transport: Carried | "packet"): Socket {
  const { errno, AF_INET, AF_INET6 } = libc().constants;
  try {
    return new Socket(family === 4 ? AF_INET : AF_INET6, type, protocol, `open a ${transport} socket for IPv${family}`);
  } catch (error) {
    if (!(error instanceof SystemCallError) || (error.errno !== errno.EPERM && error.errno !== errno.EACCES)) {
      throw error;
    }
    throw new NotPermittedError(`Cannot open a raw ${transport} socket: this user is not allowed to`);
  }
}

/** The socket, set up; closed if that fails. */
function setUp(socket: Socket, steps: () => void): Socket {
  try {
    steps();
    return socket;
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** A UDP message as it was on the wire, put together from what a UDP socket tells of it; the checksum 0 is none. */
export function udpMessage(
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array,
  checksum = 0,
): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, sourcePort);
  view.setUint16(2, destinationPort);
  view.setUint16(4, bytes.length);
  view.setUint16(6, checksum);
  bytes.set(payload, UDP_HEADER_BYTES);
  return bytes;
}

/** The ports in the header of a UDP message. */
export function udpPorts(bytes: Uint8Array): { source: number; destination: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { source: view.getUint16(0), destination: view.getUint16(2) };
}
