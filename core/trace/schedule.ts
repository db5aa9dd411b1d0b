/**
 * When which ttl of one target is due: one round per interval, its probes spread evenly over it.
 *
 * Rounds begin on an absolute grid (start + n x interval), so pacing does not drift. The first round does not know
 * the path's length: while it is no more than a few hops ahead of the answers it goes from hop to hop quickly, so that it
 * takes little more than a round trip, and few probes go beyond the target; else it is paced for 30 hops, so that it fits
 * into one interval on any usual path. Where nobody has answered for `maxUnknown` hops it waits for news until the
 * interval is over, instead of taking answers that are still on their way for silence. A round that becomes longer than
 * the one before goes on at that pace, so that a loop that begins meanwhile takes no round's time. Of several flows each
 * goes as far as its own way, hop by hop beside the others. A host that slept does not catch up: the grid moves.
 *
 * Where the ways of a flow's packets are of unequal length its round begins with an arrival probe, which goes as far as probes
 * may. It comes first, so that whoever hears of it knows that the others of the round do not count for the target. To find out
 * whether they are, a round may end with one, which does not count.
 *
 * A survey takes the place of the first round, at the same pace and for as long as it takes; the other rounds go on with the
 * flows that it gives.
 */
import type { TracePlan } from "../plan.ts";
import type { Reach } from "./reach.ts";
import type { Survey } from "./survey.ts";

export type Step =
  /** Send this now; ask again after. */
  | {
    readonly kind: "probe";
    readonly ttl: number;
    readonly flow: number;
    readonly round: number;
    readonly isArrival: boolean;
  }
  /** A probe is due, and may not leave yet; ask again when it may. */
  | { readonly kind: "due" }
  /** The survey is over; ask again. */
  | { readonly kind: "surveyed" }
  /** The round's last probe has been sent; ask again. */
  | { readonly kind: "roundOver"; readonly round: number }
  /** Nothing to do before this time, unless an answer comes. */
  | { readonly kind: "wait"; readonly untilUs: number }
  /** All rounds are sent. */
  | { readonly kind: "over" };

// mtr's greatest path by default: the first round is paced as if the path were this long.
const USUAL_MOST_HOPS = 30;

// A hundred probes a second pass the first router while a path is found, each of them answered by another one.
const QUICK_SPACING_US = 10_000;
// So many hops ahead of the last answer nobody knows whether there is anybody; further ones are asked slowly.
const QUICK_HOPS = 4;

// A probe that is late is made up for at twice the pace.
const LEAST_GAP = 0.5;

/** Whether a flow's round goes on; `unsure` while answers that would tell may still be on their way. */
type FlowState = "open" | "unsure" | "over";

const OVER: Step = { kind: "over" };
const DUE: Step = { kind: "due" };

export class Schedule {
  #plan: TracePlan;
  /** From the next round on. */
  #next: TracePlan;
  #round = 0;
  /** Those that rounds go over. */
  #flows: readonly number[];
  /** By place in this list, the next ttl to probe; the round's probes so far are firstTtl to this - 1. */
  #ttls: number[];
  /** By the same place, the latest round that has had its arrival probe. */
  readonly #arrivals: number[] = [];
  readonly #survey: Survey | undefined;
  #isSurveyed = false;
  /** How many probes of the round have been sent. */
  #sent = 0;
  #roundStartUs: number;
  #dueUs: number;
  #earliestUs = -Infinity;
  #latestUs = -Infinity;
  /** When the next probe is due where it may follow quickly. */
  #quickUs = -Infinity;
  #spacingUs: number;
  /** For so many probes of a round; further ones follow quickly, so that it ends as soon as may be. */
  #spaced = Infinity;

  constructor(plan: TracePlan, startUs: number, survey?: Survey) {
    this.#plan = plan;
    this.#next = plan;
    this.#survey = survey;
    this.#flows = Array.from({ length: plan.flows }, (_, flow) => flow);
    this.#ttls = this.#flows.map(() => plan.firstTtl);
    this.#roundStartUs = startUs;
    this.#dueUs = startUs;
    this.#spacingUs = firstSpacingUs(plan);
  }

