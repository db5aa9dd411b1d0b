/**
 * What each flow met at a hop, beside the row of all: flows go ways of their own, and so does what is lost of them.
 *
 * A flow that the target never answers is silent from behind its last answer on, however far its probes went: there it has
 * the target's own figures.
 */
import type { PathFigures } from "./figures.ts";
import { type Row, summed, unloadedRowOf } from "./row.ts";

/** The same rows, the target's being the last where `target` is one of them, with those of each flow, where there are several. */
export function withFlows(rows: readonly Row[], { flows = [] }: PathFigures, target: Row | undefined): readonly Row[] {
  if (flows.length < 2) return rows;
  const met = flows.map((flow, index) => {
    const own = flow.hops().map(unloadedRowOf);
    const end = flow.target && unloadedRowOf(flow.target);
    const last = own.findLast(({ received }) => received > 0)?.ttl ?? 0;
    return (row: Row): readonly Row[] => {
      const isBehind = flow.reachedTtl === undefined && row.ttl > last;
      const found = end !== undefined && (row === target || isBehind) ? end : own.find(({ ttl }) => ttl === row.ttl);
      return found === undefined || found.total === 0 ? [] : [{ ...found, ttl: row.ttl, flow: index }];
    };
  });
  return rows.map((row) => {
    const flows = met.flatMap((rowOf) => rowOf(row));
    return row === target ? { ...row, flows } : { ...row, flows, ...sumOf(flows) };
  });
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
