/**
 * The engine: orders what is due, hears, expires, and gives events. `step` is all of it.
 *
 * One tracer serves many targets through one `Prober`. It has no callbacks, no timers and no clock of its own, so a
 * simulated network drives it as well as the kernel. It keeps no figures: those are folds of its events. What is
 * known of one target, and when it is served, has `course.ts`; probes for which another target's stands in has `takers.ts`.
 */
import type { Answer, Target, TraceEvent } from "../messages.ts";
import type { PlanChange, TracePlan } from "../plan.ts";
import type { Flight, Prober, Sending, Told, Unsent } from "../probe/prober.ts";
import { pseudoRandom } from "../probe/pseudo_random.ts";
import { Agenda } from "./agenda.ts";
import { Course } from "./course.ts";
import { Doubts, voiceOf } from "./elsewhere.ts";
import type { Engine } from "./engine.ts";
import { Load, phaseOf } from "./load.ts";
import { Pace } from "./pace.ts";
import type { Answered, Probe } from "./probe.ts";
import type { Position } from "./reach.ts";
import { firstSpacingUs, type Step } from "./schedule.ts";
import { Sharing } from "./sharing.ts";
import { Takers } from "./takers.ts";
import { Telling } from "./telling.ts";

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
  readonly #takers: Takers;
  readonly #doubts = new Doubts();
  /** Those of which all probes are decided. */
  readonly #decided = new Set<Course>();
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
    this.#takers = new Takers(this.#courses, this.#telling, prober);
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
    return Math.min(this.#agenda.nextUs, turnUs, this.#doubts.dueUs);
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
      const course = new Course(target, this.#plan, {
        agenda: this.#agenda,
        random: this.#random,
        startUs,
        sharing,
        load: this.#loadTo(target),
      });
      this.#courses.push(course);
      course.wakeAt(startUs);
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
      course.wakeAt(nowUs);
    }
  }

  change(change: PlanChange): void {
    this.#plan = { ...this.#plan, ...change };
    const nowUs = this.#prober.nowUs();
    for (const course of this.#courses) {
      course.schedule.change(this.#plan, this.#pausedAtUs ?? nowUs);
      course.wakeAt(nowUs);
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
      if (course.wakeUp(nowUs)) due.push(course);
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
    if (!this.#doubts.isEmpty) this.#releaseDue(this.#prober.nowUs());
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
      if (this.#pausedAtUs !== undefined) return course.wakeAt(expiryUs);
      const mayProbe = mayBeFirst && nowUs >= this.#pace.openUs;
      const owed = mayProbe ? course.owed.shift() : course.owed[0];
      if (owed !== undefined) {
        if (!mayProbe) return this.#queueUp(course, nowUs, expiryUs);
        this.#sendOwed(course, owed);
        continue;
      }
      const step = course.schedule.next(nowUs, course.reaches, mayProbe);
      if (step.kind === "wait") return course.wakeAt(Math.min(step.untilUs, expiryUs));
      if (step.kind === "due") return this.#queueUp(course, nowUs, expiryUs);
      if (step.kind === "probe") {
        this.#probe(course, step);
      } else if (step.kind === "surveyed") {
        this.#telling.add({ kind: "surveyed", target: course.target.index, ...course.survey!.result });
      } else if (step.kind === "roundOver") {
        course.endRound(step.round);
        // Once its first probe is due, the next round has no time for what this asks of the system.
        this.#prober.prepare(course.target.endpoint);
        this.#telling.add({ kind: "round", target: course.target.index, round: step.round });
      } else {
        course.over = true;
        course.load?.stop();
        // After the last send of a run nobody is waited for beyond the grace time.
        course.undecided.shorten(course.lastSentUs + this.#plan.graceUs);
      }
    }
    const laterUs = this.#expire(course);
    if (course.isDecided) this.#decided.add(course);
    else course.wakeAt(laterUs);
  }

  #queueUp(course: Course, nowUs: number, expiryUs: number): void {
    if (!course.isQueued) this.#turns.add(nowUs, course);
    course.isQueued = true;
    course.wakeAt(expiryUs);
  }

  /**
   * Gives up the probes whose time is over; returns when the next one's will be. Their time is over when everything that
   * arrived within it has been read: a thread that wakes late finds answers in the kernel that came in time.
   */
  #expire(course: Course): number {
    for (let flight; (flight = course.undecided.takeOverdue(this.#heardUs)) !== undefined;) this.#lose(course, flight);
    return course.undecided.nextUs;
  }

  #lose(course: Course, flight: Flight<Probe>): void {
    this.#fail(course, flight, this.#prober.whyUnsent?.(flight));
  }

  /** It is lost; with `unsent` it has not even left. */
  #fail(course: Course, flight: Flight<Probe>, unsent: Unsent | undefined): void {
    const probe = flight.tag;
    this.#decide(course, flight, "lost");
    course.noteUnanswered(probe);
    if (unsent !== undefined) course.laneOf(probe).noteUnsent(probe);
    else course.laneOf(probe).noteLost(probe);
    this.#takers.tellFailed(probe, unsent);
  }

  #decide(course: Course, flight: Flight<Probe>, state: "answered" | "lost"): void {
    course.decide(flight.tag, state);
    this.#prober.close(flight);
  }

  #finish(course: Course): void {
    course.finished = true;
    this.#unfinished--;
    // Probes beyond the path's end concern nobody, but an answer to them is still none of a stranger's.
    for (const flight of course.undecided.takeAll()) {
      this.#prober.close(flight);
      this.#takers.sendBack(flight.tag);
    }
    this.#telling.add({
      kind: "finished",
      target: course.target.index,
      atUs: this.#prober.nowUs() - this.#telling.startUs,
    });
  }

  #probe(course: Course, { ttl, flow, round, isArrival }: Extract<Step, { kind: "probe" }>): void {
    const { index } = course.target;
    const lane = course.laneAt(flow);
    if (!course.looks.isChosen) {
      course.looks.choose(this.#plan);
      course.trail?.begin(course.looks.nameUnder(this.#plan), round, this.#prober.nowUs());
      course.load?.begin(round, this.#plan, this.#prober.nowUs());
    }
    // What tells of the target only is nobody else's.
    const trail = isArrival ? undefined : course.trail;
    const isOnTheWay = lane.reach.lastKnownTtl > ttl;
    const isWanted = trail?.goTo(ttl, { round, isOnTheWay, nowUs: this.#prober.nowUs() });
    if (isWanted === false) return;
    // Whom a survey asks once more is wanted.
    const { cacheUs } = this.#plan;
    const mayBeSpared = cacheUs !== undefined && (course.survey === undefined || round > 0);
    if (mayBeSpared && lane.isFresh(ttl, cacheUs, this.#prober.nowUs())) return;
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
    if (offer !== undefined) return this.#takers.add(probe, offer);
    const sending = this.#send(course, probe);
    if (!sending.ok) {
      course.noteUnanswered(probe);
      this.#telling.sendFailed(probe, sending);
      return;
    }
    lane.add(probe);
    const { sent: { atUs }, packetBytes } = sending.flight;
    trail?.offer(probe, atUs, packetBytes);
    this.#telling.sent(probe, atUs, packetBytes);
  }

  #send(course: Course, probe: Probe): Sending<Probe> {
    const sending = this.#prober.send(course.looks.orderOf(probe), probe);
    if (!sending.ok) return sending;
    const { flight } = sending;
    const { atUs } = flight.sent;
    const isFirst = probe.deadlineUs === Infinity;
    this.#pace.noteSent(atUs);
    const { timeoutUs, graceUs } = this.#plan;
    probe.deadlineUs = atUs + (course.over ? Math.min(timeoutUs, graceUs) : timeoutUs);
    course.lastSentUs = atUs;
    course.undecided.add(flight);
    if (flight.hasOwnPort && !course.portsVary) {
      course.portsVary = true;
      this.#telling.add({ kind: "portsVary", target: probe.target });
    }
    if (!isFirst) return sending;
    course.laneOf(probe).noteSent(probe);
    if (!probe.isArrival) course.trail?.noteSent(probe, atUs);
    return sending;
  }

  /** What left will not be told of any more. */
  #sendAgain(flight: Flight<Probe>): void {
    const probe = flight.tag;
    const course = this.#courses[probe.target]!;
    if (course.finished || probe.state !== "inFlight") return;
    course.undecided.remove(flight);
    course.owed.push(probe);
    course.wakeAt(this.#prober.nowUs());
  }

  #sendOwed(course: Course, probe: Probe): void {
    const sending = this.#send(course, probe);
    if (sending.ok) return;
    this.#takers.decide(probe, "lost");
    this.#takers.tellFailed(probe, { reason: sending.reason, detail: sending.detail });
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
    const voice = voiceOf(answered, course.target.endpoint, course.looks.asksForPort);
    const fate = course.elsewhere.hear(answered, voice);
    if (fate === "tell") this.#answer(answered, nowUs);
    else if (fate === "wait") this.#doubts.add(course.elsewhere);
    else this.#tellForged(answered.atUs);
  }

  /** Takes the answers that have waited long enough. */
  #releaseDue(nowUs: number): void {
    const { answers, forged } = this.#doubts.releaseDue(nowUs);
    for (const answered of answers) this.#answer(answered, nowUs);
    for (let count = 0; count < forged; count++) this.#tellForged(nowUs);
  }

  #tellForged(atUs: number): void {
    this.#telling.foreign({ kind: "foreign", atUs, reason: "forged" });
  }

  /** An answer to one of our probes. `nowUs` may be somewhat past: what is due by now is served next. */
  #answer(answered: Answered, nowUs: number): void {
    const { flight, atUs, answer, from, rttUs } = answered;
    const probe = flight.tag;
    const course = this.#courses[probe.target]!;
    if (course.finished) return;
    if (probe.state === "inFlight" && atUs > probe.deadlineUs) this.#lose(course, flight);
    const { state } = probe;
    const lane = course.laneOf(probe);
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
      lane.noteAnswered(probe.ttl, atUs);
      course.trail?.noteAnswer(probe, answered);
      this.#takers.noteAnswer(course, answered);
    }
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
    this.#fail(course, flight, { reason, detail });
    this.#advance(course, this.#prober.nowUs());
  }
}

function positionOf({ kind }: Answer, from: string, destination: string): Position {
  // Whoever says that a probe's time was up has not delivered it, whatever address he says so from.
  if (kind === "timeExceeded") return "onTheWay";
  if (from === destination) return "target";
  // A target may answer from another address than the one that was asked; an error from elsewhere is a router's.
  return kind === "unreachable" ? "refusal" : "target";
}
