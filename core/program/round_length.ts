/** Whether the rounds of a run had more probes than its rate allows in an interval, and so took longer. */
import type { TraceEvent } from "../messages.ts";
import type { TracePlan } from "../plan.ts";
import type { Listener } from "./listener.ts";

// Targets are in the same round, or in neighbouring ones.
const MOST_ROUNDS = 8;
const SECOND_US = 1_000_000;

export class RoundLength implements Listener {
  readonly #plan: TracePlan;
  /** Probes of the latest rounds, over all targets. */
  readonly #probes = new Map<number, number>();
  #most = 0;

  constructor(plan: TracePlan) {
    this.#plan = plan;
  }

  take(event: TraceEvent): void {
    // A search for all paths takes its time in any case.
    if (event.kind !== "sent" || event.shared !== undefined || (this.#plan.multipath && event.round === 0)) return;
    const probes = (this.#probes.get(event.round) ?? 0) + 1;
    this.#probes.set(event.round, probes);
    this.#most = Math.max(this.#most, probes);
    if (this.#probes.size <= MOST_ROUNDS) return;
    const [oldest] = this.#probes.keys();
    this.#probes.delete(oldest!);
  }

  /** What the user is told; `undefined` if each round had its interval. */
  sentence(): string | undefined {
    const { intervalUs, probesPerSecond } = this.#plan;
    const neededUs = leastRoundUs(this.#most, this.#plan);
    if (neededUs <= intervalUs) return undefined;
    return `Rounds took up to ${seconds(neededUs)} instead of ${
      seconds(intervalUs)
    }: they had ${this.#most} probes, and ` +
      `${probesPerSecond} probes/s (--rate) are allowed`;
  }
}

/** How long a round with so many probes takes at least. */
export function leastRoundUs(probes: number, { probesPerSecond }: Pick<TracePlan, "probesPerSecond">): number {
  return probes * SECOND_US / probesPerSecond;
}

function seconds(us: number): string {
  return `${Number((us / SECOND_US).toPrecision(3))} s`;
}
