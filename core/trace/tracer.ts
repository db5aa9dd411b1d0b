/**
 * The engine: orders what is due, hears, expires, and gives events. `step` is all of it.
 *
 * One tracer serves many targets through one `Prober`. It has no callbacks, no timers and no clock of its own, so a
 * simulated network drives it as well as the kernel. It keeps no figures: those are folds of its events.
 */
import type { Answer, LoadPhase, Target, TraceEvent } from "../messages.ts";
import type { PlanChange, ProtocolName, TracePlan } from "../plan.ts";
import { LIMITS, mostFlows } from "../plan.ts";
import type { Flight, Prober, Told } from "../probe/prober.ts";
import { pseudoRandom } from "../probe/pseudo_random.ts";
import { Agenda } from "./agenda.ts";
import type { Engine } from "./engine.ts";
import { Load, phaseOf } from "./load.ts";
import { Pace } from "./pace.ts";
import { type Position, Reach } from "./reach.ts";
import { firstSpacingUs, Schedule, type Step } from "./schedule.ts";
import { Survey } from "./survey.ts";

const TTLS = 256;
const DROPPED_HERE = "this host dropped it on the way to its interface";

type SentEvent = Extract<TraceEvent, { kind: "sent" }>;

/** A probe, from when it was ordered. */
export interface Probe {
  /** Number within the run, from 0. */
  readonly number: number;
  readonly target: number;
  readonly ttl: number;
  /** From 0. */
  readonly flow: number;
  readonly round: number;
  readonly load: LoadPhase | undefined;
  /** When it is given up. */
  deadlineUs: number;
  state: "inFlight" | "answered" | "lost";
}

/** One flow to a target. */
interface Lane {
  readonly reach: Reach;
  /** How many probes are in flight at each ttl. */
  readonly inFlight: Uint32Array;
  /** By ttl, when its latest probe with an answer was answered; only where that spares a probe. */
  readonly answeredAtUs: (number | undefined)[];
}

/** One target while it is traced. */
interface Course {
  readonly target: Target;
  readonly schedule: Schedule;
  readonly survey: Survey | undefined;
  /** By flow; a survey adds them as it needs them. */
  readonly lanes: Lane[];
  /** Of the same flows. */
  readonly reaches: Reach[];
  /** Only where some was asked for. */
  readonly load: Load | undefined;
  /** Undecided probes in the order of their deadlines, the oldest at `oldest`. */
  queue: Flight<Probe>[];
  oldest: number;
  lastSentUs: number;
  /** The earliest time at which the agenda has it. */
  wakeUs: number;
  /** It waits for its turn to send. */
  isQueued: boolean;
  /** All rounds are sent. */
  over: boolean;
  finished: boolean;
  /** What the probes of the round look like, once that is chosen. */
  isDressed: boolean;
  protocol: ProtocolName;
  packetBytes: number;
  fill: number;
}

export class Tracer implements Engine {
  readonly #prober: Prober<Probe>;
  #plan: TracePlan;
  readonly #courses: Course[] = [];
  readonly #agenda = new Agenda<Course>();
  readonly #pace: Pace;
  /** Those of which a probe is due and has to wait until one may leave, by how long they have been waiting. */
  readonly #turns = new Agenda<Course>();
  readonly #random: () => number;
  #startUs = 0;
  #pausedAtUs: number | undefined;
  /** Everything that arrived until then has been read. */
  #heardUs = -Infinity;
  #probes = 0;
  #foreign = { count: 0, forged: 0, malformed: 0 };
  #overflowed = 0;
  #unfinished = 0;
  #events: TraceEvent[] = [];

  constructor(prober: Prober<Probe>, plan: TracePlan) {
    this.#prober = prober;
    this.#plan = plan;
    this.#pace = new Pace(plan);
    this.#random = pseudoRandom(plan.seed);
  }

  get done(): boolean {
    return this.#unfinished === 0;
  }

