/**
 * What each flow met at a hop, beside the row of all: flows go ways of their own, and so does what is lost of them.
 *
 * A flow that the target never answers is silent from behind its last answer on, however far its probes went: there it has
 * the target's own figures.
 */
import { chanceOfMore, choices, type Portion } from "./chance.ts";
import type { PathFigures } from "./figures.ts";
import { BY_CHANCE, type Row, shareOf, summed } from "./row.ts";
import { pathRowsOf, roundRowOf } from "./unsaid.ts";

/** The same rows, the target's being the last where `target` is one of them, with those of each flow, where there are several. */
export function withFlows(rows: readonly Row[], { flows = [] }: PathFigures, target: Row | undefined): readonly Row[] {
  if (flows.length < 2) return rows;
  const met = flows.map((flow, index) => {
    const own = pathRowsOf(flow);
    const end = flow.target && roundRowOf(flow.target, flow);
    const last = own.findLast(({ received }) => received > 0)?.ttl ?? 0;
    return (row: Row): readonly Row[] => {
      const isBehind = flow.reachedTtl === undefined && row.ttl > last;
      const found = end !== undefined && (row === target || isBehind) ? end : own.find(({ ttl }) => ttl === row.ttl);
      return found === undefined || found.total === 0 ? [] : [{ ...found, ttl: row.ttl, flow: index + 1 }];
    };
  });
  return rows.map((row) => {
    const flows = met.flatMap((rowOf) => rowOf(row));
    return row === target ? { ...row, flows } : { ...row, flows, ...sumOf(flows) };
  });
}

/**
 * The flows that lose more than the others do, by the likeliest of all partings, where chance makes any like it hardly ever;
 * `undefined` where all may be alike.
 */
export function losingFlows<Flow extends Portion>(flows: readonly Flow[]): readonly Flow[] | undefined {
  const sorted = flows.toSorted((one, other) => shareOf(other) - shareOf(one));
  const partings = flows.slice(1).map((_, index) => {
    const [some, others] = [sorted.slice(0, index + 1), sorted.slice(index + 1)];
    const [losing, rest] = [summed(some), summed(others)];
    return { some, losing, rest, likelihood: logLikelihood(losing) + logLikelihood(rest) };
  });
  const [likeliest] = partings.sort((one, other) => other.likelihood - one.likelihood);
  if (likeliest === undefined) return undefined;
  const { some, losing, rest } = likeliest;
  const ways = partings.length * choices(flows.length, some.length);
  return chanceOfMore(losing, rest) * ways < BY_CHANCE ? some : undefined;
}

/** Of so many, each with the probability that fits best. */
function logLikelihood({ count, total }: Portion): number {
  const rest = total - count;
  return (count === 0 ? 0 : count * Math.log(count / total)) + (rest === 0 ? 0 : rest * Math.log(rest / total));
}

/** Of those flows alone, and who answered these. */
export function narrowed(row: Row, some: readonly Row[]): Row {
  const flows = (row.flows ?? []).filter(({ flow }) => some.some((other) => other.flow === flow));
  const address = flows.find((flow) => flow.address !== undefined)?.address;
  return { ...row, ...sumOf(flows), flows, address };
}

function sumOf(flows: readonly Row[]): Pick<Row, "count" | "total" | "received" | "refused" | "shared"> {
  const received = flows.reduce((sum, flow) => sum + flow.received, 0);
  const refused = flows.reduce((sum, flow) => sum + flow.refused, 0);
  return { ...summed(flows), received, refused, shared: summed(flows.map(({ shared }) => shared)) };
}
