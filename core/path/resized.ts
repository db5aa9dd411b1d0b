/** A path that has become longer or shorter by silent routers: the row where the target was, or is, is silent at other times. */
import { chanceOfRun } from "./chance.ts";
import type { PathFigures } from "./figures.ts";
import { OUTAGE_ROUNDS } from "./loss_runs.ts";
import { type Row, type Verdict, verdict } from "./row.ts";
import { beginOf, besides, LONG_BY_CHANCE, silencesOf } from "./silences.ts";

/** The target has answered there, and answers from further away. */
export function isOutgrown({ address, ttl }: Row, path: PathFigures): boolean {
  return address !== undefined && address === path.address && ttl < (path.reachedTtl ?? 0);
}

/**
 * When the path grew by silent routers, so that one stood where the target was, and when it shrank again, by the times in which
 * this row was silent though the target was reached; the latest of each.
 */
export function resized(row: Row, end: Row | undefined, path: PathFigures): readonly Verdict[] {
  const { address } = row;
  if (address === undefined || end === undefined || (row.ttl !== path.reachedTtl && !isOutgrown(row, path))) return [];
  // It went further all the same; and one answer or two are to probes that went too far.
  if (Math.min(end.received - row.received, row.received) < OUTAGE_ROUNDS) return [];
  const answeredUs = Math.min(...row.hop.responders.map(({ firstAtUs = 0 }) => firstAtUs));
  const silences = silencesOf(row, [end]);
  const grown = silences.filter(({ beginUs }) => beginUs > answeredUs).map((silence) => beginOf(silence, row, end));
  const shrunk = silences.flatMap(({ endUs }) => endUs ?? []);
  return [
    ...changed({ ...row, address: undefined }, grown).map((found) => ({ ...found, before: address })),
    ...changed(row, shrunk),
  ];
}

/**
 * When the first probe of an outage on the path left that has not ended, and that all losses are of, or too many for chance;
 * then how many are of it.
 */
export function silentSince(row: Row): { readonly silentSinceUs?: number; readonly lostSince?: number } {
  const { count, hop: { late = 0, lossRuns, load } } = row;
  const { silence } = lossRuns ?? {};
  if (silence === undefined || late > 0 || load !== undefined) return {};
  const { beginUs: silentSinceUs, lost: lostSince } = silence;
  if (lostSince === count) return { silentSinceUs };
  const isLong = lostSince < count && chanceOfRun(lostSince, besides(row, [silence])) < LONG_BY_CHANCE;
  return isLong ? { silentSinceUs, lostSince } : {};
}

/** Whether the target has answered packets with more TTL since it does not answer others. */
export function isAnsweredBeside(silentSinceUs: number, { answeredSentUs = -Infinity }: PathFigures): boolean {
  return answeredSentUs > silentSinceUs;
}

/** At this hop alone. */
function changed(row: Row, timesUs: readonly number[]): readonly Verdict[] {
  const [changes, afterUs] = [timesUs.length, timesUs.at(-1)];
  if (afterUs === undefined) return [];
  return [verdict("CHANGED", row, { addresses: 1, flows: 1, changes, answers: row.received, hops: 1, afterUs })];
}
