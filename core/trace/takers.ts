/**
 * Probes that have been told as sent without leaving, since another target's probe stands in for them: what becomes of
 * that one becomes of them, in the same step, and where it can mean nothing to them they leave themselves.
 *
 * Who may stand in for whom is decided elsewhere (`sharing.ts`).
 */
import type { Prober, Unsent } from "../probe/prober.ts";
import type { Course } from "./course.ts";
import type { Answered, Offer, Probe } from "./probe.ts";
import type { Telling } from "./telling.ts";

export class Takers {
  /** By the index of the target. */
  readonly #courses: readonly Course[];
  readonly #telling: Telling;
  readonly #prober: Prober<Probe>;

  constructor(courses: readonly Course[], telling: Telling, prober: Prober<Probe>) {
    this.#courses = courses;
    this.#telling = telling;
    this.#prober = prober;
  }

  /** The probe is told as if it had left: its result is that of the one that did. */
  add(taker: Probe, { probe, sentAtUs, packetBytes, answered, takers }: Offer): void {
    taker.standIn = probe;
    this.#courses[taker.target]!.laneOf(taker).add(taker);
    this.#telling.sent(taker, sentAtUs, packetBytes);
    if (answered === undefined) takers.push(taker);
    else this.#answer(taker, answered);
  }

  /** One that has left itself has been answered in time, and that has been noted. */
  noteAnswer({ trail }: Course, answered: Answered): void {
    const { tag: probe } = answered.flight;
    const { offer } = probe;
    if (offer === undefined) return;
    if (trail?.isForOthers(offer, answered) !== true) return this.sendBack(probe);
    offer.answered = answered;
    for (const taker of this.#takeFrom(probe)) this.#answer(taker, answered);
  }

  /** A probe, and all that it stands in for, is told as lost; with `unsent` it has not even left. */
  tellFailed(probe: Probe, unsent: Unsent | undefined): void {
    this.#telling.failed(probe, unsent);
    for (const taker of this.#takeFrom(probe)) {
      this.decide(taker, "lost");
      this.tellFailed(taker, unsent);
    }
  }

  /** Its result is nobody else's: those that waited for it leave themselves. */
  sendBack(probe: Probe): void {
    for (const taker of this.#takeFrom(probe)) {
      const course = this.#courses[taker.target]!;
      taker.standIn = undefined;
      course.owed.push(taker);
      course.wakeAt(this.#prober.nowUs());
    }
  }

  /** Decides a probe of which nothing is under way. Its target, which need not be the one that is served, may be done now. */
  decide(probe: Probe, state: "answered" | "lost"): void {
    const course = this.#courses[probe.target]!;
    course.decide(probe, state);
    if (course.over) course.wakeAt(this.#prober.nowUs());
  }

  #answer(taker: Probe, answered: Answered): void {
    this.decide(taker, "answered");
    this.#telling.answer("reply", taker, answered);
    this.#courses[taker.target]!.laneOf(taker).noteAnswered(taker.ttl, answered.atUs);
  }

  /** Those that it stands in for, as far as anybody still wants to know; from now on for none. */
  #takeFrom({ offer }: Probe): readonly Probe[] {
    const takers = offer?.takers ?? [];
    if (offer !== undefined) offer.takers = [];
    return takers.filter(({ target }) => !this.#courses[target]!.finished);
  }
}
