/** What load of this host's own makes of the path: later answers, and fewer. */
import type { LoadFigures } from "./load.ts";
import { lossUnderLoad } from "./losses.ts";
import { BY_CHANCE, hopVerdict, type Row, type Verdict } from "./row.ts";

/** A rise that nobody notices is no bloat. */
const LEAST_BLOAT_US = 5_000;

/**
 * From which hop on answers are later under load by more than chance explains, or more of them missing. A hop with so few
 * answers that they could prove nothing says nothing either, but for the target.
 */
export function bloat(rows: readonly Row[], target: Row): readonly Verdict[] {
  const compared = rows.flatMap((row) => {
    const { load } = row.hop;
    return load !== undefined && load.leastChance < BY_CHANCE ? [{ row, load }] : [];
  });
  const loss = lossUnderLoad(rows, target);
  const end = compared.at(-1);
  if (end?.row !== target || rise("p50Us", end.load) <= LEAST_BLOAT_US || end.load.chance >= BY_CHANCE) {
    return loss?.isProved ? [hopVerdict("BLOAT", loss.from, loss.numbers)] : [];
  }
  const { row, load: { idle, loaded } } = compared[1 + compared.findLastIndex(({ load }) => !isBloated(load))] ?? end;
  return [hopVerdict("BLOAT", row, {
    idleMedianUs: idle.p50Us ?? NaN,
    idleP95Us: idle.p95Us ?? NaN,
    loadedMedianUs: loaded.p50Us ?? NaN,
    loadedP95Us: loaded.p95Us ?? NaN,
    ...loss?.numbers,
  })];
}

/** The first probes of a round may pass before the queue fills: then the late ones among them tell. */
function isBloated(load: LoadFigures): boolean {
  return load.chance < BY_CHANCE && Math.max(rise("p50Us", load), rise("p95Us", load)) > LEAST_BLOAT_US;
}

function rise(name: "p50Us" | "p95Us", { idle, loaded }: LoadFigures): number {
  return (loaded[name] ?? 0) - (idle[name] ?? 0);
}
