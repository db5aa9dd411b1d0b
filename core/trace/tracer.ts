/**
 * The engine: sends what is due, receives, matches, expires, and gives events. `step` is all of it.
 *
 * One tracer serves many targets over one `Network`. It has no callbacks, no timers and no clock of its own, so a
 * simulated network drives it as well as the kernel. It keeps no figures: those are folds of its events.
 */
import type { Answer, Target, TraceEvent } from "../messages.ts";
import type { Inbound, Network, SendFailure, SendResult } from "../network.ts";
import type { TracePlan } from "../plan.ts";
import { LIMITS } from "../plan.ts";
import { PROTOCOLS } from "../protocol/mod.ts";
import type { Arrival, Heard, ProbeProtocol } from "../protocol/protocol.ts";
import { Agenda } from "./agenda.ts";
import { InFlight, type Probe } from "./in_flight.ts";
import { pseudoRandom } from "./pseudo_random.ts";
import { type Position, Reach } from "./reach.ts";
import { firstSpacingUs, Schedule } from "./schedule.ts";

const IP_HEADER_BYTES = { 4: 20, 6: 40 } as const;
const TTLS = 256;
// A transmit stamp comes within microseconds of the send; who waits longer than this many sends has none.
const MOST_AWAITED_STAMPS = 1_024;
const MOST_PORT_TRIES = 16;
// Of a quote's first 128 bytes, what is left behind an IPv6 header and the probe's own, and a margin for extensions.
const COMPARED_QUOTE_BYTES = 64;

/** One target while it is traced. */
interface Course {
  readonly target: Target;
  readonly schedule: Schedule;
  readonly reach: Reach;
  /** Undecided probes in the order of their deadlines, the oldest at `oldest`. */
  queue: Probe[];
  oldest: number;
  /** How many probes are in flight at each ttl. */
  readonly inFlight: Uint32Array;
  lastSentUs: number;
  /** The earliest time at which the agenda has it. */
  wakeUs: number;
  /** All rounds are sent. */
  over: boolean;
  finished: boolean;
  payloadBytes: number;
  fill: number;
  /** Address that the probes leave with, where that shows in them; `undefined` while there is no way to the target. */
  source: string | undefined;
}

export class Tracer {
  readonly #network: Network;
  readonly #plan: TracePlan;
  readonly #protocol: ProbeProtocol;
  readonly #courses: Course[] = [];
  readonly #agenda = new Agenda<Course>();
  readonly #inFlight: InFlight;
  readonly #awaitingStamp = new Map<number, Probe>();
  readonly #random: () => number;
  readonly #buffer = new Uint8Array(LIMITS.packetBytes.most);
  #startUs = 0;
  /** Everything that arrived until then has been read. */
  #heardUs = -Infinity;
  #probes = 0;
  #foreign = 0;
  #overflowed = 0;
  #unfinished = 0;
  #events: TraceEvent[] = [];

  constructor(network: Network, plan: TracePlan) {
    this.#network = network;
    this.#plan = plan;
    this.#random = pseudoRandom(plan.seed);
    this.#protocol = PROTOCOLS[plan.protocol](network, plan);
    const { first, last } = this.#protocol.sequences;
    // Nobody is to guess the number of the next probe.
    this.#inFlight = new InFlight({ first, last }, first + Math.floor(this.#random() * (last - first + 1)));
  }

  /** Every target is finished; true before `begin`. */
  get done(): boolean {
    return this.#unfinished === 0;
  }