  get nextUs(): number {
    const isSomebodysTurn = Number.isFinite(this.#turns.nextUs) && this.#pausedAtUs === undefined;
    return Math.min(this.#agenda.nextUs, isSomebodysTurn ? this.#pace.openUs : Infinity);
  }

  begin(targets: readonly Target[]): void {
    this.#startUs = this.#prober.nowUs();
    // The first probes of many targets share the first gap instead of leaving as one burst.
    const offsetUs = firstSpacingUs(this.#plan) / Math.max(1, targets.length);
    for (const target of targets) {
      const startUs = this.#startUs + this.#courses.length * offsetUs;
      const lanes = Array.from({ length: this.#plan.flows }, newLane);
      const survey = this.#plan.multipath ? new Survey(this.#plan) : undefined;
      const course: Course = {
        target,
        schedule: new Schedule(this.#plan, startUs, survey),
        survey,
        lanes,
        reaches: lanes.map(({ reach }) => reach),
        load: this.#loadTo(target),
        queue: [],
        oldest: 0,
        lastSentUs: startUs,
        wakeUs: Infinity,
        isQueued: false,
        over: false,
        finished: false,
        isDressed: false,
        protocol: this.#plan.protocol,
        packetBytes: 0,
        fill: 0,
      };
      this.#courses.push(course);
      this.#wakeAt(course, startUs);
    }
    this.#unfinished = targets.length;
  }

  pause(): void {
    this.#pausedAtUs ??= this.#prober.nowUs();
  }

  resume(): void {
    if (this.#pausedAtUs === undefined) return;
    const nowUs = this.#prober.nowUs();
    const pausedUs = nowUs - this.#pausedAtUs;
    this.#pausedAtUs = undefined;
    for (const course of this.#courses) {
      course.schedule.shift(pausedUs);
      this.#wakeAt(course, nowUs);
    }
  }

  change(change: PlanChange): void {
    this.#plan = { ...this.#plan, ...change };
    const nowUs = this.#prober.nowUs();
    for (const course of this.#courses) {
      course.schedule.change(this.#plan, this.#pausedAtUs ?? nowUs);
      this.#wakeAt(course, nowUs);
    }
  }

  step(untilUs: number, isWanted = () => false): TraceEvent[] {
    for (let nowUs = this.#prober.nowUs(); !this.done;) {
      this.#advanceDue(nowUs);
      if (this.done) break;
      this.#receive(Math.min(untilUs, this.nextUs, this.#sendLoad(nowUs)), nowUs);
      nowUs = this.#prober.nowUs();
      if (nowUs >= untilUs || isWanted()) break;
    }
    if (this.#plan.loadBps !== undefined) this.#tellLoad();
    this.#tellForeign();
    const { overflowed } = this.#prober;
    if (overflowed > this.#overflowed) this.#events.push({ kind: "overflow", count: overflowed - this.#overflowed });
    this.#overflowed = overflowed;
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #loadTo({ endpoint }: Target): Load | undefined {
    const { loadBps } = this.#plan;
    const { sendLoad } = this.#prober;
    return loadBps === undefined || sendLoad === undefined ? undefined : new Load(loadBps, () => sendLoad(endpoint));
  }

  /** Sends the load that is due; gives when the next is. */
  #sendLoad(nowUs: number): number {
    if (this.#plan.loadBps === undefined || this.#pausedAtUs !== undefined) return Infinity;
    return Math.min(...this.#courses.map(({ load }) => load?.advance(nowUs) ?? Infinity));
  }

  #tellLoad(): void {
    for (const { load, target } of this.#courses) {
      const sent = load?.take();
      if (sent !== undefined) this.#events.push({ kind: "load", target: target.index, ...sent });
    }
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
    this.#takeTurns(nowUs);
  }

  /** Lets those who have waited longest send, as many as may leave now. The others have to wait until answers have been looked for. */
  #takeTurns(nowUs: number): void {
    while (this.#pausedAtUs === undefined && nowUs >= this.#pace.openUs) {
      const course = this.#turns.takeDue(Infinity);
      if (course === undefined) return;
      course.isQueued = false;
      this.#advance(course, nowUs, true);
    }
  }

  /** Waits for answers and takes them. `beforeUs` is a time before the wait. */
  #receive(deadlineUs: number, beforeUs: number): void {
    const batch = this.#prober.receive(deadlineUs);
    let earliestUs = Infinity;
    for (const told of batch) {
      earliestUs = Math.min(earliestUs, told.atUs);
      this.#take(told, beforeUs);
    }
    // After an empty batch nothing older is on its way to this thread; else nothing older than the batch itself.
    const heardUs = batch.length === 0 ? Math.max(beforeUs, deadlineUs) : earliestUs;
    if (Number.isFinite(heardUs)) this.#heardUs = Math.max(this.#heardUs, heardUs);
  }

  /** Expires and sends what is due for one target, and puts it into the agenda for what comes next. */
  #advance(course: Course, nowUs: number, isItsTurn = false): void {
    if (course.finished) return;
    // Who comes while others wait gets in line.
    const mayBeFirst = isItsTurn || this.#turns.nextUs === Infinity;
    const expiryUs = this.#expire(course);
    while (!course.over) {
      if (this.#pausedAtUs !== undefined) return this.#wakeAt(course, expiryUs);
      const step = course.schedule.next(nowUs, course.reaches, mayBeFirst && nowUs >= this.#pace.openUs);
      if (step.kind === "wait") return this.#wakeAt(course, Math.min(step.untilUs, expiryUs));
      if (step.kind === "due") return this.#queueUp(course, nowUs, expiryUs);
      if (step.kind === "probe") {
        this.#probe(course, step);
      } else if (step.kind === "surveyed") {
        this.#events.push({ kind: "surveyed", target: course.target.index, ...course.survey!.result });
      } else if (step.kind === "roundOver") {
        course.isDressed = false;
        this.#events.push({ kind: "round", target: course.target.index, round: step.round });
      } else {
        course.over = true;
        course.load?.stop();
        this.#shortenDeadlines(course);
      }
    }
    const laterUs = this.#expire(course);
    if (this.#isDecided(course)) this.#finish(course);
    else this.#wakeAt(course, laterUs);
  }

  #queueUp(course: Course, nowUs: number, expiryUs: number): void {
    if (!course.isQueued) this.#turns.add(nowUs, course);
    course.isQueued = true;
    this.#wakeAt(course, expiryUs);
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
      const flight = queue[course.oldest]!;
      if (flight.tag.state !== "inFlight") continue;
      if (flight.tag.deadlineUs > this.#heardUs) break;
      this.#lose(course, flight);
    }
    // Moving the rest forward each time half of the queue is decided costs a constant per probe.
    if (course.oldest * 2 > queue.length) {
      course.queue = queue.slice(course.oldest);
      course.oldest = 0;
    }
    return course.queue[course.oldest]?.tag.deadlineUs ?? Infinity;
  }

  #lose(course: Course, flight: Flight<Probe>): void {
    const { flow, ttl } = flight.tag;
    const hasNeverLeft = this.#prober.neverLeft?.(flight) === true;
    this.#decide(course, flight, "lost");
    if (hasNeverLeft) {
      course.survey?.noteLoss(flow, ttl);
      this.#events.push({ kind: "unsent", ...this.#nameOf(flight.tag), reason: "noBuffer", detail: DROPPED_HERE });
      return;
    }
    laneOf(course, flight.tag).reach.noteLoss(ttl);
    course.survey?.noteLoss(flow, ttl);
    this.#events.push({ kind: "lost", ...this.#nameOf(flight.tag) });
  }

  #decide(course: Course, flight: Flight<Probe>, state: "answered" | "lost"): void {
    const probe = flight.tag;
    if (probe.state === "inFlight") laneOf(course, probe).inFlight[probe.ttl]!--;
    probe.state = state;
    this.#prober.close(flight);
  }

  /** After the last send of a run nobody is waited for beyond the grace time. */
  #shortenDeadlines(course: Course): void {
    const latestUs = course.lastSentUs + this.#plan.graceUs;
    for (const { tag } of course.queue) tag.deadlineUs = Math.min(tag.deadlineUs, latestUs);
  }

  /** Nothing on the path is in flight; probes beyond its end concern nobody. */
  #isDecided({ lanes }: Course): boolean {
    return lanes.every(({ inFlight, reach }) => {
      const lastTtl = Math.min(reach.endTtl, TTLS - 1);
      for (let ttl = 0; ttl <= lastTtl; ttl++) if (inFlight[ttl]! > 0) return false;
      return true;
    });
  }

  #finish(course: Course): void {
    course.finished = true;
    this.#unfinished--;
    // Probes beyond the path's end concern nobody, but an answer to them is still none of a stranger's.
    for (const flight of course.queue) this.#prober.close(flight);
    course.queue = [];
    this.#events.push({ kind: "finished", target: course.target.index, atUs: this.#prober.nowUs() - this.#startUs });
  }

  #probe(course: Course, { ttl, flow, round }: Extract<Step, { kind: "probe" }>): void {
    const { endpoint: to, index, port } = course.target;
    const lane = course.lanes[flow] ??= newLane();
    course.reaches[flow] = lane.reach;
    if (!course.isDressed) {
      this.#dressRound(course);
      course.load?.begin(round, this.#plan, this.#prober.nowUs());
    }
    // Whom a survey asks once more is wanted.
    if ((course.survey === undefined || round > 0) && this.#isFresh(lane, ttl)) return;
    const { protocol, packetBytes, fill } = course;
    const number = this.#probes++;
    const load = phaseOf(round, this.#plan);
    const probe: Probe = { number, target: index, ttl, flow, round, load, deadlineUs: Infinity, state: "inFlight" };
    const of = { ...this.#nameOf(probe), round };
    const sending = this.#prober.send({ to, port, flow, ttl, protocol, packetBytes, fill }, probe);
    if (!sending.ok) {
      course.survey?.noteLoss(flow, ttl);
      this.#events.push({ kind: "sendFailed", ...of, reason: sending.reason, detail: sending.detail });
      return;
    }
    const { flight } = sending;
    const { atUs } = flight.sent;
    this.#pace.noteSent(atUs);
    probe.deadlineUs = atUs + this.#plan.timeoutUs;
    course.lastSentUs = atUs;
    course.queue.push(flight);
    lane.inFlight[ttl]!++;
    this.#events.push({ kind: "sent", ...of, atUs: atUs - this.#startUs, packetBytes: flight.packetBytes });
  }

  /** A probe as events name it. */
  #nameOf(
    { target, number: probe, ttl, flow, load }: Probe,
  ): Pick<SentEvent, "target" | "probe" | "ttl" | "flow" | "load"> {
    return { target, probe, ttl, ...(mostFlows(this.#plan) > 1 && { flow: flow + 1 }), ...(load && { load }) };
  }

  /** Has answered so recently that it need not be asked again. */
  #isFresh({ answeredAtUs }: Lane, ttl: number): boolean {
    const atUs = answeredAtUs[ttl];
    const { cacheUs } = this.#plan;
    return cacheUs !== undefined && atUs !== undefined && this.#prober.nowUs() - atUs <= cacheUs;
  }

  /** Chooses what the probes of a round look like. */
  #dressRound(course: Course): void {
    const { protocol, packetBytes, randomPacketBytes, bitPattern, randomBitPattern } = this.#plan;
    const { least } = LIMITS.packetBytes;
    course.packetBytes = randomPacketBytes
      ? least + Math.floor(this.#random() * (packetBytes - least + 1))
      : packetBytes;
    course.fill = randomBitPattern ? Math.floor(this.#random() * 256) : bitPattern;
    course.isDressed = true;
    course.protocol = protocol;
    this.#prober.prepare(course.target.endpoint);
  }

  #tellForeign(): void {
    const { count, forged, malformed } = this.#foreign;
    if (count === 0) return;
    this.#events.push({ kind: "foreign", count, ...(forged > 0 && { forged }), ...(malformed > 0 && { malformed }) });
    this.#foreign = { count: 0, forged: 0, malformed: 0 };
  }

  #take(told: Told<Probe>, nowUs: number): void {
    switch (told.kind) {
      case "answer":
        return this.#answer(told, nowUs);
      case "unsent":
        return this.#unsend(told);
      case "foreign":
        this.#foreign.count++;
        if (told.reason !== undefined) this.#foreign[told.reason]++;
        return;
      case "load":
        return;
      default:
        told satisfies never;
    }
  }

  /** An answer to one of our probes. `nowUs` may be somewhat past: what is due by now is served next. */
  #answer({ flight, atUs, answer, from, ...heard }: Extract<Told<Probe>, { kind: "answer" }>, nowUs: number): void {
    const probe = flight.tag;
    const course = this.#courses[probe.target]!;
    if (course.finished) return;
    if (probe.state === "inFlight" && atUs > probe.deadlineUs) this.#lose(course, flight);
    const { state } = probe;
    const lane = laneOf(course, probe);
    this.#decide(course, flight, "answered");
    this.#events.push({
      kind: state === "inFlight" ? "reply" : state === "lost" ? "late" : "duplicate",
      ...this.#nameOf(probe),
      from,
      atUs: atUs - this.#startUs,
      rttUs: heard.rttUs,
      sentBy: flight.sent.source,
      receivedBy: heard.receivedBy,
      ...(heard.errorUs !== undefined && { errorUs: heard.errorUs }),
      replyTtl: heard.replyTtl,
      answer,
    });
    // A second answer to a probe is heard, but what the first one said of the path stands.
    if (state !== "answered") {
      const position = this.#positionAt(probe.ttl, positionOf(answer, from, course.target.endpoint.address));
      // What the first round sends too far would be taken for the end of a path that has become longer.
      const isTooFar = probe.round === 0 && position === "target" && probe.ttl > lane.reach.endTtl;
      if (!isTooFar) lane.reach.noteAnswer(probe.ttl, position);
      const told = { from, isEnd: position !== "onTheWay", rttUs: heard.rttUs };
      course.survey?.noteAnswer(probe.flow, probe.ttl, told);
    }
    if (state === "inFlight") lane.answeredAtUs[probe.ttl] = atUs;
    // What is known of the path may have changed what is due.
    this.#advance(course, Math.max(nowUs, atUs));
  }

  /** A target that answers below the ttl where it is due is taken for a router. */
  #positionAt(ttl: number, position: Position): Position {
    return position === "target" && ttl < (this.#plan.dueTtl ?? 0) ? "onTheWay" : position;
  }

  #unsend({ flight, reason, detail }: Extract<Told<Probe>, { kind: "unsent" }>): void {
    const { target, state } = flight.tag;
    const course = this.#courses[target]!;
    if (course.finished || state !== "inFlight") return;
    this.#decide(course, flight, "lost");
    course.survey?.noteLoss(flight.tag.flow, flight.tag.ttl);
    this.#events.push({ kind: "unsent", ...this.#nameOf(flight.tag), reason, detail });
    this.#advance(course, this.#prober.nowUs());
  }
}

function newLane(): Lane {
  return { reach: new Reach(), inFlight: new Uint32Array(TTLS), answeredAtUs: [] };
}

function laneOf({ lanes }: Course, { flow }: Probe): Lane {
  return lanes[flow]!;
}

function positionOf({ kind }: Answer, from: string, destination: string): Position {
  // Whoever says that a probe's time was up has not delivered it, whatever address he says so from.
  if (kind === "timeExceeded") return "onTheWay";
  if (from === destination) return "target";
  // A target may answer from another address than the one that was asked; an error from elsewhere is a router's.
  return kind === "unreachable" ? "refusal" : "target";
}
