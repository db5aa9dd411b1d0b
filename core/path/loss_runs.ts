/**
 * Lost probes of one hop that were sent one after another: bursts, and outages among them.
 *
 * A burst is one lost probe or more in a row, by the order of sending; an outage is a burst over `OUTAGE_ROUNDS` rounds at
 * least. Probes are decided in another order than they were sent in, so those behind an undecided one wait for it: figures
 * reach as far as everything is decided. What may be decided otherwise yet is held: figures know it as it is now. Memory is
 * bounded: what waits, and the latest outages.
 */
import { Lengths } from "./lengths.ts";
import { Spacing } from "./spacing.ts";

/** As many losses in a row make the engine doubt its end of a path. */
export const OUTAGE_ROUNDS = 3;
/** More than anybody reads of one hop. */
export const OUTAGE_LIMIT = 100;
/** A family has no more sequence numbers, so no run has more probes in flight; an archive may tell what it likes. */
const UNDECIDED_LIMIT = 65_536;

/** Times in µs since the run began, of probes as they left. */
export interface Outage {
  /** Of the first lost probe. */
  readonly beginUs: number;
  /** Of the next one with an answer; `undefined`: it lasted to the end. */
  readonly endUs: number | undefined;
  readonly lost: number;
}

export interface LossRunFigures {
  readonly bursts: number;
  /** Probes of the longest one. */
  readonly longestBurst: number;
  /** The latest `OUTAGE_LIMIT` in their order, of so many; `undefined` where times are not told. */
  readonly outages: readonly Outage[] | undefined;
  readonly outageCount: number;
  /** How long all of them lasted; one without an end to its last lost probe. */
  readonly outageUs: number | undefined;
  /** The outage on the path that lasts until now: what was refused or did not leave is none of it; absent without. */
  readonly silence?: Pick<Outage, "beginUs" | "lost"> | undefined;
}

/** A probe as it left: numbered in the order of sending; of unknown length where nobody tells. */
export interface SentProbe {
  readonly probe: number;
  readonly round: number;
  readonly atUs: number;
  readonly packetBytes?: number | undefined;
  readonly flow?: number | undefined;
}

/** Why a probe has no answer: on the path, or since it did not leave this host, or was refused. */
export type LossPlace = "path" | "elsewhere";

interface Sent extends SentProbe {
  atUs: number;
  isOnPath: boolean;
  isLost: boolean | undefined;
}

interface Burst {
  readonly beginUs: number;
  lost: number;
  rounds: number;
  latestRound: number;
  latestUs: number;
}

export class LossRuns implements LossRunFigures {
  readonly #isUntimed: boolean;
  /** Those that wait, by their numbers; the first one is undecided, or held. */
  readonly #sent: Sent[] = [];
  #heldFrom = Infinity;
  /** When the latest one left: time does not run backwards, whatever an archive tells. */
  #latestUs = 0;
  readonly #settled = new Bursts();
  /** Of the probes that were not refused and have left. */
  readonly spacing = new Spacing();
  readonly lengths = new Lengths();

  constructor(isUntimed = false) {
    this.#isUntimed = isUntimed;
  }

  addSent({ probe, round, atUs, packetBytes, flow }: SentProbe): void {
    this.#latestUs = Math.max(this.#latestUs, atUs);
    this.#sent.push({ probe, round, atUs: this.#latestUs, packetBytes, flow, isOnPath: true, isLost: undefined });
    if (this.#sent.length <= UNDECIDED_LIMIT) return;
    this.#sent.shift();
    this.#advance();
  }

  /** It is another probe that counts for this one, and that left at this time. */
  retime(probe: number, atUs: number): void {
    const sent = this.#find(probe);
    if (sent !== undefined) sent.atUs = Math.max(sent.atUs, atUs);
  }

  addAnswer(probe: number): void {
    this.#decide(probe, false, true);
  }

  addLoss(probe: number, place: LossPlace = "path"): void {
    this.#decide(probe, true, place === "path");
  }

  /** A probe that is undecided, or held, counts no more. */
  forget(probe: number): void {
    const sent = this.#find(probe);
    if (sent === undefined) return;
    this.#sent.splice(this.#sent.indexOf(sent), 1);
    this.#advance();
  }

  /** What becomes of this probe and those behind it may be decided once more; `Infinity`: of none. */
  hold(from: number): void {
    this.#heldFrom = from;
    this.#advance();
  }

  get bursts(): number {
    return this.#known.bursts;
  }

  get longestBurst(): number {
    return this.#known.longestBurst;
  }

  get outages(): readonly Outage[] | undefined {
    return this.#isUntimed ? undefined : this.#known.outages;
  }

  get outageCount(): number {
    return this.#known.outageCount;
  }

  get outageUs(): number | undefined {
    return this.#isUntimed ? undefined : this.#known.outageUs;
  }

  get silence(): Pick<Outage, "beginUs" | "lost"> | undefined {
    return this.#isUntimed ? undefined : this.#known.silence;
  }

  /** What is held counts as it is now. */
  get #known(): Bursts {
    if (this.#sent[0]?.isLost === undefined) return this.#settled;
    const known = this.#settled.copy();
    for (const sent of this.#sent) {
      if (sent.isLost === undefined) break;
      known.add(sent);
    }
    return known;
  }

  /** Mostly it is the oldest. */
  #find(probe: number): Sent | undefined {
    let low = 0;
    for (let high = this.#sent.length - 1; low < high && this.#sent[low]!.probe < probe;) {
      const middle = (low + 1 + high) >> 1;
      if (this.#sent[middle]!.probe <= probe) low = middle;
      else high = middle - 1;
    }
    return this.#sent[low]?.probe === probe ? this.#sent[low] : undefined;
  }

  #decide(probe: number, isLost: boolean, isOnPath: boolean): void {
    const sent = this.#find(probe);
    if (sent === undefined) return;
    sent.isLost = isLost;
    sent.isOnPath = isOnPath;
    this.#advance();
  }

