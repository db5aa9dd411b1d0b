/**
 * The probes to one hop that wait for an answer, by the order of sending: a row of them ends with the first probe that has
 * one. Losses at the front are but counted, so that what is kept is what is in flight, and what was answered before it.
 */

interface SentProbe {
  readonly atUs: number;
  state: "waiting" | "answered" | "lost";
  /** An answer came when it was lost already. */
  isLate?: true;
}

/** Probes in a row that have no answer. */
export interface Unanswered {
  /** When the first of them was sent, in the time of the events. */
  readonly sinceUs: number;
  readonly count: number;
  /** Those of them that are given up; the others may have an answer yet. */
  readonly lost: number;
  /** Those among the lost that were answered too late. */
  readonly late: number;
}

export interface AwaitedRow extends Unanswered {
  /** When the probe was sent whose answer ends it; `undefined`: nothing has, by now. */
  readonly endUs: number | undefined;
}

const NONE: Unanswered = { sinceUs: Infinity, count: 0, lost: 0, late: 0 };

export class AwaitedProbes {
  /** Given up, and sent before all of `#sent`. */
  #front = NONE;
  /** The first probe of those. */
  #frontProbe = Infinity;
  /** Of those the ones sent since the latest sign of life. */
  #unheard = NONE;
  #heardAtUs = -Infinity;
  #ended: readonly AwaitedRow[] = [];
  /** By number, in the order of sending; the first one is not decided. */
  readonly #sent = new Map<number, SentProbe>();

  send(probe: number, atUs: number): void {
    this.#sent.set(probe, { atUs, state: "waiting" });
  }

  decide(probe: number, state: "answered" | "lost"): void {
    const sent = this.#sent.get(probe);
    if (sent === undefined) return;
    sent.state = state;
    const ended: AwaitedRow[] = [];
    for (const [number, first] of this.#sent) {
      if (first.state === "waiting") break;
      const isAnswered = first.state === "answered";
      if (isAnswered && this.#front.count > 0) ended.push({ ...this.#front, endUs: first.atUs });
      this.#front = isAnswered ? NONE : withOne(this.#front, first);
      this.#frontProbe = isAnswered ? Infinity : Math.min(this.#frontProbe, number);
      this.#unheard = isAnswered ? NONE : this.#isUnheard(first) ? withOne(this.#unheard, first) : this.#unheard;
      this.#sent.delete(number);
    }
    this.#ended = ended;
  }

  /**
   * An answer that no figure knows of, too late or one more: whatever was sent until now may be answered as late, so it
   * proves no silence.
   */
  hear(probe: number, kind: "late" | "duplicate", atUs: number): void {
    this.#heardAtUs = Math.max(this.#heardAtUs, atUs);
    this.#unheard = NONE;
    this.#ended = [];
    if (kind === "duplicate") return;
    const sent = this.#sent.get(probe);
    if (sent !== undefined) sent.isLate = true;
    else if (probe >= this.#frontProbe) this.#front = { ...this.#front, late: this.#front.late + 1 };
  }

  /** The rows that nothing can change any more, since the latest decision. */
  get ended(): readonly AwaitedRow[] {
    return this.#ended;
  }

  /** It did not leave after all. */
  forget(probe: number): void {
    this.#sent.delete(probe);
  }

  /** The first row behind those, by what is known now. */
  first(): AwaitedRow {
    let row = this.#front;
    for (const sent of this.#sent.values()) {
      if (sent.state !== "answered") row = withOne(row, sent);
      else if (row.count > 0) return { ...row, endUs: sent.atUs };
    }
    return { ...row, endUs: undefined };
  }

  /**
   * The probes behind the last that was answered and behind the latest sign of life; of those that wait only the ones sent
   * before a time.
   */
  latest(beforeUs = Infinity): Unanswered {
    let row = this.#unheard;
    for (const sent of this.#sent.values()) {
      if (sent.state === "answered") row = NONE;
      else if (this.#isUnheard(sent) && (sent.state === "lost" || sent.atUs < beforeUs)) row = withOne(row, sent);
    }
    return row;
  }

  #isUnheard({ atUs }: SentProbe): boolean {
    return atUs > this.#heardAtUs;
  }
}

function withOne({ sinceUs, count, lost, late }: Unanswered, { atUs, state, isLate }: SentProbe): Unanswered {
  return {
    sinceUs: Math.min(sinceUs, atUs),
    count: count + 1,
    lost: lost + (state === "lost" ? 1 : 0),
    late: late + (isLate ? 1 : 0),
  };
}
