/**
 * How Linux shares a processor out: threads that all want it take turns of some milliseconds, and who wakes waits for the
 * end of somebody's. Who asks for short turns is let in at once, as far as it has used less than its share, and gets no more
 * of the processor for it: so anybody may (`sched_runtime` of SCHED_OTHER, since Linux 6.12).
 */
import { libc } from "./libc.ts";

/** struct sched_attr (`<linux/sched/types.h>`) as it was at first: size, policy, flags, nice, priority, runtime, ... */
const SCHED_ATTR = { bytes: 48, policy: 4, runtime: 24 } as const;
const SCHED_OTHER = 0;
/** The shortest that there is. A probe needs as much. */
const SHORT_NS = 100_000n;
const THIS_THREAD = 0;
const NO_FLAGS = 0;
/** `SYS_sched_getattr` and `SYS_sched_setattr`, for which the C library has no functions. */
const CALLS: Readonly<Partial<Record<typeof Deno.build.arch, { readonly get: bigint; readonly set: bigint }>>> = {
  x86_64: { get: 315n, set: 314n },
  aarch64: { get: 275n, set: 274n },
};

/**
 * Asks for short turns for this thread; everything else stays. Nothing where the system knows of none, or does not want
 * to.
 */
export function askForShortTurns(): void {
  const { call, constants } = libc();
  const numbers = CALLS[Deno.build.arch];
  if (!constants.features.schedulingAttributes || numbers === undefined) return;
  const attributes = new Uint8Array(SCHED_ATTR.bytes);
  const view = new DataView(attributes.buffer);
  if (call.syscall?.(numbers.get, THIS_THREAD, attributes, attributes.length, NO_FLAGS) !== 0) return;
  // Other policies have no turns, or take that time for something else.
  if (view.getUint32(SCHED_ATTR.policy, true) !== SCHED_OTHER) return;
  view.setBigUint64(SCHED_ATTR.runtime, SHORT_NS, true);
  call.syscall(numbers.set, THIS_THREAD, attributes, NO_FLAGS, NO_FLAGS);
}
