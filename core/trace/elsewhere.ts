/**
 * Answers for a target that come from another address than its own.
 *
 * A host with several addresses may answer from any of them, and so do anycast groups and routers; whoever has seen a probe can
 * forge an answer that fits it as well. But one host answers a probe once: where the target's own address has answered it,
 * too, the other answer is a stranger's, and so is every later one from elsewhere, since strangers can have any address.
 *
 * Which of the two it is shows soon: so the first of these answers waits, and all behind it to keep their order. None
 * waits for longer than `PATIENCE_US`, once for each target, nor until its probe would be lost.
 */
import type { Answer, Target } from "../messages.ts";
import { isOfDestination } from "../packet/icmp_code.ts";
import type { Answered } from "./probe.ts";

/** A further round at mtr's pace, and the round trip of a long path. */
export const PATIENCE_US = 2_000_000;
/** More than answers come in that time, but for a flood. */
const MOST_WAITING = 4_096;

/** Who speaks: the target from its own address, somebody from elsewhere in its place, or anybody for himself. */
export type Voice = "target" | "elsewhere" | "other";

/** `tell` it now; with the rest (`wait`); or it is no answer at all. */
export type Fate = "tell" | "wait" | "forged";

export function voiceOf(
  { from, answer: { kind, icmpType, icmpCode } }: { readonly from: string; readonly answer: Answer },
  { family, address }: Target["endpoint"],
  asksForPort: boolean,
): Voice {
  if (kind === "timeExceeded") return "other";
  if (from === address) return "target";
  if (kind !== "unreachable") return "elsewhere";
  return asksForPort && isOfDestination(family, icmpType, icmpCode) ? "elsewhere" : "other";
}

export class Elsewhere {
  #word: "unknown" | "believed" | "disproved" = "unknown";
  #waiting: { readonly answered: Answered; readonly voice: Voice }[] = [];

  hear(answered: Answered, voice: Voice): Fate {
    const { flight: { tag: probe } } = answered;
    if (voice !== "other") {
      if (probe.answeredBy !== undefined && probe.answeredBy !== voice) this.#word = "disproved";
      probe.answeredBy = voice;
      if (voice === "elsewhere" && this.#word === "disproved") return "forged";
    }
    const begins = voice === "elsewhere" && this.#word === "unknown" && probe.state === "inFlight";
    if (!begins && this.#waiting.length === 0) return "tell";
    this.#waiting.push({ answered, voice });
    return "wait";
  }

  /** Until when they wait, on the prober's time line. */
  get dueUs(): number {
    const first = this.#waiting[0];
    if (first === undefined) return Infinity;
    if (this.#word !== "unknown" || this.#waiting.length > MOST_WAITING) return -Infinity;
    return this.#waiting.reduce(
      (dueUs, { answered: { flight: { tag } } }) => tag.state === "inFlight" ? Math.min(dueUs, tag.deadlineUs) : dueUs,
      first.answered.atUs + PATIENCE_US,
    );
  }

  /** Those that have waited, in the order in which they came, and how many of them are no answers. */
  release(): { readonly answers: readonly Answered[]; readonly forged: number } {
    if (this.#word === "unknown") this.#word = "believed";
    const waiting = this.#waiting;
    this.#waiting = [];
    const told = this.#word === "believed" ? waiting : waiting.filter(({ voice }) => voice !== "elsewhere");
    return { answers: told.map(({ answered }) => answered), forged: waiting.length - told.length };
  }
}

/** Those targets of which answers wait. */
export class Doubts {
  readonly #waiting = new Set<Elsewhere>();

  /** One of its answers waits from now on, if none did before. */
  add(elsewhere: Elsewhere): void {
    this.#waiting.add(elsewhere);
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** When the first answers have waited long enough. */
  get dueUs(): number {
    let dueUs = Infinity;
    for (const elsewhere of this.#waiting) dueUs = Math.min(dueUs, elsewhere.dueUs);
    return dueUs;
  }

  /** The answers that have waited long enough, those to each target in their order, and how many of them are none. */
  releaseDue(nowUs: number): { readonly answers: readonly Answered[]; readonly forged: number } {
    const answers: Answered[] = [];
    let forged = 0;
    for (const elsewhere of this.#waiting) {
      if (elsewhere.dueUs > nowUs) continue;
      this.#waiting.delete(elsewhere);
      const released = elsewhere.release();
      answers.push(...released.answers);
      forged += released.forged;
    }
    return { answers, forged };
  }
}
