import assert from "node:assert/strict";
import { DEFAULT_PLAN, type TracePlan } from "../plan.ts";
import { Reach } from "./reach.ts";
import { MEMORY_ROUNDS } from "./evenness.ts";
import { firstSpacingUs, Schedule } from "./schedule.ts";

const MS = 1_000;
const SECOND = 1_000_000;
const START = 5_000_000_000;
/** A schedule that asks more often than this is caught in a loop. */
const MOST_STEPS = 100_000;
/** Sums of fractions of an interval are not exact. */
const NOISE_US = 0.01;

interface Sent {
  readonly ttl: number;
  readonly round: number;
  readonly isArrival: boolean;
  /** Since the start. */
  readonly atUs: number;
}

/** Who answers a probe, after how long, and whether the path ends there; `undefined` is silence. */
type Answers = (ttl: number, round: number) => { afterUs: number; isEnd: boolean } | undefined;

interface Outcome {
  readonly sent: readonly Sent[];
  /** Since the start, when each round was over. */
  readonly roundsOverAtUs: readonly number[];
  readonly overAtUs: number;
}

/** Runs a schedule to its end. `wakeUs` is when somebody who wants to wake at a time (since the start) does wake. */
function drive(
  plan: Partial<TracePlan>,
  answers: Answers,
  wakeUs: (wantedUs: number) => number = (wantedUs) => wantedUs,
): Outcome {
  const schedule = new Schedule({ ...DEFAULT_PLAN, ...plan }, START);
  const reach = new Reach();
  const coming: { atUs: number; ttl: number; round: number; isEnd: boolean }[] = [];
  const sent: Sent[] = [];
  const roundsOverAtUs: number[] = [];
  let nowUs = START;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const step = schedule.next(nowUs, [reach]);
    if (step.kind === "over") return { sent, roundsOverAtUs, overAtUs: nowUs - START };
    if (step.kind === "roundOver") {
      assert.equal(step.round, roundsOverAtUs.length);
      roundsOverAtUs.push(nowUs - START);
    } else if (step.kind === "probe") {
      const { ttl, round, isArrival } = step;
      sent.push({ ttl, round, isArrival, atUs: nowUs - START });
      const answer = isArrival ? undefined : answers(ttl, round);
      if (answer !== undefined) coming.push({ atUs: nowUs + answer.afterUs, ttl, round, isEnd: answer.isEnd });
      coming.sort((one, other) => one.atUs - other.atUs);
    } else {
      assert.ok(step.kind === "wait");
      assert.ok(step.untilUs > nowUs, "a wait is for later");
      const wantedUs = Math.min(step.untilUs, coming[0]?.atUs ?? Infinity);
      nowUs = Math.max(nowUs, START + wakeUs(wantedUs - START));
      while (coming[0] !== undefined && coming[0].atUs <= nowUs) {
        const { ttl, round, isEnd } = coming.shift()!;
        reach.noteAnswer(ttl, isEnd ? "target" : "onTheWay", round);
      }
    }
  }
  assert.fail("The schedule does not come to an end");
}

/** A path of `length` hops, the last its end, which all answer after `afterUs`; those in `silent` never do. */
function pathOf(length: number, { afterUs = MS, silent = [] }: { afterUs?: number; silent?: number[] } = {}): Answers {
  return (ttl) => silent.includes(ttl) ? undefined : { afterUs, isEnd: ttl >= length };
}

const NOBODY: Answers = () => undefined;

function ttlsOf({ sent }: Outcome, round: number): number[] {
  return sent.filter((probe) => probe.round === round && !probe.isArrival).map(({ ttl }) => ttl);
}

function upTo(last: number, first = 1): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function assertNear(actualUs: number | undefined, expectedUs: number, what: string): void {
  assert.ok(Math.abs(actualUs! - expectedUs) <= NOISE_US, `${what}: ${actualUs} is not ${expectedUs}`);
}

/** The ttls of the first and of each later round. */
function check(plan: Partial<TracePlan>, answers: Answers, expected: { first: number[]; later: number[] }): void {
  const outcome = drive({ rounds: 4, ...plan }, answers);
  assert.deepEqual(ttlsOf(outcome, 0), expected.first, "first round");
  for (const round of [1, 2, 3]) assert.deepEqual(ttlsOf(outcome, round), expected.later, `round ${round}`);
  assert.equal(outcome.roundsOverAtUs.length, 4);
}

