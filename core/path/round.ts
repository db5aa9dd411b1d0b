/** A round of one flow, as far as it concerns the target. */
import type { LoadPhase, TraceEvent } from "../messages.ts";
import type { Doubted, Outcome } from "./doubt.ts";
import type { LastOfRound } from "./last_answers.ts";
import type { Side } from "./robbing.ts";
import { type RoundLoop, RoundWay } from "./round_way.ts";

export type Heard = Extract<TraceEvent, { kind: "reply" | "duplicate" }>;

export class Round implements Doubted {
  readonly number: number;
  /** Its only probe that counts is one that any way is long enough for. */
  readonly isOfArrival: boolean;
  /** Numbers of its probes, which are those of no other round of this flow. */
  readonly firstProbe: number;
  lastProbe: number;
  readonly sentUs: number;
  /** When the last one left. */
  lastSentUs: number;
  readonly load: LoadPhase | undefined;
  furthestTtl = 0;
  /** Besides an arrival probe it has one that goes just as far as somewhere where the target has answered. */
  asksTargetAgain = false;
  /** The one before has. */
  isBehindAsked = false;
  /** The arrival probe that it ends with, if it does, and what became of that; `undefined` while nobody knows. */
  check: number | undefined;
  checkOutcome: Outcome | undefined;
  checkRefusal: Heard | undefined;
  /** `undefined`: nothing that is to be compared. */
  side: Side | undefined;
  undecided = 0;
  /** Probes to which a further answer is late, too. */
  readonly lost: number[] = [];
  /** All of its probes have been sent. */
  isOver = false;
  /** The target's answer to the one that counts. */
  reply: Heard | undefined;
  /** The target has answered the one that counts too late. */
  isLate = false;
  /** A router says of its arrival probe that its time was up. */
  isExpired = false;
  /** The routers that it has met. */
  readonly way = new RoundWay();
  /** Probes of which it is not known what becomes of them, whether they count or not. */
  waiting = 0;
  outcome: Outcome | undefined;
  /** It counts as what it is, or not at all. */
  isSettled = false;
  /** It was told as lost, and is known as this since; as "unknown" it does not count. */
  revised: "answered" | "refused" | "unknown" | undefined;
  /** Of the probe that counts: somebody on the way refuses it; or the answer of the target does. */
  refusal: Heard | undefined;
  /** Of all of its probes, the nearest that somebody on the way refuses. */
  refusedTtl = Infinity;
  #nearestRefusal: Heard | undefined;
  /** Where whoever refuses it was met, and the furthest before him that a router was. */
  refuserTtl = Infinity;
  beforeRefuserTtl = 0;
  isRefusedByTarget = false;
  hasUnsent = false;
  /** Furthest ttl that a router answered, 0 if none did. */
  passedTtl = 0;
  passedFrom = "";

  constructor(
    { round, probe, load }: Pick<Extract<TraceEvent, { kind: "sent" }>, "round" | "probe" | "load">,
    isOfArrival: boolean,
    sentUs: number,
  ) {
    this.number = round;
    this.isOfArrival = isOfArrival;
    this.firstProbe = probe;
    this.lastProbe = probe;
    this.sentUs = sentUs;
    this.lastSentUs = sentUs;
    this.load = load;
  }

  get isRefused(): boolean {
    return this.refusal !== undefined;
  }

  /** As far as is known now. */
  get known(): Outcome | "unknown" | undefined {
    return this.revised ?? this.outcome;
  }

  /** The probe that it is. */
  get countingProbe(): number {
    return this.isOfArrival ? this.firstProbe : this.lastProbe;
  }

  /** Another one than the arrival probe that it is. */
  isBeside(probe: number): boolean {
    return this.isOfArrival && probe !== this.firstProbe;
  }

  notePassed({ ttl, from }: Heard): void {
    if (ttl > this.passedTtl) [this.passedTtl, this.passedFrom] = [ttl, from];
  }

  noteRefused(heard: Heard): void {
    this.refuserTtl = Math.min(this.refuserTtl, heard.ttl, this.way.ttlOf(heard.from));
    this.beforeRefuserTtl = this.way.furthestBefore(this.refuserTtl);
    if (heard.ttl < this.refusedTtl) [this.refusedTtl, this.#nearestRefusal] = [heard.ttl, heard];
    if (heard.probe === this.countingProbe) this.refusal ??= heard;
  }

  /** Of a probe that does not go as far as the one that counts, where no router has answered from further away. */
  get nearerRefusal(): Heard | undefined {
    return this.passedTtl < this.refusedTtl ? this.#nearestRefusal : undefined;
  }

  /** The routers that it has met again and again; those of a round that was refused tell nothing. */
  get loop(): RoundLoop | undefined {
    return this.isRefused ? undefined : this.way.loop(this.furthestTtl);
  }

  /** Of an arrival probe that goes round a router says that its time was up. */
  get isLoop(): boolean {
    return this.isExpired || this.loop !== undefined;
  }

  get last(): LastOfRound | undefined {
    return this.passedTtl > 0 && !this.isLoop ? { ttl: this.passedTtl, address: this.passedFrom } : undefined;
  }
}
