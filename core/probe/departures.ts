/**
 * What this host itself tells of probes that it was given: when they have left, and that they have not. Stamps tell it,
 * those that do not come, and errors that no router has sent.
 */
import type { Answer } from "../messages.ts";
import type { Endpoint, Family, Inbound, Network } from "../network.ts";
import type { Arrival } from "../protocol/protocol.ts";
import type { OwnFlight } from "./own_flight.ts";
import type { Told, Unsent } from "./prober.ts";

// A transmit stamp comes within microseconds, unless a queue is long; who waits for so many sends more has none.
const MOST_AWAITED_STAMPS = 4_096;

/** Destination unreachable: host (RFC 792), address (RFC 4443). */
const NO_ADDRESS = { 4: { type: 3, code: 1 }, 6: { type: 1, code: 3 } } as const;

/** Of what the packet scheduler has stamped, and no driver. */
const DROPPED_HERE: Unsent = { reason: "noBuffer", detail: "this host dropped it on the way to its interface" };
/** Of what nobody has stamped, or nobody has seen behind the firewall. */
const STOPPED_HERE: Unsent = {
  reason: "other",
  detail: "this host dropped it before its packet scheduler, as firewalls do",
};
const WITHOUT_ADDRESS: Readonly<Record<Family, Unsent>> = {
  4: { reason: "hostUnreachable", detail: "this host says that the next hop does not answer ARP" },
  6: { reason: "hostUnreachable", detail: "this host says that the next hop does not answer neighbour discovery" },
};
const REJECTED_HERE: Unsent = {
  reason: "permissionDenied",
  detail: "this host rejects it by itself, as firewalls do",
};
const WITHHELD: Readonly<Record<Extract<Inbound, { kind: "withheld" }>["by"], Unsent>> = {
  queue: {
    reason: "hostUnreachable",
    detail: "this host keeps it waiting, mostly since the next hop does not answer",
  },
  firewall: STOPPED_HERE,
};

export class Departures<Tag> {
  readonly #network: Pick<Network, "isOwn">;
  /** Targets to which packets leave through a driver that stamps them. */
  readonly #stamped = new WeakSet<Endpoint>();
  /** Those whose next hop, on a link of this host, has not answered. */
  readonly #withoutAddress = new WeakSet<Endpoint>();
  /** Those that had not passed this host's firewall when they were given to the system. */
  readonly #notPassed = new WeakSet<OwnFlight<Tag>>();
  /** Targets to which packets leave though nobody sees them pass. */
  readonly #unseen = new WeakSet<Endpoint>();
  /** Probes by the numbers of their stamps, in the order of sending. */
  readonly #awaitingStamp = new Map<number, OwnFlight<Tag>>();

  constructor(network: Pick<Network, "isOwn">) {
    this.#network = network;
  }

  /** A probe was given to the system, which may stamp it later on under a number. */
  add(flight: OwnFlight<Tag>, transmission: number | undefined, hasNotPassed = false): void {
    if (hasNotPassed) this.#notPassed.add(flight);
    if (flight.sent.source === "driver") this.#stamped.add(flight.manner.to);
    else if (transmission !== undefined) this.#awaitStamp(transmission, flight);
  }

  /** A stamp has come. */
  stamp({ transmission, sent }: Extract<Inbound, { kind: "transmitted" }>): void {
    const flight = this.#awaitingStamp.get(transmission);
    if (flight === undefined) return;
    flight.sent = sent;
    if (sent.source === "queue") return;
    this.#stamped.add(flight.manner.to);
    flight.isStampLost ||= sent.source !== "driver";
    this.#awaitingStamp.delete(transmission);
  }

  /** The system says that it holds a probe back. */
  withhold({ transmission, by, atUs }: Extract<Inbound, { kind: "withheld" }>): Told<Tag> | undefined {
    const flight = this.#awaitingStamp.get(transmission);
    return flight && { kind: "unsent", flight, atUs, ...WITHHELD[by] };
  }

  /** That a probe has not left, if an error that quotes it is this host's own word for that. */
  refuse(flight: OwnFlight<Tag>, answer: Answer, arrival: Arrival): Told<Tag> | undefined {
    if (!this.#isOwnWord(flight, answer, arrival)) return undefined;
    const { family, manner: { to } } = flight;
    const { kind, transport, received: { atUs } } = arrival;
    const why = isWithoutAddress(family, answer) ? WITHOUT_ADDRESS[family] : REJECTED_HERE;
    // A connection's SYN is never stamped: of others nobody knows whether they have left.
    if (why !== REJECTED_HERE && (kind !== "error" || transport !== "tcp")) this.#withoutAddress.add(to);
    return { kind: "unsent", flight, atUs, ...why };
  }

  /** An answer shows that a probe has left; whether it may have waited in a queue of this host, unknown to its stamp. */
  arrived(flight: OwnFlight<Tag>): boolean {
    const { sent, isStampLost, manner: { to } } = flight;
    if (this.#notPassed.has(flight)) this.#unseen.add(to);
    const mayHaveWaited = sent.source !== "driver" && this.#stamped.has(to);
    // It has left, through a driver that does not stamp.
    if (mayHaveWaited && !isStampLost) this.#stamped.delete(to);
    return mayHaveWaited;
  }

  /** Why a probe without an answer has not left, as far as the stamps of others show that. */
  whyUnsent(flight: OwnFlight<Tag>): Unsent | undefined {
    const { sent: { source }, isStampLost, manner: { to } } = flight;
    if (isStampLost || source === "driver") return undefined;
    // What waits for an address is not stamped at all yet.
    if (source !== "queue" && this.#withoutAddress.has(to)) return WITHOUT_ADDRESS[to.family];
    if (source !== "queue" && this.#notPassed.has(flight) && !this.#unseen.has(to)) return STOPPED_HERE;
    if (!this.#stamped.has(to)) return undefined;
    return source === "queue" ? DROPPED_HERE : STOPPED_HERE;
  }

  #awaitStamp(transmission: number, flight: OwnFlight<Tag>): void {
    this.#awaitingStamp.set(transmission, flight);
    for (const [oldest, forgotten] of this.#awaitingStamp) {
      if (transmission - oldest < MOST_AWAITED_STAMPS) return;
      forgotten.isStampLost = true;
      this.#awaitingStamp.delete(oldest);
    }
  }

  /**
   * Whether it is this host itself that says so of a probe that has not left: it did not find out the address of the
   * next hop's interface, or its firewall rejects what nobody has stamped. What a router says of a packet that came
   * back to it is another thing, though this host be the router; and so is what a target says that this host is.
   */
  #isOwnWord({ family, destination, manner, sent }: OwnFlight<Tag>, answer: Answer, { from }: Arrival): boolean {
    if (answer.kind !== "unreachable" || from === destination) return false;
    if (sent.source !== "program" && !isWithoutAddress(family, answer)) return false;
    return from === manner.sourceAddress || this.#network.isOwn({ family, address: from });
  }
}

function isWithoutAddress(family: Family, { icmpType, icmpCode }: Answer): boolean {
  const { type, code } = NO_ADDRESS[family];
  return icmpType === type && icmpCode === code;
}
