/**
 * A `Network` without sockets: a described world, a virtual clock and a seed.
 *
 * It reads what we send with our own parsers, as routers and hosts do, and answers with the bytes of real
 * messages. Waiting costs nothing. What happened is written down in `truth`, to compare figures with.
 */
import assert from "node:assert/strict";
import type {
  Endpoint,
  Family,
  Inbound,
  Network,
  NotSent,
  Outbound,
  SendFailure,
  SendResult,
  Stamp,
  Transport,
} from "../../core/network.ts";
import { ICMP4_TYPE, parseIcmp4, parseIcmp4EchoRequest } from "../../core/packet/icmp4.ts";
import { ICMP6_PROTOCOL, ICMP6_TYPE, parseIcmp6, parseIcmp6EchoRequest } from "../../core/packet/icmp6.ts";
import { checksum, isChecksumRight } from "../../core/packet/checksum.ts";
import { parseIpv4 } from "../../core/packet/ipv4.ts";
import { parseIpv6 } from "../../core/packet/ipv6.ts";
import { sumBetween } from "../../core/packet/pseudo_header.ts";
import { parseUdp, UDP_HEADER_BYTES } from "../../core/packet/udp.ts";
import { DEFAULT_PLAN } from "../../core/plan.ts";
import { SentDatagrams } from "../../ffi/sent_datagrams.ts";
import { hostAnswer, leave, PROTOCOL_NUMBERS } from "./hosts.ts";
import { errorBytes, OWN_ADDRESS, sealed6, wrap } from "./packets.ts";
import { Random } from "./random.ts";
import {
  type Bucket,
  type Changed,
  CHOICES,
  type Counts,
  enqueue,
  forwarded,
  pathAt,
  takeToken,
  wayOf,
} from "./routing.ts";
import { Timeline } from "./timeline.ts";
import { Truth } from "./truth.ts";
import type { Answering, Hop, RateLimit, SentMessage, World } from "./world.ts";

/** Where the virtual clock starts: not at 0, since the origin means nothing. */
export const ORIGIN_US = 7_000_000_000;

/** Ours when we choose it, and when the kernel does; different for each family. */
const IDENTIFIER = { raw: { 4: 0x4d54, 6: 0x4d56 }, datagram: { 4: 0x9c41, 6: 0x9c42 } } as const;

const UDP_PORT_AT = 2;
const UDP_LENGTH_AT = 4;
const UDP_CHECKSUM_AT = 6;

/** Of these the way to a target is missing, and with it the address that this host has on it. */
const WAYLESS: readonly SendFailure[] = ["noRoute", "networkDown"];

/** Initial TTLs of answers: most routers and most hosts. */
const ROUTER_TTL = 255;
const HOST_TTL = 64;

const SYSTEM_WORD: Readonly<Record<SendFailure, string>> = {
  noRoute: "ENETUNREACH",
  hostUnreachable: "EHOSTUNREACH",
  networkDown: "ENETDOWN",
  permissionDenied: "EPERM",
  tooLarge: "EMSGSIZE",
  addressNotAvailable: "EADDRNOTAVAIL",
  addressInUse: "EADDRINUSE",
  noBuffer: "ENOBUFS",
  invalid: "EINVAL",
  other: "EIO",
};

/** A message on its way to the simulated host. */
interface Arrival {
  readonly family: Family;
  readonly transport: Transport;
  readonly from: string;
  /** With which it arrives. */
  readonly ttl: number;
  /** Told at the time of arrival. */
  readonly make: () => Uint8Array | undefined;
}

type Due = { readonly kind: "arrival"; readonly arrival: Arrival } | {
  readonly kind: "transmitted";
  readonly transmission: number;
  readonly sent: Stamp;
};

