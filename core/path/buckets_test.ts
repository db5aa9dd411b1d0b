import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { type Asked, type Bucket, BUCKETS, evidencesAmong, SECONDS } from "./buckets.ts";

const SECOND = 1_000_000;

interface Habits {
  readonly everyMs: number;
  readonly count: number;
  /** In percent: of the probes on their way there, and of the answers on their way back. */
  readonly lost?: number;
  readonly lostBack?: number;
  /** Times of probes of somebody else. */
  readonly othersMs?: readonly number[];
}

/** What a bucket answers of so many probes, and when the answered ones and those of others left. */
function asked(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  { everyMs, count, lost = 0, lostBack = 0, othersMs = [] }: Habits,
  random = new Random(1),
): { readonly asked: Asked; readonly answersUs: readonly number[] } {
  let [tokens, latestUs] = [burst, 0];
  const take = (atUs: number): boolean => {
    tokens = Math.min(burst, tokens + (atUs - latestUs) * perSecond / SECOND);
    latestUs = atUs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
  const probes = [
    ...Array.from({ length: count }, (_, index) => ({ atUs: index * everyMs * 1_000, isOwn: true })),
    ...othersMs.map((atMs) => ({ atUs: atMs * 1_000, isOwn: false })),
  ].toSorted((one, other) => one.atUs - other.atUs);
  const decided = probes.map((probe) => ({
    ...probe,
    isAnswered: random.below(100) >= lost && take(probe.atUs) && random.below(100) >= lostBack,
  }));
  return { asked: told(decided.filter(({ isOwn }) => isOwn)), answersUs: timesOf(decided) };
}

interface Decided {
  readonly atUs: number;
  readonly isAnswered: boolean;
}

function told(own: readonly Decided[]): Asked {
  const first = own.findIndex(({ isAnswered }) => !isAnswered);
  const counted = first < 0 ? [] : own.slice(first);
  return {
    timesUs: counted.map(({ atUs }) => atUs),
    answers: counted.map(({ isAnswered }) => isAnswered),
    flows: counted.map(() => 0),
    answeredBefore: first,
    firstUs: 0,
  };
}

function timesOf(probes: readonly Decided[]): readonly number[] {
  return probes.filter(({ isAnswered }) => isAnswered).map(({ atUs }) => atUs);
}

function evidenceOf(asked: Asked, bucket: Bucket, answersUs: readonly number[] = []): number | undefined {
  return evidencesAmong([bucket], asked, answersUs)[0];
}

const LINUX = { perSecond: 1, burst: 6 };

Deno.test("what a bucket gives out is evidence of it, and of no other rate", () => {
  for (const bucket of BUCKETS) {
    const everyMs = 1_000 / bucket.perSecond / 3.3;
    const given = asked(bucket, { everyMs, count: 150 }).asked;
    assert.ok(evidenceOf(given, bucket)! > 1e9, `${bucket.perSecond} a second, ${bucket.burst} at once`);
    for (const other of BUCKETS.filter(({ perSecond }) => perSecond < bucket.perSecond / 1.5)) {
      assert.ok((evidenceOf(given, other) ?? 0) < 1, `${bucket.perSecond} a second, not ${other.perSecond}`);
    }
  }
});

Deno.test("so it is beside loss of a fifth on the way there, and of a tenth on the way back", () => {
  for (const [losses, everyMs] of [[{ lost: 20 }, 150], [{ lostBack: 10 }, 100]] as const) {
    let proofs = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const given = asked({ perSecond: 3, burst: 3 }, { everyMs, count: 150, ...losses }, new Random(seed)).asked;
      if (evidenceOf(given, { perSecond: 3, burst: 3 })! > 1_000) proofs += 1;
    }
    assert.ok(proofs >= 90, `${proofs} of 100, each ${everyMs} ms`);
  }
});

Deno.test("answers to others are taken from it, and without a word of them there is little evidence", () => {
  const othersMs = Array.from({ length: 30 }, (_, index) => 1_000 + index * 730);
  const given = asked(LINUX, { everyMs: 200, count: 110, othersMs });
  assert.ok(given.answersUs.some((atUs) => atUs % 200_000 !== 0));
  assert.ok(evidenceOf(given.asked, LINUX, given.answersUs)! > 1e6);
  assert.ok(evidenceOf(given.asked, LINUX)! < evidenceOf(given.asked, LINUX, given.answersUs)! / 1_000);
});

