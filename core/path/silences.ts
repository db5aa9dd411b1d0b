/**
 * Times in which nobody answered in a row while packets got further: lost in a row, too many for chance, and not lost behind it.
 *
 * At a router's place it was silent then, and limits nothing; at the target's, a silent router was there (`resized.ts`).
 */
import { chanceOfRun, type Portion } from "./chance.ts";
import { type Outage, OUTAGE_ROUNDS } from "./loss_runs.ts";
import type { Row } from "./row.ts";

/** There are many rows, and losses anywhere in them, to choose from. */
export const LONG_BY_CHANCE = 0.001;

/** In their order. `behind`: rows that tell what became of packets that went further; without any nobody knows. */
export function silencesOf(row: Row, behind: readonly Row[]): readonly Outage[] {
  const { late = 0, refused = 0, load } = row.hop;
  // Who answers late, or refuses, is not silent, and counts as lost in these runs.
  if (late + refused > 0 || load !== undefined || behind.length === 0) return [];
  const found: Outage[] = [];
  for (const outage of outagesOf(row).toSorted((one, other) => other.lost - one.lost)) {
    const lost = Math.max(...behind.map((other) => outage.lost * (1 - coveredPart(outage, row, other))));
    const places = outage.endUs === undefined ? 1 : row.total;
    if (places * chanceOfRun(lost, besides(row, [...found, outage])) < LONG_BY_CHANCE) found.push(outage);
  }
  return found.sort((one, other) => one.beginUs - other.beginUs);
}

/** What is lost at other times. */
export function besides({ count, total }: Row, silences: readonly Pick<Outage, "lost">[]): Portion {
  const lost = silences.reduce((sum, silence) => sum + silence.lost, 0);
  return { count: Math.max(0, count - lost), total: Math.max(0, total - lost) };
}

/** When the latest began and ended, and how many there were, if several; nothing without any. */
export function silenceNumbers(silences: readonly Outage[]): Readonly<Record<string, number>> {
  const latest = silences.at(-1);
  return latest === undefined ? {} : {
    silentSinceUs: latest.beginUs,
    ...(latest.endUs !== undefined && { silentUntilUs: latest.endUs }),
    ...(silences.length > 1 && { silences: silences.length }),
  };
}

/** When it began, without an outage of the path that it begins with. */
export function beginOf(silence: Outage, row: Row, other: Row): number {
  const { beginUs, lost } = silence;
  const soonUs = beginUs + OUTAGE_ROUNDS * (endOf(silence, row) - beginUs) / lost;
  const outages = outagesOf(other).filter((outage) => outage.beginUs <= soonUs && endOf(outage, other) > beginUs);
  return Math.max(beginUs, ...outages.map((outage) => endOf(outage, other)));
}

function outagesOf({ hop: { lossRuns } }: Row): readonly Outage[] {
  return lossRuns?.outages ?? [];
}

/** Of the time of an outage of a row, in which another one has an outage, too, as far as so many are lost there. */
function coveredPart(outage: Outage, row: Row, other: Row): number {
  const [beginUs, endUs] = [outage.beginUs, endOf(outage, row)];
  // What somebody refused got further, and is in these outages, too.
  const coveredUs = outagesOf(other).reduce(
    (sum, one) =>
      sum + Math.min(1, other.count / one.lost) *
        Math.max(0, Math.min(endUs, endOf(one, other)) - Math.max(beginUs, one.beginUs)),
    0,
  );
  return endUs > beginUs ? coveredUs / (endUs - beginUs) : 1;
}

/** Of one that lasts until now, when its last probe left. */
function endOf({ beginUs, endUs }: Outage, { hop: { sequence } }: Row): number {
  return endUs ?? sequence?.lastSentUs ?? beginUs;
}
