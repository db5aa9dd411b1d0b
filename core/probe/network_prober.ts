/**
 * Probes of our own over a `Network`: writes them, and finds to which one an answer belongs by everything that the answer
 * quotes.
 */
import { type Answer, REWRITTEN_FIELDS, type RewrittenField } from "../messages.ts";
import type { Endpoint, Family, Inbound, MessageSettings, Network, NotSent, SendResult, Stamp } from "../network.ts";
import { LIMITS, type TracePlan } from "../plan.ts";
import { maySend } from "../packet/address.ts";
import { sumBetween } from "../packet/pseudo_header.ts";
import { isMalformed } from "../protocol/malformed.ts";
import { PROTOCOLS } from "../protocol/mod.ts";
import {
  type Arrival,
  balanceOf,
  type Heard,
  IP_HEADER_BYTES,
  type Marks,
  payloadBytesOf,
  type ProbeProtocol,
} from "../protocol/protocol.ts";
import { type Booked, FlowBook } from "./flow_book.ts";
import { flowLabelOf } from "./flow_label.ts";
import { InFlight, KEPT_BEHIND_TIMEOUT_US, type Sequences } from "./in_flight.ts";
import { LoadPackets } from "./load_packets.ts";
import type { Flight, LoadSending, Order, Prober, Sending, Told, Unsent } from "./prober.ts";
import { pseudoRandom } from "./pseudo_random.ts";

// A transmit stamp comes within microseconds, unless a queue is long; who waits for so many sends more has none.
const MOST_AWAITED_STAMPS = 4_096;
const MOST_PORT_TRIES = 16;
// How old the answer may be to which address this host sends from: asking costs four system calls a round.
const SOURCE_LASTS_US = 900_000;
/** In place of an address that nobody needs. */
const NO_SOURCE = "";
// Of a quote's first 128 bytes, what is left behind an IPv6 header and the probe's own, and a margin for extensions.
const COMPARED_QUOTE_BYTES = 64;

/** Destination unreachable: host (RFC 792), address (RFC 4443). */
const NO_ADDRESS = { 4: { type: 3, code: 1 }, 6: { type: 1, code: 3 } } as const;

/** Code of "time exceeded" of both families that is not about a TTL. */
const REASSEMBLY = 1;

/** Of that which the packet scheduler has stamped, or nobody. */
const DROPPED_HERE: Unsent = { reason: "noBuffer", detail: "this host dropped it on the way to its interface" };
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

/** What the probes to a target have in common, as a rule; then it is kept once for all of them. */
interface Manner {
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
}

/** Whether two manners of probes to one target are the same. It is asked for each probe. */
function isSame(one: Manner, other: Manner): boolean {
  return one.sourceAddress === other.sourceAddress && one.port === other.port &&
    one.packetBytes === other.packetBytes && one.payloadBytes === other.payloadBytes && one.fill === other.fill &&
    one.trafficClass === other.trafficClass && one.isIdentified === other.isIdentified;
}

/** What a message shows of its probe beside its number; nothing where flows vary. */
interface Shown extends Required<Omit<Marks, "sourceAddress">> {
  /** The bytes that begin the payload instead of the fill. */
  readonly balance: number | undefined;
}

/** A probe with everything that an answer to it may quote; small, since thousands are kept. */
class OwnFlight<Tag> implements Flight<Tag>, Booked {
  readonly tag: Tag;
  readonly family: Family;
  readonly sequence: number;
  readonly flow: number;
  sent: Stamp;
  /** A stamp of the driver may have come, and was not known as its own, or tells no time. */
  isStampLost: boolean;
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
        differ(this.#identifier, quoted.identifier) || differ(this.#checksum, quoted.checksum));
  }

  /** As it left. */
  get marks(): Marks {
    return {
      sourceAddress: this.manner.sourceAddress,
      sourcePort: this.#sourcePort,
      identifier: this.#identifier,
      checksum: this.#checksum,
    };
  }
}

const NO_MARKS: Marks = {};
const NOTHING_SHOWN: Shown = {
  balance: undefined,
  sourcePort: undefined,
  identifier: undefined,
  checksum: undefined,
};
// One's-complement sums of 16 bits are the same if they are so modulo this (RFC 1071).
const CHECKSUM_MODULUS = 0xffff;

