/**
 * Probes of our own over a `Network`: writes them, and finds to which one an answer belongs by everything that the answer
 * quotes.
 */
import type { Answer } from "../messages.ts";
import type { Endpoint, Inbound, MessageSettings, Network, SendResult, Stamp } from "../network.ts";
import { LIMITS, type TracePlan } from "../plan.ts";
import { PROTOCOLS } from "../protocol/mod.ts";
import { type Arrival, type Heard, IP_HEADER_BYTES, payloadBytesOf, type ProbeProtocol } from "../protocol/protocol.ts";
import { InFlight, type Sequences } from "./in_flight.ts";
import type { Flight, Order, Prober, Sending, Told } from "./prober.ts";
import { pseudoRandom } from "./pseudo_random.ts";

// A transmit stamp comes within microseconds of the send; who waits longer than this many sends has none.
const MOST_AWAITED_STAMPS = 1_024;
const MOST_PORT_TRIES = 16;
// Of a quote's first 128 bytes, what is left behind an IPv6 header and the probe's own, and a margin for extensions.
const COMPARED_QUOTE_BYTES = 64;

/** A probe with everything that an answer to it may quote. */
interface OwnFlight<Tag> extends Flight<Tag> {
  sent: Stamp;
  /** Address that the probe was sent to. */
  readonly destination: string;
  /** Port that it asked for, 0 where that is not the same for all probes of the target. */
  readonly port: number;
  /** Length of its payload, and the byte that fills it. */
  readonly payloadBytes: number;
  readonly fill: number;
}

export class NetworkProber<Tag> implements Prober<Tag> {
  readonly #network: Network;
  readonly #protocol: ProbeProtocol;
  readonly #inFlight: InFlight<OwnFlight<Tag>>;
  readonly #awaitingStamp = new Map<number, OwnFlight<Tag>>();
  /** Address that probes to an endpoint leave with, where that shows in them; without one there is no way. */
  readonly #sources = new WeakMap<Endpoint, { readonly address: string | undefined }>();
  readonly #buffer = new Uint8Array(LIMITS.packetBytes.most);

  /** With `sequences` they begin with the first of them. */
  constructor(network: Network, plan: TracePlan, sequences?: Sequences) {
    this.#network = network;
    this.#protocol = PROTOCOLS[plan.protocol](network, plan);
    const { first, last } = sequences ?? this.#protocol.sequences;
    // Nobody is to guess the number of the next probe.
    const startAt = sequences?.first ?? first + Math.floor(pseudoRandom(plan.seed)() * (last - first + 1));
    this.#inFlight = new InFlight({ first, last }, startAt);
  }

  nowUs(): number {
    return this.#network.nowUs();
  }

  get overflowed(): number {
    return this.#network.overflowed;
  }

  prepare(to: Endpoint): void {
    // The host may have got another address since.
    this.#sources.set(to, { address: this.#protocol.needsSource ? this.#network.sourceAddress(to) : to.address });
  }