// The grid.

Deno.test("rounds begin on an absolute grid, one an interval, however many there are", () => {
  for (const length of [1, 3, 7, 30]) {
    const { sent } = drive({ rounds: 500, intervalUs: 100 * MS }, pathOf(length));
    const starts = sent.filter(({ ttl }) => ttl === 1);
    assert.equal(starts.length, 500);
    for (const { round, atUs } of starts) assertNear(atUs, round * 100 * MS, `${length} hops, round ${round}`);
  }
});

Deno.test("the probes of a known path are spread evenly over the interval", () => {
  for (const length of [2, 4, 7]) {
    const { sent } = drive({ rounds: 5, intervalUs: SECOND }, pathOf(length));
    for (const { ttl, round, atUs } of sent.filter(({ round }) => round > 0)) {
      assertNear(atUs, (round + (ttl - 1) / length) * SECOND, `round ${round}, ttl ${ttl} of ${length}`);
    }
  }
});

Deno.test("the first round of a path of usual length fits into one interval", () => {
  for (const length of [1, 7, 29, 30]) {
    const { sent } = drive({ rounds: 2, intervalUs: SECOND }, pathOf(length, { afterUs: 0.3 * SECOND }));
    const last = sent.filter(({ round }) => round === 0).at(-1)!;
    assert.ok(last.ttl >= length && last.atUs < SECOND, `ttl ${last.ttl} at ${last.atUs}`);
  }
});

Deno.test("a first round that takes several intervals is not made up for", () => {
  const { sent } = drive({ rounds: 8, maxTtl: 255, intervalUs: SECOND }, pathOf(150, { afterUs: 300 * MS }));
  const starts = sent.filter(({ ttl }) => ttl === 1).map(({ atUs }) => atUs);
  assert.ok(starts[1]! >= 146 / 30 * SECOND - NOISE_US, "the first round is paced for 30 hops");
  for (const round of upTo(7, 2)) assertNear(starts[round]! - starts[round - 1]!, SECOND, `round ${round}`);
});

Deno.test("the first round asks the first hops quickly, and those where nobody answers by the number of ttls", () => {
  const { sent } = drive({ rounds: 1, maxTtl: 8, intervalUs: SECOND }, NOBODY);
  assert.deepEqual(sent.map(({ atUs }) => atUs / MS), [0, 10, 20, 30, 155, 280, 405, 530]);
});

Deno.test("the first round takes less than two round trips and ten milliseconds a hop, and sends three probes too many at most", () => {
  const cases = [[10, (ttl: number) => ttl * 10], [10, () => 100], [20, (ttl: number) => ttl * 5], [
    4,
    () => 20,
  ]] as const;
  for (const [length, rttMs] of cases) {
    const { sent } = drive(
      { rounds: 1 },
      (ttl) => ({ afterUs: rttMs(Math.min(ttl, length)) * MS, isEnd: ttl >= length }),
    );
    const foundUs = sent.find(({ ttl }) => ttl === length)!.atUs + rttMs(length) * MS;
    assert.ok(foundUs <= (2 * rttMs(length) + length * 10) * MS, `${length} hops after ${foundUs}`);
    assert.ok(sent.length <= length + 3 + rttMs(length) / 33, `${sent.length} probes`);
  }
});

Deno.test("the first gap is the interval by the number of ttls, thirty at most", () => {
  const cases = [[1, 1, 1], [1, 30, 30], [1, 255, 30], [5, 8, 4], [255, 255, 1]] as const;
  for (const [firstTtl, maxTtl, parts] of cases) {
    assert.equal(firstSpacingUs({ ...DEFAULT_PLAN, firstTtl, maxTtl, intervalUs: SECOND }), SECOND / parts);
  }
});

