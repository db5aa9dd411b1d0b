/** What became of arrival probes that rounds begin with. */

/** Of those that left and were not refused. */
export interface ArrivalCounts {
  readonly received: number;
  readonly lost: number;
  /** Those among the lost of which a router says that their time was up; of the latest, its ttl and who said so. */
  readonly expired: number;
  readonly expiredTtl: number;
  readonly expiredAt: string;
}

/** What a round tells of a lost one. */
interface Lost {
  readonly isExpired: boolean;
  readonly passedTtl: number;
  readonly passedFrom: string;
}

export class ArrivalTally {
  #counts: ArrivalCounts | undefined;

  /** Absent where no round has begun with one. */
  get counts(): ArrivalCounts | undefined {
    return this.#counts;
  }

  begin(): void {
    this.#counts ??= { received: 0, lost: 0, expired: 0, expiredTtl: 0, expiredAt: "" };
  }

  addReceived(): void {
    this.#change(({ received }) => ({ received: received + 1 }));
  }

  addLost({ isExpired, passedTtl, passedFrom }: Lost): void {
    this.#change(({ lost, expired }) => ({
      lost: lost + 1,
      ...(isExpired && { expired: expired + 1, expiredTtl: passedTtl, expiredAt: passedFrom }),
    }));
  }

  /** One that was told as lost was received. */
  giveBack(): void {
    this.#change(({ received, lost }) => ({ received: received + 1, lost: lost - 1 }));
  }

  #change(changes: (counts: ArrivalCounts) => Partial<ArrivalCounts>): void {
    if (this.#counts !== undefined) this.#counts = { ...this.#counts, ...changes(this.#counts) };
  }
}