  /** Starts to trace `targets`, whose indexes count from 0. Once only. */
  begin(targets: readonly Target[]): void {
    this.#startUs = this.#network.nowUs();
    // The first probes of many targets share the first gap instead of leaving as one burst.
    const offsetUs = firstSpacingUs(this.#plan) / Math.max(1, targets.length);
    for (const target of targets) {
      const startUs = this.#startUs + this.#courses.length * offsetUs;
      const course: Course = {
        target,
        schedule: new Schedule(this.#plan, startUs),
        reach: new Reach(),
        queue: [],
        oldest: 0,
        inFlight: new Uint32Array(TTLS),
        lastSentUs: startUs,
        wakeUs: Infinity,
        over: false,
        finished: false,
        payloadBytes: 0,
        fill: 0,
        source: undefined,
      };
      this.#courses.push(course);
      this.#wakeAt(course, startUs);
    }
    this.#unfinished = targets.length;
  }

  /** Works until `untilUs` or until all targets are finished, and gives what happened, in order. */
  step(untilUs: number): TraceEvent[] {
    for (let nowUs = this.#network.nowUs(); !this.done;) {
      this.#advanceDue(nowUs);
      if (this.done) break;
      this.#receive(Math.min(untilUs, this.#agenda.nextUs), nowUs);
      nowUs = this.#network.nowUs();
      if (nowUs >= untilUs) break;
    }
    if (this.#foreign > 0) this.#events.push({ kind: "foreign", count: this.#foreign });
    this.#foreign = 0;
    const { overflowed } = this.#network;
    if (overflowed > this.#overflowed) this.#events.push({ kind: "overflow", count: overflowed - this.#overflowed });
    this.#overflowed = overflowed;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Serves every target that is due, each once. */
  #advanceDue(nowUs: number): void {
    const due: Course[] = [];
    for (let course; (course = this.#agenda.takeDue(nowUs)) !== undefined;) {
      // An entry that an earlier one has made stale: the course has been served since, and has a later entry.
      if (course.wakeUs > nowUs) continue;
      course.wakeUs = Infinity;
      due.push(course);
    }
    for (const course of due) this.#advance(course, nowUs);
  }

  /** Waits for answers and takes them. `beforeUs` is a time before the wait. */
  #receive(deadlineUs: number, beforeUs: number): void {
    const batch = this.#network.receive(deadlineUs);
    let earliestUs = Infinity;
    for (const inbound of batch) {
      if (inbound.kind !== "transmitted") earliestUs = Math.min(earliestUs, inbound.received.atUs);
      this.#take(inbound, beforeUs);
    }
    // After an empty batch nothing older is on its way to this thread; else nothing older than the batch itself.
    const heardUs = batch.length === 0 ? Math.max(beforeUs, deadlineUs) : earliestUs;
    if (Number.isFinite(heardUs)) this.#heardUs = Math.max(this.#heardUs, heardUs);
  }

  /** Expires and sends what is due for one target, and puts it into the agenda for what comes next. */
  #advance(course: Course, nowUs: number): void {
    if (course.finished) return;
    const expiryUs = this.#expire(course);
    while (!course.over) {
      const step = course.schedule.next(nowUs, course.reach);
      if (step.kind === "wait") return this.#wakeAt(course, Math.min(step.untilUs, expiryUs));
      if (step.kind === "probe") {
        this.#probe(course, step.ttl, step.round);
      } else if (step.kind === "roundOver") {
        this.#events.push({ kind: "round", target: course.target.index, round: step.round });
      } else {
        course.over = true;
        this.#shortenDeadlines(course);
      }
    }
    const laterUs = this.#expire(course);
    if (this.#isDecided(course)) this.#finish(course);
    else this.#wakeAt(course, laterUs);
  }

  /** A later entry than this stays, and is passed over when its time comes. */
  #wakeAt(course: Course, atUs: number): void {
    if (atUs >= course.wakeUs) return;
    course.wakeUs = atUs;
    this.#agenda.add(atUs, course);
  }

  /**
   * Gives up the probes whose time is over; returns when the next one's will be. Their time is over when everything that
   * arrived within it has been read: a thread that wakes late finds answers in the kernel that came in time.
   */
  #expire(course: Course): number {
    const { queue } = course;
    for (; course.oldest < queue.length; course.oldest++) {
      const probe = queue[course.oldest]!;
      if (probe.state !== "inFlight") continue;
      if (probe.deadlineUs > this.#heardUs) break;
      this.#lose(course, probe);
    }
    // Moving the rest forward each time half of the queue is decided costs a constant per probe.
    if (course.oldest * 2 > queue.length) {
      course.queue = queue.slice(course.oldest);
      course.oldest = 0;
    }
    return course.queue[course.oldest]?.deadlineUs ?? Infinity;
  }

  #lose(course: Course, probe: Probe): void {
    this.#inFlight.settle(probe, "lost");
    course.inFlight[probe.ttl]!--;
    course.reach.noteLoss(probe.ttl);
    this.#events.push({ kind: "lost", target: probe.target, probe: probe.number, ttl: probe.ttl });
  }

  /** After the last send of a run nobody is waited for beyond the grace time. */
  #shortenDeadlines(course: Course): void {
    const latestUs = course.lastSentUs + this.#plan.graceUs;
    for (const probe of course.queue) probe.deadlineUs = Math.min(probe.deadlineUs, latestUs);
  }

  /** Nothing on the path is in flight; probes beyond its end concern nobody. */
  #isDecided({ inFlight, reach }: Course): boolean {
    const lastTtl = Math.min(reach.endTtl, TTLS - 1);
    for (let ttl = 0; ttl <= lastTtl; ttl++) if (inFlight[ttl]! > 0) return false;
    return true;
  }

