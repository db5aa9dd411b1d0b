/**
 * Where a flow has the target, if it has answered this flow from behind where it answers others, and nobody else has.
 *
 * Who limits its answers gives some flows none at its place, and now and then one to a probe that goes further: a router that is
 * silent there would look the same. So the place is that of other flows as long as chance may have left this one out there.
 */
import type { Portion } from "./chance.ts";
import { summed } from "./row.ts";

/** What is as likely as this by chance may be. */
const LEFT_OUT_BY_CHANCE = 0.05;

export interface FlowEnd {
  /** The least ttl at which the target has answered it. */
  readonly answeredTtl: number | undefined;
  /** Probes to this ttl, and those of them without an answer. */
  unansweredAt(ttl: number): Portion;
}

/** `others` are looked for where a hop before is silent only. */
export function placeOf(flow: FlowEnd, others: () => readonly FlowEnd[]): number | undefined {
  const { answeredTtl } = flow;
  const first = firstSilent(flow);
  if (answeredTtl === undefined || first === answeredTtl) return answeredTtl;
  const byTtl = Map.groupBy(others(), (other) => other.answeredTtl);
  for (let ttl = first; ttl < answeredTtl; ttl++) {
    const { count, total } = summed(byTtl.get(ttl)?.map((other) => other.unansweredAt(ttl)) ?? []);
    if (total > 0 && (count / total) ** flow.unansweredAt(ttl).total >= LEFT_OUT_BY_CHANCE) return ttl;
  }
  return answeredTtl;
}

/** Behind the last router that has answered before the target. */
function firstSilent({ answeredTtl = 0, unansweredAt }: FlowEnd): number {
  let ttl = answeredTtl;
  while (ttl > 1 && isSilent(unansweredAt(ttl - 1))) ttl--;
  return ttl;
}

function isSilent({ count, total }: Portion): boolean {
  return total > 0 && count === total;
}
