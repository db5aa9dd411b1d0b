/**
 * Which of a socket's sends a transmit stamp is of: the kernel numbers them (SOF_TIMESTAMPING_OPT_ID) and says no more.
 *
 * A send that failed may have taken a number: one that a full queue or a firewall refused has (Linux 6.18), one that was too
 * long or had no route has not, and what else can go wrong differs by release. So nobody relies on that. Before the packet
 * scheduler a packet is stamped within the call that sends it; a number beyond the known ones that is met there is that of
 * this very send, and all is known again. Until then sends have no number, and their stamps are nobody's.
 */

/** Transmit stamps come in order, most of them at once: so many sends back a number still names its transmission. */
export const REMEMBERED_TRANSMISSIONS = 4_096;

export class SendNumbers {
  readonly #transmissions = new Float64Array(REMEMBERED_TRANSMISSIONS);
  /** The least number that the next send can have; the kernel's own has 32 bits, too. */
  #next = 0;
  /** It may be more by as much: for sends that failed, and were not met since. */
  #doubt = 0;
  /** The send that is under way, 0 if there is none, and the least number that it can have. */
  #current = 0;
  #from = 0;

  /** Whether the numbers are known, that of the latest send included. */
  get isCertain(): boolean {
    return this.#doubt === 0;
  }

  /** A send has succeeded; what is read until `end` may be its own. `transmission` is above 0. */
  begin(transmission: number): void {
    this.#current = transmission;
    this.#from = this.#next;
    this.#put(this.#doubt === 0 ? transmission : 0);
  }

  end(): void {
    this.#current = 0;
  }

  /** A send has failed. */
  fail(): void {
    this.#doubt++;
  }

  /** The transmission that a stamp's number names, one of the packet scheduler or of the driver; 0 if nobody knows. */
  transmissionOf(number: number, isScheduler: boolean): number {
    const isBeyond = aheadOf(number, this.#next) >= 0;
    if (isScheduler && this.#current !== 0 && (isBeyond || this.#doubt > 0)) this.#meet(number);
    // A failed send, or one whose number was in doubt.
    else if (isBeyond) this.#skipTo(number);
    return aheadOf(number, this.#next) < -REMEMBERED_TRANSMISSIONS
      ? 0
      : this.#transmissions[number % REMEMBERED_TRANSMISSIONS]!;
  }

  /** The send that is under way has this number, unless that is an earlier one's. */
  #meet(number: number): void {
    if (aheadOf(number, this.#from) < 0) return;
    this.#transmissions[this.#from % REMEMBERED_TRANSMISSIONS] = 0;
    this.#next = this.#from;
    this.#skipTo(number - 1 >>> 0);
    this.#put(this.#current);
    this.#doubt = 0;
  }

  /** All up to this number are somebody's: of whom, nobody knows. */
  #skipTo(number: number): void {
    const count = aheadOf(number, this.#next) + 1;
    for (let skipped = Math.min(count, REMEMBERED_TRANSMISSIONS); skipped > 0; skipped--) {
      this.#transmissions[(number - skipped + 1 >>> 0) % REMEMBERED_TRANSMISSIONS] = 0;
    }
    this.#next = number + 1 >>> 0;
    this.#doubt = Math.max(0, this.#doubt - count);
  }

  #put(transmission: number): void {
    this.#transmissions[this.#next % REMEMBERED_TRANSMISSIONS] = transmission;
    this.#next = this.#next + 1 >>> 0;
  }
}

/** By how much a number is the later one; below 0 if it is the earlier one. */
function aheadOf(number: number, other: number): number {
  return number - other | 0;
}