export class NetworkProber<Tag> implements Prober<Tag> {
  readonly #network: Network;
  readonly #protocol: ProbeProtocol;
  readonly #inFlight: InFlight<OwnFlight<Tag>>;
  /** Targets to which packets leave through a driver that stamps them. */
  readonly #stamped = new WeakSet<Endpoint>();
  /** Those whose next hop, on a link of this host, has not answered. */
  readonly #withoutAddress = new WeakSet<Endpoint>();
  readonly #awaitingStamp = new Map<number, OwnFlight<Tag>>();
  /** Address that probes to an endpoint leave with, where that shows in them; without one there is no way. */
  readonly #sources = new WeakMap<Endpoint, { readonly address: string | NotSent; readonly askedAtUs: number }>();
  /** That of the latest probe to an endpoint. */
  readonly #manners = new WeakMap<Endpoint, Manner>();
  readonly #buffer = new Uint8Array(LIMITS.packetBytes.most);
  /** What answers are told by that do not show a probe's number; only where there are such. */
  readonly #flows: FlowBook | undefined;
  readonly #load: LoadPackets | undefined;
  /** Mtr knows no flow labels, and takes every word for a router's. */
  readonly #isMtrs: boolean;
  readonly sendLoad?: (to: Endpoint) => LoadSending;

  /** With `sequences` they begin with the first of them. */
  constructor(network: Network, plan: TracePlan, sequences?: Sequences) {
    this.#network = network;
    this.#protocol = PROTOCOLS[plan.protocol](network, plan);
    this.#isMtrs = plan.mtr !== undefined;
    const { first, last } = sequences ?? this.#protocol.sequences;
    // Nobody is to guess the number of the next probe.
    const startAt = sequences?.first ?? first + Math.floor(pseudoRandom(plan.seed)() * (last - first + 1));
    this.#inFlight = new InFlight({ first, last }, plan.timeoutUs + KEPT_BEHIND_TIMEOUT_US, startAt);
    this.#flows = this.#protocol.constant?.showsNumber === false ? new FlowBook() : undefined;
    if (plan.loadBps === undefined) return;
    const load = this.#load = new LoadPackets(network, plan);
    this.sendLoad = (to) => load.send(to);
  }

  nowUs(): number {
    return this.#network.nowUs();
  }

  get overflowed(): number {
    return this.#network.overflowed;
  }

  prepare(to: Endpoint): void {
    // The host may have got another address since, but not from one moment to the next.
    const nowUs = this.#network.nowUs();
    const known = this.#sources.get(to);
    if (typeof known?.address === "string" && nowUs - known.askedAtUs < SOURCE_LASTS_US) return;
    const { needsSource, constant } = this.#protocol;
    const address = needsSource || constant ? this.#network.sourceAddress(to) : NO_SOURCE;
    const isKnown = needsSource || typeof address === "string";
    this.#sources.set(to, { address: isKnown ? address : NO_SOURCE, askedAtUs: nowUs });
  }

