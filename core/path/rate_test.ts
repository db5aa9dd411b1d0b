/** What passes for a limit of answers, and what does not. */
import assert from "node:assert/strict";
import { Random } from "../packet/_random.ts";
import { type EventScript, script, TARGET } from "./_script.ts";
import { verdictsOf } from "./verdict.ts";

/** So many rounds of 0.1 s, of which the target does not answer those. */
function missing(rounds: number, isMissing: (round: number) => boolean): EventScript {
  const events = script();
  for (let round = 0; round < rounds; round++) {
    events.round(round * 100_000);
    if (isMissing(round)) events.lost(1);
    else events.reply(1, TARGET, 1_000);
  }
  return events;
}

function isLimit(events: EventScript): boolean {
  return verdictsOf(events.path()).some(({ word }) => word === "RATE_LIMIT");
}

Deno.test("loss by chance passes for a limit in less than one of 500 runs, however much and however long (seed 7)", () => {
  const random = new Random(7);
  let [runs, limits] = [0, 0];
  for (const rounds of [10, 30, 100, 300]) {
    for (let percent = 1; percent <= 60; percent++) {
      for (let run = 0; run < 25; run++) {
        runs += 1;
        if (isLimit(missing(rounds, () => random.below(100) < percent))) limits += 1;
      }
    }
  }
  assert.ok(limits < runs / 500, `${limits} of ${runs}`);
});

Deno.test("loss in bursts, and one lost probe of four or more, are no limit", () => {
  assert.equal(isLimit(missing(200, (round) => round % 20 < 10)), false);
  for (const every of [4, 5, 10]) assert.equal(isLimit(missing(200, (round) => round % every === 0)), false);
});

/** Losses and answers in runs, each longer by one probe with this probability: Gilbert's model. */
function bursty(random: Random, longerPercent: { readonly lost: number; readonly answered: number }): () => boolean {
  let isLost = false;
  return () => {
    if (random.below(100) >= (isLost ? longerPercent.lost : longerPercent.answered)) isLost = !isLost;
    return isLost;
  };
}

/** Outages of this length, after times of any length. */
function equallyLong(random: Random, probes: number, betweenPercent: number): () => boolean {
  let left = 0;
  return () => {
    if (left === 0 && random.below(100) < betweenPercent) left = probes;
    else if (left > 0) left -= 1;
    return left > 0;
  };
}

Deno.test("loss in bursts, and outages of one length, pass for a limit in less than one of 500 runs (seed 9)", () => {
  const random = new Random(9);
  let [runs, limits] = [0, 0];
  for (const rounds of [50, 100, 300]) {
    for (let run = 0; run < 500; run++) {
      const percent = { lost: 50 + random.below(45), answered: 50 + random.below(45) };
      const losses = [bursty(random, percent), equallyLong(random, 3 + random.below(8), 5 + random.below(20))];
      runs += losses.length;
      for (const isMissing of losses) if (isLimit(missing(rounds, isMissing))) limits += 1;
    }
  }
  assert.ok(limits < runs / 500, `${limits} of ${runs}`);
});

Deno.test("so many answers in each second are a limit, and the same by another period may be an outage", () => {
  for (const answered of [1, 2, 3, 5, 7]) {
    for (const rounds of [80, 100, 500]) {
      assert.equal(isLimit(missing(rounds, (round) => round % 10 >= answered)), true, `${answered}, ${rounds}`);
      if (answered > 1) assert.equal(isLimit(missing(rounds, (round) => round % 17 >= answered + 5)), false);
    }
  }
});

Deno.test("a limit is told from twenty probes on, and through a clock that trembles", () => {
  assert.equal(isLimit(missing(12, (round) => round % 2 === 0)), false);
  for (const rounds of [21, 50, 500]) assert.equal(isLimit(missing(rounds, (round) => round % 2 === 0)), true);
  const random = new Random(8);
  let next = 0;
  const trembling = missing(200, (round) => {
    if (round < next) return true;
    next = round + 4 + random.below(3);
    return false;
  });
  assert.equal(isLimit(trembling), true);
});
