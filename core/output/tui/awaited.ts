/**
 * The probes to one hop that wait for an answer, by the order of sending: a row of them ends with the first probe that has
 * one. Losses at the front are but counted, so that what is kept is what is in flight, and what was answered before it.
 */

interface SentProbe {
  readonly atUs: number;
  state: "waiting" | "answered" | "lost";
}

/** Probes in a row that have no answer. */
export interface Unanswered {
  /** When the first of them was sent, in the time of the events. */
  readonly sinceUs: number;
  readonly count: number;
  /** Those of them that are given up; the others may have an answer yet. */
  readonly lost: number;
}

export interface AwaitedRow extends Unanswered {
  /** When the probe was sent whose answer ends it; `undefined`: nothing has, by now. */
  readonly endUs: number | undefined;
}

const NONE: Unanswered = { sinceUs: Infinity, count: 0, lost: 0 };

export class AwaitedProbes {
  /** Given up, and sent before all of `#sent`. */
  #front = NONE;
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
      this.#sent.delete(number);
    }
    this.#ended = ended;
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

  /** The probes behind the last that was answered; of those that wait only the ones sent before a time. */
  latest(beforeUs = Infinity): Unanswered {
    let row = this.#front;
    for (const sent of this.#sent.values()) {
      if (sent.state === "answered") row = NONE;
      else if (sent.state === "lost" || sent.atUs < beforeUs) row = withOne(row, sent);
    }
    return row;
  }
}

function withOne({ sinceUs, count, lost }: Unanswered, { atUs, state }: SentProbe): Unanswered {
  return { sinceUs: Math.min(sinceUs, atUs), count: count + 1, lost: lost + (state === "lost" ? 1 : 0) };
}
