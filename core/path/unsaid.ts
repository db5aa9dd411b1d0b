/**
 * Rows without what is missing in them of rounds that somebody refused without a word.
 *
 * Nothing gets further than to him in these, so whoever is behind him has missed all of them but those of which he has said so,
 * and whether he answers himself tells nothing.
 */
import type { PathFigures } from "./figures.ts";
import type { HopFigures } from "./hop_figures.ts";
import { type Row, unloadedRowOf } from "./row.ts";

/** Of several flows each has rows of its own. */
export function pathRowsOf(path: PathFigures): readonly Row[] {
  const rows = path.hops().map(unloadedRowOf);
  const { flows = [], refusals } = path;
  const refusers = refusals?.refusers.filter(({ unsaid }) => unsaid > 0) ?? [];
  if (flows.length > 0 || refusers.length === 0) return rows;
  return rows.map((row) => {
    const missing = refusers.filter(({ from, ttl }) => row.ttl >= (path.placeOf?.(from) ?? ttl))
      .reduce((sum, { from, count, unsaid }) => sum + count + unsaid - refusedAt(row, from), 0);
    const missed = Math.min(row.count, Math.max(0, missing));
    return { ...row, count: row.count - missed, total: row.total - missed };
  });
}

/** The same of the target's rounds: of those nobody knows whether they got as far as to whoever refused them. */
export function roundRowOf(rounds: HopFigures, { flows = [], refusals }: PathFigures): Row {
  const row = unloadedRowOf(rounds);
  const of = flows.length > 0 ? flows.map(({ refusals }) => refusals) : [refusals];
  const unsaid = of.flatMap((one) => one?.refusers ?? []).reduce((sum, { unsaid }) => sum + unsaid, 0);
  const left = Math.min(row.refused, unsaid);
  return { ...row, refused: row.refused - left, total: row.total - left };
}

function refusedAt({ hop: { responders } }: Row, from: string): number {
  return responders.find(({ address }) => address === from)?.refused ?? 0;
}