  #advance(): void {
    for (let sent = this.#sent[0]; sent?.isLost !== undefined && sent.probe < this.#heldFrom; sent = this.#sent[0]) {
      this.#sent.shift();
      if (sent.isOnPath) {
        this.spacing.add(sent.isLost, sent.atUs, sent.flow);
        if (sent.packetBytes !== undefined) this.lengths.add(sent.isLost, sent.packetBytes);
      }
      this.#settled.add(sent);
    }
  }
}

/** Of decided probes, told in the order of sending. */
class Bursts {
  bursts = 0;
  longestBurst = 0;
  #burst: Burst | undefined;
  /** What was lost on the path since the latest probe that was not. */
  #silence: Burst | undefined;
  #outages: Outage[] = [];
  #ended = 0;
  #endedUs = 0;

  copy(): Bursts {
    const copy = new Bursts();
    copy.bursts = this.bursts;
    copy.longestBurst = this.longestBurst;
    copy.#burst = this.#burst && { ...this.#burst };
    copy.#silence = this.#silence && { ...this.#silence };
    copy.#outages = [...this.#outages];
    copy.#ended = this.#ended;
    copy.#endedUs = this.#endedUs;
    return copy;
  }

  add(sent: Sent): void {
    this.#silence = sent.isLost && sent.isOnPath ? extended(this.#silence, sent) : undefined;
    if (sent.isLost) this.#extend(sent);
    else if (this.#burst !== undefined) this.#end(sent);
  }

  get outages(): readonly Outage[] {
    const open = this.openOutage;
    if (open === undefined) return this.#outages;
    return [...this.#outages, { beginUs: open.beginUs, endUs: undefined, lost: open.lost }].slice(-OUTAGE_LIMIT);
  }

  get outageCount(): number {
    return this.#ended + (this.openOutage === undefined ? 0 : 1);
  }

  get outageUs(): number {
    const open = this.openOutage;
    return this.#endedUs + (open === undefined ? 0 : open.latestUs - open.beginUs);
  }

  get openOutage(): Burst | undefined {
    return outageOf(this.#burst);
  }

  get silence(): Burst | undefined {
    return outageOf(this.#silence);
  }

  #extend(sent: Sent): void {
    if (this.#burst === undefined) this.bursts += 1;
    this.#burst = extended(this.#burst, sent);
    this.longestBurst = Math.max(this.longestBurst, this.#burst.lost);
  }

  #end({ atUs }: Sent): void {
    const outage = this.openOutage;
    this.#burst = undefined;
    if (outage === undefined) return;
    this.#ended += 1;
    this.#endedUs += atUs - outage.beginUs;
    this.#outages.push({ beginUs: outage.beginUs, endUs: atUs, lost: outage.lost });
    if (this.#outages.length > OUTAGE_LIMIT) this.#outages.shift();
  }
}

/** `before` with one more lost probe. */
function extended(before: Burst | undefined, { round, atUs }: Sent): Burst {
  const burst = before ?? { beginUs: atUs, lost: 0, rounds: 0, latestRound: -1, latestUs: atUs };
  burst.lost += 1;
  if (round !== burst.latestRound) burst.rounds += 1;
  burst.latestRound = round;
  burst.latestUs = atUs;
  return burst;
}

function outageOf(burst: Burst | undefined): Burst | undefined {
  return burst !== undefined && burst.rounds >= OUTAGE_ROUNDS ? burst : undefined;
}
