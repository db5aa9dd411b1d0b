import assert from "node:assert/strict";
import { randomRun } from "../../path/_random_run.ts";
import { type EventScript, script, TARGET } from "../../path/_script.ts";
import type { HopFigures } from "../../path/hop_figures.ts";
import { Path } from "../../path/path.ts";
import { toldHops } from "../../path/target.ts";
import { TargetHistory } from "./history.ts";
import { momentOf } from "./moment.ts";

const SECOND_US = 1_000_000;

function played(run: EventScript, targets = 1): { readonly path: Path; readonly history: TargetHistory } {
  const path = new Path({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  const history = new TargetHistory({ targets });
  for (const event of run.events) {
    path.apply(event);
    history.apply(event, path);
  }
  return { path, history };
}

/** A probe a second. */
function seconds(count: number): EventScript {
  const run = script();
  for (let round = 0; round < count; round++) run.reply(1, TARGET, 1000 + round).round((round + 1) * SECOND_US);
  return run;
}

const COUNTS = ["sent", "received", "lost", "inFlight", "sendFailed", "late", "duplicates"] as const;

/** What a moment keeps of a hop; times to seven digits. */
function keptOf(hop: HopFigures): unknown {
  const rtt = Object.entries({
    ...hop.rtt,
    best: hop.rtt.bestUs,
    mean: hop.rtt.meanUs,
    p99: hop.rtt.p99Us,
    last: hop.rtt.lastUs,
  })
    .filter(([name]) => !name.startsWith("#"))
    .map(([name, value]) => [name, value === undefined ? undefined : Number(value).toPrecision(5)]);
  return {
    ttl: hop.ttl,
    main: hop.main?.address,
    responders: hop.responders.map(({ address, received }) => [address, received]),
    loss: hop.lossPercent?.toPrecision(5),
    counts: COUNTS.map((name) => hop[name]),
    rtt: rtt.filter(([name]) => ["best", "mean", "p99", "last"].includes(String(name))),
  };
}

Deno.test("a moment has the figures of the path as it was, whatever happens later", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { path } = played(randomRun(seed).script);
    const moment = momentOf(path, { atUs: 0, round: 0, verdicts: [], alarm: new Map() });
    const then = toldHops(path).map(keptOf);
    const refusals = toldHops(path).map((hop) => path.refusalAt(hop)?.marker);
    for (const event of randomRun(seed + 1).script.events) {
      path.apply("probe" in event ? { ...event, probe: event.probe + 1e6 } : event);
    }
    assert.deepEqual(moment.path.hops().map(keptOf), then, `seed ${seed}`);
    assert.deepEqual(moment.path.hops().map((hop) => moment.path.refusalAt(hop)?.marker), refusals, `seed ${seed}`);
  }
});

Deno.test("the past is kept one moment in two seconds, and can be gone through in both directions", () => {
  const { path, history } = played(seconds(20));
  const now = history.now(path);
  assert.equal(now.path.counts.sent, 20);
  const before = history.before(now);
  assert.equal(before?.path.counts.sent, 19);
  const earlier = before && history.before(before);
  assert.equal(earlier?.path.counts.sent, 17);
  assert.equal(earlier && history.after(earlier), before);
  assert.equal(before && history.after(before), undefined);
});

Deno.test("a leap goes as far as asked for, or as far as anything is known", () => {
  const { path, history } = played(seconds(200));
  const now = history.now(path);
  const minuteAgo = history.before(now, 60 * SECOND_US);
  assert.ok(minuteAgo !== undefined && now.atUs - minuteAgo.atUs >= 60 * SECOND_US);
  assert.ok(now.atUs - minuteAgo.atUs < 63 * SECOND_US);
  assert.equal(history.before(now, 3_600 * SECOND_US)?.path.counts.sent, 1);
  assert.equal(history.after(minuteAgo, 3_600 * SECOND_US), undefined);
});

/** How many moments are kept, and how far they go back. */
function kept(targets: number): { readonly count: number; readonly spanUs: number } {
  const { path, history } = played(seconds(1500), targets);
  const now = history.now(path);
  let count = 0;
  let moment = history.before(now);
  let oldest = moment;
  while (moment !== undefined && count <= 1500) {
    count += 1;
    oldest = moment;
    const next = history.before(moment);
    moment = next === moment ? undefined : next;
  }
  return { count, spanUs: now.atUs - (oldest?.atUs ?? 0) };
}

Deno.test("what is kept is bounded, and goes back ten minutes, however many targets there are", () => {
  assert.equal(kept(1).count, 300);
  assert.equal(kept(80).count, 30);
  assert.equal(kept(100_000).count, 4);
  for (const targets of [1, 80]) assert.ok(kept(targets).spanUs >= 590 * SECOND_US, `${targets}`);
});

Deno.test("after a reset there is no past", () => {
  const { path, history } = played(seconds(20));
  history.reset();
  assert.equal(history.before(history.now(path)), undefined);
});
