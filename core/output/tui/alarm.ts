/**
 * Who has fallen silent, told before a probe counts as lost: at the default timeout that takes ten seconds. A router that
 * answers when it likes gives no alarm, only the target, or hops from which on nobody answers any more. An answer that comes
 * too late is a sign of life: it saves no figure, but who gives it is not silent.
 */
import type { TraceEvent } from "../../messages.ts";
import type { HopFigures } from "../../path/hop_figures.ts";
import type { PathFigures } from "../../path/figures.ts";
import { AwaitedProbes } from "./awaited.ts";

/** A hop that has answered, and does not. */
export interface SilentHop {
  /** Since the first probe without an answer. */
  readonly forUs: number;
  /** Most of these probes may be answered yet, so that the figures do not know of the silence. */
  readonly isUndecided: boolean;
}

/** `6 s`: whole seconds, so that no digits race. */
export function secondsText({ forUs }: SilentHop): string {
  return `${Math.floor(forUs / SECOND_US)} s`;
}

/** By ttl, all of them behind each other up to the end of the path; empty: no alarm. */
export type Alarm = ReadonlyMap<number, SilentHop>;

const LEAST_PROBES = 3;
const SECOND_US = 1_000_000;
/** Nobody waits for an answer that takes so many times the usual. */
const TIMES_SLOWER = 4;
/** Of routers only; one alone may be done with answering. */
const LEAST_ROUTERS = 2;

export class Silences {
  readonly #hops: AwaitedProbes[] = [];

  apply(event: TraceEvent): void {
    switch (event.kind) {
      case "sent":
        (this.#hops[event.ttl] ??= new AwaitedProbes()).send(event.probe, event.atUs);
        return;
      case "reply":
        this.#hops[event.ttl]?.decide(event.probe, "answered");
        return;
      case "lost":
        this.#hops[event.ttl]?.decide(event.probe, "lost");
        return;
      case "late":
      case "duplicate":
        this.#hops[event.ttl]?.hear(event.probe, event.kind, event.atUs);
        return;
      case "unsent":
        this.#hops[event.ttl]?.forget(event.probe);
        return;
    }
  }

  reset(): void {
    this.#hops.length = 0;
  }

  at(ttl: number): AwaitedProbes | undefined {
    return this.#hops[ttl];
  }

  alarm(path: PathFigures, nowUs: number): Alarm {
    const silent = new Map<number, SilentHop>();
    for (const hop of path.hops().toReversed()) {
      if ((hop.received ?? 0) === 0) continue;
      const found = this.#silent(hop, nowUs);
      if (found === undefined) break;
      silent.set(hop.ttl, found);
    }
    return path.reachedTtl !== undefined || silent.size >= LEAST_ROUTERS ? silent : new Map();
  }

  #silent({ ttl, rtt }: HopFigures, nowUs: number): SilentHop | undefined {
    const usualUs = rtt.p99Us ?? rtt.worstUs ?? 0;
    const limitUs = Math.max(SECOND_US, TIMES_SLOWER * usualUs);
    const overdue = this.#hops[ttl]?.latest(nowUs - limitUs);
    if (overdue === undefined || overdue.count < LEAST_PROBES) return undefined;
    return { forUs: nowUs - overdue.sinceUs, isUndecided: overdue.lost <= overdue.count / 2 };
  }
}
