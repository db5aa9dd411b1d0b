/** A probe of our own that has left, with everything that an answer to it may quote. */
import type { Endpoint, Family, Stamp } from "../network.ts";
import type { Marks } from "../protocol/protocol.ts";
import type { Booked } from "./flow_book.ts";
import type { Flight } from "./prober.ts";

/** What the probes to a target have in common, as a rule; then it is kept once for all of them. */
export interface Manner {
  readonly to: Endpoint;
  /** Address that they leave with, if that is known. */
  readonly sourceAddress: string | undefined;
  /** Port that they ask for, 0 where that is not the same for all probes of the target. */
  readonly port: number;
  /** Length of the whole IP packet and of the payload, and the byte that fills it. */
  readonly packetBytes: number;
  readonly payloadBytes: number;
  readonly fill: number;
  readonly trafficClass: number;
  /** Their IPv4 identification is their number. */
  readonly isIdentified: boolean;
  /** Each leaves from a port of its own. */
  readonly hasOwnPort: boolean;
}

/** Whether two manners of probes to one target are the same. It is asked for each probe. */
export function isSame(one: Manner, other: Manner): boolean {
  return one.sourceAddress === other.sourceAddress && one.port === other.port &&
    one.packetBytes === other.packetBytes && one.payloadBytes === other.payloadBytes && one.fill === other.fill &&
    one.trafficClass === other.trafficClass && one.isIdentified === other.isIdentified &&
    one.hasOwnPort === other.hasOwnPort;
}

/** Where a probe comes from and goes to: its manner has that. */
type Ends = "sourceAddress" | "destinationAddress" | "destinationPort";

/** What a message shows of its probe beside its number; nothing where flows vary. */
export interface Shown extends Required<Omit<Marks, Ends>> {
  /** The bytes that begin the payload instead of the fill. */
  readonly balance: number | undefined;
}

/** A probe with everything that an answer to it may quote; small, since thousands are kept. */
export class OwnFlight<Tag> implements Flight<Tag>, Booked {
  readonly tag: Tag;
  readonly family: Family;
  readonly sequence: number;
  readonly flow: number;
  sent: Stamp;
  /** A stamp of the driver may have come, and was not known as its own, or tells no time. */
  isStampLost: boolean;
  /** It was sent once more, and nothing is told of this one. */
  isGivenUp = false;
  readonly manner: Manner;
  readonly balance: number | undefined;
  readonly #sourcePort: number | undefined;
  readonly #identifier: number | undefined;
  readonly #checksum: number | undefined;

  constructor(
    { tag, family, sequence, flow, isStampLost }: Pick<
      OwnFlight<Tag>,
      "tag" | "family" | "sequence" | "flow" | "isStampLost"
    >,
    sent: Stamp,
    manner: Manner,
    { balance, sourcePort, identifier, checksum }: Shown,
  ) {
    this.tag = tag;
    this.family = family;
    this.sequence = sequence;
    this.flow = flow;
    this.sent = sent;
    this.isStampLost = isStampLost;
    this.manner = manner;
    this.balance = balance;
    this.#sourcePort = sourcePort;
    this.#identifier = identifier;
    this.#checksum = checksum;
  }

  get packetBytes(): number {
    return this.manner.packetBytes;
  }

  get hasOwnPort(): boolean {
    return this.manner.hasOwnPort;
  }

  get destination(): string {
    return this.manner.to.address;
  }

  get port(): number {
    return this.manner.port;
  }

  /** Whether what an answer quotes was changed in nothing, as far as both are known: so with nearly all answers. */
  isAsSent(quoted: Marks | undefined): boolean {
    return quoted === undefined ||
      !(differ(this.manner.sourceAddress, quoted.sourceAddress) || differ(this.#sourcePort, quoted.sourcePort) ||
        differ(this.destination, quoted.destinationAddress) || differ(this.port, quoted.destinationPort) ||
        differ(this.#identifier, quoted.identifier) || differ(this.#checksum, quoted.checksum));
  }

  /** As it left. */
  get marks(): Marks {
    return {
      sourceAddress: this.manner.sourceAddress,
      sourcePort: this.#sourcePort,
      destinationAddress: this.destination,
      destinationPort: this.port,
      identifier: this.#identifier,
      checksum: this.#checksum,
    };
  }
}

export const NOTHING_SHOWN: Shown = {
  balance: undefined,
  sourcePort: undefined,
  identifier: undefined,
  checksum: undefined,
};

/** Whether both are known, and not the same. */
export function differ(sent: string | number | undefined, quoted: string | number | undefined): boolean {
  return sent !== undefined && quoted !== undefined && sent !== quoted;
}