  send({ to, port, ttl, packetBytes, fill, settings }: Order, tag: Tag): Sending<Tag> {
    const { family, address: destination } = to;
    const source = settings === undefined ? this.#sourceOf(to) : this.#sourceBy(settings, to);
    if (source === undefined) {
      return { ok: false, reason: "noRoute", detail: "this host has no address to send from" };
    }
    const { transport } = this.#protocol;
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
      const text = { family, sequence, source, destination, port, payloadBytes, fill };
      bytes = this.#protocol.write(text, this.#buffer);
      result = this.#network.send({ to, transport, ttl, bytes, ...(settings && { settings }) });
    } while (!result.ok && result.reason === "addressInUse" && ++tries < MOST_PORT_TRIES);
    if (!result.ok) return result;
    const flight: OwnFlight<Tag> = {
      tag,
      sent: result.sent,
      packetBytes: IP_HEADER_BYTES[family] + bytes.length,
      family,
      sequence,
      destination,
      port: this.#protocol.portOf(port),
      payloadBytes,
      fill,
    };
    this.#inFlight.add(flight);
    if (result.sent.source !== "driver") this.#awaitStamp(result.transmission, flight);
    return { ok: true, flight };
  }

  close(flight: Flight<Tag>): void {
    this.#inFlight.close(flight);
  }

  receive(deadlineUs: number): readonly Told<Tag>[] {
    return this.#network.receive(deadlineUs).flatMap((inbound) => this.take(inbound) ?? []);
  }

  /** What one arrival tells; nothing if it is only a stamp. For who shares the network with other probers. */
  take(inbound: Inbound): Told<Tag> | undefined {
    if (inbound.kind === "transmitted") {
      const flight = this.#awaitingStamp.get(inbound.transmission);
      if (flight !== undefined) flight.sent = inbound.sent;
      if (inbound.sent.source === "driver") this.#awaitingStamp.delete(inbound.transmission);
      return undefined;
    }
    for (const heard of this.#protocol.read(inbound)) {
      const flight = this.#match(heard, inbound.from);
      if (flight !== undefined) return answerOf(flight, heard.answer, inbound);
    }
    return { kind: "foreign", atUs: inbound.received.atUs };
  }

  #sourceOf(to: Endpoint): string | undefined {
    if (!this.#sources.has(to)) this.prepare(to);
    return this.#sources.get(to)?.address;
  }

  #sourceBy({ sourceAddress, device }: MessageSettings, to: Endpoint): string | undefined {
    if (sourceAddress !== undefined || !this.#protocol.needsSource) return sourceAddress ?? to.address;
    return this.#network.sourceAddress(to, device);
  }

  #awaitStamp(transmission: number, flight: OwnFlight<Tag>): void {
    this.#awaitingStamp.set(transmission, flight);
    if (this.#awaitingStamp.size <= MOST_AWAITED_STAMPS) return;
    const [oldest] = this.#awaitingStamp.keys();
    this.#awaitingStamp.delete(oldest!);
  }

  /** The probe that everything in the answer fits, if it is one of ours. */
  #match(heard: Heard, from: string): OwnFlight<Tag> | undefined {
    const flight = this.#inFlight.find(heard.family, heard.sequence);
    if (flight === undefined || heard.port !== flight.port) return undefined;
    // A quote says where the probe was going. The target's own answer says nothing of it: an echo reply may come from any
    // address of a host or an anycast group, while ports and tags are those of one address.
    const destination = heard.destination ?? (heard.mayComeFromElsewhere ? flight.destination : from);
    if (destination !== flight.destination) return undefined;
    return heard.payload === undefined || isPayloadOf(flight, heard.payload, heard.destination !== undefined)
      ? flight
      : undefined;
  }
}

function answerOf<Tag>(flight: OwnFlight<Tag>, answer: Answer, { from, received, ttl }: Arrival): Told<Tag> {
  return {
    kind: "answer",
    flight,
    atUs: received.atUs,
    from,
    rttUs: Math.max(0, received.atUs - flight.sent.atUs),
    receivedBy: received.source,
    replyTtl: ttl,
    answer,
  };
}

/**
 * Whether what came back is what was sent. A host may return less of it (some cut long echoes). A router may quote less,
 * fill its quote up with zeros (RFC 4884 section 5.1), and put anything behind its first 128 bytes.
 */
function isPayloadOf(
  { payloadBytes, fill }: { payloadBytes: number; fill: number },
  payload: Uint8Array,
  isQuote: boolean,
): boolean {
  if (!isQuote) return payload.length <= payloadBytes && payload.every((byte) => byte === fill);
  const quoted = payload.subarray(0, Math.min(payloadBytes, COMPARED_QUOTE_BYTES));
  const end = quoted.findIndex((byte) => byte !== fill);
  return end < 0 || quoted.subarray(end).every((byte) => byte === 0);
}