  /**
   * What to do at `nowUs`, with what is known of the way of each flow. A `probe` or `roundOver` is taken as done. Where no probe
   * may leave now, `due` comes in the place of `probe`.
   */
  next(nowUs: number, reaches: readonly Reach[], mayProbe = true): Step {
    const { rounds, intervalUs } = this.#plan;
    if (rounds !== undefined && this.#round >= rounds) return OVER;
    if (this.#survey !== undefined && this.#round === 0) return this.#explore(this.#survey, nowUs, reaches, mayProbe);
    let place: number | undefined;
    let isUnsure = false;
    const { length } = this.#flows;
    for (let from = 0; from < length; from++) {
      const other = (from + this.#round) % length;
      const reach = reaches[this.#flows[other]!]!;
      this.#leaveOut(other, reach);
      const state = this.#stateOf(other, nowUs, reach);
      if (state === "unsure") isUnsure = true;
      // The flow that has come least far. Of several each is the first in its turn: who limits its answers gives them to the first.
      if (state === "open" && (place === undefined || this.#ttls[other]! < this.#ttls[place]!)) place = other;
    }
    if (place === undefined) {
      return isUnsure ? { kind: "wait", untilUs: this.#roundStartUs + intervalUs } : this.#closeRound();
    }
    const dueUs = this.#isQuick(place, reaches) ? Math.min(this.#dueUs, this.#quickUs) : this.#dueUs;
    if (nowUs < dueUs) return { kind: "wait", untilUs: dueUs };
    if (!mayProbe) return DUE;
    const lateUs = nowUs - this.#gridUs();
    if (lateUs > intervalUs) this.#roundStartUs += lateUs;
    this.#latestUs = nowUs;
    this.#earliestUs = nowUs + this.#gapUs() * LEAST_GAP;
    const reach = reaches[this.#flows[place]!]!;
    const isArrival = this.#lacksArrival(place, reach) ||
      (this.#isAtEnd(place, reach) && this.#lacksCheck(place, reach));
    if (isArrival) this.#arrivals[place] = this.#round;
    const ttl = isArrival ? this.#plan.maxTtl : this.#ttls[place]!++;
    this.#sent++;
    // Who was quick does not wait for the grid.
    const gridUs = this.#round === 0 ? Math.min(this.#gridUs(), nowUs + this.#spacingUs) : this.#gridUs();
    this.#dueUs = Math.max(gridUs, this.#earliestUs);
    this.#quickUs = nowUs + QUICK_SPACING_US;
    return { kind: "probe", ttl, flow: this.#flows[place]!, round: this.#round, isArrival };
  }

  /** Whether the flow's round is to begin with a probe that it has not had. */
  #lacksArrival(place: number, reach: Reach): boolean {
    const { firstTtl, maxTtl } = this.#plan;
    return this.#ttls[place] === firstTtl && this.#mayArrive(place) && reach.needsArrival(this.#round, maxTtl);
  }

  /** What the arrival probe tells, and takes the target's answers: its time passes without a probe. */
  #leaveOut(place: number, reach: Reach): void {
    if (this.#arrivals[place] !== this.#round) return;
    while (!this.#isAtEnd(place, reach) && reach.isLeftOut(this.#ttls[place]!, this.#round)) {
      this.#ttls[place]! += 1;
      this.#sent++;
      this.#dueUs = Math.max(this.#gridUs(), this.#earliestUs);
    }
  }

  /** Whether it is to end with one. */
  #lacksCheck(place: number, reach: Reach): boolean {
    return this.#mayArrive(place) && reach.needsCheck(this.#round, this.#plan.maxTtl);
  }

  /** Rounds that leave out hops tell nothing of the target. */
  #mayArrive(place: number): boolean {
    return this.#plan.cacheUs === undefined && this.#arrivals[place] !== this.#round;
  }

  /** The flow's round has gone as far as its path. */
  #isAtEnd(place: number, reach: Reach): boolean {
    return this.#ttls[place]! - 1 >= Math.min(reach.endTtl, this.#plan.maxTtl);
  }

  /** Whether the next hop is so near to those that have answered that it is asked without waiting for them. */
  #isQuick(place: number, reaches: readonly Reach[]): boolean {
    if (this.#round > 0) return false;
    const { lastKnownTtl } = reaches[this.#flows[place]!]!;
    return this.#ttls[place]! - Math.max(lastKnownTtl, this.#plan.firstTtl - 1) <= QUICK_HOPS;
  }

  #explore(survey: Survey, nowUs: number, reaches: readonly Reach[], mayProbe: boolean): Step {
    if (this.#isSurveyed) return this.#beginRounds(survey.coveringFlows(), nowUs, reaches);
    if (nowUs < this.#dueUs) return { kind: "wait", untilUs: this.#dueUs };
    const step = survey.next(nowUs);
    if (step.kind === "wait") return step;
    if (step.kind === "over") {
      this.#isSurveyed = true;
      return { kind: "surveyed" };
    }
    if (!mayProbe) return DUE;
    // Waiting for answers is no delay that would have to be made up for.
    this.#dueUs = nowUs + this.#spacingUs;
    survey.noteSent(step.flow, step.ttl, nowUs);
    return { ...step, round: this.#round, isArrival: false };
  }

  /** The survey was the first round, but longer than an interval, as a rule. */
  #beginRounds(flows: readonly number[], nowUs: number, reaches: readonly Reach[]): Step {
    const { firstTtl, maxTtl, intervalUs } = this.#plan;
    this.#flows = flows;
    this.#ttls = flows.map(() => firstTtl);
    const lastTtl = Math.min(
      maxTtl,
      Math.max(...reaches.map(({ endTtl, lastKnownTtl }) => Math.min(endTtl, lastKnownTtl))),
    );
    this.#sent = flows.length * Math.max(1, lastTtl - firstTtl + 1);
    this.#roundStartUs = Math.max(this.#roundStartUs, nowUs - intervalUs);
    return this.#closeRound();
  }

  /** Everything that is due is so this much later. */
  shift(byUs: number): void {
    this.#roundStartUs += byUs;
    this.#dueUs += byUs;
    this.#quickUs += byUs;
  }

  /**
   * Another plan of as many flows from the next round on. Only the pace is another one at once, so that nobody waits for the
   * end of a long round: what is due in some time is due in so much more or less. A survey goes on as it was begun.
   */
  change(plan: TracePlan, nowUs: number): void {
    const ratio = plan.intervalUs / this.#plan.intervalUs;
    const rescaled = (atUs: number): number => nowUs + (atUs - nowUs) * ratio;
    this.#roundStartUs = rescaled(this.#roundStartUs);
    this.#dueUs = rescaled(this.#dueUs);
    this.#spacingUs *= ratio;
    this.#earliestUs = Math.min(this.#earliestUs, nowUs + this.#spacingUs * LEAST_GAP);
    this.#plan = { ...this.#plan, intervalUs: plan.intervalUs };
    this.#next = plan;
    if (this.#sent === 0) this.#adopt();
  }

  #adopt(): void {
    this.#plan = this.#next;
    const { firstTtl } = this.#plan;
    for (let place = 0; place < this.#ttls.length; place++) this.#ttls[place] = firstTtl;
  }

  #stateOf(place: number, nowUs: number, reach: Reach): FlowState {
    const { firstTtl, maxUnknown, intervalUs } = this.#plan;
    const lastTtl = this.#ttls[place]! - 1;
    if (lastTtl < firstTtl) return "open";
    if (this.#isAtEnd(place, reach)) return this.#lacksCheck(place, reach) ? "open" : "over";
    // mtr's rule: the round ends with the first probe that has more silent hops than that directly before it.
    if (lastTtl - 1 - Math.max(reach.lastKnownTtl, firstTtl - 1) <= maxUnknown) return "open";
    return this.#round === 0 && nowUs < this.#roundStartUs + intervalUs ? "unsure" : "over";
  }

  #closeRound(): Step {
    const { intervalUs } = this.#plan;
    const round = this.#round++;
    this.#spacingUs = intervalUs / this.#sent;
    this.#spaced = this.#sent;
    this.#sent = 0;
    this.#adopt();
    this.#roundStartUs += intervalUs;
    // Whatever was in haste, this round is not.
    this.#earliestUs = Math.max(this.#earliestUs, this.#latestUs + this.#spacingUs * LEAST_GAP);
    this.#dueUs = Math.max(this.#gridUs(), this.#earliestUs);
    return { kind: "roundOver", round };
  }

  /** The time that the next probe has on the grid; it is due later if it would follow the one before in a burst. */
  #gridUs(): number {
    const further = Math.max(0, this.#sent - this.#spaced);
    return this.#roundStartUs + (this.#sent - further) * this.#spacingUs + further * this.#furtherUs();
  }

  #gapUs(): number {
    return this.#sent < this.#spaced ? this.#spacingUs : this.#furtherUs();
  }

  /** As in the first round, which does not know the path's length either. */
  #furtherUs(): number {
    return Math.min(this.#spacingUs, firstSpacingUs(this.#plan));
  }
}

/** Gap between the probes of the first round, in µs. */
export function firstSpacingUs({ firstTtl, maxTtl, intervalUs, flows }: TracePlan): number {
  return intervalUs / (flows * Math.min(USUAL_MOST_HOPS, maxTtl - firstTtl + 1));
}
