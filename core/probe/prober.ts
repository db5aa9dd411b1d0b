/**
 * What sends probes and hears the answers to them, whoever does it: `network_prober.ts` over a `Network`, with packets of
 * our own; `helper_prober.ts` by another program that sends them.
 *
 * A prober knows which answer belongs to which probe, and nothing of rounds, hops or time limits. `Tag` is what its user
 * wants to have back with each answer.
 */
import type { Answer } from "../messages.ts";
import type { Endpoint, MessageSettings, SendFailure, Stamp, StampSource, SystemError } from "../network.ts";
import type { ProtocolName } from "../plan.ts";
import type { Numbered } from "./in_flight.ts";

/** A probe to be sent. */
export interface Order {
  readonly to: Endpoint;
  /** Port to ask for, where the target was given with one of its own. */
  readonly port: number | undefined;
  /** Which of the flows to the target it belongs to, from 0; the first one if absent. */
  readonly flow?: number;
  readonly ttl: number;
  /** Length that the whole IP packet is to have; where it cannot be so short or has no payload, the nearest. */
  readonly packetBytes: number;
  /** The byte that fills the payload. */
  readonly fill: number;
  /** For probers that can send several; the prober's own if absent. */
  readonly protocol?: ProtocolName;
  /** How it leaves, where that is not the same for all probes; for probers over a `Network`. */
  readonly settings?: MessageSettings;
}

/** A probe that has left; family and sequence number are its prober's name for it. */
export interface Flight<Tag> extends Numbered {
  readonly tag: Tag;
  /** When; a better stamp may take its place until the answer is there. */
  readonly sent: Stamp;
  /** Length of the whole IP packet. */
  readonly packetBytes: number;
  /** It is of no flow, but left from a port that no other probe has. */
  readonly hasOwnPort?: boolean;
}

export type Sending<Tag> =
  | { readonly ok: true; readonly flight: Flight<Tag> }
  | { readonly ok: false; readonly reason: SendFailure; readonly detail: string; readonly error?: SystemError };

/** Why a probe did not leave, at once or after it was said to. */
export interface Unsent {
  readonly reason: SendFailure;
  readonly detail: string;
}

/** What was heard; `atUs` is when, on the prober's time line. */
export type Told<Tag> =
  /** An answer to this probe, be it the first or one more. */
  | {
    readonly kind: "answer";
    readonly flight: Flight<Tag>;
    readonly atUs: number;
    readonly from: string;
    readonly rttUs: number;
    readonly receivedBy: StampSource;
    /** By how much `rttUs` may be off at most; absent if nobody knows. */
    readonly errorUs?: number;
    /** TTL with which it arrived, if known. */
    readonly replyTtl: number | undefined;
    readonly answer: Answer;
  }
  /** The probe did not leave after all. */
  | (Unsent & { readonly kind: "unsent"; readonly flight: Flight<Tag>; readonly atUs: number })
  /**
   * A message that answers no probe of ours: `forged` names one and does not fit it, `malformed` cannot be read, of any
   * other nobody knows.
   */
  | { readonly kind: "foreign"; readonly atUs: number; readonly reason: "forged" | "malformed" | undefined }
  /**
   * An answer that may be to any of these, as may those that come: nothing will be told of them any more, and who sends them
   * once more will know.
   */
  | { readonly kind: "nameless"; readonly atUs: number; readonly flights: readonly Flight<Tag>[] }
  /** A message that answers load of ours. */
  | { readonly kind: "load"; readonly atUs: number };

export type LoadSending =
  | { readonly ok: true; readonly packetBytes: number }
  | { readonly ok: false; readonly detail: string };

export interface Prober<Tag> {
  /** Monotonic time in µs; the origin means nothing. */
  nowUs(): number;
  /** How many messages the kernel dropped so far, unread: there was no room for them, or their checksum was wrong. */
  readonly overflowed: number;
  /** Between two rounds of probes to `to`: the way there is looked up anew. The first probe looks for itself. */
  prepare(to: Endpoint): void;
  /** Sends at once, never waits, never throws for what the network did. */
  send(order: Order, tag: Tag): Sending<Tag>;
  /** Sends a packet of load at once, to which nobody waits for an answer; absent where that cannot be. */
  readonly sendLoad?: (to: Endpoint) => LoadSending;
  /**
   * Why a probe that nobody has answered has not left this host, if so; asked before it is closed. Absent where nobody
   * knows.
   */
  whyUnsent?(flight: Flight<Tag>): Unsent | undefined;
  /** Nobody waits for its answer any more. One that comes all the same is told, as long as it can be known. */
  close(flight: Flight<Tag>): void;
  /** Waits until something was heard or `deadlineUs` is reached, and gives all that is there, in the order of arrival. */
  receive(deadlineUs: number): readonly Told<Tag>[];
  /**
   * Until when everything that arrived had been given when the latest `receive` gave nothing; absent: until its
   * deadline.
   */
  readonly heardUs?: number | undefined;
}
