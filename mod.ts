/**
 * The library door: traces hosts and gives the events as they happen.
 *
 * ```ts
 * import { Path, trace } from "./mod.ts";
 * for await (const event of trace({ rounds: 3 }, [{ family: 4, address: "127.0.0.1", scopeId: 0 }])) console.log(event);
 * ```
 *
 * It needs `--allow-ffi`, and the rights that raw or datagram ICMP sockets need. It formats nothing; `core/output/`
 * does that with a fold of the events (`Path`).
 */
import type { Target, TraceEvent } from "./core/messages.ts";
import type { Endpoint } from "./core/network.ts";
import { canonicalAddress } from "./core/packet/address.ts";
import { checkedPlan, type TracePlan } from "./core/plan.ts";
import { Session } from "./ffi/session.ts";

export type {
  Access,
  Answer,
  AnswerKind,
  PrivilegesToGiveUp,
  RefusalReason,
  Target,
  TraceEvent,
} from "./core/messages.ts";
export type { Endpoint, Family, SendFailure, StampSource } from "./core/network.ts";
export type { MplsLabel } from "./core/packet/extension.ts";
export { Path } from "./core/path/path.ts";
export { type Verdict, VERDICTS, verdictsOf, type VerdictWord } from "./core/path/verdict.ts";
export { DEFAULT_PLAN, LIMITS, type PlanChange, type TracePlan } from "./core/plan.ts";
export { VERSION } from "./core/version.ts";
export { type OpenOptions, RefusedError, Session } from "./ffi/session.ts";

/**
 * Traces `endpoints` all at once and gives every event, those of `endpoints[n]` with `target: n`. Leaving the loop ends
 * the run. Throws `RangeError` for a plan or an address that cannot be, and `RefusedError` if the sockets cannot be
 * opened.
 */
export async function* trace(
  plan: Partial<TracePlan>,
  endpoints: readonly Endpoint[],
): AsyncGenerator<TraceEvent, void, void> {
  const targets = endpoints.map((endpoint, index): Target => ({ index, endpoint: checkedEndpoint(endpoint) }));
  const checked = checkedPlan(plan);
  const session = new Session();
  try {
    session.open(checked, { targets });
    await session.ready;
    for await (const batch of session.events()) yield* batch;
  } finally {
    session.close();
  }
}

/** Answers are compared with the one spelling of an address. */
function checkedEndpoint(endpoint: Endpoint): Endpoint {
  const { family, scopeId } = endpoint;
  const address = canonicalAddress(endpoint.address);
  if (address === undefined || address.includes(":") !== (family === 6)) {
    throw new RangeError(`Cannot trace "${endpoint.address}": it must be an IPv${family} address without zone`);
  }
  return { family, address, scopeId };
}
