/**
 * A path that has become longer or shorter by silent routers: the row where the target was, or is, was silent for the rest of
 * the time.
 */
import { chanceOfRun, choices } from "./chance.ts";
import type { PathFigures } from "./figures.ts";
import { OUTAGE_ROUNDS } from "./loss_runs.ts";
import { BY_CHANCE, type Row, type Verdict, verdict } from "./row.ts";

/** The target has answered there, and answers from further away. */
export function isOutgrown({ address, ttl }: Row, path: PathFigures): boolean {
  return address !== undefined && address === path.address && ttl < (path.reachedTtl ?? 0);
}

/** The target was there, before the path grew by silent routers: after an outage, maybe, which is not the change. */
export function outgrown(row: Row, path: PathFigures): readonly Verdict[] {
  const { grown, flows = [] } = path;
  const { silentSinceUs } = silentTail(row);
  if (row.address === undefined || row.address !== path.address) return [];
  if (silentSinceUs === undefined || !isAnsweredBeside(silentSinceUs, path)) return [];
  const times = [grown, ...flows.map((flow) => flow.grown)].flatMap((one) => one?.ttl === row.ttl ? one.sinceUs : []);
  if (times.length === 0) return [];
  const afterUs = Math.max(silentSinceUs, ...times);
  return [{ ...changed({ ...row, address: undefined }, afterUs), before: row.address }];
}

/**
 * Where the target is since the path shrank by silent routers: nobody answered there at first, though the target was reached,
 * and chance puts all that is missing there into the first rounds hardly ever.
 */
export function shrunk(row: Row | undefined, end: Row | undefined): readonly Verdict[] {
  const [outage] = row?.hop.lossRuns?.outages ?? [];
  if (row === undefined || end?.isOfRounds !== true || outage?.endUs === undefined || outage.lost !== row.count) {
    return [];
  }
  const isFirst = row.hop.responders.every(({ firstAtUs = 0 }) => firstAtUs >= outage.endUs!);
  if (!isFirst || row.count - end.count < OUTAGE_ROUNDS || 1 / choices(row.total, row.count) >= BY_CHANCE) return [];
  return [changed(row, outage.endUs)];
}

/** When the first probe of an outage on the path left that has not ended, and that all losses are of. */
export function silentSince({ count, hop: { late = 0, lossRuns, load } }: Row): { readonly silentSinceUs?: number } {
  const { silence } = lossRuns ?? {};
  return silence?.lost === count && late === 0 && load === undefined ? { silentSinceUs: silence.beginUs } : {};
}

/** The same, whatever was lost before, where so many losses in a row are by no chance. */
export function silentTail(row: Row): { readonly silentSinceUs?: number } {
  const { silence } = row.hop.lossRuns ?? {};
  if (silence === undefined || row.hop.load !== undefined) return {};
  const before = Math.max(0, row.count - silence.lost);
  const chance = chanceOfRun(silence.lost, { count: before, total: before + row.total - row.count });
  return chance < BY_CHANCE ? { silentSinceUs: silence.beginUs } : {};
}

/** Whether the target has answered packets with more TTL since it does not answer others. */
export function isAnsweredBeside(silentSinceUs: number, { answeredSentUs = -Infinity }: PathFigures): boolean {
  return answeredSentUs > silentSinceUs;
}

/** Once, at this hop alone. */
function changed(row: Row, afterUs: number): Verdict {
  return verdict("CHANGED", row, { addresses: 1, flows: 1, changes: 1, answers: row.received, hops: 1, afterUs });
}
