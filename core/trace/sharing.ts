/**
 * Near hops that several targets have in common: there one probe a round stands in for those of all.
 *
 * Who stands in for whom is read from what each target's own probes have shown. A place is a router behind the very same
 * routers, from the first hop on; whoever comes to a place first in a round sends, and the others take that result. So
 * the first hop that differs, or at which several addresses answer one target, and all behind it, are never shared. An
 * answer of anybody else is none for the others: they ask themselves (`tracer.ts`).
 *
 * Who has never answered is no router that could be shared, but a place: those whom he does not answer go on together,
 * unless paths have been seen to part there. A router that limits its answers is so spared by those behind which it is.
 *
 * A target goes its near hops with probes of its own when something behind them has changed or fallen silent, and in one
 * of `PROOF_ROUNDS` rounds in any case. Where one of its own probes is overdue it neither takes nor stands in.
 */
import type { Answered, Offer, Probe } from "./probe.ts";

/** What is steady behind the near hops proves most of them; two routers side by side with the same ones behind need more. */
const PROOF_ROUNDS = 64;
/** Of a hop that was found changed or silent: so many answers in a row, all from one address, until it is relied upon. */
const STEADY_ANSWERS = 3;
/** An answer is overdue after twice the latest round trip, and what a busy router takes beside. */
const OVERDUE_TIMES = 2;
const OVERDUE_BESIDE_US = 100_000;
/** Of the targets that a hop on the way has never answered, so many ask it again in a round. */
const ASKING_AGAIN = 4;
/** Twice as many hops as a long path has. */
const PLACES_A_TARGET = 64;

/** A router, known by all those before it; or one that does not answer. */
interface Place {
  /** By address. */
  readonly behind: Map<string, Place>;
  /** Whoever it is that has never answered those who come here. */
  silentBehind: Place | undefined;
  latest: Offer | undefined;
  /** How many of those ask again in this round. */
  asking: number;
  askingRound: number;
}

export class Sharing {
  readonly #mostPlaces: number;
  #places = 0;
  #beginnings = new Map<string, Place>();

  constructor(targets: number) {
    this.#mostPlaces = targets * PLACES_A_TARGET;
  }

  /** Where the paths of all probes that look like this begin. */
  beginning(looks: string): Place {
    return this.#at(this.#beginnings, looks);
  }

  behind(place: Place, address: string): Place {
    return this.#at(place.behind, address);
  }

  /** Where somebody does not answer; `undefined` where paths have been seen to part there. */
  silentBehind(place: Place): Place | undefined {
    return place.behind.size > 1 ? undefined : place.silentBehind ??= this.#newPlace();
  }

  #at(places: Map<string, Place>, name: string): Place {
    const known = places.get(name);
    if (known !== undefined) return known;
    const place = this.#newPlace();
    places.set(name, place);
    return place;
  }

  #newPlace(): Place {
    this.#places += 1;
    // Routers that answer with ever new addresses must not fill the memory: what is in use comes back with the next round.
    if (this.#places > this.#mostPlaces) {
      this.#beginnings = new Map();
      this.#places = 0;
    }
    return { behind: new Map(), silentBehind: undefined, latest: undefined, asking: 0, askingRound: 0 };
  }
}

/** What a target's own probes have shown of one hop. */
interface Step {
  address: string;
  /** He passes probes on, and so is neither the target nor somebody who refuses them. */
  passesOn: boolean;
  /** Answers in a row, and how many there must be. */
  row: number;
  least: number;
  rttUs: number;
  /** The latest own probe, and the latest one that counts as his. */
  ownProbe: number;
  latestProbe: number;
  /** When the first one left that has no answer, if none behind it has one either. */
  silentSinceUs: number | undefined;
}

/** Where a target's round is. */
interface Stage {
  readonly round: number;
  readonly isOnTheWay: boolean;
  readonly nowUs: number;
}

/** One target's way over the places. */
export class Trail {
  readonly #sharing: Sharing;
  /** How many rounds later than the others it proves its near hops, so that they do not all do so at once. */
  readonly #delayRounds: number;
  #looks: string | undefined;
  /** By ttl; absent where nobody has answered. */
  #steps: (Step | undefined)[] = [];
  /** Probes of earlier rounds looked otherwise. */
  #firstRound = 0;
  #provedRound = 0;
  #hasChanged = false;
  #isProving = false;
  /** Where the round is; `undefined` behind the shared hops. */
  #place: Place | undefined;

  constructor(sharing: Sharing, index: number) {
    this.#sharing = sharing;
    this.#delayRounds = index % PROOF_ROUNDS;
  }

