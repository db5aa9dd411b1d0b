/**
 * mtr's own schedule, for who needs its very order of probes: ticks of interval / hops that drift, a round that ends where
 * the target has answered before, one target after the other, and a grace time that is always waited for to its end.
 *
 * Nothing of it is better than `core/trace/`; it is what mtr does.
 */
import type { Target, TraceEvent } from "../messages.ts";
import type { SendFailure } from "../network.ts";
import type { TracePlan } from "../plan.ts";
import type { Flight, Prober, Told } from "../probe/prober.ts";
import { pseudoRandom } from "../probe/pseudo_random.ts";
import type { Engine } from "../trace/engine.ts";
import type { DialectName } from "./dialect.ts";
import { isAddressOf } from "./mtr_path.ts";

/** A plan with values as mtr takes them: none is checked, and numbers of rounds below 1 send nothing. */
export type MtrPlan = TracePlan & { readonly mtr: DialectName };

export interface MtrProbe {
  readonly number: number;
  readonly target: number;
  readonly ttl: number;
  /** When it was due, in µs. */
  readonly dueUs: number;
  /** Answered, or given up. */
  isDecided: boolean;
}

/** mtr paces its first round as if the path were this long. */
const FIRST_HOPS = 10;
const LEAST_PACKET_BYTES = 28;
const BIT_PATTERNS = 256;
// mtr-packet looks at its clock only after it has read what came in the same turn, which takes it about as long.
const LEAST_TIMEOUT_US = 500;
// Ticks that are later than that are not made up for.
const MOST_LAG_US = 1_000_000;
// As many as mtr has numbers for.
const MOST_IN_FLIGHT = 32_536;

/** What a probe may meet and the run goes on; anything else ends it. */
const HARMLESS: readonly SendFailure[] = ["noRoute", "hostUnreachable", "networkDown"];

/** What differs between the releases. */
const DIALECTS = {
  // The gap between probes is the interval divided by the last ttl, whatever the first one was.
  "0.95": { countsFromFirst: false },
  "0.96": { countsFromFirst: true },
} as const satisfies Record<DialectName, unknown>;

/** The target that is being traced. */
interface Course {
  readonly target: Target;
  round: number;
  /** Index of the hop that is probed next: its ttl less one. */
  batchAt: number;
  /** How many ticks an interval has. */
  hops: number;
  lastTickUs: number;
  graceSinceUs: number | undefined;
  /** By index: whose answer came last. */
  readonly addresses: (string | undefined)[];
  /** By index: when it answered last. */
  readonly answeredAtUs: (number | undefined)[];
  packetBytes: number;
  fill: number;
}

export class MtrEngine implements Engine {
  readonly #prober: Prober<MtrProbe>;
  readonly #plan: MtrPlan;
  readonly #random: () => number;
  readonly #patienceUs: number;
  #waiting: Target[] = [];
  #course: Course | undefined;
  #inFlight: Flight<MtrProbe>[] = [];
  #startUs = 0;
  #probes = 0;
  #isPaused = false;
  #events: TraceEvent[] = [];

  /**
   * `patienceUs`: a tick waits so long for the answer to the last probe, where it would come sooner, and events have
   * the times that they would have had without. By this what a helper has answered at once is heard before the next
   * probe, and every output is the same, also where this program got no processor in between.
   */
  constructor(prober: Prober<MtrProbe>, plan: MtrPlan, patienceUs = 0) {
    this.#patienceUs = patienceUs;
    this.#prober = prober;
    this.#plan = plan;
    this.#random = pseudoRandom(plan.seed);
  }

  get done(): boolean {
    return this.#course === undefined;
  }

  get unfinished(): number {
    return this.#waiting.length + (this.done ? 0 : 1);
  }

  get #timeoutUs(): number {
    return Math.max(this.#plan.timeoutUs, LEAST_TIMEOUT_US);
  }

