import assert from "node:assert/strict";
import { type EventScript, script, TARGET } from "../../path/_script.ts";
import { Stage, type StageOptions } from "./_stage.ts";

const SECOND_US = 1_000_000;

interface CutPath {
  /** Rounds that are answered, and those after them. */
  readonly good: number;
  readonly cut: number;
  /** Hops before the target, and those of them that answer after the cut. */
  readonly routers?: number;
  readonly alive?: number;
  readonly rttUs?: number;
  readonly intervalUs?: number;
}

/** A path of routers and a target; probes wait for ten seconds. */
function cutPath(
  { good, cut, routers = 2, alive = routers, rttUs = 10_000, intervalUs = SECOND_US }: CutPath,
): EventScript {
  const run = script();
  const hops = Array.from({ length: routers + 1 }, (_, index) => index + 1);
  for (let round = 0; round < good + cut; round++) {
    for (const ttl of hops) {
      if (round < good || ttl <= alive) run.reply(ttl, ttl > routers ? TARGET : `10.0.0.${ttl}`, rttUs);
      else run.inFlight(ttl);
    }
    run.round((round + 1) * intervalUs);
  }
  return run.reply(1, "10.0.0.1", rttUs);
}

function stageOf(run: EventScript, options: Partial<StageOptions> = {}): Stage {
  return new Stage({ targets: [{ script: run }], ...options });
}

Deno.test("a target that falls silent is brought out before a probe is lost", () => {
  const stage = stageOf(cutPath({ good: 20, cut: 6 }));
  const row = stage.lines().find((line) => line.startsWith(" 3."));
  assert.match(row ?? "", /^ 3\.!192\.0\.2\.99 \(no answer for 6 s\) [▁? ]*- +26 +- +10\.0 +10\.0 +10\.0 +0\.0$/);
  assert.match(stage.text(), /^192\.0\.2\.99 has not answered for 6 s$/m);
  assert.match(stage.lines()[5] ?? "", /^ 1\. 10\.0\.0\.1 .* 0\.0%/);
});

Deno.test("hops from which on nobody answers are told with the target", () => {
  const stage = stageOf(cutPath({ good: 20, cut: 5, routers: 4, alive: 2 }), { columns: 120 });
  assert.deepEqual([...stage.text().matchAll(/^ (\d)\.!\S+ \(no answer for 5 s\)/gm)].map(([, ttl]) => ttl), [
    "3",
    "4",
    "5",
  ]);
  assert.match(stage.text(), /^192\.0\.2\.99 has not answered for 5 s, nor has anybody from hop 3 on$/m);
});

function checkCalm(run: EventScript): void {
  assert.doesNotMatch(stageOf(run).text(), /no answer|has not answered|\.!/);
}

Deno.test("what is merely under way gives no alarm", () => {
  checkCalm(cutPath({ good: 20, cut: 2 }));
  // Eight probes are always on their way.
  checkCalm(cutPath({ good: 20, cut: 8, rttUs: 800_000, intervalUs: 100_000 }));
  checkCalm(cutPath({ good: 20, cut: 8, rttUs: 10_000, intervalUs: 100_000 }));
});

Deno.test("a router that answers when it likes gives no alarm, though nothing behind it is known", () => {
  const limited = script();
  const firewalled = script();
  for (let round = 0; round < 30; round++) {
    if (round % 10 === 0) {
      limited.reply(1, "10.0.0.1", 1000);
      firewalled.reply(1, "10.0.0.1", 1000);
    } else {
      limited.inFlight(1);
      firewalled.inFlight(1);
    }
    limited.reply(2, TARGET, 2000).round((round + 1) * SECOND_US);
    firewalled.inFlight(2).round((round + 1) * SECOND_US);
  }
  checkCalm(limited);
  checkCalm(firewalled);
});

/** The first router answers every fourth probe only; a probe that waits for three seconds is lost. */
function limitedAndCut(cutRounds: number): EventScript {
  const run = script();
  for (let round = 0; round < 40 + cutRounds; round++) {
    if (round % 4 === 0) run.reply(1, "10.0.0.1", 1000);
    else run.lost(1);
    if (round < 40) run.reply(2, TARGET, 2000);
    else run.inFlight(2);
    run.round((round + 1) * SECOND_US);
  }
  return run.reply(1, "10.0.0.1", 1000);
}

Deno.test("no verdict says that the path loses nothing while nobody answers from behind", () => {
  assert.match(stageOf(limitedAndCut(0)).text(), /RATE_LIMIT: answers of hop 1/);
  assert.doesNotMatch(stageOf(limitedAndCut(6)).text(), /RATE_LIMIT: answers of hop 1/);
});

Deno.test("the alarm ends with the first answer, and a picture that stands still keeps it", () => {
  const run = cutPath({ good: 20, cut: 6 });
  const silent = stageOf(run).press("k");
  const answered = stageOf(run.round(27 * SECOND_US).reply(3, TARGET, 10_000));
  assert.doesNotMatch(answered.text(), /no answer/);
  silent.scene = answered.scene;
  assert.match(silent.text(), /no answer for 6 s/);
  assert.doesNotMatch(silent.press("k").text(), /no answer/);
});

Deno.test("once most of the unanswered probes are lost, loss is a figure again", () => {
  const run = cutPath({ good: 10, cut: 0 });
  for (let round = 0; round < 10; round++) run.round((11 + round) * SECOND_US).lost(3);
  assert.match(stageOf(run.round(22 * SECOND_US).reply(1, "10.0.0.1", 1)).text(), /^ 3\.!\S+ \(no answer .* 50\.0% /m);
});

/** A target that answers every probe, after twelve seconds: two after it was given up. */
function slowTarget(rounds: number, silentRounds = 0): EventScript {
  const run = cutPath({ good: 10, cut: 0, routers: 1 });
  const lateAfter = 12;
  for (let round = 0; round < rounds + silentRounds; round++) {
    run.round((11 + round) * SECOND_US).reply(1, "10.0.0.1", 1000).inFlight(2);
    if (round >= 10) run.givenUp(2, 2 * 10);
    if (round >= lateAfter && round < rounds) run.heard("late", 2, 2 * lateAfter);
  }
  return run.reply(1, "10.0.0.1", 1000);
}

Deno.test("who answers too late is not silent: a late answer ends the alarm, and it begins anew behind it", () => {
  const silent = stageOf(slowTarget(12));
  assert.match(silent.text(), /^192\.0\.2\.99 has not answered for 11 s$/m);
  for (const rounds of [13, 20, 60]) checkSlow(slowTarget(rounds));
  assert.match(stageOf(slowTarget(30, 5)).text(), /^192\.0\.2\.99 has not answered for 4 s$/m);
});

function checkSlow(run: EventScript): void {
  const text = stageOf(run, { columns: 200 }).text();
  assert.doesNotMatch(text, /no answer|has not answered/);
  assert.match(text, /^LOSS: .* of these were answered late/m);
}

Deno.test("a further answer to an old probe is a sign of life, too", () =>
  checkCalm(cutPath({ good: 20, cut: 6 }).heard("duplicate", 3, 30)));

Deno.test("the log says of a target that answers too late that it does", () => {
  const log = stageOf(slowTarget(30), { columns: 120 }).press("l").text();
  assert.match(log, /the target is too slow, or silent, for 30 probes by now, of which 18 were answered too late/);
});
