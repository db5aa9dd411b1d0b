/**
 * The engine: orders what is due, hears, expires, and gives events. `step` is all of it.
 *
 * One tracer serves many targets through one `Prober`. It has no callbacks, no timers and no clock of its own, so a
 * simulated network drives it as well as the kernel. It keeps no figures: those are folds of its events.
 */
import type { Answer, Target, TraceEvent } from "../messages.ts";
import type { PlanChange, ProtocolName, TracePlan } from "../plan.ts";
import { LIMITS } from "../plan.ts";
import type { Flight, Prober, Sending, Told, Unsent } from "../probe/prober.ts";
import { pseudoRandom } from "../probe/pseudo_random.ts";
import { Agenda } from "./agenda.ts";
import { Elsewhere, voiceOf } from "./elsewhere.ts";
import type { Engine } from "./engine.ts";
import { Load, phaseOf } from "./load.ts";
import { Pace } from "./pace.ts";
import type { Answered, Offer, Probe } from "./probe.ts";
import { type Position, Reach } from "./reach.ts";
import { firstSpacingUs, Schedule, type Step } from "./schedule.ts";
import { Sharing, Trail } from "./sharing.ts";
import { Survey } from "./survey.ts";
import { Telling } from "./telling.ts";

/** So many decided probes may stay in a queue. */
const MOST_DECIDED = 16;

/** One flow to a target. */
interface Lane {
  readonly reach: Reach;
  /** By ttl, how many probes are in flight, as far as any was sent; at 0 the arrival probes, which are on any path. */
  readonly inFlight: number[];
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
  readonly elsewhere: Elsewhere;
  /** Only where others may stand in for its probes. */
  readonly trail: Trail | undefined;
  /** Probes that have been told, and are to leave now: who stood in for them, or what left before, has come to nothing. */
  readonly owed: Probe[];
  /** Undecided probes in the order of their deadlines, the oldest at `oldest`. */
  queue: Flight<Probe>[];
  oldest: number;
  lastSentUs: number;
  /** The earliest time at which the agenda has it. */
  wakeUs: number;
  /** It waits for its turn to send. */
  isQueued: boolean;
  /** That each probe has a port of its own has been told. */
  portsVary: boolean;
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
  readonly #telling: Telling;
  /** Those of which all probes are decided. */
  readonly #decided = new Set<Course>();
  /** Those of which answers wait for what shows whether they are the target's. */
  readonly #doubting = new Set<Course>();
  #pausedAtUs: number | undefined;
  /** Everything that arrived until then has been read. */
  #heardUs = -Infinity;
  #probes = 0;
  #unfinished = 0;

  constructor(prober: Prober<Probe>, plan: TracePlan) {
    this.#prober = prober;
    this.#plan = plan;
    this.#pace = new Pace(plan);
    this.#random = pseudoRandom(plan.seed);
    this.#telling = new Telling(plan);
  }

  get done(): boolean {
    return this.#unfinished === 0;
  }

  get unfinished(): number {
    return this.#unfinished;
  }

