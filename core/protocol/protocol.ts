/** What every probe protocol offers: a probe as a message, and a message as an answer to some probe. */
import type { Answer } from "../messages.ts";
import type { Family, Inbound, Transport } from "../network.ts";

/** What distinguishes one probe's message from the next. */
export interface ProbeText {
  readonly family: Family;
  readonly sequence: number;
  readonly payloadBytes: number;
  /** The byte that fills the payload. */
  readonly fill: number;
}

/** An answer to a message of this protocol, not yet known to be to one of ours. */
export interface Heard {
  readonly family: Family;
  readonly identifier: number;
  readonly sequence: number;
  readonly answer: Answer;
  /** Where the quoted probe was going; `undefined` if the answer quotes none, as an echo reply. */
  readonly destination: string | undefined;
  /** As much of the probe's payload as came back, perhaps filled up with zeros behind it. */
  readonly payload: Uint8Array;
}

export interface ProbeProtocol {
  readonly transport: Transport;
  /** Length of the transport header in bytes. */
  readonly headerBytes: number;
  /** Writes a probe into `buffer` and gives the part written. */
  write(text: ProbeText, identifier: number, buffer: Uint8Array): Uint8Array;
  /** Reads an answer; `undefined` if `inbound` is none to this protocol. Network bytes never throw. */
  read(inbound: Exclude<Inbound, { kind: "transmitted" }>): Heard | undefined;
}
