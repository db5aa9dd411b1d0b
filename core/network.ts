/**
 * The door between the engine and the world: datagrams out, datagrams in, and time.
 *
 * `ffi/kernel_network.ts` implements it on sockets, `tests/sim/` on a simulated network whose clock costs nothing.
 * It carries transport messages (an ICMP message without its IP header), never probes: what a message means is the
 * business of `core/protocol/`. It knows neither rounds nor hops.
 */

export type Family = 4 | 6;

/** Which transport a message belongs to; ICMP means ICMPv6 for family 6. */
export type Transport = "icmp" | "udp" | "tcp" | "sctp";

/** One address to send to. `scopeId` is the interface index of a link-local IPv6 address, else 0. */
export interface Endpoint {
  readonly family: Family;
  /** Canonical text: dotted quad, or RFC 5952 without zone. */
  readonly address: string;
  readonly scopeId: number;
}

/**
 * Who took a time, nearest to the wire first: `driver` is the kernel at the network device (and the kernel's receive
 * stamp), `queue` the kernel before its packet scheduler, `program` this program's clock around the system call, `helper`
 * another program, which tells no more than the time between the two.
 */
export type StampSource = "driver" | "queue" | "program" | "helper";

/** A moment in µs on the one monotonic time line of a `Network`; wall-clock steps never show in it. */
export interface Stamp {
  readonly atUs: number;
  readonly source: StampSource;
  /** By how much it may be off at most, seen from a capture on the interface; `undefined` if nobody knows. */
  readonly errorUs: number | undefined;
}

/** How one message leaves, where that is not the same for all of a network. The names are those of `TracePlan`. */
export interface MessageSettings {
  /** IPv4 type of service or IPv6 traffic class, 0 to 255. */
  readonly trafficClass: number;
  /** Firewall mark; 0 is none. */
  readonly mark: number;
  /** Interface to leave through. */
  readonly device: string | undefined;
  /** Address to leave with. */
  readonly sourceAddress: string | undefined;
  /**
   * Who writes an IPv4 header. If `program`, and where that is allowed, any source address and a TTL of 0 pass, and a packet
   * longer than the interface takes is refused instead of fragmented.
   */
  readonly ipv4Header: "kernel" | "program";
}

export interface Outbound {
  readonly to: Endpoint;
  readonly transport: Transport;
  /** IPv4 time to live or IPv6 hop limit, 1 to 255. With `settings` 0, too, which the system may refuse. */
  readonly ttl: number;
  /** For this message alone; without them it leaves as the network was opened to. */
  readonly settings?: MessageSettings;
  /**
   * IPv4 identification, 1 to 65535, for a message without `settings`. Where the network cannot choose it, or would have to
   * refuse a message longer than the interface takes, the message leaves with one that nobody knows.
   */
  readonly identification?: number | undefined;
  /**
   * IPv6 flow label, 1 to 0xfffff; absent or 0: the system's own. Where the network cannot choose it, the message
   * leaves with that.
   */
  readonly flowLabel?: number;
  /**
   * The message from its transport header on, with its checksum (ICMPv6: 0, the sender's kernel fills it). Read before
   * `send` returns.
   */
  readonly bytes: Uint8Array;
}

/** Why a message did not leave this host. */
export type SendFailure =
  | "noRoute"
  | "hostUnreachable"
  | "networkDown"
  | "permissionDenied"
  | "tooLarge"
  | "addressNotAvailable"
  /** Another program has the port that the message was to leave from. */
  | "addressInUse"
  | "noBuffer"
  /** The system, or the prober, cannot send such a message at all. */
  | "invalid"
  | "other";

/** An error of the system by its C name, empty where it is not known here, and its number. */
export interface SystemError {
  readonly name: string;
  readonly number: number;
}

