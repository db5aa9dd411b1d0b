/**
 * Rounds that were lost without a word where the target's place may have been a silent router's, or a firewall's that says only
 * of packets which go further that it refuses them: what became of their packets.
 *
 * Single rounds look alike, whatever became of them, so rounds on end are judged: a run, from the first that was lost to the
 * last before the target answered at that place again. In it is known
 *
 * - what became of probes with more TTL beside them: of an arrival probe that the round ends with; of a round that went further
 *   and was answered, or refused; and of those that went as far as that and were neither,
 * - that rounds in which routers were silent as well, who answered before and after, were lost with any TTL.
 *
 * All others have become what the nearest of these has: so neither those that were lost nor those that were not are left out.
 *
 * But what is sent at another time in a round may fare otherwise for that alone: a limiter on the way drops probes in step with
 * rounds. So where the target has answered at that place at all, arrival probes have to speak for a longer way: they are answered
 * where a round is lost, and hardly ever lost themselves.
 *
 * Where ways differ from packet to packet nothing stands together. Then lost rounds are replaced by as many as arrival probes
 * lose of so many that were answered (`short_rounds.ts`), if these fare better beside the very same rounds.
 */
import { MOVED, PAIR_WEIGHTS } from "../messages.ts";
import { chanceOfMore, chanceOfRun, expectedShare } from "./chance.ts";
import { BY_CHANCE } from "./row.ts";

/** What becomes of a packet: the target answers it, nobody says a word of it, or somebody on the way refuses it. */
export type Outcome = "answered" | "lost" | "refused";

export interface Doubted {
  readonly number: number;
  readonly outcome: Outcome | undefined;
  /** Of its furthest probe; of the furthest that a router answered, 0 if none did; of the nearest that was refused. */
  readonly furthestTtl: number;
  readonly passedTtl: number;
  readonly refusedTtl: number;
  /** What became of the arrival probe that it ends with; `undefined` without one, or while nobody knows. */
  readonly checkOutcome: Outcome | undefined;
}

/** What became of packets with TTL enough in this round. */
export interface Sample<Round extends Doubted = Doubted> {
  readonly round: Round;
  readonly outcome: Outcome;
}

/** Rounds on end: those that were lost, and those between them that went further and were answered, or refused. */
export interface Run<Round extends Doubted = Doubted> {
  /** The nearest furthest ttl of those that were lost: where the target was before. */
  readonly place: number;
  readonly lost: readonly Round[];
  readonly further: readonly Round[];
}

/** One alone may have left when an outage had just ended. */
const LEAST_ALIKE = 2;
/** Fewer rounds on end are no outage. */
const LEAST_DEAD = 3;
/** Of what is before and behind a part of a run, the nearest so many tell how far routers answer. */
const BESIDE = 20;
/** After so many rounds that went further and were answered, with none lost between them, the way is known to be the longer one. */
const KNOWN_AFTER = 3;
/** Of the sum of `PAIR_WEIGHTS`, for ways that differ from packet to packet. */
const PROOF = 4;

/** In the order of rounds, which `rounds` have. */
export function runsOf<Round extends Doubted>(rounds: readonly Round[]): readonly Run<Round>[] {
  const runs: { place: number; lost: Round[]; further: Round[] }[] = [];
  let [run, onEnd]: [(typeof runs)[number] | undefined, number] = [undefined, 0];
  for (const round of rounds) {
    const { outcome, furthestTtl, refusedTtl } = round;
    if (outcome === "answered") onEnd += 1;
    if (outcome === "lost") {
      onEnd = 0;
      if (run === undefined) runs.push(run = { place: furthestTtl, lost: [], further: [] });
      run.place = Math.min(run.place, furthestTtl);
      run.lost.push(round);
    } else if (run !== undefined && Math.min(furthestTtl, refusedTtl) > run.place && onEnd < KNOWN_AFTER) {
      run.further.push(round);
    } else run = undefined;
  }
  return runs;
}

/**
 * Those that are hardly ever so long among rounds like the others, of which some are lost. What is behind the last that was
 * lost does not count: an outage may have ended within that round.
 */
export function longRuns<Round extends Doubted>(rounds: readonly Round[]): readonly Run<Round>[] {
  return runsOf(rounds).filter((run) => isLong(run, rounds)).map((run) => ({
    ...run,
    further: run.further.filter(({ number }) => number < run.lost.at(-1)!.number),
  }));
}

function isLong(run: Run, rounds: readonly Doubted[]): boolean {
  const lost = rounds.filter(({ outcome }) => outcome === "lost").length - run.lost.length;
  const others = { count: lost, total: rounds.length - run.lost.length };
  return rounds.length * chanceOfRun(run.lost.length, others) < BY_CHANCE;
}

/**
 * Whether these, some of all rounds, went ways that differ from one to the next, as arrival probes prove that are lost less often.
 * None of them was refused.
 */
export function areMixed(some: readonly Doubted[], all: readonly Doubted[]): boolean {
  const checks = all.map(({ checkOutcome }) => checkOutcome).filter(isTold);
  const lost = { count: some.filter(({ outcome }) => outcome === "lost").length, total: some.length };
  const lostChecks = { count: checks.filter((outcome) => outcome === "lost").length, total: checks.length };
  return (mostFor(all) ?? 0) >= PROOF && (lostChecks.count === 0 || chanceOfMore(lost, lostChecks) < BY_CHANCE);
}