  get nextUs(): number {
    const course = this.#course;
    if (course === undefined || this.#isPaused) return Infinity;
    const { graceSinceUs } = course;
    return graceSinceUs === undefined ? this.#tickUs(course) : graceSinceUs + this.#plan.graceUs + 1;
  }

  begin(targets: readonly Target[]): void {
    this.#startUs = this.#prober.nowUs();
    this.#waiting = [...targets];
    this.#takeNext(this.#startUs);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  step(untilUs: number, isWanted = (_: number) => false): TraceEvent[] {
    for (let nowUs = this.#prober.nowUs(); !this.done;) {
      this.#expire(nowUs);
      if (nowUs >= this.nextUs) this.#work(this.#course!, nowUs);
      if (this.done) break;
      for (const told of this.#prober.receive(Math.min(untilUs, this.nextUs))) this.#take(told);
      nowUs = this.#prober.nowUs();
      if (nowUs >= untilUs || isWanted(nowUs)) break;
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #takeNext(nowUs: number): void {
    const target = this.#waiting.shift();
    this.#inFlight = [];
    this.#course = target && {
      target,
      round: 0,
      batchAt: this.#plan.firstTtl - 1,
      hops: FIRST_HOPS,
      lastTickUs: nowUs,
      graceSinceUs: undefined,
      addresses: [],
      answeredAtUs: [],
      packetBytes: this.#plan.packetBytes,
      fill: this.#plan.bitPattern,
    };
  }

  #dueUs({ lastTickUs, hops }: Course): number {
    return lastTickUs + Math.trunc(this.#plan.intervalUs / hops);
  }

  #tickUs(course: Course): number {
    const dueUs = this.#dueUs(course);
    const last = this.#inFlight.at(-1);
    return last === undefined || last.tag.isDecided ? dueUs : Math.max(dueUs, last.sent.atUs + this.#patienceUs);
  }

  /** A tick, or the end of the grace time. */
  #work(course: Course, nowUs: number): void {
    if (course.graceSinceUs !== undefined) {
      this.#events.push({ kind: "finished", target: course.target.index, atUs: nowUs - this.#startUs });
      this.#takeNext(nowUs);
      return;
    }
    const dueUs = this.#dueUs(course);
    const isNear = this.#patienceUs > 0 && nowUs - dueUs < MOST_LAG_US;
    course.lastTickUs = isNear ? dueUs : nowUs;
    const { rounds } = this.#plan;
    if (rounds !== undefined && course.round >= rounds) {
      course.graceSinceUs = nowUs;
      return;
    }
    this.#probe(course, course.lastTickUs);
    if (!this.done) this.#closeBatch(course);
  }

  #probe(course: Course, dueUs: number): void {
    const { target, batchAt, round } = course;
    if (batchAt < this.#plan.firstTtl) this.#dressRound(course);
    if (this.#isFresh(course, dueUs)) return;
    const ttl = batchAt + 1;
    const of = { target: target.index, probe: this.#probes++, ttl, round };
    const { packetBytes, fill } = course;
    const tag: MtrProbe = { number: of.probe, target: target.index, ttl, dueUs, isDecided: false };
    const sending = this.#prober.send({ to: target.endpoint, port: target.port, ttl, packetBytes, fill }, tag);
    if (!sending.ok) {
      this.#events.push({ kind: "sendFailed", ...of, reason: sending.reason, detail: sending.detail });
      this.#endIfFatal(sending.reason);
      return;
    }
    const { flight } = sending;
    this.#inFlight.push(flight);
    this.#events.push({
      kind: "sent",
      ...of,
      atUs: (this.#patienceUs > 0 ? dueUs : flight.sent.atUs) - this.#startUs,
      packetBytes: flight.packetBytes,
    });
  }

  /** `--cache`: what answered a moment ago is not asked again. */
  #isFresh({ answeredAtUs, batchAt }: Course, nowUs: number): boolean {
    const atUs = answeredAtUs[batchAt];
    const { cacheUs } = this.#plan;
    return cacheUs !== undefined && atUs !== undefined && nowUs - atUs <= cacheUs;
  }

  /** The rule by which mtr ends a round: by what was known before its last probe is answered. */
  #closeBatch(course: Course): void {
    const { firstTtl, maxTtl, maxUnknown, mtr } = this.#plan;
    const { batchAt } = course;
    const first = firstTtl - 1;
    let unknown = 0;
    let last: number | undefined;
    for (let index = first; index < batchAt && last === undefined; index++) {
      if (course.addresses[index] === undefined) unknown++;
      if (this.#isEnd(course, index)) last = index;
    }
    const isDue = batchAt + 1 >= (this.#plan.dueTtl ?? 0);
    const isOver = this.#isEnd(course, batchAt) || (unknown > maxUnknown && isDue) || batchAt >= maxTtl - 1;
    if (isOver) last = batchAt;
    if (last === undefined) {
      course.batchAt++;
      return;
    }
    course.hops = last + 1 - (DIALECTS[mtr].countsFromFirst ? first : 0);
    course.batchAt = first;
    this.#events.push({ kind: "round", target: course.target.index, round: course.round });
    course.round++;
  }

  #isEnd({ addresses, target }: Course, index: number): boolean {
    return isAddressOf(target.endpoint.address, addresses[index]) && index + 1 >= (this.#plan.dueTtl ?? 0);
  }

  #dressRound(course: Course): void {
    const { packetBytes, randomPacketBytes, bitPattern, randomBitPattern } = this.#plan;
    if (randomPacketBytes) {
      const range = Math.max(0, packetBytes - LEAST_PACKET_BYTES);
      course.packetBytes = LEAST_PACKET_BYTES + Math.floor(this.#random() * range);
    }
    // Written as mtr writes it; its low byte counts.
    course.fill = randomBitPattern ? -(BIT_PATTERNS + Math.floor(this.#random() * BIT_PATTERNS)) : bitPattern;
    this.#prober.prepare(course.target.endpoint);
  }

  #take(told: Told<MtrProbe>): void {
    if (!("flight" in told)) return;
    const { flight } = told;
    const { number: probe, target, ttl, isDecided } = flight.tag;
    const course = this.#course;
    // An answer to a probe of the target before is nobody's.
    if (isDecided || course === undefined || course.target.index !== target) return;
    if (told.kind === "answer" && told.rttUs > this.#timeoutUs) return;
    flight.tag.isDecided = true;
    this.#prober.close(flight);
    if (told.kind === "unsent") {
      this.#events.push({ kind: "unsent", target, probe, ttl, reason: told.reason, detail: told.detail });
      this.#endIfFatal(told.reason);
      return;
    }
    const { from, rttUs, receivedBy, replyTtl, answer } = told;
    const isTooEarly = from === course.target.endpoint.address && ttl < (this.#plan.dueTtl ?? 0);
    if (!isTooEarly) course.addresses[ttl - 1] = from;
    course.answeredAtUs[ttl - 1] = told.atUs;
    const sentBy = flight.sent.source;
    const sentUs = this.#patienceUs > 0 ? flight.tag.dueUs : flight.sent.atUs;
    const atUs = sentUs + (told.atUs - flight.sent.atUs) - this.#startUs;
    const error = told.errorUs === undefined ? {} : { errorUs: told.errorUs };
    const stamps = { sentBy, receivedBy, ...error };
    this.#events.push({ kind: "reply", target, probe, ttl, from, atUs, rttUs, ...stamps, replyTtl, answer });
  }

  #expire(nowUs: number): void {
    const timeoutUs = this.#timeoutUs;
    while (this.#inFlight[0] !== undefined) {
      const [flight] = this.#inFlight;
      const isFull = this.#inFlight.length > MOST_IN_FLIGHT;
      if (!flight.tag.isDecided && flight.sent.atUs + timeoutUs >= nowUs && !isFull) return;
      flight.tag.isDecided = true;
      this.#prober.close(flight);
      this.#inFlight.shift();
    }
  }

  /** Without another word: the last event says why. */
  #endIfFatal(reason: SendFailure): void {
    if (HARMLESS.includes(reason)) return;
    this.#waiting = [];
    this.#course = undefined;
  }
}
