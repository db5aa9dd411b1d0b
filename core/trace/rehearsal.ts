/** A first probe that is sent nowhere, for a thread that has nothing to do before the first one in earnest. */
import type { TraceEvent } from "../messages.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { NetworkProber } from "../probe/network_prober.ts";
import { NOWHERE } from "../probe/nowhere.ts";
import { Tracer } from "./tracer.ts";

/** Runs, and so has compiled, what most first probes need, and gives what happened. Nothing else stays of it. */
export function rehearse(): readonly TraceEvent[] {
  const tracer = new Tracer(new NetworkProber(NOWHERE, DEFAULT_PLAN), DEFAULT_PLAN);
  tracer.begin([{ index: 0, endpoint: { family: 4, address: "192.0.2.2", scopeId: 0 } }]);
  return tracer.step(NOWHERE.nowUs());
}
