/**
 * What is known of one target's path while it is being probed: enough to decide how far a round has to go.
 *
 * The latest answer at a ttl counts, so a path that grows or shrinks during the run is followed. A refusal ends the path
 * only where nobody is known behind it: one bad moment of a router takes no probe from the hops that it leads to. An end
 * that falls silent is looked behind, further and further, and is none any more where somebody refuses there, or the target answers
 * instead, and arrival probes as well.
 * Where packets go ways of unequal length no ttl is the end for all of them (`evenness.ts`, `checks.ts`).
 */
import { DOUBTFUL_AFTER_LOST, MOVED } from "../messages.ts";
import { Checks } from "./checks.ts";
import { Evenness } from "./evenness.ts";
import { RefusedEnd } from "./refused_end.ts";
import { TargetPlaces } from "./target_places.ts";

/** What a ttl was answered: by a router on the way, by the target, or by a router that refuses to pass probes on. */
export type Position = "onTheWay" | "target" | "refusal";
type Knowledge = "silent" | Position;

/** Of losses in a row: a round looks behind the end, whatever else it has to do; and so again after twice as many. */
const LOOK_AFTER_LOST = 6;
/** Nobody is looked for further behind a silent end. */
const MOST_BEHIND = 5;

/** The furthest probe of a round that goes behind the end. */
interface Look {
  readonly ttl: number;
  readonly round: number;
  met: Knowledge | undefined;
}

export class Reach {
  /** By ttl, up to the last that answered. */
  readonly #known: Knowledge[] = [];
  #endTtl = Infinity;
  #lastKnownTtl = 0;
  /** Since somebody answered there. */
  #lostAtEnd = 0;
  #nextLook = LOOK_AFTER_LOST;
  /** How far behind the end the next round that gets there goes. */
  #depth = 0;
  /** Undecided ones, and those behind them, in their order. */
  #looks: Look[] = [];
  /** So many of the latest that went as far as the first of them were answered by the target, or refused, on end. */
  #answeredLooks = 0;
  #answeredDepth = 1;
  /** The latest of these was refused. */
  #isLookRefused = false;
  /** The end is one that other flows have, as far as is known. */
  #isExpected = false;
  /** Who refuses there; `undefined` where the end is none of refusals. */
  #refusal: RefusedEnd | undefined;
  /** The latest that has begun, and the latest in which refusals end nothing, since packets get further. */
  #latestRound = 0;
  #goesOnRound = -1;
  readonly #evenness = new Evenness();
  readonly #targetPlaces: TargetPlaces;
  #checks = new Checks();

  /** `answersWithErrors`: what the target answers is an ICMP error. */
  constructor(answersWithErrors = false) {
    this.#targetPlaces = new TargetPlaces(answersWithErrors);
  }

  /**
   * How far a round has to go: the least ttl at which the path ends, since the target answered or a router refused, and one
   * further each time that so many more losses there put it in doubt. `Infinity` while unknown.
   */
  get endTtl(): number {
    return this.#endTtl + this.#depth;
  }

  /** Whether somebody refuses there, and nobody is known behind it. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** The least ttl at which the target answers, or is expected to; `undefined` if there is none. */
  get targetTtl(): number | undefined {
    return this.#endTtl === Infinity || this.isRefused ? undefined : this.#endTtl;
  }

  /** The greatest ttl that anybody answered, 0 if nobody did. */
  get lastKnownTtl(): number {
    return this.#lastKnownTtl;
  }