Deno.test("a round that becomes much longer than the one before goes on at the pace of the first", () => {
  const grows = (ttl: number, round: number) => ({ afterUs: MS, isEnd: ttl >= (round >= 3 ? 24 : 4) });
  const { sent } = drive({ rounds: 8, intervalUs: SECOND }, grows);
  // The answer that tells of it comes when that round is over.
  const [arrival, ...long] = sent.filter(({ round }) => round === 4);
  assert.deepEqual([arrival?.isArrival, long.length], [true, 24]);
  assertNear(long[3]!.atUs, 5 * SECOND, "as many probes as before are at the same pace");
  assertNear(long.at(-1)!.atUs, (5 + 20 / 30) * SECOND, "the last one of the long round");
});

Deno.test("a run is over as soon as its last probe is sent, if the end of the path is known", () => {
  const { sent, overAtUs } = drive({ rounds: 3, intervalUs: SECOND }, pathOf(4));
  assert.equal(overAtUs, sent.at(-1)!.atUs);
  assertNear(overAtUs, 2.75 * SECOND, "three rounds of four hops");
});

Deno.test("without a number of rounds it never ends", () => {
  const schedule = new Schedule({ ...DEFAULT_PLAN, rounds: undefined, maxTtl: 1 }, START);
  const reach = new Reach();
  for (let round = 0; round < 1_000; round++) {
    const nowUs = START + round * DEFAULT_PLAN.intervalUs;
    assert.deepEqual(schedule.next(nowUs, [reach]), { kind: "probe", ttl: 1, flow: 0, round, isArrival: false });
    assert.deepEqual(schedule.next(nowUs, [reach]), { kind: "roundOver", round });
    assert.deepEqual(schedule.next(nowUs, [reach]), { kind: "wait", untilUs: nowUs + DEFAULT_PLAN.intervalUs });
  }
});

// How far a round goes.

Deno.test("nothing is sent beyond the known end", () => {
  check({}, pathOf(4), { first: upTo(4), later: upTo(4) });
});

Deno.test("an end that is learned late is passed in the first round only", () => {
  check({ intervalUs: SECOND }, pathOf(4, { afterUs: 110 * MS }), { first: upTo(7), later: upTo(4) });
});

Deno.test("silent hops before the end are probed, and so is the end", () => {
  check({}, pathOf(9, { silent: [2, 3, 7] }), { first: upTo(9), later: upTo(9) });
});

Deno.test("a round begins at -f and goes no further than -m", () => {
  check({ firstTtl: 3 }, pathOf(6), { first: upTo(6, 3), later: upTo(6, 3) });
  check({ maxTtl: 4 }, pathOf(6), { first: upTo(4), later: upTo(4) });
  check({ firstTtl: 3, maxTtl: 5 }, NOBODY, { first: [3, 4, 5], later: [3, 4, 5] });
  check({ firstTtl: 5, maxTtl: 5 }, NOBODY, { first: [5], later: [5] });
  check({ firstTtl: 255, maxTtl: 255 }, NOBODY, { first: [255], later: [255] });
});

Deno.test("a first ttl beyond the end is probed all the same", () => {
  check({ firstTtl: 6 }, pathOf(4), { first: [6], later: [6] });
});

Deno.test("a round ends with the first probe that has more than -U silent hops directly before it", () => {
  const dark = (known: number): Answers => (ttl) => ttl <= known ? { afterUs: MS, isEnd: false } : undefined;
  check({ maxUnknown: 1 }, dark(3), { first: upTo(6), later: upTo(6) });
  check({ maxUnknown: 3 }, dark(2), { first: upTo(7), later: upTo(7) });
  check({ maxUnknown: 12 }, NOBODY, { first: upTo(14), later: upTo(14) });
  check({ maxUnknown: 1 }, NOBODY, { first: upTo(3), later: upTo(3) });
  check({ maxUnknown: 255, maxTtl: 40 }, NOBODY, { first: upTo(40), later: upTo(40) });
});

Deno.test("hops below -f are not silent hops", () => {
  check({ firstTtl: 5, maxUnknown: 1 }, NOBODY, { first: [5, 6, 7], later: [5, 6, 7] });
});

Deno.test("a known hop between silent ones begins the count anew", () => {
  const answers: Answers = (ttl) => ttl === 3 ? { afterUs: MS, isEnd: false } : undefined;
  check({ maxUnknown: 2 }, answers, { first: upTo(7), later: upTo(7) });
});

