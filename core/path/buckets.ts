/**
 * Whether answers come as a token bucket of Linux gives them out: six at once, and then one each time that an error may be sent
 * again. It knows that more surely, and of fewer answers, than any distance: what it has saved is known from what was answered,
 * and so is what it must answer next, or cannot.
 *
 * Linux sends an error a second to each host over IPv4 (`net.ipv4.icmp_ratelimit`, the bucket of `inet_peer_xrlim_allow`), and
 * over IPv6 one or ten and up to sixteen times as many (`net.ipv6.icmp.ratelimit`: the shorter the prefix of the route back
 * the more). Those of more than twenty are left out: they limit nobody.
 */

/** In errors a second. */
export const LINUX_RATES = [1, 2, 4, 8, 10, 16, 20] as const;
/** In tokens. */
const BURST = 6;
/** In tokens: clocks of its own, and a way that is quicker now and then. */
const LEEWAY = 0.15;

export class Buckets {
  /** By rate; those that have been contradicted are left out. */
  #all: readonly Bucket[];
  /** Times of answers to others than those that are told here, in their order. */
  readonly #spent: number[] = [];

  /** From the first loss on, at this time. */
  constructor(lostAtUs: number, before: Before) {
    this.#all = LINUX_RATES.map((perSecond) => new Bucket(perSecond, lostAtUs, before))
      .filter((bucket) => !bucket.isContradicted);
  }

  /** Of the next probe in the order of sending, at this time. */
  add(isLost: boolean, atUs: number): void {
    while (this.#spent[0] !== undefined && this.#spent[0] <= atUs) {
      const spentAtUs = this.#spent.shift()!;
      for (const bucket of this.#all) bucket.spend(spentAtUs);
    }
    let isContradicted = false;
    for (const bucket of this.#all) isContradicted = !bucket.fits(isLost, atUs) || isContradicted;
    if (isContradicted) this.#all = this.#all.filter((bucket) => !bucket.isContradicted);
  }

  /** Somebody else was answered, in the order of sending: that is one less. */
  spend(atUs: number): void {
    if (this.#all.length > 0) this.#spent.push(atUs);
  }

  /** What this rate has foretold of these probes; `undefined` if it does not fit. */
  foretold(perSecond: number): Foretold | undefined {
    return this.#all.find((bucket) => bucket.perSecond === perSecond);
  }
}

/** Answers before the first loss, and the time since the first of them. */
export interface Before {
  readonly answered: number;
  readonly lastedUs: number;
}

/** Outcomes of probes since the first loss that could not have been others. */
export interface Foretold {
  readonly answered: number;
  readonly lost: number;
}

class Bucket implements Foretold {
  readonly perSecond: number;
  isContradicted = false;
  answered = 0;
  lost = 0;
  /** In tokens: so many, and no more, there must be. */
  #least = 0;
  #most: number;
  #latestUs: number;

  /** Of a probe that left at this time it has not answered. */
  constructor(perSecond: number, latestUs: number, { answered, lastedUs }: Before) {
    const left = BURST + lastedUs * perSecond / 1_000_000 - answered;
    this.perSecond = perSecond;
    this.#latestUs = latestUs;
    this.#most = Math.max(0, Math.min(1, left));
    this.isContradicted = left < -LEEWAY;
  }

  fits(isLost: boolean, atUs: number): boolean {
    this.#gain(atUs);
    const mustAnswer = this.#least > 1 + LEEWAY;
    const cannotAnswer = this.#most < 1 - LEEWAY;
    this.isContradicted = isLost ? mustAnswer : cannotAnswer;
    if (cannotAnswer) this.lost += 1;
    if (mustAnswer) this.answered += 1;
    if (isLost) {
      this.#most = Math.min(this.#most, 1);
      this.#least = Math.min(this.#least, this.#most);
    } else {
      this.#take();
    }
    return !this.isContradicted;
  }

  spend(atUs: number): void {
    this.#gain(atUs);
    this.#take();
  }

  #gain(atUs: number): void {
    const gained = Math.max(0, atUs - this.#latestUs) * this.perSecond / 1_000_000;
    this.#latestUs = Math.max(this.#latestUs, atUs);
    this.#least = Math.min(BURST, this.#least + gained);
    this.#most = Math.min(BURST, this.#most + gained);
  }

  #take(): void {
    this.#least = Math.max(0, this.#least - 1);
    this.#most = Math.max(0, this.#most - 1);
  }
}
