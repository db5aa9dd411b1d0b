/** The numbers of this system's C headers. A system without a table is refused with a clear error. */
import { DARWIN } from "./darwin.ts";
import { LINUX } from "./linux.ts";

/** Offsets in bytes of the C structures that differ between systems; integers are little endian on all of them. */
export interface Layouts {
  /** `sockaddr` begins with its own length in one byte (BSD) instead of a 16-bit family. */
  readonly sockaddrHasLength: boolean;
  readonly msghdr: {
    readonly size: number;
    readonly name: number;
    readonly namelen: number;
    readonly iov: number;
    readonly iovlen: number;
    readonly control: number;
    readonly controllen: number;
    readonly flags: number;
  };
  readonly cmsghdr: { readonly level: number; readonly type: number; readonly data: number; readonly align: number };
  readonly addrinfo: { readonly size: number; readonly addrlen: number; readonly addr: number; readonly next: number };
}

type ErrnoName =
  | "EPERM"
  | "EINTR"
  | "EAGAIN"
  | "EACCES"
  | "ENODEV"
  | "EINVAL"
  | "EMFILE"
  | "EPIPE"
  | "EMSGSIZE"
  | "EPROTONOSUPPORT"
  | "EAFNOSUPPORT"
  | "EADDRINUSE"
  | "EADDRNOTAVAIL"
  | "ENETDOWN"
  | "ENETUNREACH"
  | "ENOBUFS"
  | "ECONNREFUSED"
  | "EHOSTDOWN"
  | "EHOSTUNREACH"
  | "EINPROGRESS";

/** What a system has that decides how `KernelNetwork` works there. */
export interface Features {
  /** IP_RECVERR, MSG_ERRQUEUE and SO_TIMESTAMPING: hop addresses without raw sockets, and transmit stamps. */
  readonly errorQueue: boolean;
  /** `ppoll`: waits are exact to the nanosecond, else to the millisecond. */
  readonly ppoll: boolean;
  /** Capabilities, prctl and PR_SET_NO_NEW_PRIVS. */
  readonly capabilities: boolean;
  /** A datagram ICMP socket delivers IPv4 packets with their IP header, and errors in band. */
  readonly datagramHasIpHeader: boolean;
  /** The C library knows by which name the program was started. */
  readonly programName: boolean;
  /** The set bits of an ICMPv6 filter block (Linux) instead of pass (RFC 3542 on BSD). */
  readonly icmp6FilterBlocks: boolean;
  /** A raw socket of IPPROTO_RAW takes packets with their IPv4 header, all of it in network order. */
  readonly packetSockets: boolean;
  /** `sendmsg` takes a TTL with an IPv4 message. */
  readonly ttlControl: boolean;
  /** `sched_getattr` and `sched_setattr`. */
  readonly schedulingAttributes: boolean;
}

/** A number that a system does not have is -1, and never reaches a system call: its feature is off. */
export interface Constants {
  readonly LIBC: string;
  readonly ERRNO_LOCATION: "__errno_location" | "__error";
  readonly features: Features;
  readonly layouts: Layouts;
  readonly errno: Readonly<Record<ErrnoName, number>>;

  /** Signals that end a program that does not listen to them, as far as the runtime can listen and no crash raises them. */
  readonly DEADLY_SIGNALS: Readonly<Partial<Record<Deno.Signal, number>>>;