/** The greatest sum of what rounds on end say of a longer way; `undefined` where none says anything. */
function mostFor(rounds: readonly Doubted[]): number | undefined {
  // These were answered from behind the target's place, and not there.
  const further = new Set(runsOf(rounds).flatMap(({ further }) => further));
  let [score, most]: [number, number | undefined] = [0, undefined];
  for (const round of rounds) {
    const { outcome, checkOutcome } = round;
    if (!isTold(checkOutcome) || !isTold(outcome)) continue;
    score = Math.max(0, score + PAIR_WEIGHTS[further.has(round) ? "lost" : outcome][checkOutcome]);
    most = Math.max(most ?? 0, score);
  }
  return most;
}

/** Whether arrival probes speak for a longer way, as far as any were sent. */
export function isLongerLikely(rounds: readonly Doubted[]): boolean {
  return (mostFor(rounds) ?? Infinity) >= MOVED.pairs;
}

/** Whoever refuses a packet tells nothing of the ways of others. */
function isTold(outcome: Outcome | undefined): outcome is "answered" | "lost" {
  return outcome === "answered" || outcome === "lost";
}

/**
 * What became of the packets of each lost round of a run that were not lost; `undefined` where nothing is known of any. The target
 * has answered at `targetTtl`, and nowhere nearer.
 */
export function fatesOf<Round extends Doubted>(
  run: Run<Round>,
  rounds: readonly Round[],
  targetTtl: number,
): ReadonlyMap<Round, Sample<Round>> | undefined {
  const samples = samplesOf(run);
  const dead = deadRounds(run, rounds, samples);
  // Where routers answer again, what became of packets while they did not tells nothing.
  const telling = samples.filter(({ round }) => !dead.has(round.number));
  if (dead.size + telling.length === 0) return undefined;
  const isLonger = run.place < targetTtl || isLongerLikely(around(run, rounds));
  const isShown = (outcome: Outcome): boolean =>
    outcome !== "lost" && (isLonger || outcome === "refused") &&
    telling.filter((sample) => sample.outcome === outcome).length >= LEAST_ALIKE;
  const fates = run.lost.map((round) => [round, nearest(round, telling)] as const);
  return new Map(
    fates.flatMap(([round, fate]) => fate && isShown(fate.outcome) && !dead.has(round.number) ? [[round, fate]] : []),
  );
}

/** The run, and the nearest rounds on both sides. */
function around<Round extends Doubted>({ lost }: Run<Round>, rounds: readonly Round[]): readonly Round[] {
  const [first, last] = [lost[0]!.number - BESIDE, lost.at(-1)!.number + BESIDE];
  return rounds.filter(({ number }) => number >= first && number <= last);
}

/** Probes with more TTL, in the order of rounds. */
function samplesOf<Round extends Doubted>({ lost, further }: Run<Round>): readonly Sample<Round>[] {
  const reach = Math.min(...further.map(({ furthestTtl }) => furthestTtl));
  const samples = [...lost, ...further].flatMap((round) => {
    const { outcome, checkOutcome, furthestTtl } = round;
    const told = outcome === "lost" ? checkOutcome ?? (furthestTtl >= reach ? outcome : undefined) : outcome;
    return told === undefined ? [] : [{ round, outcome: told }];
  });
  return samples.sort((one, other) => one.round.number - other.round.number);
}

/** Of two as near the earlier one. */
function nearest<Round extends Doubted>(
  { number }: Round,
  samples: readonly Sample<Round>[],
): Sample<Round> | undefined {
  const distance = ({ round }: Sample): number => Math.abs(round.number - number);
  return samples.reduce<Sample<Round> | undefined>(
    (found, sample) => found === undefined || distance(sample) < distance(found) ? sample : found,
    undefined,
  );
}

/** Those in which no router from some ttl on answered, though some did before and after; unless something got further among them. */
function deadRounds(run: Run, rounds: readonly Doubted[], samples: readonly Sample[]): ReadonlySet<number> {
  const further = new Set(samples.filter(({ outcome }) => outcome !== "lost").map(({ round }) => round.number));
  const dead = new Set<number>();
  for (let ttl = 0; ttl < run.place - 1; ttl++) {
    for (const [first, last] of silentParts(ttl, rounds, further)) {
      const before = rounds.slice(Math.max(0, first - BESIDE), first);
      const after = rounds.slice(last + 1, last + 1 + BESIDE);
      const share = Math.min(shareBehind(ttl, before), shareBehind(ttl, after));
      if ((1 - share) ** (last - first + 1) >= BY_CHANCE) continue;
      rounds.slice(first, last + 1).forEach(({ number }) => dead.add(number));
    }
  }
  return dead;
}

/** Indices of the first and the last of lost rounds on end that nobody behind this ttl answered, and in which nothing got further. */
function silentParts(
  ttl: number,
  rounds: readonly Doubted[],
  further: ReadonlySet<number>,
): readonly (readonly [first: number, last: number])[] {
  const isSilent = ({ number, outcome, passedTtl }: Doubted): boolean =>
    outcome === "lost" && passedTtl <= ttl && !further.has(number);
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
