/**
 * Rounds that were lost without a word where the target's place may have been a silent router's: what became of their packets.
 *
 * Single rounds look alike, whatever became of them, so rounds on end are judged: a run, from the first that was lost to the
 * last before the target answered at that place again. In it is known
 *
 * - what became of probes with more TTL beside them: of an arrival probe that the round ends with; of a round that went further
 *   and was answered; and of those that went as far as that and were not,
 * - that rounds in which routers were silent as well, who answered before and after, were lost with any TTL.
 *
 * All others have become what the nearest of these has: so neither those that were lost nor those that arrived are left out.
 *
 * Where ways differ from packet to packet nothing stands together. Then lost rounds are replaced by as many as arrival probes
 * lose of so many that were answered (`short_rounds.ts`), if these fare better beside the very same rounds.
 */
import { chanceOfMore, chanceOfRun, expectedShare } from "./chance.ts";
import { BY_CHANCE } from "./row.ts";

/** A round that the target has answered, or that was lost without a word. */
export interface Doubted {
  readonly number: number;
  readonly isAnswered: boolean;
  /** Of its furthest probe, and of the furthest that a router answered, 0 if none did. */
  readonly furthestTtl: number;
  readonly passedTtl: number;
  /** What became of the arrival probe that it ends with; `undefined` without one, or while nobody knows. */
  readonly isCheckAnswered: boolean | undefined;
}

/** A round of which is known whether packets with TTL enough arrived then. */
interface Sample {
  readonly number: number;
  readonly isArrived: boolean;
}

/** Rounds on end: those that were lost, and those between them that went further and were answered. */
export interface Run<Round extends Doubted = Doubted> {
  /** The nearest furthest ttl of those that were lost: where the target was before. */
  readonly place: number;
  readonly lost: readonly Round[];
  readonly answered: readonly Round[];
}

/** One alone may have left when an outage had just ended. */
const LEAST_ARRIVED = 2;
/** Fewer rounds on end are no outage. */
const LEAST_DEAD = 3;
/** Of what is before and behind a part of a run, the nearest so many tell how far routers answer. */
const BESIDE = 20;
/** After so many rounds on end that went further and were answered, the way is known to be the longer one. */
const KNOWN_AFTER = 3;
/** What a round says of a longer way, by what became of it and of the arrival probe that it ends with. */
const WEIGHTS = { answered: { answered: 0, lost: -2 }, lost: { answered: 1, lost: 0 } } as const;
const PROOF = 4;

/** In the order of rounds, which `rounds` have. */
export function runsOf<Round extends Doubted>(rounds: readonly Round[]): readonly Run<Round>[] {
  const runs: { place: number; lost: Round[]; answered: Round[] }[] = [];
  let [run, onEnd]: [(typeof runs)[number] | undefined, number] = [undefined, 0];
  for (const round of rounds) {
    onEnd = round.isAnswered ? onEnd + 1 : 0;
    if (!round.isAnswered) {
      if (run === undefined) runs.push(run = { place: round.furthestTtl, lost: [], answered: [] });
      run.place = Math.min(run.place, round.furthestTtl);
      run.lost.push(round);
    } else if (run !== undefined && round.furthestTtl > run.place && onEnd < KNOWN_AFTER) run.answered.push(round);
    else run = undefined;
  }
  return runs;
}

/**
 * Those that are hardly ever so long among rounds like the others, of which some are lost. An answer behind the last that was
 * lost does not count: the outage may have ended within that round.
 */
export function longRuns<Round extends Doubted>(rounds: readonly Round[]): readonly Run<Round>[] {
  return runsOf(rounds).filter((run) => isLong(run, rounds)).map((run) => ({
    ...run,
    answered: run.answered.filter(({ number }) => number < run.lost.at(-1)!.number),
  }));
}

function isLong(run: Run, rounds: readonly Doubted[]): boolean {
  const lost = rounds.filter(({ isAnswered }) => !isAnswered).length - run.lost.length;
  const others = { count: lost, total: rounds.length - run.lost.length };
  return rounds.length * chanceOfRun(run.lost.length, others) < BY_CHANCE;
}

/** Whether these, some of all rounds, went ways that differ from one to the next, as arrival probes prove that are lost less often. */
export function areMixed(some: readonly Doubted[], all: readonly Doubted[]): boolean {
  const checks = all.filter(({ isCheckAnswered }) => isCheckAnswered !== undefined);
  const lost = { count: some.filter(({ isAnswered }) => !isAnswered).length, total: some.length };
  const lostChecks = { count: checks.filter(({ isCheckAnswered }) => !isCheckAnswered).length, total: checks.length };
  return haveLongerWay(all) && (lostChecks.count === 0 || chanceOfMore(lost, lostChecks) < BY_CHANCE);
}

