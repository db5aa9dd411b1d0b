/**
 * The description of a simulated internet: plain data. What it does not say does not happen: no loss, no jitter, no
 * strangers. Times are µs since the network was made, RTTs are whole ways there and back.
 */
import type { Family, SendFailure, StampSource, Transport } from "../../core/network.ts";
import type { MplsLabel } from "../../core/packet/extension.ts";
import type { InterfaceInfo } from "../../core/packet/interface_info.ts";

export interface World {
  /** Feeds jitter, loss and waking; 1 if absent. */
  readonly seed?: number;
  /**
   * "raw" if absent. As datagram, ICMP errors come taken apart, and the kernel gives echo requests its identifier; only
   * ICMP and UDP can be sent so.
   */
  readonly access?: "raw" | "datagram";
  /** As datagram, the checksum of a quoted UDP datagram is known as far as kernels let it be; else by a kernel that shows it. */
  readonly hidesChecksums?: true;
  /** The system writes all of its IPv4 headers itself. */
  readonly choosesIdentification?: true;
  /** With which messages leave, unless they say otherwise; 0 if absent. */
  readonly trafficClass?: number;
  /** By address of the target. Sending anywhere else fails with `noRoute`. */
  readonly paths: Readonly<Record<string, Path<Hop | Fork> | readonly RouteSince[]>>;
  /** Messages that nobody asked for. */
  readonly injections?: readonly Injection[];
  readonly sendFailures?: readonly SendFailureTime[];
  /** Ordinals of the packets that the queue of this host's interface drops: `send` says that they have left. */
  readonly droppedHere?: readonly number[];
  /** Those that its firewall drops before the queue: `send` says so, too. */
  readonly stoppedHere?: readonly number[];
  /** Those of which nobody sees that they pass it, whether they do or not. */
  readonly unseenHere?: readonly number[];
  /** Those that leave, and whose later stamps name nobody, since a send before has failed. */
  readonly unnumbered?: readonly number[];
  readonly clock?: ClockHabits;
}

export interface Path<Step extends Hop | Fork = Hop> {
  readonly hops: readonly Step[];
  readonly target: TargetHost;
}

/** Each flow takes one of these ways, chosen by what routers hash, and goes on behind it. */
export interface Fork {
  readonly ways: readonly (readonly (Hop | Fork)[])[];
  /** Each packet takes one instead: how probable each is, 1 in all. */
  readonly chances?: readonly number[];
}

/** From this time on packets take this path; the first one must begin at 0. */
export interface RouteSince {
  readonly sinceUs: number;
  readonly path: Path<Hop | Fork>;
}

/** How somebody answers. "Ordinal" counts, from 0, the probes on this path whose ttl ends exactly there. */
export interface Answering {
  /** From sending to the answer's arrival. */
  readonly rttUs: number;
  /** Each RTT is longer by up to this much. */
  readonly jitterUs?: number;
  /** Probability that a probe stays unanswered. */
  readonly loss?: number;
  /** Ordinals of the probes that stay unanswered. */
  readonly dropped?: readonly number[];
  readonly silent?: boolean;
  /** By ordinal: how much later than usual its answer comes. */
  readonly delaysUs?: Readonly<Record<number, number>>;
  /** By ordinal: further answers, each so much later than the first. */
  readonly copiesUs?: Readonly<Record<number, readonly number[]>>;
  /** Answers are limited by a token bucket. */
  readonly limit?: RateLimit;
  /** So many more hops its answers pass on their way back than the probes on theirs. */
  readonly hopsMoreBack?: number;
  /** The source address of its answers, if not its own. */
  readonly answersFrom?: string;
  /** Strangers who say the same of each probe that comes here, whether or not it is answered. */
  readonly forgers?: readonly Forger[];
}

export interface Forger {
  readonly from: string;
  readonly rttUs: number;
}

export interface RateLimit {
  readonly perSecond: number;
  /** Capacity of the bucket, full at first. */
  readonly burst: number;
  /** No bucket: so many in each second of its own clock, and then none. */
  readonly inSeconds?: true;
  /** Whoever names the same one takes from it: a router that packets meet again, or by another way. */
  readonly bucket?: string;
}

export interface Queue {
  readonly bitsPerSecond: number;
  /** Of whole IP packets, the one that is leaving among them; what does not fit is lost. */
  readonly mostBytes: number;
}