  send({ to, port, flow = 0, ttl, packetBytes, fill, settings }: Order, tag: Tag): Sending<Tag> {
    const { family, address: destination } = to;
    const source = settings === undefined ? this.#sourceOf(to) : this.#sourceBy(settings, to);
    if (typeof source !== "string") return source;
    const { transport, constant } = this.#protocol;
    const isIdentified = family === 4 && constant?.isIdentified === true && settings === undefined;
    const hasLabel = family === 6 && !this.#isMtrs;
    const payloadBytes = payloadBytesOf(this.#protocol, family, packetBytes);
    let sequence: number;
    let bytes: Uint8Array;
    let result: SendResult;
    let tries = 0;
    // A number that is a port may be another program's; then the next one is taken.
    do {
      const next = this.#inFlight.takeSequence(family);
      if (next === undefined) return { ok: false, reason: "noBuffer", detail: "all sequence numbers are in flight" };
      sequence = next;
      const text = { family, sequence, flow, source, destination, port, payloadBytes, fill };
      bytes = this.#protocol.write(text, this.#buffer);
      const identification = isIdentified ? sequence : undefined;
      const flowLabel = hasLabel ? flowLabelOf(constant === undefined ? sequence : flow) : 0;
      const message = { to, transport, ttl, bytes, identification, flowLabel };
      result = this.#network.send(settings === undefined ? message : { ...message, settings });
    } while (!result.ok && result.reason === "addressInUse" && ++tries < MOST_PORT_TRIES);
    if (!result.ok) return result;
    const manner = this.#mannerOf({
      to,
      sourceAddress: constant === undefined || source === NO_SOURCE ? undefined : source,
      port: this.#protocol.portOf(port),
      packetBytes: IP_HEADER_BYTES[family] + bytes.length,
      payloadBytes,
      fill,
      trafficClass: settings?.trafficClass ?? this.#network.trafficClass,
      isIdentified: result.isIdentified === true,
    });
    const { transmission } = result;
    // Behind load so many packets may wait that the kernel's stamps are known no more.
    const isStampLost = transmission === undefined || this.#load !== undefined;
    const own = { tag, family, sequence, flow, isStampLost };
    const flight = new OwnFlight(own, result.sent, manner, this.#shownBy(bytes, family));
    this.#inFlight.add(flight);
    this.#flows?.add(flight);
    if (result.sent.source === "driver") this.#stamped.add(to);
    else if (transmission !== undefined) this.#awaitStamp(transmission, flight);
    return { ok: true, flight };
  }

  whyUnsent(flight: Flight<Tag>): Unsent | undefined {
    const own = this.#inFlight.find(flight.family, flight.sequence);
    if (own !== flight || own.isStampLost || own.sent.source === "driver") return undefined;
    const { sent: { source }, manner: { to } } = own;
    // What waits for an address is not stamped at all yet.
    const isWithoutAddress = source !== "queue" && this.#withoutAddress.has(to);
    if (isWithoutAddress) return WITHOUT_ADDRESS[to.family];
    return this.#stamped.has(to) ? source === "queue" ? DROPPED_HERE : STOPPED_HERE : undefined;
  }

  close(flight: Flight<Tag>): void {
    this.#inFlight.close(flight);
  }

  get heardUs(): number | undefined {
    return this.#network.heardUs;
  }

  receive(deadlineUs: number): readonly Told<Tag>[] {
    const told: Told<Tag>[] = [];
    for (const inbound of this.#network.receive(deadlineUs)) {
      const one = this.take(inbound);
      if (one !== undefined) told.push(one);
    }
    return told;
  }

