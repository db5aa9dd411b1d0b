/** One target while it is traced: the parts that know of it, and when it is to be served. */
import type { Target } from "../messages.ts";
import type { ProtocolName, TracePlan } from "../plan.ts";
import type { Agenda } from "./agenda.ts";
import { Elsewhere } from "./elsewhere.ts";
import { Lane } from "./lane.ts";
import type { Load } from "./load.ts";
import { Looks } from "./looks.ts";
import type { Probe } from "./probe.ts";
import type { Reach } from "./reach.ts";
import { Schedule } from "./schedule.ts";
import { type Sharing, Trail } from "./sharing.ts";
import { Survey } from "./survey.ts";
import { Undecided } from "./undecided.ts";

/** What it has in common with all others, and what it alone may have. */
interface Circumstances {
  readonly agenda: Agenda<Course>;
  readonly random: () => number;
  readonly startUs: number;
  readonly sharing: Sharing | undefined;
  readonly load: Load | undefined;
}

export class Course {
  readonly target: Target;
  readonly schedule: Schedule;
  readonly survey: Survey | undefined;
  /** By flow; a survey adds them as it needs them. */
  readonly #lanes: Lane[];
  /** Of the same flows. */
  readonly reaches: Reach[];
  /** Only where some was asked for. */
  readonly load: Load | undefined;
  readonly elsewhere = new Elsewhere();
  /** Only where others may stand in for its probes. */
  readonly trail: Trail | undefined;
  readonly looks: Looks;
  readonly undecided = new Undecided();
  /** Probes that have been told, and are to leave now: who stood in for them, or what left before, has come to nothing. */
  readonly owed: Probe[] = [];
  lastSentUs: number;
  readonly #agenda: Agenda<Course>;
  readonly #protocol: ProtocolName;
  /** The earliest time at which the agenda has it. */
  #wakeUs = Infinity;
  /** It waits for its turn to send. */
  isQueued = false;
  /** That each probe has a port of its own has been told. */
  portsVary = false;
  /** All rounds are sent. */
  over = false;
  finished = false;

  constructor(target: Target, plan: TracePlan, { agenda, random, startUs, sharing, load }: Circumstances) {
    this.target = target;
    this.survey = plan.multipath ? new Survey(plan) : undefined;
    this.schedule = new Schedule(plan, startUs, this.survey);
    this.#lanes = Array.from({ length: plan.flows }, () => new Lane(plan.protocol));
    this.reaches = this.#lanes.map(({ reach }) => reach);
    this.load = load;
    this.trail = sharing && new Trail(sharing, target.index);
    this.looks = new Looks(target, plan, random);
    this.lastSentUs = startUs;
    this.#agenda = agenda;
    this.#protocol = plan.protocol;
  }

  /** The lane of a flow, which is new where a survey has just come to it. */
  laneAt(flow: number): Lane {
    const known = this.#lanes[flow];
    if (known !== undefined) return known;
    const lane = new Lane(this.#protocol);
    this.#lanes[flow] = lane;
    this.reaches[flow] = lane.reach;
    return lane;
  }

  /** The lane of a probe that has been ordered. */
  laneOf({ flow }: Probe): Lane {
    return this.#lanes[flow]!;
  }

  /** A round is over: flows that know no end go as far as the others. */
  endRound(round: number): void {
    const furthestTtl = Math.max(0, ...this.reaches.map(({ targetTtl = 0 }) => targetTtl));
    if (furthestTtl > 0) { for (const reach of this.reaches) reach.expectTarget(furthestTtl, round); }
    this.looks.isChosen = false;
  }

  /** What becomes of one of its probes is known, be it for the first time or once more. */
  decide(probe: Probe, state: "answered" | "lost"): void {
    if (probe.state === "inFlight") this.laneOf(probe).remove(probe);
    probe.state = state;
  }

  /** Nothing on any of its paths is in flight. */
  get isDecided(): boolean {
    return this.#lanes.every((lane) => lane.isDecided);
  }

  /** It is lost, or has not left. */
  noteUnanswered({ flow, ttl, isArrival }: Probe): void {
    if (!isArrival) this.survey?.noteLoss(flow, ttl);
  }

  /** It is to be served then. A later entry than this stays in the agenda, and is passed over when its time comes. */
  wakeAt(atUs: number): void {
    if (atUs >= this.#wakeUs) return;
    this.#wakeUs = atUs;
    this.#agenda.add(atUs, this);
  }

  /** Its time has come in the agenda; `false`: that is a stale entry, it has been served since, and has a later one. */
  wakeUp(nowUs: number): boolean {
    if (this.#wakeUs > nowUs) return false;
    this.#wakeUs = Infinity;
    return true;
  }
}