Deno.test("what it cannot have given is evidence of none, and who is asked too seldom tells nothing", () => {
  const all = Array.from(
    { length: 60 },
    (_, index) => ({ atUs: index * 100_000, isAnswered: index < 30 || index > 40 }),
  );
  assert.equal(evidenceOf(told(all), LINUX), 0);
  assert.equal(evidenceOf(asked(LINUX, { everyMs: 1_000, count: 40, lost: 30 }).asked, LINUX), undefined);
});

Deno.test("chance comes to a thousandfold in less than one of a thousand runs, on average over all buckets (seed 5)", () => {
  const random = new Random(5);
  let [runs, proofs] = [0, 0];
  for (; runs < 3_000; runs++) {
    const [lost, everyMs] = [5 + random.below(90), 50 + random.below(450)];
    const own = Array.from({ length: 10 + random.below(90) }, (_, index) => ({
      atUs: index * everyMs * 1_000,
      isAnswered: random.below(100) >= lost,
    }));
    const evidences = BUCKETS.flatMap((bucket) => evidenceOf(told(own), bucket) ?? []);
    const sum = evidences.reduce((sum, evidence) => sum + evidence, 0);
    if (sum > 1_000 * evidences.length) proofs += 1;
  }
  assert.ok(proofs < runs / 1_000, `${proofs} of ${runs}`);
});

/** Of probes each 0.15 s or so, from the first on that is not answered. */
function every150Ms(count: number, isAnswered: (atUs: number) => boolean, random: Random): Asked {
  return told(Array.from({ length: count }, (_, index) => {
    const atUs = index * 150_000 + random.below(10_000);
    return { atUs, isAnswered: isAnswered(atUs) };
  }));
}

/** The rate that is proved, if one is. */
function proved(asked: Asked): number | undefined {
  const evidences = evidencesAmong(SECONDS, asked);
  const known = evidences.flatMap((evidence) => evidence ?? []);
  if (known.reduce((sum, evidence) => sum + evidence, 0) <= 500 * known.length) return undefined;
  return SECONDS[evidences.indexOf(Math.max(...known))]!.perSecond;
}

/** So many in each second of a clock, and then none. */
function inSeconds(perSecond: number, beginUs: number): (atUs: number) => boolean {
  let [second, left] = [-1, 0];
  return (atUs) => {
    const now = Math.floor((atUs + beginUs) / SECOND);
    if (now !== second) [second, left] = [now, perSecond];
    left -= 1;
    return left >= 0;
  };
}

Deno.test("who answers so many in each second is known with its rate, whenever its seconds begin, beside loss of a tenth, too (seed 2)", () => {
  const random = new Random(2);
  for (const perSecond of [1, 2, 3]) {
    for (const [lost, least] of [[0, 100], [10, 70]] as const) {
      let known = 0;
      for (let run = 0; run < 100; run++) {
        const give = inSeconds(perSecond, random.below(SECOND));
        if (proved(every150Ms(60, (atUs) => random.below(100) >= lost && give(atUs), random)) === perSecond) known += 1;
      }
      assert.ok(known >= least, `${perSecond} a second beside ${lost} %: ${known} of 100`);
    }
  }
});

Deno.test("neither loss in bursts nor outages of one length are such seconds in one of 500 runs (seed 3)", () => {
  const random = new Random(3);
  let proofs = 0;
  for (let run = 0; run < 2_000; run++) {
    const lengthUs = run % 2 === 0 ? () => -Math.log1p(-random.below(1_000) / 1_000) * 600_000 : () => 700_000;
    let [isLost, untilUs] = [false, 0];
    const asked = every150Ms(20 + run % 80, (atUs) => {
      while (atUs >= untilUs) {
        isLost = !isLost;
        untilUs += isLost ? lengthUs() : -Math.log1p(-random.below(1_000) / 1_000) * 400_000;
      }
      return !isLost;
    }, random);
    if (asked.timesUs.length > 2 && proved(asked) !== undefined) proofs += 1;
  }
  assert.ok(proofs <= 4, `${proofs} of 2,000`);
});