export interface Hop extends Answering {
  /** More than one if packets are balanced over several routers. */
  readonly address: string | readonly string[];
  /** By what packets are balanced: "flow" hashes what routers hash, "packet" takes turns, "chance" is drawn for each. */
  readonly balance?: "flow" | "packet" | "chance";
  /** Probability that a packet to be forwarded is lost here. */
  readonly forwardLoss?: number;
  /** The same for each byte of it, beside that. */
  readonly forwardLossPerByte?: number;
  /** Packets to be forwarded that are longer than this are lost, and nobody says so. */
  readonly swallowsAboveBytes?: number;
  /** Ordinals, among the packets to be forwarded, of those that are lost here. */
  readonly forwardDropped?: readonly number[];
  /** Packets to be forwarded are refused. */
  readonly refuses?: Refusal;
  /** What it forwards leaves one packet after the other, through a queue of its own. */
  readonly queue?: Queue;
  /** It forwards so many packets as a token bucket of its own gives out, and drops others. */
  readonly forwardLimit?: RateLimit;
  readonly labels?: readonly MplsLabel[];
  readonly interfaces?: readonly InterfaceInfo[];
  /** Whether an extension's place is told as RFC 4884 asks; true if absent. Else 128 bytes are quoted at most. */
  readonly tellsQuoteLength?: boolean;
  /** Most bytes of a packet that it quotes, IP header included; 548 (IPv4) or 1232 (IPv6) if absent. */
  readonly quoteBytes?: number;
  /** Changes what it forwards, and what errors from behind it quote to the simulated host stays changed. */
  readonly translates?: Translation;
  /** Writes other bits into the traffic class of what it forwards. */
  readonly remarks?: Remarking;
  /** It passes on packets whose TTL ends here, with a TTL of 0, and says nothing. */
  readonly passesZeroTtl?: true;
  /** TTL that its quotes show, where that is not what is left: it is inside a tunnel. */
  readonly quotesTtl?: number;
  /** It quotes the packet as if it had been sent to this address: a translator that forgets to translate back. */
  readonly quotesDestination?: string;
}

export interface Remarking {
  readonly dscp?: number;
  readonly ecn?: number;
  /** Ordinals, among the packets to be forwarded, of those that it does so to; all if absent. */
  readonly ordinals?: readonly number[];
}

/** What an address translator does to packets; their checksums follow (RFC 1624). Answers find back to the host. */
export interface Translation {
  /** Source address behind it. */
  readonly address: string;
  /** Source port behind it, of protocols with ports. */
  readonly port?: number | undefined;
  /** Identifier of echo requests behind it. */
  readonly identifier?: number | undefined;
  /** Destination behind it, and its port, of protocols with ports. */
  readonly destination?: string;
  readonly destinationPort?: number;
  /** In what an error quotes it puts the host's own address and port back, and forgets the checksum. */
  readonly restoresAddresses?: true;
}

export interface Refusal {
  /** Of the ICMP error; "destination unreachable" if absent. */
  readonly type?: number;
  /** Ignored for IPv6 if `mtu` is given ("packet too big"). */
  readonly code: number;
  readonly mtu?: number;
  /** Only packets longer than this are refused. */
  readonly aboveBytes?: number;
  /** It passes them on all the same. */
  readonly passesOn?: true;
}

/**
 * How a port answers: for itself, with the refusal of its protocol, or not at all. `echo` is an open one that gives back what
 * UDP brings.
 */
export type PortState = "open" | "echo" | "closed" | "silent";

export interface TargetHost extends Answering {
  /** Of UDP, TCP and SCTP alike; closed if absent. */
  readonly ports?: Readonly<Record<number, PortState>>;
  /** "destination unreachable" with this code instead of any other answer. */
  readonly unreachableCode?: number;
  /** It does not know the protocol of the probes, and says so as its family does. */
  readonly lacksProtocol?: boolean;
  /** Most bytes of payload that an echo reply returns. */
  readonly returnsBytes?: number;
}

export interface Injection {
  readonly atUs: number;
  readonly from: string;
  readonly family: Family;
  /** Of what it is a message; "icmp" if absent. */
  readonly transport?: Transport;
  /** Makes the message out of what was sent until then; `undefined` for nothing. An ICMPv6 checksum of 0 is filled in. */
  readonly make: (sent: readonly SentMessage[]) => Uint8Array | undefined;
}

/** A message as it left the simulated host. */
export interface SentMessage {
  readonly atUs: number;
  readonly family: Family;
  readonly transport: Transport;
  readonly to: string;
  readonly ttl: number;
  readonly trafficClass: number;
  /** Of IPv4, 0 where nobody has chosen it. */
  readonly identification: number;
  /** The message as on the wire: of ICMP, with the kernel's identifier and checksum. */
  readonly bytes: Uint8Array;
  /** The IP packet around it. */
  readonly packet: Uint8Array;
}

export interface SendFailureTime {
  readonly fromUs: number;
  readonly untilUs: number;
  /** Only sends to this address; all if absent. */
  readonly to?: string;
  readonly reason: SendFailure;
}

export interface ClockHabits {
  /** From the call of `send` to the wire; 0 if absent. */
  readonly sendPathUs?: number;
  /**
   * How the time of sending is told: "atOnce" as the wire's, in the result of `send` (if absent); "later" as the
   * program's own first and the wire's in a `transmitted`, after `tellsAfterUs`; "queued" the same, with the queue's first;
   * "never" as the program's own only.
   */
  readonly sentStamp?: "atOnce" | "later" | "queued" | "never";
  readonly tellsAfterUs?: number;
  /** "driver" if absent: the time of arrival. "program": the time when the program woke up. */
  readonly receivedStamp?: Extract<StampSource, "driver" | "program">;
  /** The program wakes up late by up to this much. */
  readonly wakeUs?: number;
  /** The program is woken this much before a time that it waits for, and told that it is that time. */
  readonly headStartUs?: number;
}