  /** What one arrival tells; nothing if it is only a stamp. For who shares the network with other probers. */
  take(inbound: Inbound): Told<Tag> | undefined {
    if (inbound.kind === "transmitted") {
      this.#hearTransmitted(inbound);
      return undefined;
    }
    if (inbound.kind === "withheld") {
      const flight = this.#awaitingStamp.get(inbound.transmission);
      // mtr takes it for lost.
      return flight && !this.#isMtrs
        ? { kind: "unsent", flight, atUs: inbound.atUs, ...WITHHELD[inbound.by] }
        : undefined;
    }
    if (this.#load?.isAnswer(inbound)) return { kind: "load", atUs: inbound.received.atUs };
    if (!this.#isMtrs && !maySend(inbound.from)) return foreign(inbound, "malformed");
    let isForged = false;
    for (const heard of this.#protocol.read(inbound)) {
      const flight = this.#named(heard, inbound.from);
      if (flight === undefined || this.#isInPieces(heard)) continue;
      if (fits(heard, flight, inbound.from)) {
        if (this.#isOwnWord(flight, heard.answer, inbound)) return this.#unsent(flight, heard.answer, inbound);
        return this.#answered(flight, this.#answerIn(heard, flight), inbound);
      }
      isForged = true;
    }
    return foreign(inbound, isForged ? "forged" : isMalformed(inbound) ? "malformed" : undefined);
  }

  /**
   * Whether somebody has waited in vain for the rest of a fragmented probe, half a minute at least (RFC 792, RFC 8200 section
   * 4.5): that the time for this was up tells of no hop, and the probe is lost.
   */
  #isInPieces({ answer: { kind, icmpCode } }: Heard): boolean {
    return kind === "timeExceeded" && icmpCode === REASSEMBLY && !this.#isMtrs;
  }

  #hearTransmitted({ transmission, sent }: Extract<Inbound, { kind: "transmitted" }>): void {
    const flight = this.#awaitingStamp.get(transmission);
    if (flight === undefined) return;
    flight.sent = sent;
    if (sent.source === "queue") return;
    this.#stamped.add(flight.manner.to);
    flight.isStampLost ||= sent.source !== "driver";
    this.#awaitingStamp.delete(transmission);
  }

  /**
   * Whether it is this host itself that says so of a probe that has not left: it did not find out the address of the next hop's
   * interface, or its firewall rejects what nobody has stamped. What a router says of a packet that came back to it is another
   * thing, though this host be the router; and so is what a target says that this host is.
   */
  #isOwnWord({ family, destination, manner, sent }: OwnFlight<Tag>, answer: Answer, { from }: Arrival): boolean {
    if (answer.kind !== "unreachable" || from === destination || this.#isMtrs) return false;
    if (sent.source !== "program" && !isWithoutAddress(family, answer)) return false;
    return from === manner.sourceAddress || this.#network.isOwn({ family, address: from });
  }

  #unsent(flight: OwnFlight<Tag>, answer: Answer, { kind, transport, received }: Arrival): Told<Tag> {
    const { family, manner: { to } } = flight;
    const why = isWithoutAddress(family, answer) ? WITHOUT_ADDRESS[family] : REJECTED_HERE;
    // A connection's SYN is never stamped: of others nobody knows whether they have left.
    if (why !== REJECTED_HERE && (kind !== "error" || transport !== "tcp")) this.#withoutAddress.add(to);
    return { kind: "unsent", flight, atUs: received.atUs, ...why };
  }

  #answered(flight: OwnFlight<Tag>, answer: Answer, arrival: Arrival): Told<Tag> {
    const { sent, isStampLost, manner: { to } } = flight;
    const mayHaveWaited = sent.source !== "driver" && this.#stamped.has(to);
    // It has left, through a driver that does not stamp.
    if (mayHaveWaited && !isStampLost) this.#stamped.delete(to);
    return answerOf(flight, answer, arrival, mayHaveWaited);
  }

