/** Routers that answer in turns: packets go round. Some of them may be silent, and some answers be lost. */

/** A router that answers for those behind it looks like a loop of one, so that one has to be longer. */
const LEAST_OF_ONE = 3;

const NONE = { repeats: 0, again: 0 };

/** All that answer from one place on do so again after so many hops, or are missing. */
export interface Cycle {
  /** Index of the nearest that is met again. */
  readonly first: number;
  /** So many hops further on, silent ones among them. */
  readonly period: number;
  /** So many answers are those of so many hops before, and so many of any round before; the last has this index. */
  readonly repeats: number;
  readonly again: number;
  readonly last: number;
}

/** The nearest and shortest of the cycles that the last of these addresses, hop by hop, belongs to, and that is proved. */
export function cycleIn(
  met: readonly (string | undefined)[],
  isProved: (cycle: Cycle) => boolean,
): Cycle | undefined {
  const last = met.findLastIndex((address) => address !== undefined);
  for (let first = 0; first < last; first++) {
    for (let period = last - first >= LEAST_OF_ONE ? 1 : 2; first + period <= last; period++) {
      const cycle = { first, period, ...repeatsOf(met, first, period), last };
      if (cycle.again > 0 && isProved(cycle)) return cycle;
    }
  }
  return undefined;
}

/** None where somebody else answers in the place of one that was met, or the first is not met again. */
function repeatsOf(
  met: readonly (string | undefined)[],
  first: number,
  period: number,
): Pick<Cycle, "repeats" | "again"> {
  const round: (string | undefined)[] = [];
  let [repeats, again, isMetAgain] = [0, 0, false];
  for (let index = first; index < met.length; index++) {
    const [address, place] = [met[index], (index - first) % period];
    if (address === undefined) continue;
    if (round[place] === undefined) round[place] = address;
    else if (round[place] !== address) return NONE;
    else again += 1;
    if (met[index - period] === address && index - period >= first) repeats += 1;
    if (place === 0 && index > first) isMetAgain = true;
  }
  return isMetAgain && met[first] !== undefined ? { repeats, again } : NONE;
}
