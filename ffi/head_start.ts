/**
 * How long before a message is due whoever sends it is woken: so early that all is prepared, code and data that have
 * left the caches included, and then once more, by as much as waking up takes, since all that is left to do then is the
 * call that sends. A core that was idle takes some 100 µs to come back on a virtual machine, and about the same each
 * time: that is learned. Who comes back too early waits awake. Numbers only; no clock is read.
 */

/** To prepare a message takes some 250 µs with cold caches, and 400 beside a thread that computes. */
const PREPARATION_US = 600;
// Between messages that follow each other so quickly nothing cools down.
const LEAST_WAIT_US = 1_000;

// Most are to come back in time, so one that does not weighs as much as nine that do.
const LATE_STEP_US = 45;
const EARLY_STEP_US = 5;
/**
 * Who comes back later than this has waited for others, and would have with any head start. It is also what may be
 * waited for awake.
 */
const MOST_US = 300;
/** Nearer to most machines than nothing. */
const FIRST_US = 150;

export class HeadStart {
  #us = FIRST_US;

  /** Of a message that is due in `waitUs`; `undefined` if it is so near that it needs none. */
  before(waitUs: number): number | undefined {
    return waitUs < LEAST_WAIT_US ? undefined : PREPARATION_US;
  }

  /** How long a message that is prepared, and due in `leftUs`, may be waited for asleep; 0 if only awake. */
  nap(leftUs: number): number {
    return Math.max(0, leftUs - this.#us);
  }

  /** Who has slept until then has come back so much too late; below 0 too early. */
  note(lateUs: number): void {
    if (lateUs > MOST_US) return;
    const stepUs = Math.max(-EARLY_STEP_US, Math.min(LATE_STEP_US, lateUs));
    this.#us = Math.max(0, Math.min(MOST_US, this.#us + stepUs));
  }
}