  #finish(course: Course): void {
    course.finished = true;
    this.#unfinished--;
    // Probes beyond the path's end concern nobody, but an answer to them is still none of a stranger's.
    for (const probe of course.queue) if (probe.state === "inFlight") this.#inFlight.settle(probe, "lost");
    course.queue = [];
    this.#events.push({ kind: "finished", target: course.target.index });
  }

  #probe(course: Course, ttl: number, round: number): void {
    const { endpoint, index } = course.target;
    const { family } = endpoint;
    if (ttl === this.#plan.firstTtl) this.#dressRound(course);
    const of = { target: index, probe: this.#probes++, ttl, round };
    const { payloadBytes, fill, source } = course;
    if (source === undefined) return this.#fail(of, "noRoute", "this host has no address to send from");
    const { port } = course.target;
    const { transport } = this.#protocol;
    const destination = endpoint.address;
    let sequence: number;
    let bytes: Uint8Array;
    let result: SendResult;
    let tries = 0;
    // A number that is a port may be another program's; then the next one is taken.
    do {
      const next = this.#inFlight.takeSequence(family);
      if (next === undefined) return this.#fail(of, "noBuffer", "all sequence numbers are in flight");
      sequence = next;
      const text = { family, sequence, source, destination, port, payloadBytes, fill };
      bytes = this.#protocol.write(text, this.#buffer);
      result = this.#network.send({ to: endpoint, transport, ttl, bytes });
    } while (!result.ok && result.reason === "addressInUse" && ++tries < MOST_PORT_TRIES);
    if (!result.ok) return this.#fail(of, result.reason, result.detail);
    const probe: Probe = {
      number: of.probe,
      target: index,
      destination,
      family,
      ttl,
      sequence,
      port: this.#protocol.portOf(port),
      payloadBytes,
      fill,
      sent: result.sent,
      deadlineUs: result.sent.atUs + this.#plan.timeoutUs,
      state: "inFlight",
    };
    course.lastSentUs = result.sent.atUs;
    this.#inFlight.add(probe);
    course.queue.push(probe);
    course.inFlight[ttl]!++;
    if (result.sent.source !== "driver") this.#awaitStamp(result.transmission, probe);
    this.#events.push({
      kind: "sent",
      ...of,
      atUs: result.sent.atUs - this.#startUs,
      packetBytes: IP_HEADER_BYTES[family] + bytes.length,
    });
  }

  /** Chooses what the probes of a round look like. */
  #dressRound(course: Course): void {
    const { packetBytes, randomPacketBytes, bitPattern, randomBitPattern } = this.#plan;
    const { least } = LIMITS.packetBytes;
    const wholeBytes = randomPacketBytes ? least + Math.floor(this.#random() * (packetBytes - least + 1)) : packetBytes;
    const { endpoint } = course.target;
    const { headerBytes, leastPayloadBytes, hasPayload, needsSource } = this.#protocol;
    const payloadBytes = wholeBytes - IP_HEADER_BYTES[endpoint.family] - headerBytes;
    course.payloadBytes = hasPayload ? Math.max(leastPayloadBytes, payloadBytes) : 0;
    // Asked for once a round: the host may have got another address since.
    course.source = needsSource ? this.#network.sourceAddress(endpoint) : endpoint.address;
    course.fill = randomBitPattern ? Math.floor(this.#random() * 256) : bitPattern;
  }

  #fail(of: { target: number; probe: number; ttl: number; round: number }, reason: SendFailure, detail: string): void {
    this.#events.push({ kind: "sendFailed", ...of, reason, detail });
  }

  #awaitStamp(transmission: number, probe: Probe): void {
    this.#awaitingStamp.set(transmission, probe);
    if (this.#awaitingStamp.size <= MOST_AWAITED_STAMPS) return;
    const [oldest] = this.#awaitingStamp.keys();
    this.#awaitingStamp.delete(oldest!);
  }

  #take(inbound: Inbound, nowUs: number): void {
    if (inbound.kind === "transmitted") {
      const probe = this.#awaitingStamp.get(inbound.transmission);
      if (probe !== undefined) probe.sent = inbound.sent;
      if (inbound.sent.source === "driver") this.#awaitingStamp.delete(inbound.transmission);
      return;
    }
    for (const heard of this.#protocol.read(inbound)) {
      const probe = this.#match(heard, inbound.from);
      if (probe !== undefined) return this.#answer(probe, heard.answer, inbound, nowUs);
    }
    this.#foreign++;
  }

  /** An answer to one of our probes. `nowUs` may be somewhat past: what is due by now is served next. */
  #answer(probe: Probe, answer: Answer, inbound: Arrival, nowUs: number): void {
    const course = this.#courses[probe.target]!;
    if (course.finished) return;
    if (probe.state === "inFlight" && inbound.received.atUs > probe.deadlineUs) this.#lose(course, probe);
    const { state } = probe;
    if (state === "inFlight") course.inFlight[probe.ttl]!--;
    this.#inFlight.settle(probe, "answered");
    this.#events.push({
      kind: state === "inFlight" ? "reply" : state === "lost" ? "late" : "duplicate",
      target: probe.target,
      probe: probe.number,
      ttl: probe.ttl,
      from: inbound.from,
      atUs: inbound.received.atUs - this.#startUs,
      rttUs: Math.max(0, inbound.received.atUs - probe.sent.atUs),
      sentBy: probe.sent.source,
      receivedBy: inbound.received.source,
      replyTtl: inbound.ttl,
      answer,
    });
    // A second answer to a probe is heard, but what the first one said of the path stands.
    if (state !== "answered") course.reach.noteAnswer(probe.ttl, positionOf(answer, inbound.from, probe.destination));
    // What is known of the path may have changed what is due.
    this.#advance(course, nowUs);
  }

  /** The probe that everything in the answer fits, if it is one of ours. */
  #match(heard: Heard, from: string): Probe | undefined {
    const probe = this.#inFlight.find(heard.family, heard.sequence);
    if (probe === undefined || heard.port !== probe.port) return undefined;
    // A quote says where the probe was going. The target's own answer says nothing of it: an echo reply may come from any
    // address of a host or an anycast group, while ports and tags are those of one address.
    const destination = heard.destination ?? (heard.mayComeFromElsewhere ? probe.destination : from);
    if (destination !== probe.destination) return undefined;
    return heard.payload === undefined || isPayloadOf(probe, heard.payload, heard.destination !== undefined)
      ? probe
      : undefined;
  }
}

function positionOf({ kind }: Answer, from: string, destination: string): Position {
  if (from === destination) return "target";
  if (kind === "timeExceeded") return "onTheWay";
  // A target may answer from another address than the one that was asked; an error from elsewhere is a router's.
  return kind === "unreachable" ? "refusal" : "target";
}

/**
 * Whether what came back is what was sent. A host may return less of it (some cut long echoes). A router may quote less,
 * fill its quote up with zeros (RFC 4884 section 5.1), and put anything behind its first 128 bytes.
 */
function isPayloadOf({ payloadBytes, fill }: Probe, payload: Uint8Array, isQuote: boolean): boolean {
  if (!isQuote) return payload.length <= payloadBytes && payload.every((byte) => byte === fill);
  const quoted = payload.subarray(0, Math.min(payloadBytes, COMPARED_QUOTE_BYTES));
  const end = quoted.findIndex((byte) => byte !== fill);
  return end < 0 || quoted.subarray(end).every((byte) => byte === 0);
}