Deno.test("a path that grows or shrinks is followed from the round after the answer that tells", () => {
  const growing: Answers = (ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round < 2 ? 3 : 5) });
  const grown = drive({ rounds: 4 }, growing);
  assert.deepEqual([0, 1, 2, 3].map((round) => ttlsOf(grown, round).length), [3, 3, 3, 5]);
  const shrinking: Answers = (ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round < 2 ? 5 : 3) });
  const shrunk = drive({ rounds: 4 }, shrinking);
  assert.deepEqual([0, 1, 2, 3].map((round) => ttlsOf(shrunk, round).length), [5, 5, 3, 3]);
});

// Arrival probes.

/** Rounds with an arrival probe, which has to be the first, with the greatest ttl. */
function arrivalRounds({ sent }: Outcome, plan: Partial<TracePlan>): number[] {
  for (const { ttl, round, isArrival, atUs } of sent) {
    if (!isArrival) continue;
    assert.equal(ttl, plan.maxTtl ?? 30);
    assert.equal(sent.find((probe) => probe.round === round)?.atUs, atUs);
  }
  return sent.filter(({ isArrival }) => isArrival).map(({ round }) => round);
}

function checkArrivals(answers: Answers, expected: number[], plan: Partial<TracePlan> = {}): void {
  assert.deepEqual(arrivalRounds(drive({ rounds: 8, ...plan }, answers), plan), expected);
}

/** Every third packet goes a way of seven hops instead of five. */
const UNEVEN: Answers = (ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round % 3 === 2 ? 7 : 5) });

Deno.test("an even path has no arrival probes, however it answers", () => {
  for (const length of [1, 4, 30]) checkArrivals(pathOf(length), []);
  checkArrivals(pathOf(9, { silent: [2, 3, 8, 9] }), []);
  checkArrivals((ttl, round) => (ttl + round) % 3 === 0 ? undefined : { afterUs: MS, isEnd: ttl >= 5 }, []);
  checkArrivals(NOBODY, []);
});

Deno.test("from the sign on that packets go ways of unequal length each round begins with an arrival probe", () => {
  checkArrivals(UNEVEN, [3, 4, 5, 6, 7]);
  checkArrivals(UNEVEN, [3, 4, 5, 6, 7], { maxTtl: 6 });
  checkArrivals((ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round === 0 ? 5 : 4) }), [2, 3, 4, 5, 6, 7]);
});

Deno.test("where rounds go no further than to the nearest place of the target, or leave out hops, there is none", () => {
  checkArrivals(UNEVEN, [], { maxTtl: 5 });
  checkArrivals(UNEVEN, [], { cacheUs: SECOND });
});

Deno.test("a path that has changed once has them for a hundred rounds", () => {
  const grown: Answers = (ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round < 10 ? 4 : 5) });
  const rounds = arrivalRounds(drive({ rounds: 300 }, grown), {});
  assert.deepEqual([rounds[0], rounds.at(-1), rounds.length], [11, 9 + MEMORY_ROUNDS, MEMORY_ROUNDS - 1]);
});

// The first round waits for news.

Deno.test("where all are silent, the first round is open until its interval is over", () => {
  const { sent, roundsOverAtUs } = drive({ rounds: 1, maxUnknown: 2, intervalUs: SECOND }, NOBODY);
  assert.deepEqual(sent.map(({ ttl }) => ttl), upTo(4));
  assert.deepEqual(roundsOverAtUs, [SECOND]);
});

Deno.test("later rounds do not wait for news", () => {
  const { sent, roundsOverAtUs } = drive({ rounds: 3, maxUnknown: 2, intervalUs: SECOND }, NOBODY);
  for (const round of [1, 2]) {
    assert.equal(roundsOverAtUs[round], sent.filter((probe) => probe.round === round).at(-1)!.atUs);
  }
});

Deno.test("answers still on their way are not taken for silence", () => {
  for (const afterUs of [MS, 200 * MS, 600 * MS, 900 * MS]) {
    check({ maxUnknown: 2, intervalUs: 4 * SECOND }, pathOf(10, { afterUs }), {
      first: ttlsOf(drive({ rounds: 1, maxUnknown: 2, intervalUs: 4 * SECOND }, pathOf(10, { afterUs })), 0),
      later: upTo(10),
    });
  }
});