  get nextUs(): number {
    const { size } = this.#turns;
    const isSomebodysTurn = size > 0 && this.#pausedAtUs === undefined;
    const turnUs = isSomebodysTurn ? this.#pace.openForUs(size) : Infinity;
    return Math.min(this.#agenda.nextUs, turnUs, this.#doubtUs);
  }

  begin(targets: readonly Target[]): void {
    const nowUs = this.#prober.nowUs();
    if (this.#courses.length === 0) this.#telling.startUs = nowUs;
    // The first probes of many targets share the first gap instead of leaving as one burst.
    const offsetUs = firstSpacingUs(this.#plan) / Math.max(1, targets.length);
    // Rounds of those that begin together are the same: they alone share.
    const sharing = this.#plan.share && targets.length > 1 ? new Sharing(targets.length) : undefined;
    for (const [place, target] of targets.entries()) {
      const startUs = nowUs + place * offsetUs;
      const lanes = Array.from({ length: this.#plan.flows }, newLane);
      const survey = this.#plan.multipath ? new Survey(this.#plan) : undefined;
      const course: Course = {
        target,
        schedule: new Schedule(this.#plan, startUs, survey),
        survey,
        lanes,
        reaches: lanes.map(({ reach }) => reach),
        load: this.#loadTo(target),
        elsewhere: new Elsewhere(),
        trail: sharing && new Trail(sharing, target.index),
        owed: [],
        queue: [],
        oldest: 0,
        lastSentUs: startUs,
        wakeUs: Infinity,
        isQueued: false,
        portsVary: false,
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
    this.#unfinished += targets.length;
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

  step(untilUs: number, isWanted = (_: number) => false): TraceEvent[] {
    for (let nowUs = this.#prober.nowUs(); !this.done;) {
      this.#advanceDue(nowUs);
      this.#finishDecided();
      if (this.done) break;
      this.#receive(Math.min(untilUs, this.nextUs, this.#sendLoad(nowUs)), nowUs);
      this.#finishDecided();
      nowUs = this.#prober.nowUs();
      if (nowUs >= untilUs || isWanted(nowUs)) break;
    }
    if (this.#plan.loadBps !== undefined) this.#tellLoad();
    return this.#telling.take(this.#prober.overflowed);
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
      if (sent !== undefined) this.#telling.add({ kind: "load", target: target.index, ...sent });
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
    if (this.#doubting.size > 0) this.#releaseDue(this.#prober.nowUs());
    // After an empty batch nothing older is on its way to this thread; else nothing older than the batch itself.
    const heardUs = batch.length > 0 ? earliestUs : this.#prober.heardUs ?? Math.max(beforeUs, deadlineUs);
    if (Number.isFinite(heardUs)) this.#heardUs = Math.max(this.#heardUs, heardUs);
  }

  /** What has arrived by now is read before: a copy of the last answer comes right behind it. */
  #finishDecided(): void {
    if (this.#decided.size === 0) return;
    const nowUs = this.#prober.nowUs();
    this.#receive(nowUs, nowUs);
    for (const course of this.#decided) this.#finish(course);
    this.#decided.clear();
  }

  /** Expires and sends what is due for one target, and puts it into the agenda for what comes next. */
  #advance(course: Course, nowUs: number, isItsTurn = false): void {
    if (course.finished) return;
    // Who comes while others wait gets in line.
    const mayBeFirst = isItsTurn || this.#turns.nextUs === Infinity;
    const expiryUs = this.#expire(course);
    while (!course.over || course.owed.length > 0) {
      if (this.#pausedAtUs !== undefined) return this.#wakeAt(course, expiryUs);
      const mayProbe = mayBeFirst && nowUs >= this.#pace.openUs;
      const owed = mayProbe ? course.owed.shift() : course.owed[0];
      if (owed !== undefined) {
        if (!mayProbe) return this.#queueUp(course, nowUs, expiryUs);
        this.#sendOwed(course, owed);
        continue;
      }
      const step = course.schedule.next(nowUs, course.reaches, mayProbe);
      if (step.kind === "wait") return this.#wakeAt(course, Math.min(step.untilUs, expiryUs));
      if (step.kind === "due") return this.#queueUp(course, nowUs, expiryUs);
      if (step.kind === "probe") {
        this.#probe(course, step);
      } else if (step.kind === "surveyed") {
        this.#telling.add({ kind: "surveyed", target: course.target.index, ...course.survey!.result });
      } else if (step.kind === "roundOver") {
        course.isDressed = false;
        // Once its first probe is due, the next round has no time for what this asks of the system.
        this.#prober.prepare(course.target.endpoint);
        this.#telling.add({ kind: "round", target: course.target.index, round: step.round });
      } else {
        course.over = true;
        course.load?.stop();
        this.#shortenDeadlines(course);
      }
    }
    const laterUs = this.#expire(course);
    if (this.#isDecided(course)) this.#decided.add(course);
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
    if (course.oldest > MOST_DECIDED && course.oldest * 2 > queue.length) {
      course.queue = queue.slice(course.oldest);
      course.oldest = 0;
    }
    return course.queue[course.oldest]?.tag.deadlineUs ?? Infinity;
  }

  #lose(course: Course, flight: Flight<Probe>): void {
    const { ttl, round, isArrival } = flight.tag;
    const unsent = this.#prober.whyUnsent?.(flight);
    this.#decide(course, flight, "lost");
    noteUnanswered(course, flight.tag);
    const { reach } = laneOf(course, flight.tag);
    if (unsent !== undefined) noteUnsent(course, flight.tag);
    else if (isArrival) reach.noteArrival(round, false);
    else reach.noteLoss(ttl, round);
    this.#tellFailed(flight.tag, unsent);
  }

  /** A probe, and all that it stands in for, is lost; with `unsent` it has not even left. */
  #tellFailed(probe: Probe, unsent: Unsent | undefined): void {
    this.#telling.failed(probe, unsent);
    for (const taker of this.#takersOf(probe)) {
      this.#decideTaker(taker, "lost");
      this.#tellFailed(taker, unsent);
    }
  }

  #decide(course: Course, flight: Flight<Probe>, state: "answered" | "lost"): void {
    const probe = flight.tag;
    if (probe.state === "inFlight") laneOf(course, probe).inFlight[placeOf(probe)]!--;
    probe.state = state;
    this.#prober.close(flight);
  }

  #decideTaker(taker: Probe, state: "answered" | "lost"): void {
    const course = this.#courses[taker.target]!;
    laneOf(course, taker).inFlight[placeOf(taker)]!--;
    taker.state = state;
    if (course.over) this.#wakeAt(course, this.#prober.nowUs());
  }

  /** After the last send of a run nobody is waited for beyond the grace time. */
  #shortenDeadlines(course: Course): void {
    const latestUs = course.lastSentUs + this.#plan.graceUs;
    for (const { tag } of course.queue) tag.deadlineUs = Math.min(tag.deadlineUs, latestUs);
  }

  /** Nothing on the path is in flight; probes beyond its end concern nobody. */
  #isDecided({ lanes }: Course): boolean {
    return lanes.every(({ inFlight, reach }) => {
      const lastTtl = Math.min(reach.endTtl, inFlight.length - 1);
      for (let ttl = 0; ttl <= lastTtl; ttl++) if (inFlight[ttl]! > 0) return false;
      return true;
    });
  }

  #finish(course: Course): void {
    course.finished = true;
    this.#unfinished--;
    // Probes beyond the path's end concern nobody, but an answer to them is still none of a stranger's.
    for (const flight of course.queue) {
      this.#prober.close(flight);
      this.#sendBack(flight.tag);
    }
    course.queue = [];
    this.#telling.add({
      kind: "finished",
      target: course.target.index,
      atUs: this.#prober.nowUs() - this.#telling.startUs,
    });
  }

  #probe(course: Course, { ttl, flow, round, isArrival }: Extract<Step, { kind: "probe" }>): void {
    const { index } = course.target;
    const lane = course.lanes[flow] ??= newLane();
    course.reaches[flow] = lane.reach;
    if (!course.isDressed) {
      this.#dressRound(course, round);
      course.load?.begin(round, this.#plan, this.#prober.nowUs());
    }
    // What tells of the target only is nobody else's.
    const trail = isArrival ? undefined : course.trail;
    const isOnTheWay = lane.reach.lastKnownTtl > ttl;
    const isWanted = trail?.goTo(ttl, { round, isOnTheWay, nowUs: this.#prober.nowUs() });
    if (isWanted === false) return;
    // Whom a survey asks once more is wanted.
    if ((course.survey === undefined || round > 0) && this.#isFresh(lane, ttl)) return;
    const probe: Probe = {
      number: this.#probes++,
      target: index,
      ttl,
      flow,
      round,
      isArrival,
      load: phaseOf(round, this.#plan),
      deadlineUs: Infinity,
      state: "inFlight",
      answeredBy: undefined,
      standIn: undefined,
      offer: undefined,
    };
    const offer = trail?.take(probe, this.#prober.nowUs());
    if (offer !== undefined) return this.#standIn(offer, probe);
    const sending = this.#send(course, probe);
    if (!sending.ok) {
      noteUnanswered(course, probe);
      this.#telling.sendFailed(probe, sending);
      return;
    }
    addInFlight(lane, probe);
    const { sent: { atUs }, packetBytes } = sending.flight;
    trail?.offer(probe, atUs, packetBytes);
    this.#telling.sent(probe, atUs, packetBytes);
  }

  #send(course: Course, probe: Probe): Sending<Probe> {
    const { target: { endpoint: to, port }, protocol, packetBytes, fill } = course;
    const { flow, ttl } = probe;
    const sending = this.#prober.send({ to, port, flow, ttl, protocol, packetBytes, fill }, probe);
    if (!sending.ok) return sending;
    const { flight } = sending;
    const { atUs } = flight.sent;
    const isFirst = probe.deadlineUs === Infinity;
    this.#pace.noteSent(atUs);
    const { timeoutUs, graceUs } = this.#plan;
    probe.deadlineUs = atUs + (course.over ? Math.min(timeoutUs, graceUs) : timeoutUs);
    course.lastSentUs = atUs;
    course.queue.push(flight);
    if (flight.hasOwnPort && !course.portsVary) {
      course.portsVary = true;
      this.#telling.add({ kind: "portsVary", target: probe.target });
    }
    if (!isFirst) return sending;
    const { reach } = laneOf(course, probe);
    if (probe.isArrival) {
      reach.noteArrivalSent(probe.round);
    } else {
      course.trail?.noteSent(probe, atUs);
      reach.noteSent(probe.ttl, probe.round);
    }
    return sending;
  }

  /** The probe is told as if it had left: its result is that of the one that did. */
  #standIn(offer: Offer, probe: Probe): void {
    probe.standIn = offer.probe;
    addInFlight(laneOf(this.#courses[probe.target]!, probe), probe);
    const { sentAtUs, packetBytes, answered } = offer;
    this.#telling.sent(probe, sentAtUs, packetBytes);
    if (answered === undefined) offer.takers.push(probe);
    else this.#answerTaker(probe, answered);
  }

  #answerTaker(taker: Probe, answered: Answered): void {
    this.#decideTaker(taker, "answered");
    this.#telling.answer("reply", taker, answered);
    laneOf(this.#courses[taker.target]!, taker).answeredAtUs[taker.ttl] = answered.atUs;
  }

  /** Its result is nobody else's: those that waited for it leave themselves. */
  #sendBack(probe: Probe): void {
    for (const taker of this.#takersOf(probe)) {
      const course = this.#courses[taker.target]!;
      taker.standIn = undefined;
      course.owed.push(taker);
      this.#wakeAt(course, this.#prober.nowUs());
    }
  }

  /** What left will not be told of any more. */
  #sendAgain(flight: Flight<Probe>): void {
    const probe = flight.tag;
    const course = this.#courses[probe.target]!;
    if (course.finished || probe.state !== "inFlight") return;
    course.queue = course.queue.filter((other) => other !== flight);
    course.owed.push(probe);
    this.#wakeAt(course, this.#prober.nowUs());
  }

  #sendOwed(course: Course, probe: Probe): void {
    const sending = this.#send(course, probe);
    if (sending.ok) return;
    this.#decideTaker(probe, "lost");
    this.#tellFailed(probe, { reason: sending.reason, detail: sending.detail });
  }

  /** Those that it stands in for, as far as anybody still wants to know; from now on for none. */
  #takersOf({ offer }: Probe): readonly Probe[] {
    const takers = offer?.takers ?? [];
    if (offer !== undefined) offer.takers = [];
    return takers.filter(({ target }) => !this.#courses[target]!.finished);
  }

  /** Has answered so recently that it need not be asked again. */
  #isFresh({ answeredAtUs }: Lane, ttl: number): boolean {
    const atUs = answeredAtUs[ttl];
    const { cacheUs } = this.#plan;
    return cacheUs !== undefined && atUs !== undefined && this.#prober.nowUs() - atUs <= cacheUs;
  }

  /** Chooses what the probes of a round look like. */
  #dressRound(course: Course, round: number): void {
    const { protocol, packetBytes, randomPacketBytes, bitPattern, randomBitPattern, trafficClass } = this.#plan;
    const { endpoint, port } = course.target;
    const { least } = LIMITS.packetBytes;
    course.packetBytes = randomPacketBytes
      ? least + Math.floor(this.#random() * (packetBytes - least + 1))
      : packetBytes;
    course.fill = randomBitPattern ? Math.floor(this.#random() * 256) : bitPattern;
    course.isDressed = true;
    course.protocol = protocol;
    if (course.trail === undefined) return;
    const looks = `${endpoint.family} ${protocol} ${port} ${packetBytes} ${trafficClass}`;
    course.trail.begin(looks, round, this.#prober.nowUs());
  }

  #take(told: Told<Probe>, nowUs: number): void {
    switch (told.kind) {
      case "answer":
        return this.#hear(told, nowUs);
      case "unsent":
        return this.#unsend(told);
      case "foreign":
        return this.#telling.foreign(told);
      case "nameless":
        return told.flights.forEach((flight) => this.#sendAgain(flight));
      case "load":
        return;
      default:
        told satisfies never;
    }
  }

  /** Takes an answer, unless it has to wait. */
  #hear(answered: Answered, nowUs: number): void {
    const course = this.#courses[answered.flight.tag.target]!;
    if (course.finished) return;
    const voice = voiceOf(answered, course.target.endpoint, course.protocol !== "icmp");
    const fate = course.elsewhere.hear(answered, voice);
    if (fate === "tell") this.#answer(answered, nowUs);
    else if (fate === "wait") this.#doubting.add(course);
    else this.#telling.foreign({ kind: "foreign", atUs: answered.atUs, reason: "forged" });
  }

  /** When the first answers have waited long enough. */
  get #doubtUs(): number {
    let dueUs = Infinity;
    for (const { elsewhere } of this.#doubting) dueUs = Math.min(dueUs, elsewhere.dueUs);
    return dueUs;
  }

  /** Takes the answers that have waited long enough. */
  #releaseDue(nowUs: number): void {
    for (const course of this.#doubting) {
      if (course.elsewhere.dueUs > nowUs) continue;
      this.#doubting.delete(course);
      const { answers, forged } = course.elsewhere.release();
      for (const answered of answers) this.#answer(answered, nowUs);
      for (let count = 0; count < forged; count++) {
        this.#telling.foreign({ kind: "foreign", atUs: nowUs, reason: "forged" });
      }
    }
  }

  /** An answer to one of our probes. `nowUs` may be somewhat past: what is due by now is served next. */
  #answer(answered: Answered, nowUs: number): void {
    const { flight, atUs, answer, from, rttUs } = answered;
    const probe = flight.tag;
    const course = this.#courses[probe.target]!;
    if (course.finished) return;
    if (probe.state === "inFlight" && atUs > probe.deadlineUs) this.#lose(course, flight);
    const { state } = probe;
    const lane = laneOf(course, probe);
    this.#decide(course, flight, "answered");
    this.#telling.answer(state === "inFlight" ? "reply" : state === "lost" ? "late" : "duplicate", probe, answered);
    const position = this.#positionAt(probe.ttl, positionOf(answer, from, course.target.endpoint.address));
    if (state === "inFlight" && probe.isArrival) lane.reach.noteArrival(probe.round, position === "target");
    // A second answer to a probe is heard, but what the first one said of the path stands.
    if (state !== "answered" && !probe.isArrival) {
      // What the first round sends too far would be taken for the end of a path that has become longer.
      const isTooFar = probe.round === 0 && position === "target" && probe.ttl > lane.reach.endTtl &&
        !lane.reach.isRefused;
      if (!isTooFar) lane.reach.noteAnswer(probe.ttl, position, probe.round);
      const told = { from, isEnd: position !== "onTheWay", rttUs };
      course.survey?.noteAnswer(probe.flow, probe.ttl, told);
    }
    if (state === "inFlight" && !probe.isArrival) {
      lane.answeredAtUs[probe.ttl] = atUs;
      course.trail?.noteAnswer(probe, answered);
      this.#answerTakers(course, answered);
    }
    // What is known of the path may have changed what is due.
    this.#advance(course, Math.max(nowUs, atUs));
  }

  #answerTakers({ trail }: Course, answered: Answered): void {
    const { tag: probe } = answered.flight;
    const { offer } = probe;
    if (offer === undefined) return;
    if (trail?.isForOthers(offer, answered) !== true) return this.#sendBack(probe);
    offer.answered = answered;
    for (const taker of this.#takersOf(probe)) this.#answerTaker(taker, answered);
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
    noteUnanswered(course, flight.tag);
    noteUnsent(course, flight.tag);
    this.#tellFailed(flight.tag, { reason, detail });
    this.#advance(course, this.#prober.nowUs());
  }
}

function newLane(): Lane {
  return { reach: new Reach(), inFlight: [], answeredAtUs: [] };
}

function addInFlight({ inFlight }: Lane, probe: Probe): void {
  const place = placeOf(probe);
  inFlight[place] = (inFlight[place] ?? 0) + 1;
}

/** Where a lane counts it as in flight. */
function placeOf({ ttl, isArrival }: Probe): number {
  return isArrival ? 0 : ttl;
}

function noteUnanswered({ survey }: Course, { flow, ttl, isArrival }: Probe): void {
  if (!isArrival) survey?.noteLoss(flow, ttl);
}

function noteUnsent(course: Course, probe: Probe): void {
  const { reach } = laneOf(course, probe);
  if (probe.isArrival) reach.noteArrivalUnsent(probe.round);
  else reach.noteUnsent(probe.ttl, probe.round);
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
