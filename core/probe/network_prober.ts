/**
 * Probes of our own over a `Network`: writes them, and finds to which one an answer belongs by everything that the answer
 * quotes.
 */
import { type Answer, REWRITTEN_FIELDS } from "../messages.ts";
import type { Endpoint, Family, Inbound, MessageSettings, Network, NotSent, SendResult, Stamp } from "../network.ts";
import { LIMITS, type TracePlan } from "../plan.ts";
import { maySend } from "../packet/address.ts";
import { IP_HEADER_BYTES } from "../packet/ip.ts";
import { isMalformed } from "../protocol/malformed.ts";
import { PROTOCOLS } from "../protocol/mod.ts";
import { type Arrival, type Heard, NO_MARKS, payloadBytesOf, type ProbeProtocol } from "../protocol/protocol.ts";
import { Departures } from "./departures.ts";
import { fits, hasBalance, isRewritten, isTranslated } from "./fitting.ts";
import { FlowBook } from "./flow_book.ts";
import { flowLabelOf } from "./flow_label.ts";
import { InFlight, KEPT_BEHIND_TIMEOUT_US, type Sequences } from "./in_flight.ts";
import { LoadPackets } from "./load_packets.ts";
import { isSame, type Manner, NOTHING_SHOWN, OwnFlight, type Shown } from "./own_flight.ts";
import type { Flight, LoadSending, Order, Prober, Sending, Told, Unsent } from "./prober.ts";
import { pseudoRandom } from "./pseudo_random.ts";

const MOST_PORT_TRIES = 16;
// How old the answer may be to which address this host sends from: asking costs four system calls a round.
const SOURCE_LASTS_US = 900_000;
/** In place of an address that nobody needs. */
const NO_SOURCE = "";
/** Code of "time exceeded" of both families that is not about a TTL. */
const REASSEMBLY = 1;

export class NetworkProber<Tag> implements Prober<Tag> {
  readonly #network: Network;
  readonly #protocol: ProbeProtocol;
  readonly #inFlight: InFlight<OwnFlight<Tag>>;
  readonly #departures: Departures<Tag>;
  /** Address that probes to an endpoint leave with, where that shows in them; without one there is no way. */
  readonly #sources = new WeakMap<Endpoint, { readonly address: string | NotSent; readonly askedAtUs: number }>();
  /** That of the latest probe to an endpoint. */
  readonly #manners = new WeakMap<Endpoint, Manner>();
  readonly #buffer = new Uint8Array(LIMITS.packetBytes.most);
  /** What answers are told by that do not show a probe's number; only where there are such. */
  readonly #flows: FlowBook | undefined;
  /** Targets whose probes leave from ports of their own: a router there quotes too little to tell those of one flow apart. */
  readonly #parted = new Set<string>();
  readonly #load: LoadPackets | undefined;
  /** Mtr knows no flow labels, and takes every word for a router's. */
  readonly #isMtrs: boolean;
  readonly sendLoad?: (to: Endpoint) => LoadSending;