export type SendResult =
  /**
   * `transmission` names this send in a later `transmitted`, which brings a better stamp; `undefined` if none will come, or
   * nobody would know that it is of this send. `isIdentified`: it left with the identification that was asked for.
   * `hasNotPassed`: nothing had come out behind this host's firewall when this returned.
   */
  | {
    readonly ok: true;
    readonly sent: Stamp;
    readonly transmission: number | undefined;
    readonly isIdentified?: true;
    readonly hasNotPassed?: true;
  }
  /** `detail` has the system's own word, for example `network is unreachable (ENETUNREACH)`. */
  | { readonly ok: false; readonly reason: SendFailure; readonly detail: string; readonly error?: SystemError };

export type NotSent = Extract<SendResult, { ok: false }>;

export type Inbound =
  /** A whole message for this host. `bytes` may be overwritten by the next `receive`. */
  | {
    readonly kind: "message";
    readonly family: Family;
    readonly transport: Transport;
    readonly from: string;
    /** From the first byte of the transport header on; hostile until parsed. */
    readonly bytes: Uint8Array;
    readonly received: Stamp;
    /** TTL or hop limit with which it arrived, if the system told. */
    readonly ttl: number | undefined;
  }
  /** An ICMP error that the kernel took apart itself (error queue of a socket without raw access). */
  | {
    readonly kind: "error";
    readonly family: Family;
    readonly transport: Transport;
    /** The router or host that sent the ICMP error. */
    readonly from: string;
    readonly icmpType: number;
    readonly icmpCode: number;
    /** Next-hop MTU of "fragmentation needed" and "packet too big", else 0. */
    readonly mtu: number;
    /** Destination of the quoted packet. */
    readonly to: string;
    /**
     * The quoted transport message as far as it was quoted. The header of a UDP datagram is put together anew: its length is
     * that of the quote.
     */
    readonly quoted: Uint8Array;
    /** RFC 4884 extension structure, from its header on. */
    readonly extension: Uint8Array | undefined;
    readonly received: Stamp;
    readonly ttl: number | undefined;
  }
  /**
   * The kernel's own stamp of an earlier send: of its packet scheduler (`queue`), or of the driver, be it at a time that
   * only the program knows.
   */
  | { readonly kind: "transmitted"; readonly transmission: number; readonly sent: Stamp }
  /**
   * An earlier send has not left this host, where it waits or its firewall has dropped it, and nobody hears its answer
   * any more.
   */
  | {
    readonly kind: "withheld";
    readonly transmission: number;
    readonly by: "queue" | "firewall";
    readonly atUs: number;
  };

export interface Network {
  /** Monotonic time in µs; the origin means nothing. */
  nowUs(): number;
  /**
   * The ICMP identifier that echo requests of this family leave with: a socket without raw access has one assigned
   * by the kernel, so the door decides.
   */
  echoIdentifier(family: Family): number;
  /** How many messages the kernel dropped so far, unread: there was no room for them, or their checksum was wrong. */
  readonly overflowed: number;
  /** IPv4 type of service or IPv6 traffic class that messages leave with now, but those with settings of their own. */
  readonly trafficClass: number;
  /** A port of this host for probes that need one and leave it open. */
  readonly ownPort: number;
  /** The address that messages to `to` leave with, through `device` if named; why they do not, if there is no way there. */
  sourceAddress(to: Endpoint, device?: string): string | NotSent;
  /** Whether `address` is one of this host's own. */
  isOwn(address: Omit<Endpoint, "scopeId">): boolean;
  /** Sends at once, never waits, never throws for what the network did. */
  send(message: Outbound): SendResult;
  /**
   * Waits until something arrived or `deadlineUs` is reached, and gives all that is there, in the order of arrival;
   * an empty array at the deadline. A deadline in the past only looks.
   */
  receive(deadlineUs: number): readonly Inbound[];
  /**
   * Until when everything that arrived had been given when the latest `receive` gave nothing; absent: until its deadline. A
   * network may say that it is time a little before it is, so that what is due then can be prepared.
   */
  readonly heardUs?: number;
}