Deno.test("news lets the first round go on at once", () => {
  const slowThird: Answers = (ttl) =>
    ttl > 3 ? { afterUs: MS, isEnd: ttl === 6 } : { afterUs: ttl === 3 ? 600 * MS : 900 * MS, isEnd: false };
  const { sent } = drive({ rounds: 1, maxUnknown: 1, intervalUs: SECOND }, slowThird);
  assert.deepEqual(sent.map(({ ttl }) => ttl), upTo(6));
  assert.deepEqual(sent.map(({ atUs }) => atUs / MS), [0, 10, 20, 620, 630, 640]);
});

// Late wake-ups and sleep.

/** Gaps between neighbouring probes, of two rounds, too. */
function gapsOf({ sent }: Outcome): number[] {
  return sent.slice(1).map(({ atUs }, index) => atUs - sent[index]!.atUs);
}

/** Whoever wants to wake between these two times wakes at the later one. */
function asleep(fromUs: number, untilUs: number): (wantedUs: number) => number {
  return (wantedUs) => wantedUs > fromUs && wantedUs < untilUs ? untilUs : wantedUs;
}

Deno.test("a late wake-up is made up for by half gaps, never by a burst", () => {
  const plan = { rounds: 8, intervalUs: SECOND };
  for (const untilUs of [2_300 * MS, 2_600 * MS, 2_900 * MS]) {
    const outcome = drive(plan, pathOf(10), asleep(2.05 * SECOND, untilUs));
    for (const gapUs of gapsOf(outcome).slice(10)) assert.ok(gapUs >= 50 * MS - NOISE_US, `gap of ${gapUs}`);
    for (const { ttl, round, atUs } of outcome.sent) {
      if (ttl === 1 && round >= 4) assertNear(atUs, round * SECOND, `round ${round} is on the grid again`);
    }
    assert.equal(outcome.sent.length, 80);
  }
});

Deno.test("the round in which a path turns out longer does not end in a burst", () => {
  const growing: Answers = (ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round < 2 ? 3 : 5) });
  for (const gapUs of gapsOf(drive({ rounds: 6, intervalUs: SECOND }, growing)).slice(3)) {
    assert.ok(gapUs >= SECOND / 30 - NOISE_US, `gap of ${gapUs}`);
  }
});

Deno.test("a round that becomes as long as rounds may be takes no round's time", () => {
  for (const length of [1, 2, 4, 12]) {
    const grows: Answers = (ttl, round) => ({ afterUs: MS, isEnd: ttl >= (round >= 3 ? 30 : length) });
    const { sent } = drive({ rounds: 10, intervalUs: SECOND }, grows);
    assertNear(sent.find(({ round }) => round === 9)!.atUs, 9 * SECOND, `the last round, of ${length} hops at first`);
  }
});

Deno.test("a program that always wakes late does not drift", () => {
  const { sent } = drive({ rounds: 1_000, intervalUs: SECOND }, pathOf(5), (wantedUs) => wantedUs + 20 * MS);
  for (const { ttl, round, atUs } of sent) {
    if (round === 0) continue;
    const lateUs = atUs - (round + (ttl - 1) / 5) * SECOND;
    assert.ok(lateUs >= -NOISE_US && lateUs <= 20 * MS + NOISE_US, `round ${round}, ttl ${ttl}: ${lateUs} late`);
  }
});

Deno.test("a host that slept does not catch up: the grid moves, and every probe is sent", () => {
  for (const [fromUs, sleepUs] of [[2.05, 10], [2.95, 3_600], [0.5, 100], [0.001, 5]] as const) {
    const wakeUs = (fromUs + sleepUs) * SECOND;
    const outcome = drive({ rounds: 8, intervalUs: SECOND }, pathOf(10), asleep(fromUs * SECOND, wakeUs));
    const after = outcome.sent.filter(({ atUs }) => atUs >= wakeUs);
    const starts = after.filter(({ ttl }) => ttl === 1).map(({ atUs }) => atUs);
    for (const [index, atUs] of starts.slice(1).entries()) {
      assertNear(atUs - starts[index]!, SECOND, `an interval after the sleep of ${sleepUs} s`);
    }
    assert.equal(ttlsOf(outcome, 7).length, 10);
    for (const round of upTo(7)) assert.deepEqual(ttlsOf(outcome, round), upTo(10), `round ${round}`);
  }
});
