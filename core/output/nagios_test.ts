/** What a monitor is told where no limit decides; lines and statuses of the rest stand in tests/golden and tests/cli. */
import assert from "node:assert/strict";
import { judge, parseLimit } from "../limit/mod.ts";
import { type EventScript, script, TARGET } from "../path/_script.ts";
import { DEFAULT_PLAN } from "../plan.ts";
import { statusOf } from "../path/status.ts";
import { DEFAULT_VIEW } from "../view.ts";
import { nagios } from "./nagios.ts";
import type { RunRecord, TargetRecord } from "./record.ts";

/** A target two hops away, of which so many rounds of twenty are as told. */
function played(play: (events: EventScript, round: number) => unknown): EventScript {
  const events = script();
  for (let round = 0; round < 20; round++) play(events.round(round * 1_000_000).reply(1, "10.0.0.1", 500), round);
  return events;
}

function answering(events: EventScript): EventScript {
  return events.reply(2, TARGET, 2_000);
}

const LOSSY = played((events, round) => round % 3 === 0 ? events.lost(2) : answering(events));
const REFUSED = played((events, round) =>
  round % 3 === 0 ? events.reply(2, "10.0.0.1", 500, { kind: "unreachable", icmpCode: 13 }) : answering(events)
);
const UNSENT = played((events, round) => round % 3 === 0 ? events.unsent(2, "noBuffer", "ENOBUFS") : answering(events));
const ONE_LOST = played((events, round) => round === 3 ? events.lost(2) : answering(events));
const SILENT = played((events) => events.lost(2));
const LIMITED = played((events, round) => {
  if (round % 2 === 0) events.lost(3);
  else events.reply(3, "10.0.0.3", 900);
  events.reply(2, "10.0.0.2", 800).reply(4, TARGET, 2_000);
});

function targetOf(events: EventScript, limits: readonly string[], isComplete: boolean): TargetRecord {
  const path = events.path();
  const parsed = limits.map(parseLimit).map((one) => one.ok ? one.limit : assert.fail(one.mistake.expected));
  return {
    typed: "target.example",
    status: statusOf(path, isComplete),
    startedAtMs: 0,
    endedAtMs: 20_000,
    utcOffsetMinutes: 0,
    path,
    limits: judge(parsed, { typed: "target.example", address: TARGET, path, isComplete }),
  };
}

function check(targets: readonly TargetRecord[], exit: number, begins: RegExp): void {
  const run: RunRecord = {
    program: { name: "mtr-deno", version: "0.1.0" },
    localHost: "vm",
    plan: DEFAULT_PLAN,
    view: DEFAULT_VIEW,
    names: { host: () => undefined, ipInfo: () => undefined },
    targets,
  };
  assert.match(nagios.render(run), begins);
  assert.equal(nagios.exitStatus?.(run), exit);
}

const CASES: Readonly<Record<string, [events: EventScript, limits: readonly string[], exit: number, begins: RegExp]>> =
  {
    "a target that loses probes is a warning, which names the verdict": [
      LOSSY,
      [],
      1,
      /^MTR WARNING - target\.example: loss 35 %, rta 2 ms, hops 2; LOSS: probes or their answers are lost from hop 2 .*\|'/,
    ],
    "a limit that is about times leaves it one": [LOSSY, ["avg > 1s"], 1, /^MTR WARNING - .*; LOSS: /],
    "a limit that is about loss and keeps decides": [LOSSY, ["loss > 40%"], 0, /^MTR OK - target\.example: loss 35 %/],
    "a limit on the score of a call decides, too": [LOSSY, ["mos < 1"], 0, /^MTR OK - /],
    "a limit that is crossed is critical": [
      LOSSY,
      ["loss > 30%"],
      2,
      /^MTR CRITICAL - loss of target\.example is 35 %/,
    ],
    "probes that a router refuses are a warning": [
      REFUSED,
      [],
      1,
      /^MTR WARNING - .*; REFUSED: 6 of 18 rounds /,
    ],
    "probes that did not leave are a warning": [UNSENT, [], 1, /^MTR WARNING - .*; UNSENT: 7 of 40 probes did not /],
    "one lost probe, which chance explains, is none": [ONE_LOST, [], 0, /^MTR OK - target\.example: loss 5 %/],
    "a router that limits its answers is none": [LIMITED, [], 0, /^MTR OK - .*\nRATE_LIMIT: /],
    "a target that never answers is critical": [
      SILENT,
      [],
      2,
      /^MTR CRITICAL - target\.example did not answer\|.*\nUNANS/,
    ],
  };

for (const [name, [events, limits, exit, begins]] of Object.entries(CASES)) {
  Deno.test(name, () => check([targetOf(events, limits, true)], exit, begins));
}

Deno.test("a run that was ended early is a warning for that reason", () =>
  check(
    [targetOf(LOSSY, [], false)],
    1,
    /^MTR WARNING - The run was ended early; target\.example: loss 35 %, .* hops 2\|/,
  ));

Deno.test("of several targets the one with the warning is named", () => {
  const targets = [targetOf(ONE_LOST, [], true), { ...targetOf(LOSSY, [], true), typed: "other" }];
  check(
    targets,
    1,
    /^MTR WARNING - 1 of 2 targets: other: loss 35 %.*\nOK: target\.example.*\nWARNING: other: .*; LOSS: /,
  );
});
