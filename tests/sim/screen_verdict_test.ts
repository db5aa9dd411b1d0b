/** The screen and the report read the same events: they say the same of them. */
import assert from "node:assert/strict";
import { report } from "../../core/output/report.ts";
import type { RunRecord, TargetRecord } from "../../core/output/record.ts";
import { TargetHistory } from "../../core/output/tui/history.ts";
import { textOf } from "../../core/output/tui/line.ts";
import { begin, draw } from "../../core/output/tui/screen.ts";
import { Path as Fold } from "../../core/path/path.ts";
import { statusOf } from "../../core/path/status.ts";
import { VERDICTS } from "../../core/path/verdict.ts";
import { DEFAULT_PLAN, type TracePlan } from "../../core/plan.ts";
import { DEFAULT_SCREEN_VIEW, DEFAULT_VIEW } from "../../core/view.ts";
import { CASES } from "../golden/cases.ts";
import { path, TARGET } from "./paths.ts";
import { Random } from "./random.ts";
import { randomPlan, randomWorld } from "./random_world.ts";
import { run, SECOND, strangersIn } from "./run.ts";
import type { World } from "./world.ts";

const SIZE = { columns: 10_000, rows: 1_000 } as const;
const WORLDS = 100;
const VERDICT = new RegExp(`^(?:Verdict: )?((?:${Object.keys(VERDICTS).join("|")}): .*)$`);

function verdictsIn(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => VERDICT.exec(line)?.[1] ?? []);
}

function reported(record: RunRecord, target: TargetRecord): readonly string[] {
  return verdictsIn(report.render({ ...record, targets: [target] }).split("\n"));
}

function shown(
  record: RunRecord,
  histories: readonly (TargetHistory | undefined)[],
  target: number,
): readonly string[] {
  const state = { ...begin(DEFAULT_VIEW, DEFAULT_SCREEN_VIEW), target };
  const frame = draw(state, {
    ...SIZE,
    record,
    histories,
    nowUnixMs: 0,
    utcOffsetMinutes: 0,
    isPaused: false,
    terminal: { colours: 256, isUnicode: true, background: "dark" },
  });
  return verdictsIn(frame.lines.map((line) => textOf(line).trimEnd()));
}

/** What the screen takes back while nobody answers at the end of a path. */
function isNoReassurance(verdict: string): boolean {
  return !verdict.startsWith("RATE_LIMIT: ");
}

/** Gives how many verdicts there were. */
function check(world: World, plan: Partial<TracePlan>, what: string): number {
  const { events } = run(world, plan);
  const counts = strangersIn(events);
  const addresses = Object.keys(world.paths);
  const histories = addresses.map(() => new TargetHistory({ counts }));
  const folds = addresses.map((address) =>
    new Fold({
      address,
      family: address.includes(":") ? 6 : 4,
      firstTtl: plan.firstTtl ?? DEFAULT_PLAN.firstTtl,
      maxTtl: plan.maxTtl ?? DEFAULT_PLAN.maxTtl,
      asksForPort: (plan.protocol ?? "icmp") !== "icmp",
      hasConstantFlows: plan.flow !== "varying",
    })
  );
  for (const event of events) {
    const fold = "target" in event ? folds[event.target] : undefined;
    if (fold === undefined || !("target" in event)) continue;
    fold.apply(event);
    histories[event.target]?.apply(event, fold);
  }
  const targets = folds.map((fold, index): TargetRecord => ({
    typed: addresses[index] ?? "",
    status: statusOf(fold, true),
    startedAtMs: 0,
    endedAtMs: 0,
    utcOffsetMinutes: 0,
    path: fold,
  }));
  const record = recordOf(targets, { ...DEFAULT_PLAN, ...plan }, counts);
  let told = 0;
  for (const [index, target] of targets.entries()) {
    const wanted = reported(record, target);
    const isAlarmed = (histories[index]?.alarm(folds[index]!).size ?? 0) > 0;
    assert.deepEqual(shown(record, histories, index), isAlarmed ? wanted.filter(isNoReassurance) : wanted, what);
    told += wanted.length;
  }
  return told;
}

function recordOf(targets: readonly TargetRecord[], plan: TracePlan, counts: RunRecord["counts"]): RunRecord {
  return {
    program: { name: "mtr-deno", version: "0.1.0" },
    localHost: "vm",
    plan,
    view: DEFAULT_VIEW,
    names: { host: () => undefined, ipInfo: () => undefined },
    targets,
    ...(counts && { counts }),
  };
}

Deno.test("of worlds made by chance the screen says what the report says", () => {
  let told = 0;
  for (let seed = 1; seed <= WORLDS; seed++) {
    const random = new Random(seed);
    const world = randomWorld(random, seed);
    told += check(world, randomPlan(random, world), `seed ${seed}`);
  }
  assert.ok(told > WORLDS, `${told} verdicts`);
});

Deno.test("of answers that do not fit the screen says so, too, as soon as they are counted", () => {
  const strangers = Array.from({ length: 20 }, (_, index) => ({
    atUs: index * SECOND / 10,
    from: "192.0.2.66",
    family: 4 as const,
    // No ICMP message is so short.
    make: () => Uint8Array.of(0),
  }));
  const world: World = { paths: { [TARGET]: path(4, { 2: { silent: true } }) }, injections: strangers };
  assert.equal(check(world, { rounds: 10 }, "strangers"), 1);
  const history = new TargetHistory({ counts: { foreign: 3, forged: 0, malformed: 3, overflowed: 0 } });
  const fold = new Fold({ address: TARGET, family: 4, firstTtl: 1, maxTtl: 30 });
  for (const event of run({ ...world, injections: [] }).events) if ("target" in event) fold.apply(event);
  assert.match(history.verdicts(fold)[0]?.sentence ?? "", /and 3 messages of this run fit none/);
});

Deno.test("of the golden runs the screen says what the report says", () => {
  let told = 0;
  for (const [name, { run: { view: _, ...golden } }] of Object.entries(CASES)) {
    const record = { ...golden, view: DEFAULT_VIEW };
    const histories = golden.targets.map(() => new TargetHistory({ counts: golden.counts }));
    for (const [index, target] of golden.targets.entries()) {
      if (target.path === undefined) continue;
      const wanted = reported(record, target);
      assert.deepEqual(shown(record, histories, index), wanted, name);
      told += wanted.length;
    }
  }
  assert.ok(told > 10, `${told} verdicts`);
});
