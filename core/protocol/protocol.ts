/** What every probe protocol offers: a probe as a message, and a message as an answer to some probe of ours. */
import type { Answer } from "../messages.ts";
import type { Family, Inbound, Network, Transport } from "../network.ts";
import type { TracePlan } from "../plan.ts";

/** One probe, as far as it shows in its message. */
export interface ProbeText {
  readonly family: Family;
  readonly sequence: number;
  /** Address of this host that it leaves with, and the one that it goes to. */
  readonly source: string;
  readonly destination: string;
  /** Port that it asks for, if its target was given with one. */
  readonly port: number | undefined;
  readonly payloadBytes: number;
  /** The byte that fills the payload. */
  readonly fill: number;
}

/** An answer to a message that this run may have sent. Whose it is remains to be seen from where it went. */
export interface Heard {
  readonly family: Family;
  readonly sequence: number;
  readonly answer: Answer;
  /** Where the quoted probe was going; `undefined` if the answer quotes none, as an echo reply. */
  readonly destination: string | undefined;
  /** The target's own answer is good from another address than the probe's destination, too. */
  readonly mayComeFromElsewhere?: true;
  /** Port that the probe asked for, 0 where the protocol has none or the sequence number stands for it. */
  readonly port: number;
  /**
   * As much of the probe's payload as came back, perhaps filled up with zeros behind it; `undefined` where the protocol
   * sends none, or changes it from probe to probe.
   */
  readonly payload: Uint8Array | undefined;
}

export type Arrival = Exclude<Inbound, { kind: "transmitted" }>;

/** How long the messages of a protocol are. */
export interface Shape {
  /** Length of the message without payload, and of the least payload. */
  readonly headerBytes: number;
  readonly leastPayloadBytes: number;
  /** Whether a probe has as much payload as was asked for, or none at all. */
  readonly hasPayload: boolean;
}

export const IP_HEADER_BYTES = { 4: 20, 6: 40 } as const satisfies Record<Family, number>;

/** Length of the payload with which the whole IP packet comes nearest to `packetBytes`. */
export function payloadBytesOf(
  { headerBytes, leastPayloadBytes, hasPayload }: Shape,
  family: Family,
  packetBytes: number,
): number {
  return hasPayload ? Math.max(leastPayloadBytes, packetBytes - IP_HEADER_BYTES[family] - headerBytes) : 0;
}

export interface ProbeProtocol extends Shape {
  readonly transport: Transport;
  /** Sequence numbers go round from `first` to `last`. */
  readonly sequences: { readonly first: number; readonly last: number };
  /** Whether `write` needs the source address, for a checksum over it. */
  readonly needsSource: boolean;
  /** Port that a probe asks for: `Heard.port` of its answers. */
  portOf(port: number | undefined): number;
  /** Writes a probe into `buffer` and gives the part written. */
  write(text: ProbeText, buffer: Uint8Array): Uint8Array;
  /** Reads an answer: to which messages of this run it may be, none if it cannot be one. Network bytes never throw. */
  read(arrival: Arrival): readonly Heard[];
}

/** Makes a protocol for one run. */
export type ProtocolMaker = (network: Network, plan: TracePlan) => ProbeProtocol;
