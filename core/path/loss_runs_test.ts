import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { LossRuns, type Outage, OUTAGE_LIMIT, OUTAGE_ROUNDS } from "./loss_runs.ts";
import { script, TARGET } from "./_script.ts";

const SECOND = 1_000_000;

/** A probe a round, a second apart: `.` is answered, `x` lost, `?` not yet decided; decided in this order, or the given one. */
function runsOf(fates: string, order: readonly number[] = [...fates].map((_, probe) => probe)): LossRuns {
  const runs = new LossRuns();
  [...fates].forEach((_, probe) => runs.addSent({ probe, round: probe, atUs: probe * SECOND }));
  for (const probe of order) {
    if (fates[probe] === "x") runs.addLoss(probe);
    else if (fates[probe] !== "?") runs.addAnswer(probe);
  }
  return runs;
}

function check(fates: string, bursts: number, longestBurst: number, outages: readonly Outage[] = []): void {
  const runs = runsOf(fates);
  assert.deepEqual([runs.bursts, runs.longestBurst, runs.outages], [bursts, longestBurst, outages], fates);
}

function outage(begin: number, end: number | undefined, lost: number): Outage {
  return { beginUs: begin * SECOND, endUs: end === undefined ? undefined : end * SECOND, lost };
}

Deno.test("without loss there is no burst", () => check("....", 0, 0));

Deno.test("a single lost probe is a burst, and no outage", () => check(".x.", 1, 1));

Deno.test("bursts are what stands together, by the order of sending", () => check("x.xx.x", 3, 2));

Deno.test("three rounds of loss are an outage, from the first lost probe to the next one that is answered", () =>
  check(".xxx.xx.xxxx.", 3, 4, [outage(1, 4, 3), outage(8, 12, 4)]));

Deno.test("an outage at the end has none", () => {
  check("..xxx", 1, 3, [outage(2, undefined, 3)]);
  assert.equal(runsOf("..xxx").outageUs, 2 * SECOND);
  assert.equal(runsOf(".xxx..xxx").outageUs, 5 * SECOND);
});

Deno.test("behind an undecided probe nothing is told yet", () => check("x?xxx.", 1, 1));

Deno.test("in whichever order probes are decided, the figures are those of the order of sending", () => {
  const random = new Random(7);
  for (let run = 0; run < 500; run++) {
    const fates = Array.from({ length: 1 + random.below(40) }, () => random.flip() ? "x" : ".").join("");
    const order = [...fates].map((_, probe) => ({ probe, place: random.below(1_000) }))
      .sort((one, other) => one.place - other.place).map(({ probe }) => probe);
    const { bursts, longestBurst, outages, outageCount, outageUs } = runsOf(fates, order);
    const rows = [...fates.matchAll(/x+/g)];
    const long = rows.filter(([row]) => row.length >= OUTAGE_ROUNDS).map((row) => {
      const end = row.index + row[0].length;
      return outage(row.index, end < fates.length ? end : undefined, row[0].length);
    });
    assert.deepEqual(
      { bursts, longestBurst, outages, outageCount },
      {
        bursts: rows.length,
        longestBurst: Math.max(0, ...rows.map(([row]) => row.length)),
        outages: long,
        outageCount: long.length,
      },
      fates,
    );
    const lastedUs = long.map(({ beginUs, endUs }) => (endUs ?? (fates.length - 1) * SECOND) - beginUs);
    assert.equal(outageUs, lastedUs.reduce((sum, us) => sum + us, 0), fates);
  }
});

Deno.test("the latest outages are kept, and all are counted", () => {
  const runs = runsOf("xxx.".repeat(OUTAGE_LIMIT + 20) + "xxx");
  assert.equal(runs.outageCount, OUTAGE_LIMIT + 21);
  assert.equal(runs.outages?.length, OUTAGE_LIMIT);
  assert.deepEqual(runs.outages?.at(-1), outage(4 * (OUTAGE_LIMIT + 20), undefined, 3));
  assert.equal(runs.outageUs, (3 * (OUTAGE_LIMIT + 20) + 2) * SECOND);
});

Deno.test("several probes of one round are no outage, however many are lost", () => {
  const runs = new LossRuns();
  for (let probe = 0; probe < 10; probe++) {
    runs.addSent({ probe, round: Math.floor(probe / 5), atUs: 0 });
    runs.addLoss(probe, "elsewhere");
  }
  assert.deepEqual([runs.longestBurst, runs.outageCount], [10, 0]);
});

Deno.test("who never decides anything is forgotten in the end", () => {
  const runs = new LossRuns();
  for (let probe = 0; probe < 70_000; probe++) runs.addSent({ probe, round: probe, atUs: probe });
  runs.addLoss(0);
  assert.equal(runs.bursts, 0);
  for (let probe = 69_999; probe >= 4_464; probe--) runs.addLoss(probe);
  assert.equal(runs.longestBurst, 65_536);
});

Deno.test("where times are not told there are bursts and no outages", () => {
  const events = script();
  for (let round = 0; round < 5; round++) events.round(round * SECOND).lost(1);
  const [timed] = events.path().hops();
  const [untimed] = events.path({ isUntimed: true }).hops();
  assert.equal(timed?.lossRuns?.outageUs, 4 * SECOND);
  assert.deepEqual(
    [untimed?.lossRuns?.longestBurst, untimed?.lossRuns?.outages, untimed?.lossRuns?.outageUs],
    [5, undefined, undefined],
  );
});

Deno.test("what did not leave this host is part of a burst, and a late answer ends none", () => {
  const events = script().reply(1, TARGET, 5).round(1 * SECOND).sendFailed(1, "noBuffer", "ENOBUFS").round(2 * SECOND)
    .unsent(
      1,
      "noBuffer",
      "ENOBUFS",
    ).round(3 * SECOND).late(1, TARGET, 5).round(4 * SECOND).lost(1).round(5 * SECOND).reply(1, TARGET, 5);
  const [hop] = events.path().hops();
  // The first of them has no time of its own: it is taken for that of the latest that left.
  assert.deepEqual(hop?.lossRuns?.outages, [{ beginUs: 0, endUs: 5 * SECOND, lost: 4 }]);
  assert.deepEqual([hop?.lossRuns.bursts, hop?.lossRuns.longestBurst], [1, 4]);
});

Deno.test("probes are told in the order of those that they stand for", () => {
  const runs = new LossRuns();
  for (let probe = 0; probe < 4; probe++) runs.addSent({ probe, round: 0, atUs: probe * SECOND });
  // The first one stands for the last that left.
  [9, 2, 3, 4].forEach((atS, probe) => runs.retime(probe, atS * SECOND));
  [false, true, true, false].forEach((isLost, probe) => isLost ? runs.addLoss(probe) : runs.addAnswer(probe));
  const { timesUs, answers, answeredBefore } = runs.spacing.asked!;
  assert.deepEqual([timesUs, answers, answeredBefore], [[2, 3, 4].map((atS) => atS * SECOND), [false, false, true], 1]);
  const late = new LossRuns();
  [5, 1, 3].forEach((_, probe) => late.addSent({ probe, round: 0, atUs: 0 }));
  [5, 1, 3].forEach((atS, probe) => late.retime(probe, atS * SECOND));
  [true, false, false].forEach((isLost, probe) => isLost ? late.addLoss(probe) : late.addAnswer(probe));
  assert.deepEqual([late.spacing.asked!.timesUs, late.spacing.asked!.answeredBefore], [[5 * SECOND], 2]);
});