export class SimulatedNetwork implements Network {
  readonly truth = new Truth();
  readonly #world: World;
  readonly #random: Random;
  /** On its own, so that what happens to packets does not depend on how often the program waits. */
  readonly #wakeRandom: Random;
  readonly #due = new Timeline<Due>();
  readonly #sent: SentMessage[] = [];
  /** How often somebody on some path was asked; and the balance of rate limits. */
  readonly #counts = new Map<Answering | Hop, Counts>();
  /** Of those that have a name. */
  readonly #buckets = new Map<string, Bucket>();
  /** Ports that sockets without raw access were opened for. */
  readonly #ports = new Set<string>();
  /** By which the checksum of a quoted datagram is known again, as far as it is. */
  readonly #datagrams = new SentDatagrams(DEFAULT_PLAN.timeoutUs);
  #nowUs = ORIGIN_US;
  /** What the program has been told that the time is. */
  #toldUs = ORIGIN_US;
  #heardUs = ORIGIN_US;
  #transmissions = 0;
  #handedOut: Uint8Array[] = [];

  constructor(world: World) {
    this.#world = world;
    this.trafficClass = world.trafficClass ?? 0;
    this.#random = new Random(world.seed ?? 1);
    this.#wakeRandom = new Random(~(world.seed ?? 1));
    for (const { atUs, from, family, transport = "icmp", make } of world.injections ?? []) {
      const arrival = { family, transport, from, ttl: 61, make: () => make(this.#sent) };
      this.#due.add(ORIGIN_US + atUs, { kind: "arrival", arrival });
    }
  }

  nowUs(): number {
    return Math.max(this.#nowUs, this.#toldUs);
  }

  get heardUs(): number {
    return this.#heardUs;
  }

  echoIdentifier(family: Family): number {
    return IDENTIFIER[this.#access][family];
  }

  /** What a live run may change. */
  trafficClass: number;
  readonly ownPort = 20_000;
  readonly overflowed = 0;

  sourceAddress({ family, address }: Endpoint): string | NotSent {
    const reason = this.#failure(address, this.nowUs() - ORIGIN_US);
    return reason !== undefined && WAYLESS.includes(reason)
      ? { ok: false, reason, detail: SYSTEM_WORD[reason] }
      : OWN_ADDRESS[family];
  }

  isOwn({ family, address }: Omit<Endpoint, "scopeId">): boolean {
    return address === OWN_ADDRESS[family];
  }

  /** All that left this host so far. */
  get sent(): readonly SentMessage[] {
    return this.#sent;
  }

  send({ to: { address, family }, transport, ttl, bytes, settings, identification: asked }: Outbound): SendResult {
    assert.ok(Number.isInteger(ttl) && ttl >= 1 && ttl <= 255, `No packet has the TTL ${ttl}`);
    const calledUs = this.#nowUs = this.nowUs();
    const wireUs = calledUs + (this.#world.clock?.sendPathUs ?? 0);
    const failure = this.#failure(address, calledUs - ORIGIN_US);
    if (failure !== undefined) {
      this.truth.failed.push({ atUs: calledUs - ORIGIN_US, to: address, ttl, reason: failure });
      return { ok: false, reason: failure, detail: SYSTEM_WORD[failure] };
    }
    const between = { source: OWN_ADDRESS[family], destination: address };
    const message = transport === "icmp"
      ? this.#asOnTheWire(family, address, bytes)
      : this.#withPort(family, transport, leave(transport, bytes.slice(), between));
    const trafficClass = settings?.trafficClass ?? this.trafficClass;
    const isIdentified = asked !== undefined && this.#access === "raw" && !this.#world.choosesIdentification;
    const identification = isIdentified ? asked : 0;
    const packet = wrap({ family, transport, ...between, ttl, trafficClass, identification, message });
    const ip = { family, to: address, ttl, trafficClass, identification };
    const sent: SentMessage = { ...ip, atUs: wireUs - ORIGIN_US, transport, bytes: message, packet };
    const { droppedHere, stoppedHere, unseenHere, unnumbered } = this.#world;
    const number = this.#transmissions++;
    const unseen = unseenHere?.includes(number) ? { hasNotPassed: true } as const : {};
    if (droppedHere?.includes(number)) return { ok: true, sent: this.#stampQueued(calledUs), transmission: number };
    const program: Stamp = { atUs: calledUs, source: "program", errorUs: wireUs - calledUs };
    if (stoppedHere?.includes(number)) return { ok: true, sent: program, transmission: number, ...unseen };
    this.#sent.push(sent);
    if (transport === "udp" && this.#access === "datagram") this.#datagrams.note(address, message, wireUs);
    this.#travel(sent, wireUs);
    const isUnknown = unnumbered?.includes(number) === true;
    const result: SendResult = {
      ok: true,
      sent: isUnknown ? program : this.#stampSent(number, calledUs, wireUs),
      transmission: isUnknown ? undefined : number,
      ...unseen,
    };
    return isIdentified ? { ...result, isIdentified } : result;
  }

  receive(deadlineUs: number): readonly Inbound[] {
    // What was handed out may be overwritten now, so it is.
    for (const bytes of this.#handedOut) bytes.fill(0xdb);
    this.#handedOut = [];
    for (;;) {
      const nextUs = this.#due.nextUs;
      assert.ok(Math.min(nextUs, deadlineUs) < Infinity, "Nothing will ever arrive, and the engine waits for ever");
      const headStartUs = this.#world.clock?.headStartUs ?? 0;
      const untilUs = deadlineUs - this.#nowUs > headStartUs ? deadlineUs - headStartUs : deadlineUs;
      if (nextUs > Math.max(untilUs, this.#nowUs)) {
        this.#heardUs = Math.max(untilUs, this.#nowUs);
        if (untilUs > this.#nowUs) this.#nowUs = this.#wakeAt(untilUs);
        this.#toldUs = Math.max(this.#toldUs, deadlineUs);
        return [];
      }
      if (nextUs > this.#nowUs) this.#nowUs = this.#wakeAt(nextUs);
      const inbound: Inbound[] = [];
      for (let next; (next = this.#due.take(this.#nowUs)) !== undefined;) {
        const heard = this.#hear(next.atUs, next.item);
        if (heard !== undefined) inbound.push(heard);
      }
      // What the kernel keeps to itself wakes nobody.
      if (inbound.length > 0) return inbound;
    }
  }

  get #access(): "raw" | "datagram" {
    return this.#world.access ?? "raw";
  }

  /** When the program runs again after it has waited until `atUs`. */
  #wakeAt(atUs: number): number {
    return atUs + this.#wakeRandom.next() * (this.#world.clock?.wakeUs ?? 0);
  }

  #failure(to: string, atUs: number): SendFailure | undefined {
    if (!(to in this.#world.paths)) return "noRoute";
    const times = this.#world.sendFailures ?? [];
    return times.find((time) => atUs >= time.fromUs && atUs < time.untilUs && (time.to ?? to) === to)?.reason;
  }

  /** Remembers the port of the socket that a message leaves through. */
  #withPort(family: Family, transport: Transport, message: Uint8Array): Uint8Array {
    const port = new DataView(message.buffer).getUint16(0);
    assert.ok(transport === "udp" || this.#access === "raw", `${transport} needs raw access`);
    this.#ports.add(`${family} ${port}`);
    return message;
  }

  /** A copy of the message as it leaves: the kernel fills in the ICMPv6 checksum, and its own identifier and checksum for datagrams. */
  #asOnTheWire(family: Family, to: string, bytes: Uint8Array): Uint8Array {
    const message = bytes.slice();
    const view = new DataView(message.buffer);
    const request = family === 4 ? parseIcmp4EchoRequest(message) : parseIcmp6EchoRequest(message);
    assert.ok(request, "Of ICMP, only echo requests can be simulated");
    if (this.#access === "datagram") view.setUint16(4, this.echoIdentifier(family));
    if (family === 6) return sealed6(message, OWN_ADDRESS[6], to);
    if (this.#access === "datagram") {
      view.setUint16(2, 0);
      view.setUint16(2, checksum(message));
    }
    assert.ok(isChecksumRight(message), "An echo request with a wrong checksum was sent");
    return message;
  }

  /** The kernel's first stamp, where it takes any. */
  #stampQueued(calledUs: number): Stamp {
    const { sentStamp } = this.#world.clock ?? {};
    return { atUs: calledUs, source: sentStamp === "never" ? "program" : "queue", errorUs: 0 };
  }

  #stampSent(transmission: number, calledUs: number, wireUs: number): Stamp {
    const { sentStamp = "atOnce", tellsAfterUs = 0 } = this.#world.clock ?? {};
    const wire: Stamp = { atUs: wireUs, source: "driver", errorUs: 0 };
    if (sentStamp === "atOnce") return wire;
    if (sentStamp === "later" || sentStamp === "queued") {
      this.#due.add(wireUs + tellsAfterUs, { kind: "transmitted", transmission, sent: wire });
    }
    if (sentStamp === "queued") return this.#stampQueued(calledUs);
    return { atUs: calledUs, source: "program", errorUs: wireUs - calledUs };
  }

  /** Takes the packet from hop to hop until somebody has to answer it, or it is lost. */
  #travel(sent: SentMessage, wireUs: number): void {
    const { hops: forked, target } = pathAt(this.#world.paths[sent.to]!, sent.atUs);
    const hops = wayOf(forked, sent, this.#random);
    const record = this.truth.begin(sent);
    /** In the queues of the routers before. */
    let queuedUs = 0;
    /** By the routers behind which it is. */
    let changed: Changed = { translation: undefined, trafficClass: sent.trafficClass };
    for (const [index, hop] of hops.entries()) {
      const position = index + 1;
      const before = changed;
      const { address, counts } = this.#router(hop, sent);
      if (sent.ttl <= position && !(sent.ttl === position && hop.passesZeroTtl)) {
        const type = sent.family === 4 ? ICMP4_TYPE.timeExceeded : ICMP6_TYPE.timeExceeded;
        this.#answer(hop, sent, wireUs, {
          position,
          queuedUs,
          record,
          from: address,
          bytes: (quoted) => errorBytes(sent, hop, { type, code: 0, mtu: 0, ...before }, quoted),
          initialTtl: ROUTER_TTL,
        });
        return;
      }
      const ordinal = counts.forwarded++;
      changed = forwarded(hop, ordinal, before);
      const refusal = hop.refuses;
      if (refusal !== undefined && sent.packet.length > (refusal.aboveBytes ?? 0)) {
        const { code, mtu = 0 } = refusal;
        const tooBig = sent.family === 6 && mtu > 0;
        const unreachable = sent.family === 4 ? ICMP4_TYPE.unreachable : ICMP6_TYPE.unreachable;
        const type = tooBig ? ICMP6_TYPE.packetTooBig : refusal.type ?? unreachable;
        this.#answer(hop, sent, wireUs, {
          position,
          queuedUs,
          record,
          from: address,
          bytes: (quoted) => errorBytes(sent, hop, { type, code: tooBig ? 0 : code, mtu, ...before }, quoted),
          initialTtl: ROUTER_TTL,
        });
        if (!refusal.passesOn) return;
      }
      const { forwardLimit } = hop;
      const isLimited = forwardLimit !== undefined && !takeToken(counts.forwarding, forwardLimit, sent.atUs);
      if (isLimited || this.#isLost(hop, sent.packet.length) || hop.forwardDropped?.includes(ordinal)) {
        record.position = position;
        record.lostBecause = "forwarding";
        return;
      }
      const waitUs = hop.queue === undefined ? 0 : enqueue(counts, hop.queue, sent.packet.length, wireUs + queuedUs);
      if (waitUs === undefined) {
        record.position = position;
        record.lostBecause = "forwarding";
        return;
      }
      queuedUs += waitUs;
    }
    const answer = hostAnswer(sent, target, OWN_ADDRESS[sent.family]);
    this.#answer(target, sent, wireUs, {
      queuedUs,
      position: hops.length + 1,
      record,
      from: sent.to,
      transport: answer.kind === "message" ? answer.transport : "icmp",
      bytes: answer.kind === "silent"
        ? undefined
        : (quoted) =>
          answer.kind === "message"
            ? answer.bytes
            : errorBytes(sent, undefined, { type: answer.type, code: answer.code, mtu: 0, ...changed }, quoted),
      initialTtl: HOST_TTL,
    });
  }

  #isLost({ forwardLoss = 0, forwardLossPerByte = 0, swallowsAboveBytes = Infinity }: Hop, bytes: number): boolean {
    return this.#random.chance(forwardLoss + forwardLossPerByte * bytes) || bytes > swallowsAboveBytes;
  }

  #countsOf(who: Answering | Hop): Counts {
    let counts = this.#counts.get(who);
    if (counts === undefined) {
      const forwarding = { tokens: "forwardLimit" in who ? who.forwardLimit?.burst ?? 0 : 0, filledUs: 0 };
      const answering = this.#bucketOf(who.limit);
      counts = { asked: 0, forwarded: 0, turns: 0, answering, forwarding, queueEmptyUs: 0 };
      this.#counts.set(who, counts);
    }
    return counts;
  }

  #bucketOf(limit: RateLimit | undefined): Bucket {
    const { burst = 0, bucket: name } = limit ?? {};
    const bucket = (name === undefined ? undefined : this.#buckets.get(name)) ?? { tokens: burst, filledUs: 0 };
    if (name !== undefined) this.#buckets.set(name, bucket);
    return bucket;
  }

  #router(hop: Hop, sent: SentMessage): { address: string; counts: Counts } {
    const counts = this.#countsOf(hop);
    const addresses = typeof hop.address === "string" ? [hop.address] : hop.address;
    const choice = CHOICES[hop.balance ?? "flow"](sent, counts, this.#random);
    return { address: addresses[choice % addresses.length]!, counts };
  }

  #answer(who: Answering, sent: SentMessage, wireUs: number, how: {
    readonly position: number;
    /** How much later it came there, for the queues on its way. */
    readonly queuedUs: number;
    readonly record: ReturnType<Truth["begin"]>;
    readonly from: string;
    /** "icmp" if absent. */
    readonly transport?: Transport;
    /** `undefined` if nobody answers. */
    readonly bytes: ((ttlAtArrival: number) => Uint8Array) | undefined;
    readonly initialTtl: number;
  }): void {
    const { position, record } = how;
    const counts = this.#countsOf(who);
    const ordinal = sent.ttl === position ? counts.asked++ : undefined;
    record.position = position;
    const delayUs = ordinal === undefined ? 0 : who.delaysUs?.[ordinal] ?? 0;
    const copiesUs = ordinal === undefined ? [] : who.copiesUs?.[ordinal] ?? [];
    const isDropped = ordinal !== undefined && who.dropped?.includes(ordinal);
    const rttUs = how.queuedUs + who.rttUs + Math.floor(this.#random.next() * (who.jitterUs ?? 0)) + delayUs;
    const isLost = this.#random.chance(who.loss ?? 0);
    const ttl = how.initialTtl - (position - 1) - (who.hopsMoreBack ?? 0);
    const send = (from: string, bytes: Uint8Array, afterUs: number): void =>
      this.#due.add(wireUs + afterUs, {
        kind: "arrival",
        arrival: { family: sent.family, transport: how.transport ?? "icmp", from, ttl, make: () => bytes.slice() },
      });
    // With another source address ICMPv6 has another checksum.
    const isSealed = sent.family === 6 && (how.transport ?? "icmp") === "icmp";
    for (const forger of who.forgers ?? []) {
      const bytes = how.bytes?.(sent.ttl - position + 1);
      if (bytes !== undefined) send(forger.from, isSealed ? bytes.with(2, 0).with(3, 0) : bytes, forger.rttUs);
    }
    if (who.silent || how.bytes === undefined) {
      record.lostBecause = "silent";
    } else if (isLost || isDropped) {
      record.lostBecause = "answering";
    } else if (who.limit !== undefined && !takeToken(counts.answering, who.limit, sent.atUs)) {
      record.lostBecause = "limited";
    } else {
      const from = who.answersFrom ?? how.from;
      const bytes = how.bytes(sent.ttl - position + 1);
      for (const laterUs of [0, ...copiesUs]) {
        record.answers.push({ from, rttUs: rttUs + laterUs });
        send(from, bytes, rttUs + laterUs);
      }
    }
  }

  /** What the program gets to hear, if anything. */
  #hear(atUs: number, due: Due): Inbound | undefined {
    if (due.kind === "transmitted") return due;
    const { family, transport, from, ttl, make } = due.arrival;
    let bytes = make();
    if (bytes === undefined) return undefined;
    if (family === 6 && transport === "icmp") {
      if (bytes.length >= 8 && bytes[2] === 0 && bytes[3] === 0) bytes = sealed6(bytes, from, OWN_ADDRESS[6]);
      // The kernel checks ICMPv6 for everybody.
      const isRight = isChecksumRight(
        bytes,
        sumBetween({ source: from, destination: OWN_ADDRESS[6] }, ICMP6_PROTOCOL, bytes.length),
      );
      if (bytes.length < 8 || !isRight) return undefined;
    }
    const received: Stamp = this.#world.clock?.receivedStamp === "program"
      ? { atUs: this.#nowUs, source: "program", errorUs: this.#nowUs - atUs }
      : { atUs, source: "driver", errorUs: 0 };
    this.#handedOut.push(bytes);
    if (this.#access === "raw") return { kind: "message", family, transport, from, bytes, received, ttl };
    if (transport === "udp") {
      const isHeard = this.#ports.has(`${family} ${parseUdp(bytes)?.destinationPort}`);
      return isHeard ? { kind: "message", family, transport, from, bytes, received, ttl } : undefined;
    }
    return this.#asDatagram({ family, from, bytes, received, ttl });
  }

  /** What a datagram socket makes of ICMP: echo replies and errors with its own identifier or port, and nothing else. */
  #asDatagram({ family, from, bytes, received, ttl }: {
    readonly family: Family;
    readonly from: string;
    readonly bytes: Uint8Array;
    readonly received: Stamp;
    readonly ttl: number;
  }): Inbound | undefined {
    const message = family === 4 ? parseIcmp4(bytes) : parseIcmp6(bytes);
    if (message === undefined || message.kind === "other") return undefined;
    if (message.kind === "echoReply") {
      if (message.identifier !== this.echoIdentifier(family)) return undefined;
      return { kind: "message", family, transport: "icmp", from, bytes, received, ttl };
    }
    const packet = family === 4 ? parseIpv4(message.quoted) : parseIpv6(message.quoted);
    if (packet === undefined || packet.payload.length < 8) return undefined;
    // The kernel gives all that is behind the quoted headers, the padding before an extension included.
    const headerBytes = packet.payload.byteOffset - message.quoted.byteOffset;
    const quoted = message.quoted.subarray(headerBytes);
    const transport = this.#socketOf(family, packet.protocol, quoted);
    if (transport === undefined) return undefined;
    return {
      kind: "error",
      family,
      transport,
      from,
      icmpType: message.type,
      icmpCode: message.code,
      mtu: message.kind === "timeExceeded" ? 0 : message.mtu,
      to: packet.destination,
      quoted: transport === "udp" ? this.#putTogether(quoted, packet.destination) : quoted,
      extension: message.extension,
      received,
      ttl,
    };
  }

  /** Which of this program's datagram sockets a quoted message left through; `undefined` if none. */
  #socketOf(family: Family, protocol: number, quoted: Uint8Array): "icmp" | "udp" | undefined {
    if (protocol === PROTOCOL_NUMBERS.udp[family]) {
      const port = new DataView(quoted.buffer, quoted.byteOffset).getUint16(0);
      return this.#ports.has(`${family} ${port}`) ? "udp" : undefined;
    }
    if (protocol !== PROTOCOL_NUMBERS.icmp[family]) return undefined;
    const request = family === 4 ? parseIcmp4EchoRequest(quoted) : parseIcmp6EchoRequest(quoted);
    return request?.identifier === this.echoIdentifier(family) ? "icmp" : undefined;
  }

  /**
   * A kernel keeps the quoted UDP header to itself but for the ports: what is put in its place tells the length of the quote,
   * and the checksum of the datagram that it must be of.
   */
  #putTogether(quoted: Uint8Array, address: string): Uint8Array {
    const message = quoted.slice();
    const view = new DataView(message.buffer);
    const way = { from: view.getUint16(0), to: { address, port: view.getUint16(UDP_PORT_AT) } };
    view.setUint16(UDP_LENGTH_AT, message.length);
    if (this.#world.hidesChecksums) {
      view.setUint16(UDP_CHECKSUM_AT, this.#datagrams.find(way, message.subarray(UDP_HEADER_BYTES), this.#nowUs) ?? 0);
    }
    return message;
  }
}