  readonly AF_INET: number;
  readonly AF_INET6: number;
  readonly SOCK_STREAM: number;
  readonly SOCK_DGRAM: number;
  readonly SOCK_RAW: number;
  readonly SOCK_NONBLOCK: number;
  readonly SOL_SOCKET: number;
  readonly SO_ERROR: number;
  readonly SO_RCVBUF: number;
  readonly SO_RCVBUFFORCE: number;
  readonly SO_RXQ_OVFL: number;
  readonly SO_LINGER: number;
  readonly SO_MEMINFO: number;
  readonly SO_MARK: number;
  readonly SO_BINDTODEVICE: number;
  readonly SO_ATTACH_FILTER: number;
  readonly SO_TIMESTAMP: number;
  readonly SCM_TIMESTAMP: number;
  readonly SO_TIMESTAMPING: number;
  readonly SCM_TIMESTAMPING: number;
  readonly IPPROTO_IP: number;
  readonly IPPROTO_ICMP: number;
  readonly IPPROTO_TCP: number;
  readonly IPPROTO_UDP: number;
  readonly IPPROTO_SCTP: number;
  readonly IPPROTO_IPV6: number;
  readonly IPPROTO_ICMPV6: number;
  readonly IPPROTO_RAW: number;
  readonly IP_TOS: number;
  readonly IP_TTL: number;
  readonly IP_RECVTTL: number;
  readonly IP_MTU_DISCOVER: number;
  readonly IP_PMTUDISC_WANT: number;
  readonly IP_PMTUDISC_PROBE: number;
  readonly IP_PMTUDISC_OMIT: number;
  readonly IP_PKTINFO: number;
  readonly IP_RECVERR: number;
  readonly IP_RECVERR_RFC4884: number;
  readonly IP_BOUND_IF: number;
  readonly IPV6_UNICAST_HOPS: number;
  readonly IPV6_HOPLIMIT: number;
  readonly IPV6_RECVHOPLIMIT: number;
  readonly IPV6_TCLASS: number;
  readonly IPV6_PKTINFO: number;
  readonly IPV6_V6ONLY: number;
  readonly IPV6_MTU_DISCOVER: number;
  readonly IPV6_FLOWINFO_SEND: number;
  readonly IPV6_RECVERR: number;
  readonly IPV6_RECVERR_RFC4884: number;
  readonly IPV6_BOUND_IF: number;
  readonly TCP_SYNCNT: number;
  readonly TCP_INFO: number;
  readonly TCP_QUICKACK: number;
  readonly SOL_RAW: number;
  readonly ICMP_FILTER: number;
  readonly ICMP6_FILTER: number;
  readonly MSG_DONTWAIT: number;
  readonly MSG_ERRQUEUE: number;
  readonly POLLIN: number;
  readonly POLLOUT: number;
  readonly POLLERR: number;
  readonly TCOFLUSH: number;
  readonly SOF_TIMESTAMPING_TX_SOFTWARE: number;
  readonly SOF_TIMESTAMPING_TX_SCHED: number;
  readonly SOF_TIMESTAMPING_RX_SOFTWARE: number;
  readonly SOF_TIMESTAMPING_SOFTWARE: number;
  readonly SOF_TIMESTAMPING_OPT_ID: number;
  readonly SOF_TIMESTAMPING_OPT_TSONLY: number;
  readonly SO_EE_ORIGIN_ICMP: number;
  readonly SO_EE_ORIGIN_ICMP6: number;
  readonly SO_EE_ORIGIN_TIMESTAMPING: number;
  readonly SCM_TSTAMP_SND: number;
  readonly CLOCK_REALTIME: number;
  readonly CLOCK_MONOTONIC: number;
  readonly AI_ADDRCONFIG: number;
  readonly EAI_NONAME: number;
  readonly EAI_AGAIN: number;
  readonly EAI_NODATA: number;
  readonly NI_NAMEREQD: number;
  readonly PR_SET_TIMERSLACK: number;
  readonly PR_SET_KEEPCAPS: number;
  readonly PR_SET_NO_NEW_PRIVS: number;
  readonly LINUX_CAPABILITY_VERSION_3: number;
}

const TABLES: Readonly<Partial<Record<typeof Deno.build.os, Constants>>> = { linux: LINUX, darwin: DARWIN };

/** The table of the system that this runs on; throws where there is none. */
export function systemConstants(os = Deno.build.os): Constants {
  const table = TABLES[os];
  if (table === undefined) throw new Error(`Cannot run on ${os}: mtr-deno knows the sockets of Linux and macOS only`);
  return table;
}