  /** A round of probes begins that look like this, so that others may stand in for them. */
  begin(looks: string, round: number, nowUs: number): void {
    if (looks !== this.#looks) {
      this.#looks = looks;
      this.#steps = [];
      this.#firstRound = round;
      this.#provedRound = round + this.#delayRounds;
    }
    this.#isProving = this.#noteSilence(nowUs) || this.#hasChanged || round - this.#provedRound >= PROOF_ROUNDS;
    if (this.#isProving) this.#provedRound = round;
    this.#hasChanged = false;
    this.#place = undefined;
  }

  /**
   * The round comes to this ttl, from the one before; `isOnTheWay`: somebody behind it has answered. `false`: a hop that has
   * never answered is left alone in this round, since enough others ask it.
   */
  goTo(ttl: number, { round, isOnTheWay, nowUs }: Stage): boolean {
    const before = this.#hasChanged ? undefined : ttl === 1 ? this.#sharing.beginning(this.#looks ?? "") : this.#place;
    const step = this.#steps[ttl];
    this.#place = undefined;
    if (before === undefined) return true;
    if (step !== undefined) {
      if (isReliable(step, nowUs)) this.#place = this.#sharing.behind(before, step.address);
      return true;
    }
    if (!isOnTheWay) return true;
    this.#place = this.#sharing.silentBehind(before);
    return this.#isProving || asksAgain(before, round);
  }

  /** Who stands in for this probe; `undefined`: it has to leave itself. */
  take(probe: Probe, nowUs: number): Offer | undefined {
    const step = this.#steps[probe.ttl];
    const offer = this.#place?.latest;
    if (this.#isProving || step === undefined || offer === undefined) return undefined;
    const isAnother = offer.probe.round >= probe.round && offer.probe.number > step.latestProbe;
    const isUseful = offer.answered !== undefined ||
      (offer.probe.state === "inFlight" && nowUs - offer.sentAtUs <= patienceUs(step));
    if (!isAnother || !isUseful) return undefined;
    step.latestProbe = offer.probe.number;
    return offer;
  }

  /** It has left itself, and stands in for others where that can be. */
  offer(probe: Probe, sentAtUs: number, packetBytes: number): void {
    const step = this.#steps[probe.ttl];
    if (this.#place === undefined || step === undefined) return;
    probe.offer = { probe, responder: step.address, sentAtUs, packetBytes, takers: [], answered: undefined };
    this.#place.latest = probe.offer;
  }

  /** It has left itself. */
  noteSent({ ttl, number }: Probe, sentAtUs: number): void {
    const step = this.#steps[ttl];
    if (step === undefined) return;
    step.ownProbe = step.latestProbe = number;
    step.silentSinceUs ??= sentAtUs;
  }

  /** Whether this answer to one of its own, which has been noted, says anything to those that it stands in for. */
  isForOthers({ responder }: Offer, { from, answer }: Answered): boolean {
    return from === responder && answer.kind === "timeExceeded" && !this.#hasChanged;
  }

  /** One of its own has been answered in time. */
  noteAnswer({ round, ttl, number }: Probe, { from: address, atUs, rttUs, answer }: Answered): void {
    if (round < this.#firstRound) return;
    const passesOn = answer.kind === "timeExceeded";
    const step = this.#steps[ttl] ??= {
      address,
      passesOn,
      row: 0,
      least: 1,
      rttUs,
      ownProbe: number,
      latestProbe: number,
      silentSinceUs: undefined,
    };
    if (step.address !== address || step.passesOn !== passesOn) {
      if (isSteady(step)) this.#hasChanged = true;
      step.address = address;
      step.passesOn = passesOn;
      doubt(step);
    }
    step.row += 1;
    step.rttUs = rttUs;
    step.silentSinceUs = number < step.ownProbe ? atUs - rttUs : undefined;
  }

  /** Whether a hop that has been steady is silent now. */
  #noteSilence(nowUs: number): boolean {
    let wasSteady = false;
    for (const step of this.#steps) {
      if (step === undefined || !isOverdue(step, nowUs)) continue;
      wasSteady ||= isSteady(step);
      doubt(step);
    }
    return wasSteady;
  }
}

/** Whether it is among those that do so in this round, and counts it. */
function asksAgain(place: Place, round: number): boolean {
  if (round > place.askingRound) place.asking = 0;
  place.askingRound = Math.max(round, place.askingRound);
  return place.asking++ < ASKING_AGAIN;
}

function doubt(step: Step): void {
  step.row = 0;
  step.least = STEADY_ANSWERS;
}

function isSteady({ row, least }: Step): boolean {
  return row >= least;
}

function isReliable(step: Step, nowUs: number): boolean {
  return step.passesOn && isSteady(step) && !isOverdue(step, nowUs);
}

function isOverdue(step: Step, nowUs: number): boolean {
  return step.silentSinceUs !== undefined && nowUs - step.silentSinceUs > patienceUs(step);
}

function patienceUs({ rttUs }: Step): number {
  return OVERDUE_TIMES * rttUs + OVERDUE_BESIDE_US;
}
