/** What load of this host's own makes of the path: later answers, and fewer. */
import { chanceOfMore } from "./chance.ts";
import type { LoadFigures } from "./load.ts";
import type { Places } from "./loss_place.ts";
import { lossUnderLoad } from "./losses.ts";
import { BY_CHANCE, hopVerdict, type Row, type Verdict } from "./row.ts";

/** A rise that nobody notices is no bloat. */
const LEAST_BLOAT_US = 5_000;

/**
 * From which hop on answers are later under load by more than chance explains, or more of them missing. A hop with so few
 * answers that they could prove nothing says nothing either, but for the target.
 */
export function bloat(rows: readonly Row[], target: Row): readonly Verdict[] {
  const loss = lossUnderLoad(rows, target);
  const compared = rows.flatMap((row) => {
    const { load } = row.hop;
    if (load === undefined) return [];
    const [isLater, isLossy] = [isLate(load), isLossier(load)];
    return isLater || isLossy || load.leastChance < BY_CHANCE ? [{ row, load, isLater, isLossy }] : [];
  });
  const bloated = compared.slice(1 + compared.findLastIndex(({ isLater, isLossy }) => !isLater && !isLossy));
  const end = bloated.at(-1);
  // Where nearly all answers are lost the few others prove no time.
  const late = bloated.find(({ isLater }) => isLater);
  if (end?.row !== target || !end.isLater || rise("p50Us", end.load) <= LEAST_BLOAT_US) {
    if (loss?.isProved !== true) return [];
    return [hopVerdict("BLOAT", lossPlace(loss.places, late && bloated[0]!.row), loss.numbers)];
  }
  const { load: { idle, loaded } } = late ?? end;
  return [hopVerdict("BLOAT", bloated[0]!.row, {
    idleMedianUs: idle.p50Us ?? NaN,
    idleP95Us: idle.p95Us ?? NaN,
    loadedMedianUs: loaded.p50Us ?? NaN,
    loadedP95Us: loaded.p95Us ?? NaN,
    ...loss?.numbers,
  })];
}

/** Where it is most likely that load loses more; where answers are late from a hop on, there, if it may be. */
function lossPlace({ likeliest, earliest, latest }: Places, lateFrom: Row | undefined): Row {
  return lateFrom !== undefined && earliest.ttl <= lateFrom.ttl && lateFrom.ttl <= latest.ttl ? lateFrom : likeliest;
}

/** The first probes of a round may pass before the queue fills: then the late ones among them tell. */
function isLate(load: LoadFigures): boolean {
  return load.chance < BY_CHANCE && Math.max(rise("p50Us", load), rise("p95Us", load)) > LEAST_BLOAT_US;
}

function isLossier({ losses }: LoadFigures): boolean {
  return losses !== undefined && chanceOfMore(losses.loaded, losses.idle) < BY_CHANCE;
}

function rise(name: "p50Us" | "p95Us", { idle, loaded }: LoadFigures): number {
  return (loaded[name] ?? 0) - (idle[name] ?? 0);
}
