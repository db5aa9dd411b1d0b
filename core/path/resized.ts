/**
 * A path that has become longer or shorter by silent routers: the row where the target was, or is, was silent for the rest of
 * the time.
 */
import { chanceOfMore } from "./chance.ts";
import type { PathFigures } from "./figures.ts";
import { BY_CHANCE, type Row, type Verdict, verdict } from "./row.ts";

/** The target has answered there, and answers from further away. */
export function isOutgrown({ address, ttl }: Row, path: PathFigures): boolean {
  return address !== undefined && address === path.address && ttl < (path.reachedTtl ?? 0);
}

/** The target was there, before the path grew by silent routers. */
export function outgrown(row: Row): readonly Verdict[] {
  const { silentSinceUs: afterUs } = silentTail(row);
  if (row.address === undefined || afterUs === undefined) return [];
  return [{ ...changed({ ...row, address: undefined }, afterUs), before: row.address }];
}

/** Where the target is since the path shrank by silent routers: its rounds know more than that row, which was silent at first. */
export function shrunk(row: Row | undefined, end: Row | undefined): readonly Verdict[] {
  const [outage] = row?.hop.lossRuns?.outages ?? [];
  if (row === undefined || end?.isOfRounds !== true || outage?.endUs === undefined || outage.lost !== row.count) {
    return [];
  }
  const isFirst = row.hop.responders.every(({ firstAtUs = 0 }) => firstAtUs >= outage.endUs!);
  if (!isFirst || chanceOfMore(row, end) >= BY_CHANCE) return [];
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
  const share = (before + 1) / (before + row.total - row.count + 2);
  return share ** silence.lost < BY_CHANCE ? { silentSinceUs: silence.beginUs } : {};
}

/** Once, at this hop alone. */
function changed(row: Row, afterUs: number): Verdict {
  return verdict("CHANGED", row, { addresses: 1, flows: 1, changes: 1, answers: row.received, hops: 1, afterUs });
}