/** Nearly the engine's proof (`core/trace/checks.ts`), which counts what it has not waited for as well. */
function haveLongerWay(rounds: readonly Doubted[]): boolean {
  // These were answered from behind the target's place, and not there.
  const further = new Set(runsOf(rounds).flatMap(({ answered }) => answered));
  let score = 0;
  return rounds.some((round) => {
    const { isAnswered, isCheckAnswered } = round;
    if (isCheckAnswered === undefined) return false;
    const place = isAnswered && !further.has(round) ? "answered" : "lost";
    score = Math.max(0, score + WEIGHTS[place][isCheckAnswered ? "answered" : "lost"]);
    return score >= PROOF;
  });
}

/** Whether the packets of each lost round of a run arrived, by its number; nothing where nothing is known of any. */
export function fatesOf(run: Run, rounds: readonly Doubted[]): ReadonlyMap<number, boolean> {
  const samples = samplesOf(run);
  const dead = deadRounds(run, rounds, samples);
  // Where routers answer again, what became of packets while they did not tells nothing.
  const telling = samples.filter(({ number }) => !dead.has(number));
  if (dead.size + telling.length === 0) return new Map();
  const isShown = telling.filter(({ isArrived }) => isArrived).length >= LEAST_ARRIVED;
  return new Map(
    run.lost.map(({ number }) => [number, isShown && !dead.has(number) && isArrived(number, telling)]),
  );
}

/** Probes with more TTL, in the order of rounds. */
function samplesOf(run: Run): readonly Sample[] {
  const reach = Math.min(...run.answered.map(({ furthestTtl }) => furthestTtl));
  const samples: Sample[] = run.answered.map(({ number }) => ({ number, isArrived: true }));
  for (const { number, isCheckAnswered, furthestTtl } of run.lost) {
    const isArrived = isCheckAnswered ?? (furthestTtl >= reach ? false : undefined);
    if (isArrived !== undefined) samples.push({ number, isArrived });
  }
  return samples.sort((one, other) => one.number - other.number);
}

/** What the nearest sample says; of two as near the earlier one. Nothing arrives where nothing tells. */
function isArrived(number: number, samples: readonly Sample[]): boolean {
  let nearest: Sample | undefined;
  for (const sample of samples) {
    if (nearest === undefined || Math.abs(sample.number - number) < Math.abs(nearest.number - number)) nearest = sample;
  }
  return nearest?.isArrived ?? false;
}

/** Those in which no router from some ttl on answered, though some did before and after; unless something arrived among them. */
function deadRounds(run: Run, rounds: readonly Doubted[], samples: readonly Sample[]): ReadonlySet<number> {
  const arrived = new Set(samples.filter(({ isArrived }) => isArrived).map(({ number }) => number));
  const dead = new Set<number>();
  for (let ttl = 0; ttl < run.place - 1; ttl++) {
    for (const [first, last] of silentParts(ttl, rounds, arrived)) {
      const before = rounds.slice(Math.max(0, first - BESIDE), first);
      const after = rounds.slice(last + 1, last + 1 + BESIDE);
      const share = Math.min(shareBehind(ttl, before), shareBehind(ttl, after));
      if ((1 - share) ** (last - first + 1) >= BY_CHANCE) continue;
      rounds.slice(first, last + 1).forEach(({ number }) => dead.add(number));
    }
  }
  return dead;
}

/** Indices of the first and the last of lost rounds on end that nobody behind this ttl answered, and in which nothing arrived. */
function silentParts(
  ttl: number,
  rounds: readonly Doubted[],
  arrived: ReadonlySet<number>,
): readonly (readonly [first: number, last: number])[] {
  const isSilent = ({ number, isAnswered, passedTtl }: Doubted): boolean =>
    !isAnswered && passedTtl <= ttl && !arrived.has(number);
  const parts: [number, number][] = [];
  rounds.forEach((round, index) => {
    if (!isSilent(round)) return;
    const latest = parts.at(-1);
    if (latest !== undefined && latest[1] === index - 1) latest[1] = index;
    else parts.push([index, index]);
  });
  return parts.filter(([first, last]) => last - first + 1 >= LEAST_DEAD);
}

/** How often a router behind this ttl answers, as far as these rounds tell. */
function shareBehind(ttl: number, rounds: readonly Doubted[]): number {
  return expectedShare({ count: rounds.filter(({ passedTtl }) => passedTtl > ttl).length, total: rounds.length });
}
