/**
 * How long before a message is due whoever sends it asks to be woken: what waking up and writing the message take, learned
 * from how late the messages before it were ready. Numbers only; no clock is read.
 *
 * A core that was idle takes its time to come back, and code and data that have left its caches take theirs: together some
 * 200 µs on a virtual machine, and about the same each time. What is ready too early is waited for awake.
 */

// Three of four messages are to be ready in time, so one that is not weighs three times as much.
const LATE_STEP_US = 24;
const EARLY_STEP_US = 8;
/** Who needs longer than this has waited for others. It is also what may be waited for awake. */
const MOST_US = 300;
// Between messages that follow each other so quickly nothing cools down.
const LEAST_WAIT_US = 1_000;

/** Nearer to most machines than nothing. */
const FIRST_US = 150;

export class HeadStart {
  #us = FIRST_US;

  /** Of a message that is due in `waitUs`; `undefined` if it is so near that it needs none. */
  before(waitUs: number): number | undefined {
    return waitUs < LEAST_WAIT_US ? undefined : this.#us;
  }

  /** With this head start a message was ready so much too late; below 0 too early. */
  note(lateUs: number): void {
    const stepUs = Math.max(-EARLY_STEP_US, Math.min(LATE_STEP_US, lateUs));
    this.#us = Math.max(0, Math.min(MOST_US, this.#us + stepUs));
  }
}