  /** Whether, in this round, a probe of its own has to go as far as any way may be long, to tell whether the target is reached. */
  needsArrival(round: number, maxTtl: number): boolean {
    if (this.#refusal !== undefined) return false;
    return this.#evenness.isUneven(round, maxTtl) || (this.#checks.isProved(round) && this.#endTtl < maxTtl);
  }

  /** Whether this round, which does not begin with such a probe, is to end with one. */
  needsCheck(round: number, maxTtl: number): boolean {
    if (this.#endTtl >= maxTtl) return false;
    return this.#refusal?.needsCheck(round) ?? (this.#checks.isChecking(round) && !this.needsArrival(round, maxTtl));
  }

  /** Whether this round, which has begun with such a probe, has none that goes just as far as this. */
  isLeftOut(ttl: number, round: number): boolean {
    return this.#targetPlaces.isLeftOut(ttl, round);
  }

  /** Other flows meet the target there, and who limits its answers may have none for this one: it goes no further without reason. */
  expectTarget(ttl: number, round: number): void {
    if (this.#endTtl < Infinity || this.#lastKnownTtl >= ttl) return;
    this.#set(ttl, "target", round);
    this.#isExpected = true;
  }

  noteAnswer(ttl: number, position: Position, round = 0): void {
    if (position === "onTheWay") {
      this.#evenness.noteRouter(ttl, round);
      this.#targetPlaces.notePassed(ttl);
    } else if (position === "target") {
      this.#evenness.noteTarget(ttl, round);
      this.#targetPlaces.noteTarget(ttl, round);
    }
    this.#lastKnownTtl = Math.max(this.#lastKnownTtl, ttl);
    // A router behind the end is the proof that it is none any more. The target itself answers from behind it, too.
    const isDoubtful = this.#isDoubtful || this.#isExpected;
    if (isDoubtful && ttl > this.#endTtl && position === "onTheWay") this.#set(this.#endTtl, "silent", round);
    if (ttl === this.#endTtl) {
      this.#isExpected = false;
      this.#begin();
      if (position === "refusal") this.#refusal?.noteRefusal(round);
      if (position === "target") this.#checks.note(round, "place", true);
      else this.#checks.forget(round, "place");
    }
    if (ttl > this.#endTtl) this.#decide(ttl, round, position);
    if (position === "refusal" && round <= this.#goesOnRound) return;
    const known = this.#known[ttl] ?? "silent";
    if (known === position || (position === "refusal" && known !== "silent")) return;
    this.#set(ttl, position, round);
  }

  /** A probe of this round has left, as far as this; more may follow. */
  noteSent(ttl: number, round: number): void {
    this.#latestRound = round;
    this.#targetPlaces.noteSent(ttl, round);
    if (ttl === this.#endTtl) {
      if (this.#refusal === undefined) this.#checks.add(round, "place");
      else this.#refusal.noteAsked(round);
    }
    if (ttl <= this.#endTtl || !this.#isDoubtful) return;
    const latest = this.#looks.at(-1);
    if (latest?.round === round) this.#looks.pop();
    this.#looks.push({ ttl, round, met: undefined });
    if (ttl >= this.endTtl) this.#depth = 0;
  }

  noteLoss(ttl: number, round = 0): void {
    this.#targetPlaces.notePassed(ttl);
    if (ttl > this.#endTtl) this.#decide(ttl, round, "silent");
    if (ttl !== this.#endTtl) return;
    this.#checks.note(round, "place", false);
    this.#lostAtEnd++;
    if (this.#lostAtEnd % DOUBTFUL_AFTER_LOST === 0) this.#depth = Math.max(this.#depth, this.#answeredDepth);
    if (this.#lostAtEnd < this.#nextLook) return;
    this.#depth = Math.min(1 + Math.log2(this.#nextLook / LOOK_AFTER_LOST), MOST_BEHIND);
    this.#nextLook *= 2;
  }

  /** A probe has not left, though it was told as sent: whatever it looked for, nobody knows. */
  noteUnsent(ttl: number, round: number): void {
    this.#looks = this.#looks.filter((look) => look.ttl !== ttl || look.round !== round);
    if (ttl === this.#endTtl) this.#checks.forget(round, "place");
  }

  /** A probe that any way is short enough for has left. */
  noteArrivalSent(round: number): void {
    this.#targetPlaces.noteArrivalSent(round);
    if (this.#refusal === undefined) this.#checks.add(round, "arrival");
  }

  /** Whether the target has answered it. */
  noteArrival(round: number, isAnswered: boolean): void {
    if (isAnswered) this.#targetPlaces.noteArrival(round);
    if (this.#refusal === undefined) this.#checks.note(round, "arrival", isAnswered);
    else if (isAnswered) {
      this.#goesOnRound = this.#latestRound + 1;
      this.#set(this.#endTtl, "silent", round);
    }
  }

  noteArrivalUnsent(round: number): void {
    this.#checks.forget(round, "arrival");
  }

  /** Looks count in the order of sending: that one was lost is known later than answers to those after it. */
  #decide(ttl: number, round: number, met: Knowledge): void {
    const look = this.#looks.find((other) => other.ttl === ttl && other.round === round);
    if (look !== undefined) look.met ??= met;
    while (this.#looks[0]?.met !== undefined) this.#count(this.#looks.shift()!);
    const hasMoved = this.#lostAtEnd >= MOVED.lost && this.#answeredLooks >= MOVED.looks;
    const isLikely = this.#isLookRefused || this.#checks.isLikely;
    if (hasMoved && isLikely && this.#known[this.#endTtl] === "target") this.#set(this.#endTtl, "silent", round);
  }

  #count({ ttl, met }: Look): void {
    if (met === "target" || met === "refusal") {
      this.#isLookRefused = met === "refusal";
      this.#answeredLooks++;
      this.#answeredDepth = Math.min(ttl - this.#endTtl, MOST_BEHIND);
    } else if (ttl >= this.#endTtl + this.#answeredDepth) this.#answeredLooks = 0;
  }

  /** Losses and looks count for the end that there is, until it answers or another one takes its place. */
  #begin(): void {
    this.#lostAtEnd = 0;
    this.#nextLook = LOOK_AFTER_LOST;
    this.#depth = 0;
    this.#looks = [];
    this.#answeredLooks = 0;
    this.#answeredDepth = 1;
  }

  get #isDoubtful(): boolean {
    return this.#lostAtEnd >= DOUBTFUL_AFTER_LOST;
  }

  #set(ttl: number, knowledge: Knowledge, round: number): void {
    this.#known[ttl] = knowledge;
    const target = this.#known.indexOf("target");
    const refusal = this.#known.indexOf("refusal", this.#known.lastIndexOf("onTheWay") + 1);
    const isRefused = target < 0 && refusal >= 0;
    const end = isRefused ? refusal : target;
    const endTtl = end < 0 ? Infinity : end;
    if (endTtl !== this.#endTtl) {
      this.#begin();
      this.#isExpected = false;
      this.#checks = new Checks(this.#checks);
    }
    if (!isRefused) this.#refusal = undefined;
    else if (this.#refusal === undefined || endTtl !== this.#endTtl) {
      this.#refusal = new RefusedEnd(round, Math.max(round, this.#latestRound));
    }
    this.#endTtl = endTtl;
  }
}