  /** The manner that an earlier probe had, if it is the same. */
  #mannerOf(manner: Manner): Manner {
    const known = this.#manners.get(manner.to);
    if (known !== undefined && isSame(known, manner)) return known;
    this.#manners.set(manner.to, manner);
    return manner;
  }

  #shownBy(bytes: Uint8Array, family: Family): Shown {
    const { constant } = this.#protocol;
    if (constant === undefined) return NOTHING_SHOWN;
    const { balanceAt: at } = constant;
    const balance = at === undefined || bytes.length < at + 2 ? undefined : bytes[at]! << 8 | bytes[at + 1]!;
    const { sourcePort, identifier, checksum } = constant.marksOf(bytes, family);
    return { balance, sourcePort, identifier, checksum };
  }

  /** The probe that an answer names, by whatever it does so. */
  #named(
    { family, name, destination, port, payload, marks = NO_MARKS }: Heard,
    from: string,
  ): OwnFlight<Tag> | undefined {
    if (name.by === "number") return this.#inFlight.find(family, name.sequence);
    if (name.by === "translatedNumber") {
      const flight = this.#inFlight.find(family, name.sequence);
      return flight && this.#inFlight.isOpen(flight) && isTranslated(flight, payload, marks) ? flight : undefined;
    }
    if (name.by === "identification") {
      const flight = this.#inFlight.find(family, name.sequence);
      if (!flight?.manner.isIdentified) return undefined;
      return this.#inFlight.isOpen(flight) || hasBalance(flight, payload) ? flight : undefined;
    }
    const sequences = this.#flows?.sequencesOf(name, { address: destination ?? from, port, marks }) ?? [];
    const flights = sequences.flatMap((sequence) => this.#inFlight.find(family, sequence) ?? [])
      .filter((flight) =>
        name.by !== "balance" ||
        (flight.balance === name.balance && (name.isOpenOnly !== true || this.#inFlight.isOpen(flight)))
      );
    // Of several flows, the one that has the port, or whose probe waits for an answer.
    return flights.find((flight) => !isRewritten("sourcePort", flight.marks, marks)) ??
      flights.find((flight) => this.#inFlight.isOpen(flight)) ?? flights[0];
  }

  /** The answer with what the quote shows to be changed. */
  #answerIn({ answer, marks, trafficClass }: Heard, flight: OwnFlight<Tag>): Answer {
    const isRemarked = trafficClass !== undefined && trafficClass !== flight.manner.trafficClass;
    if (!isRemarked && flight.isAsSent(marks)) return answer;
    const rewritten = REWRITTEN_FIELDS.filter((field) => isRewritten(field, flight.marks, marks));
    if (rewritten.length > 0 && marks !== undefined) this.#flows?.learn(flight, marks);
    return {
      ...answer,
      ...(rewritten.length > 0 && { rewritten }),
      ...(isRemarked && { quotedTrafficClass: trafficClass, sentTrafficClass: flight.manner.trafficClass }),
    };
  }

  #sourceOf(to: Endpoint): string | NotSent {
    if (!this.#sources.has(to)) this.prepare(to);
    return this.#sources.get(to)?.address ?? NO_SOURCE;
  }

  #sourceBy({ sourceAddress, device }: MessageSettings, to: Endpoint): string | NotSent {
    if (sourceAddress !== undefined || !this.#protocol.needsSource) return sourceAddress ?? NO_SOURCE;
    const source = this.#network.sourceAddress(to, device);
    // To clients of mtr-packet all of its reasons are one.
    return typeof source === "string" ? source : { ok: false, reason: "noRoute", detail: source.detail };
  }

  #awaitStamp(transmission: number, flight: OwnFlight<Tag>): void {
    this.#awaitingStamp.set(transmission, flight);
    for (const [oldest, forgotten] of this.#awaitingStamp) {
      if (transmission - oldest < MOST_AWAITED_STAMPS) return;
      forgotten.isStampLost = true;
      this.#awaitingStamp.delete(oldest);
    }
  }
}

function foreign<Tag>({ received: { atUs } }: Arrival, reason: "forged" | "malformed" | undefined): Told<Tag> {
  return { kind: "foreign", atUs, reason };
}

function isWithoutAddress(family: Family, { icmpType, icmpCode }: Answer): boolean {
  const { type, code } = NO_ADDRESS[family];
  return icmpType === type && icmpCode === code;
}

/** Whether everything in the answer is of this probe. */
function fits(heard: Heard, flight: OwnFlight<unknown>, from: string): boolean {
  if (heard.port !== flight.port) return false;
  // A quote says where the probe was going. The target's own answer says nothing of it: an echo reply may come from any
  // address of a host or an anycast group, while ports and tags are those of one address.
  const destination = heard.destination ?? (heard.mayComeFromElsewhere ? flight.destination : from);
  if (destination !== flight.destination) return false;
  const { marks, unchanged, payloadBytes = flight.manner.payloadBytes } = heard;
  if (!flight.isAsSent(marks)) {
    const differs = (mark: RewrittenField): boolean => isRewritten(mark, flight.marks, marks);
    // With this host's address it would be another program's.
    if (unchanged?.some(differs) || (differs("sourcePort") && !differs("sourceAddress"))) return false;
    if (heard.name.by === "identification" && !followsSource(flight, marks)) return false;
  }
  if (payloadBytes !== flight.manner.payloadBytes) return false;
  return heard.payload === undefined || isPayloadOf(flight, heard.payload, heard.destination !== undefined);
}

function isRewritten(mark: RewrittenField, sent: Marks, quoted: Marks = NO_MARKS): boolean {
  return differ(sent[mark], quoted[mark]);
}

/** Whether both are known, and not the same. */
function differ(sent: string | number | undefined, quoted: string | number | undefined): boolean {
  return sent !== undefined && quoted !== undefined && sent !== quoted;
}

/**
 * Whether a checksum has changed with the source, as a translator has to change it (RFC 1624). One that has put the source
 * back may have left any checksum; a quote without a checksum tells nothing.
 */
function followsSource({ destination, marks: sent }: OwnFlight<unknown>, quoted: Marks = NO_MARKS): boolean {
  if (quoted.checksum === undefined) return true;
  if (!isRewritten("sourceAddress", sent, quoted) && !isRewritten("sourcePort", sent, quoted)) return true;
  const sum = ({ sourceAddress = destination, sourcePort = 0, checksum = 0 }: Marks): number =>
    sumBetween({ source: sourceAddress, destination }, 0, 0) + sourcePort + checksum;
  return (sum(sent) - sum(quoted)) % CHECKSUM_MODULUS === 0;
}

/**
 * Whether a translator has made the identifier of this probe into the quoted one: the checksum has changed by as much (RFC
 * 1624), and with this host's own address, which all of its programs have, the payload is the probe's as well.
 */
function isTranslated(
  flight: OwnFlight<unknown>,
  payload: Uint8Array | undefined,
  quoted: Marks,
): boolean {
  const { marks: sent } = flight;
  const sum = ({ identifier = 0, checksum = 0 }: Marks): number => identifier + checksum;
  if ((sum(sent) - sum(quoted)) % CHECKSUM_MODULUS !== 0) return false;
  if (isRewritten("sourceAddress", sent, quoted)) return true;
  return hasBalance(flight, payload);
}

/** Whether so much of the payload is known that it shows the balance, and that is the probe's. */
function hasBalance({ balance }: OwnFlight<unknown>, payload: Uint8Array | undefined): boolean {
  return payload !== undefined && balance !== undefined && balanceOf(payload) === balance;
}

function answerOf<Tag>(
  flight: OwnFlight<Tag>,
  answer: Answer,
  { from, received, ttl }: Arrival,
  mayHaveWaited: boolean,
): Told<Tag> {
  const rttUs = Math.max(0, received.atUs - flight.sent.atUs);
  const { atUs, source: receivedBy } = received;
  const errorUs = rttErrorUs(flight.sent, received, mayHaveWaited);
  return errorUs === undefined
    ? { kind: "answer", flight, atUs, from, rttUs, receivedBy, replyTtl: ttl, answer }
    : { kind: "answer", flight, atUs, from, rttUs, receivedBy, errorUs, replyTtl: ttl, answer };
}

/**
 * By how much the time between two stamps may be off at most; `undefined` if nobody knows. What may have waited in a queue of
 * this host left at any time until its answer came.
 */
function rttErrorUs(sent: Stamp, received: Stamp, mayHaveWaited: boolean): number | undefined {
  if (sent.errorUs === undefined || received.errorUs === undefined) return undefined;
  // No answer comes before its probe.
  const earliestUs = sent.atUs - sent.errorUs;
  const sinceUs = Math.max(0, received.atUs - earliestUs);
  return (mayHaveWaited ? Math.max(sent.errorUs, sinceUs) : sent.errorUs) + Math.min(received.errorUs, sinceUs);
}

/**
 * Whether what came back is what was sent. A host may return less of it (some cut long echoes). A router may quote less,
 * fill its quote up with zeros (RFC 4884 section 5.1), and put anything behind its first 128 bytes.
 */
function isPayloadOf(
  { manner: { payloadBytes, fill }, balance }: OwnFlight<unknown>,
  payload: Uint8Array,
  isQuote: boolean,
): boolean {
  if (!isQuote && payload.length > payloadBytes) return false;
  const length = isQuote ? Math.min(payload.length, payloadBytes, COMPARED_QUOTE_BYTES) : payload.length;
  let at = 0;
  for (; at < length; at++) {
    const sent = balance === undefined || at > 1 ? fill : at === 0 ? balance >> 8 : balance & 0xff;
    if (payload[at] !== sent) break;
  }
  if (!isQuote) return at === length;
  while (at < length && payload[at] === 0) at++;
  return at === length;
}
