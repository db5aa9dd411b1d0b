/**
 * Who was the last to answer in each round, by ttl: in rounds that the target missed, those in a loop or answered late aside, and
 * beside them in those that it answered. What is lost of each probe by itself is as often missing behind any of them in either.
 */

/** Who answered the furthest probe of a round that anybody but the target has answered. */
export interface LastOfRound {
  readonly ttl: number;
  readonly address: string;
}

/** Somebody at this ttl was the last to answer: in so many rounds that the target missed, and that it answered. */
export interface LastAnswer extends LastOfRound {
  readonly rounds: number;
  readonly answeredRounds: number;
}

type Counted = { -readonly [Name in keyof LastAnswer]: LastAnswer[Name] };

export class LastAnswers {
  readonly #byTtl = new Map<number, Counted>();

  /** The address is the latest in a missed round, where there is one. */
  get all(): readonly LastAnswer[] {
    return [...this.#byTtl.values()];
  }

  /** Of the ttl where that was so most often; `undefined` if nobody answered in any round that was missed. */
  get mostMissed(): LastAnswer | undefined {
    const [most] = this.all.filter(({ rounds }) => rounds > 0).sort((one, other) => other.rounds - one.rounds);
    return most;
  }

  addMissed({ ttl, address }: LastOfRound): void {
    const known = this.#at(ttl, address);
    known.rounds += 1;
    known.address = address;
  }

  /** It was not missed after all. */
  takeMissed({ ttl, address }: LastOfRound): void {
    this.#at(ttl, address).rounds -= 1;
  }

  addAnswered({ ttl, address }: LastOfRound): void {
    const known = this.#at(ttl, address);
    known.answeredRounds += 1;
    if (known.rounds === 0) known.address = address;
  }

  #at(ttl: number, address: string): Counted {
    let known = this.#byTtl.get(ttl);
    if (known === undefined) this.#byTtl.set(ttl, known = { ttl, address, rounds: 0, answeredRounds: 0 });
    return known;
  }
}
