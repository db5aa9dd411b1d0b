/** What every probe protocol offers: a probe as a message, and a message as an answer to some probe of ours. */
import { IP_HEADER_BYTES } from "../packet/ip.ts";
import type { Answer, RewrittenField } from "../messages.ts";
import type { Family, Inbound, Network, Transport } from "../network.ts";
import type { TracePlan } from "../plan.ts";

/** One probe, as far as it shows in its message. */
export interface ProbeText {
  readonly family: Family;
  readonly sequence: number;
  /** Which of the target's flows it belongs to, from 0; means something only where flows are constant. */
  readonly flow: number;
  /** It leaves from a port that no other probe has; for protocols whose answers may be `isNameless`. */
  readonly hasOwnPort?: boolean;
  /** Address of this host that it leaves with, and the one that it goes to. */
  readonly source: string;
  readonly destination: string;
  /** Port that it asks for, if its target was given with one. */
  readonly port: number | undefined;
  readonly payloadBytes: number;
  /** The byte that fills the payload. */
  readonly fill: number;
}

/**
 * How an answer names its probe.
 *
 * - `number`: by the sequence number.
 * - `balance`: by the bytes at the start of its payload that balance the number. `isOpenOnly` where they may be there by
 *   chance: then only a probe that nobody has answered yet is meant.
 * - `identification`: by the IPv4 identification of a probe that left with its number there (`ConstantFlow`). It is short, and
 *   other programs' packets have one, too: it names only a probe that nobody has answered yet.
 * - `translatedNumber`: by ICMP's sequence number, beside an identifier that is not this run's. It has to be a translator's.
 * - `shiftedChecksum`: by a checksum that somebody on the way has changed. The change is the same for all probes of a flow
 *   (RFC 1624), so it is known from one that was named otherwise.
 */
export type ProbeName =
  | { readonly by: "number"; readonly sequence: number }
  | { readonly by: "balance"; readonly balance: number; readonly isOpenOnly?: true }
  | { readonly by: "identification"; readonly sequence: number }
  | { readonly by: "translatedNumber"; readonly sequence: number }
  | { readonly by: "shiftedChecksum"; readonly checksum: number };

/** What address translators change of a probe. Absent is what a quote does not show, or nobody knows. */
export interface Marks extends Partial<Record<RewrittenField, string | number | undefined>> {
  readonly sourceAddress?: string | undefined;
  readonly sourcePort?: number | undefined;
  readonly destinationAddress?: string | undefined;
  readonly destinationPort?: number | undefined;
  readonly identifier?: number | undefined;
  readonly checksum?: number | undefined;
}

/** What a quote shows that shows nothing. */
export const NO_MARKS: Marks = {};

/** An answer to a message that this run may have sent. Whose it is remains to be seen from where it went. */
export interface Heard {
  readonly family: Family;
  readonly name: ProbeName;
  /**
   * The quote shows nothing that tells its probe from others of the flow, so its number is known only if one was under way; and
   * probes may have ports of their own instead.
   */
  readonly isNameless?: true;
  readonly answer: Answer;
  /** Where the quoted probe was going; `undefined` if the answer quotes none, as an echo reply. */
  readonly destination: string | undefined;
  /** The target's own answer is good from another address than the probe's destination, too. */
  readonly mayComeFromElsewhere?: true;
  /** Traffic class of the quoted probe; absent where nobody tells. */
  readonly trafficClass?: number | undefined;
  /** Port that the probe asked for, 0 where the protocol has none or the sequence number stands for it. */
  readonly port: number;
  /**
   * As much of the probe's payload as came back, perhaps filled up with zeros behind it; `undefined` where the protocol
   * sends none, changes it from probe to probe, or another one came back.
   */
  readonly payload: Uint8Array | undefined;
  /** As the quote has them; only where flows are constant. */
  readonly marks?: Marks;
  /** Those that must be the probe's own, since the name alone could be another's. */
  readonly unchanged?: readonly (keyof Marks)[] | undefined;
  /** Length of the whole payload, where what came back tells it. */
  readonly payloadBytes?: number | undefined;
}

export type Arrival = Exclude<Inbound, { kind: "transmitted" | "withheld" }>;

/** How long the messages of a protocol are. */
export interface Shape {
  /** Length of the message without payload, and of the least payload. */
  readonly headerBytes: number;
  readonly leastPayloadBytes: number;
  /** Whether a probe has as much payload as was asked for, or none at all. */
  readonly hasPayload: boolean;
}

/** Length of the payload with which the whole IP packet comes nearest to `packetBytes`. */
export function payloadBytesOf(
  { headerBytes, leastPayloadBytes, hasPayload }: Shape,
  family: Family,
  packetBytes: number,
): number {
  return hasPayload ? Math.max(leastPayloadBytes, packetBytes - IP_HEADER_BYTES[family] - headerBytes) : 0;
}

/** What is particular to constant flows. */
export interface ConstantFlow {
  /** Whether every answer shows the number of its probe. */
  readonly showsNumber: boolean;
  /** At which byte of a message its balance begins; `undefined` where it has none. */
  readonly balanceAt: number | undefined;
  /**
   * Whether the IPv4 identification is to be the sequence number, which must not be 0 then: translators keep it, and the
   * shortest quote shows it (Dublin Traceroute). Routers that balance do not look at it.
   */
  readonly isIdentified: boolean;
  /** Of a message as `write` wrote it; the source address is the prober's to know. */
  marksOf(message: Uint8Array, family: Family): Marks;
}

export interface ProbeProtocol extends Shape {
  readonly transport: Transport;
  /** Sequence numbers go round from `first` to `last`. */
  readonly sequences: { readonly first: number; readonly last: number };
  /** Whether `write` needs the source address, for a checksum over it. */
  readonly needsSource: boolean;
  /** Absent where flows vary. */
  readonly constant?: ConstantFlow;
  /** Port that a probe asks for: `Heard.port` of its answers. */
  portOf(port: number | undefined): number;
  /** Writes a probe into `buffer`, into which nobody else writes, and gives the part written. */
  write(text: ProbeText, buffer: Uint8Array): Uint8Array;
  /**
   * Reads an answer: to which messages of this run it may be, the likeliest first; none if it cannot be one. Network bytes
   * never throw.
   */
  read(arrival: Arrival): readonly Heard[];
}

/** Makes a protocol for one run. */
export type ProtocolMaker = (network: Network, plan: TracePlan) => ProbeProtocol;

/** The two bytes at the start of a quoted payload; `undefined` if the quote ends before, or only fills up with zeros. */
export function balanceOf(payload: Uint8Array): number | undefined {
  if (payload.length < 2 || payload.every((byte) => byte === 0)) return undefined;
  return payload[0]! << 8 | payload[1]!;
}