  /** With `sequences` they begin with the first of them. */
  constructor(network: Network, plan: TracePlan, sequences?: Sequences) {
    this.#network = network;
    this.#departures = new Departures(network);
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
    const hasOwnPort = this.#parted.has(destination);
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
      const text = { family, sequence, flow, hasOwnPort, source, destination, port, payloadBytes, fill };
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
      hasOwnPort,
    });
    const { transmission } = result;
    // Behind load so many packets may wait that the kernel's stamps are known no more.
    const isStampLost = transmission === undefined || this.#load !== undefined;
    const own = { tag, family, sequence, flow, isStampLost };
    const flight = new OwnFlight(own, result.sent, manner, this.#shownBy(bytes, family));
    this.#inFlight.add(flight);
    if (!hasOwnPort) this.#flows?.add(flight);
    this.#departures.add(flight, transmission, result.hasNotPassed);
    return { ok: true, flight };
  }

  whyUnsent(flight: Flight<Tag>): Unsent | undefined {
    const own = this.#inFlight.find(flight.family, flight.sequence);
    return own === flight ? this.#departures.whyUnsent(own) : undefined;
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
    if (inbound.kind === "transmitted") return void this.#departures.stamp(inbound);
    // mtr takes it for lost.
    if (inbound.kind === "withheld") return this.#isMtrs ? undefined : this.#departures.withhold(inbound);
    if (this.#load?.isAnswer(inbound)) return { kind: "load", atUs: inbound.received.atUs };
    if (!this.#isMtrs && !maySend(inbound.from)) return foreign(inbound, "malformed");
    let isForged = false;
    for (const heard of this.#protocol.read(inbound)) {
      const flight = this.#named(heard, inbound.from);
      if (heard.isNameless && flight === undefined) {
        const flights = this.#giveUp(heard);
        if (flights.length > 0) return { kind: "nameless", atUs: inbound.received.atUs, flights };
        // It may be to one of those that were given up.
        if (heard.destination !== undefined && this.#parted.has(heard.destination)) return undefined;
      }
      if (flight === undefined || this.#isInPieces(heard)) continue;
      if (fits(heard, flight, inbound.from)) {
        if (flight.isGivenUp) return undefined;
        // A balance of 0 looks like none.
        if (heard.isNameless && flight.balance !== 0) this.#parted.add(flight.destination);
        const unsent = this.#isMtrs ? undefined : this.#departures.refuse(flight, heard.answer, inbound);
        return unsent ?? this.#answered(flight, this.#answerIn(heard, flight), inbound);
      }
      isForged = true;
    }
    return foreign(inbound, isForged ? "forged" : isMalformed(inbound) ? "malformed" : undefined);
  }

  /**
   * Whether somebody has waited in vain for the rest of a fragmented probe, half a minute at least (RFC 792, RFC 8200
   * section 4.5): that the time for this was up tells of no hop, and the probe is lost.
   */
  #isInPieces({ answer: { kind, icmpCode } }: Heard): boolean {
    return kind === "timeExceeded" && icmpCode === REASSEMBLY && !this.#isMtrs;
  }

  #answered(flight: OwnFlight<Tag>, answer: Answer, { from, received, ttl }: Arrival): Told<Tag> {
    const rttUs = Math.max(0, received.atUs - flight.sent.atUs);
    const { atUs, source: receivedBy } = received;
    const errorUs = rttErrorUs(flight.sent, received, this.#departures.arrived(flight));
    return errorUs === undefined
      ? { kind: "answer", flight, atUs, from, rttUs, receivedBy, replyTtl: ttl, answer }
      : { kind: "answer", flight, atUs, from, rttUs, receivedBy, errorUs, replyTtl: ttl, answer };
  }

  /** Of the probes that a nameless answer may be to nothing is told any more. From now on each has a port of its own. */
  #giveUp({ family, destination, port, marks }: Heard): readonly OwnFlight<Tag>[] {
    const meant = this.#inFlight.open(family).filter((open) =>
      open.destination === destination && open.port === port && !isRewritten("sourcePort", open.marks, marks)
    );
    for (const open of meant) {
      open.isGivenUp = true;
      this.#inFlight.close(open);
      this.#parted.add(open.destination);
    }
    return meant;
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
}

function foreign<Tag>({ received: { atUs } }: Arrival, reason: "forged" | "malformed" | undefined): Told<Tag> {
  return { kind: "foreign", atUs, reason };
}

/**
 * By how much the time between two stamps may be off at most; `undefined` if nobody knows. What may have waited in a
 * queue of this host left at any time until its answer came.
 */
function rttErrorUs(sent: Stamp, received: Stamp, mayHaveWaited: boolean): number | undefined {
  if (sent.errorUs === undefined || received.errorUs === undefined) return undefined;
  // No answer comes before its probe.
  const earliestUs = sent.atUs - sent.errorUs;
  const sinceUs = Math.max(0, received.atUs - earliestUs);
  return (mayHaveWaited ? Math.max(sent.errorUs, sinceUs) : sent.errorUs) + Math.min(received.errorUs, sinceUs);
}
