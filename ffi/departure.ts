/**
 * When a packet left, by the two stamps of the kernel: one before the packet scheduler, one in the driver. A capture on the
 * interface has its own stamp in between, some 3 µs behind the first, and works for some 6 µs more before the second.
 */
import type { Stamp } from "../core/network.ts";

// Half of what lies between the stamps where nothing disturbs.
const USUAL_US = 5;
// A packet that took longer was waiting in the scheduler's queue. Before that it is more likely that this thread was stopped
// while the capture worked.
const MOST_WITHOUT_QUEUE_US = 100;

/**
 * The middle; where there is more in between, the usual distance from the stamp that is nearer. The bound reaches to both
 * stamps, each of which may be off by `clockErrorUs`.
 */
export function departure(scheduledUs: number, driverUs: number, clockErrorUs: number): Stamp {
  const betweenUs = Math.max(0, driverUs - scheduledUs);
  const partUs = Math.min(betweenUs / 2, USUAL_US);
  const isQueued = betweenUs > MOST_WITHOUT_QUEUE_US;
  const atUs = isQueued ? driverUs - partUs : driverUs - betweenUs + partUs;
  return { atUs, source: "driver", errorUs: betweenUs - partUs + clockErrorUs };
}
